"""The clauses of the shipped templates: what the trade must settle, and that nothing private is printed."""

import re

from tests.support.shipped import field
from workflows import fields as f
from workflows import library
from workflows.texts import say

# What must be settled in each trade; the clauses that do it, none of which may be struck.
MANDATORY = {
    "industrial_symbiosis": {"subject", "quantity", "handover", "quality", "data", "price", "indicators", "status",
                             "liability", "interruption", "term", "team"},
    "take_back": {"subject", "ownership", "take_back", "quality", "data", "price", "indicators", "liability", "exit",
                  "governance", "security"},
    "platform": {"subject", "ownership", "quality", "data", "price", "indicators", "liability", "exit", "governance",
                 "competition"},
    "customer_cooperation": {"subject", "ownership", "take_back", "quality", "data", "ip", "price", "indicators",
                             "liability", "exit", "governance", "security"},
    "proximity": {"subject", "take_back", "quality", "price", "indicators", "liability", "exit"},
    "value_network": {"subject", "ownership", "take_back", "quality", "data", "ip", "price", "indicators", "liability",
                      "exit", "governance", "security", "competition"},
    "open": {"subject", "price", "indicators", "liability", "exit", "governance"},
}
OPTIONAL = {
    "industrial_symbiosis": {"know_how", "security"}, "take_back": {"repair_data"},
    "platform": {"end_of_use", "ip"}, "customer_cooperation": set(),
    "proximity": {"data", "governance", "security", "competition"}, "value_network": set(), "open": {"security"},
}
NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")


class TestClauses:
    def test_number(self, shipped):
        assert 12 <= len(shipped.clauses) <= 20

    def test_what_the_trade_must_settle_can_not_be_struck(self, shipped):
        assert MANDATORY[shipped.key] <= shipped.clauses.keys()
        assert not any(shipped.clauses[key].optional or shipped.clauses[key].only_if for key in MANDATORY[shipped.key])

    def test_what_it_may_settle_can_be_struck(self, shipped):
        assert all(shipped.clauses[key].optional for key in OPTIONAL[shipped.key])

    def test_tables_are_annexes(self, shipped):
        """A table has no words that could stand in a sentence."""
        annexed = {annex.of for annex in shipped.annexes.values()}
        for clause in shipped.clauses.values():
            for path in (need.partition("@")[0] for need in clause.needs.values() if ":" not in need):
                if isinstance(field(shipped, path), f.Table | f.Schedule):
                    assert path in annexed
        used = {need.partition("@")[0] for clause in shipped.clauses.values() for need in clause.needs.values()}
        assert annexed <= used

    def test_an_annex_is_never_empty_because_nobody_was_asked(self, shipped):
        for annex in shipped.annexes.values():
            task = shipped.tasks[annex.of.split(".")[1]][1]
            assert field(shipped, annex.of).required and task.required
            assert all(shipped.parties[seat].required for seat in task.of)

    def test_a_limit_that_the_pilot_shows_wrong_is_changed_after_it(self):
        """A figure by another value; the table of limits, which has none, by the words that come after the pilot."""
        definition = library.load("industrial_symbiosis")
        quality = definition.clauses["quality"]
        of_pilot = [name for name, need in quality.needs.items() if need == "terms.quality_terms.changed_limits"]
        assert of_pilot and f"${of_pilot[0]}" in say(quality.text)
        assert definition.order["pilot"] < definition.order["terms"]

    def test_no_published_figure_stands_in_a_clause(self, shipped):
        published = {number for key in library.names() for _, _, _, one in library.load(key).fields() if one.example
                     for number in NUMBER.findall(say(one.example.text))}
        assert published
        for clause in shipped.clauses.values():
            assert not published & set(NUMBER.findall(say(clause.text)))

    def test_prices_of_suppliers_are_never_printed_for_each_other(self):
        definition = library.load("proximity")
        private = {key for key, (_, task) in definition.tasks.items() if task.visible_to == ["buyer"]}
        assert {"supplier_offer", "supply_terms", "supplier_profile"} <= private
        assert not any(need.split(".")[1] in private for clause in definition.clauses.values()
                       for need in clause.needs.values() if "." in need)
