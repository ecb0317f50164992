"""Who is in a project: its parties, their people, who stands in for whom, who was nudged."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class PartyFact:
    """An organisation in a seat. ``number`` is its place in the contract, from 1, and never changes."""

    number: int
    seat: str
    organisation: int
    name: str
    left_at: datetime | None = None
    joined_at: datetime | None = None
    words_by_mail: bool = True  # what its people write stands in mails


@dataclass(frozen=True, slots=True)
class MemberFact:
    """A person of the project. ``party`` is None for the facilitator and for an account manager without a seat.

    parts: everything the person may act as now; of these ``lent`` only while somebody of ``stands_for`` is away.
    """

    person: int
    name: str
    party: int | None
    parts: frozenset[str]
    accepted_at: datetime | None
    left_at: datetime | None = None
    zone: str = ""  # of the person, whose mornings reminders keep to; "": not known yet, the host's counts
    lent: frozenset[str] = frozenset()
    stands_for: frozenset[int] = frozenset()  # persons
    invited_at: datetime | None = None
    expired_at: datetime | None = None  # when an invitation that nobody answered ended

    @property
    def own(self) -> frozenset[str]:
        """The parts that stay with the person."""
        return self.parts - self.lent

    @property
    def present(self) -> bool:
        return self.accepted_at is not None and self.left_at is None


@dataclass(frozen=True, slots=True)
class AbsenceFact:
    """A person's parts in the hands of a colleague for a time; both days are included."""

    number: int
    person: int
    substitute: int
    parts: str  # separated by blanks
    starts: date
    until: date
    began_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def runs(self) -> bool:
        return self.began_at is not None and self.ended_at is None


@dataclass(frozen=True, slots=True)
class NudgeFact:
    """When a party was last nudged about one thing, and by whom."""

    subject: str
    party: int
    at: datetime
    person: int
