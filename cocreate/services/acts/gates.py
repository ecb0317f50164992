"""Deciding at a gate, for one's own party, on exactly the versions one saw."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from cocreate.domain import explaining
from cocreate.domain.rights import Act
from cocreate.errors import Conflict, Invalid, Refused
from cocreate.services.acts.change import Change, require, require_same
from cocreate.services.acts.contributions import NO_PARTY, NewFile
from cocreate.services.acts.documents import Share, share
from workflows.conditions import GateAgreed
from workflows.facts import DECIDED, DecisionFact, DecisionState, Facts, MemberFact
from workflows.gates import is_open
from workflows.guards import reasons
from workflows.progression import subject
from workflows.values import replace


@dataclass(frozen=True, slots=True)
class Decide:
    """Decide for one's party. ``seen`` are the versions the page showed (``progression.subject``)."""

    gate: str
    seen: str
    answer: str  # agreed, reserved, refused
    reason: str = ""
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class DecideOutside:
    """Record what a body of one's party decided outside, on a day; ``file`` shows it and is shared with all."""

    gate: str
    seen: str
    answer: str
    body: str
    on: date
    file: NewFile
    reason: str = ""
    wanted: str = ""


def decide(facts: Facts, given: Decide) -> Change:
    mine, actor = _asked(facts, given, Act.DECIDE)
    _without_words(given, "decision.words_left")
    if (not mine.outside and (mine.state, mine.subject, mine.reason or "", mine.wanted or "") == (
            given.answer, given.seen, given.reason.strip(), given.wanted.strip())):
        raise Conflict("gate.recorded", gate=given.gate)  # sent again, from another tab
    return _decided(facts, mine, actor, given)


def decide_outside(facts: Facts, given: DecideOutside) -> Change:
    mine, actor = _asked(facts, given, Act.DECIDE_OUTSIDE)
    body = given.body.strip()
    _without_words(given, "outside.words_left")
    if not body:
        raise Invalid("outside.body", field="body")
    if given.on > facts.today:
        raise Invalid("outside.future", field="on")
    shared = share(facts, Share(given.file))
    change = _decided(shared.facts, mine, actor, given, outside=True, body=body, decided_on=given.on,
                      document=shared.answer["number"])
    return replace(change, rows=shared.rows,
                   details={**change.details, "outside": True, "on": given.on.isoformat(), **shared.details},
                   personal={**change.personal, **shared.personal, "body": body})


def require_deciding(facts: Facts, gate: str, act: Act = Act.DECIDE) -> tuple[DecisionFact, MemberFact]:
    """The own party's decision and who decides it, if they can now, for the first time or anew."""
    own = facts.own
    mine = next((decision for decision in facts.asked_at(gate) if decision.party == own), None)
    actor = require(facts, act, party=mine.party if mine else _decider(facts, gate, own))
    if mine is not None and facts.definition.gates[gate][0] != facts.project.stage:
        raise Conflict("gate.passed", gate=gate)
    if mine is None or not is_open(facts, gate):
        raise Refused(reasons(facts, GateAgreed(gate=gate), facts.project.stage))
    return mine, actor


def _asked(facts: Facts, given: Decide | DecideOutside, act: Act) -> tuple[DecisionFact, MemberFact]:
    """The same, for an answer that can be given, on what is there now."""
    if given.gate not in facts.definition.gates:
        raise Invalid("decision.unknown", field="gate")
    if given.answer not in DECIDED:
        raise Invalid("decision.unknown", field="answer")
    mine, actor = require_deciding(facts, given.gate, act)
    require_same(given.seen, subject(facts, given.gate), "gate.changed", gate=given.gate)
    return mine, actor


def _without_words(given: Decide | DecideOutside, code: str) -> None:
    """A condition is a reservation: beside a plain yes it would be a remark that binds to nothing."""
    if given.answer == DecisionState.AGREED and (given.reason.strip() or given.wanted.strip()):
        raise Invalid(code, field="reason" if given.reason.strip() else "wanted")


_HERE: dict[str, Any] = {"outside": False, "body": None, "decided_on": None, "document": None}


def _decided(facts: Facts, mine: DecisionFact, actor: MemberFact, given: Decide | DecideOutside,
             **elsewhere: Any) -> Change:
    answer, reason, wanted = DecisionState(given.answer), given.reason.strip(), given.wanted.strip()
    if answer is not DecisionState.AGREED:
        explaining.needed(reason)
    if answer is DecisionState.REFUSED and not wanted:
        raise Invalid("decision.wanted_missing", field="wanted")
    after = replace(mine, state=answer, since=facts.now, subject=given.seen, person=actor.person,
                    reason=reason or None, wanted=wanted or None, changed=None, **(_HERE | elsewhere))
    return Change(
        facts=facts.with_decision(after), party=mine.party,
        details={"gate": given.gate, "answer": answer.value, "subject": given.seen},
        personal={"reason": reason, "wanted": wanted} if reason else {})


def _decider(facts: Facts, gate: str, own: int | None) -> int:
    """The own party where it will be asked, else one that decides: its people are named where somebody else tries.

    Once a gate is open, who was not asked then does not decide.
    """
    parties = tuple(decision.party for decision in facts.asked_at(gate)) or tuple(
        party.number for party in facts.holders(facts.definition.gates[gate][1].of))
    return own if own is not None and own in parties else next(iter(parties), NO_PARTY)
