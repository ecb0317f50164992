"""What has to change, as who goes back from the signature or does not sign says: opened again in the same act."""

from collections.abc import Iterable
from dataclasses import dataclass

from cocreate.domain import audience, explaining
from cocreate.errors import Invalid
from cocreate.services.acts.change import Change
from workflows import progression
from workflows.facts import Facts, TaskFact
from workflows.values import replace


@dataclass(frozen=True, slots=True)
class ToChange:
    """A task that is opened again. reason: why just this one; "" is the reason for all of it."""

    task: str
    party: int
    reason: str = ""


def chosen(there: Iterable[TaskFact], changes: Iterable[ToChange], reason: str) -> dict[TaskFact, str]:
    """What has to change of what is there to choose, and why each of it. Raises: Invalid."""
    known = {(task.key, task.party): task for task in there}
    found: dict[TaskFact, str] = {}
    for one in changes:
        task = known.get((one.task, one.party))
        if task is None:
            raise Invalid("back.not_here", field="wording")
        found[task] = explaining.needed(one.reason, field=f"why-{task.key}-{task.party}") if one.reason.strip() \
            else reason
    return found


def reopened(facts: Facts, tasks: dict[TaskFact, str]) -> Facts:
    for task, why in tasks.items():
        facts = progression.reopen(facts, task, why)
    return facts


def recorded(change: Change, tasks: dict[TaskFact, str], reason: str, *, wording: bool) -> Change:
    """The change with what was chosen in its record; a reason of its own where all may see the task it is about."""
    everybody = audience.everybody(change.facts)
    reasons = {f"{task.key}@{task.party}": why for task, why in tasks.items()
               if why != reason and audience.of_task(change.facts, task) == everybody}
    return replace(change, personal={**change.personal, **({"reasons": reasons} if reasons else {})},
                   details={**change.details, "wording": wording, "changes": [
                       {"task": task.key, "of": task.party, "number": task.number} for task in tasks]})
