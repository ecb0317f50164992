"""What parties give: drafts while typing, submitted versions, what the other side says to them."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.db import insert_into
from cocreate.domain import assessing, audience
from cocreate.domain.answers import Answer, Answers, FileAnswer
from cocreate.domain.rights import Act, may
from cocreate.domain.spelling import decode
from cocreate.domain.taking import can_reopen
from cocreate.errors import Conflict, NotFound
from cocreate.models.people import Person
from cocreate.models.work import WHOLE_PARTY, Contribution, Document, DocumentVersion, Draft
from cocreate.services import progress, sent_back
from cocreate.services.acts.change import require
from cocreate.services.acts.contributions import Accept, Count, NewFile, Return, Submit, TakeBack
from cocreate.services.acts.entering import Confirm, Deny, EnterFor
from cocreate.services.acts.reopening import Reopen
from cocreate.services.facts import look
from cocreate.services.sent_back import SentBack
from workflows import progression
from workflows.facts import OWED, DecisionFact, DecisionState, Facts, TaskFact, TaskState
from workflows.guards import accepting, can_start


@dataclass(frozen=True, slots=True)
class Version:
    """One submitted version, as far as the reader may see it: ``hidden`` fields are left out and counted."""

    number: int
    by: str
    at: datetime
    answers: Answers
    hidden: int
    sees: int
    for_party: int | None = None  # who typed it in for the party; 0: somebody without a party
    reply: str = ""  # what was written with it to who had returned the one before


@dataclass(frozen=True, slots=True)
class Typed:
    """A draft as typed: input name -> texts, field -> file in the store. ``number`` counts its saves."""

    number: int = 0
    texts: Mapping[str, Sequence[str]] | None = None
    files: Mapping[str, Mapping[str, object]] | None = None
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A task of one party as one reader sees it."""

    facts: Facts
    task: TaskFact
    draft: Typed
    versions: tuple[Version, ...]  # newest first
    may_edit: bool
    may_accept: bool
    may_confirm: bool = False  # what was entered for the party
    may_enter: bool = False  # for this party, by somebody else
    may_reopen: bool = False
    may_count: bool = False  # without those of the party who have not answered
    alone: bool = False  # what was given is kept from who has not answered the same statements yet
    again: SentBack | None = None  # why it is asked once more, also after the party has taken its answer back

    @property
    def newest(self) -> Version | None:
        return self.versions[0] if self.versions else None


def page(session: Session, ref: str, key: str, party: int | None, *, person: int, now: datetime) -> TaskPage:
    """The task as ``person`` may see it; of several organisations asked, the own one where none is named.

    Raises: NotFound also where the task is not asked yet.
    """
    facts = audience.without_earlier(look(session, ref, person=person, now=now).facts)
    task = _instance(facts, key, party, facts.own)
    own = facts.own == task.party
    return TaskPage(
        facts=facts, task=task, alone=_alone(facts, task),
        versions=_with_replies(session, facts, task, _versions(session, facts, [task])[task.key, task.party]),
        draft=_draft(session, facts, task) if own else Typed(),
        may_edit=may(Act.SUBMIT, facts.actor, party=task.party, asked=task.asked) and not facts.ended,
        may_accept=task.state is TaskState.SUBMITTED and _accepts(facts, task),
        may_confirm=task.state is TaskState.ENTERED and _acts(facts, Act.CONFIRM, party=task.party),
        may_enter=not own and task.state in OWED and can_start(facts, task)
        and facts.task_of(task).kind not in ("sign", "assessment", "canvas")
        and _acts(facts, Act.ENTER_FOR, party=task.party),
        may_count=own and assessing.enough(facts, task) and _counts(facts, task),
        may_reopen=can_reopen(facts, task) and not facts.ended and not facts.on_hold,
        again=sent_back.last(session, facts.project.id, (task.key, task.party), reader=audience.reader(facts.actor))
        if task.state in OWED and task.number else None)


