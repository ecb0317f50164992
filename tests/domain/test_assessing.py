"""What single answers to an assessment come to, for a party and between parties."""

from decimal import Decimal

from cocreate.domain.answers import Answer, Tally
from cocreate.domain.asking import fields_of
from cocreate.domain.assessing import compare, result, with_voice
from cocreate.domain.saying import spread
from tests.support.facts import begin
from workflows.definition import Task

MOOD = Task.model_validate({
    "title": "Mood", "why": "It counts.", "of": "giver", "kind": "assessment", "due": {"days": 3},
    "statements": {"open": {"text": "We are open."}, "fair": {"text": "It is fair."}}})


def answers(*given):
    """The sheets of so many people: score of "open", of "fair", and a comment to the first."""
    task = begin().task("stream")
    for person, (open_, fair, comment) in enumerate(given, 1):
        sheet = {"open": Answer(open_), "fair": Answer(fair)} | ({"open_comment": Answer(comment)} if comment else {})
        task = with_voice(task, person, sheet)
    return result(MOOD, task.voices)


def said(given, key="open"):
    return spread(fields_of(MOOD)[key], given[key].value)


class TestResult:
    def test_is_how_often_which_answer_was_given_and_names_nobody(self):
        found = answers(("s2", "s4", "Late again."), ("s4", "s4", ""), ("s2", "cannot_say", "Calls help."))
        assert found["open"].value == Tally((("s2", 2), ("s4", 1)))
        assert found["open"].value.mean == Decimal("2.67")
        assert found["open_comment"].value == "Calls help.\n\nLate again."
        assert said(found) == "2.67 on average (3 people): 2 × 2, 1 × 4"
        assert said(found, "fair") == "4 on average (3 people): 2 × 4, 1 × Cannot say"

    def test_of_two_people_only_the_mean_is_said(self):
        assert said(answers(("s1", "s4", ""), ("s5", "s4", ""))) == "3 on average (2 people)"
        assert said(answers(("s1", "s4", ""))) == "1, not at all (one person)"
        assert said(answers(("cannot_say", "s4", ""), ("cannot_say", "s4", ""))) == "Cannot say (2 people)"


class TestCompare:
    def test_shows_differences_between_and_within_parties_first(self):
        first, second = answers(("s5", "s4", "")), answers(("s4", "s4", ""), ("s4", "s4", ""))
        assert [(one.key, one.gap, one.apart) for one in compare(MOOD, {1: first, 2: second})] == [
            ("open", Decimal("1.00"), True), ("fair", Decimal("0.00"), False)]
        split = answers(("s5", "s1", ""), ("s5", "s5", ""), ("s5", "s3", ""))
        open_, fair = compare(MOOD, {1: first, 2: split})[::-1]
        assert (fair.key, fair.split, fair.differs) == ("fair", (2,), True) and not open_.differs

    def test_what_all_doubt_follows(self):
        low = answers(("s2", "s4", ""))
        assert [(one.key, one.low) for one in compare(MOOD, {1: low, 2: low})] == [("open", (1, 2)), ("fair", ())]
