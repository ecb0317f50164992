"""What waits for somebody where nobody is who could do it: seats, tasks, decisions, signatures."""

from collections.abc import Iterator

from cocreate.domain.hearing import Subject
from cocreate.domain.reminding import can_be_decided, signatories
from workflows import engine
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
    for seat in facts.definition.seats_needed[facts.project.stage]:
        if not facts.holders([seat]):
            yield Subject("seat", seat)
