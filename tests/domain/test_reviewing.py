"""A review that says that something has to change is somebody's turn."""

from decimal import Decimal

from cocreate.domain.answers import Answer
from cocreate.domain.reviewing import wanted_change
from cocreate.domain.turns import of_party, turns
from cocreate.services.acts.contributions import Submit
from cocreate.services.acts.reopening import Reopen
from tests.support.facts import REASON, TWO_SIDES, Story, begin, champion, signatory

NEED = "      need: {of: taker, accepted_by: giver}\n"
SOUND = "      sound: {of: [giver, taker], kind: review, reviews: need}\n"
REVIEWED = TWO_SIDES.replace(NEED, NEED + SOUND).replace("task:need", "task:sound")
FINAL = REVIEWED.replace("need: {of: taker,", "need: {of: taker, final: true,")


def said(verdict: str, by: str, story: Story | None = None) -> Story:
    story = story or begin(REVIEWED).give("stream").give("need")
    task = story.task("sound", by)
    answers = {"verdict": Answer(verdict), "remarks": Answer("At least 18,000.")}
    return story.act(Submit("sound", task.party, task.number, 0, answers), champion(task.party))


def doubted(story: Story, person: int) -> list[tuple[str, int | None]]:
    return [(turn.key, turn.party) for turn in turns(story.facts, person) if turn.act == "doubted"]


class TestWhoseTurn:
    def test_of_who_gave_it_and_of_nobody_else(self):
        story = said("change", "giver")
        assert doubted(story, champion(2)) == [("sound", 1)]
        assert doubted(story, champion(1)) == doubted(story, signatory(1)) == doubted(story, signatory(2)) == []
        assert "doubted" in {turn.act for turn in of_party(story.facts, 2)}

    def test_what_is_right_as_it_is_asks_nothing(self):
        assert doubted(said("fine", "giver"), champion(2)) == []

    def test_until_it_is_opened_again_also_once_it_is_given_anew(self):
        story = said("change", "giver")
        story.act(Reopen("need", 2, story.task("need").number, REASON), champion(2))
        assert doubted(story, champion(2)) == []
        assert doubted(story.wait(hours=1).give("need"), champion(2)) == []

    def test_until_the_party_agrees_all_the_same(self):
        story = said("fine", "taker", said("change", "giver"))
        assert doubted(story, champion(2)) == [("sound", 1)]
        assert doubted(story.decide("picture", "giver"), champion(2)) == []

    def test_not_of_what_is_final_since_nobody_can_open_it_again(self):
        story = begin(FINAL).give("stream").give("need")
        assert doubted(said("change", "giver", story), champion(2)) == []

    def test_holds_nothing_up(self):
        story = said("fine", "taker", said("change", "giver")).decide("picture", "taker")
        assert ("decide", "picture") in [(turn.act, turn.key) for turn in turns(story.facts, signatory(1))]
        assert doubted(story.decide("picture", "giver").go("to_trial"), champion(2)) == []


def test_the_remarks_of_who_asks_for_a_change():
    assert wanted_change({"verdict": Answer("change"), "remarks": Answer("Later.")}) == "Later."
    assert wanted_change({"verdict": Answer("change")}) == ""
    assert wanted_change({"verdict": Answer("fine"), "remarks": Answer("Good.")}) is None
    assert wanted_change({"verdict": Answer(Decimal(1))}) is None and wanted_change({}) is None
