"""The contract: read as it will be printed, made ready, proven afterwards. Signing is a page of its own."""

from dataclasses import replace

from flask import current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import sentences
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain.contract import ContractText
from cocreate.domain.lacking import lacking
from cocreate.domain.rights import Act
from cocreate.domain.topics import Topic
from cocreate.domain.turns import may_freeze, prepares, turns
from cocreate.errors import Conflict, Forbidden, Invalid, NotFound
from cocreate.forms.base import Form
from cocreate.models.contracts import ContractVersion
from cocreate.sentences.agreeing import contract_gate
from cocreate.services import bundles, composing, contracts, missing
from cocreate.views.room import accession_words, clause_words, contract_words, frame, signing_words
from cocreate.views.room.blueprint import bp
from cocreate.views.room.documents import download
from cocreate.views.room.signing import CONTRACT
from cocreate.views.room.talk import talk
from cocreate.web import login, pages
from workflows.facts import ContractState, Facts

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


@bp.get("/contract/clauses")
def contract_clauses(ref: str) -> ResponseReturnValue:
    """Each clause with what is open about it."""
    facts = frame.enter(ref)
    text, row = _standing(facts)
    return frame.show("room/contracts/clauses.html", facts, *signing_words.trail(facts, ""), (_("Clauses"), None),
                      text=text, row=row, kept="" if row else contract_words.kept(facts),
                      lines=clause_words.lines(facts, text), segments=contract_words.segments(facts),
                      tabs=_tabs(facts, "clauses"))


@bp.get("/contract/clauses/<key>")
def contract_clause(ref: str, key: str) -> ResponseReturnValue:
    """One clause: where it comes from, who agrees, what is missing in it, what is said about it."""
    facts = frame.enter(ref)
    text, row = _standing(facts)
    places = [place for place, clause in enumerate(text.clauses) if clause.key == key]
    if not places:
        raise NotFound
    place = places[0]
    return frame.show(
        "room/contracts/clause.html", facts, *signing_words.trail(facts, ""),
        (_("Clauses"), url_for("room.contract_clauses", ref=ref)), (text.clauses[place].title, None), row=row,
        clause=text.clauses[place], open_values=contract_words.open_in(text, text.clauses[place]),
        before=text.clauses[place - 1] if place else None,
        after=text.clauses[place + 1] if place + 1 < len(text.clauses) else None,
        line=clause_words.lines(facts, text)[place], other_words=clause_words.other_words(facts, text.clauses[place]),
        talk=talk(facts, Topic("clause", key)), tabs=_tabs(facts, "clauses"), gate=contract_gate(facts),
        **contract_words.drawn(facts, text))


@bp.get("/contract/evidence")
def contract_evidence(ref: str) -> ResponseReturnValue:
    """Who signed when, the files, and how anybody checks them without this software."""
    facts = frame.enter(ref)
    standing = facts.contract
    row = contracts.row(db.session(), facts) if standing else None
    return frame.show(
        "room/contracts/evidence.html", facts, *signing_words.trail(facts, ""), (_("Evidence"), None), row=row,
        number=standing.number if standing else None, size=size(facts, row), fingerprint=contract_words.grouped,
        kept=row is not None and not contracts.may_read(facts, row),
        signers=signing_words.signers(facts, standing.number) if standing else [], paper_key="",
        reserved=clause_words.about_the_whole(facts) if standing else (),
        steps=contract_words.steps(size(facts, row)), tabs=_tabs(facts, "evidence"),
        ended=[] if standing else contract_words.versions(facts))


@bp.get("/contract/versions/<int:number>/<any(check, signed, sealed, evidence):kind>.pdf", defaults=CONTRACT)
@bp.get("/agreements/<paper>/versions/<int:number>/<any(check, signed, sealed, evidence):kind>.pdf")
def contract_pdf(ref: str, paper: str, number: int, kind: str) -> ResponseReturnValue:
    """The file as it was signed, with its seal, or its evidence; ``check`` is a copy marked "not signed"."""
    facts, session = signing_words.enter(ref, paper), db.session()
    if kind == "check":
        kept = current_app.extensions
        text, body = contracts.copy_to_check(session, facts, kept["store"], kept["copies"], number, paper=paper)
    else:
        text = composing.compose(session, facts, paper)
        body = contracts.pdf(session, facts, current_app.extensions["store"], number, kind=kind, paper=paper)
    names = {"check": _("not signed"), "signed": _("as signed"), "sealed": _("sealed"), "evidence": _("evidence")}
    return download(body, "application/pdf", _("%(title)s, version %(number)s, %(kind)s.pdf",
                                                  title=text.title, number=number, kind=names[kind]))


@bp.get("/contract/versions/<int:number>/bundle.zip", defaults=CONTRACT)
@bp.get("/agreements/<paper>/versions/<int:number>/bundle.zip")
def contract_bundle(ref: str, paper: str, number: int) -> ResponseReturnValue:
    """Everything that is needed to check a signed paper without this software, in one file."""
    facts = signing_words.enter(ref, paper)
    name, body = bundles.bundle(db.session(), facts, current_app.extensions["store"], number, paper=paper,
                                language=pages.language())
    return download(body, "application/zip", name)


