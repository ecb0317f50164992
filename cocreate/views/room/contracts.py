"""The contract: read as it will be printed, made ready, signed for one's own party, proven afterwards."""

import re
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer

from cocreate import login, pages, sentences, typesetting, words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain import contract as domain
from cocreate.domain.contract import ContractText
from cocreate.domain.rights import Act, may
from cocreate.domain.turns import is_open, may_freeze
from cocreate.errors import Conflict, Forbidden, Invalid, Refused, TooOften
from cocreate.forms.accounts import WRONG_CODE, WRONG_PASSWORD
from cocreate.forms.base import Form
from cocreate.forms.contracts import RefuseForm, SignForm
from cocreate.models.contracts import ContractVersion
from cocreate.services import accounts, composing, contracts, second_steps, sign_ins, signing
from cocreate.views.room import accession_words, contract_words, frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.documents import download
from workflows import engine
from workflows.conditions import ContractIs
from workflows.facts import ContractState, Facts
from workflows.guards import reasons

FREEZE_TRIES = 3


# reading


@bp.get("/contract")
def contract(ref: str) -> ResponseReturnValue:
    """Is this what we agreed, and is it ready?"""
    return _read(frame.enter(ref))


@bp.get("/contract/versions/<int:number>")
def contract_version(ref: str, number: int) -> ResponseReturnValue:
    """Any version, word for word, and what has changed since."""
    return _read(frame.enter(ref), number)


@bp.get("/contract/versions/<int:number>/<any(check, signed, sealed, evidence):kind>.pdf")
def contract_pdf(ref: str, number: int, kind: str) -> ResponseReturnValue:
    """The file as it was signed, with its seal, or its evidence; ``check`` is a copy marked "not signed"."""
    facts, session = frame.enter(ref), db.session()
    if kind == "check":
        text, body = contracts.copy_to_check(session, facts, current_app.extensions["store"], number)
    else:
        text = contracts.version(session, facts, number).text
        body = contracts.pdf(session, facts, current_app.extensions["store"], number, kind=kind)
    names = {"check": _("not signed"), "signed": _("as signed"), "sealed": _("sealed"), "evidence": _("evidence")}
    return download(body, "application/pdf", f"{text.title}, {number}, {names[kind]}.pdf")


def _read(facts: Facts, number: int | None = None, *, refused: str = "") -> str:
    session, standing = db.session(), facts.contract
    number = number or (standing.number if standing else None)
    frozen = contracts.version(session, facts, number) if number else None
    text, row = (frozen.text, frozen.row) if frozen else (composing.compose(session, facts), None)
    current = number is None or (standing is not None and standing.number == number)
    compared, changed = contract_words.changes(facts, text, current=current)
    return frame.show(
        "room/contracts/read.html", facts, *_trail(facts, number, current=current), row=row, current=current,
        headline=contract_words.headline(facts, text, number, current=current), refused=refused,
        waits=contract_words.waits(facts, text) if current else [], gate=contract_words.gate(facts),
        signers=contract_words.signers(facts, text.version) if frozen else [],
        versions=contract_words.versions(facts), compared=compared, changed=changed,
        part_names=contract_words.part_names(), nonce=Form(),
        offer=_offer(facts, None if frozen else text) if current else None,
        may_sign=current and _may_sign(facts), to_decide=_to_decide(facts) if current else None,
        only=_only_freezing(facts) if current else "", size=_size(facts, row), **_drawn(facts, text),
        **accession_words.around(facts))


def _drawn(facts: Facts, text: ContractText) -> dict[str, object]:
    """What a text is drawn with, on the page to read and on the page to sign."""
    return {"text": text, "number": text.version, "marked": contract_words.marker(text), "numbered": domain.numbered,
            "fingerprint": contract_words.grouped, "sample": contract_words.is_sample(text),
            "segments": contract_words.segments(facts)}


def _trail(facts: Facts, number: int | None, *, current: bool) -> list[tuple[str, str | None]]:
    if current:
        return [(_("Contract"), None)]
    return [(_("Contract"), url_for("room.contract", ref=facts.project.ref)),
            (_("Version %(number)s", number=number), None)]


def _to_decide(facts: Facts) -> str | None:
    """The gate where the reader's party still has to agree, if the reader decides for it."""
    key, own = contract_words.gate(facts), facts.actor.party if facts.actor else None
    if key is None or own is None or facts.contract is None or facts.ended or facts.on_hold:
        return None
    decision = facts.decision(key, own)
    asks = decision is not None and decision.state in ("asked", "lapsed") and is_open(facts, key)
    here = facts.definition.gates[key][0] == facts.project.stage
    return key if asks and here and may(Act.DECIDE, facts.actor, party=own) else None


