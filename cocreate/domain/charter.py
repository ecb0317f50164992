"""How the parties work together, part by part: each part holds when all have agreed to its words."""

import json
from dataclasses import dataclass

from workflows.facts import Facts, ProposalFact, ProposalState

KIND = "charter"
PARTS = ("purpose", "goals", "decisions", "openness", "sharing", "public_buyer", "words", "contacts")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: the words that hold, and those proposed in their place."""

    key: str
    holds: ProposalFact | None
    proposed: ProposalFact | None

    @property
    def text(self) -> str:
        return words(self.holds) if self.holds else ""

    @property
    def other_text(self) -> str:
        return words(self.proposed) if self.proposed else ""


def parts(facts: Facts) -> tuple[Part, ...]:
    """Every part that was ever proposed or may be, in its order."""
    return tuple(Part(key, facts.holding(KIND, key), _open(facts, key)) for key in PARTS)


def to_answer(facts: Facts, party: int | None) -> tuple[ProposalFact, ...]:
    """What this party has not answered yet."""
    return tuple(p for key in PARTS if (p := _open(facts, key)) is not None and party in p.parties
                 and party not in p.agreeing)


def complete(facts: Facts) -> bool:
    """Whether everything proposed holds."""
    every = parts(facts)
    return any(part.holds for part in every) and not any(part.proposed for part in every)


def words(proposal: ProposalFact) -> str:
    return str(json.loads(proposal.body)["text"])


def _open(facts: Facts, key: str) -> ProposalFact | None:
    return max((p for p in facts.proposals if p.kind == KIND and p.subject == key and p.state is ProposalState.OPEN),
               key=lambda p: p.number, default=None)
