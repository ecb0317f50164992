"""Typing in for another party what it said elsewhere. It counts only when that party says that it is right."""

from dataclasses import dataclass

from cocreate.db import table_of
from cocreate.domain.answers import Answers
from cocreate.domain.asking import without_idle
from cocreate.domain.computed import with_computed
from cocreate.domain.rights import Act, who_may
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.models.work import Contribution
from cocreate.services.acts import contributions
from cocreate.services.acts.change import Change, require, require_same
from cocreate.services.acts.contributions import NO_PARTY, NewFile, Submit
from cocreate.services.writes import Insert
from workflows.facts import Facts, TaskFact, TaskState
from workflows.values import replace


@dataclass(frozen=True, slots=True)
class EnterFor:
    """Type in for ``party``. ``seen`` is the version the form was made from."""

    task: str
    party: int
    seen: int
    answers: Answers


@dataclass(frozen=True, slots=True)
class Confirm:
    """"Yes, this is right": a version of the party's own with the answers of the entered version ``seen``."""

    task: str
    party: int
    seen: int
    answers: Answers
    files: tuple[NewFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Deny:
    """It is not right: the party goes on with what was typed as with a draft of its own."""

    task: str
    party: int
    seen: int


def enter_for(facts: Facts, given: EnterFor) -> Change:
    task = contributions.owed(facts, given.task, given.party)
    actor = require(facts, Act.ENTER_FOR, party=given.party)
    if actor.party == given.party:
        raise Forbidden("only", act=Act.ENTER_FOR.value, persons=tuple(
            one.person for one in who_may(facts, Act.ENTER_FOR, party=given.party) if one.party != given.party))
    if facts.task_of(task).kind == "sign":
        raise Invalid("enter.signed", field="task")
    if facts.task_of(task).kind == "assessment":
        raise Invalid("enter.own", field="task")
    if facts.task_of(task).kind == "canvas":
        raise Invalid("enter.canvas", field="task")
    require_same(given.seen, task.number, "contribution.changed", task=task.key, since=task.since)
    contributions.require_open(facts, task)
    answers = without_idle(facts.task_of(task), given.answers)
    contributions.require_complete(facts, task, answers)
    contributions.require_owed(facts, task, answers)
    after = replace(task, state=TaskState.ENTERED, since=facts.now, number=task.number + 1, entered_by=actor.party,
                    outsider=None, outside_until=None)
    version = contributions.version_of(facts, after, answers, actor.person,
                                       for_party=NO_PARTY if actor.party is None else actor.party)
    facts = with_computed(facts.with_task(after).without_figures(task.key, task.party))  # until the party confirms it
    return Change(facts=facts, party=actor.party, answer={"number": after.number},
                  rows=(Insert(table_of(Contribution), (version,)),),
                  details={"task": task.key, "of": task.party, "number": after.number,
                           "answers_sha256": contributions.committed(version)})


def confirm(facts: Facts, given: Confirm) -> Change:
    task = _entered(facts, given.task, given.party, given.seen)
    actor = require(facts, Act.CONFIRM, party=given.party)
    draft = facts.drafts.get((given.task, given.party), 0)
    change = contributions.give(facts, task, Submit(
        given.task, given.party, given.seen, draft, given.answers, given.files), actor.person)
    return replace(change, details={**change.details, "entered": given.seen, "by": task.entered_by})


def deny(facts: Facts, given: Deny) -> Change:
    task = _entered(facts, given.task, given.party, given.seen)
    require(facts, Act.CONFIRM, party=given.party)
    after = replace(task, state=TaskState.OPEN, since=facts.now, entered_by=None)
    return Change(facts=facts.with_task(after), party=given.party, details={"task": task.key, "number": task.number})


def _entered(facts: Facts, key: str, party: int, seen: int) -> TaskFact:
    task = contributions.owed(facts, key, party)
    require_same(seen, task.number, "contribution.changed", task=key, since=task.since)
    if task.state is not TaskState.ENTERED:
        raise Conflict("contribution.not_entered", task=key, state=task.state.value, since=task.since)
    return task