def is_ahead(facts: Facts, key: str) -> bool:
    """Whether this is a task of a later stage that a party here will be asked for: open to read, for all."""
    if key not in facts.definition.tasks or facts.ended or facts.instances(key):
        return False
    order, stage = facts.definition.order, facts.definition.tasks[key][0]
    return order[stage] > order[facts.project.stage] and bool(facts.asked(key))


def results(session: Session, facts: Facts, key: str) -> dict[int, Answers]:
    """Party -> what its people answered to an assessment, of all whose answers count and the reader may see."""
    return {party: found[0].answers for (_, party), found in _versions(session, facts, facts.instances(key)).items()
            if found}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a review is about: the newest version of each party's contribution, as far as the reader may see it."""

    task: TaskFact
    version: Version | None


def reviewed(session: Session, facts: Facts, key: str) -> tuple[Reviewed, ...]:
    """What was given for the task that is reviewed, by every party that was asked for it."""
    found = _versions(session, facts, facts.instances(key))
    return tuple(Reviewed(task, next(iter(found[task.key, task.party]), None)) for task in facts.instances(key))


def versions_about(session: Session, facts: Facts, gate: str) -> Mapping[tuple[str, int], tuple[Version, ...]]:
    """(task, party) -> its versions as the reader may see them, newest first, of all that a gate is about."""
    return _versions(session, facts, [task for key in facts.definition.about(gate) for task in facts.instances(key)])


def save_draft(session: Session, ref: str, *, task: str, party: int, number: int, typed: Mapping[str, Sequence[str]],
               files: Mapping[str, Mapping[str, object]], actor: int, now: datetime) -> int:
    """Keep what is typed, for the own party only; answers the number of this save.

    number: of the save that the typing began from. The same save once more, because its answer was lost, is one save.
    Raises: Conflict if a colleague saved meanwhile; both texts are kept, theirs on the server, this one on the page.
    """
    # Locked: a save on its way while somebody submits would come back as a draft of what is submitted.
    facts = look(session, ref, person=actor, now=now, lock=True).facts
    there = facts.task(task, party)
    if there is None:
        raise NotFound
    require(facts, Act.DRAFT, party=party, asked=there.asked, on_hold=True)
    if facts.task_of(there).kind == "canvas":
        raise Conflict("canvas.entries", task=task)
    if there.state not in OWED:
        raise Conflict("contribution.not_open", task=task, state=there.state.value, since=there.since)
    values = {"typed": json.dumps(typed, ensure_ascii=False), "files": json.dumps(files, ensure_ascii=False),
              "number": number + 1, "person": actor, "at": now}
    owner = actor if assessing.is_assessment(facts, there) else WHOLE_PARTY
    where = {"project_id": facts.project.id, "task": task, "party": party, "owner": owner}
    insert = insert_into(session, Draft).values(
        **where, host_id=facts.project.host_id, **values)
    kept = session.execute(insert.on_conflict_do_update(
        index_elements=list(where), set_=values, where=Draft.number == number).returning(Draft.number)).first()
    begun = not number or bool(owner) or (task, party) in facts.drafts
    if (kept is None and not _is_saved(session, where, values)) or not begun:
        raise Conflict("draft.changed", task=task)
    return number + 1


