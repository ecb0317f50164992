"""When the next things may be expected: how long the running stage takes, and when a signature is likely."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain

from cocreate.domain.reminding import check_by, sign_by
from workflows.calendars import add_working_days, local_day, working_days_between
from workflows.facts import OWED, UNDECIDED, DecisionFact, Facts, TaskFact
from workflows.guards import rests


@dataclass(frozen=True, slots=True)
class Outlook:
    """In working days of the project.

    day: of the running stage, from 1, of ``planned``. later: how much after the agreed day the signature is expected.
    starts: stage ahead -> the day it is expected to begin. next_due: the soonest date that something is owed by.
    """

    day: int
    planned: int
    expected: date
    later: int
    starts: Mapping[str, date]
    next_due: date | None


@dataclass(frozen=True, slots=True)
class Coming:
    """Something due this week that is not the reader's own turn. ``what``: task, decision or duty, of a party."""

    facts: Facts
    what: str
    key: str
    party: int
    day: date


def coming(facts: Facts, today: date, zone: str, *, but: Collection[tuple[str, int | None]]) -> Iterator[Coming]:
    """What the parties owe from today to Sunday. zone: of the reader. but: (key, party) of what is told elsewhere."""
    dated: list[tuple[str, str, int, date | datetime | None]] = []
    if not facts.ended and not facts.on_hold:
        dated += [("task", task.key, task.party, task.due_at) for task in _owed(facts)]
        dated += [("decision", one.gate, one.party, one.due_at) for one in _to_decide(facts)]
    if not facts.on_hold:
        dated += [("duty", str(duty.number), duty.party, duty.due) for duty in facts.owed]
    for what, key, party, due in dated:
        day = local_day(due, zone) if isinstance(due, datetime) else due
        if day is not None and (key, party) not in but and today <= day <= sunday(today):
            yield Coming(facts, what, key, party, day)


def sunday(day: date) -> date:
    """The last day of its week."""
    return day + timedelta(days=6 - day.weekday())


def outlook(facts: Facts) -> Outlook | None:
    """From the durations of the template; None while nothing runs."""
    stage = facts.definition.stages.get(facts.project.stage)
    if stage is None or facts.ended or facts.on_hold:
        return None
    order = facts.definition.order
    planned = stage.target + facts.project.rested
    then = max(facts.today, add_working_days(facts.day(facts.project.entered_at), planned, facts.calendars))
    starts: dict[str, date] = {}
    for key, ahead in facts.definition.stages.items():
        if order[key] > order[facts.project.stage]:
            starts[key] = then
            then = add_working_days(then, ahead.target, facts.calendars)
    later = max(0, working_days_between(facts.project.target, then, facts.calendars))
    return Outlook(facts.days_here + 1, stage.target, then, later, starts, _next_due(facts))


def next_date(facts: Facts) -> datetime | None:
    """When something is due next, be it in the past: after the signature only what parties owe."""
    if facts.on_hold:
        return None
    owed = (facts.end_of(duty.due) for duty in facts.owed)
    if facts.ended:
        return min(owed, default=None)
    dates = chain((task.due_at for task in _owed(facts)), _due_of_all(facts), owed)
    return min((date for date in dates if date is not None), default=None)


def _owed(facts: Facts) -> Iterator[TaskFact]:
    """What somebody shall give now or after an earlier task; nothing of a stage that the project went back from."""
    return (task for task in facts.tasks if task.state in OWED and not rests(facts, task))


def _to_decide(facts: Facts) -> Iterator[DecisionFact]:
    """What is decided in this stage, be it once something is given again."""
    return (one for one in facts.decisions if one.state in UNDECIDED
            and facts.definition.gates[one.gate][0] == facts.project.stage)


def _due_of_all(facts: Facts) -> Iterator[datetime | None]:
    """When is due what is no task of somebody's own: to decide, to check, to sign."""
    yield from (one.due_at for one in _to_decide(facts))
    yield from (check_by(facts, task) for task in facts.tasks)
    if facts.contract is not None:
        yield sign_by(facts)


def _next_due(facts: Facts) -> date | None:
    owed = [*(task.outside_until or task.due_at for task in _owed(facts)), *_due_of_all(facts)]
    days = [facts.day(one) if isinstance(one, datetime) else one for one in owed if one is not None]
    return min((day for day in days if day >= facts.today), default=None)
