"""Shared files: who sees them, who has read them, and the acts on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.db import insert_into
from cocreate.models.people import Person
from cocreate.models.projects import Project
from cocreate.models.work import DocumentRead, DocumentVersion
from cocreate.services import progress
from cocreate.services.acts.contributions import NewFile
from cocreate.services.acts.documents import Narrow, NewVersion, Share, Widen, Withdraw
from workflows.facts import DECIDED, DecisionFact, DocumentFact, Facts


@dataclass(frozen=True, slots=True)
class Reading:
    """Which parties have downloaded the newest version; names only of the reader's own party."""

    parties: frozenset[int]
    names: tuple[str, ...]
    ever: frozenset[int]  # parties that read any version


@dataclass(frozen=True, slots=True)
class Newest:
    """From whom the newest version of a document is."""

    by: str
    at: datetime
    size: int


def share(session: Session, ref: str, *, file: NewFile, parties: Sequence[int] | None, note: str = "", actor: int,
          key: str, now: datetime) -> progress.Receipt:
    """Share a file with all (None) or with some parties."""
    given = Share(file, None if parties is None else tuple(parties), note)
    return progress.act(session, ref, given, actor=actor, key=key, now=now)


def new_version(session: Session, ref: str, *, document: int, seen: int, file: NewFile, note: str, actor: int,
                key: str, now: datetime) -> progress.Receipt:
    before = session.scalar(select(DocumentVersion.sha256).join(
        Project, Project.id == DocumentVersion.project_id).where(
        Project.ref == ref, DocumentVersion.document == document, DocumentVersion.number == seen)) or ""
    given = NewVersion(document, seen, file, note, before, _shared_by(session, ref, document))
    return progress.act(session, ref, given, actor=actor, key=key, now=now)


def show_to(session: Session, ref: str, *, document: int, parties: Sequence[int] | None, wider: bool, actor: int,
            key: str, now: datetime) -> progress.Receipt:
    """Let more parties see it, or fewer."""
    given: Widen | Narrow = Widen(document, None if parties is None else tuple(parties)) if wider or parties is None \
        else Narrow(document, tuple(parties))
    return progress.act(session, ref, given, actor=actor, key=key, now=now)


def withdraw(session: Session, ref: str, *, document: int, seen: int, actor: int, key: str,
             now: datetime) -> progress.Receipt:
    given = Withdraw(document, seen, _shared_by(session, ref, document))
    return progress.act(session, ref, given, actor=actor, key=key, now=now)


def _shared_by(session: Session, ref: str, document: int) -> int | None:
    """Of whom its first version is."""
    return session.scalar(select(DocumentVersion.person).join(Project, Project.id == DocumentVersion.project_id).where(
        Project.ref == ref, DocumentVersion.document == document, DocumentVersion.number == 1))


def mark_read(session: Session, facts: Facts, document: int, version: int) -> None:
    """Remember that the actor has downloaded it: once, outside any act."""
    actor = facts.actor
    if actor is None:
        return
    session.execute(insert_into(session, DocumentRead).values(
        project_id=facts.project.id, host_id=facts.project.host_id, document=document, version=version,
        person=actor.person, party=actor.party, at=facts.now).on_conflict_do_nothing())


def readings(session: Session, facts: Facts, documents: Sequence[DocumentFact]) -> dict[int, Reading]:
    """Document number -> who has read it."""
    own = facts.own
    newest = {document.number: document.newest for document in documents}
    marks = session.execute(
        select(DocumentRead.document, DocumentRead.version, DocumentRead.party, Person.name)
        .join(Person, Person.id == DocumentRead.person)
        .where(DocumentRead.project_id == facts.project.id, DocumentRead.document.in_(newest))
        .order_by(DocumentRead.at)).all() if newest else []
    return {number: Reading(
        frozenset(m.party for m in marks if m.document == number and m.version == version and m.party is not None),
        tuple(m.name for m in marks if m.document == number and m.version == version and m.party == own
              and own is not None),
        frozenset(m.party for m in marks if m.document == number and m.party is not None))
        for number, version in newest.items()}


def newest(session: Session, facts: Facts, documents: Sequence[DocumentFact]) -> dict[int, Newest]:
    """Document number -> author and time of its newest version."""
    rows = session.execute(
        select(DocumentVersion.document, DocumentVersion.number, DocumentVersion.at, DocumentVersion.size, Person.name)
        .join(Person, Person.id == DocumentVersion.person)
        .where(DocumentVersion.project_id == facts.project.id)).all()
    wanted = {document.number: document.newest for document in documents}
    return {row.document: Newest(row.name, row.at, row.size) for row in rows if wanted.get(row.document) == row.number}


def decided_on(facts: Facts, document: DocumentFact) -> tuple[DecisionFact, ...]:
    """The decisions that lapse when the task this file belongs to gets a new version."""
    if document.path is None or facts.ended:
        return ()
    task = document.path.split(".")[1]
    return tuple(decision for decision in facts.decisions if decision.state in DECIDED
                 and any(part.startswith(f"{task}@{document.party}=") for part in decision.subject.split())
                 and facts.decision(decision.gate, decision.party) is decision)
