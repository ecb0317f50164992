"""The closed language of guards: what it reads, and that it reads nothing else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.support.facts import condition
from workflows import conditions as c
from workflows.conditions import DEPTH, NODES, walk

READ = [
    ("tasks", c.Tasks), ({"tasks": True}, c.Tasks), ({"task": "stream"}, c.TaskAccepted), ({"gate": "g"}, c.GateAgreed),
    ({"document": "a.b.c"}, c.DocumentThere), ({"answered": 0.9}, c.Answered), ({"party": "giver"}, c.PartySeated),
    ({"figure": {"path": "a.b.c", "at_least": 5}}, c.FigureReaches), ({"contract": "agreed"}, c.ContractIs),
    ({"signed": "nda"}, c.Signed), ({"date": {"not_before": "2027-03-01"}}, c.DateReached), ({"all": ["tasks"]}, c.All),
    ({"any": ["tasks"]}, c.Any_), ({"not": {"figure": {"path": "a.b.c", "below": "a.b.d"}}}, c.Not),
]


class TestReading:
    @pytest.mark.parametrize(("given", "kind"), READ)
    def test_one_key_names_one_condition(self, given, kind):
        assert type(condition(given)) is kind

    @pytest.mark.parametrize(("given", "said"), [
        ("everything", "a condition is 'tasks' or has exactly one of"),
        ({}, "exactly one of"),
        ({"task": "a", "gate": "b"}, "exactly one of"),
        (["tasks"], "exactly one of"),
        ({"eval": "1"}, "unknown condition 'eval'"),
        ({"task": "Not a key"}, "should match pattern"),
        ({"all": []}, "at least 1 item"),
        ({"answered": 0}, "greater than 0"),
        ({"answered": 1.1}, "less than or equal to 1"),
        ({"figure": {"path": "a.b.c"}}, "exactly one of at_least"),
        ({"figure": {"path": "a.b.c", "above": 1, "below": 2}}, "exactly one of at_least"),
        ({"figure": {"path": "a.b", "above": 1}}, "should match pattern"),
        ({"contract": "nearly"}, "'agreed' or 'signed'"),
        ({"tasks": False}, "Input should be True"),
        ({"task": "a", "or": 1}, "exactly one of"),
    ])
    def test_a_mistake_is_named_once(self, given, said):
        with pytest.raises(ValidationError, match=said) as error:
            condition(given)
        assert len(error.value.errors()) == 1

    @pytest.mark.parametrize("inner", ["tasks", {"gate": "g"}, {"any": [{"figure": {"path": "a.b.c", "above": 1}}]}])
    def test_not_stands_only_before_comparisons(self, inner):
        with pytest.raises(ValidationError, match="only before figure and date"):
            condition({"not": inner})

    def test_a_limit_of_nothing_is_still_a_limit(self):
        assert condition({"figure": {"path": "a.b.c", "at_most": 0}}).figure.limit == ("at_most", Decimal(0))

    def test_a_limit_may_be_another_field(self):
        assert condition({"figure": {"path": "a.b.c", "above": "a.b.d"}}).figure.limit == ("above", "a.b.d")


class TestWalk:
    def test_of_nothing_is_nothing(self):
        assert list(walk(None)) == []

    def test_outermost_first_with_depth(self):
        found = walk(condition({"all": [{"any": ["tasks", {"not": {"date": {}}}]}, {"gate": "g"}]}))
        assert [(depth, type(one).__name__) for depth, one in found] == [
            (1, "All"), (2, "Any_"), (3, "Tasks"), (3, "Not"), (4, "DateReached"), (2, "GateAgreed")]

    @given(st.recursive(st.just("tasks"), lambda inner: st.fixed_dictionaries(
        {"all": st.lists(inner, min_size=1, max_size=4)}), max_leaves=80))
    def test_what_is_too_deep_or_too_much_is_refused(self, data):
        def size(one, depth=1):
            inner = one["all"] if isinstance(one, dict) else []
            below = [size(each, depth + 1) for each in inner]
            return 1 + sum(n for n, _ in below), max([depth, *(d for _, d in below)])

        nodes, depth = size(data)
        if nodes > NODES or depth > DEPTH:
            with pytest.raises(ValidationError, match="nested at most"):
                condition(data)
        else:
            assert len(list(walk(condition(data)))) == nodes
