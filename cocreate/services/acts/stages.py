"""Going on to the next stage, and back to an earlier one with a reason and with what has to change."""

from dataclasses import dataclass

from cocreate.domain import explaining, going_back
from cocreate.domain.rights import Act
from cocreate.domain.taking import can_take
from cocreate.errors import Conflict, Forbidden, Invalid, Refused
from cocreate.services.acts import changing
from cocreate.services.acts.change import Change, require, require_running, require_same
from cocreate.services.acts.changing import ToChange
from workflows import engine, progression
from workflows.facts import Facts, TaskFact
from workflows.values import replace


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
    change = Change(facts=facts, party=facts.own,
                    details={"transition": given.transition, "back": back},
                    personal={"reason": reason} if reason else {})
    if not back:
        return replace(change, facts=progression.enter(facts, to))
    return _back(change, given, chosen, reason)


def _chosen(facts: Facts, given: GoOn, reason: str) -> dict[TaskFact, str]:
    """What has to change, and why each of it.

    Raises: Invalid where there is no such task to choose, or where nothing is chosen from which a change could come.
    """
    found = changing.chosen(going_back.choices(facts, given.transition), given.changes, reason)
    if going_back.asks(facts, given.transition) and not (
            found or given.wording or going_back.opens(facts, given.transition)):
        raise Invalid("back.nothing", field="wording")
    return found


def _back(change: Change, given: GoOn, chosen: dict[TaskFact, str], reason: str) -> Change:
    """Back, with what has to change opened again in the same act."""
    if not going_back.asks(change.facts, given.transition):
        return replace(change, facts=progression.go_back(change.facts, given.transition, reason))
    facts = changing.reopened(change.facts, chosen)
    if given.wording:
        facts = progression.end_contract(facts, "wording")
    return replace(changing.recorded(change, chosen, reason, wording=given.wording),
                   facts=progression.go_back(facts, given.transition, reason))


def _require_named(facts: Facts, given: GoOn, act: Act) -> None:
    """The table of rights, narrowed to the seats that the template names."""
    if not can_take(facts, given.transition):
        raise Forbidden("only", act=act.value, persons=tuple(
            member.person for member in facts.members
            if can_take(replace(facts, actor=member), given.transition)))
    require(facts, act, party=facts.own)
