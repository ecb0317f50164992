"""Name, language, mails, password and devices."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_babel
from flask_babel import gettext as _

from cocreate import words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.errors import Invalid
from cocreate.forms.accounts import WRONG_PASSWORD, DeviceForm, PasswordForm, ProfileForm
from cocreate.forms.base import Form
from cocreate.services import accounts, digests, hosts, memberships, sign_ins
from cocreate.services.accounts import Account
from cocreate.views.account.blueprint import bp
from cocreate.views.parts import part_words
from cocreate.web import login


@bp.route("", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """Everything about one's account; changing it after a sign-in by link needs proof."""
    me, account = login.me(), accounts.look(db.session(), login.me().id)
    form = _profile_form(account)
    if request.method == "POST":
        _require_more_than_a_link()
        if form.validate():
            with transaction() as session:
                accounts.set_profile(session, me.id, **{**form.values(), "addressed": form.addressed.data or ""})
            silent = form.digest.data == digests.NEVER and account.digest != digests.NEVER
            return _done(_("Saved. Asks cannot be silenced; pass them to a colleague instead.") if silent
                         else _("Saved."))
    rows = sign_ins.devices(db.session(), me, now())
    found = memberships.of_person(db.session(), me.id, now=now())
    return render_template(
        "account/show.html", form=form, account=account, me=me, devices=rows, empty_form=Form(),
        may_change=_may_change(), memberships=found, staff=hosts.roles_of(db.session(), me.id), part_words=part_words(),
        away=[place for one in found for place in one.running if place.absence]), 422 if form.unfold() else 200


@bp.route("/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """Choose another password; all other devices are signed out."""
    me, form, account = login.me(), PasswordForm.from_request(), accounts.look(db.session(), login.me().id)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                token = accounts.change_password(session, me, form.current.data, form.password.data, now=now())
        except Invalid as refused:
            form.refuse(refused)
        else:
            if token:
                login.start(token)
                return _done(_("Changed. All other devices are signed out."))
            form.blame("current", WRONG_PASSWORD)
    least = accounts.least(totp=account.totp)
    return render_template("account/password.html", form=form, account=account, least=least), \
        422 if form.unfold() else 200


@bp.post("/devices/end")
def end_device() -> ResponseReturnValue:
    """Sign one other device out; it may have been signed out already."""
    _require_more_than_a_link()
    with transaction() as session:
        sign_ins.end(session, login.me().id, DeviceForm.from_request().sign_in.data or "", now())
    return _done(_("Signed out there."))


@bp.post("/devices/end-others")
def end_others() -> ResponseReturnValue:
    _require_more_than_a_link()
    with transaction() as session:
        token = sign_ins.end_others(session, login.me(), now())
    login.start(token)
    return _done(_("All other devices are signed out."))


def _profile_form(account: Account) -> ProfileForm:
    form = ProfileForm.from_request(name=account.name, addressed=account.addressed, language=account.language,
                                    zone=account.zone, numbers=account.numbers,
                                    theme=account.theme, digest=account.digest)
    languages = map(str, get_babel().instance.list_translations())
    form.offer([(code, words.language_name(code)) for code in languages], account.zone,
               words.number_formats(account.language))
    return form


def _may_change() -> bool:
    me = login.me()
    return me.method == "password" or me.proved


def _require_more_than_a_link() -> None:
    if not _may_change():
        login.require_proof("account.show")


def _done(answer: str) -> ResponseReturnValue:
    flash(answer, "done")
    return redirect(url_for("account.show"), 303)
