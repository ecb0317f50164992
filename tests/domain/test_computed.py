"""Figures that are worked out: where a condition or a clause looks at them, from what is known now."""

from decimal import Decimal

from cocreate.domain.computed import with_computed
from tests.support.facts import TWO_SIDES, begin, condition
from workflows.facts import FigureFact
from workflows.guards import reasons

NET = "figures.need.net"
TEXT = TWO_SIDES.replace("need: {of: taker, accepted_by: giver}", """need:
        of: taker
        accepted_by: giver
        fields:
          used: {type: quantity, unit: kg/a}
          rows: {type: table, columns: {used: {type: quantity, unit: t/a, label: Used}}, required: false, least: 0}
          net: {type: computed, operation: difference, unit: t/a, of: [figures.stream.mass, figures.need.used]}
          twice: {type: computed, operation: sum, unit: t/a, of: [figures.need.net, figures.need.net]}
          column: {type: computed, operation: sum, of: [figures.need.rows.used]}""").replace(
    "{gate: picture}]}}", "{gate: picture}, {figure: {path: figures.need.twice, at_least: 10, unit: t/a}}]}}")
MASS = FigureFact("figures.stream.mass", 1, 1, Decimal(9), "t/a", sees=0b0110)
USED = FigureFact("figures.need.used", 2, 1, Decimal(2000), "kg/a", sees=0b1100)


def worked_out(*figures):
    return {one.path: one for one in with_computed(begin(TEXT).facts.with_figures(figures)).figures}


class TestWithComputed:
    def test_units_are_converted_and_the_narrowest_audience_is_inherited(self):
        net = worked_out(MASS, USED)[NET]
        assert (net.value, net.unit, net.party, net.sees) == (7, "t/a", 2, 0b0100)

    def test_one_may_rest_on_another(self):
        assert worked_out(MASS, USED)["figures.need.twice"].value == 14

    def test_is_unknown_as_long_as_one_is_missing_and_another_number_when_one_changes(self):
        assert NET not in worked_out(MASS)
        assert worked_out(MASS, FigureFact(USED.path, 2, 2, Decimal(9000), "kg/a"))[NET].value == 0

    def test_is_unknown_again_once_one_is_gone(self):
        known = with_computed(begin(TEXT).facts.with_figures((MASS, USED)))
        assert {one.path for one in with_computed(known.without_figures("stream", 1)).figures} == {USED.path}

    def test_only_what_somebody_looks_at_is_worked_out(self):
        rows = FigureFact("figures.need.rows.1.used", 2, 1, Decimal(1), "t/a")
        assert "figures.need.column" not in worked_out(MASS, USED, rows)

    def test_a_guard_compares_it(self):
        when = condition({"figure": {"path": "figures.need.twice", "at_least": 10, "unit": "t/a"}})
        story = begin(TEXT).give("stream", mass=9).give("need", used=2000)
        assert reasons(story.facts, when, "figures") == ()
        story = begin(TEXT).give("stream", mass=9).give("need", used=6000)
        refusal, = reasons(story.facts, when, "figures")
        assert (refusal.code, refusal.values["value"]) == ("figure.limit", 6)
