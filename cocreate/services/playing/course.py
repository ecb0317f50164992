"""The way of a played case: each stage's work, its decisions, and on to the next."""

from dataclasses import replace

from cocreate.db import transaction
from cocreate.domain.taking import can_take
from cocreate.services import gates, stages
from cocreate.services.playing import contract, signatures, work
from cocreate.services.playing.told import REASON, Decided, Told
from workflows import engine
from workflows.facts import UNDECIDED
from workflows.gates import is_open
from workflows.progression import subject
from workflows.refusals import Refusal

MOST_ROUNDS = 60  # of one stage; each of them does at least one thing
WAIVABLE = {"figure.missing": "figure", "figure.limit": "figure", "figure.units": "figure",
            "figure.two_values": "figure", "document.missing": "document"}


def stage(told: Told) -> None:
    """Everything the running stage asks for, and on to the next."""
    here = told.facts().project.visit
    for _ in range(MOST_ROUNDS):
        if not (work.tasks(told) or contract.contract(told) or _decisions(told) or signatures.sign(told)):
            _go_on(told)
        facts = told.facts()
        if facts.ended or facts.project.visit != here:
            told.stages.append(facts.project.stage)
            return
    raise told.stuck()


def _decisions(told: Told) -> bool:
    """Every party that is asked agrees, on what it saw; whether anybody did."""
    facts, done = told.facts(), False
    for decision in facts.decisions:
        here = facts.definition.gates[decision.gate][0] == facts.project.stage
        if decision.state not in UNDECIDED or not here:
            continue
        if facts.decision(decision.gate, decision.party) is not decision or not is_open(facts, decision.gate):
            continue
        for person in told.signatories(facts, [decision.party]):
            with transaction() as session:
                gates.decide(session, told.ref, gate=decision.gate, seen=subject(facts, decision.gate),
                             answer="agreed", actor=person.person, key=told.key(), now=told.now())
            done = True
    return done


def _go_on(told: Told) -> None:
    """The first way forward that can be taken; limits that only published figures could meet are waived."""
    facts = told.facts()
    ways = [way for way in engine.ways(facts) if not way.back
            and told.definition.terminal.get(way.to) != "failure"]
    refusals: tuple[Refusal, ...] = ()
    for way in ways:
        refusals = _waive(told, way.refusals, way.key)
        if not refusals and _take(told, way.key):
            return
    raise told.stuck(refusals)


def _take(told: Told, transition: str) -> bool:
    facts = told.facts()
    who = next((m for m in facts.members if can_take(replace(facts, actor=m), transition)), None)
    if who is None:
        return False
    with transaction() as session:
        stages.go_on(session, told.ref, transition=transition, visit=facts.project.visit, actor=who.person,
                     key=told.key(), now=told.now())
    return True


def _waive(told: Told, refusals: tuple[Refusal, ...], transition: str) -> tuple[Refusal, ...]:
    """What still stands in the way when everything that is only not published was waived."""
    while refusals:
        paths = dict.fromkeys(path for refusal in refusals if (path := _waivable(told, refusal)))
        if not paths or any(path in {one.what for one in told.waived} for path in paths):
            return refusals
        for path in paths:
            told.agree("waive", path, {"reason": REASON})
            told.waived.append(Decided(path, told.label(path)))
            refusals = engine.why_not(told.facts(), transition)
            if not refusals:
                break
    return refusals


def _waivable(told: Told, refusal: Refusal) -> str | None:
    if refusal.code == "value.not_available":
        key = str(refusal.values["task"])
        return f"{told.definition.tasks[key][0]}.{key}.{refusal.values['field']}"
    name = WAIVABLE.get(refusal.code)
    return str(refusal.values[name]) if name else None
