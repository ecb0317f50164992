"""Going back from the signature, or not signing: who does it says what has to change, or it would be nobody's turn."""

from collections.abc import Collection, Iterable

from workflows import engine
from workflows.facts import Facts, TaskFact, TaskState

_SAYS_OF_OTHERS = ("review", "sign")  # what they are about changes, not they


def asks(facts: Facts, transition: str) -> bool:
    """Whether this way leaves the stage of the signature: until there all was accepted."""
    return engine.waits_for_signatures(facts.definition, facts.definition.transitions[transition].from_)


def choices(facts: Facts, transition: str) -> tuple[TaskFact, ...]:
    """What can be opened again with it."""
    return accepted(offered(facts, transition))


def accepted(tasks: Iterable[TaskFact]) -> tuple[TaskFact, ...]:
    """Those of them that somebody can change only once they are opened again."""
    return tuple(task for task in tasks if task.state is TaskState.ACCEPTED)


def offered(facts: Facts, transition: str) -> tuple[TaskFact, ...]:
    """The tasks of the stage it leads to that it does not open again by itself, accepted or not."""
    way = facts.definition.transitions[transition]
    return _in(facts, way.to, but=way.reopens) if way.to in facts.definition.stages and asks(facts, transition) else ()


def of_refusing(facts: Facts) -> tuple[TaskFact, ...]:
    """The tasks that can be opened again by not signing, accepted or not: then it goes to where the contract is."""
    return _in(facts, facts.definition.prepares)


def _in(facts: Facts, stage: str, *, but: Collection[str] = ()) -> tuple[TaskFact, ...]:
    return tuple(task for key, one in facts.definition.stages[stage].tasks.items()
                 if key not in but and not one.final and one.kind not in _SAYS_OF_OTHERS
                 for task in facts.instances(key))


def opens(facts: Facts, transition: str) -> bool:
    """Whether it opens something again by itself that can change what is signed."""
    tasks = facts.definition.tasks
    return any(facts.instances(key) and tasks[key][1].kind not in _SAYS_OF_OTHERS
               and not tasks[key][1].final
               for key in facts.definition.transitions[transition].reopens if key in tasks)
