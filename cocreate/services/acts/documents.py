"""Sharing files beside tasks: who sees them, newer versions, and taking them away again.

A file that a task asked for belongs to its contribution: a new version of it comes with a new version of that.
"""

from dataclasses import dataclass

from cocreate.db import table_of
from cocreate.domain import audience
from cocreate.domain.rights import Act
from cocreate.errors import Conflict, Forbidden, Invalid, NotFound
from cocreate.models.work import Document
from cocreate.services.acts.change import Change, next_number, require, require_same
from cocreate.services.acts.contributions import NewFile, document_version
from cocreate.services.writes import Insert
from workflows.facts import DocumentFact, Facts, MemberFact
from workflows.values import replace

NOTE = 500  # characters


@dataclass(frozen=True, slots=True)
class Share:
    """Share a file. ``parties``: who sees it beside the own party; None is everybody who is there."""

    file: NewFile
    parties: tuple[int, ...] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A newer version of a shared document; ``seen`` is the one that was the newest on the page.

    before: the fingerprint of that one. The document keeps its own name, whatever the file is called.
    by: who shared it; what is of no party is theirs who have the same part.
    """

    document: int
    seen: int
    file: NewFile
    note: str = ""
    before: str = ""
    by: int | None = None


@dataclass(frozen=True, slots=True)
class Widen:
    """Let more parties see it; None is everybody who is there."""

    document: int
    parties: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Narrow:
    """Let fewer parties see it. What they have read or downloaded, they have."""

    document: int
    parties: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take a shared document away. Its versions stay in the record by their fingerprints."""

    document: int
    seen: int
    by: int | None = None


def share(facts: Facts, given: Share) -> Change:
    actor = require(facts, Act.UPLOAD, party=facts.own)
    document = DocumentFact(
        next_number(facts.documents), actor.party, given.file.name, None, newest=1,
        sees=_sees(facts, actor, given.parties))
    row = {"project_id": facts.project.id, "host_id": facts.project.host_id, "number": document.number,
           "party": document.party, "name": document.name, "path": None, "newest": 1, "sees": document.sees,
           "withdrawn_at": None}
    return Change(
        facts=facts.with_document(document), party=actor.party, sees=document.sees, answer={"number": document.number},
        rows=(Insert(table_of(Document), (row,)),
              document_version(facts, document, given.file, actor.person, given.note[:NOTE])),
        details={"document": document.number, "sha256": given.file.sha256}, personal={"name": document.name})


def new_version(facts: Facts, given: NewVersion) -> Change:
    document, actor = _owned(facts, given.document, Act.UPLOAD, by=given.by)
    require_same(given.seen, document.newest, "document.changed", document=document.number)
    if given.file.sha256 == given.before:
        raise Invalid("document.same", field="upload")
    after = replace(document, newest=document.newest + 1)
    return Change(
        facts=facts.with_document(after), party=actor.party, sees=document.sees, answer={"version": after.newest},
        rows=(document_version(facts, after, given.file, actor.person, given.note[:NOTE]),),
        details={"document": document.number, "version": after.newest, "sha256": given.file.sha256},
        personal={"name": after.name, **({"note": given.note} if given.note else {})})


def widen(facts: Facts, given: Widen) -> Change:
    document, actor = _owned(facts, given.document, Act.WIDEN, asked_for=True)
    sees = document.sees | _sees(facts, actor, given.parties)
    if sees == document.sees:
        raise Conflict("document.seen_already")
    return _seen_by(facts, document, actor, sees, sees)


def narrow(facts: Facts, given: Narrow) -> Change:
    document, actor = _owned(facts, given.document, Act.WIDEN)
    sees = document.sees & _sees(facts, actor, given.parties)
    if sees == document.sees:
        raise Conflict("document.seen_already")
    return _seen_by(facts, document, actor, sees, document.sees)


def withdraw(facts: Facts, given: Withdraw) -> Change:
    document, actor = _owned(facts, given.document, Act.UPLOAD, by=given.by)
    require_same(given.seen, document.newest, "document.changed", document=document.number)
    after = replace(document, withdrawn_at=facts.now)
    return Change(facts=facts.with_document(after), party=actor.party, sees=document.sees,
                  details={"document": document.number}, personal={"name": document.name})


def owns(facts: Facts, document: DocumentFact, by: int | None) -> bool:
    """Whether it is the actor's party's. What somebody without a party shared belongs to those with the same part, not
    to all of no party who see it: the host's people do not change what the neutral person shared.
    """
    actor = facts.actor
    if actor is None:
        return False
    if document.party is not None:
        return actor.party == document.party
    return actor.party is None and bool(audience.reader(facts.member(by)) & audience.reader(actor))


def _owned(facts: Facts, number: int, act: Act, *, by: int | None = None,
           asked_for: bool = False) -> tuple[DocumentFact, MemberFact]:
    document = next((one for one in facts.documents if one.number == number), None)
    actor = facts.actor
    if document is None or document.withdrawn_at or actor is None or not document.sees & audience.reader(actor):
        raise NotFound
    actor = require(facts, act, party=document.party)
    if not owns(facts, document, by):
        raise Forbidden("only", act=act.value, persons=tuple(
            m.person for m in facts.people(document.party, "champion")) or ((by,) if by else ()))
    if document.path is not None and not asked_for:
        raise Conflict("document.asked_for", task=document.path.split(".")[1])
    return document, actor


def _seen_by(facts: Facts, document: DocumentFact, actor: MemberFact, sees: int, told: int) -> Change:
    numbers = audience.parties_in(sees, [party.number for party in facts.parties])
    return Change(facts=facts.with_document(replace(document, sees=sees)), party=actor.party, sees=told,
                  details={"document": document.number, "parties": list(numbers)}, personal={"name": document.name})


def _sees(facts: Facts, actor: MemberFact, parties: tuple[int, ...] | None) -> int:
    """The audience of a file: never without those who shared it."""
    if parties is None:
        return audience.everybody(facts) | audience.reader(actor)
    there = {party.number for party in facts.present}
    if not there.issuperset(parties):
        raise Invalid("document.parties", field="parties")
    return audience.of_parties(parties) | audience.reader(actor)
