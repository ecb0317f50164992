"""The end of a signed contract by agreement of all who signed it: the day, and what stays owed all the same."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflows.facts import END, DutyFact, Facts, Notice, PartyFact, ProposalFact, ProposalState
from workflows.values import replace


@dataclass(frozen=True, slots=True)
class Ending:
    """``day`` is the last one of the contract, ``stay`` the numbers of duties that outlast it."""

    day: date
    stay: frozenset[int]

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> "Ending":
        return cls(date.fromisoformat(str(body["day"])), frozenset(map(int, body.get("stay", ()))))


def agreed(facts: Facts) -> Ending | None:
    """The end that all have agreed to."""
    proposal = facts.holding(END, "")
    return Ending.read(json.loads(proposal.body)) if proposal else None


def proposed(facts: Facts) -> ProposalFact | None:
    """The end that waits for somebody's answer, once the contract is signed."""
    return next((one for one in facts.proposals if one.kind == END and one.state is ProposalState.OPEN), None)


def signers(facts: Facts) -> tuple[PartyFact, ...]:
    """Who is bound by a signature, under the contract or by acceding to it: their agreement ends it."""
    signing = {party.number for party in facts.signing}
    return tuple(party for party in facts.bound
                 if party.number in signing or facts.accession(party.number) is not None)


def over(facts: Facts, ending: Ending) -> tuple[DutyFact, ...]:
    """What is not owed any more: of what is open all that falls after the last day, and what there was to decide."""
    return tuple(duty for duty in under_contract(facts) if duty.number not in ending.stay
                 and (duty.decide or duty.due > ending.day))


def under_contract(facts: Facts) -> tuple[DutyFact, ...]:
    """What is open of what the contract asks for; what was taken on at a question before it stays that."""
    return tuple(duty for duty in facts.duties if duty.done_at is None and duty.gate is None)


def ended(facts: Facts, ending: Ending) -> Facts:
    for duty in over(facts, ending):
        facts = facts.with_duty(replace(duty, done_at=facts.now, outcome=Notice.OVER.value))
    return facts
