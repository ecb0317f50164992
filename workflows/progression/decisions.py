"""Decisions at gates: asked, bound to the versions they saw, lapsed when these change."""

from workflows.definition import AtLeast
from workflows.facts import DECIDED, OWED, UNDECIDED, DecisionFact, DecisionState, Facts
from workflows.facts.disputes import settlements
from workflows.gates import is_open
from workflows.progression.dates import due_at
from workflows.values import replace


def subject(facts: Facts, gate: str) -> str:
    """What a decision at this gate is about now, as stored with it: versions, and what all have settled in them."""
    definition = facts.definition
    if definition.gates[gate][1].about == "contract":
        contract = facts.contract
        return f"contract={contract.number}" if contract else ""
    about = definition.about(gate)
    versions = [f"{task.key}@{task.party}={task.number}" for key in about for task in facts.instances(key)]
    settled = [f"{path}={number}" for key in about
               for path, number in settlements(f"{definition.tasks[key][0]}.{key}", facts.proposals).items()]
    return " ".join(sorted([*versions, *settled]))


def open_gates(facts: Facts) -> Facts:
    """A gate of the running stage opens when everything it is about is accepted; then each party is asked.

    Gates of other stages rest: what lapses there is decided again when the project comes back to it.
    """
    for key in facts.definition.stages[facts.project.stage].gates:
        if is_open(facts, key):
            facts = _date_decisions(_ask_decisions(facts, key), key)
    return facts


def _ask_decisions(facts: Facts, key: str) -> Facts:
    gate = facts.definition.gates[key][1]
    opened = any(decision.state is not DecisionState.SUPERSEDED for decision in facts.asked_at(key))
    for party in facts.holders(gate.of):
        decision = facts.decision(key, party.number)
        if decision is None and opened and not _is_vacant(facts, key, party.seat):
            continue  # who joins later does not reopen what was asked before
        if decision is None or decision.state is DecisionState.SUPERSEDED:
            facts = facts.with_decision(DecisionFact(
                key, party.number, round=decision.round + 1 if decision else 1, state=DecisionState.ASKED,
                since=facts.now, due_at=None))
    return facts


def _is_vacant(facts: Facts, key: str, seat: str) -> bool:
    """Whether who was asked here and left has to be replaced: nobody of the seat is asked, or too few for the rule."""
    gate = facts.definition.gates[key][1]
    asked = [facts.party(decision.party).seat for decision in facts.asked_at(key)]
    short = isinstance(gate.rule, AtLeast) and gate.rule.at_least > (
        asked.count(gate.rule.of) if gate.rule.of else len(asked))
    left = any(decision.state is DecisionState.DROPPED and facts.party(decision.party).seat == seat
               for decision in facts.decisions if decision.gate == key)
    return left and (short or seat not in asked)


def _date_decisions(facts: Facts, key: str) -> Facts:
    """When each missing decision at an open gate is due."""
    when = due_at(facts, facts.definition.gates[key][1].due)
    for decision in facts.asked_at(key):
        if decision.state in UNDECIDED and decision.due_at is None and when is not None:
            facts = facts.with_decision(replace(decision, due_at=when))
    return facts


def lapse(facts: Facts) -> Facts:
    """A decision holds only for the versions it saw; who left cannot decide again."""
    gates: dict[str, tuple[str, bool]] = {}  # what each is about: the same for all of its decisions
    for decision in facts.decisions:
        if facts.decision(decision.gate, decision.party) is not decision:
            continue
        if decision.gate not in gates:
            gates[decision.gate] = subject(facts, decision.gate), _reopened(facts, decision.gate)
        about, reopened = gates[decision.gate]
        changed = _difference(decision.subject, about)
        if decision.state in DECIDED and (changed or reopened):
            left = facts.party(decision.party).left_at is not None
            facts = facts.with_decision(replace(
                decision, state=DecisionState.DROPPED if left else DecisionState.LAPSED, since=facts.now,
                due_at=None, changed=changed or None))
        elif decision.state is DecisionState.LAPSED and changed and changed != decision.changed:
            facts = facts.with_decision(replace(decision, changed=changed))
    return facts


def _reopened(facts: Facts, gate: str) -> bool:
    """Whether something a gate is about, and that was given before, was taken back into work."""
    return any(task.state in OWED and task.number
               for key in facts.definition.about(gate) for task in facts.instances(key))


def _difference(before: str, after: str) -> str:
    """The first thing that differs, as "thing=from>to"; what was not given yet is version 0."""
    if before == after:
        return ""
    old = dict(part.rsplit("=", 1) for part in before.split())
    new = dict(part.rsplit("=", 1) for part in after.split())
    versions = ((thing, old.get(thing, "0"), new.get(thing, "0")) for thing in sorted(old | new))
    return next((f"{thing}={a}>{b}" for thing, a, b in versions if a != b), "")
