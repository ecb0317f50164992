"""The seats of a project as lanes of its plan: with the shape of the party that sits there, or that of nobody. Pure."""

from collections.abc import Iterable, Sequence

from workflows.diagram.shapes import EMPTY, SHARED
from workflows.facts import DecisionState, Facts, PartyFact, TaskState

# What is said of a seat in which several sit: of all their states the first that stands here.
_TASKS = (TaskState.OPEN, TaskState.ACCEPTED, TaskState.LAPSED)
_DECISIONS = (DecisionState.REFUSED, DecisionState.ASKED, DecisionState.RESERVED, DecisionState.AGREED)


def held(facts: Facts) -> dict[str, list[PartyFact]]:
    """Seat -> the parties in it now: in the order in which parties took the seats, then the empty ones."""
    seats = dict.fromkeys([*(party.seat for party in facts.parties), *facts.definition.parties])
    found = {seat: [party for party in facts.present if party.seat == seat] for seat in seats}
    return dict(sorted(found.items(), key=lambda one: not one[1]))


def lanes(facts: Facts) -> dict[str, int]:
    """Seat -> the number of the party that has it alone, so that it is drawn here as everywhere; SHARED or EMPTY."""
    return {seat: parties[0].number if len(parties) == 1 else SHARED if parties else EMPTY
            for seat, parties in held(facts).items()}


def given(facts: Facts) -> dict[tuple[str, str], str]:
    """(task, seat) -> accepted once all who sit there have given it."""
    return _together(facts, ((task.key, task.party, task.state) for key in facts.definition.tasks
                             for task in facts.instances(key)), _TASKS, TaskState.OPEN)


def decided(facts: Facts) -> dict[tuple[str, str], str]:
    """(gate, seat) -> agreed once all who sit there have agreed, refused as soon as one does not."""
    return _together(facts, ((one.gate, one.party, one.state) for gate in facts.definition.gates
                             for one in facts.asked_at(gate)), _DECISIONS, DecisionState.ASKED)


def _together(facts: Facts, states: Iterable[tuple[str, int, str]], order: Sequence[str],
              otherwise: str) -> dict[tuple[str, str], str]:
    """otherwise: what a state counts as that has no place in ``order``."""
    seats = {party.number: party.seat for party in facts.parties}
    found: dict[tuple[str, str], str] = {}
    for key, party, state in states:
        place = key, seats[party]
        counts = state if state in order else otherwise
        found[place] = min(found.get(place, counts), counts, key=order.index)
    return found
