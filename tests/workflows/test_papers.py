"""A contract or short agreement that is being signed ends with what it was made from."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cocreate.errors import Refused
from tests.support.facts import TWO_SIDES, begin, definition, facts_of
from tests.support.several import DEPOSIT
from workflows.facts import DecisionState
from workflows.progression import contract_inputs


class TestContract:
    def test_a_frozen_one_ends_when_something_in_it_is_taken_back_into_work(self):
        story = begin().to_terms().freeze().agree("our_contract")
        story.go("anew")
        assert story.facts.contract is None
        assert story.facts.contracts[0].ended_because == "task:stream@1"
        assert story.decision("our_contract", "giver").state is DecisionState.LAPSED

    def test_it_stands_while_only_others_change(self):
        story = begin().to_terms().freeze()
        changed = replace(story.task("batch"), since=story.facts.now + timedelta(hours=1), number=2)
        assert story.consequence(story.facts.with_task(changed)).facts.contract is not None

    def test_its_signatures_end_with_it(self):
        story = begin().to_signature().sign("giver").refuse_to_sign("taker")
        assert [one.ended_at for one in story.facts.signatures] == [story.facts.now]
        assert story.stage == "terms"

    @pytest.mark.parametrize("happens", ["joins", "leaves"])
    def test_it_ends_when_a_party_joins_or_leaves_since_it_names_all(self, happens):
        story = begin(carrier=1).to_trial().give("haul").give("batch").agree("passed").go("to_terms").freeze()
        story.agree("our_contract")
        if happens == "joins":
            story.seat("carrier")
        else:
            story.leave("carrier")
        assert story.facts.contract is None
        assert {one.state for one in story.facts.asked_at("our_contract")} == {"lapsed"}

    def test_one_that_ends_while_it_is_signed_is_made_anew(self):
        story = begin().to_signature().sign("giver").seat("carrier")
        assert (story.stage, story.facts.contract) == ("terms", None)
        story.freeze(text="with the carrier").agree("our_contract").go("to_signature").sign("giver").sign("taker")
        assert story.stage == "agreed"

    def test_a_new_version_asks_again_and_says_which_changed(self):
        story = begin().to_terms().freeze().agree("our_contract").freeze(text="in other words")
        assert [(one.state, one.changed) for one in story.facts.asked_at("our_contract")] == [
            ("lapsed", "contract=1>2")] * 2
        with pytest.raises(Refused):
            story.go("to_signature")

    def test_what_a_figure_in_it_is_worked_out_from_counts_as_in_it(self):
        text = TWO_SIDES.replace("need: {of: taker,", """sum:
        of: taker
        fields: {total: {type: computed, operation: sum, of: [figures.stream.mass, figures.need.value]}}
      need: {of: taker,""").replace("mass: figures.stream.mass}, text: \"$mass a year\"",
                                     "all: figures.sum.total}, text: \"$all a year\"")
        assert contract_inputs(facts_of(definition(text))) == {"sum", "stream", "need"}

    def test_figures_annexes_and_duties_are_in_it(self):
        text = TWO_SIDES + """
annexes: {rows: {title: Rows, of: figures.need.value}}
duties: [{rows: trial.batch.value, what: what, party: party, due: due}]
"""
        assert contract_inputs(facts_of(definition(text))) == {"stream", "need", "batch"}

    def test_what_a_clause_hangs_on_and_what_is_to_be_decided_before_are_in_it(self):
        hanging = DEPOSIT.replace("mass: figures.stream.mass}", "mass: figures.stream.mass}, "
                                  "only_if: {answer: figures.need.kind, is: deposit}")
        assert contract_inputs(facts_of(definition(hanging))) == {"stream", "need"}
        ending = TWO_SIDES.replace("need: {of: taker,", "need: {of: taker, fields: {start: {type: date}, term: "
                                   "{type: whole, unit: a}, notice: {type: whole, unit: month}},") + """
decide: [{what: Give notice, of: giver, start: figures.need.start, term: figures.need.term,
          notice: figures.need.notice}]
"""
        assert contract_inputs(facts_of(definition(ending))) == {"stream", "need"}

    def test_a_short_agreement_ends_when_who_signs_it_joins_or_leaves_later(self):
        text = TWO_SIDES.replace("need: {of: taker,", "need: {of: [taker, carrier], kind: sign, agreement: Quiet.,")
        for when, stands in ((-1, True), (1, False)):
            story = begin(text, carrier=1)
            carrier = story.facts.party(story.number("carrier"))
            story.freeze("taker", paper="need")
            joined = replace(carrier, joined_at=story.facts.now + timedelta(minutes=when))
            story.consequence(story.facts.with_party(joined))
            assert (story.facts.standing("need") is not None) is stands