def _offer(facts: Facts, composed: ContractText | None) -> int | None:
    """The number of the version that the reader can make ready now. composed: where it is at hand already."""
    if not contract_words.prepares(facts) or facts.on_hold or not may_freeze(facts):
        return None
    text = composed or composing.compose(db.session(), facts)
    return text.version if domain.signable(text) and not contracts.says_the_same(facts, text) else None


def _only_freezing(facts: Facts) -> str:
    """Who can make a version ready, for somebody who cannot."""
    if not contract_words.prepares(facts) or facts.contract or may_freeze(facts):
        return ""
    persons = tuple(member.person for party in facts.contracting for member in facts.people(party.number, "champion"))
    return sentences.error(Forbidden("only", act=Act.CLAUSES.value, persons=persons), pages.reader(), facts)


def _size(facts: Facts, row: ContractVersion | None) -> int:
    """How many bytes the parties signed: the beginning of the sealed file."""
    if row is None or row.sealed_at is None:
        return 0
    return len(contracts.pdf(db.session(), facts, current_app.extensions["store"], row.number, kind="signed"))


# making a version ready


@bp.post("/contract/freeze")
def contract_freeze(ref: str) -> ResponseReturnValue:
    """Make the next version ready to read; rendered first, then kept if nothing has happened meanwhile."""
    facts = frame.enter(ref)
    login.require_proof("room.contract", ref=ref)
    key = Form.from_request().key()
    try:
        number = _freeze(ref, key, FREEZE_TRIES)
    except Invalid as error:
        return _read(frame.enter(ref), refused=_("No version was made: a value is missing in clause %(numbers)s.",
                                                 numbers=_numbers(error))), 422
    except Conflict as error:
        if error.code != "contract.same":
            raise
        flash(sentences.error(error, pages.reader(), facts), "info")
    else:
        flash(_("Version %(number)s is ready to read. All parties have been told.", number=number), "done")
    return redirect(url_for("room.contract", ref=ref), 303)


def _numbers(error: Invalid) -> str:
    found = error.values.get("numbers")
    return words.numbers(found, pages.reader()) if isinstance(found, tuple) else ""


def _freeze(ref: str, key: str, tries: int) -> int:
    actor, moment = login.me().id, now()
    prepared = contracts.prepare(db.session(), ref, store=current_app.extensions["store"], actor=actor, now=moment)
    try:
        with transaction() as session:
            return int(contracts.freeze(session, ref, prepared, actor=actor, key=key, now=moment).values["number"])
    except Conflict as error:
        # "key.used": the same form was sent twice; looking again says that nothing has changed since.
        if error.code not in ("project.moved", "key.used") or tries <= 1:
            raise
    return _freeze(ref, key, tries - 1)


# signing


@bp.route("/contract/sign", methods=["GET", "POST"])
def sign(ref: str) -> ResponseReturnValue:
    """Read it all, state what is to be stated, show who one is, sign."""
    facts = frame.enter(ref)
    if facts.contract is None and request.method == "GET":
        return redirect(url_for("room.contract", ref=ref))
    form = _sign_form(facts)
    if request.method == "GET":
        return _show_signing(facts, form)
    if contract_words.signed_by_me(facts):  # the same form sent twice
        return _done(facts)
    try:
        signing.require_signable(facts, **_shown(form))
        if _valid(form, facts) and _is_me(ref, form):
            with transaction() as session:
                signing.sign(session, ref, **_shown(form), evidence=_evidence(facts, form), code=not login.me().totp,
                               actor=login.me().id, key=form.key(), now=now())
            return _done(frame.enter(ref), fresh=True)
    except Conflict as error:
        if error.code != "contract.changed":
            raise
        return _text_changed(ref, form)
    except Refused as error:
        return _gone_back(facts, error)
    except TooOften as error:
        form.blame("password", sentences.error(error, pages.reader()))
        return _show_signing(frame.enter(ref), form), 429
    facts = frame.enter(ref)
    return _done(facts) if contract_words.signed_by_me(facts) else (_show_signing(facts, form), 422)


@bp.post("/contract/sign/code")
def sign_code(ref: str) -> ResponseReturnValue:
    """Mail a code for exactly this version; what was ticked and typed stays, but no password."""
    facts = frame.enter(ref)
    form, status = _sign_form(facts), 200
    try:
        signing.require_signable(facts, **_shown(form))
        with transaction() as session:
            signing.send_code(session, ref, version=form.number, actor=login.me().id, key=f"code-{form.key()[:60]}",
                                now=now())
    except Conflict as error:
        if error.code != "contract.changed":
            raise
        return _text_changed(ref, form)
    except TooOften as error:
        form.blame("", sentences.error(error, pages.reader()))
        status = 429
    form.nonce.data = Form().nonce.data  # the one that was sent has mailed its code
    return _show_signing(frame.enter(ref), form, mailed=status == 200), status


