"""What follows of itself: entering a stage, opening gates, lapsing decisions, ending a contract, going on.

Facts in, facts out. ``settle`` is called after every act, so no act has to remember the consequences of its change, and
nothing else here draws them.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime

from workflows import engine
from workflows.calendars import add_working_days, at, local_day, working_days_between
from workflows.deadlines import due
from workflows.definition import AtLeast, Due
from workflows.facts import ContractState, DecisionFact, DecisionState, Facts, PartyFact, TaskFact, TaskState
from workflows.fields import Computed
from workflows.gates import is_open
from workflows.guards import accepting, left_behind, rests, seen_stages
from workflows.values import replace

_DECIDED = (DecisionState.AGREED, DecisionState.RESERVED, DecisionState.REFUSED)
_UNDECIDED = (DecisionState.ASKED, DecisionState.LAPSED)
_OWED = (TaskState.OPEN, TaskState.RETURNED)
_UNFINISHED = (*_OWED, TaskState.ENTERED, TaskState.SUBMITTED)
_FIRST_ASKED = ("champion", "contributor")
_FIRST_TO_SIGN = ("signatory", "champion")


def enter(facts: Facts, stage: str) -> Facts:
    """The facts after the project came to ``stage``: its tasks are asked of every organisation in their seats."""
    facts = facts.with_project(stage=stage, visit=facts.project.visit + 1, entered_at=facts.now)
    if stage in facts.definition.terminal:
        return facts.with_project(ended_at=facts.now, outcome=stage)
    return _ask_tasks(_undated(facts), facts.present)


def join(facts: Facts, party: PartyFact) -> Facts:
    """A party that joins is asked the tasks of the stage that runs; a contract that does not name it ends."""
    facts = _ask_tasks(facts.with_party(party), (party,))
    frozen = facts.contract is not None and facts.contract.state is ContractState.FROZEN
    return end_contract(facts, "parties") if frozen else facts


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


def resume(facts: Facts) -> Facts:
    """The facts when a hold is over: what was due while the project rested moves by the working days it rested."""
    project, days = facts.project, days_on_hold(facts)
    facts = facts.with_project(hold_until=None, held_at=None)
    if not days:
        return facts
    facts = facts.with_project(target=add_working_days(project.target, days, facts.calendars))
    for task in facts.tasks:
        if task.state in _OWED and task.due_at is not None:
            facts = facts.with_task(replace(task, due_at=_moved(facts, task.due_at, days)))
    for decision in facts.decisions:
        if decision.state in _UNDECIDED and decision.due_at is not None:
            facts = facts.with_decision(replace(decision, due_at=_moved(facts, decision.due_at, days)))
    return facts


def days_on_hold(facts: Facts) -> int:
    """Working days since the project was put on hold."""
    zone = facts.calendars[0].zone
    held = facts.project.held_at or facts.now
    return max(0, working_days_between(local_day(held, zone), local_day(facts.now, zone), facts.calendars))


def _moved(facts: Facts, moment: datetime, days: int) -> datetime:
    own = facts.calendars[0]
    return at(add_working_days(local_day(moment, own.zone), days, facts.calendars), own.end, own.zone)


def reopen(facts: Facts, task: TaskFact, reason: str) -> Facts:
    """A new round of a task; what was given stays as its history. What is being worked on is only due anew."""
    if task.state in _OWED:
        return facts.with_task(replace(task, due_at=None))
    again = _next_round(facts, task, reason)
    return facts.with_task(replace(task, state=TaskState.SUPERSEDED, since=facts.now)).with_task(again)


def _next_round(facts: Facts, task: TaskFact, reason: str | None) -> TaskFact:
    return replace(task, round=task.round + 1, state=TaskState.OPEN, since=facts.now, reason=reason, due_at=None,
                   entered_by=None, outsider=None, outside_until=None, wanted=None, wanted_by=None,
                   wanted_name=None).called_off


def settle(facts: Facts) -> Facts:
    """Draw every consequence of the facts, until nothing follows any more."""
    if facts.ended:
        return facts
    for consequence in (_end_agreements, _leave, _follow_answers, _end_absences, _name, _accept_unopposed, _call_off,
                        _date_tasks, _end_contract, _lapse, _open_gates):
        facts = consequence(facts)
    if (earlier := _has_nothing_to_sign(facts)) is not None:
        return settle(enter(facts, earlier))
    key = engine.automatic(facts)
    return settle(enter(facts, facts.definition.transitions[key].to)) if key else facts


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
            if party.seat in task.of and facts.task(key, party.number) is None and facts.holds(
                    task.only_if, party.number):
                facts = facts.with_task(_first_round(facts, key, party))
    return facts


def _first_round(facts: Facts, key: str, party: PartyFact) -> TaskFact:
    return TaskFact(key, party.number, round=1, state=TaskState.OPEN, since=facts.now, due_at=None)


def _follow_answers(facts: Facts) -> Facts:
    """A task that hangs on an answer is asked once that answer asks for it; what is still owed lapses with it."""
    order, seen = facts.definition.order, seen_stages(facts) if facts.definition.hanging else frozenset()
    for key in facts.definition.hanging:
        stage, task = facts.definition.tasks[key]
        if stage not in seen or order[stage] > order[facts.project.stage]:
            continue
        for party in facts.holders(task.of):
            there = facts.task(key, party.number)
            if not facts.holds(task.only_if, party.number):
                if there is not None and there.state in _UNFINISHED:
                    facts = facts.with_task(replace(there, state=TaskState.LAPSED, since=facts.now))
            elif there is None:
                facts = facts.with_task(_first_round(facts, key, party))
            elif there.state is TaskState.LAPSED:
                facts = facts.with_task(_next_round(facts, there, None))
    return facts


def _call_off(facts: Facts) -> Facts:
    """Who has handed a task in needs no help with it any more, whatever came of the call."""
    for task in facts.tasks:
        if task.help is not None and task.state not in (*_OWED, TaskState.ENTERED):
            facts = facts.with_task(task.called_off)
    return facts


def _undated(facts: Facts) -> Facts:
    """What was left undone when the stage was last here is due anew, what the project goes on without is not due."""
    stage = facts.definition.stages[facts.project.stage]
    for task in facts.tasks:
        if task.state in _OWED and (task.key in stage.tasks or left_behind(facts, task)):
            facts = facts.with_task(replace(task, due_at=None))
    for decision in facts.decisions:
        if decision.gate in stage.gates and decision.state in _UNDECIDED:
            facts = facts.with_decision(replace(decision, due_at=None))
    return facts


def _leave(facts: Facts) -> Facts:
    """What a party that left still owed lapses; nobody waits for its decisions. What it gave and agreed to stays."""
    gone = {party.number for party in facts.parties if party.left_at is not None}
    if not gone:
        return facts
    for task in facts.tasks:
        if task.party in gone and task.state not in (TaskState.ACCEPTED, TaskState.SUPERSEDED, TaskState.LAPSED):
            facts = facts.with_task(replace(task, state=TaskState.LAPSED, since=facts.now))
    for decision in facts.decisions:
        if decision.party in gone and decision.state in (*_UNDECIDED, DecisionState.REFUSED):
            facts = facts.with_decision(replace(decision, state=DecisionState.DROPPED, since=facts.now))
    return facts


def _end_absences(facts: Facts) -> Facts:
    """Nobody stands in for, or is stood in for by, somebody who is gone."""
    gone = {member.person for member in facts.members if member.left_at is not None}
    for absence in facts.absences:
        if absence.ended_at is None and {absence.person, absence.substitute} & gone:
            facts = facts.with_absence(replace(absence, ended_at=facts.now))
    return facts


def _name(facts: Facts) -> Facts:
    """A task asked of nobody, or of somebody who is gone, is asked of the first who is there.

    That is a champion, of a short agreement a signatory; champions pass it on.
    """
    for task in facts.tasks:
        if task.state in _OWED and ((asked := facts.member(task.asked)) is None or asked.left_at is not None):
            parts = _FIRST_TO_SIGN if facts.task_of(task).kind == "sign" else _FIRST_ASKED
            first = next((member.person for part in parts for member in facts.people(task.party, part)), None)
            if first != task.asked:
                facts = facts.with_task(replace(task, asked=first))
    return facts


def _accept_unopposed(facts: Facts) -> Facts:
    """What nobody is left to accept counts."""
    for task in facts.tasks:
        if task.state is TaskState.SUBMITTED and not accepting(facts, task):
            facts = facts.with_task(replace(task, state=TaskState.ACCEPTED, since=facts.now))
    return facts


def _date_tasks(facts: Facts) -> Facts:
    """Due dates that can be worked out now, because what they follow has happened; none before what it waits for."""
    while (dated := _dated(facts)) is not facts:  # a date that moved moves those that wait for it
        facts = dated
    return facts


def _dated(facts: Facts) -> Facts:
    for task in facts.tasks:
        asked = facts.task_of(task)
        if task.state not in _OWED or (task.due_at is not None and not asked.waits_for):
            continue
        if rests(facts, task) or left_behind(facts, task):
            continue
        earlier = [one for key in asked.waits_for for one in facts.instances(key)]
        when = task.due_at
        if when is None or (when <= facts.now and any(_waited_for(facts, one) for one in earlier)):
            when = due_at(facts, asked.due) or when
        if when is not None:
            when = max([when, *(one.due_at for one in earlier if one.due_at and one.state is not TaskState.ACCEPTED)])
        if when != task.due_at:
            facts = facts.with_task(replace(task, due_at=when))
    return facts


def _waited_for(facts: Facts, earlier: TaskFact) -> bool:
    """Whether what waits for this could not begin until now: then it cannot be late either."""
    return earlier.state is not TaskState.ACCEPTED or earlier.since == facts.now


def due_at(facts: Facts, rule: Due) -> datetime | None:
    """When something that is asked now is due by this rule, as far as it can be known."""
    accepted: dict[str, datetime] = {}
    for task in facts.tasks:
        if task.state is TaskState.ACCEPTED:
            accepted[task.key] = max(task.since, accepted.get(task.key, task.since))
    for task in facts.tasks:  # a date follows the last organisation that was asked
        if task.state not in (TaskState.ACCEPTED, TaskState.SUPERSEDED, TaskState.LAPSED):
            accepted.pop(task.key, None)
    if rule.after.startswith("field:") and (day := _day_named(facts, rule.after, accepted)) is not None:
        accepted[rule.after] = day
    when = due(rule, stage_entered=facts.project.entered_at, project_opened=facts.project.opened_at,
               accepted=accepted, target=facts.project.target, calendars=facts.calendars)
    if when is None or when > facts.now:
        return when
    # Nobody is late from the first minute: what would lie behind is counted from now.
    return due(Due(days=1 if rule.before else rule.days), stage_entered=facts.now, project_opened=facts.now,
               accepted={}, target=None, calendars=facts.calendars)


def _day_named(facts: Facts, after: str, accepted: Mapping[str, datetime]) -> datetime | None:
    """The day in a date field, once all who were asked for it named one: the latest."""
    _, key, name = after.split(".")
    days = [json.loads(task.dates).get(name) for task in facts.instances(key)] if key in accepted else []
    own = facts.calendars[0]
    return at(max(map(date.fromisoformat, days)), own.start, own.zone) if days and all(days) else None


def _lapse(facts: Facts) -> Facts:
    """A decision holds only for the versions it saw; who left cannot decide again."""
    gates: dict[str, tuple[str, bool]] = {}  # what each is about: the same for all of its decisions
    for decision in facts.decisions:
        if facts.decision(decision.gate, decision.party) is not decision:
            continue
        if decision.gate not in gates:
            gates[decision.gate] = subject(facts, decision.gate), _reopened(facts, decision.gate)
        about, reopened = gates[decision.gate]
        changed = _difference(decision.subject, about)
        if decision.state in _DECIDED and (changed or reopened):
            left = facts.party(decision.party).left_at is not None
            facts = facts.with_decision(replace(
                decision, state=DecisionState.DROPPED if left else DecisionState.LAPSED, since=facts.now,
                due_at=None, changed=changed or None))
        elif decision.state is DecisionState.LAPSED and changed and changed != decision.changed:
            facts = facts.with_decision(replace(decision, changed=changed))
    return facts


def _reopened(facts: Facts, gate: str) -> bool:
    """Whether something a gate is about, and that was given before, was taken back into work."""
    return any(task.state in _OWED and task.number
               for key in facts.definition.about(gate) for task in facts.instances(key))


def _difference(before: str, after: str) -> str:
    """The first thing that differs, as "thing=from>to"; what was not given yet is version 0."""
    if before == after:
        return ""
    old = dict(part.rsplit("=", 1) for part in before.split())
    new = dict(part.rsplit("=", 1) for part in after.split())
    versions = ((thing, old.get(thing, "0"), new.get(thing, "0")) for thing in sorted(old | new))
    return next((f"{thing}={a}>{b}" for thing, a, b in versions if a != b), "")


def _end_contract(facts: Facts) -> Facts:
    """A frozen contract stands only while what it was made from stands: see ``contract_inputs``."""
    contract = facts.contract
    if contract is None or contract.state is not ContractState.FROZEN:
        return facts
    if any(party.left_at is not None and party.left_at > contract.frozen_at for party in facts.parties):
        return end_contract(facts, "parties")
    inputs = contract_inputs(facts)
    touched = next((task for task in facts.tasks if task.key in inputs and task.number
                    and task.since > contract.frozen_at), None)
    return end_contract(facts, f"task:{touched.key}@{touched.party}") if touched else facts


def _has_nothing_to_sign(facts: Facts) -> str | None:
    """Where the next version is made, if the one that was being signed has ended."""
    if facts.contract or not facts.contracts or not engine.waits_for_signatures(facts.definition, facts.project.stage):
        return None
    return next((key for key, stage in facts.definition.stages.items() if stage.contract == "prepared"), None)


def end_contract(facts: Facts, because: str, paper: str = "") -> Facts:
    """The version that stands is ended, and every signature under it, visibly."""
    standing = facts.standing(paper)
    if standing is None:
        return facts
    for signature in facts.under(standing):
        if signature.ended_at is None:
            facts = facts.with_signature(replace(signature, ended_at=facts.now))
    return facts.with_contract(replace(standing, state=ContractState.ENDED, ended_at=facts.now, ended_because=because))


def end_agreement(facts: Facts, paper: str, because: str, reason: str = "") -> Facts:
    """A short agreement that is being signed ends; who had signed it is asked again."""
    for task in facts.instances(paper):
        if task.state is TaskState.ACCEPTED:
            facts = reopen(facts, task, reason)
        elif task.state in _OWED and reason:
            facts = facts.with_task(replace(task, reason=reason))
    return end_contract(facts, because, paper)


def _end_agreements(facts: Facts) -> Facts:
    """A short agreement stands for exactly the parties it names, and until it is asked anew."""
    for paper in dict.fromkeys(one.paper for one in facts.papers if one.paper):
        standing = facts.standing(paper)
        if standing is None:
            continue
        if any(task.round > 1 and task.state in _OWED and task.since > standing.frozen_at
               for task in facts.instances(paper)):
            facts = end_agreement(facts, paper, "reopened")
        elif standing.state is ContractState.FROZEN and any(
                party.seat in facts.definition.tasks[paper][1].of and standing.frozen_at < moment
                for party in facts.parties for moment in (party.joined_at, party.left_at) if moment):
            facts = end_agreement(facts, paper, "parties")
    return facts


def contract_inputs(facts: Facts) -> frozenset[str]:
    """The tasks whose answers stand in the contract: in clauses, annexes, among parties, or in a figure worked out."""
    definition = facts.definition
    paths = [*(need for clause in definition.clauses.values() for need in clause.needs.values() if "." in need),
             *(annex.of for annex in definition.annexes.values()), *(rule.rows for rule in definition.duties),
             *(path for _, path in definition.party_details.named()),
             *(path for rule in definition.decide for _, path in rule.named()),
             *(only_if.answer for where, only_if in definition.hangs() if where.startswith(("clauses.", "annexes.")))]
    found: set[str] = set()
    while paths:
        _, key, name, *_ = paths.pop().partition("@")[0].split(".")
        field = definition.tasks[key][1].fields.get(name)
        if key not in found and isinstance(field, Computed):
            paths += field.of
        found.add(key)
    return frozenset(found)


def _open_gates(facts: Facts) -> Facts:
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
        if decision.state in _UNDECIDED and decision.due_at is None and when is not None:
            facts = facts.with_decision(replace(decision, due_at=when))
    return facts
