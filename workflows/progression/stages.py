"""The stage a project is in: how it comes to one, back to one, and on from a hold."""

from datetime import date, datetime

from workflows.calendars import add_working_days, working_days_between
from workflows.facts import UNDECIDED, UNGIVEN, ContractState, DecisionState, Facts, PartyFact, TaskState
from workflows.progression.dates import moved, undate
from workflows.progression.papers import end_contract
from workflows.progression.tasks import ask, ask_to_accede, reopen
from workflows.values import replace


def enter(facts: Facts, stage: str) -> Facts:
    """The facts after the project came to ``stage``: its tasks are asked of every organisation in their seats."""
    facts = facts.with_project(stage=stage, visit=facts.project.visit + 1, entered_at=facts.now, rested=0)
    if stage in facts.definition.terminal:
        return facts.with_project(ended_at=facts.now, outcome=stage)
    return ask(undate(facts), facts.present)


def join(facts: Facts, party: PartyFact) -> Facts:
    """A party that joins is asked the tasks of the stage that runs, and to accede to what others signed before it.

    A contract that does not name it ends.
    """
    facts = ask_to_accede(ask(facts.with_party(party), (party,)), party)
    frozen = facts.contract is not None and facts.contract.state is ContractState.FROZEN
    return end_contract(facts, "parties") if frozen else facts


def go_back(facts: Facts, transition: str, reason: str) -> Facts:
    """Back to an earlier stage: what the transition reopens begins a new round, the rest is kept.

    What is final is kept too: a version published before that was proven may name it.
    """
    way = facts.definition.transitions[transition]
    for key in way.reopens:
        if key in facts.definition.tasks:
            for task in facts.instances(key):
                if not (facts.task_of(task).final and task.state is TaskState.ACCEPTED):
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
    facts = facts.with_project(target=add_working_days(project.target, days, facts.calendars),
                               rested=project.rested + days)
    for task in facts.tasks:
        if task.state is TaskState.SUBMITTED and task.check_by is not None:
            facts = facts.with_task(replace(task, check_by=moved(facts, task.check_by, days)))
        if task.state in UNGIVEN and task.due_at is not None:
            facts = facts.with_task(replace(task, due_at=moved(facts, task.due_at, days)))
    for decision in facts.decisions:
        if decision.state in UNDECIDED and decision.due_at is not None:
            facts = facts.with_decision(replace(decision, due_at=moved(facts, decision.due_at, days)))
    return facts


def due_after_hold(facts: Facts, due: datetime) -> datetime:
    """When something that is owed will be due if the project rests until its day; ``due`` where it does not rest."""
    days = _days_of_hold(facts)
    return moved(facts, due, days) if days else due


def target_after_hold(facts: Facts) -> date:
    """The agreed day of signing if the project rests until its day."""
    days = _days_of_hold(facts)
    return add_working_days(facts.project.target, days, facts.calendars) if days else facts.project.target


def _days_of_hold(facts: Facts) -> int:
    until, held_at = facts.project.hold_until, facts.project.held_at
    if until is None or held_at is None:
        return 0
    return max(0, working_days_between(facts.day(held_at), max(until, facts.today), facts.calendars))


def days_on_hold(facts: Facts) -> int:
    """Working days since the project was put on hold."""
    return facts.days_since(facts.project.held_at or facts.now)
