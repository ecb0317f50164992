"""A value that all agreed to settle later: who gives it, by when and by what rule."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflows.facts import Facts


@dataclass(frozen=True, slots=True)
class Settled:
    """What the clause says, and what is owed once all have signed."""

    parties: tuple[int, ...]
    due: date
    rule: str

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> "Settled":
        """As a proposal keeps it."""
        return cls(tuple(body["parties"]), date.fromisoformat(body["by"]), body["rule"])


def settled(facts: Facts, need: str) -> Settled | None:
    """None where nothing is agreed, or nobody is left who would give it: then the value is missing again."""
    proposal = facts.holding("later", need)
    if proposal is None:
        return None
    found = Settled.read(json.loads(proposal.body))
    there = {party.number for party in facts.contracting}
    return found if there.issuperset(found.parties) else None
