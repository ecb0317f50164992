"""What a gate lacks by its rule: who has not decided, said no, or has to decide again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from workflows.definition import AtLeast
from workflows.facts import DecisionFact, DecisionState, Facts, PartyFact, TaskState
from workflows.refusals import NONE, Reasons, Refusal


@dataclass(frozen=True, slots=True)
class Quorum:
    """Whose agreement a gate counts, and how many of them it needs; who else decides speaks, and may have a veto."""

    parties: tuple[PartyFact, ...]
    needed: int


def quorum(facts: Facts, key: str) -> Quorum:
    """Of those who were asked; before anybody is, of who sits there now: who joins later is not asked."""
    rule = facts.definition.gates[key][1].rule
    asked = deciding(facts, key)
    match rule:
        case "all":
            return Quorum(asked, len(asked))
        case "any":
            return Quorum(asked, min(1, len(asked)))
        case "one_per_side":
            return Quorum(asked, len(sides(facts, asked)))
        case AtLeast(at_least=least, of=seat):
            return Quorum(tuple(party for party in asked if seat in (None, party.seat)), least)


def deciding(facts: Facts, key: str) -> tuple[PartyFact, ...]:
    """Everybody who decides here, whether the rule counts them or not."""
    asked = tuple(facts.party(decision.party) for decision in facts.asked_at(key)
                  if decision.state is not DecisionState.SUPERSEDED)
    return asked or facts.holders(facts.definition.gates[key][1].of)


def sides(facts: Facts, parties: Iterable[PartyFact]) -> tuple[tuple[PartyFact, ...], ...]:
    """The parties, each with those of its side."""
    found: dict[str, list[PartyFact]] = {}
    for party in parties:
        found.setdefault(_side(facts, party), []).append(party)
    return tuple(map(tuple, found.values()))


def _side(facts: Facts, party: PartyFact) -> str:
    return facts.definition.parties[party.seat].side or party.seat


def gate_reasons(facts: Facts, key: str) -> Reasons:
    """Why this gate is not agreed; a veto speaks before everything else."""
    _, gate = facts.definition.gates[key]
    decisions = facts.asked_at(key)
    if all(decision.state is DecisionState.SUPERSEDED for decision in decisions):  # none, or none since going back
        return _not_open(facts, key)
    open_reasons = tuple(_why_not_agreed(facts, decision) for decision in decisions if not decision.agreed)
    vetoes = tuple(r for r in open_reasons if r.code == "gate.veto")
    match gate.rule:
        case "all":
            return open_reasons
        case "any":
            agreed = any(decision.agreed for decision in decisions)
            return NONE if agreed and not vetoes else vetoes or _undecided_first(open_reasons)
        case "one_per_side":
            return vetoes or _sides(facts, key, decisions)
        case AtLeast():
            return vetoes or _enough(facts, key, decisions)


def is_open(facts: Facts, key: str) -> bool:
    """Whether everything a gate is about is there, accepted and at rest; what need not be given may be missing."""
    if facts.definition.gates[key][1].about == "contract":
        return facts.contract is not None
    return all(task.state is TaskState.ACCEPTED or (task.number == 0 and not facts.task_of(task).required)
               for about in facts.definition.about(key) for task in facts.instances(about))


def clauses_open(facts: Facts) -> Reasons:
    """No version stands that could be agreed: every clause is open."""
    party = next((p.number for p in facts.contracting), None)
    return (Refusal("clauses.open", party, {"since": facts.project.entered_at}),)


def _not_open(facts: Facts, key: str) -> Reasons:
    """The gate waits for what it is about."""
    if facts.definition.gates[key][1].about == "contract":
        return _undecided(facts, key) if facts.contract else clauses_open(facts)
    for task_key in facts.definition.about(key):
        for task in facts.instances(task_key):
            if task.state is not TaskState.ACCEPTED:
                return (Refusal("gate.not_open", task.party, {"gate": key, "task": task_key, "of": task.party,
                                                              "since": task.since}),)
    return _undecided(facts, key)


def _undecided(facts: Facts, key: str) -> Reasons:
    """Everything is there, but the gate's stage was left out, or nobody sits in the seats that decide."""
    seats, since = facts.definition.gates[key][1].of, facts.project.entered_at
    return tuple(Refusal("gate.missing", party.number, {
        "gate": key, "of": party.number, "since": since, "due": None,
        "persons": tuple(member.person for member in facts.people(party.number, "signatory"))})
        for party in facts.holders(seats)) or tuple(
            Refusal("seat.empty", None, {"seat": seat, "since": since}) for seat in seats)


def _why_not_agreed(facts: Facts, decision: DecisionFact) -> Refusal:
    values: dict[str, object] = {"gate": decision.gate, "of": decision.party, "since": decision.since}
    party = facts.party(decision.party)
    match decision.state:
        case DecisionState.REFUSED:
            veto = party.seat in facts.gate_of(decision).veto
            return Refusal("gate.veto" if veto else "gate.refused", decision.party,
                           values | {"reason": decision.reason})
        case DecisionState.LAPSED:
            return Refusal("gate.lapsed", decision.party, values | {"changed": decision.changed})
    deciders = facts.people(decision.party, "signatory")
    if not deciders:
        return Refusal("gate.no_decider", decision.party, values)
    return Refusal("gate.missing", decision.party,
                   values | {"persons": tuple(d.person for d in deciders), "due": decision.due_at})


def _undecided_first(open_reasons: Reasons) -> Reasons:
    """While one that can still agree is enough, what the others said stops nothing."""
    return tuple(one for one in open_reasons if one.code != "gate.refused") or open_reasons


def _enough(facts: Facts, key: str, decisions: tuple[DecisionFact, ...]) -> Reasons:
    """So many of those asked, or of those of one seat, have to agree."""
    counts = quorum(facts, key)
    numbers = {party.number for party in counts.parties}
    agreeing = {d.party for d in decisions if d.agreed and d.party in numbers}
    if len(agreeing) >= counts.needed:
        return NONE
    noes = [d for d in decisions if d.party in numbers and d.state is DecisionState.REFUSED]
    if noes and len(numbers) - len(noes) < counts.needed:
        return tuple(_why_not_agreed(facts, decision) for decision in noes)
    against = {decision.party for decision in noes}
    since: datetime = min((d.since for d in decisions if d.party in numbers), default=facts.now)
    return (Refusal("gate.not_enough", None, {
        "gate": key, "n": counts.needed, "m": len(numbers), "k": len(agreeing), "since": since,
        "parties": tuple(party.number for party in counts.parties if party.number not in agreeing | against)}),)


def _sides(facts: Facts, gate: str, decisions: tuple[DecisionFact, ...]) -> Reasons:
    """Each side named by the seats asked needs one agreement; a no speaks where nobody of its side is left to agree."""
    sides: dict[str, list[DecisionFact]] = {}
    for decision in decisions:
        sides.setdefault(_side(facts, facts.party(decision.party)), []).append(decision)
    found: list[Refusal] = []
    for of_side in sides.values():
        left = [d for d in of_side if d.state is not DecisionState.REFUSED]
        if not any(d.agreed for d in left):
            found += [Refusal("gate.side_missing", d.party, {"gate": gate, "since": d.since, "of": d.party})
                      for d in left] or [_why_not_agreed(facts, d) for d in of_side]
    return tuple(found)
