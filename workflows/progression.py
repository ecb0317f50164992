"""What follows of itself: entering a stage, opening gates, lapsing decisions, ending a contract, going on.

Facts in, facts out. ``settle`` is called after every act, so no act has to remember the consequences of its change.
"""

from dataclasses import replace
from datetime import datetime

from workflows import engine
from workflows.deadlines import due
from workflows.definition import Due
from workflows.facts import ContractState, DecisionFact, DecisionState, Facts, PartyFact, TaskFact, TaskState

_DECIDED = (DecisionState.AGREED, DecisionState.RESERVED, DecisionState.REFUSED)


def enter(facts: Facts, stage: str) -> Facts:
    """The facts after the project came to ``stage``: its tasks are asked of every organisation in their seats."""
    facts = facts.with_project(stage=stage, visit=facts.project.visit + 1, entered_at=facts.now)
    if stage in facts.definition.terminal:
        return facts.with_project(ended_at=facts.now, outcome=stage)
    return settle(_ask_tasks(facts, facts.present))


def join(facts: Facts, party: PartyFact) -> Facts:
    """A party that joins is asked the tasks of the stage that runs."""
    return settle(_ask_tasks(facts.with_party(party), (party,)))


def go_back(facts: Facts, transition: str, reason: str) -> Facts:
    """Back to an earlier stage: what the transition reopens begins a new round, the rest is kept."""
    way = facts.definition.transitions[transition]
    for key in way.reopens:
        if key in facts.definition.tasks:
            for task in facts.instances(key):
                facts = reopen(facts, task, reason)
        else:
            for decision in facts.asked_at(key):
                facts = facts.with_decision(replace(decision, state=DecisionState.SUPERSEDED, since=facts.now))
    return enter(facts, way.to)


def reopen(facts: Facts, task: TaskFact, reason: str) -> Facts:
    """A new round of a task; what was given stays as its history."""
    if task.state is not TaskState.ACCEPTED:
        return facts
    again = replace(task, round=task.round + 1, state=TaskState.OPEN, since=facts.now, reason=reason, due_at=None)
    return facts.with_task(replace(task, state=TaskState.SUPERSEDED, since=facts.now)).with_task(again)


def settle(facts: Facts) -> Facts:
    """Draw every consequence of the facts, until nothing follows any more."""
    if facts.ended:
        return facts
    facts = _date_tasks(facts)
    facts = _lapse(facts)
    facts = _end_contract(facts)
    facts = _open_gates(facts)
    key = engine.automatic(facts)
    return enter(facts, facts.definition.transitions[key].to) if key else facts


def subject(facts: Facts, gate: str) -> str:
    """The versions a decision at this gate is about now, as stored with it."""
    if facts.definition.gates[gate][1].about == "contract":
        contract = facts.contract
        return f"contract={contract.number}" if contract else ""
    versions = (f"{task.key}@{task.party}={task.number}"
                for key in facts.definition.about(gate) for task in facts.instances(key))
    return " ".join(sorted(versions))


def _ask_tasks(facts: Facts, parties: tuple[PartyFact, ...]) -> Facts:
    for key, task in facts.definition.stages[facts.project.stage].tasks.items():
        for party in parties:
            if party.seat in task.of and facts.task(key, party.number) is None:
                facts = facts.with_task(TaskFact(
                    key, party.number, round=1, state=TaskState.OPEN, since=facts.now, due_at=None,
                    asked=_first_asked(facts, party.number, task.kind)))
    return facts


def _first_asked(facts: Facts, party: int, kind: str) -> int | None:
    """Who is asked before a champion passes it on: the signatory to sign, a contributor else, or the champion."""
    parts = ("signatory", "champion") if kind == "sign" else ("champion", "contributor")
    return next((member.person for part in parts for member in facts.people(party, part)), None)


def _date_tasks(facts: Facts) -> Facts:
    """Due dates that can be worked out now, because what they follow has happened."""
    for task in facts.tasks:
        if task.state is TaskState.OPEN and task.due_at is None:
            when = due_at(facts, facts.task_of(task).due)
            if when is not None:
                facts = facts.with_task(replace(task, due_at=when))
    return facts


