"""Going on to the next stage, and back to an earlier one with a reason and with what has to change."""

from dataclasses import dataclass

from cocreate.domain import audience, explaining, going_back
from cocreate.domain.rights import Act
from cocreate.domain.turns import can_take
from cocreate.errors import Conflict, Forbidden, Invalid, Refused
from cocreate.services.acts.change import Change, require, require_running, require_same
from workflows import engine, progression
from workflows.facts import Facts, TaskFact
from workflows.values import replace


@dataclass(frozen=True, slots=True)
class ToChange:
    """A task that is opened again by going back. reason: why just this one; "" is the reason for going back."""

    task: str
    party: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GoOn:
    """Take a transition. ``visit`` is the number of the stage visit the button stood on.

    changes, wording: back from the signature, what has to change.
    """

    transition: str
    visit: int
    reason: str = ""
    changes: tuple[ToChange, ...] = ()
    wording: bool = False


def go_on(facts: Facts, given: GoOn) -> Change:
    require_running(facts)
    way = facts.definition.transitions.get(given.transition)
    if way is None or way.automatic:
        raise Invalid("transition.unknown", field="transition")
    back = facts.definition.is_back(way)
    _require_named(facts, given, Act.GO_BACK if back else Act.GO_ON)
    require_same(given.visit, facts.project.visit, "stage.changed", stage=facts.project.stage)
    if way.from_ != facts.project.stage:
        raise Conflict("stage.changed", stage=facts.project.stage)
    reason = explaining.why(given.reason) if way.reason else given.reason.strip()
    chosen = _chosen(facts, given, reason) if back else {}
    to = engine.fire(facts, given.transition)
    if to is None:
        raise Refused(engine.why_not(facts, given.transition))
    change = Change(facts=facts, party=facts.actor.party if facts.actor else None,
                    details={"transition": given.transition, "back": back},
                    personal={"reason": reason} if reason else {})
    if not back:
        return replace(change, facts=progression.enter(facts, to))
    return _back(change, given, chosen, reason)


def _chosen(facts: Facts, given: GoOn, reason: str) -> dict[TaskFact, str]:
    """What has to change, and why each of it.

    Raises: Invalid where there is no such task to choose, or where nothing is chosen from which a change could come.
    """
    there = {(task.key, task.party): task for task in going_back.choices(facts, given.transition)}
    found: dict[TaskFact, str] = {}
    for one in given.changes:
        task = there.get((one.task, one.party))
        if task is None:
            raise Invalid("back.not_here", field="wording")
        found[task] = explaining.needed(one.reason, field=f"why-{task.key}-{task.party}") if one.reason.strip() \
            else reason
    if going_back.asks(facts, given.transition) and not (
            found or given.wording or going_back.opens(facts, given.transition)):
        raise Invalid("back.nothing", field="wording")
    return found


def _back(change: Change, given: GoOn, chosen: dict[TaskFact, str], reason: str) -> Change:
    """Back, with what has to change opened again in the same act.

    In the record a reason of its own stands where all may see the task that it is about.
    """
    facts = change.facts
    everybody = audience.everybody(facts)
    reasons = {f"{task.key}@{task.party}": why for task, why in chosen.items()
               if why != reason and audience.of_task(facts, task) == everybody}
    asked = going_back.asks(facts, given.transition)
    for task, why in chosen.items():
        facts = progression.reopen(facts, task, why)
    if asked and given.wording:
        facts = progression.end_contract(facts, "wording")
    what = {"wording": given.wording, "changes": [
        {"task": task.key, "of": task.party, "number": task.number} for task in chosen]} if asked else {}
    return replace(change, facts=progression.go_back(facts, given.transition, reason),
                   details={**change.details, **what}, personal={**change.personal, **(
                       {"reasons": reasons} if reasons else {})})


def _require_named(facts: Facts, given: GoOn, act: Act) -> None:
    """The table of rights, narrowed to the seats that the template names."""
    if not can_take(facts, given.transition):
        raise Forbidden("only", act=act.value, persons=tuple(
            member.person for member in facts.members
            if can_take(replace(facts, actor=member), given.transition)))
    require(facts, act, party=facts.actor.party if facts.actor else None)
