"""After a "do not agree": who can change what the decision was about, and who can decide otherwise. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from cocreate.domain.rights import Act, may
from cocreate.domain.taking import can_reopen, can_take, is_here, is_theirs
from workflows import engine
from workflows.facts import DecisionState, Facts, MemberFact, TaskFact
from workflows.gates import gate_reasons, is_open
from workflows.progression import contract_inputs
from workflows.refusals import Refusal

NOES = frozenset({"gate.refused", "gate.veto"})  # the codes of what it stops
CHANGE, DECIDE = "change", "decide"


def refused(facts: Facts) -> dict[str, tuple[Refusal, ...]]:
    """The gates of the running stage that a no stops, whatever those say who have not decided -> each such no."""
    here = {one.gate for one in facts.decisions if one.state is DecisionState.REFUSED
            and facts.definition.gates[one.gate][0] == facts.project.stage}
    found = {gate: noes(facts, gate) for gate in facts.definition.gates if gate in here and is_open(facts, gate)}
    return {gate: said for gate, said in found.items() if said}


def noes(facts: Facts, gate: str) -> tuple[Refusal, ...]:
    return tuple(one for one in gate_reasons(facts, gate) if one.code in NOES)


def ways(facts: Facts, gate: str, said: Iterable[Refusal]) -> frozenset[str]:
    """What the actor can do beside talking: change what it was about, decide otherwise for a party that said no."""
    decides = facts.definition.gates[gate][0] == facts.project.stage and any(
        may(Act.DECIDE, facts.actor, party=one.party) for one in said)
    changes = bool(to_reopen(facts, gate)) or back(facts, gate) is not None
    return frozenset(way for way, can in ((CHANGE, changes), (DECIDE, decides)) if can)


def people(facts: Facts, gate: str) -> tuple[MemberFact, ...]:
    """Everybody who can do something about it."""
    said = noes(facts, gate)
    return tuple(member for member in facts.members
                 if said and member.present and ways(replace(facts, actor=member), gate, said))


def to_reopen(facts: Facts, gate: str) -> tuple[TaskFact, ...]:
    """What it was about and the actor opens again: as champion, as who gave it, or as who accepted it."""
    return tuple(task for task in _about(facts, gate) if can_reopen(facts, task) and is_theirs(facts.actor, task))


def back(facts: Facts, gate: str) -> str | None:
    """The way by which the actor goes back to where something that it was about can be changed."""
    order = facts.definition.order
    stages = [order[facts.definition.tasks[task.key][0]] for task in _about(facts, gate)
              if not is_here(facts, task) and not facts.task_of(task).final]
    return next((way.key for way in engine.ways(facts) if way.back and way.open and can_take(facts, way.key)
                 and any(order[way.to] <= stage < order[facts.project.stage] for stage in stages)), None)


def _about(facts: Facts, gate: str) -> list[TaskFact]:
    """The contract is about all that it was made from."""
    keys = facts.definition.about(gate) or sorted(contract_inputs(facts))
    return [task for key in keys for task in facts.instances(key) if task.number]
