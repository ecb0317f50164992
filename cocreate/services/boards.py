"""The board of an account manager: who holds up what, one row per project."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.domain.turns import OWED, UNDECIDED, Turn, waits_for
from cocreate.models.projects import Seen
from cocreate.services import rooms
from workflows.calendars import add_working_days, local_day, working_days_between
from workflows.definition import Definition
from workflows.facts import Facts
from workflows.refusals import Refusal

Group = Literal["you", "customers", "others", "nobody", "hold", "ended"]
GROUPS: tuple[Group, ...] = ("you", "customers", "others", "nobody", "hold", "ended")


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One project as the account manager sees it; sentences are made of its facts by the page."""

    facts: Facts
    turns: tuple[Turn, ...]  # the account manager's own
    waits: tuple[Refusal, ...]  # why it does not go on, oldest first
    group: Group  # for whom it waits
    since: datetime  # how long nothing else could happen: what the oldest wait began with
    next_at: datetime | None  # when something is due next
    overdue: bool
    days: int  # working days in this stage
    days_planned: int
    signing: date  # agreed
    later: int  # working days by which it will be later, as it stands; 0 where it holds
    unread: int | None  # events since the last look; None: never looked


def board(session: Session, person: int, *, now: datetime) -> Sequence[BoardRow]:
    """The projects that a person looks after, longest wait first."""
    seen = {row.project_id: row.seq for row in session.scalars(select(Seen).where(Seen.person == person))}
    rows = [_row(one.facts, one.turns, seen.get(one.facts.project.id))
            for one in rooms.of_person(session, person, now=now)
            if one.facts.actor and "manager" in one.facts.actor.parts]
    return sorted(rows, key=lambda row: row.since)


def signs_in(definition: Definition) -> str | None:
    """The stage in which the contract is signed."""
    return next((key for key, stage in definition.stages.items() if stage.contract == "signed"), None)


def _row(facts: Facts, turns: tuple[Turn, ...], seen: int | None) -> BoardRow:
    refusals = () if facts.ended or facts.on_hold else waits_for(facts)
    dates = [] if facts.ended or facts.on_hold else [
        *(task.due_at for task in facts.tasks if task.state in OWED and task.due_at),
        *(one.due_at for one in facts.decisions if one.state in UNDECIDED and one.due_at)]
    days = _days_in_stage(facts)
    stage = facts.definition.stages.get(facts.project.stage)
    planned = stage.target if stage else 0
    return BoardRow(
        facts=facts, turns=turns, waits=refusals, group=_group(facts, turns, refusals),
        since=min(chain((turn.since for turn in turns), _began(refusals)), default=facts.project.entered_at),
        next_at=min(dates, default=None), overdue=any(date < facts.now for date in dates), days=days,
        days_planned=planned, signing=facts.project.target, later=_later(facts, max(0, planned - days)),
        unread=None if seen is None else facts.project.version - seen)


def _group(facts: Facts, turns: tuple[Turn, ...], refusals: tuple[Refusal, ...]) -> Group:
    if facts.ended:
        return "ended"
    if facts.on_hold:
        return "hold"
    if turns:
        return "you"
    able = {refusal.party for refusal in refusals if refusal.party is not None and _somebody(facts, refusal)}
    own = facts.actor.party if facts.actor else None
    if able & {party.number for party in facts.contracting} - {own}:
        return "customers"
    return "others" if able else "nobody"


def _somebody(facts: Facts, refusal: Refusal) -> bool:
    """Whether there is a person who can do something about it."""
    if refusal.code in ("gate.no_decider", "seat.empty"):
        return False
    return any(member.party == refusal.party and member.left_at is None for member in facts.members)


def _began(refusals: tuple[Refusal, ...]) -> list[datetime]:
    return [since for refusal in refusals if isinstance(since := refusal.values.get("since"), datetime)]


def _days_in_stage(facts: Facts) -> int:
    zone = facts.calendars[0].zone
    return working_days_between(local_day(facts.project.entered_at, zone), local_day(facts.now, zone), facts.calendars)


def _later(facts: Facts, left_here: int) -> int:
    """Working days by which the signature would miss its date if everything from now on took as long as planned."""
    definition, last = facts.definition, signs_in(facts.definition)
    if facts.ended or facts.on_hold or last is None:
        return 0
    here, there = definition.order[facts.project.stage], definition.order[last]
    ahead = sum(stage.target for key, stage in definition.stages.items() if here < definition.order[key] <= there)
    today = local_day(facts.now, facts.calendars[0].zone)
    expected = add_working_days(today, left_here + ahead, facts.calendars)
    return max(0, working_days_between(facts.project.target, expected, facts.calendars))
