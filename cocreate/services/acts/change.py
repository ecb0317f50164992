"""What an act decides: the facts afterwards, what the record says, and rows that no guard ever looks at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cocreate.domain.rights import Act, lets, may, who_may
from cocreate.errors import Conflict, Forbidden
from cocreate.services.writes import Write
from workflows.facts import Facts, MemberFact

# What every event says by itself, beside the details of its act.
RESERVED = frozenset({"act", "actor", "for", "stands_for", "before", "after", "visit", "consequences",
                      "definition_sha256", "sees", "personal_sha256"})


class Administrator(NamedTuple):
    """Who acts for the host without a place in the project; who calls checked that they may. Both are names."""

    by: str
    host: str


def named(by: Administrator | None) -> dict[str, str]:
    """What the record keeps of an administrator."""
    return {} if by is None else by._asdict()


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that an act itself causes, beside those that follow from what changed."""

    kind: str
    recipient: int  # person
    subject: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """The outcome of an act.

    details: stays for ever; holds no name and no word a person wrote. personal: names and words, erasable.
    party: for whom it was done. sees: audience of the details; None is everybody there.
    """

    facts: Facts
    details: Mapping[str, Any] = field(default_factory=dict)
    personal: Mapping[str, Any] = field(default_factory=dict)
    party: int | None = None
    sees: int | None = None
    rows: tuple[Write, ...] = ()
    letters: tuple[Letter, ...] = ()
    answer: Mapping[str, Any] = field(default_factory=dict)
    stands_for: int | None = None  # person whose part the actor had to use; ``progress`` finds out

    def __post_init__(self) -> None:
        if taken := RESERVED & self.details.keys():  # the record would say something else than the act meant
            raise ValueError(f"an event itself says {sorted(taken)}")


def next_number(rows: Iterable[Any]) -> int:
    """What the next of these rows is called in its project: 1, 2, 3 ... without gaps."""
    return 1 + max((row.number for row in rows), default=0)


def require(facts: Facts, act: Act, *, party: int | None = None, asked: int | None = None, directly: bool = False,
            on_hold: bool = False, first: bool = False, after: bool = False) -> MemberFact:
    """The actor, if the table of rights lets them do this.

    directly: to propose it is not enough. on_hold: also while the project rests. first: it is about the first champion
    of the party. after: under the signed contract, once the project has ended with it.
    Raises: Forbidden with the names of those who can.
    """
    if after:
        require_agreed(facts)
    else:
        require_running(facts, on_hold=on_hold)
    if facts.actor is None or not may(act, facts.actor, party=party, asked=asked, directly=directly,
                                    first=first) or not lets(facts, act, facts.actor):
        raise Forbidden("only", act=act.value, persons=tuple(
            member.person for member in who_may(
                facts, act, party=party, asked=asked, directly=directly, first=first)))
    return facts.actor


def require_running(facts: Facts, *, on_hold: bool = False) -> None:
    """Raises Conflict where the project has ended, or rests and the act does not bear that."""
    if facts.ended:
        raise Conflict("project.ended", outcome=facts.project.outcome, at=facts.project.ended_at)
    if facts.on_hold and not on_hold:
        raise Conflict("project.on_hold", until=facts.project.hold_until)


def require_agreed(facts: Facts) -> None:
    """Raises Conflict where no contract is in force that could be ended."""
    if facts.project.outcome != "agreed":
        raise Conflict("ending.no_contract")


def require_same(given: object, now: object, code: str, **values: object) -> None:
    """Raises Conflict where the thing is not the one the actor looked at."""
    if given != now:
        raise Conflict(code, given=given, now=now, **values)
