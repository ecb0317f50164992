"""Tasks that are asked, again, of somebody, or not any more."""

from workflows.facts import (
    OWED,
    UNDECIDED,
    UNFINISHED,
    ContractState,
    DecisionState,
    Facts,
    PartyFact,
    TaskFact,
    TaskState,
)
from workflows.guards import accepting, is_seen
from workflows.values import replace

_FIRST_ASKED = ("champion", "contributor")
_FIRST_TO_SIGN = ("signatory", "champion")


def ask(facts: Facts, parties: tuple[PartyFact, ...]) -> Facts:
    for key, task in facts.definition.stages[facts.project.stage].tasks.items():
        for party in parties:
            if party.seat in task.of and facts.task(key, party.number) is None and facts.holds(
                    task.only_if, party.number):
                facts = facts.with_task(_first_round(facts, key, party))
    return facts


def ask_to_accede(facts: Facts, party: PartyFact) -> Facts:
    """What others signed in earlier stages is asked of who comes later."""
    for key in open_to(facts, party.seat):
        if facts.task(key, party.number) is None:
            facts = facts.with_task(_first_round(facts, key, party))
    return facts


def open_to(facts: Facts, seat: str | None) -> tuple[str, ...]:
    """Short agreements of earlier stages that all have signed, and that the template keeps open for a seat."""
    order, here = facts.definition.order, facts.definition.order[facts.project.stage]
    return tuple(key for key, (stage, task) in facts.definition.tasks.items()
                 if task.accede and order[stage] < here and seat in task.of
                 and (there := facts.standing(key)) is not None and there.state is ContractState.SIGNED)


def _first_round(facts: Facts, key: str, party: PartyFact) -> TaskFact:
    return TaskFact(key, party.number, round=1, state=TaskState.OPEN, since=facts.now, due_at=None)


def reopen(facts: Facts, task: TaskFact, reason: str) -> Facts:
    """A new round of a task; what was given stays as its history. What is being worked on is only due anew."""
    if task.state in OWED:
        return facts.with_task(replace(task, due_at=None))
    again = _next_round(facts, task, reason)
    return facts.with_task(replace(task, state=TaskState.SUPERSEDED, since=facts.now)).with_task(again)


def _next_round(facts: Facts, task: TaskFact, reason: str | None) -> TaskFact:
    return replace(task, round=task.round + 1, state=TaskState.OPEN, since=facts.now, reason=reason, due_at=None,
                   entered_by=None, outsider=None, outside_until=None, wanted=None, wanted_by=None,
                   wanted_name=None).called_off


def follow_answers(facts: Facts) -> Facts:
    """A task that hangs on an answer is asked once that answer asks for it; what is still owed lapses with it."""
    order = facts.definition.order
    for key in facts.definition.hanging:
        stage, task = facts.definition.tasks[key]
        if order[stage] > order[facts.project.stage] or not is_seen(facts, stage):
            continue
        for party in facts.holders(task.of):
            there = facts.task(key, party.number)
            if not facts.holds(task.only_if, party.number):
                if there is not None and there.state in UNFINISHED:
                    facts = facts.with_task(replace(there, state=TaskState.LAPSED, since=facts.now))
            elif there is None:
                facts = facts.with_task(_first_round(facts, key, party))
            elif there.state is TaskState.LAPSED:
                facts = facts.with_task(_next_round(facts, there, None))
    return facts


def call_off(facts: Facts) -> Facts:
    """Who has handed a task in needs no help with it any more, whatever came of the call."""
    for task in facts.tasks:
        if task.help is not None and task.state not in (*OWED, TaskState.ENTERED):
            facts = facts.with_task(task.called_off)
    return facts


def leave(facts: Facts) -> Facts:
    """What a party that left still owed lapses; nobody waits for its decisions. What it gave and agreed to stays."""
    gone = {party.number for party in facts.parties if party.left_at is not None}
    if not gone:
        return facts
    for task in facts.tasks:
        if task.party in gone and task.state in UNFINISHED:
            facts = facts.with_task(replace(task, state=TaskState.LAPSED, since=facts.now))
    for decision in facts.decisions:
        if decision.party in gone and decision.state in (*UNDECIDED, DecisionState.REFUSED):
            facts = facts.with_decision(replace(decision, state=DecisionState.DROPPED, since=facts.now))
    return facts


def end_absences(facts: Facts) -> Facts:
    """Nobody stands in for, or is stood in for by, somebody who is gone."""
    gone = {member.person for member in facts.members if member.left_at is not None}
    for absence in facts.absences:
        if absence.ended_at is None and {absence.person, absence.substitute} & gone:
            facts = facts.with_absence(replace(absence, ended_at=facts.now))
    return facts


def ask_who_is_there(facts: Facts) -> Facts:
    """A task asked of nobody, or of somebody who is gone, is asked of the first who is there.

    That is a champion, of a short agreement a signatory; champions pass it on.
    """
    for task in facts.tasks:
        if task.state in OWED and ((asked := facts.member(task.asked)) is None or asked.left_at is not None):
            parts = _FIRST_TO_SIGN if facts.task_of(task).kind == "sign" else _FIRST_ASKED
            first = next((member.person for part in parts for member in facts.people(task.party, part)), None)
            if first != task.asked:
                facts = facts.with_task(replace(task, asked=first))
    return facts


def accept_unopposed(facts: Facts) -> Facts:
    """What nobody is left to accept counts."""
    for task in facts.tasks:
        if task.state is TaskState.SUBMITTED and not accepting(facts, task):
            facts = facts.with_task(replace(task, state=TaskState.ACCEPTED, since=facts.now))
    return facts
