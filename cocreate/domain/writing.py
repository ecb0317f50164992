"""Who may write on a canvas: for its page, which offers it, and for the act, which takes it."""

from cocreate.domain import audience
from cocreate.domain.rights import Act, lets, may
from workflows.facts import Facts, TaskFact


def may_write(facts: Facts, task: TaskFact) -> bool:
    """Whether the actor adds and supports entries: somebody of a party that sees it, who may speak for more than
    themselves; to be let into talks is not enough.
    """
    actor = facts.actor
    return (actor is not None and actor.party is not None and may(Act.COMMENT, actor)
            and lets(facts, Act.COMMENT, actor) and bool(audience.of_task(facts, task) & audience.bit(actor.party)))
