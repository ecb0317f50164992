"""Going back from the signature: who does it says what has to change, or it would be nobody's turn."""

from workflows import engine
from workflows.facts import Facts, TaskFact, TaskState

_SAYS_OF_OTHERS = ("review", "sign")  # what they are about changes, not they


def asks(facts: Facts, transition: str) -> bool:
    """Whether this way leaves the stage of the signature: until there all was accepted."""
    return engine.waits_for_signatures(facts.definition, facts.definition.transitions[transition].from_)


def choices(facts: Facts, transition: str) -> tuple[TaskFact, ...]:
    """What can be opened again with it."""
    return tuple(task for task in offered(facts, transition) if task.state is TaskState.ACCEPTED)


def offered(facts: Facts, transition: str) -> tuple[TaskFact, ...]:
    """The tasks of the stage it leads to that it does not open again by itself, accepted or not."""
    way = facts.definition.transitions[transition]
    stage = facts.definition.stages.get(way.to)
    if stage is None or not asks(facts, transition):
        return ()
    return tuple(task for key, one in stage.tasks.items()
                 if key not in way.reopens and not one.final and one.kind not in _SAYS_OF_OTHERS
                 for task in facts.instances(key))


def opens(facts: Facts, transition: str) -> bool:
    """Whether it opens something again by itself that can change what is signed."""
    tasks = facts.definition.tasks
    return any(facts.instances(key) and tasks[key][1].kind not in _SAYS_OF_OTHERS
               and not tasks[key][1].final
               for key in facts.definition.transitions[transition].reopens if key in tasks)
