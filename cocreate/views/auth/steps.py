"""The second step of signing in, and showing once more that it is oneself."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.forms.accounts import WRONG_CODE, CodeForm, ProveForm, ProveWithCodeForm, RecoveryForm
from cocreate.services import second_steps
from cocreate.views.auth.blueprint import bp
from cocreate.web import destination, login


@bp.route("/sign-in/code", methods=["GET", "POST"])
def second_step() -> ResponseReturnValue:
    return _step(CodeForm.from_request(), "auth/second_step.html")


@bp.route("/sign-in/recovery-code", methods=["GET", "POST"])
def recovery() -> ResponseReturnValue:
    return _step(RecoveryForm.from_request(), "auth/recovery.html")


@bp.route("/prove", methods=["GET", "POST"])
def prove() -> ResponseReturnValue:
    """"Please show that it is you": then back to where this was asked."""
    me = login.me()
    form = (ProveWithCodeForm if me.totp else ProveForm).from_request()
    if request.method == "POST" and form.validate():
        with transaction() as session:
            token = second_steps.prove(session, me, form.password.data, form.code.data if me.totp else "", now=now())
        if token:
            waits = login.undone()
            login.start(token)
            if again := _again(request.form.get("typed", "")):
                return again
            if waits:
                flash(_("Thank you. Nothing has happened yet: use the button once more."), "info")
            return login.onward()
        form.blame("password", _("Password or code is not right.") if me.totp else _("This password is not right."))
    return render_template("auth/prove.html", form=form, me=me, typed=request.form.get("typed", ""),
                           back_url=destination.came_from()), \
        422 if form.unfold() else 200


def ask(typed: str) -> str:
    """The same page as the answer to an act; typed: what was sent, sealed, to come back with the password."""
    me = login.me()
    return render_template("auth/prove.html", form=(ProveWithCodeForm if me.totp else ProveForm)(), me=me, typed=typed,
                           back_url=destination.came_from())


def _again(sealed: str) -> ResponseReturnValue | None:
    """What was typed before the password was asked for, behind the button that sends it."""
    found = destination.unseal(sealed, login.me().id)
    if found is None:
        return None
    kept = _("Nothing has happened yet. What you sent is kept; send it with the button.")
    if found.files:
        kept += " " + _("Choose the file again on the next page: %(names)s.", names=", ".join(found.files))
    return render_template("errors/error.html", heading=_("Thank you"), sentence=kept, again=found.typed,
                           act_url=found.place, act_label=_("Send it again"))


def _step(form: CodeForm | RecoveryForm, page: str) -> ResponseReturnValue:
    me = login.half() or login.me()
    if request.method == "POST" and form.validate():
        with transaction() as session:
            token = second_steps.pass_step(session, me, form.code.data, now=now())
        if token:
            login.start(token)
            if isinstance(form, RecoveryForm):
                flash(ngettext("You signed in with a recovery code. %(num)d is left.",
                               "You signed in with a recovery code. %(num)d are left.",
                               second_steps.left(db.session(), me.id)), "info")
            return login.onward()
        form.blame("code", _("This code is not right, or it was used already.") if isinstance(form, RecoveryForm) else
                   WRONG_CODE)
    return render_template(page, form=form), 422 if form.unfold() else 200
