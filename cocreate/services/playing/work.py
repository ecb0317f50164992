"""The tasks of a played case: what is published is given, everything else is not available."""

from cocreate.db import transaction
from cocreate.domain import cases
from cocreate.domain.answers import Answer, Answers
from cocreate.domain.asking import CANNOT_SAY, fields_of, is_required, may_be_absent
from cocreate.domain.cases import NOT_PUBLISHED, ROWS, TABLES
from cocreate.services import canvases, contributions
from cocreate.services.playing import signatures
from cocreate.services.playing.told import Told
from workflows import fields as f
from workflows.definition import Task
from workflows.facts import OWED, Facts, TaskFact, TaskState
from workflows.guards import accepting, can_start

UNSAID = "Not published"  # where a template takes no "not available"


def tasks(told: Told) -> bool:
    """Submit what is asked, and accept what others gave; whether anything was done."""
    facts, done = told.facts(), False
    for task in facts.tasks:
        if task.key not in told.given:
            continue
        if task.state in OWED and can_start(facts, task):
            if facts.task_of(task).kind == "sign":
                signatures.sign_agreement(told, task)
            else:
                _submit(told, facts, task)
            done = True
        elif task.state is TaskState.SUBMITTED:
            _accept(told, facts, task)
            done = True
    return done


def _submit(told: Told, facts: Facts, task: TaskFact) -> None:
    if facts.task_of(task).kind == "canvas":
        return _submit_canvas(told, facts, task)
    with transaction() as session:
        contributions.submit(
            session, told.ref, task=task.key, party=task.party, seen=task.number, draft=0,
            answers=_answers(told, facts, task), actor=_person(facts, task.party), key=told.key(),
            now=told.now())


def _submit_canvas(told: Told, facts: Facts, task: TaskFact) -> None:
    """Each box gets one entry, and what stands there is submitted."""
    actor = _person(facts, task.party)
    for box in facts.task_of(task).boxes:
        with transaction() as session:
            canvases.add(session, told.ref, task=task.key, party=task.party, box=box, text=UNSAID, actor=actor,
                         key=told.key(), now=told.now())
    with transaction() as session:
        canvases.submit(session, told.ref, task=task.key, party=task.party, seen=task.number, actor=actor,
                        key=told.key(), now=told.now())


def _accept(told: Told, facts: Facts, task: TaskFact) -> None:
    with transaction() as session:
        contributions.accept(session, told.ref, task=task.key, party=task.party, seen=task.number,
                             actor=_person(facts, accepting(facts, task)[0].number), key=told.key(),
                             now=told.now())


def _person(facts: Facts, party: int) -> int:
    return facts.people(party, "champion")[0].person


def _answers(told: Told, facts: Facts, task: TaskFact) -> Answers:
    """The case's rows where this is one of the five tables; elsewhere what is not published is not available."""
    asked = facts.task_of(task)
    return {key: _rows(told, facts, task, one) if task.key in TABLES and key == ROWS and isinstance(one, f.Table)
            else _unpublished(asked, key, one)
            for key, one in fields_of(asked).items() if is_required(one) or (task.key in TABLES and key == ROWS)}


def _rows(told: Told, facts: Facts, task: TaskFact, table: f.Table) -> Answer:
    """Each row once: with the party it is about where that is asked, else with the first that is."""
    asked = [one.party for one in facts.instances(task.key)]
    names = {facts.party(number).name: number for number in asked}
    seats = {one.party: names[one.name] for one in told.seats.seated if one.party and one.name in names}
    lines = told.case.tables[task.key]
    owners = told.case.owners.get(task.key, ("",) * len(lines))
    return cases.table(tuple(line for line, owner in zip(lines, owners, strict=True)
                             if seats.get(owner, asked[0]) == task.party), table)


def _unpublished(task: Task, key: str, one: f.Base | f.Computed) -> Answer:
    """"Not available"; where the template takes no such answer, the one that says least."""
    if may_be_absent(task, key):
        return Answer(not_available=NOT_PUBLISHED)
    if isinstance(one, f.Choice):
        keys = f.options(one.of)
        return Answer(CANNOT_SAY if CANNOT_SAY in keys else next(iter(keys)))
    return Answer(UNSAID)
