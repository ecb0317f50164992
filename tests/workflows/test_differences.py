"""What a version of a template says otherwise than the one before."""

from tests.support.smallest import SMALL, changed
from workflows.exchange.differences import Difference, between
from workflows.exchange.yaml_text import read


def of(text):
    return between(read(SMALL), read(text))


class TestBetween:
    def test_of_the_same_there_is_none(self):
        assert of(SMALL) == ()

    def test_what_changed_stands_with_both_values(self):
        assert of(changed("target: 5", "target: 6")) == (Difference("changed", "stages.talk.target", "5", "6"),)

    def test_what_came_and_what_went_stand_once_as_a_whole(self):
        text = changed("      ok: {question: OK?,", "      fine: {question: OK?,").replace("{gate: ok}", "{gate: fine}")
        found = of(text)
        assert [(one.kind, one.path) for one in found[:2]] == [
            ("added", "stages.talk.gates.fine"), ("removed", "stages.talk.gates.ok")]
        assert "OK?" in found[0].after and "OK?" in found[1].before

    def test_entries_of_a_list_are_compared_one_by_one(self):
        assert of(changed("at: [-1]}", "at: [-2]}")) == (Difference("changed", "reminders.0.at", "[-1]", "[-2]"),)

    def test_an_order_that_changed_is_a_difference(self):
        line = "  done: {from: sign, to: agreed, automatic: true, when: {contract: signed}}\n"
        found = of(changed(line, "").replace("transitions:\n", f"transitions:\n{line}"))
        assert [(one.kind, one.path) for one in found] == [("moved", "transitions")]

    def test_a_long_value_is_cut(self):
        (found,) = of(changed("summary: As little as there can be.", f"summary: {'long ' * 100}"))
        assert len(found.after) == 160 and found.after.endswith("...")
