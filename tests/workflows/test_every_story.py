"""Random acts over random small definitions: what holds in all of them."""

from collections import defaultdict

from hypothesis import HealthCheck, assume, given, settings

from tests.support.chance import chances, definitions, tell
from tests.support.facts import Story, facts_of
from workflows.facts import ContractState, DecisionState, Facts, TaskState
from workflows.progression import contract_inputs, settle, subject
from workflows.verification import publishable, verify

slow = settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


class TestEveryStory:
    @slow
    @given(definitions(), chances())
    def test_keeps_its_rules(self, source, tries):
        story = Story(facts_of(source)).open()
        frozen: dict[int, frozenset] = {}
        for told in tell(story, tries):
            facts = told.facts
            rounds_are_dense(facts)
            decisions_are_about_what_is(facts)
            contracts_are_made_of_what_is(facts, frozen)
            assert settle(facts) == facts

    @slow
    @given(definitions(), chances())
    def test_comes_to_an_end_when_everybody_does_what_is_asked(self, source, tries):
        assume(publishable(verify(source)))
        story = Story(facts_of(source)).open()
        for _ in tell(story, tries):
            pass
        for _ in range(200):
            if story.facts.ended:
                break
            if waiting := next(story.each_turn(), None):
                person, turn = waiting
                story.take(turn, person)
            else:
                think_again(story)
        assert story.facts.project.outcome == "agreed"
        everybody_signed_the_same(story.facts)


# helpers


def think_again(story: Story) -> None:
    """Nobody is asked any more: then somebody said no, and can say yes."""
    refused = [one for gate in story.facts.definition.stages[story.stage].gates for one in story.facts.asked_at(gate)
               if one.state is DecisionState.REFUSED]
    assert refused, f"nobody can do anything in {story.stage}"
    story.decide(refused[0].gate, story.facts.party(refused[0].party).name)


def rounds_are_dense(facts: Facts) -> None:
    for rows in (facts.tasks, facts.decisions):
        rounds = defaultdict(list)
        for row in rows:
            rounds[row.id[:2]].append((row.round, row.state))
        for found in rounds.values():
            assert [number for number, _ in sorted(found)] == list(range(1, len(found) + 1))
            assert {state for _, state in sorted(found)[:-1]} <= {"superseded"}


def decisions_are_about_what_is(facts: Facts) -> None:
    for key in facts.definition.gates:
        for decision in facts.asked_at(key):
            if decision.agreed:
                assert versions(decision.subject) == versions(subject(facts, key))


def versions(text: str) -> set[str]:
    return {part for part in text.split() if not part.endswith("=0")}


def contracts_are_made_of_what_is(facts: Facts, frozen: dict[int, frozenset]) -> None:
    contract = facts.contract
    if contract is None:
        assert all(one.ended_at for one in facts.signatures)
        return
    made_of = frozenset((task.key, task.party, task.round, task.number, task.state) for task in facts.tasks
                        if task.key in contract_inputs(facts) and task.state is not TaskState.SUPERSEDED)
    assert frozen.setdefault(contract.number, made_of) == made_of
    assert (contract.state is ContractState.SIGNED) == (facts.project.stage == "agreed")


def everybody_signed_the_same(facts: Facts) -> None:
    contract = facts.contract
    assert contract is not None
    signed = {one.party: (one.text_sha256, one.pdf_sha256) for one in facts.signatures
              if one.version == contract.number and one.ended_at is None}
    assert signed == {party.number: (contract.text_sha256, contract.pdf_sha256) for party in facts.signing}