def _is_saved(session: Session, where: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether the newest save is this very one."""
    row = session.get(Draft, where)
    same = ("typed", "files", "number", "person")
    return row is not None and all(getattr(row, name) == values[name] for name in same)


def submit(session: Session, ref: str, *, task: str, party: int, seen: int, draft: int, answers: Answers,
           files: tuple[NewFile, ...] = (), reply: str = "", actor: int, key: str, now: datetime) -> progress.Receipt:
    """A new version of what the party gives; accepted at once where nobody has to accept it."""
    return progress.act(session, ref, Submit(task, party, seen, draft, answers, files, reply=reply), actor=actor,
                        key=key, now=now)


def count(session: Session, ref: str, *, task: str, party: int, actor: int, key: str, now: datetime,
          ) -> progress.Receipt:
    """Let the answers to an assessment count, without those that are still missing."""
    return progress.act(session, ref, Count(task, party), actor=actor, key=key, now=now)


def take_back(session: Session, ref: str, *, task: str, party: int, seen: int, actor: int, key: str,
              now: datetime) -> progress.Receipt:
    return progress.act(session, ref, TakeBack(task, party, seen), actor=actor, key=key, now=now)


def accept(session: Session, ref: str, *, task: str, party: int, seen: int, actor: int, key: str,
           now: datetime) -> progress.Receipt:
    return progress.act(session, ref, Accept(task, party, seen), actor=actor, key=key, now=now)


def return_(session: Session, ref: str, *, task: str, party: int, seen: int, reason: str, marked: tuple[str, ...] = (),
            actor: int, key: str, now: datetime) -> progress.Receipt:
    return progress.act(session, ref, Return(task, party, seen, reason, marked), actor=actor, key=key, now=now)


def enter_for(session: Session, ref: str, *, task: str, party: int, seen: int, answers: Answers, actor: int, key: str,
              now: datetime) -> progress.Receipt:
    """Type in for another party; it counts when that party confirms it."""
    return progress.act(session, ref, EnterFor(task, party, seen, answers), actor=actor, key=key, now=now)


def confirm(session: Session, ref: str, *, task: str, party: int, seen: int, actor: int, key: str, now: datetime,
            ) -> progress.Receipt:
    """Say that what was entered for one's party is right.

    Raises: NotFound where there is no such version; that of the acts.
    """
    facts = look(session, ref, person=actor, now=now).facts
    found = answers_of(session, facts, task, party, seen)
    there = facts.task(task, party)
    if found is None or there is None:
        raise NotFound
    given = Confirm(task, party, seen, found, new_files(session, facts, there, found))
    return progress.act(session, ref, given, actor=actor, key=key, now=now)


def deny(session: Session, ref: str, *, task: str, party: int, seen: int, actor: int, key: str,
         now: datetime) -> progress.Receipt:
    return progress.act(session, ref, Deny(task, party, seen), actor=actor, key=key, now=now)


def reopen(session: Session, ref: str, *, task: str, party: int, seen: int, reason: str, actor: int, key: str,
           now: datetime) -> progress.Receipt:
    """Ask for a new round of what was accepted, with the reason."""
    return progress.act(session, ref, Reopen(task, party, seen, reason), actor=actor, key=key, now=now)


@dataclass(frozen=True, slots=True)
class Following:
    """What opening a task again would bring with it."""

    lapses: tuple[DecisionFact, ...]
    ends: int | None  # version of the contract
    signatures: int


def if_reopened(facts: Facts, task: TaskFact) -> Following:
    """The consequences, drawn as they would be."""
    after = progression.settle(progression.reopen(facts, task, ""))
    before = {decision.id: decision.state for decision in facts.decisions}
    lapses = tuple(one for one in after.decisions if one.state is DecisionState.LAPSED
                   and before.get(one.id) not in (None, DecisionState.LAPSED))
    ends = facts.contract.number if facts.contract and after.contract is None else None
    return Following(lapses, ends, sum(1 for party in facts.signing if ends and facts.signature(party.number)))


def answers_of(session: Session, facts: Facts, task: str, party: int, number: int) -> dict[str, Answer] | None:
    """Everything in one version, for acts of the party that gave it."""
    body = session.scalar(select(Contribution.answers).where(
        Contribution.project_id == facts.project.id, Contribution.task == task, Contribution.party == party,
        Contribution.number == number))
    return None if body is None else decode(body, facts.definition.tasks[task][1])


def new_files(session: Session, facts: Facts, task: TaskFact, answers: Answers) -> tuple[NewFile, ...]:
    """The files in these answers that the room does not have yet as the newest version of their document."""
    given = {key: answer.value for key, answer in answers.items() if isinstance(answer.value, FileAnswer)}
    if not given:
        return ()
    stage = facts.definition.tasks[task.key][0]
    rows = session.execute(
        select(Document.path, DocumentVersion.sha256)
        .join(DocumentVersion, (DocumentVersion.project_id == Document.project_id)
              & (DocumentVersion.document == Document.number) & (DocumentVersion.number == Document.newest))
        .where(Document.project_id == facts.project.id, Document.party == task.party))
    there = {(path, sha256) for path, sha256 in rows}
    return tuple(NewFile(key, file.sha256, file.name, file.media_type, file.size) for key, file in given.items()
                 if (f"{stage}.{task.key}.{key}", file.sha256) not in there)


def _instance(facts: Facts, key: str, party: int | None, own: int | None) -> TaskFact:
    """The task of the party named; where none is, the own one, else the first."""
    found = facts.instances(key)
    wanted = party if party is not None else own
    task = next((one for one in found if one.party == wanted), None)
    if task is None and party is None:
        task = next(iter(found), None)
    if task is None:
        raise NotFound
    return task


def _accepts(facts: Facts, task: TaskFact) -> bool:
    own = facts.own
    return any(party.number == own for party in accepting(facts, task)) and may(Act.ACCEPT, facts.actor, party=own)


def _acts(facts: Facts, act: Act, *, party: int) -> bool:
    """Whether the actor may do this now for ``party``."""
    return may(act, facts.actor, party=party) and not facts.ended and not facts.on_hold


def _counts(facts: Facts, task: TaskFact) -> bool:
    return (may(Act.PEOPLE, facts.actor, party=task.party, directly=True) and not facts.ended and not facts.on_hold)


def _alone(facts: Facts, task: TaskFact) -> bool:
    """Whether the actor's party still has to answer an assessment that ``task`` answers for another one."""
    own = facts.own
    return facts.task_of(task).kind == "assessment" and own != task.party and any(
        one.party == own and one.state is TaskState.OPEN
        for one in facts.instances(task.key))


def _versions(session: Session, facts: Facts, tasks: Collection[TaskFact],
              ) -> dict[tuple[str, int], tuple[Version, ...]]:
    """(task, party) of each of these tasks -> its versions, newest first."""
    found: dict[tuple[str, int], list[Version]] = {(task.key, task.party): [] for task in tasks}
    open_ = {(task.key, task.party) for task in tasks if not _alone(facts, task)}
    mask = audience.reader(facts.actor)
    rows = session.execute(
        select(Contribution, Person.name).join(Person, Person.id == Contribution.person)
        .where(Contribution.project_id == facts.project.id, Contribution.task.in_({key for key, _ in open_}),
               Contribution.sees.bitwise_and(mask) != 0)
        .order_by(Contribution.number.desc()))
    for row, by in rows:
        if (row.task, row.party) in open_:
            found[row.task, row.party].append(_visible(row, by, facts, mask))
    return {of: tuple(versions) for of, versions in found.items()}


def _visible(row: Contribution, by: str, facts: Facts, mask: int) -> Version:
    narrower = json.loads(row.narrower)
    answers = decode(row.answers, facts.definition.tasks[row.task][1])
    shown = {key: answer for key, answer in answers.items() if narrower.get(key, row.sees) & mask}
    return Version(row.number, by, row.at, shown, len(answers) - len(shown), row.sees, row.for_party)


def _with_replies(session: Session, facts: Facts, task: TaskFact, versions: tuple[Version, ...]) -> tuple[Version, ...]:
    """With what was written with each; a first version answers nobody."""
    if len(versions) < 2:
        return versions
    said = sent_back.replies(session, facts.project.id, (task.key, task.party), reader=audience.reader(facts.actor))
    return tuple(replace(one, reply=said.get(one.number, "")) for one in versions)


def _draft(session: Session, facts: Facts, task: TaskFact) -> Typed:
    owner = facts.actor.person if facts.actor and assessing.is_assessment(facts, task) else WHOLE_PARTY
    row = session.execute(
        select(Draft, Person.name).join(Person, Person.id == Draft.person)
        .where(Draft.project_id == facts.project.id, Draft.task == task.key, Draft.party == task.party,
               Draft.owner == owner)).first()
    if row is None:
        return Typed()
    return Typed(row.Draft.number, json.loads(row.Draft.typed), json.loads(row.Draft.files), row.name, row.Draft.at)