def _sign_form(facts: Facts) -> SignForm:
    contract, me = facts.contract, login.me()
    shown = {"version": str(contract.number), "text_sha256": contract.text_sha256, "pdf_sha256": contract.pdf_sha256,
             "opened": _seal().dumps([me.id, contract.text_sha256, now().isoformat()])} if contract else {}
    form = SignForm.from_request(**shown)
    form.ask((_("I have read version %(number)s.", number=form.number),
              _("I may sign for %(party)s, as", party=contract_words.own(facts)),
              _("I agree to sign electronically.")),
             _("6-digit code from your app, or a recovery code") if me.totp else _("8-digit code from our mail"))
    return form


def _shown(form: SignForm) -> dict[str, Any]:
    return {"version": form.number, "text_sha256": form.text_sha256.data, "pdf_sha256": form.pdf_sha256.data}


def _valid(form: SignForm, facts: Facts) -> bool:
    valid = form.validate()
    if _opened_at(form) is None:
        form.opened.data = _sign_form(facts).opened.data
        form.blame("", _("Read the text on this page before you sign it."))
        return False
    return bool(valid)


def _opened_at(form: SignForm) -> str | None:
    """When this very person opened this very text; None where nobody has."""
    try:
        person, text_sha256, at = _seal().loads(form.opened.data or "")
    except (BadSignature, ValueError, TypeError):
        return None
    return str(at) if (person, text_sha256) == (login.me().id, form.text_sha256.data) else None


def _seal() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="cocreate opened contract")


def _is_me(ref: str, form: SignForm) -> bool:
    """Password, then code; committed also when one is wrong: the try counts."""
    me, moment = login.me(), now()
    code = form.code.data or ""
    with transaction() as session:
        password = accounts.confirm_password(session, me.id, form.password.data or "", moment)
        right = password and (
            second_steps._right(session, me.id, code, moment) if me.totp else
            signing.check_code(session, ref, version=form.number, code=code, actor=me.id, now=moment))
    if not password:
        form.blame("password", WRONG_PASSWORD)
    elif not right:
        form.blame("code", WRONG_CODE)
    return right


def _evidence(facts: Facts, form: SignForm) -> dict[str, object]:
    """What the signature rests on, in the words that were on the page."""
    me, basis = login.me(), form.basis.data
    return {
        "name": facts.actor.name if facts.actor else me.name, "basis": basis, "methods": [_method(form)],
        "statements": [form.read.label.text, f"{form.may.label.text} {basis}.", form.electronic.label.text],
        "zone": me.zone, "language": pages.language(), "address": request.remote_addr or "",
        "agent": request.user_agent.string[:300], "opened_at": _opened_at(form)}


def _method(form: SignForm) -> str:
    if not login.me().totp:
        return typesetting.password_and_mail(sign_ins.masked(login.me().email))
    six = re.fullmatch(r"[0-9]{6}", re.sub(r"[\s-]", "", form.code.data or ""))
    return typesetting.PASSWORD_AND_APP if six else "password and a recovery code"


def _may_sign(facts: Facts) -> bool:
    """Whether the reader is asked to sign the version that stands, now."""
    own = facts.actor.party if facts.actor else None
    contract = facts.contract
    return (contract is not None and contract.state is ContractState.FROZEN and not facts.ended and not facts.on_hold
            and own in {party.number for party in facts.signing} and may(Act.SIGN, facts.actor, party=own)
            and engine.waits_for_signatures(facts.definition, facts.project.stage) and facts.signature(own or 0) is None
            and not reasons(facts, ContractIs(contract="agreed"), facts.project.stage))


def _show_signing(facts: Facts, form: SignForm, *, mailed: bool = False) -> str:
    frozen = contracts.version(db.session(), facts)
    me, own, number = login.me(), facts.actor.party if facts.actor else None, frozen.row.number
    asks, signers = _may_sign(facts), contract_words.signers(facts, number)
    form.code.data = None  # what was typed stays, secrets never
    return frame.show(
        "room/contracts/sign.html", facts, (_("Contract"), url_for("room.contract", ref=facts.project.ref)),
        (_("Read and sign"), None), row=frozen.row, form=form, may_sign=asks, signers=signers,
        ring_segments=[(signer.party.number, "agreed" if signer.at else "open") for signer in signers],
        own=frame.party_views(facts)[own] if own is not None else None,
        code_ready=me.totp or signing.code_waits(db.session(), facts, version=number, actor=me.id),
        mailed=sign_ins.masked(me.email) if mailed else "", totp=me.totp, email=me.email,
        older=max((c.number for c in facts.contracts if c.number < number), default=None),
        signed=contract_words.signed_words(facts) if contract_words.signed_by_me(facts) else "",
        only="" if asks else _only_signing(facts), waits=contract_words.waits(facts, frozen.text),
        **_drawn(facts, frozen.text))


