"""What is signed in a project, and what is owed under it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from workflows.values import replace


class ContractState(StrEnum):
    FROZEN = "frozen"
    ENDED = "ended"  # something in it changed before the last signature
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class ContractFact:
    """One frozen version of the contract, or of a short agreement: then ``paper`` is the key of its task."""

    paper: str
    number: int
    state: ContractState
    content_sha256: str
    text_sha256: str
    pdf_sha256: str
    frozen_at: datetime
    clauses: int
    ended_at: datetime | None = None
    ended_because: str | None = None


@dataclass(frozen=True, slots=True)
class SignatureFact:
    """One signature of one person for one party under one version of one paper."""

    paper: str
    version: int
    party: int
    person: int
    at: datetime
    text_sha256: str
    pdf_sha256: str
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccessionFact:
    """A party that acceded to the signed version of a paper, by a document of its own."""

    party: int
    paper: str
    version: int
    person: int
    at: datetime
    text_sha256: str
    pdf_sha256: str


class Notice(StrEnum):
    """How a decision ends: on a contract that goes on where nobody gives notice, or on one that ends."""

    GIVEN = "given"
    ON = "on"  # it goes on
    ENDS = "ends"  # it ends: of one that goes on only where that is decided
    OTHERS = "others"  # another party gave notice: nothing is left to decide
    OVER = "over"  # all agreed to end the contract before it: nothing is owed any more


@dataclass(frozen=True, slots=True)
class DutyFact:
    """Something a party owes by a day: under the agreed terms, or because it took it on at a question before them."""

    number: int
    party: int
    what: str
    due: date
    clause: str | None = None
    gate: str | None = None  # the question at which its party took it on
    done_at: datetime | None = None
    done_by: int | None = None
    confirmed_at: datetime | None = None  # when its party last said who looks after it
    owner: int | None = None  # person who looks after it; None: the champions of its party
    decide: bool = False  # to be decided, not done: ``due`` is the last day
    goes_on_by: int = 0  # months after which the next such day comes where nobody decides; 0: none comes
    gives: str | None = None  # path of the value that was settled later
    outcome: str | None = None  # a Notice, of what was decided
    done_on: date | None = None  # when it was decided, as its party says
    said: str | None = None  # the value that was given, or words about what was decided
    doubted: str | None = None  # JSON: number of a party -> why it does not see done what was reported

    @property
    def doubts(self) -> dict[int, str]:
        """Party -> why it does not see it done; both its word and the report stand."""
        return {int(party): why for party, why in json.loads(self.doubted or "{}").items()}

    def with_doubts(self, doubts: Mapping[int, str]) -> "DutyFact":
        ordered = {str(party): doubts[party] for party in sorted(doubts)}
        return replace(self, doubted=json.dumps(ordered) if ordered else None)

    @property
    def before(self) -> date:
        """The day before which it has to be decided."""
        return self.due + timedelta(days=1)
