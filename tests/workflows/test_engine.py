"""Which transitions a project may take: exactly those of its stage, once nothing stands in the way."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from cocreate.errors import CocreateError, Forbidden
from cocreate.services.acts import ACTS
from cocreate.services.acts.stages import GoOn
from tests.support.chance import chances, definitions, tell
from tests.support.facts import REASON, TWO_SIDES, Story, begin, definition, facts_of
from workflows import engine, library
from workflows.conditions import FigureReaches, walk
from workflows.facts import (
    ContractFact,
    ContractState,
    DecisionFact,
    DecisionState,
    DocumentFact,
    Facts,
    FigureFact,
    SignatureFact,
    TaskFact,
    TaskState,
)
from workflows.progression import subject


class TestWays:
    def test_are_those_of_the_stage_forward_first(self):
        story = begin().to_trial()
        assert [(way.key, way.to, way.back) for way in engine.ways(story.facts)] == [
            ("to_terms", "terms", False), ("wrong", "figures", True)]

    def test_nobody_takes_what_goes_by_itself(self):
        assert engine.ways(begin().to_signature().facts) == ()

    def test_say_everything_that_stands_in_the_way_oldest_first(self):
        way, = engine.ways(begin().submit("stream").facts)
        assert [refusal.code for refusal in way.refusals] == ["task.not_begun", "task.not_accepted", "gate.not_open"]
        moments = [refusal.values["since"] for refusal in way.refusals]
        assert moments == sorted(moments)

    def test_are_open_once_nothing_does(self):
        assert engine.ways(begin().give("stream").give("need").agree("picture").facts)[0].open


class TestFire:
    def test_leads_to_the_next_stage(self):
        assert engine.fire(begin().give("stream").give("need").agree("picture").facts, "to_trial") == "trial"

    @pytest.mark.parametrize("key", ["to_terms", "agreed", "no_such_way"])
    def test_from_elsewhere_leads_nowhere(self, key):
        assert engine.fire(begin().facts, key) is None

    def test_a_guard_that_refuses_leads_nowhere(self):
        assert engine.fire(begin().facts, "to_trial") is None

    def test_by_itself_only_what_is_automatic(self):
        story = begin().to_signature()
        assert engine.automatic(story.facts) is None
        assert story.sign("giver").sign("taker").stage == "agreed"

    @settings(max_examples=60)
    @given(definitions(), chances(12))
    def test_changes_nothing_and_says_the_same_twice(self, source, tries):
        story = Story(facts_of(source)).open()
        for told in tell(story, tries):
            before = told.facts
            for key, way in source.transitions.items():
                if way.from_ == told.stage:
                    assert (engine.fire(before, key) is None) == bool(engine.why_not(before, key))
                else:
                    assert engine.fire(before, key) is None
            assert told.facts == before


class TestWhoTheTemplateNames:
    FACTS = begin().facts

    @pytest.mark.parametrize(("by", "seat", "host", "may"), [
        ([], "giver", False, True), ([], "carrier", False, False), ([], None, True, False),
        (["taker"], "giver", False, False), (["taker"], "taker", False, True), (["host"], None, True, True),
        (["host"], None, False, False), (["host"], "giver", False, False), (["carrier"], "carrier", False, True)])
    def test_every_contracting_party_unless_it_says_who(self, by, seat, host, may):
        way = replace_by(self.FACTS, by)
        assert engine.may_take(self.FACTS, way, seat=seat, host=host) is may


def replace_by(facts: Facts, by: list[str]):
    return facts.definition.transitions["to_trial"].model_copy(update={"by": by})


def test_knows_the_stage_that_waits_for_signatures():
    ways = definition(TWO_SIDES)
    assert [stage for stage in (*ways.order, "nowhere") if engine.waits_for_signatures(ways, stage)] == ["signature"]


# P-25: from every stage, every transition, by everybody


def finished(key: str, stage: str) -> Facts:
    """A project in this stage with everything done that could be asked, all seats filled."""
    source = library.load(key)
    facts = facts_of(source, dict.fromkeys(source.parties, 1), stage=stage)
    for name, (of, task) in source.tasks.items():
        for party in facts.holders(task.of) if source.order[of] <= source.order[stage] else ():
            facts = done(facts, f"{of}.{name}", party.number)
    for way in source.transitions.values():
        for _, one in walk(way.when):
            if isinstance(one, FigureReaches):
                facts = facts.with_figures(reached(facts, one))
    contract = ContractFact("", 1, ContractState.FROZEN, "c", "t", "p", facts.now, 1)
    facts = facts.with_contract(contract) if "contract" in said(facts, stage) else facts
    for name, (of, gate) in source.gates.items():
        for party in facts.holders(gate.of) if source.order[of] <= source.order[stage] else ():
            facts = facts.with_decision(DecisionFact(name, party.number, 1, DecisionState.AGREED, facts.now, None,
                                                     subject=subject(facts, name)))
    for party in facts.signing if engine.waits_for_signatures(source, stage) else ():
        facts = facts.with_signature(SignatureFact("", 1, party.number, party.number * 10 + 2, facts.now, "t", "p"))
    return facts


def said(facts: Facts, stage: str) -> str:
    """Everything that could be waited for in this stage, as text."""
    return str([way.when for way in facts.definition.transitions.values() if way.from_ == stage])


def done(facts: Facts, path: str, party: int) -> Facts:
    """With a task accepted and its files in the room."""
    key = path.split(".")[1]
    facts = facts.with_task(TaskFact(key, party, 1, TaskState.ACCEPTED, facts.now, None, number=1))
    for name, asked in facts.definition.tasks[key][1].fields.items():
        if asked.type == "file":
            facts = facts.with_document(DocumentFact(len(facts.documents) + 1, party, name, f"{path}.{name}", 1))
    return facts


def reached(facts: Facts, condition: FigureReaches) -> list[FigureFact]:
    """Values that a condition asks for."""
    relation, limit = condition.figure.limit
    known = [] if isinstance(limit, Decimal) else [figure(facts, limit, Decimal(7), condition.figure.unit)]
    bound = limit if isinstance(limit, Decimal) else known[0].value
    value = bound + {"above": 1, "below": -1}.get(relation, 0)
    return [*known, figure(facts, condition.figure.path, value, condition.figure.unit)]


def figure(facts: Facts, path: str, value: Decimal, unit: str | None) -> FigureFact:
    giver = facts.holders(facts.definition.tasks[path.split(".")[1]][1].of)[0].number
    return FigureFact(path, giver, 1, value, unit)


@pytest.mark.parametrize("key", library.names())
class TestSequence:
    def test_every_transition_from_every_stage_by_everybody(self, key):
        source = library.load(key)
        for stage in source.stages:
            facts = finished(key, stage)
            for name, way in source.transitions.items():
                for member in facts.members:
                    assert takes(facts, name, member.person) is allowed(facts, way, stage, member), (
                        stage, name, member.name)

    def test_with_nothing_done_no_way_leads_on(self, key):
        source = library.load(key)
        for stage in source.stages:
            facts = replace(finished(key, stage), tasks=(), decisions=(), figures=(), signatures=(), papers=())
            for name, way in source.transitions.items():
                if way.from_ == stage and way.when is not None:
                    assert engine.why_not(facts, name)


def takes(facts: Facts, name: str, person: int) -> bool:
    facts = replace(facts, actor=facts.member(person))
    try:
        change = ACTS[GoOn][1](facts, GoOn(name, facts.project.visit, REASON, wording=True))
    except CocreateError:
        return False
    return change.facts.project.stage != facts.project.stage


def allowed(facts: Facts, way, stage: str, member) -> bool:
    """Said again, in the words of the table: champions and signatories of named seats, the host where it is named."""
    if way.from_ != stage or way.automatic:
        return False
    if member.party is None:
        return "manager" in member.parts and "host" in way.by
    seat = facts.party(member.party).seat
    named = seat in way.by if way.by else facts.definition.parties[seat].contracting
    return named and bool(member.parts & {"champion", "signatory"})


def test_who_may_not_is_told_who_may():
    story = begin(carrier=1)
    with pytest.raises(Forbidden) as refused:
        story.go("to_trial", "carrier")
    assert set(refused.value.values["persons"]) == {11, 12, 21, 22}
