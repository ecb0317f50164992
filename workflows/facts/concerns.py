"""What somebody raised as a concern: known to its author and its readers alone, so never part of what is kept."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ConcernFact:
    """One that is open.

    since: when it was last raised. person: its author. readers: the people chosen to read it. answered: those of them
    who answered since.
    """

    number: int
    since: datetime
    person: int
    readers: frozenset[int]
    answered: frozenset[int]
