"""Going on to the next stage, and back to an earlier one with a reason."""

from dataclasses import dataclass

from cocreate.domain import explaining
from cocreate.domain.rights import Act
from cocreate.domain.turns import can_take
from cocreate.errors import Conflict, Forbidden, Invalid, Refused
from cocreate.services.acts.change import Change, require, require_running, require_same
from workflows import engine, progression
from workflows.facts import Facts
from workflows.values import replace


@dataclass(frozen=True, slots=True)
class GoOn:
    """Take a transition. ``visit`` is the number of the stage visit the button stood on."""

    transition: str
    visit: int
    reason: str = ""


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
    to = engine.fire(facts, given.transition)
    if to is None:
        raise Refused(engine.why_not(facts, given.transition))
    after = progression.go_back(facts, given.transition, reason) if back else progression.enter(facts, to)
    return Change(facts=after, party=facts.actor.party if facts.actor else None,
                  details={"transition": given.transition, "back": back},
                  personal={"reason": reason} if reason else {})


def _require_named(facts: Facts, given: GoOn, act: Act) -> None:
    """The table of rights, narrowed to the seats that the template names."""
    if not can_take(facts, given.transition):
        raise Forbidden("only", act=act.value, persons=tuple(
            member.person for member in facts.members
            if can_take(replace(facts, actor=member), given.transition)))
    require(facts, act, party=facts.actor.party if facts.actor else None)
