"""Giving, taking back, accepting and returning what a task asks for."""

import hashlib
from dataclasses import dataclass, replace

from cocreate.db import table_of
from cocreate.domain import audience
from cocreate.domain.answers import Answers, counts, encode, open_fields
from cocreate.domain.answers import figures as figures_of
from cocreate.domain.chain import canonical
from cocreate.domain.rights import Act
from cocreate.errors import Conflict, Invalid, Refused
from cocreate.models.work import Contribution, DocumentVersion, Draft, Figure
from cocreate.services.acts.change import Change, require, require_same
from cocreate.services.writes import Delete, Insert, Retire, Write
from workflows.facts import DocumentFact, Facts, TaskFact, TaskState
from workflows.guards import accepting, first_missing, rests
from workflows.refusals import Refusal

NO_PARTY = 0  # numbers begin at 1
REASON = 10  # letters a reason needs, so that it can be answered in one go


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that came with a contribution; its bytes are in the store already."""

    field: str
    sha256: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Submit:
    """Submit for a task. ``seen`` is the version and ``draft`` the save that the form was made from."""

    task: str
    party: int
    seen: int
    draft: int
    answers: Answers
    files: tuple[NewFile, ...] = ()


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Take back what was submitted and not yet accepted, to change it."""

    task: str
    party: int
    seen: int


@dataclass(frozen=True, slots=True)
class Accept:
    """Agree to work with another party's values."""

    task: str
    party: int  # whose contribution it is
    seen: int


@dataclass(frozen=True, slots=True)
class Return:
    """Send a contribution back with a reason; ``marked`` are the fields meant."""

    task: str
    party: int
    seen: int
    reason: str
    marked: tuple[str, ...] = ()


def submit(facts: Facts, given: Submit) -> Change:
    task = _owed(facts, given.task, given.party)
    actor = require(facts, Act.SUBMIT, party=given.party, asked=task.asked)
    require_same(given.seen, task.number, "contribution.changed", task=given.task, since=task.since)
    require_same(given.draft, facts.drafts.get((given.task, given.party), 0), "draft.changed", task=given.task)
    if task.state not in (TaskState.OPEN, TaskState.RETURNED):
        raise Conflict("contribution.not_open", task=given.task, state=task.state.value, since=task.since)
    if (earlier := first_missing(facts, task)) is not None:
        raise Refused([Refusal("task.must_follow", earlier.party, {
            "task": task.key, "of": task.party, "earlier": earlier.key, "since": task.since})])
    if open_ := open_fields(facts.task_of(task), given.answers):
        raise Invalid("contribution.incomplete", field=open_[0], fields=open_)
    state = TaskState.SUBMITTED if accepting(facts, task) else TaskState.ACCEPTED
    count = counts(facts.task_of(task), given.answers)
    number, body = task.number + 1, encode(given.answers)
    after = replace(task, state=state, since=facts.now, number=number, reason=None, fields=count.fields,
                    given=count.given, missing=",".join(count.missing), outsider=None, outside_until=None)
    facts, rows = _rows(facts.with_task(after), given, after, body, actor.person)
    return Change(
        facts=facts, party=given.party, answer={"number": number, "state": state.value}, rows=rows,
        details={"task": task.key, "number": number, "sha256": _digest(body),
                 "files": [file.sha256 for file in given.files]})


def take_back(facts: Facts, given: TakeBack) -> Change:
    task = _task(facts, given.task, given.party)
    require(facts, Act.SUBMIT, party=given.party, asked=task.asked)
    require_same(given.seen, task.number, "contribution.changed", task=given.task, since=task.since)
    if task.state is not TaskState.SUBMITTED:
        raise Conflict("contribution.not_submitted", task=given.task, state=task.state.value, since=task.since)
    after = replace(task, state=TaskState.OPEN, since=facts.now)
    return Change(facts=facts.with_task(after), party=given.party, details={"task": task.key, "number": task.number})


def accept(facts: Facts, given: Accept) -> Change:
    task, party = _submitted(facts, given.task, given.party, given.seen)
    after = replace(task, state=TaskState.ACCEPTED, since=facts.now)
    return Change(facts=facts.with_task(after), party=party,
                  details={"task": task.key, "of": task.party, "number": task.number})


