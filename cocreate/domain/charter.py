"""How the parties work together, part by part: each part holds when all have agreed to its words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflows.facts import Facts, ProposalFact, ProposalState

KIND = "charter"
CONFLICT = "conflict"  # two goals that pull apart: open until all parties say that it is settled
GOALS = "goals"
PARTS = ("purpose", GOALS, "decisions", "openness", "sharing", "public_buyer", "words", "contacts")
MOST_GOALS = 8


@dataclass(frozen=True, slots=True)
class Part:
    """One part: the words that hold, and those proposed in their place. ``version`` counts what held."""

    key: str
    holds: ProposalFact | None
    proposed: ProposalFact | None
    version: int = 0

    @property
    def text(self) -> str:
        return words(self.holds) if self.holds else ""

    @property
    def other_text(self) -> str:
        return words(self.proposed) if self.proposed else ""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a party wants, how one will see it, who answers for it, by when. ``id``: "party.place", places from 1."""

    id: str
    what: str
    measure: str
    owner: str
    by: date | None


def keys(facts: Facts) -> tuple[str, ...]:
    """Every part: goals once for each party."""
    return tuple(key for part in PARTS for key in (
        [f"{GOALS}:{party.number}" for party in facts.present] if part == GOALS else [part]))


def party_of(key: str) -> int | None:
    """Whose part it is, where each party has its own."""
    part, _, number = key.partition(":")
    return int(number) if part == GOALS and number.isdecimal() else None


def parts(facts: Facts) -> tuple[Part, ...]:
    """Every part that was ever proposed or may be, in its order."""
    return tuple(part(facts, key) for key in keys(facts))


def part(facts: Facts, key: str) -> Part:
    held = sum(1 for p in facts.proposals if p.kind == KIND and p.subject == key and p.state is ProposalState.AGREED)
    return Part(key, facts.holding(KIND, key), _open(facts, key), held)


def to_answer(facts: Facts, party: int | None) -> tuple[ProposalFact, ...]:
    """What this party has not answered yet."""
    return tuple(p for key in keys(facts) if (p := _open(facts, key)) is not None and party in p.parties
                 and party not in p.agreeing)


def complete(facts: Facts) -> bool:
    """Whether everything proposed holds."""
    every = parts(facts)
    return any(part.holds for part in every) and not any(part.proposed for part in every)


def words(proposal: ProposalFact) -> str:
    return str(json.loads(proposal.body)["text"])


def goals(proposal: ProposalFact | None) -> tuple[Goal, ...]:
    """The goals of one party as they are proposed or hold."""
    if proposal is None:
        return ()
    party = party_of(proposal.subject)
    rows: list[Mapping[str, Any]] = json.loads(proposal.body).get(GOALS, [])
    return tuple(Goal(f"{party}.{place}", str(row["what"]), str(row.get("measure", "")), str(row.get("owner", "")),
                      date.fromisoformat(row["by"]) if row.get("by") else None) for place, row in enumerate(rows, 1))


def every_goal(facts: Facts, party: int) -> tuple[Goal, ...]:
    """What a party wants: as it is proposed, else as it holds."""
    there = part(facts, f"{GOALS}:{party}")
    return goals(there.proposed or there.holds)


def conflicts(facts: Facts) -> tuple[ProposalFact, ...]:
    """Goals that somebody says pull apart, open ones first."""
    found = [one for one in facts.proposals if one.kind == CONFLICT and one.state is not ProposalState.ENDED]
    return tuple(sorted(found, key=lambda one: (one.state is not ProposalState.OPEN, -one.number)))


def _open(facts: Facts, key: str) -> ProposalFact | None:
    return max((p for p in facts.proposals if p.kind == KIND and p.subject == key and p.state is ProposalState.OPEN),
               key=lambda p: p.number, default=None)
