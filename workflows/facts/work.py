"""What is asked and given in a project: tasks, decisions, figures, documents, proposals."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Self

from workflows.values import replace

ALL = -1  # audience: everybody in the project


class TaskState(StrEnum):
    OPEN = "open"
    ENTERED = "entered"  # typed in by another party, not confirmed
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    SUPERSEDED = "superseded"  # reopened: a later round took its place
    LAPSED = "lapsed"  # its party left


class DecisionState(StrEnum):
    ASKED = "asked"
    AGREED = "agreed"
    RESERVED = "reserved"  # agreed, with a reservation
    REFUSED = "refused"  # "Do not agree"
    LAPSED = "lapsed"  # what it was about changed
    SUPERSEDED = "superseded"
    DROPPED = "dropped"  # its party left


@dataclass(frozen=True, slots=True)
class TaskFact:
    """One contribution asked of one party, in one round."""

    key: str
    party: int
    round: int
    state: TaskState
    since: datetime  # when it came into this state
    due_at: datetime | None
    check_by: datetime | None = None  # until when what was submitted shall be accepted or returned
    number: int = 0  # version of the contribution that counts; 0: none yet
    asked: int | None = None  # person
    reason: str | None = None  # why it was returned or reopened
    fields: int = 0  # required fields of that version ...
    given: int = 0  # ... and how many have a value
    missing: str = ""  # JSON: required field answered "not available" -> [reason, who sees it]
    dates: str = "{}"  # JSON: date field of that version -> ISO date
    chosen: str = "{}"  # JSON: choice of that version on which something hangs -> what was chosen
    entered_by: int | None = None  # party that typed it in
    outsider: str | None = None  # whom it waits for outside, until ``outside_until``
    outside_until: date | None = None
    wanted: int | None = None  # person it shall be passed to, once a champion has agreed to invite them ...
    wanted_by: int | None = None  # ... as this person proposed
    wanted_name: str | None = None
    shared: str = ""  # JSON: person of the same party -> the fields they were asked for, while another has the task
    help: int | None = None  # comment that calls for help, until its author says that an answer helped
    help_by: int | None = None
    help_sees: int = 0  # audience of the call
    helper: int | None = None  # person whose answer to the call waits for "Did it help?"
    helpers: str = ""  # everybody who has answered the call, helpful or not: persons separated by blanks
    voices: str = ""  # JSON, of an assessment: person -> their answers, while others of the party are waited for
    written: str = ""  # JSON, of a canvas: party -> the boxes in which an entry of theirs stands

    @property
    def id(self) -> tuple[str, int, int]:
        return self.key, self.party, self.round

    @property
    def called_off(self) -> Self:
        """The task without its call for help."""
        return replace(self, help=None, help_by=None, help_sees=0, helper=None, helpers="")

    @property
    def shared_with(self) -> dict[int, tuple[str, ...]]:
        """Colleague -> the single fields that were passed to them."""
        return {int(person): tuple(fields) for person, fields in json.loads(self.shared or "{}").items()}

    def sharing(self, person: int, fields: Iterable[str]) -> Self:
        """The task with these fields passed to a colleague; with none, theirs are taken back."""
        shared = {str(one): list(theirs) for one, theirs in (self.shared_with | {person: tuple(fields)}).items()
                  if theirs}
        return replace(self, shared=json.dumps(shared, sort_keys=True) if shared else "")

    @property
    def boxes(self) -> dict[int, tuple[str, ...]]:
        """Of a canvas: party -> the boxes in which an entry of theirs stands."""
        return {int(party): tuple(boxes) for party, boxes in json.loads(self.written or "{}").items()}

    def writing(self, party: int, boxes: Iterable[str]) -> Self:
        """The canvas with entries of this party in exactly these boxes."""
        written = {str(one): sorted(theirs) for one, theirs in (self.boxes | {party: tuple(boxes)}).items() if theirs}
        return replace(self, written=json.dumps(written, sort_keys=True) if written else "")

    @property
    def absent(self) -> dict[str, tuple[str, int]]:
        """Required field that is not available -> (reason, audience of the reason)."""
        return {key: (reason, sees) for key, (reason, sees) in json.loads(self.missing or "{}").items()}


@dataclass(frozen=True, slots=True)
class DecisionFact:
    """What one party says at a gate, on exactly the versions in ``subject``."""

    gate: str
    party: int
    round: int
    state: DecisionState
    since: datetime
    due_at: datetime | None
    subject: str = ""  # "task@party=version ..." or "contract=version", as seen when decided
    person: int | None = None
    reason: str | None = None  # the reservation, or why not
    wanted: str | None = None  # what would help
    outside: bool = False  # decided outside; a file shows it
    changed: str | None = None  # what made it lapse, "thing=from>to"
    body: str | None = None  # which body decided outside ...
    decided_on: date | None = None
    document: int | None = None  # ... and the file that shows it

    @property
    def id(self) -> tuple[str, int, int]:
        return self.gate, self.party, self.round

    @property
    def agreed(self) -> bool:
        return self.state in (DecisionState.AGREED, DecisionState.RESERVED)


@dataclass(frozen=True, slots=True)
class FigureFact:
    """One value of one figure, as one party gave it in one version of a contribution."""

    path: str
    party: int
    number: int
    value: Decimal
    unit: str | None
    sees: int = ALL
    source: str | None = None
    period: str | None = None
    price_year: int | None = None

    @property
    def says(self) -> tuple[Decimal, str | None, str | None, int | None]:
        """What two values have to share to be one: the same number per year and in all are two."""
        return self.value, self.unit, self.period, self.price_year


def versions_of(figures: Iterable[FigureFact]) -> str:
    """Which values a settlement is about: "1=2 3=1", party and version of its contribution."""
    return " ".join(sorted(f"{figure.party}={figure.number}" for figure in figures))


@dataclass(frozen=True, slots=True)
class DocumentFact:
    """A file of the project. ``path`` is the field that asked for it, ``newest`` its latest version."""

    number: int
    party: int | None
    name: str
    path: str | None
    newest: int
    sees: int = ALL
    withdrawn_at: datetime | None = None


class ProposalState(StrEnum):
    OPEN = "open"
    AGREED = "agreed"
    REFUSED = "refused"
    ENDED = "ended"  # replaced by a later one about the same thing


END = "end"  # to end the signed contract on a day
WAIVE = "waive"  # to go on without values, or although they miss their limits


@dataclass(frozen=True, slots=True)
class ProposalFact:
    """Something proposed that needs the agreement of every party in ``needs``; it holds once all have agreed."""

    number: int
    kind: str
    subject: str  # what it is about: a path (of a waiver also several), a clause, a part of the charter
    body: str  # JSON
    party: int | None
    person: int
    at: datetime
    needs: str  # numbers of parties, separated by blanks
    agreed: str
    state: ProposalState
    since: datetime
    reason: str | None = None

    @property
    def parties(self) -> tuple[int, ...]:
        return tuple(int(number) for number in self.needs.split())

    @property
    def agreeing(self) -> tuple[int, ...]:
        return tuple(int(number) for number in self.agreed.split())

    def is_about(self, kind: str, subject: str) -> bool:
        """Whether it proposes this of something of which ``subject`` speaks too."""
        return self.kind == kind and (self.subject == subject or (
            kind == WAIVE and not set(self.subject.split()).isdisjoint(subject.split())))
