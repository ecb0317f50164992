"""What a party can do about a task beside filling it in or signing it: pass it on, ask for help, wait for somebody."""

from dataclasses import dataclass

from cocreate.domain import assessing
from cocreate.domain.rights import Act, may
from workflows.facts import OWED, Facts, TaskFact
from workflows.guards import can_start


@dataclass(frozen=True, slots=True)
class Beside:
    """Which ways are open to the actor now."""

    passing: bool = False
    help: bool = False  # to ask for it
    wait: bool = False
    let_in: bool = False  # the colleague whom somebody proposed


def beside(facts: Facts, task: TaskFact) -> Beside:
    actor = facts.actor
    owed = (task.state in OWED and can_start(facts, task)
            and not facts.ended and not facts.on_hold)
    if actor is None or actor.party != task.party or not owed:
        return Beside()
    helps = may(Act.HELP, actor, party=task.party, asked=task.asked)
    return Beside(
        passing=not assessing.is_assessment(facts, task) and may(
            Act.PASS_ON, actor, party=task.party, asked=task.asked),
        help=helps and task.help is None, wait=helps,
        let_in=task.wanted is not None and may(Act.PEOPLE, actor, party=task.party, directly=True))
