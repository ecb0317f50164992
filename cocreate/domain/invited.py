"""Who is invited: what waits for their answer, as nobody begins, decides or signs before coming in, and what is asked
of them then.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from cocreate.domain import charter
from cocreate.domain.rights import Act, may_answer
from workflows.facts import Facts, MemberFact, TaskFact, TaskState
from workflows.guards import can_start
from workflows.refusals import Refusal

# Reasons that lie with people who are asked by name, while nothing of theirs is there. Of a draft others are told as
# of nothing, so that nobody learns that there is one.
_LIES_WITH_PEOPLE = frozenset({"task.not_begun", "task.draft", "gate.missing", "agreement.open", "canvas.unwritten",
                               "contract.unsigned"})


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


def _asked(facts: Facts, refusal: Refusal) -> Collection[int | None]:
    if refusal.code == "canvas.unwritten":
        return [member.person for member in facts.people(refusal.party, "champion")]
    persons: Collection[int | None] = refusal.values.get("persons") or (refusal.values.get("person"),)
    return persons


@dataclass(frozen=True, slots=True)
class Beginning:
    """What somebody invited would begin with.

    later: the stage and the task with which the work of the party begins, where it has none now beside a short
    agreement; only there the answer to the ``charter`` is told as well, where it is asked of them.
    """

    task: TaskFact | None
    charter: bool = False
    later: tuple[str, str] | None = None


def beginning(facts: Facts, person: int) -> Beginning:
    member, task = facts.member(person), asked_first(facts, person)
    if member is None or member.party is None or facts.ended or any(
            one.party == member.party and facts.definition.tasks[one.key][0] == facts.project.stage
            and facts.task_of(one).kind != "sign" for one in facts.tasks):
        return Beginning(task)
    asked = may_answer(Act.CHARTER, replace(member, accepted_at=facts.now))
    works = bool(member.parts - {"observer"})
    return Beginning(task, charter=asked and bool(charter.to_answer(facts, member.party)),
                     later=_first_later(facts, facts.party(member.party).seat) if works else None)


def asked_first(facts: Facts, person: int) -> TaskFact | None:
    """The task that somebody invited would begin with: what of this stage can start, then what is due first."""
    mine = (task for task in facts.tasks if task.state is TaskState.OPEN and task.asked == person
            and facts.definition.tasks[task.key][0] == facts.project.stage)
    return min(mine, key=lambda one: (not can_start(facts, one), one.due_at is None, one.due_at or one.since),
               default=None)


def _first_later(facts: Facts, seat: str) -> tuple[str, str] | None:
    """Stage and task that a seat is asked for next; one that hangs on an answer may never be asked."""
    order = facts.definition.order
    return next(((stage, key) for key, (stage, task) in facts.definition.tasks.items()
                 if order[stage] > order[facts.project.stage] and seat in task.of and task.kind != "sign"
                 and task.only_if is None), None)
