"""Reading for the room's pages: what the facts alone do not say."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, not_, or_, select
from sqlalchemy.orm import Session

from cocreate.domain import audience
from cocreate.domain.turns import Turn, turns
from cocreate.models.mails import Reminder
from cocreate.models.projects import Member, Project
from cocreate.models.records import Event, EventDetail
from cocreate.services import concerns, missing
from cocreate.services.facts import look_all
from workflows.facts import Facts


@dataclass(frozen=True, slots=True)
class Standing:
    """One project of a person: its facts as they see them, and what they can do there now."""

    facts: Facts
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A stage as it was entered. ``back``: from a later one. By whom, why and what was learned: if somebody did it.

    changes, wording: what has to change, as (task, party).
    """

    stage: str
    at: datetime
    back: bool
    who: str
    reason: str
    lessons: str
    changes: tuple[tuple[str, int], ...] = ()
    wording: bool = False


@dataclass(frozen=True, slots=True)
class Reminded:
    """When people are written to about something: last time, and next."""

    last: datetime | None
    next: datetime | None


def course(session: Session, facts: Facts) -> tuple[Entry, ...]:
    """Every stage in the order in which it was entered; what somebody said of it, to whom it was said."""
    moved = or_(*(and_(EventDetail.details.contains(f'"after":"{key}"', autoescape=True),
                       not_(EventDetail.details.contains(f'"before":"{key}"', autoescape=True)))
                  for key in facts.definition.order))
    rows = session.execute(
        select(Event.at, EventDetail.details, EventDetail.personal, EventDetail.sees)
        .join(EventDetail, (EventDetail.project_id == Event.project_id) & (EventDetail.seq == Event.seq))
        .where(Event.project_id == facts.project.id, moved).order_by(Event.seq))
    found, mask = [], audience.of_reader(facts)
    for at, details, personal, sees in rows:
        said = json.loads(details)
        words, told = (json.loads(personal) if personal else {}, said) if sees & mask else ({}, {})
        found.append(Entry(said["after"], at, bool(said.get("back")), words.get("actor", ""), words.get("reason", ""),
                           words.get("lessons", ""), tuple((one["task"], one["of"]) for one in told.get("changes", ())),
                           bool(told.get("wording"))))
    return tuple(found)


def reminded(session: Session, facts: Facts, subjects: Sequence[str]) -> Mapping[str, Reminded]:
    """Subject -> the last reminder that went out and the next one that is planned."""
    rows = session.execute(
        select(Reminder.subject, Reminder.state, func.min(Reminder.due_at), func.max(Reminder.due_at))
        .where(Reminder.project_id == facts.project.id, Reminder.subject.in_(subjects),
               Reminder.state.in_(("planned", "sent")))
        .group_by(Reminder.subject, Reminder.state)).all() if subjects else []
    times = {(subject, state): (first, last) for subject, state, first, last in rows}
    return {subject: Reminded(times[subject, "sent"][1] if (subject, "sent") in times else None,
                              times[subject, "planned"][0] if (subject, "planned") in times else None)
            for subject in subjects}


def only_one(session: Session, person: int) -> str | None:
    """The running project of a person who is in no other and invited to none."""
    found = session.execute(
        select(Project.ref, Member.accepted_at).join(Member, Member.project_id == Project.id)
        .where(Member.person == person, Member.left_at.is_(None), Member.expired_at.is_(None),
               Project.ended_at.is_(None)).limit(2)).all()
    return found[0].ref if len(found) == 1 and found[0].accepted_at is not None else None


def of_person(session: Session, person: int, *, now: datetime) -> Sequence[Standing]:
    """Every project a person is in, oldest first."""
    refs = session.scalars(
        select(Project.ref).join(Member, Member.project_id == Project.id)
        .where(Member.person == person, Member.accepted_at.is_not(None), Member.left_at.is_(None))
        .order_by(Project.opened_at)).all()
    seen = [missing.known(session, audience.without_earlier(facts))
            for facts in concerns.known(session, look_all(session, refs, person=person, now=now))]
    return [Standing(facts, turns(facts, person)) for facts in seen]
