"""Putting a project on hold until a date, and going on again: by a person, or by the clock once the date has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cocreate.domain import explaining
from cocreate.domain.rights import Act
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.change import Change, require, require_running
from workflows import progression
from workflows.calendars import add_working_days
from workflows.facts import Facts


@dataclass(frozen=True, slots=True)
class Hold:
    """Let the project rest until a day."""

    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on before the day has come."""


@dataclass(frozen=True, slots=True)
class Expire:
    """The day has come; nobody but the clock does this."""


def latest(facts: Facts) -> date:
    """The last day until which the template lets a project rest."""
    return add_working_days(facts.today, facts.definition.longest_hold, facts.calendars)


def hold(facts: Facts, given: Hold) -> Change:
    actor = require(facts, Act.HOLD, directly=True)
    reason = explaining.why(given.reason)
    require_possible(facts, given.until)
    return Change(facts=resting(facts, given.until), party=actor.party,
                  details={"until": given.until.isoformat()}, personal={"reason": reason})


def day_of(body: Mapping[str, Any]) -> date:
    """Until when a proposal wants the project to rest."""
    try:
        return date.fromisoformat(str(body.get("until", "")))
    except ValueError:
        raise Invalid("hold.past", field="until") from None


def require_possible(facts: Facts, until: date) -> None:
    """Raises Invalid where the project cannot rest until this day."""
    if until <= facts.today:
        raise Invalid("hold.past", field="until")
    if until > latest(facts):
        raise Invalid("hold.long", field="until", latest=latest(facts))


def resting(facts: Facts, until: date) -> Facts:
    require_possible(facts, until)  # a proposal may be agreed to after its day
    return facts.with_project(hold_until=until, held_at=facts.now)


def resume(facts: Facts, _given: Resume) -> Change:
    actor = require(facts, Act.HOLD, directly=True, on_hold=True)
    return _over(facts, actor.party)


def expire(facts: Facts, _given: Expire) -> Change:
    require_running(facts, on_hold=True)
    if facts.actor is not None:
        raise Forbidden("only", act=Act.HOLD.value, persons=())
    if facts.project.hold_until is None or facts.project.hold_until > facts.today:
        raise Conflict("hold.over")
    return _over(facts, None)


def _over(facts: Facts, party: int | None) -> Change:
    if not facts.on_hold:
        raise Conflict("hold.over")
    return Change(facts=progression.resume(facts), party=party, details={"days": progression.days_on_hold(facts)})
