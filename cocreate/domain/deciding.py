"""The last day on which a party can still decide how a contract goes on: give notice, or use an option."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from cocreate.domain.answers import Answer
from workflows.definition import DecideRule, Definition


def last_day(definition: Definition, rule: DecideRule, answer: Callable[[str], Answer | None], *,
             signed: date, after: date | None = None) -> date | None:
    """The day before the last on which it would be too late; of one that goes on, the first later than ``after``.

    None where the rule has no object, a value is missing, no calendar has the day or it is not later.

    answer: what was given at a path. signed: the day of the last signature, from which the term runs unless said.
    """
    start = _day(answer(rule.start)) if rule.start else signed
    term, notice = (_span(definition, path, answer(path)) for path in (rule.term, rule.notice))
    if start is None or term is None or notice is None or (rule.only and not _number(answer(rule.only))):
        return None
    months, days = term
    try:
        while True:
            # Each time from the beginning: a year after 29 February is not a year after 28 February a year later.
            last = moved(moved(start, months, days), -notice[0], -notice[1]) - timedelta(days=1)
            if after is None or last > after:
                return last
            if not rule.goes_on_by:
                return None
            months += rule.goes_on_by
    except (ValueError, OverflowError):  # a term such as 9999 years: no calendar has that day
        return None


def moved(day: date, months: int, days: int) -> date:
    """So many months and days later or, if less than none, earlier; of a month that is too short the last day."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1])) + timedelta(days=days)


def _span(definition: Definition, path: str, answer: Answer | None) -> tuple[int, int] | None:
    """Months and days of a span of time."""
    _, task, key = path.split(".")
    number, unit = _number(answer), getattr(definition.tasks[task][1].fields[key], "unit", None)
    if number is None:
        return None
    return {"a": (round(number * 12), 0), "month": (round(number), 0)}.get(unit or "", (0, round(number)))


def _number(answer: Answer | None) -> Decimal | None:
    return answer.value if answer is not None and isinstance(answer.value, Decimal) else None


def _day(answer: Answer | None) -> date | None:
    return answer.value if answer is not None and isinstance(answer.value, date) else None
