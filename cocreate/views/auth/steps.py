"""The second step of signing in, and showing once more that it is oneself."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import login
from cocreate.clock import now
from cocreate.db import transaction
from cocreate.forms.accounts import WRONG_CODE, CodeForm, ProveForm, ProveWithCodeForm, RecoveryForm
from cocreate.services import second_steps
from cocreate.views.auth.blueprint import bp


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
            login.start(token)
            return login.onward()
        form.blame("password", _("Password or code is not right.") if me.totp else _("This password is not right."))
    return render_template("auth/prove.html", form=form, me=me), 422 if form.unfold() else 200


def _step(form: CodeForm | RecoveryForm, page: str) -> ResponseReturnValue:
    me = login.half() or login.me()
    if request.method == "POST" and form.validate():
        with transaction() as session:
            token = second_steps.pass_step(session, me, form.code.data, now=now())
        if token:
            login.start(token)
            return login.onward()
        form.blame("code", WRONG_CODE)
    return render_template(page, form=form), 422 if form.unfold() else 200
