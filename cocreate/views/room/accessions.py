"""Acceding to what others signed: read the document of one's own party, state, show who one is, sign.

``paper`` is the key of a short agreement's task, "" for the contract.
"""

from datetime import datetime

from flask import current_app, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer

from cocreate import sentences
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain import contract as domain
from cocreate.errors import Conflict, Forbidden, TooOften
from cocreate.forms.base import Form
from cocreate.forms.contracts import SignForm
from cocreate.papers import paper_words
from cocreate.services import accessions as service
from cocreate.services import bundles, sign_ins, signing
from cocreate.services.acts.accessions import require_acceding
from cocreate.views.room import contract_words, frame, signature, signing_words
from cocreate.views.room.blueprint import bp
from cocreate.views.room.documents import download
from cocreate.views.room.signing import CONTRACT
from cocreate.web import login, pages
from workflows.facts import AccessionFact, Facts


@bp.route("/contract/accede", methods=["GET", "POST"], defaults=CONTRACT)
@bp.route("/agreements/<paper>/accede", methods=["GET", "POST"])
def accede(ref: str, paper: str) -> ResponseReturnValue:
    """What binds my organisation, and my signature for it."""
    facts = signing_words.enter(ref, paper)
    form = _form(facts, paper, now())
    if request.method == "GET":
        return _show(facts, paper, form) if _mine(facts, paper) is None else redirect(
            signing_words.home(facts, paper), 303)
    if _by_me(facts, paper):  # the same form sent twice
        return _done(facts, paper)
    try:
        require_acceding(facts, form.number, paper)
        made_at = _made_at(form)
        if form.validate() and made_at is not None and signature.is_me(ref, form, paper):
            with transaction() as session:
                service.accede(session, ref, store=current_app.extensions["store"], seen=form.text_sha256.data or "",
                               made_at=made_at, evidence=signature.evidence(facts, form, str(made_at)), paper=paper,
                               code=not login.me().totp, actor=login.me().id, key=form.key(), now=now())
            return _done(frame.enter(ref), paper, fresh=True)
        if made_at is None:
            form = _unread(facts, paper)
    except Conflict as error:
        if error.code != "contract.changed":
            raise
        form = _form(facts, paper, now(), fresh=True)
        if login.me().totp:  # it counted once
            form.code.data = None
        form.blame("", _("The document changed. Nothing was signed. Read it again, then accede."))
        return _show(frame.enter(ref), paper, form), 409
    except TooOften as error:
        form.blame("password", sentences.error(error, pages.reader()))
        return _show(facts, paper, form), 429
    facts = frame.enter(ref)
    return _done(facts, paper) if _by_me(facts, paper) else (_show(facts, paper, form), 422)


def _mine(facts: Facts, paper: str) -> AccessionFact | None:
    return facts.accession(facts.own, paper)


def _by_me(facts: Facts, paper: str) -> bool:
    there = _mine(facts, paper)
    return there is not None and there.person == login.me().id


def _done(facts: Facts, paper: str, *, fresh: bool = False) -> ResponseReturnValue:
    """The same answer to the same form, however often it comes."""
    flash(_("Acceded for %(party)s. The document is on this page, and in the record. The seal of the host is being put "
            "on it.", party=contract_words.own(facts)), "done" if fresh else "info")
    return redirect(signing_words.home(facts, paper), 303)


@bp.post("/contract/accede/code", defaults=CONTRACT)
@bp.post("/agreements/<paper>/accede/code")
def accede_code(ref: str, paper: str) -> ResponseReturnValue:
    """Mail a code that counts for acceding; what was ticked and typed stays, but no password."""
    facts, status = signing_words.enter(ref, paper), 422
    form = _form(facts, paper, now())
    try:
        require_acceding(facts, form.number, paper)
        if _made_at(form) is None:
            form = _unread(facts, paper)
        elif form.stated():
            with transaction() as session:
                service.send_code(session, ref, version=form.number, paper=paper, actor=login.me().id,
                                  key=f"code-{form.key()[:60]}", now=now())
            form.code.data, status = None, 200  # another one is on its way
    except TooOften as error:
        form.blame("", sentences.error(error, pages.reader()))
        status = 429
    form.nonce.data = Form().nonce.data  # the one that was sent has mailed its code
    return _show(frame.enter(ref), paper, form, mailed=status == 200), status