def due_at(facts: Facts, rule: Due) -> datetime | None:
    """When something with this rule is due, as far as it can be known now."""
    accepted: dict[str, datetime] = {}
    for task in facts.tasks:
        if task.state is TaskState.ACCEPTED:
            accepted[task.key] = max(task.since, accepted.get(task.key, task.since))
    return due(rule, stage_entered=facts.project.entered_at, project_opened=facts.project.opened_at,
               accepted=accepted, target=facts.project.target, calendars=facts.calendars)


def _lapse(facts: Facts) -> Facts:
    """A decision holds only for the versions it saw."""
    for decision in facts.decisions:
        if decision.state not in _DECIDED or facts.decision(decision.gate, decision.party) is not decision:
            continue
        now = subject(facts, decision.gate)
        if now != decision.subject or _reopened(facts, decision.gate):
            facts = facts.with_decision(replace(
                decision, state=DecisionState.LAPSED, since=facts.now,
                changed=_difference(decision.subject, now) or decision.changed))
    return facts


def _reopened(facts: Facts, gate: str) -> bool:
    """Whether something a gate is about was taken back into work."""
    return any(task.state in (TaskState.OPEN, TaskState.RETURNED)
               for key in facts.definition.about(gate) for task in facts.instances(key))


def _difference(before: str, after: str) -> str:
    """The first thing that differs, as "thing=from>to"."""
    old = dict(part.rsplit("=", 1) for part in before.split())
    new = dict(part.rsplit("=", 1) for part in after.split())
    return next((f"{thing}={old.get(thing, '0')}>{new.get(thing, '0')}" for thing in sorted(old | new)
                 if old.get(thing) != new.get(thing)), "")


def _end_contract(facts: Facts) -> Facts:
    """A frozen contract stands only while what it was made from stands: see ``contract_inputs``."""
    contract = facts.contract
    if contract is None or contract.state is not ContractState.FROZEN:
        return facts
    touched = next((task for task in facts.tasks if task.since > contract.frozen_at and task.state in (
        TaskState.OPEN, TaskState.SUBMITTED, TaskState.RETURNED, TaskState.ACCEPTED, TaskState.SUPERSEDED)
        and task.key in contract_inputs(facts)), None)
    joined = facts.parties and max((p.left_at for p in facts.parties if p.left_at), default=None)
    if touched is None and not (joined and joined > contract.frozen_at):
        return facts
    because = f"task:{touched.key}@{touched.party}" if touched else "parties"
    return end_contract(facts, because)


def end_contract(facts: Facts, because: str) -> Facts:
    """The version that stands is ended, and every signature under it, visibly."""
    contract = facts.contract
    if contract is None:
        return facts
    for signature in facts.signatures:
        if signature.version == contract.number and signature.ended_at is None:
            facts = facts.with_signature(replace(signature, ended_at=facts.now))
    return facts.with_contract(replace(contract, state=ContractState.ENDED, ended_at=facts.now, ended_because=because))


def contract_inputs(facts: Facts) -> frozenset[str]:
    """The tasks whose answers stand in the contract: in clauses, annexes, or as figures."""
    definition = facts.definition
    needed = {need.split(".")[1] for clause in definition.clauses.values() for need in clause.needs.values()
              if "." in need}
    return frozenset(needed | {annex.of.split(".")[1] for annex in definition.annexes.values()}
                     | {rule.rows.split(".")[1] for rule in definition.duties})


def _open_gates(facts: Facts) -> Facts:
    """A gate of the running stage opens when everything it is about is accepted; then each party is asked."""
    for key, gate in facts.definition.stages[facts.project.stage].gates.items():
        if gate.about == "contract":
            ready = facts.contract is not None
        else:
            ready = all(task.state is TaskState.ACCEPTED
                        for about in facts.definition.about(key) for task in facts.instances(about))
        if ready:
            facts = _ask_decisions(facts, key)
    return facts


def _ask_decisions(facts: Facts, key: str) -> Facts:
    gate = facts.definition.gates[key][1]
    opened = bool(facts.asked_at(key)) and any(
        d.state is not DecisionState.SUPERSEDED for d in facts.asked_at(key))
    for party in facts.holders(gate.of):
        decision = facts.decision(key, party.number)
        if decision is None and opened:
            continue  # who joins later does not reopen what was asked before
        if decision is None or decision.state is DecisionState.SUPERSEDED:
            facts = facts.with_decision(DecisionFact(
                key, party.number, round=decision.round + 1 if decision else 1, state=DecisionState.ASKED,
                since=facts.now, due_at=due_at(facts, gate.due)))
    return facts