def _only_signing(facts: Facts) -> str:
    """Who can sign, for somebody who cannot."""
    if facts.ended or facts.contract is None or contract_words.signed_by_me(facts):
        return ""
    persons = tuple(member.person for party in facts.signing if facts.signature(party.number) is None
                    for member in facts.people(party.number, "signatory"))
    own = facts.actor.person if facts.actor else None
    return "" if own in persons else sentences.error(
        Forbidden("only", act=Act.SIGN.value, persons=persons), pages.reader(), facts)


def _done(facts: Facts, *, fresh: bool = False) -> ResponseReturnValue:
    flash(contract_words.signed_words(facts), "done" if fresh else "info")
    return redirect(url_for("room.contract", ref=facts.project.ref), 303)


def _text_changed(ref: str, form: SignForm) -> ResponseReturnValue:
    """Somebody was about to sign what no longer stands."""
    facts, reader = frame.enter(ref), pages.reader()
    seen = next((c for c in facts.contracts if c.number == form.number), None)
    when = ""
    if seen and seen.ended_at:
        today = words.local_day(seen.ended_at, reader) == reader.today
        when = words.clock_time(seen.ended_at, reader) if today else words.day_time(seen.ended_at, reader)
    sentence = _("The text changed at %(when)s. Nothing was signed.", when=when) if when else \
        _("The text changed. Nothing was signed.")
    url = url_for("room.contract_version", ref=ref, number=seen.number) + "#changes" if seen and seen.ended_at else \
        url_for("room.contract", ref=ref)
    return render_template("errors/error.html", heading=_("Changed meanwhile"), sentence=sentence, act_url=url,
                           act_label=_("See what changed"),
                           kept={_("As"): form.basis.data} if form.basis.data else {}), 409


def _gone_back(facts: Facts, error: Refused) -> ResponseReturnValue:
    """Somebody was about to sign when the project went back, was put on hold or ended."""
    why = " ".join(sentences.refusal(reason, facts, pages.reader(), party=facts.actor.party if facts.actor else None,
                                     mask=frame.mask(facts)).text for reason in error.reasons)
    return render_template(
        "errors/error.html", heading=_("Changed meanwhile"), sentence=f"{_('Nothing was signed.')} {why}",
        act_url=url_for("room.now", ref=facts.project.ref), act_label=_("Open the project"), kept={}), 409


# not signing


@bp.route("/contract/refuse", methods=["GET", "POST"])
def sign_refuse(ref: str) -> ResponseReturnValue:
    """Do not sign, with a reason that all parties read."""
    facts = frame.enter(ref)
    login.require_proof()
    form = RefuseForm.from_request()
    if request.method == "GET" and not (_may_sign(facts) or _may_withdraw(facts)):
        return redirect(url_for("room.sign", ref=ref))
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                receipt = signing.refuse_to_sign(
                    session, ref, version=request.form.get("version", 0, type=int), reason=form.reason.data,
                    actor=login.me().id, key=form.key(), now=now())
        except Invalid as error:
            form.blame(error.values.get("field"), sentences.error(error, pages.reader(), facts))
        else:
            stage = pages.stage(facts.definition, receipt.stage)
            flash(_("Not signed for %(party)s. The project is back in %(stage)s; all parties have been told why.",
                    party=contract_words.own(facts), stage=stage), "done")
            return redirect(url_for("room.contract", ref=ref), 303)
    stage = next(key for key, one in facts.definition.stages.items() if one.contract == "prepared")
    body = frame.show(
        "room/contracts/refuse.html", facts, (_("Contract"), url_for("room.contract", ref=ref)),
        (_("Do not sign"), None), form=form, party=contract_words.own(facts),
        number=facts.contract.number if facts.contract else 0,
        stage=pages.stage(facts.definition, stage), back_url=url_for("room.sign", ref=ref),
        given=[f"{s.names} ({s.party.name})" for s in contract_words.signers(facts, facts.contract.number) if s.at]
        if facts.contract else [])
    return body, 200 if request.method == "GET" else 422


def _may_withdraw(facts: Facts) -> bool:
    """Whether the reader has signed what others have not yet: until then a signature can be taken back this way."""
    return (contract_words.signed_by_me(facts) and not facts.ended and facts.contract is not None
            and facts.contract.state is ContractState.FROZEN)
