"""Giving, taking back, accepting and returning what a task asks for."""

import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from cocreate.db import table_of
from cocreate.domain import assessing, audience, explaining, openness
from cocreate.domain.answers import Answers
from cocreate.domain.asking import asked_after, chosen, counts, dates, open_fields, without_idle
from cocreate.domain.chain import canonical, commitment
from cocreate.domain.computed import with_computed
from cocreate.domain.figures import figures as figures_of
from cocreate.domain.owing import nobodys
from cocreate.domain.rights import Act
from cocreate.domain.spelling import encode
from cocreate.errors import Conflict, Invalid, NotFound, Refused
from cocreate.models.work import WHOLE_PARTY, Contribution, DocumentVersion, Draft, Figure
from cocreate.services.acts.change import Change, next_number, require, require_same
from cocreate.services.writes import Delete, Insert, Row, Write
from workflows import progression
from workflows.facts import OWED, DocumentFact, Facts, FigureFact, TaskFact, TaskState
from workflows.guards import accepting, first_missing, rests
from workflows.refusals import Refusal
from workflows.values import replace

NO_PARTY = 0  # numbers begin at 1


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
    """Submit for a task. ``seen`` is the version and ``draft`` the save that the form was made from.

    entries: the answers are what stands on a canvas, and nothing that somebody typed. reply: words with it, to who had
    returned what was given before.
    """

    task: str
    party: int
    seen: int
    draft: int
    answers: Answers
    files: tuple[NewFile, ...] = ()
    entries: bool = False
    reply: str = ""


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


@dataclass(frozen=True, slots=True)
class Count:
    """Let the answers to an assessment count, though not everybody of the party has answered."""

    task: str
    party: int


def submit(facts: Facts, given: Submit) -> Change:
    task = owed(facts, given.task, given.party)
    if facts.task_of(task).kind == "sign":
        raise Conflict("agreement.is_signed", task=task.key)  # with password and code, by who signs for the party
    actor = require(facts, Act.SUBMIT, party=given.party, asked=task.asked)
    if given.entries is not (facts.task_of(task).kind == "canvas"):
        raise NotFound if given.entries else Conflict("canvas.entries", task=task.key)
    require_same(given.seen, task.number, "contribution.changed", task=given.task, since=task.since)
    require_open(facts, task)
    if facts.task_of(task).kind == "assessment":
        return _speak(facts, task, given, actor.person)
    require_same(given.draft, facts.drafts.get((given.task, given.party), 0), "draft.changed", task=given.task)
    return give(facts, task, given, actor.person)


def require_open(facts: Facts, task: TaskFact) -> None:
    """Raises what stands in the way of giving something for this task now, whoever gives it."""
    if task.state not in OWED:
        raise Conflict("contribution.not_open", task=task.key, state=task.state.value, since=task.since)
    if (earlier := first_missing(facts, task)) is not None:
        raise Refused([Refusal("task.must_follow", earlier.party, {
            "task": task.key, "of": task.party, "earlier": earlier.key, "since": task.since})])


def require_complete(facts: Facts, task: TaskFact, answers: Answers) -> None:
    if open_ := open_fields(facts.task_of(task), answers):
        raise Invalid("contribution.incomplete", field=open_[0], fields=open_)


def require_owed(facts: Facts, task: TaskFact, answers: Answers) -> None:
    """Every dated row that becomes a duty names who owes it: somebody whom the contract binds."""
    stage = facts.definition.tasks[task.key][0]
    for field in answers:
        if (name := nobodys(facts, f"{stage}.{task.key}.{field}", answers[field])) is not None:
            raise Invalid("duty.nobodys", field=field, name=name,
                          parties=tuple(party.number for party in facts.bound))


