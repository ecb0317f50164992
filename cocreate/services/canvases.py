"""Canvases: entries as pages show them, and as the text that a party submits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from cocreate.domain import audience
from cocreate.domain.answers import Answer
from cocreate.models.people import Person
from cocreate.models.work import Entry
from cocreate.services import progress
from cocreate.services.acts.canvases import AddEntry, SupportEntry, There, WithdrawEntry
from cocreate.services.acts.contributions import Submit
from cocreate.services.facts import look
from workflows.facts import Facts


@dataclass(frozen=True, slots=True)
class Written:
    """One entry that stands."""

    number: int
    box: str
    text: str
    giver: int  # party
    person: int
    by: str
    at: datetime
    supports: tuple[int, ...]  # parties


def entries(session: Session, facts: Facts, task: str, party: int) -> tuple[Written, ...]:
    """What stands on a canvas, oldest first, as far as the facts' actor may see it."""
    sees = audience.audience(facts.definition.tasks[task][1].visible_to, facts, giver=party)
    actor = facts.actor
    if actor and not sees & audience.reader(actor):
        return ()
    rows = session.execute(
        select(Entry, Person.name).join(Person, Person.id == Entry.person)
        .where(Entry.project_id == facts.project.id, Entry.task == task, Entry.party == party,
               Entry.withdrawn_at.is_(None)).order_by(Entry.number))
    return tuple(Written(row.Entry.number, row.Entry.box, row.Entry.text, row.Entry.giver, row.Entry.person, row.name,
                         row.Entry.at, _parties(row.Entry.supports)) for row in rows)


def add(session: Session, ref: str, *, task: str, party: int, box: str, text: str, actor: int, key: str, now: datetime,
        ) -> progress.Receipt:
    return progress.act(session, ref, AddEntry(task, party, box, text), actor=actor, key=key, now=now)


def support(session: Session, ref: str, *, task: str, party: int, entry: int, back: bool = False, actor: int, key: str,
            now: datetime) -> progress.Receipt:
    """Once for a party, whoever of it says so."""
    there = _there(session, ref, task, party, entry, actor=actor, now=now)
    return progress.act(session, ref, SupportEntry(task, party, entry, back, there), actor=actor, key=key, now=now)


def withdraw(session: Session, ref: str, *, task: str, party: int, entry: int, actor: int, key: str, now: datetime,
             ) -> progress.Receipt:
    there = _there(session, ref, task, party, entry, actor=actor, now=now)
    return progress.act(session, ref, WithdrawEntry(task, party, entry, there), actor=actor, key=key, now=now)


def submit(session: Session, ref: str, *, task: str, party: int, seen: int, actor: int, key: str, now: datetime,
           ) -> progress.Receipt:
    """Submit what stands on the canvas now as the asked party's next version."""
    facts = look(session, ref, person=actor, now=now, lock=True).facts
    found = entries(session, facts, task, party) if task in facts.definition.tasks else ()
    given = Submit(task, party, seen, facts.drafts.get((task, party), 0), texts(facts, found), entries=True)
    return progress.act(session, ref, given, actor=actor, key=key, now=now)


def texts(facts: Facts, found: Iterable[Written]) -> dict[str, Answer]:
    """Box -> its entries as one text: what was written, for whom, and who stands behind it."""
    lines: dict[str, list[str]] = {}
    for one in found:
        names = [facts.party(number).name for number in (one.giver, *(p for p in one.supports if p != one.giver))]
        lines.setdefault(one.box, []).append(f"{one.text} ({', '.join(names)})")
    return {box: Answer("\n".join(said)) for box, said in lines.items()}


def _there(session: Session, ref: str, task: str, party: int, entry: int, *, actor: int, now: datetime) -> There | None:
    """The entry as it stays until the transaction ends: the project is locked first."""
    facts = look(session, ref, person=actor, now=now, lock=True).facts
    other = aliased(Entry)
    others = exists().where(
        other.project_id == Entry.project_id, other.task == Entry.task, other.party == Entry.party,
        other.box == Entry.box, other.giver == Entry.giver, other.number != Entry.number,
        other.withdrawn_at.is_(None)).correlate(Entry)
    found = session.execute(select(Entry, others.label("others")).where(
        Entry.project_id == facts.project.id, Entry.number == entry, Entry.task == task, Entry.party == party)).first()
    if found is None:
        return None
    row = found.Entry
    return There(row.person, _parties(row.supports), row.withdrawn_at is not None, row.box, row.giver, found.others)


def _parties(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split())