@bp.get("/contract/accessions/<int:party>/<any('signed.pdf', 'sealed.pdf', 'evidence.pdf', 'bundle.zip'):file>",
        defaults=CONTRACT)
@bp.get("/agreements/<paper>/accessions/<int:party>/"
        "<any('signed.pdf', 'sealed.pdf', 'evidence.pdf', 'bundle.zip'):file>")
def accession_file(ref: str, paper: str, party: int, file: str) -> ResponseReturnValue:
    """The document by which a party acceded, as it was signed or sealed; its evidence; all of it, to check alone."""
    facts, store = signing_words.enter(ref, paper), current_app.extensions["store"]
    if file == "bundle.zip":
        name, body = bundles.of_accession(db.session(), facts, store, party, paper=paper, language=pages.language())
        return download(body, "application/zip", name)
    kind = file.removesuffix(".pdf")
    title, body = service.pdf(db.session(), facts, store, party, kind=kind, paper=paper)
    names = {"signed": _("as signed"), "sealed": _("sealed"), "evidence": _("evidence")}
    return download(body, "application/pdf", f"{title}, {facts.party(party).name}, {names[kind]}.pdf")


def _form(facts: Facts, paper: str, moment: datetime, *, fresh: bool = False) -> SignForm:
    """The form with the hash of the document, made at the moment it was first shown."""
    number = _number(facts, paper)
    made_at = moment.replace(microsecond=0)
    shown = {"version": str(number), "opened": _token().dumps([login.me().id, made_at.isoformat()])}
    form = SignForm.from_request(**shown)
    if fresh:
        form.opened.data = shown["opened"]
    signature.ask(form, facts, _("I have read the agreement and this accession."))
    return form


def _unread(facts: Facts, paper: str) -> SignForm:
    """As it was sent, for who has not opened this document."""
    form = _form(facts, paper, now(), fresh=True)
    signature.blame_unread(form)
    return form


def _number(facts: Facts, paper: str) -> int:
    """The version acceded to."""
    standing = facts.standing(paper)
    return standing.number if standing else 0


def _made_at(form: SignForm) -> datetime | None:
    """When the document was made for this very person; None where it never was."""
    try:
        person, at = _token().loads(form.opened.data or "")
        return datetime.fromisoformat(at) if person == login.me().id else None
    except (BadSignature, ValueError, TypeError):
        return None


def _token() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="cocreate opened accession")


def _show(facts: Facts, paper: str, form: SignForm, *, mailed: bool = False) -> str:
    """The document as the reader's party would sign it, or why nobody signs here now."""
    made_at, only, text, me = _made_at(form) or now().replace(microsecond=0), "", None, login.me()
    try:
        made = service.document(db.session(), facts, made_at=made_at, paper=paper)
        form.text_sha256.data, text = made.text_sha256, made.text
    except (Conflict, Forbidden) as error:
        only = sentences.error(error, pages.reader(), facts)
    number = _number(facts, paper)
    return frame.show(
        "room/accessions/sign.html", facts, *signing_words.trail(facts, paper), (_("Read and accede"), None),
        home=signing_words.home(facts, paper), paper_key=paper, form=form, text=text, only=only, number=number,
        t=paper_words.accession_sheet(text.language) if text else None,
        marked=contract_words.marker(text) if text else None,
        numbered=domain.numbered, fingerprint=contract_words.grouped, party=contract_words.own(facts),
        instead=signing_words.in_place_of(facts, text, accedes=True) if text else "", totp=me.totp, email=me.email,
        code_ready=me.totp or (number and signing.code_waits(db.session(), facts, version=number, actor=me.id,
                                                             paper=paper)),
        mailed=sign_ins.masked(me.email) if mailed else "")