def give(facts: Facts, task: TaskFact, given: Submit, person: int) -> Change:
    """The party's next version, which counts; accepted at once where nobody has to accept it."""
    given = _asked_only(facts, task, given)
    require_complete(facts, task, given.answers)
    require_owed(facts, task, given.answers)
    state = TaskState.SUBMITTED if accepting(facts, task) else TaskState.ACCEPTED
    count = counts(facts.task_of(task), given.answers)
    by = progression.check_by(facts) if state is TaskState.SUBMITTED else None
    after = replace(task, state=state, since=facts.now, check_by=by, number=task.number + 1, reason=None,
                    fields=count.fields, given=count.given, dates=canonical(dates(facts.task_of(task), given.answers)),
                    chosen=canonical(chosen(facts.definition, task.key, given.answers)), entered_by=None, outsider=None,
                    outside_until=None, wanted=None, wanted_by=None, wanted_name=None, shared="")
    version = version_of(facts, after, given.answers, person)
    after = replace(after, missing=_absent(count.missing, given.answers, version))
    figures = _figures(facts, given, version)
    rows: list[Write] = [Insert(table_of(Contribution), (version,))]
    if figures:
        rows.append(Insert(table_of(Figure), figures))
    if given.draft:
        rows.append(Delete(table_of(Draft), (
            {"project_id": facts.project.id, "task": given.task, "party": given.party, "owner": WHOLE_PARTY},)))
    facts = facts.with_task(after)
    if task.key in facts.definition.compared:  # what follows of it follows now
        facts = with_computed(facts.without_figures(task.key, task.party).with_figures(_as_facts(figures)))
    facts, documents = _documents(facts, given, person, version)
    return Change(
        facts=facts, party=given.party, answer={"number": after.number, "state": state.value},
        rows=(*rows, *documents), personal={"reply": given.reply} if given.reply else {},
        sees=version["sees"] if given.reply else None,
        details={"task": task.key, "number": after.number, "answers_sha256": committed(version)})


def _asked_only(facts: Facts, task: TaskFact, given: Submit) -> Submit:
    """Without what a choice made pointless."""
    asked = asked_after(facts.task_of(task), given.answers)
    return replace(given, answers=without_idle(facts.task_of(task), given.answers),
                   files=tuple(file for file in given.files if file.field in asked))


def _speak(facts: Facts, task: TaskFact, given: Submit, person: int) -> Change:
    """One person's own answers; with the last of a party's they count, and how they spread is all that is kept."""
    require_complete(facts, task, given.answers)
    after = assessing.with_voice(task, person, given.answers)
    own = (Delete(table_of(Draft), ({"project_id": facts.project.id, "task": task.key, "party": task.party,
                                     "owner": person},)),)
    if not assessing.awaited(facts.with_task(after), after):
        change = _counted(facts, after, person)
        return replace(change, rows=(*change.rows, *own))
    return Change(facts=facts.with_task(after), party=task.party, sees=audience.bit(task.party), rows=own,
                  answer={"number": task.number, "state": task.state.value}, details={"task": task.key, "own": True})


def count(facts: Facts, given: Count) -> Change:
    """A champion lets the answers that are there count, without those who have not answered."""
    task = owed(facts, given.task, given.party)
    actor = require(facts, Act.PEOPLE, party=given.party, directly=True)
    if facts.task_of(task).kind != "assessment" or task.state is not TaskState.OPEN:
        raise Conflict("contribution.not_open", task=task.key, state=task.state.value, since=task.since)
    if not task.voices:
        raise Conflict("assessment.nobody", task=task.key)
    if not assessing.enough(facts, task):
        raise Conflict("assessment.few", least=assessing.least(facts, task))
    change = _counted(facts, task, actor.person)
    return replace(change, details={**change.details, "people": len(assessing.answered(task))})


def _counted(facts: Facts, task: TaskFact, person: int) -> Change:
    answers = assessing.result(facts.task_of(task), task.voices)
    return give(facts, replace(task, voices=""), Submit(task.key, task.party, task.number, 0, answers), person)


def _absent(missing: tuple[str, ...], answers: Answers, version: Row) -> str:
    """Why required fields have no value, each with who may read the reason."""
    narrower = json.loads(version["narrower"])
    return canonical({key: [answers[key].not_available, narrower.get(key, version["sees"])] for key in missing}) \
        if missing else ""


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
    reason = explaining.needed(given.reason)
    after = replace(task, state=TaskState.RETURNED, since=facts.now, reason=reason)
    return Change(facts=facts.with_task(after), party=party, personal={"reason": reason},
                  sees=audience.of_task(facts, task),
                  details={"task": task.key, "of": task.party, "number": task.number, "marked": list(given.marked)})


def _task(facts: Facts, key: str, party: int) -> TaskFact:
    task = facts.task(key, party)
    if task is None or (rests(facts, task) and not facts.ended):
        raise Conflict("task.not_begun_yet", task=key)
    return task


