"""Who is invited: what waits for their answer, as nobody begins, decides or signs before coming in, and what is asked
of them then.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from cocreate.domain import charter
from cocreate.domain.rights import Act, may_answer
from cocreate.domain.turns import Turn, turns
from workflows.facts import Facts, MemberFact, TaskFact, TaskState
from workflows.guards import can_start
from workflows.refusals import Refusal

# Reasons that lie with people who are asked by name, while nothing of theirs is there. Of a draft others are told as
# of nothing, so that nobody learns that there is one.
_LIES_WITH_PEOPLE = frozenset({"task.not_begun", "task.draft", "gate.missing", "agreement.open", "canvas.unwritten",
                               "contract.unsigned"})
# What is asked of a person, and not of whoever of the project finds the time first.
_ASKS = frozenset({"fill_in", "again", "check", "decide", "decide_again", "sign", "accede", "write", "confirm",
                   "answer", "charter", "duty"})


def awaited(facts: Facts, refusal: Refusal, own: int | None) -> MemberFact | None:
    """Whose answer to an invitation a reason waits for, as the party ``own`` is told; None where it is another."""
    if refusal.code not in _LIES_WITH_PEOPLE or refusal.values.get("some"):
        return None
    if refusal.code == "task.draft" and refusal.party == own:
        return None
    return first_to_come(facts, _asked(facts, refusal))


def first_to_come(facts: Facts, persons: Collection[int | None]) -> MemberFact | None:
    """Of those who are asked the one who was invited first; None where somebody of them has come in."""
    found = [member for person in persons if (member := facts.member(person)) and member.left_at is None]
    if any(member.accepted_at is not None for member in found):
        return None
    return min(found, key=lambda member: (member.expired_at is not None, member.invited_at or facts.now), default=None)


def told_once(facts: Facts, refusals: Iterable[Refusal], own: int | None) -> tuple[Refusal, ...]:
    """Reasons as the party ``own`` is told them, without those that only wait for a task of who has not come in: with
    the invitation everything is said of it.
    """
    left = list(refusals)
    tasks = {_task(one) for one in left if awaited(facts, one, own)}
    while follows := [one for one in left if _waits_for(one) in tasks and not awaited(facts, one, own)]:
        left = [one for one in left if one not in follows]
        tasks |= {_task(one) for one in follows if one.code == "task.must_follow"}
    return tuple(left)


def _task(one: Refusal) -> tuple[str | None, int | None]:
    return one.values.get("task"), one.values.get("of")


def _waits_for(one: Refusal) -> tuple[str | None, int | None] | None:
    """The task that has to be given first: its key and its party."""
    match one.code:
        case "task.must_follow":
            return one.values["earlier"], one.party
        case "gate.not_open" | "figure.missing" | "document.missing":
            return _task(one)
    return None


def _asked(facts: Facts, refusal: Refusal) -> Collection[int | None]:
    if refusal.code == "canvas.unwritten":
        return [member.person for member in facts.people(refusal.party, "champion")]
    persons: Collection[int | None] = refusal.values.get("persons") or (refusal.values.get("person"),)
    return persons


@dataclass(frozen=True, slots=True)
class Beginning:
    """What somebody invited would begin with.

    accedes: papers that others sign without this party, and to which it is asked to accede, by key; "" is the contract.
    later: stage and task with which the work of the party begins, after the short agreements that it signs before,
    where it has none now beside one; only there the answer to the ``charter`` is told, where it is asked of them.
    """

    task: TaskFact | None
    charter: bool = False
    accedes: tuple[str, ...] = ()
    later: tuple[tuple[str, str], ...] = ()
    more: int = 0  # what else waits for them on Your turn


def beginning(facts: Facts, person: int) -> Beginning:
    found = _beginning(facts, person)
    return replace(found, more=sum(1 for turn in _waiting(facts, person) if not (
        (found.task is not None and (turn.key, turn.party) == (found.task.key, found.task.party))
        or (turn.act == "charter" and found.charter) or (turn.act == "accede" and found.accedes))))


def _waiting(facts: Facts, person: int) -> tuple[Turn, ...]:
    """What would be asked of them by name if they came in now."""
    member = facts.member(person)
    if member is None or member.left_at is not None:
        return ()
    come = facts.with_member(replace(member, accepted_at=facts.now))
    return tuple(turn for turn in turns(come, person) if turn.mine and turn.act in _ASKS)


def _beginning(facts: Facts, person: int) -> Beginning:
    member, task = facts.member(person), asked_first(facts, person)
    accedes = tuple(_acceding(facts, member)) if member else ()
    if member is None or member.party is None or facts.ended or any(
            one.party == member.party and facts.definition.tasks[one.key][0] == facts.project.stage
            and facts.task_of(one).kind != "sign" for one in facts.tasks):
        return Beginning(task, accedes=accedes)
    asked = may_answer(Act.CHARTER, replace(member, accepted_at=facts.now))
    works = bool(member.parts - {"observer"})
    return Beginning(task, charter=asked and bool(charter.to_answer(facts, member.party)), accedes=accedes,
                     later=tuple(_later(facts, facts.party(member.party).seat)) if works else ())


def asked_first(facts: Facts, person: int) -> TaskFact | None:
    """The task that somebody invited would begin with: what can start, then what is due first.

    Of an earlier stage only what can start: such as a short agreement that all had signed before, to accede to.
    """
    mine = (task for task in facts.tasks if task.state is TaskState.OPEN and task.asked == person
            and (facts.definition.tasks[task.key][0] == facts.project.stage or can_start(facts, task)))
    return min(mine, key=lambda one: (not can_start(facts, one), one.due_at is None, one.due_at or one.since),
               default=None)


def _acceding(facts: Facts, member: MemberFact) -> Iterator[str]:
    """To what the party of somebody who leads or signs for it has still to accede."""
    if member.parts & {"champion", "signatory"} and (not facts.ended or facts.project.outcome == "agreed"):
        for paper in ("", *dict.fromkeys(task.key for task in facts.tasks if facts.task_of(task).kind == "sign")):
            if facts.accession(member.party, paper) is None and member.party in {
                    party.number for party in facts.acceding(paper)}:
                yield paper


def _later(facts: Facts, seat: str) -> Iterator[tuple[str, str]]:
    """What a seat is asked for next, up to the first task; what hangs on an answer may never be asked."""
    order = facts.definition.order
    for key, (stage, task) in facts.definition.tasks.items():
        if order[stage] > order[facts.project.stage] and seat in task.of and task.only_if is None:
            yield stage, key
            if task.kind != "sign":
                return
