"""Working days and hours of one or several organisations.

A deadline between two companies counts only days on which both work. Nothing here reads a clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = frozenset({0, 1, 2, 3, 4})
LONGEST_REST = 400  # days without a common working day, after which there is none

_DAY = timedelta(days=1)


class NoCommonDay(ValueError):
    """These calendars have no working day in common."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When one organisation works.

    zone: IANA name; working_days: 0 = Monday ... 6 = Sunday.
    """

    zone: str
    working_days: frozenset[int] = WEEK
    holidays: frozenset[date] = frozenset()
    start: time = time(9)
    end: time = time(17)


def is_working(day: date, calendars: Sequence[Calendar]) -> bool:
    """Whether all of them work on ``day``."""
    return all(day.weekday() in calendar.working_days and day not in calendar.holidays for calendar in calendars)


def add_working_days(start: date, days: int, calendars: Sequence[Calendar]) -> date:
    """The working day that is ``days`` after ``start``, or before it where negative; 0 is ``start`` or the next one.

    Raises: NoCommonDay.
    """
    if days == 0:
        return start if is_working(start, calendars) else _next(start, _DAY, calendars)
    step = _DAY if days > 0 else -_DAY
    day = start
    for _ in range(abs(days)):
        day = _next(day, step, calendars)
    return day


def working_days_between(start: date, end: date, calendars: Sequence[Calendar]) -> int:
    """How many working days ``end`` lies after ``start``, the first day not counted; negative where it lies before."""
    if end < start:
        return -sum(is_working(start - _DAY * n, calendars) for n in range(1, (start - end).days + 1))
    return sum(is_working(start + _DAY * n, calendars) for n in range(1, (end - start).days + 1))


def at(day: date, clock: time, zone: str) -> datetime:
    """The instant when clocks in ``zone`` show this, as UTC.

    Where the hour is skipped in spring: the first instant after the gap. Where it comes twice in autumn: the first.
    """
    local = datetime.combine(day, clock.replace(fold=0), tzinfo=ZoneInfo(zone))
    first, second = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    return first if first <= second else _gap_end(second, first, ZoneInfo(zone))


def next_open(moment: datetime, calendar: Calendar) -> datetime:
    """``moment``, if the organisation is at work then, else the next time it begins; as UTC.

    Raises: NoCommonDay.
    """
    local = moment.astimezone(ZoneInfo(calendar.zone))
    if is_working(local.date(), [calendar]) and local.time() < calendar.end:
        return max(moment, at(local.date(), calendar.start, calendar.zone))
    return at(add_working_days(local.date(), 1, [calendar]), calendar.start, calendar.zone)


def local_day(moment: datetime, zone: str) -> date:
    """The date in ``zone`` at an aware ``moment``."""
    return moment.astimezone(ZoneInfo(zone)).date()


def _next(day: date, step: timedelta, calendars: Sequence[Calendar]) -> date:
    for _ in range(LONGEST_REST):
        day += step
        if is_working(day, calendars):
            return day
    raise NoCommonDay(f"no common working day within {LONGEST_REST} days of {day.isoformat()}")


def _gap_end(earliest: datetime, latest: datetime, zone: ZoneInfo) -> datetime:
    """The instant between the two at which clocks in ``zone`` are put forward."""
    old = earliest.astimezone(zone).utcoffset()
    while latest - earliest > timedelta(microseconds=1):
        middle = earliest + (latest - earliest) / 2
        if middle.astimezone(zone).utcoffset() == old:
            earliest = middle
        else:
            latest = middle
    return latest