def _read(facts: Facts, number: int | None = None, *, refused: str = "") -> str:
    session, standing = db.session(), facts.contract
    number = number or (standing.number if standing else None)
    kept = standing is not None and number == standing.number and not contracts.may_read(
        facts, contracts.row(session, facts, number))
    frozen = contracts.version(session, facts, number) if number and not kept else None
    text, row = (frozen.text, frozen.row) if frozen else _known(facts)
    current = number is None or (standing is not None and standing.number == number)
    if current:
        facts = missing.known(session, facts, text)
    compared, changed = contract_words.changes(facts, text, current=current)
    return frame.show(
        "room/contracts/read.html", facts, *_trail(facts, number, current=current), row=row, current=current,
        kept=contract_words.kept(facts) if kept else "", signed=_signed(facts, number),
        headline=contract_words.headline(facts, text, number, current=current), refused=refused,
        waits=contract_words.waits(facts, text) if current else [], gate=contract_gate(facts),
        signers=signing_words.signers(facts, text.version) if frozen else [],
        versions=contract_words.versions(facts), compared=compared, changed=changed,
        part_names=contract_words.part_names(), nonce=Form(),
        offer=_offer(facts) if current else None,
        may_sign=current and signing_words.may_sign(facts), to_decide=_to_decide(facts) if current else None,
        only=_only_freezing(facts) if current else "", tabs=_tabs(facts, "read"),
        notes=clause_words.notes(facts, text) if current else {},
        reserved=clause_words.about_the_whole(facts) if current else (),
        **contract_words.drawn(facts, text),
        **accession_words.around(facts))


def _standing(facts: Facts) -> tuple[ContractText, ContractVersion | None]:
    """The version that stands, if the reader may; else the text as it would be, as they may read it."""
    if facts.contract is None or not contracts.may_read(facts, contracts.row(db.session(), facts)):
        return _known(facts)
    frozen = contracts.version(db.session(), facts)
    return frozen.text, frozen.row


def _known(facts: Facts) -> tuple[ContractText, None]:
    """The text as it would be, as the reader may read it; of a version that stands and is kept from them its number."""
    text = composing.compose(db.session(), facts)
    return (replace(text, version=facts.contract.number) if facts.contract else text), None


def _signed(facts: Facts, number: int | None) -> bool:
    return any(one.number == number and one.state is ContractState.SIGNED for one in facts.contracts)


def _tabs(facts: Facts, here: str) -> list[tuple[str, str, bool]]:
    """(label, address, whether one is there) of the pages of the contract."""
    found = [("read", _("Read"), "room.contract"), ("clauses", _("Clauses"), "room.contract_clauses"),
             ("sign", _("Sign"), "room.sign"), ("evidence", _("Evidence"), "room.contract_evidence")]
    return [(label, url_for(endpoint, ref=facts.project.ref), key == here) for key, label, endpoint in found
            if key != "sign" or (facts.contract is not None and contracts.may_read(
                facts, contracts.row(db.session(), facts)))]


def _trail(facts: Facts, number: int | None, *, current: bool) -> list[tuple[str, str | None]]:
    if current:
        return [(_("Contract"), None)]
    return [(_("Contract"), url_for("room.contract", ref=facts.project.ref)),
            (_("Version %(number)s", number=number), None)]


def _to_decide(facts: Facts) -> str | None:
    """The gate where the reader's party still has to agree, if the reader decides for it."""
    key = contract_gate(facts)
    asked = turns(facts, facts.actor.person) if facts.actor else ()
    return key if any(turn.key == key and turn.act in ("decide", "decide_again") for turn in asked) else None


def _offer(facts: Facts) -> int | None:
    """The number of the version that the reader can make ready now, also of what is kept from them."""
    if not prepares(facts) or facts.on_hold or not may_freeze(facts):
        return None
    text = composing.whole(db.session(), facts)
    ready = next(lacking(text, facts), None) is None
    return text.version if ready and not contracts.says_the_same(facts, text) else None


def _only_freezing(facts: Facts) -> str:
    """Who can make a version ready, for somebody who cannot."""
    if not prepares(facts) or facts.contract or may_freeze(facts):
        return ""
    persons = tuple(member.person for party in facts.contracting for member in facts.people(party.number, "champion"))
    return sentences.error(Forbidden("only", act=Act.CLAUSES.value, persons=persons), pages.reader(), facts)


def size(facts: Facts, row: ContractVersion | None) -> int:
    """How many bytes the parties signed: the beginning of the sealed file."""
    if row is None or row.sealed_at is None or not contracts.may_read(facts, row):
        return 0
    store = current_app.extensions["store"]
    return len(contracts.pdf(db.session(), facts, store, row.number, kind="signed", paper=row.paper))


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
        why = sentences.error(error, pages.reader(), facts)
        return _read(frame.enter(ref), refused=f"{_('No version was made.')} {why}"), 422
    except Conflict as error:
        if error.code != "contract.same":
            raise
        flash(sentences.error(error, pages.reader(), facts), "info")
    else:
        flash(_("Version %(number)s is ready to read. All parties have been told.", number=number), "done")
    return redirect(url_for("room.contract", ref=ref), 303)


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
