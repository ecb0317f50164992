"""Opening an accepted contribution of the running stage again, with a reason; earlier stages are gone back to."""

from dataclasses import dataclass

from cocreate.domain import audience, explaining
from cocreate.domain.rights import Act
from cocreate.domain.taking import is_here, may_reopen
from cocreate.errors import Conflict
from cocreate.services.acts.change import Change, require, require_running, require_same
from cocreate.services.acts.contributions import owed
from workflows import progression
from workflows.facts import Facts, TaskFact, TaskState


@dataclass(frozen=True, slots=True)
class Reopen:
    """Ask for a new round of a task. ``seen`` is the version that was accepted."""

    task: str
    party: int
    seen: int
    reason: str


def reopen(facts: Facts, given: Reopen) -> Change:
    require_running(facts)
    task = owed(facts, given.task, given.party)
    require_reopening(facts, task, given.seen)
    reason = explaining.needed(given.reason)
    return Change(facts=progression.reopen(facts, task, reason), party=facts.own, personal={"reason": reason},
                  sees=audience.of_task(facts, task),
                  details={"task": task.key, "of": task.party, "number": task.number})


def require_reopening(facts: Facts, task: TaskFact, seen: int) -> None:
    """Raises why this task is not opened again now, whatever the reason for it."""
    if not may_reopen(facts, task):
        require(facts, Act.SUBMIT, party=task.party, asked=task.asked)
    require_same(seen, task.number, "contribution.changed", task=task.key, since=task.since)
    if task.state is not TaskState.ACCEPTED:
        raise Conflict("contribution.not_accepted", task=task.key, state=task.state.value, since=task.since)
    if facts.task_of(task).final:
        raise Conflict("task.final", task=task.key)
    if not is_here(facts, task):
        raise Conflict("task.stage_passed", task=task.key)
