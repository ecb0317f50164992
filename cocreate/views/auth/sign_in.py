"""Sign in with a password; sign out."""

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.errors import TooOften
from cocreate.forms.accounts import SignInForm
from cocreate.services import accounts, sign_ins
from cocreate.views.auth.blueprint import bp
from cocreate.web import browsers, destination, login


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Let the right person in."""
    if request.method == "GET" and login.visitor():
        return login.onward()
    form = SignInForm.from_request()
    if request.method == "GET" or not form.validate():
        return _page(form, 200 if request.method == "GET" else 422)
    try:
        token = _begin(form)
    except TooOften:
        form.blame(None, _("Too many tries. Wait 15 minutes or use a sign-in link."))
        return _page(form, 429)
    if token is None:
        form.blame(None, _("E-mail or password is not right. Try again, or let us mail you a sign-in link."))
        return _page(form, 422)
    login.start(token)
    return login.onward() if login.visitor() else redirect(url_for("auth.second_step"), 303)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this session, at once and for every copy of its cookie."""
    if me := login.half():
        with transaction() as session:
            sign_ins.end(session, me.id, me.sign_in, now())
    login.leave()
    flash(_("You are signed out."), "done")
    return redirect(url_for("auth.sign_in"), 303)


def _begin(form: SignInForm) -> str | None:
    device, before = browsers.device(form.email.data), login.half()
    with transaction() as session:
        outcome = accounts.check_password(session, form.email.data, form.password.data, device=device, now=now())
        if outcome.person_id is None:
            return None
        return sign_ins.begin(session, outcome.person_id, method="password", device=device, now=now(),
                              instead_of=before.sign_in if before else None)


def _page(form: SignInForm, status: int) -> ResponseReturnValue:
    ended = login.was_signed_in()
    cookie.pop("_user_id", None)  # said once
    return render_template("auth/sign_in.html", form=form, ended=ended, expected=destination.keeps(),
                           new=accounts.nothing_set_up(db.session())), status
