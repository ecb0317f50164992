"""The digest: once a morning what happened, for who wants it; nobody gets one without content.

What goes into it was written beside the mails, as rows of ``outbox`` in the state "digest". Each person's local day is
marked in the transaction that writes the mail, so that two schedulers, kills and days without a scheduler make one.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select, tuple_, update
from sqlalchemy.orm import Session

from cocreate.domain import audience
from cocreate.domain.hearing import TABLE, Subject
from cocreate.domain.outlook import Coming, coming, sunday
from cocreate.domain.turns import Turn
from cocreate.models.hosts import HostMember
from cocreate.models.mails import Outbox
from cocreate.models.people import Person
from cocreate.models.projects import Member
from cocreate.models.records import EventDetail
from cocreate.services import outbox, rooms, working
from workflows.calendars import Calendar, is_working, local_day
from workflows.facts import Facts

BATCH = 100
MOST = 200  # lines that are kept for one digest; who was away so long reads the record
DAILY, WEEKLY, NEVER = "daily", "weekly", "never"
_ORDER = {kind: place for place, kind in enumerate(TABLE)}
_LEADS = frozenset({"champion", "facilitator", "manager"})


# making


def claim_due(session: Session, now: datetime, batch: int = BATCH) -> int:
    """Decide for up to ``batch`` people whose morning has come; how many were looked at, 0 when none is due."""
    mornings = _mornings(session, now)
    if not mornings:
        return 0
    people = session.execute(
        select(Person.id, Person.zone, Person.digest)
        .where(Person.deactivated_at.is_(None), or_(*(_not_yet(zone, day) for zone, day in mornings.items())))
        .order_by(Person.id).limit(batch).with_for_update(skip_locked=True)).all()
    for zone in {person.zone for person in people}:
        session.execute(update(Person).where(Person.id.in_([p.id for p in people if p.zone == zone]))
                        .values(digest_on=mornings[zone]), execution_options={"synchronize_session": False})
    _make(session, people, mornings, now)
    return len(people)


def _mornings(session: Session, now: datetime) -> dict[str, date]:
    """Zone -> the day there, where it is past eight."""
    local = {zone: now.astimezone(ZoneInfo(zone)) for zone in session.scalars(select(Person.zone).distinct())}
    return {zone: moment.date() for zone, moment in local.items() if moment.time() >= working.MORNING}


def _not_yet(zone: str, day: date) -> ColumnElement[bool]:
    return and_(Person.zone == zone, or_(Person.digest_on.is_(None), Person.digest_on < day))


def _make(session: Session, people: Sequence[Any], mornings: Mapping[str, date], now: datetime) -> None:
    persons = [person.id for person in people]
    calendars = working.calendars(session, persons, now)
    leading = _leading(session, persons)
    there = set(session.scalars(select(Member.person).where(
        Member.person.in_(persons), Member.accepted_at.is_not(None), Member.left_at.is_(None))))
    lines = _lines(session, persons)
    told: list[Any] = []
    for person in people:
        day, own = mornings[person.zone], lines.get(person.id, [])
        often = person.digest or (DAILY if person.id in leading else WEEKLY)
        first = _begins_week(day, calendars[person.id])
        if often == NEVER:
            told += own
        elif is_working(day, [calendars[person.id]]) and (often == DAILY or first):
            told += own
            # At the beginning of a week also who has heard nothing new sees what is asked; of that mail nothing is
            # left where nothing is.
            if own or (first and person.id in there):
                outbox.post_account(session, person_id=person.id, kind="digest", values=_values(day, own), now=now)
    for row in told:
        session.execute(update(Outbox).where(Outbox.message_id == row.message_id).values(state="told", sent_at=now))


def _lines(session: Session, persons: Collection[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in session.execute(
            select(Outbox.message_id, Outbox.recipient, Outbox.project_id, Outbox.seq, Outbox.kind, Outbox.subject,
                   Outbox.values, Outbox.created_at)
            .where(Outbox.state == outbox.FOR_DIGEST, Outbox.recipient.in_(persons))
            .order_by(Outbox.created_at, Outbox.project_id, Outbox.seq)):
        found.setdefault(row.recipient, []).append(row)
    for rows in found.values():  # of one act: what somebody did before what came of it, as in the table
        rows.sort(key=lambda row: (row.created_at, row.project_id, row.seq, _ORDER[row.kind]))
    return found


def _values(day: date, lines: Sequence[Any]) -> dict[str, object]:
    kept = [[row.project_id, row.seq, row.kind, row.subject, json.loads(row.values).get("more", 0)]
            for row in lines[-MOST:]]
    return {"day": day, "news": kept, "since": lines[0].created_at if lines else None}


def _leading(session: Session, persons: Collection[int]) -> set[int]:
    """Champions, facilitators and account managers: they hear every day."""
    rows = session.execute(select(Member.person, Member.parts).where(Member.person.in_(persons),
                                                                     Member.left_at.is_(None)))
    return {person for person, parts in rows if _LEADS.intersection(parts.split())} | set(session.scalars(
        select(HostMember.person_id).where(HostMember.person_id.in_(persons), HostMember.left_at.is_(None),
                                           HostMember.role == "account_manager")))


def usual(session: Session, person: int) -> str:
    """How often somebody hears who has chosen nothing."""
    return DAILY if _leading(session, [person]) else WEEKLY


def _begins_week(day: date, calendar: Calendar) -> bool:
    """Whether it is Monday, or the first working day after it."""
    monday = day - timedelta(days=day.weekday())
    week = [monday + timedelta(days=n) for n in range((day - monday).days + 1)]
    return [one for one in week if is_working(one, [calendar])] == [day]


# reading, when it goes out


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of news of one project, and so many ``more`` of it."""

    facts: Facts
    kind: str
    subject: Subject
    more: int


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person hears in one morning."""

    day: date
    since: datetime | None
    turns: tuple[tuple[Turn, Facts], ...]
    news: tuple[Line, ...]
    coming: tuple[Coming, ...]


def content(session: Session, person: int, values: Mapping[str, Any], *, zone: str, now: datetime) -> Digest | None:
    """What is in a digest as its reader may see it now; None where nothing is left."""
    standings = rooms.of_person(session, person, now=now)
    facts = {one.facts.project.id: one.facts for one in standings}
    turns = sorted(((turn, one.facts) for one in standings for turn in one.turns if turn.mine or one.facts.ended),
                   key=lambda pair: (pair[0].due_at is None, pair[0].due_at or pair[0].since))
    day = date.fromisoformat(values["day"])
    digest = Digest(
        day, datetime.fromisoformat(values["since"]) if values.get("since") else None,
        tuple((turn, of) for turn, of in turns if not of.ended or turn.act != "duty" or _this_week(turn, day, zone)),
        _readable(session, facts, values["news"]), tuple(sorted(
            (ahead for one in standings for ahead in coming(one.facts, day, zone, but={
                (turn.key, turn.party) for turn in one.turns if turn.mine})), key=lambda ahead: ahead.day)))
    return digest if digest.turns or digest.news or digest.coming else None


def _readable(session: Session, facts: Mapping[int, Facts], news: Sequence[Sequence[Any]]) -> tuple[Line, ...]:
    """Those in projects the reader is in, of events they may know of."""
    events = [(project, seq) for project, seq, *_ in news if seq > 0 and project in facts]
    sees = {(row.project_id, row.seq): row.sees for row in session.execute(
        select(EventDetail.project_id, EventDetail.seq, EventDetail.sees)
        .where(tuple_(EventDetail.project_id, EventDetail.seq).in_(events)))} if events else {}
    found: dict[tuple[int, str, str], Line] = {}
    for project, seq, kind, text, more in news:
        subject, known = Subject.parse(text), facts.get(project)
        if known is None or known.actor is None or subject is None:
            continue
        own = audience.reader(known.actor)
        if seq > 0 and not sees.get((project, seq), 0) & own:
            continue
        found[project, kind, text] = Line(known, kind, subject, more)  # twice is once
    return tuple(found.values())


def _this_week(turn: Turn, day: date, zone: str) -> bool:
    """Of duties, which may lie years ahead, those of this week and late ones."""
    return turn.due_at is not None and local_day(turn.due_at, zone) <= sunday(day)
