"""Days on which a host does not work, besides its weekends and public holidays.

Pure. They are typed one day or one time to a line, and kept as days.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

LONGEST = 400  # days of everything together
_LINE = re.compile(r"(\d{4}-\d{2}-\d{2})(?: (?:to|–|-) (\d{4}-\d{2}-\d{2}))?")


class NoDay(ValueError):
    """Lines that are neither a day nor a time from one day to a later one."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines


def read(text: str) -> tuple[date, ...]:
    """The days in lines such as "2026-12-24" and "2026-12-24 to 2027-01-02", each once, in their order.

    Raises: NoDay with every line that is none.
    """
    found, wrong = set[date](), list[str]()
    for line in filter(None, (one.strip() for one in text.splitlines())):
        try:
            found.update(_days(line))
        except NoDay:
            wrong.append(line)
        if len(found) > LONGEST:
            raise NoDay(line)
    if wrong:
        raise NoDay(*wrong)
    return tuple(sorted(found))


def _days(line: str) -> Iterator[date]:
    match = _LINE.fullmatch(line)
    try:
        first, last = (date.fromisoformat(one) for one in (match[1], match[2] or match[1])) if match else (None, None)
    except ValueError:  # the 30th of February
        first = last = None
    if first is None or last is None or not timedelta() <= last - first <= timedelta(LONGEST):
        raise NoDay(line)
    return (first + timedelta(n) for n in range((last - first).days + 1))


def write(days: Iterable[date]) -> str:
    """The lines from which ``read`` gets these days again."""
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][-1] == timedelta(1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return "\n".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
