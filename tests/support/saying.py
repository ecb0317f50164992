"""A small project whose refusals are said, and what makes them so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from cocreate import sentences
from cocreate.domain.audience import bit
from cocreate.words import Reader
from tests.support.lighting import DEFINITION
from tests.support.spaces import spaced
from workflows.conditions import walk
from workflows.definition import Definition, Transition
from workflows.facts import DecisionState, FigureFact, SignatureFact, TaskFact, TaskState
from workflows.guards import reasons

NOW = datetime(2025, 2, 5, 12, tzinfo=UTC)
DUE = datetime(2025, 2, 7, 17, tzinfo=UTC)
MONDAY = datetime(2025, 2, 3, 9, tzinfo=UTC)
PHILIPS, WMATA, LOGISTICS = 1, 2, 3
ANNA, RENEE, GRACE, JAN = 11, 12, 13, 14
READER = Reader("en", "UTC", NOW)


def condition(when):
    transition = Transition.model_validate({"from": "today", "to": "contract", "when": when})
    assert list(walk(transition.when))
    return transition.when


def say(facts, when, *, party=WMATA, mask=None):
    found = reasons(facts, condition(when), "today")
    return [speak(refusal, facts, party=party, mask=mask) for refusal in found]


def speak(refusal, facts, *, party=WMATA, mask=None):
    mask = bit(party) if mask is None else mask
    return spaced(sentences.refusal(refusal, facts, READER, party=party, mask=mask).text)


def owed(key, party, **more):
    return TaskFact(**{"key": key, "party": party, "round": 1, "state": TaskState.OPEN, "since": MONDAY,
                       "due_at": DUE, "asked": RENEE, **more})


def invited(facts, *persons):
    """They were invited on the day before, and have not answered."""
    before = MONDAY - timedelta(days=1)
    for person in persons:
        facts = facts.with_member(replace(facts.member(person), accepted_at=None, invited_at=before))
    return facts


def with_task(facts, **changes):
    return facts.with_task(replace(facts.task("cost", WMATA), **changes))


def decided(facts, party, **changes):
    changes = {"state": DecisionState.AGREED, **changes}
    return facts.with_decision(replace(facts.decision("common", party), **changes))


def with_rule(facts, rule, **more):
    stages = {**DEFINITION["stages"]}
    gate = {**stages["today"]["gates"]["common"], "rule": rule, **more}
    stages["today"] = {**stages["today"], "gates": {"common": gate}}
    return replace(facts, definition=Definition.model_validate({**DEFINITION, "stages": stages}))


def with_visible(facts, visible_to):
    stages = {**DEFINITION["stages"]}
    cost = {**stages["today"]["tasks"]["cost"], "visible_to": visible_to}
    stages["today"] = {**stages["today"], "tasks": {**stages["today"]["tasks"], "cost": cost}}
    return replace(facts, definition=Definition.model_validate({**DEFINITION, "stages": stages}))


def counting_at_once(facts):
    """The cost is accepted by nobody: it counts as soon as it is submitted."""
    stages = {**DEFINITION["stages"]}
    cost = {key: value for key, value in stages["today"]["tasks"]["cost"].items() if key != "accepted_by"}
    stages["today"] = {**stages["today"], "tasks": {**stages["today"]["tasks"], "cost": cost}}
    return replace(facts, definition=Definition.model_validate({**DEFINITION, "stages": stages}))


def with_veto(facts):
    return with_rule(facts, "all", veto=["customer"])


def figures(facts, *values, unit="MWh", sees=-1):
    return facts.with_figures(FigureFact("today.cost.energy", party, 1, Decimal(value), unit, sees)
                              for party, value in zip((PHILIPS, WMATA), values, strict=False))


def in_signature(facts):
    """In a stage in which the contract is signed, since Monday."""
    stages = DEFINITION["stages"]
    signing = {**DEFINITION, "stages": {**stages, "contract": {**stages["contract"], "contract": "signed"}}}
    return replace(facts, definition=Definition.model_validate(signing)).with_project(
        stage="contract", entered_at=MONDAY)


def signed(facts, party, person):
    return facts.with_signature(SignatureFact("", 1, party, person, MONDAY, "t", "p"))
