"""What waits for somebody where nobody is who could do it: seats, tasks, decisions, signatures."""

from collections.abc import Iterator

from cocreate.domain.hearing import Subject
from cocreate.domain.reminding import can_be_decided, signatories
from workflows import engine
from workflows.conditions import All, AnyCondition, PartySeated
from workflows.facts import OWED, UNDECIDED, Facts
from workflows.guards import can_start


def waiting(facts: Facts) -> Iterator[Subject]:
    if facts.ended or facts.on_hold:
        return
    yield from _empty_seats(facts)
    for task in facts.tasks:
        if task.state in OWED and not any(
                member.left_at is None and member.party == task.party
                and (member.person == task.asked or "champion" in member.parts) for member in facts.members
        ) and can_start(facts, task):
            yield Subject("task", task.key, task.party)
    for decision in facts.decisions:
        if decision.state in UNDECIDED and not signatories(facts, decision.party) and can_be_decided(facts, decision):
            yield Subject("decision", decision.gate, decision.party)
    contract = facts.contract
    if contract and engine.waits_for_signatures(facts.definition, facts.project.stage):
        for party in facts.signing:
            if not signatories(facts, party.number) and facts.signature(party.number) is None:
                yield Subject("signature", str(contract.number), party.number)


def _empty_seats(facts: Facts) -> Iterator[Subject]:
    """Seats that every way on from this stage needs taken, and where nobody sits."""
    ways = [t for t in facts.definition.transitions.values() if t.from_ == facts.project.stage
            and not facts.definition.is_back(t)]
    needed = [{one.party for one in _all_of(way.when) if isinstance(one, PartySeated)} for way in ways]
    for seat in sorted(set.intersection(*needed)) if needed else ():
        if not facts.holders([seat]):
            yield Subject("seat", seat)


def _all_of(condition: AnyCondition | None) -> Iterator[AnyCondition]:
    """What must hold whatever else does: not one of several ways."""
    if isinstance(condition, All):
        for one in condition.all:
            yield from _all_of(one)
    elif condition is not None:
        yield condition
