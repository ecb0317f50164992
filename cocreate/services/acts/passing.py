"""Passing a task to a colleague, and saying that it waits for somebody outside."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cocreate.domain import audience
from cocreate.domain.asking import fields_of
from cocreate.domain.rights import Act, may, who_may
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts import people
from cocreate.services.acts.change import Change, require, require_running
from cocreate.services.acts.contributions import owed
from workflows.calendars import add_working_days
from workflows.facts import OWED, Facts, MemberFact, TaskFact
from workflows.fields import Computed
from workflows.values import replace

LONGEST_WAIT = timedelta(days=730)  # a wait nobody ends is a task nobody does
_TAKING = ("champion", "signatory", "contributor")


@dataclass(frozen=True, slots=True)
class PassOn:
    """Pass a task to a colleague, or only some of its ``fields``: then it stays with whom it was asked of.

    name, token and end of the invitation only where the colleague is new.
    """

    task: str
    party: int
    to: int  # person
    words: str = ""
    name: str = ""
    token: str = ""
    token_sha256: str = ""
    expires_at: datetime | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerPass:
    """What a champion says to inviting the colleague ``to`` whom a contributor proposed."""

    task: str
    party: int
    to: int
    agree: bool
    words: str = ""  # stand in the invitation
    token: str = ""
    token_sha256: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WaitOutside:
    """Say whom a task waits for who is not in the project, and until when; ``move``: it is due only after that."""

    task: str
    party: int
    outsider: str
    until: date
    move: bool = False


@dataclass(frozen=True, slots=True)
class EndWait:
    """The wait is over: said by the party, or by the system once its date has passed."""

    task: str
    party: int


def pass_on(facts: Facts, given: PassOn) -> Change:
    task = _passable(facts, given.task, given.party)
    actor = require(facts, Act.PASS_ON, party=given.party, asked=task.asked)
    if not set(given.fields) <= _passable_fields(facts, task):
        raise Invalid("form.broken", field="fields")
    there = facts.member(given.to)
    if there is not None and there.left_at is None:
        _require_can_take(facts, task, there)
        return _passed(facts.with_task(_with(task, given)), given)
    if not given.name:
        raise Invalid("pass.nobody", field="to")
    if may(Act.PEOPLE, actor, party=given.party, directly=True):
        return _inviting(facts, task, given)
    after = replace(task.sharing(given.to, given.fields), wanted=given.to, wanted_by=actor.person,
                    wanted_name=given.name)
    return Change(facts=facts.with_task(after), party=given.party, sees=audience.bit(given.party),
                  answer={"invited": False, "asks": True}, details={"task": task.key, "to": given.to, "asks": True},
                  personal={"name": given.name, **({"words": given.words} if given.words else {})})


def answer_pass(facts: Facts, given: AnswerPass) -> Change:
    task = _passable(facts, given.task, given.party)
    require(facts, Act.PEOPLE, party=given.party, directly=True)
    if task.wanted != given.to or task.wanted_name is None:
        raise Conflict("pass.answered")
    if given.agree:
        return _inviting(facts, task, PassOn(
            given.task, given.party, given.to, given.words, name=task.wanted_name, token=given.token,
            token_sha256=given.token_sha256, expires_at=given.expires_at, fields=task.shared_with.get(given.to, ())))
    after = replace(task.sharing(given.to, ()), wanted=None, wanted_by=None, wanted_name=None)
    return Change(facts=facts.with_task(after), party=given.party, sees=audience.bit(given.party),
                  answer={"invited": False}, details={"task": task.key, "to": given.to, "agree": False},
                  personal={"name": task.wanted_name})


def can_take(facts: Facts, task: TaskFact, member: MemberFact) -> bool:
    """Whether a task can be passed to this person: a short agreement only to somebody who signs."""
    parts = ("signatory",) if facts.task_of(task).kind == "sign" else _TAKING
    return member.party == task.party and member.left_at is None and any(part in member.parts for part in parts)


def wait_outside(facts: Facts, given: WaitOutside) -> Change:
    task = _passable(facts, given.task, given.party)
    _require_own(facts, task)
    outsider, today = given.outsider.strip(), facts.today
    if not outsider:
        raise Invalid("outside.who", field="outsider")
    if given.until <= today:
        raise Invalid("outside.until_past", field="until")
    if given.until > today + LONGEST_WAIT:
        raise Invalid("outside.until_far", field="until", most=LONGEST_WAIT.days)
    due = due_after(facts, task, given.until) if given.move else task.due_at
    after = replace(task, outsider=outsider, outside_until=given.until, due_at=due)
    return Change(facts=facts.with_task(after), party=given.party, personal={"outsider": outsider},
                  sees=audience.of_task(facts, task),
                  details={"task": task.key, "until": given.until.isoformat(), "moved": due != task.due_at})


def due_after(facts: Facts, task: TaskFact, until: date) -> datetime | None:
    """When a task would be due if it moved with the wait: the end of the next working day, never earlier than now."""
    when = facts.end_of(add_working_days(until, 1, facts.calendars))
    return when if task.due_at is None else max(task.due_at, when)


def end_wait(facts: Facts, given: EndWait) -> Change:
    task = owed(facts, given.task, given.party)
    if facts.actor is not None:
        _require_own(facts, task)
    if task.outside_until is None:
        raise Conflict("outside.ended", task=task.key)
    if facts.actor is None and task.outside_until >= facts.today:
        raise Conflict("outside.not_yet", task=task.key)
    after = replace(task, outsider=None, outside_until=None)
    return Change(facts=facts.with_task(after), party=given.party,
                  details={"task": task.key, "until": task.outside_until.isoformat()})


def _passable(facts: Facts, key: str, party: int) -> TaskFact:
    """A task that its party still works on."""
    task = owed(facts, key, party)
    require_running(facts)
    if task.state not in OWED:
        raise Conflict("contribution.not_open", task=key, state=task.state.value, since=task.since)
    return task


def _require_can_take(facts: Facts, task: TaskFact, colleague: MemberFact) -> None:
    if colleague.party != task.party:
        raise Invalid("pass.elsewhere", field="to")
    if not can_take(facts, task, colleague):
        raise Invalid("pass.cannot", field="to", person=colleague.name)
    if task.asked == colleague.person:
        raise Conflict("pass.already", person=colleague.name)


def _require_own(facts: Facts, task: TaskFact) -> None:
    """Others can help; what a party waits for only its own people can say."""
    actor = require(facts, Act.HELP, party=task.party, asked=task.asked)
    if actor.party != task.party or not may(Act.HELP, actor, party=task.party, asked=task.asked):
        raise Forbidden("only", act=Act.HELP.value, persons=tuple(
            member.person for member in who_may(facts, Act.HELP, party=task.party, asked=task.asked)
            if member.party == task.party))


def _inviting(facts: Facts, task: TaskFact, given: PassOn) -> Change:
    """The colleague is invited and the task is theirs; if they say no, it comes back to a champion by itself."""
    if given.expires_at is None:
        raise Invalid("pass.nobody", field="to")
    part = "signatory" if facts.task_of(task).kind == "sign" else "contributor"
    invited = people.invite(facts, people.Invite(
        person=given.to, name=given.name, party=given.party, parts=(part,), greeting=given.words, token=given.token,
        token_sha256=given.token_sha256, expires_at=given.expires_at))
    return replace(invited, facts=invited.facts.with_task(_with(task, given)), party=given.party,
                   answer={"invited": True},
                   details={**invited.details, "task": task.key, "to": given.to, "invited": True,
                            **({"fields": list(given.fields)} if given.fields else {})})


def _passable_fields(facts: Facts, task: TaskFact) -> set[str]:
    return {key for key, field in fields_of(facts.task_of(task)).items() if not isinstance(field, Computed)}


def _with(task: TaskFact, given: PassOn) -> TaskFact:
    """The task as it is passed: whole, or single fields of it."""
    after = replace(task, wanted=None, wanted_by=None, wanted_name=None)
    return after.sharing(given.to, given.fields) if given.fields else replace(
        after.sharing(given.to, ()), asked=given.to)


def _passed(facts: Facts, given: PassOn) -> Change:
    # All may read who is asked now, but not what colleagues say to each other about it.
    sees = audience.bit(given.party) if given.words else None
    return Change(facts=facts, party=given.party, sees=sees, answer={"invited": False},
                  details={"task": given.task, "to": given.to,
                           **({"fields": list(given.fields)} if given.fields else {})},
                  personal={"words": given.words} if given.words else {})
