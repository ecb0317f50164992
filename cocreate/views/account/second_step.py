"""App code and recovery codes."""

import segno
from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.errors import Invalid
from cocreate.forms.accounts import WRONG_CODE, WRONG_PASSWORD, CodeForm, SwitchOffForm
from cocreate.forms.base import Form
from cocreate.services import accounts, second_steps
from cocreate.views.account.blueprint import bp
from cocreate.web import login

SECRET = "app_code"  # noqa: S105 - a name in the cookie, where the new secret lies locked until it is confirmed


@bp.route("/app-code", methods=["GET", "POST"])
def app_code() -> ResponseReturnValue:
    """Set an app up; it counts once it has shown a right code."""
    login.require_proof("account.app_code")
    me, form = login.me(), CodeForm.from_request()
    if me.totp:
        return redirect(url_for("account.show"), 303)
    secret, cookie[SECRET] = second_steps.offered(cookie.get(SECRET, ""))
    if request.method == "POST" and form.validate():
        with transaction() as session:
            token = second_steps.enrol(session, me, secret, form.code.data, now=now())
        if token:
            login.start(token)
            return _new_codes(tell=False)
        form.blame("code", WRONG_CODE)
    address = second_steps.address_for_app(secret, me.email)
    return render_template("account/app_code.html", form=form, secret=secret, address=address,
                           picture=_picture(address)), \
        422 if form.unfold() else 200


@bp.route("/app-code/off", methods=["GET", "POST"])
def app_code_off() -> ResponseReturnValue:
    """Ask for no code any more; needs the password, and one long enough to stand alone."""
    me, form = login.me(), SwitchOffForm.from_request()
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                token = second_steps.switch_off(session, me, form.password.data, now=now())
        except Invalid as refused:
            form.refuse(refused)
        else:
            if token:
                login.start(token)
                flash(_("The app code is off. All other devices are signed out."), "done")
                return redirect(url_for("account.show"), 303)
            form.blame("password", WRONG_PASSWORD)
    return render_template("account/app_code_off.html", form=form), 422 if form.unfold() else 200


@bp.route("/recovery-codes", methods=["GET", "POST"])
def recovery_codes() -> ResponseReturnValue:
    """Make ten new codes and show them this once."""
    login.require_proof()
    account = accounts.look(db.session(), login.me().id)
    if not account.totp:
        return redirect(url_for("account.show"), 303)
    if request.method == "POST":
        return _new_codes()
    return render_template("account/recovery_codes.html", account=account, form=Form())


def _new_codes(*, tell: bool = True) -> ResponseReturnValue:
    codes = second_steps.draw_recovery_codes()
    hashes = second_steps.recovery_hashes(codes)
    with transaction() as session:
        second_steps.keep_recovery_codes(session, login.me().id, hashes, now=now(), tell=tell)
    return render_template("account/new_codes.html", codes=codes)


def _picture(address: str) -> Markup:
    """The QR code as part of the page: no style attribute, no file."""
    title = _("The same code as a picture, for the camera of your app")
    return Markup(segno.make(address, error="m").svg_inline(  # noqa: S704 - drawn by segno
        scale=5, border=3, light="#fff", svgclass=None, lineclass=None, title=title))
