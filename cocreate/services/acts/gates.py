"""Deciding at a gate, for one's own party, on exactly the versions one saw."""

from dataclasses import dataclass, replace

from cocreate.domain.rights import Act
from cocreate.domain.turns import is_open
from cocreate.errors import Conflict, Invalid, Refused
from cocreate.services.acts.change import Change, require, require_same
from cocreate.services.acts.contributions import NO_PARTY, REASON
from workflows.conditions import GateAgreed
from workflows.facts import DecisionState, Facts
from workflows.guards import reasons
from workflows.progression import subject

ANSWERS = (DecisionState.AGREED, DecisionState.RESERVED, DecisionState.REFUSED)


@dataclass(frozen=True, slots=True)
class Decide:
    """Decide for one's party. ``seen`` are the versions the page showed (``progression.subject``)."""

    gate: str
    seen: str
    answer: str  # agreed, reserved, refused
    reason: str = ""
    wanted: str = ""


def decide(facts: Facts, given: Decide) -> Change:
    if given.gate not in facts.definition.gates:
        raise Invalid("gate.unknown", field="gate")
    if given.answer not in ANSWERS:
        raise Invalid("decision.unknown", field="answer")
    own = facts.actor.party if facts.actor else None
    asked = facts.asked_at(given.gate)
    mine = next((decision for decision in asked if decision.party == own), None)
    actor = require(facts, Act.DECIDE, party=mine.party if mine else _decider(facts, given.gate, own))
    if mine is None:
        raise Refused(reasons(facts, GateAgreed(gate=given.gate), facts.project.stage))
    if facts.definition.gates[given.gate][0] != facts.project.stage:
        raise Conflict("gate.passed", gate=given.gate)
    require_same(given.seen, subject(facts, given.gate), "gate.changed", gate=given.gate)
    answer, reason, wanted = DecisionState(given.answer), given.reason.strip(), given.wanted.strip()
    if answer is not DecisionState.AGREED and len(reason) < REASON:
        raise Invalid("reason.short", field="reason", least=REASON)
    if answer is DecisionState.REFUSED and not wanted:
        raise Invalid("decision.wanted_missing", field="wanted")
    if not is_open(facts, given.gate):
        raise Refused(reasons(facts, GateAgreed(gate=given.gate), facts.project.stage))
    after = replace(mine, state=answer, since=facts.now, subject=given.seen, person=actor.person,
                    reason=reason or None, wanted=wanted or None, outside=False, changed=None)
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
