"""Who agrees on a text that is to be signed."""

import pytest

from cocreate.sentences import agreeing
from cocreate.words import Reader
from tests.support.facts import begin


def said(rule, *agree, takers=1, of="giver, taker"):
    story = begin(f"""
parties: {{giver: {{contracting: true}}, taker: {{contracting: true, many: {{max: 9}}}}}}
stages: {{terms: {{contract: prepared, gates: {{our_contract: {{of: [{of}], about: contract, rule: {rule}}}}}}},
          signature: {{contract: signed}}}}
transitions: {{to_signature: {{from: terms, to: signature, when: {{contract: agreed}}}}}}
""", taker=takers).freeze()
    for party in agree:
        story = story.decide("our_contract", party)
    return agreeing.on_the_text(story.facts, Reader(), lambda party: story.facts.party(party).name)


class TestOnTheText:
    def test_all_where_all_agree(self):
        assert said("any", "giver", "taker") == "All parties agree on the text."

    @pytest.mark.parametrize(("rule", "words"), [
        ("any", "One party that agrees is enough."), ("{at_least: 1}", "At least 1 of 2 must agree."),
        ("{at_least: 1, of: giver}", "At least 1 of 1 as Giver must agree."),
        ("any, veto: [taker]", "One party that agrees is enough. taker has a veto.")])
    def test_else_who_and_by_which_rule(self, rule, words):
        assert said(rule, "giver") == f"giver agrees on the text. {words} taker has not agreed to it."

    def test_of_many_some_are_named(self):
        assert said("one_per_side", "giver", "taker", takers=8) == (
            "giver and taker agree on the text. One party of each side must agree. "
            "taker.2, taker.3, taker.4 and 4 more have not agreed to it.")

    def test_who_is_not_asked_is_not_said_to_have_withheld_it(self):
        assert said("all", "giver", of="giver", takers=2) == (
            "giver agrees on the text. All parties asked must agree. taker and taker.2 are asked only to sign.")