def owed(facts: Facts, key: str, party: int) -> TaskFact:
    """A task that is asked now: of the running stage or an earlier one."""
    task = _task(facts, key, party)
    if task.state is TaskState.LAPSED:
        raise Conflict("task.lapsed", task=key)
    return task


def _submitted(facts: Facts, key: str, party: int, seen: int) -> tuple[TaskFact, int]:
    """What was submitted, and the party for which the actor accepts or returns it: one of those the task names."""
    task = _task(facts, key, party)
    parties = tuple(party.number for party in accepting(facts, task))
    own = facts.own
    acceptor = own if own in parties else next(iter(parties), NO_PARTY)
    require(facts, Act.ACCEPT, party=acceptor)
    require_same(seen, task.number, "contribution.changed", task=key, since=task.since)
    if task.state is not TaskState.SUBMITTED:
        raise Conflict("contribution.not_submitted", task=key, state=task.state.value, since=task.since)
    return task, acceptor or NO_PARTY


def version_of(facts: Facts, task: TaskFact, answers: Answers, person: int, *, for_party: int | None = None) -> Row:
    """The row of the version that ``task`` is now at. for_party: who typed it in for the party, see the model."""
    definition, body = facts.task_of(task), encode(answers)
    sees = audience.audience(definition.visible_to, facts, giver=task.party)
    audiences = openness.of_fields(facts, task.key, definition.fields, giver=task.party)
    narrower = {key: fewer for key, fewer in audiences.items() if fewer != sees}
    return {"project_id": facts.project.id, "host_id": facts.project.host_id, "task": task.key, "party": task.party,
            "number": task.number, "round": task.round, "answers": body,
            "salt": secrets.token_hex(16), "person": person, "for_party": for_party, "at": facts.now, "sees": sees,
            "narrower": canonical(narrower)}


def committed(version: Row) -> str:
    """What an event that all read says of the answers, and of the hashes of files in them: who may not see them all
    cannot try by it what they are. Their party has the salt.
    """
    return commitment(version["salt"], version["answers"])


def _figures(facts: Facts, given: Submit, version: Row) -> tuple[Row, ...]:
    """The numbers of a version; those of the versions before it do not count any more."""
    stage, definition = facts.definition.tasks[given.task]
    narrower = json.loads(version["narrower"])
    return tuple(
        {"project_id": facts.project.id, "host_id": facts.project.host_id, "path": figure.path, "party": given.party,
         "number": version["number"], "task": given.task, "value": figure.value, "unit": figure.unit,
         "period": figure.period, "price_year": figure.price_year, "source": figure.source, "grade": figure.grade,
         "sees": narrower.get(figure.field, version["sees"])}
        for figure in figures_of(stage, given.task, definition, given.answers))


def _as_facts(figures: Iterable[Row]) -> Iterator[FigureFact]:
    return (FigureFact(**{field.name: row[field.name] for field in fields(FigureFact)}) for row in figures)


def _documents(facts: Facts, given: Submit, person: int, version: Row) -> tuple[Facts, tuple[Write, ...]]:
    """Each file that came is a document of the room: a new one, or the next version of the one it replaces.

    That stays as wide as its party made it, but for what the charter keeps by now.
    """
    (stage, task), narrower = facts.definition.tasks[given.task], json.loads(version["narrower"])
    documents: list[Write] = []
    for file in given.files:
        path = f"{stage}.{given.task}.{file.field}"
        there = next((d for d in facts.documents if d.path == path and d.party == given.party), None)
        sees = narrower.get(file.field, version["sees"])
        kept = sees if openness.narrows(facts, task.fields[file.field]) else audience.ALL
        document = (replace(there, newest=there.newest + 1, name=file.name, sees=there.sees & kept) if there else
                    DocumentFact(next_number(facts.documents), given.party, file.name, path, newest=1, sees=sees))
        facts = facts.with_document(document)
        documents.append(document_version(facts, document, file, person))
    return facts, tuple(documents)


def document_version(facts: Facts, document: DocumentFact, file: NewFile, person: int, note: str = "") -> Write:
    """The row of a document's newest version."""
    return Insert(table_of(DocumentVersion), ({
        "project_id": facts.project.id, "host_id": facts.project.host_id, "document": document.number,
        "number": document.newest, "sha256": file.sha256, "name": file.name, "media_type": file.media_type,
        "size": file.size, "note": note, "person": person, "at": facts.now},))
