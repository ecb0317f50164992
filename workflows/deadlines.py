"""What is due when, and which reminders follow.

Dates count in the working days of all calendars given; the first calendar is that of the party asked, and its zone and
closing hour are the deadline's. Nothing here reads a clock: what lies in the past is the caller's to leave out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Literal

from workflows.calendars import Calendar, add_working_days, at, is_working, local_day
from workflows.definition import Due, ReminderRule

MORNING = time(9)
MOST = 12  # reminders of one rule for one matter; more is noise, whatever a template says

Matter = Literal["task", "decision", "signature", "duty", "invitation"]
Kind = Literal["due_soon", "due_today", "overdue", "escalation", "unanswered", "still_you"]


@dataclass(frozen=True, slots=True)
class Planned:
    """One reminder that will be sent unless its cause is gone by then."""

    rule: int  # place in the definition's reminders
    occurrence: date  # local date, with the rule the name of this reminder
    due_at: datetime  # 09:00 where the recipient is, as UTC
    kind: Kind
    to: Literal["asked", "champion"]
    announces_escalation: date | None = None  # the day his champion will hear of it


def due(rule: Due, *, stage_entered: datetime, project_opened: datetime, accepted: Mapping[str, datetime],
        target: date | None, calendars: Sequence[Calendar]) -> datetime | None:
    """The end of the working day on which a task or a decision is due, as UTC.

    accepted: task key -> when it was accepted (of the last organisation where several were asked); field:path -> the
    day that was named there.
    target: the agreed day of signing.
    Returns: None while what the date follows has not happened, or no target is agreed.
    """
    own = calendars[0]
    if rule.before == "target":
        return None if target is None else at(add_working_days(target, -rule.days, calendars), own.end, own.zone)
    start = _start(rule.after, stage_entered, project_opened, accepted)
    if start is None:
        return None
    day = add_working_days(local_day(start, own.zone), rule.days, calendars)
    end = at(day, own.end, own.zone)
    # Asked after closing time for the same day: nobody is late from the first minute.
    return end if end > start else at(add_working_days(day, 1, calendars), own.end, own.zone)


def reminders(rules: Sequence[ReminderRule], matter: Matter, due: datetime, calendars: Sequence[Calendar], *,
              zone: str) -> tuple[Planned, ...]:
    """Every reminder of one matter, earliest first; at most one per day, recipient and kind.

    due: when the matter is due; of an invitation: when it was sent.
    zone: of the person asked, whose mornings count.
    """
    day = local_day(due, zone)
    last = day if matter == "invitation" else _last_morning(due, calendars, zone)
    planned = [one if one.kind != "due_today" or one.occurrence == day else replace(one, kind="due_soon")
               for index, rule in enumerate(rules) if rule.on.rpartition("_")[0] == matter
               for one in _of_rule(index, rule, last, calendars, zone)]
    first: dict[tuple[date, str, str], Planned] = {}
    for one in planned:
        first.setdefault((one.occurrence, one.to, one.kind), one)
    return tuple(sorted(first.values(), key=lambda one: (one.due_at, one.rule)))


def _last_morning(due: datetime, calendars: Sequence[Calendar], zone: str) -> date:
    """The last working day on whose morning there is still time: east of who closes it may be the day before."""
    day = local_day(due, zone)
    if at(day, MORNING, zone) < due and is_working(day, calendars):
        return day
    return add_working_days(day, -1, calendars)


def _start(after: str, stage_entered: datetime, project_opened: datetime,
           accepted: Mapping[str, datetime]) -> datetime | None:
    if after == "stage":
        return stage_entered
    if after == "project":
        return project_opened
    return accepted.get(after.removeprefix("task:"))


def _of_rule(index: int, rule: ReminderRule, day: date, calendars: Sequence[Calendar], zone: str) -> Iterator[Planned]:
    if rule.every:
        offsets = [rule.every * n for n in range(1, min(rule.most or MOST, MOST) + 1)]
    else:
        offsets = sorted(set(rule.at))[:min(rule.most or MOST, MOST)]
    then = None if rule.then is None else add_working_days(day, offsets[-1] + rule.then.after, calendars)
    for offset in offsets:
        occurrence = add_working_days(day, offset, calendars)
        announces = then if offset == offsets[-1] else None
        yield Planned(index, occurrence, at(occurrence, MORNING, zone), _kind(rule, offset), rule.to, announces)
    if rule.then is not None and then is not None:
        yield Planned(index, then, at(then, MORNING, zone), "escalation", rule.then.to)


def _kind(rule: ReminderRule, offset: int) -> Kind:
    if rule.on == "invitation_open" or offset < 0:
        return "due_soon"
    return "due_today" if offset == 0 else "overdue"
