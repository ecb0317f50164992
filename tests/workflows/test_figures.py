"""What a condition on a figure means."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.facts import TWO_SIDES, begin
from tests.support.refusing import codes, why
from workflows.facts import FigureFact, ProposalFact, ProposalState, versions_of


class TestFigures:
    MASS = "figures.stream.mass"

    def facts(self, *values, unit="t/a", **more):
        figures = tuple(FigureFact(self.MASS, party, 1, Decimal(str(value)), unit, **more)
                        for party, value in enumerate(values, 1))
        return replace(begin().facts, figures=figures)

    @given(st.decimals(-5, 5, places=1), st.decimals(-5, 5, places=1))
    def test_compares_and_not_is_the_opposite(self, value, limit):
        facts = self.facts(value)
        for relation, holds in {"at_least": value >= limit, "at_most": value <= limit, "above": value > limit,
                                "below": value < limit}.items():
            when = {"figure": {"path": self.MASS, relation: limit}}
            assert (not why(facts, when)) is holds
            assert (not why(facts, {"not": when})) is not holds

    @pytest.mark.parametrize(("values", "code"), [((), "figure.missing"), ((1, 2), "figure.two_values")])
    def test_what_is_unknown_holds_neither_nor(self, values, code):
        facts = self.facts(*values)
        for relation in ("at_least", "at_most", "above", "below"):
            when = {"figure": {"path": self.MASS, relation: 1}}
            assert codes(facts, when) == codes(facts, {"not": when}) == [code]

    @pytest.mark.parametrize("values", [(), (1, 2)])
    def test_nor_does_a_comparison_with_what_is_unknown(self, values):
        facts = self.facts(*values)
        known = FigureFact("figures.need.value", 2, 1, Decimal(1), None)
        other = replace(facts, figures=(*facts.figures, known))
        when = {"figure": {"path": "figures.need.value", "above": self.MASS}}
        assert why(other, when)
        assert why(other, {"not": when})

    def test_one_that_was_settled_counts_until_somebody_gives_another(self):
        when = {"figure": {"path": self.MASS, "at_least": 14}}
        facts = self.facts(13, 15)
        body = f'{{"of": "{versions_of(facts.figures)}", "value": "14", "unit": "t/a"}}'
        settled = facts.with_proposal(ProposalFact(1, "settle", self.MASS, body, 1, 11, facts.now, "1 2", "1 2",
                                                   ProposalState.AGREED, facts.now))
        assert codes(settled, when) == []
        assert codes(settled.with_proposal(replace(settled.proposals[0], state=ProposalState.OPEN)), when)
        newer = replace(settled, figures=(facts.figures[0], replace(facts.figures[1], number=2)))
        assert codes(newer, when) == ["figure.two_values"]

    EACH = TWO_SIDES.replace("need: {of: taker, accepted_by: giver}",
                             "need: {of: [giver, taker], fields: {value: {type: quantity, unit: t}}}")

    def test_of_a_seat_each_organisation_has_to_reach_it(self):
        text = """
parties: {maker: {contracting: true}, user: {many: {max: 9}}}
stages: {work: {tasks: {use: {of: [maker, user], fields: {hours: {type: quantity, unit: h}}}}}, end: {}}
transitions: {go: {from: work, to: end, when: {figure: {path: work.use.hours@user, at_least: 5}}}}
"""
        when = {"figure": {"path": "work.use.hours@user", "at_least": 5}}
        story = begin(text, user=2)
        assert [(one.code, one.party) for one in why(story.facts, when)] == [("figure.missing", 2),
                                                                             ("figure.missing", 3)]
        story.give("use", "maker", hours=1).give("use", "user", hours=5)
        assert [(one.code, one.party) for one in why(story.facts, when)] == [("figure.missing", 3)]
        story.give("use", "user.2", hours=4)
        assert [(one.code, one.party, one.values["value"]) for one in why(story.facts, when)] == [
            ("figure.limit", 3, 4)]
        assert [one.party for one in why(story.facts, {"not": when})] == [2]
        assert codes(story.facts, {"figure": {"path": "work.use.hours@user", "at_least": "work.use.hours@maker"}}) == []
        assert codes(begin(text, user=0).facts, when) == ["figure.missing"]

    def test_of_two_seats_without_saying_whose_they_have_to_settle(self):
        story = begin(self.EACH).give("need", "giver", value=3).give("need", "taker", value=5)
        refusal, = why(story.facts, {"figure": {"path": "figures.need.value", "at_least": 1}})
        assert (refusal.code, refusal.values["a"].value, refusal.values["b"].value) == ("figure.two_values", 3, 5)

    def test_a_computed_one_says_what_it_still_rests_on(self):
        text = TWO_SIDES.replace("mass: {type: quantity, unit: t/a}", (
            "mass: {type: quantity, unit: t/a}, less: {type: quantity, unit: t/a, required: false}, "
            "net: {type: computed, operation: difference, of: [figures.stream.mass, figures.stream.less]}"))
        when = {"figure": {"path": "figures.stream.net", "above": 1}}
        facts = begin(text).facts
        assert [one.values["figure"] for one in why(facts, when)] == ["figures.stream.mass", "figures.stream.less"]
        given = facts.with_figures((FigureFact(self.MASS, 1, 1, Decimal(9), "t/a"),))
        assert [one.values["figure"] for one in why(given, when)] == ["figures.stream.less"]
        waived = given.with_proposal(ProposalFact(1, "waive", "figures.stream.less", "{}", 1, 11, facts.now, "1 2",
                                                  "1 2", ProposalState.AGREED, facts.now))
        assert codes(waived, when) == []
        known = given.with_figures((FigureFact("figures.stream.net", 1, 0, Decimal(1), "t/a"),))
        assert codes(known, when) == ["figure.limit"]

    def test_units_must_agree(self):
        when = {"figure": {"path": self.MASS, "at_least": 1, "unit": "kg/a"}}
        assert codes(self.facts(5), when) == codes(self.facts(5), {"not": when}) == ["figure.units"]

    def test_whoever_may_not_see_both_figures_is_told_neither(self):
        facts = self.facts(5, sees=0b0110)
        facts = replace(facts, figures=(*facts.figures, FigureFact("figures.need.value", 2, 1, Decimal(9), "t/a",
                                                                   sees=0b1100)))
        for a, b in ((self.MASS, "figures.need.value"), ("figures.need.value", self.MASS)):
            refusal, = why(facts, {"figure": {"path": a, "below" if a != self.MASS else "above": b}})
            assert refusal.sees == 0b0100

    def test_the_shown_version_is_the_one_compared(self):
        story = begin().give("stream", mass=3)
        assert codes(story.facts, {"figure": {"path": self.MASS, "at_least": 3, "unit": "t/a"}}) == []
        refusal, = why(story.facts, {"figure": {"path": self.MASS, "above": 3}})
        assert (refusal.values["value"], refusal.values["limit"]) == (3, 3)
