"""The shipped templates: what a practitioner recognises, short enough to walk by hand."""

from importlib.resources import files

import pytest

from workflows import library
from workflows.definition import Definition
from workflows.texts import say

SYMBIOSIS = "industrial_symbiosis"


@pytest.fixture(params=library.names())
def shipped(request: pytest.FixtureRequest) -> Definition:
    return library.load(request.param)


class TestEvery:
    def test_is_found_under_its_key(self, shipped):
        assert library.load(shipped.key) is shipped

    def test_asks_for_a_form_a_person_fills_in_one_sitting(self, shipped):
        assert all(len(task.fields) <= 10 and task.minutes <= 60 for _, task in shipped.tasks.values())

    def test_says_why_and_how_long_it_takes(self, shipped):
        assert all(say(task.why).endswith(".") and task.minutes >= 5 for _, task in shipped.tasks.values())

    def test_every_example_names_its_source(self, shipped):
        examples = [field.example for _, _, _, field in shipped.fields() if field.example]
        assert examples
        assert all(any(digit in example.source for digit in "12") or "," in example.source for example in examples)


class TestUnknown:
    @pytest.mark.parametrize("key", ["none", "../library/industrial_symbiosis", "", "__init__"])
    def test_is_a_key_error(self, key):
        with pytest.raises(KeyError):
            library.load(key)

    def test_nothing_else_lies_in_the_folder(self):
        names = {entry.name for entry in files(library).iterdir()} - {"__init__.py", "__pycache__"}
        assert names == {f"{key}.yaml" for key in library.names()}


class TestIndustrialSymbiosis:
    def test_backbone(self):
        definition = library.load(SYMBIOSIS)
        assert [*definition.stages] == ["idea", "partners", "baseline", "design", "value_case", "pilot", "terms",
                                        "signature"]
        assert [stage.target for stage in definition.stages.values()] == [10, 10, 30, 40, 15, 60, 20, 10]
        assert [key for key, seat in definition.parties.items() if seat.contracting] == ["giver", "taker"]

    def test_can_be_walked_by_hand(self):
        definition = library.load(SYMBIOSIS)
        certain = {key for key, seat in definition.parties.items() if seat.required}
        assert sum(len(set(task.of) & certain) for _, task in definition.tasks.values() if task.required) <= 25

    def test_each_side_accepts_what_the_other_says_of_today(self):
        tasks = library.load(SYMBIOSIS).stages["baseline"].tasks.values()
        assert {(task.of[0], task.accepted_by) for task in tasks} == {("giver", "taker"), ("taker", "giver")}

    def test_clauses_of_the_trade(self):
        """One for each topic that must be settled between a giver and a taker."""
        assert {"subject", "handover", "quality", "data", "price", "indicators", "status", "liability", "term",
                "interruption", "team"} <= library.load(SYMBIOSIS).clauses.keys()
