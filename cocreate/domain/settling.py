"""What the contract lacks, and what all agreed about it: a value is settled later, a clause struck."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cocreate.domain import wordings
from cocreate.domain.composing import Given, printed
from workflows.facts import Facts, ProposalState
from workflows.facts.disputes import SETTLE, differ
from workflows.fields import Computed


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


def given(facts: Facts) -> Given:
    """What stands in the contract and what does not: who is there, what was answered, what all agreed to strike
    or to say in other words.
    """
    return Given(
        seats=frozenset(party.seat for party in facts.present),
        chosen={path: frozenset(key for said in facts.chosen(path).values() for key in said)
                for path in facts.definition.decisive},
        struck={key: json.loads(proposal.body)["reason"] for key in facts.definition.clauses
                if (proposal := facts.holding("strike", key)) is not None},
        wording=wordings.agreed(facts))


def lacking(facts: Facts) -> dict[str, str | None]:
    """What the contract prints and somebody said is not available -> the clause it stands in.

    As far as it is known without the answers themselves: the contract, once composed, may lack more.
    """
    return {need: clause for need, clause in printed(facts.definition, given(facts)).items()
            if "." in need and _absent(facts, need)}


def unsettled(facts: Facts) -> bool:
    """Whether something is missing of which nobody has proposed yet what becomes of it."""
    return any(not proposed(facts, need, clause) for need, clause in lacking(facts).items())


def proposed(facts: Facts, need: str, clause: str | None) -> bool:
    """Whether somebody proposed what becomes of it, or of the clause that it stands in."""
    open_ = {(one.kind, one.subject) for one in facts.proposals if one.state is ProposalState.OPEN}
    return bool(open_ & {("later", need), ("strike", clause), (SETTLE, need.partition("@")[0])})


def disputed(facts: Facts, need: str) -> bool:
    """Whether a clause prints as one figure what has two values, of which nobody has settled which one counts."""
    path, _, seat = need.partition("@")
    one_of_all = not seat or len(facts.given(path)) == 1
    return one_of_all and differ(facts.values(path))


def _absent(facts: Facts, need: str) -> bool:
    path, _, seat = need.partition("@")
    _, task, key = path.split(".")
    if settled(facts, need) is not None or facts.settled(path) is not None:
        return False
    if disputed(facts, need):
        return True
    if isinstance(facts.definition.tasks[task][1].fields[key], Computed):
        return not facts.values(path)
    asked = [one for one in facts.instances(task) if one.number and (not seat or facts.party(one.party).seat == seat)]
    return bool(asked) and all(key in one.absent for one in asked)
