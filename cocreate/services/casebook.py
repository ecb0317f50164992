"""The published cases that are shipped, and what came of one that was played."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cocreate.domain import cases
from cocreate.domain.answers import Answer, Answers
from cocreate.domain.asking import may_be_absent
from cocreate.domain.cases import BARRIERS, FLOWS, NOT_PUBLISHED, ROWS, TABLES, TERMS, Case
from cocreate.errors import NotFound
from cocreate.models.mails import Outbox, Reminder
from cocreate.models.openings import Opening
from cocreate.services import accepted, contracts, playing, records
from cocreate.services.facts import look
from cocreate.services.playing import Decided, Played
from workflows.definition import Task
from workflows.facts import Facts, TaskState
from workflows.fields import Table
from workflows.texts import say

FOLDER = Path(__file__).parents[2] / "examples" / "cases"
BESIDE = 4  # published lines that stand beside one field
# Task -> column -> how the words of a case begin the row of another project.
BEGUN: Mapping[str, Mapping[str, str]] = {
    FLOWS: {"name": "{}"}, BARRIERS: {"barrier": "How do we deal with this: {}?"},
    TERMS: {"form": "Proposed: {}", "pricing_basis": "Proposed: {}", "ownership": "Proposed: {}",
            "take_back": "Proposed: {}"},
}


@cache
def shipped() -> tuple[Case, ...]:
    """In the order of their strategies, then of their keys."""
    found = [cases.read(path.read_bytes()) for path in FOLDER.glob("*.json")]
    return tuple(sorted(found, key=lambda case: (cases.STRATEGIES.index(case.strategy), case.key)))


def by_key(key: str) -> Case:
    """Raises: NotFound."""
    found = next((case for case in shipped() if case.key == key), None)
    if found is None:
        raise NotFound
    return found


def of_project(session: Session, ref: str) -> Case | None:
    """The case that a project was started from, if any."""
    typed = session.scalar(select(Opening.typed).where(Opening.outcome == ref))
    key = json.loads(typed).get("case", "") if typed else ""
    return next((case for case in shipped() if case.key == key), None)


def published(case: Case, path: str) -> tuple[str, ...]:
    """What a case has for a field, for the line beside it: never an answer, never a figure.

    path: stage.task.field. Only the five tables have something published: no figure is guessed to be another.
    """
    _, task, field = path.split(".")[:3]
    if task not in TABLES or field != ROWS:
        return ()
    lines = case.tables[task]
    said = [f"{cases.spoken(line)} ({line['source'] or case.title})" for line in lines[:BESIDE]]
    return (*said, f"and {len(lines) - BESIDE} more in '{case.title}'") if len(lines) > BESIDE else tuple(said)


def begun(case: Case, key: str, task: Task) -> dict[str, Answer]:
    """What a task of a project begins with that was started from a case: rows to fill in, and nobody's figures.

    Flows are named, barriers are asked, terms are proposed; words with a digit in them stay beside the field.
    """
    field = task.fields.get(ROWS)
    if key not in BEGUN or not isinstance(field, Table):
        return {}
    kept = BEGUN[key].keys() & field.columns.keys()
    lines = [{name: Answer(BEGUN[key][name].format(line[name])) for name in field.columns
              if name in kept and line.get(name) and not re.search(r"\d", str(line[name]))}
             for line in case.tables[key]]
    rows = tuple(dict.fromkeys(tuple(line.items()) for line in lines if line))
    return {ROWS: Answer(tuple(dict(row) for row in rows))} if rows else {}


# what came of playing one


def summary(session: Session, played: Played, facts: Facts) -> dict[str, Any]:
    """Plain values for a file: what was answered, and what was not and why it could go on all the same."""
    given = [(facts.definition.tasks[task], task, answers)
             for (task, _), (_, answers) in sorted(accepted.answers(session, facts).items())]
    answered, missing, said = _fields(given)
    counts = {
        "stages": len(played.stages), "tasks": len(facts.tasks),
        "tasks_accepted": sum(task.state is TaskState.ACCEPTED for task in facts.tasks),
        "answered": len(answered), "not_available": len(missing), "settled_later": len(played.later),
        "struck": len(played.struck), "waived": len(played.waived), "said_by_stand_ins": len(said),
        "seats": len(played.seats.seated), "stand_ins": len(played.seats.stand_ins),
        "affected_groups": len(played.seats.affected)}
    reminders, mails = _reminders(session, facts.project.id), _mails(session, facts.project.id)
    return {
        "format": 1, "case": played.case.key, "title": played.case.title, "strategy": played.case.strategy,
        "project": facts.project.ref, "outcome": facts.project.outcome, "specimen": True,
        "published_figures_as_answers": True, "note": playing.SAYS_SO, "counts": counts,
        **{f"reminders_{name}": number for name, number in reminders.items()}, "reminders": reminders, "mails": mails,
        "stages": [{"key": key, "name": facts.definition.stage_name(key)} for key in played.stages],
        "tasks": _tasks(facts), "answered": answered, "not_available": missing, "said_by_stand_ins": said,
        "settled_later": _decided(played.later), "struck": _decided(played.struck), "waived": _decided(played.waived),
        "seats": [{"seat": one.seat, "organisation": one.name, "party": one.party or None, "points": one.points,
                   "stand_in": not one.party} for one in played.seats.seated],
        "stand_ins": [one.name for one in played.seats.stand_ins],
        "affected_groups": [{"party": party.key, "name": party.name, "kind": party.kind}
                            for party in played.seats.affected],
        "rows": {key: len(played.case.tables[key]) for key in TABLES},
        "counted_units": list(cases.counted(played.case)),
        "contract": _contract(session, facts), "record": {"events": facts.project.version, "head": facts.project.head,
                                                          "complete": records.check(session, facts.project.id) is None},
    }


def _fields(given: Iterable[tuple[tuple[str, Any], str, Answers]]) -> tuple[list[str], list[str], list[str]]:
    """Paths of what the case answered, of what is not available, and of what a stand-in had to say without it.

    The last are scales answered "cannot say", and reviews and canvases, which take no "not available".
    """
    answered: list[str] = []
    missing: list[str] = []
    said: list[str] = []
    for (stage, task), key, answers in given:
        for name, answer in answers.items():
            found = missing if answer.not_available is not None else answered if may_be_absent(task, name) else said
            found.append(f"{stage}.{key}.{name}")
    return answered, missing, said


def _tasks(facts: Facts) -> list[dict[str, Any]]:
    return [{"stage": facts.definition.tasks[task.key][0], "task": task.key, "party": facts.party(task.party).name,
             "title": say(facts.task_of(task).title), "state": task.state.value, "fields": task.fields,
             "given": task.given} for task in facts.tasks]


def _decided(found: tuple[Decided, ...]) -> list[dict[str, str]]:
    return [{"what": one.what, "title": one.title, "reason": NOT_PUBLISHED} for one in found]


def _reminders(session: Session, project_id: int) -> dict[str, int]:
    """How many were planned in all, and what became of them."""
    states: Counter[str] = Counter()
    for state, number in session.execute(select(Reminder.state, func.count()).where(
            Reminder.project_id == project_id).group_by(Reminder.state)):
        states[state] = number
    return {"planned": states.total(), "sent": states["sent"], "cancelled": states["cancelled"]}


def _mails(session: Session, project_id: int) -> Mapping[str, int]:
    rows = session.execute(select(Outbox.state, func.count()).where(Outbox.project_id == project_id)
                           .group_by(Outbox.state).order_by(Outbox.state))
    return {row.state: row[1] for row in rows}


def _contract(session: Session, facts: Facts) -> dict[str, Any]:
    row = contracts.version(session, facts).row
    return {"version": row.number, "text_sha256": row.text_sha256, "pdf_sha256": row.pdf_sha256,
            "sealed_sha256": row.sealed_sha256, "clauses": row.clauses,
            "signed_by": [facts.party(one.party).name for one in facts.signatures
                          if not one.paper and one.ended_at is None]}


def files(session: Session, ref: str, store: Any, *, now: Any) -> tuple[Facts, bytes, bytes]:
    """The facts of a played project as the system sees them, its sealed contract, and the evidence."""
    facts = look(session, ref, person=None, now=now).facts
    number = contracts.version(session, facts).row.number
    return (facts, contracts.pdf(session, facts, store, number, kind="sealed"),
            contracts.pdf(session, facts, store, number, kind="evidence"))
