"""What signing and acceding share: what is stated, who one shows to be, what the signature rests on."""

import re

from flask import request
from flask_babel import gettext as _

from cocreate.clock import now
from cocreate.db import transaction
from cocreate.forms.accounts import WRONG_CODE, WRONG_PASSWORD
from cocreate.forms.contracts import SignForm
from cocreate.papers import paper_words
from cocreate.services import accounts, second_steps, sign_ins, signing
from cocreate.views.room import contract_words
from cocreate.web import login, pages
from workflows.facts import Facts


def ask(form: SignForm, facts: Facts, read: str) -> None:
    """Give the form its statements. read: what has been read."""
    form.ask((read, _("I may sign for %(party)s, as", party=contract_words.own(facts)),
              _("I agree to sign electronically.")),
             _("6-digit code from your app, or a recovery code") if login.me().totp else
             _("8-digit code from our mail"))


def blame_unread(form: SignForm) -> None:
    form.blame("", _("Read the text on this page before you sign it."))


def is_me(ref: str, form: SignForm, paper: str = "") -> bool:
    """Password, then code; committed also when one is wrong: the try counts. A code that nobody asked for stays."""
    me, moment = login.me(), now()
    code = form.code.data or ""
    with transaction() as session:
        password = accounts.confirm_password(session, me.id, form.password.data or "", moment)
        right = password and (
            second_steps.is_right(session, me.id, code, moment) if me.totp else
            signing.check_code(session, ref, version=form.number, paper=paper, code=code, actor=me.id, now=moment))
    if not password:
        form.blame("password", WRONG_PASSWORD)
    elif not right:
        form.blame("code", WRONG_CODE if me.totp else
                   _("This code is not right, or it was used already. Type the one of our newest mail, or let us mail "
                     "you another."))
        form.code.data = None
    return right


def evidence(facts: Facts, form: SignForm, opened_at: str | None) -> dict[str, object]:
    """What the signature rests on, in the words that were on the page."""
    me, basis = login.me(), form.basis.data
    return {
        "name": facts.actor.name if facts.actor else me.name, "basis": basis, "methods": [_method(form)],
        "statements": [form.read.label.text, f"{form.may.label.text} {basis}.", form.electronic.label.text],
        "zone": me.zone, "language": pages.language(), "address": request.remote_addr or "",
        "agent": request.user_agent.string[:300], "opened_at": opened_at}


def _method(form: SignForm) -> str:
    language = pages.language()
    if not login.me().totp:
        return paper_words.by_mail(language, sign_ins.masked(login.me().email))
    six = re.fullmatch(r"[0-9]{6}", re.sub(r"[\s-]", "", form.code.data or ""))
    return paper_words.by_app(language) if six else paper_words.by_recovery_code(language)