def return_(facts: Facts, given: Return) -> Change:
    task, party = _submitted(facts, given.task, given.party, given.seen)
    reason = given.reason.strip()
    if len(reason) < REASON:
        raise Invalid("reason.short", field="reason", least=REASON)
    after = replace(task, state=TaskState.RETURNED, since=facts.now, reason=reason)
    return Change(facts=facts.with_task(after), party=party, personal={"reason": reason},
                  details={"task": task.key, "of": task.party, "number": task.number, "marked": list(given.marked)})


def _task(facts: Facts, key: str, party: int) -> TaskFact:
    task = facts.task(key, party)
    if task is None or (rests(facts, task) and not facts.ended):
        raise Conflict("task.not_begun_yet", task=key)
    return task


def _owed(facts: Facts, key: str, party: int) -> TaskFact:
    """A task that is asked now: of the running stage or an earlier one."""
    task = _task(facts, key, party)
    if task.state is TaskState.LAPSED:
        raise Conflict("task.lapsed", task=key)
    return task


def _submitted(facts: Facts, key: str, party: int, seen: int) -> tuple[TaskFact, int]:
    """What was submitted, and the party for which the actor accepts or returns it: one of those the task names."""
    task = _task(facts, key, party)
    parties = tuple(party.number for party in accepting(facts, task))
    own = facts.actor.party if facts.actor else None
    acceptor = own if own in parties else next(iter(parties), NO_PARTY)
    require(facts, Act.ACCEPT, party=acceptor)
    require_same(seen, task.number, "contribution.changed", task=key, since=task.since)
    if task.state is not TaskState.SUBMITTED:
        raise Conflict("contribution.not_submitted", task=key, state=task.state.value, since=task.since)
    return task, acceptor or NO_PARTY


def _rows(facts: Facts, given: Submit, task: TaskFact, body: str, person: int) -> tuple[Facts, tuple[Write, ...]]:
    """The version, its figures and its files; the draft has done its work."""
    where = {"project_id": facts.project.id, "host_id": facts.project.host_id}
    stage, definition = facts.definition.tasks[given.task]
    sees = audience.audience(definition.visible_to, facts, giver=given.party)
    narrower = {key: sees & audience.audience(field.visible_to, facts, giver=given.party)
                for key, field in definition.fields.items() if field.visible_to is not None}
    version = where | {"task": given.task, "party": given.party, "number": task.number, "round": task.round,
                       "answers": body, "sha256": _digest(body), "person": person, "for_party": None,
                       "at": facts.now, "sees": sees, "narrower": canonical(narrower)}
    figures = tuple(
        where | {"path": figure.path, "party": given.party, "number": task.number, "task": given.task,
                 "value": figure.value, "unit": figure.unit, "period": figure.period,
                 "price_year": figure.price_year, "source": figure.source, "grade": figure.grade,
                 "settled": False, "current": True, "sees": narrower.get(figure.field, sees)}
        for figure in figures_of(stage, given.task, definition, given.answers))
    rows: list[Write] = [Insert(table_of(Contribution), (version,))]
    if figures:
        rows.append(Insert(table_of(Figure), figures))
    if task.number > 1:
        rows.append(Retire(facts.project.id, given.task, given.party, task.number))
    if given.draft:
        rows.append(Delete(table_of(Draft), (
            {"project_id": facts.project.id, "task": given.task, "party": given.party},)))
    facts, documents = _documents(facts, given, person, sees, narrower)
    return facts, (*rows, *documents)


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _documents(facts: Facts, given: Submit, person: int, sees: int, narrower: dict[str, int],
               ) -> tuple[Facts, tuple[Write, ...]]:
    """Each file that came is a document of the room: a new one, or the next version of the one it replaces."""
    where = {"project_id": facts.project.id, "host_id": facts.project.host_id}
    stage = facts.definition.tasks[given.task][0]
    documents: list[Write] = []
    for file in given.files:
        path = f"{stage}.{given.task}.{file.field}"
        there = next((d for d in facts.documents if d.path == path and d.party == given.party), None)
        document = (replace(there, newest=there.newest + 1, name=file.name) if there else DocumentFact(
            1 + max((d.number for d in facts.documents), default=0), given.party, file.name, path, newest=1,
            sees=narrower.get(file.field, sees)))
        facts = facts.with_document(document)
        documents.append(Insert(table_of(DocumentVersion), (where | {
            "document": document.number, "number": document.newest, "sha256": file.sha256, "name": file.name,
            "media_type": file.media_type, "size": file.size, "note": "", "person": person, "at": facts.now},)))
    return facts, tuple(documents)
