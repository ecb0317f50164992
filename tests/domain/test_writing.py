"""A canvas that waits for entries of others: whose turn that is, until when, and who hears of it."""

import json

import pytest

from cocreate.domain import reminding
from cocreate.domain.answers import Answer
from cocreate.domain.causes import still
from cocreate.domain.hearing import Subject
from cocreate.domain.nudges import asks, of_refusal
from cocreate.domain.turns import of_party, turns, waits_for
from cocreate.services.acts.canvases import AddEntry, There, WithdrawEntry
from cocreate.services.acts.contributions import Accept, Submit
from tests.support.facts import TWO_SIDES, Story, begin, champion, signatory

GIVER, TAKER, CARRIER = 1, 2, 3
BOARD = """      board:
        of: giver
        kind: canvas
        after: [stream]
        boxes:
          aim: {title: Aim}
          giver_gain: {title: What the giver gains, of: giver}
          taker_gain: {title: What the taker gains, of: taker}
          worry: {title: What worries us, of: [giver, taker]}
    gates:
      picture"""
STANDS = {box: Answer("As said (giver)") for box in ("aim", "giver_gain", "taker_gain", "worry")}
OURS = str(Subject("entries", "board@1", TAKER))


def story(**seats: int) -> Story:
    """The canvas waits for the stream, so that it can be seen to begin."""
    return begin(TWO_SIDES.replace("    gates:\n      picture", BOARD), **seats)


def begun(**seats: int) -> Story:
    return story(**seats).give("stream")


def write(one: Story, party: int, *boxes: str) -> Story:
    for box in boxes:
        one.act(AddEntry("board", GIVER, box, f"{box} of {party}"), champion(party))
    return one


def withdraw(one: Story, party: int, box: str, *, others: bool = False) -> Story:
    there = There(champion(party), (), withdrawn=False, box=box, giver=party, others=others)
    return one.act(WithdrawEntry("board", GIVER, 7, there), champion(party))


def is_asked(one: Story, person: int) -> bool:
    return ("write", "board@1", one.facts.member(person).party) in {
        (turn.act, turn.key, turn.party) for turn in turns(one.facts, person)}


def unwritten(one: Story) -> list[tuple[int | None, tuple[str, ...]]]:
    return [(why.party, why.values["boxes"]) for why in waits_for(one.facts) if why.code == "canvas.unwritten"]


def about_it(one: Story) -> list[str]:
    return [why.code for why in waits_for(one.facts) if why.values.get("task") == "board" and "gate" not in why.values]


class TestWhoseTurn:
    def test_is_that_of_every_party_whose_boxes_await_an_entry(self):
        assert not is_asked(story(), champion(TAKER))  # it cannot begin yet
        one = begun(carrier=1)
        assert is_asked(one, champion(TAKER))
        assert not is_asked(one, champion(GIVER))  # who is asked for the whole has that as their turn
        assert not is_asked(one, champion(CARRIER))  # no box is theirs
        assert [turn.act for turn in of_party(one.facts, TAKER)] == ["write"]

    def test_ends_once_they_have_written_in_all_of_them(self):
        one = write(begun(), TAKER, "taker_gain", "aim")
        assert is_asked(one, champion(TAKER)) and unwritten(one) == [(TAKER, ("worry",))]
        write(write(one, GIVER, "worry"), TAKER, "giver_gain")
        assert is_asked(one, champion(TAKER))  # what others wrote there is not theirs
        assert not is_asked(write(one, TAKER, "worry"), champion(TAKER)) and unwritten(one) == []

    def test_begins_again_with_the_last_entry_withdrawn(self):
        one = write(begun(), TAKER, "taker_gain", "worry")
        assert not is_asked(withdraw(one, TAKER, "worry", others=True), champion(TAKER))
        assert is_asked(withdraw(one, TAKER, "worry"), champion(TAKER))

    def test_ends_with_the_canvas_submitted_and_stays_with_who_has_to_change_it(self):
        one = begun()
        one.act(Submit("board", GIVER, 0, 0, STANDS, entries=True), champion(GIVER))
        assert not is_asked(one, champion(TAKER)) and unwritten(one) == []

    def test_each_of_several_in_a_seat_writes_its_own(self):
        text = TWO_SIDES.replace("    gates:\n      picture", BOARD).replace(
            "  carrier: {required: false}", "  carrier: {required: false, many: {min: 1, max: 4}}").replace(
            "taker_gain: {title: What the taker gains, of: taker}", "reach: {title: How far, of: carrier}")
        one = begin(text, carrier=2).give("stream")
        write(one, 3, "reach")
        assert not is_asked(one, champion(3)) and is_asked(one, champion(4))

    def test_is_no_ones_where_the_definition_names_nobody(self):
        text = TWO_SIDES.replace("    gates:\n      picture", BOARD)
        for of in (", of: giver", ", of: taker", ", of: [giver, taker]"):
            text = text.replace(f"{of}}}\n", "}\n")
        one = begin(text).give("stream")
        assert not is_asked(one, champion(TAKER)) and unwritten(one) == []

    def test_is_nobodys_once_the_project_went_on_without_it(self):
        text = TWO_SIDES.replace("    gates:\n      picture", BOARD).replace(
            "        kind: canvas", "        kind: canvas\n        required: false")
        one = begin(text).give("stream")
        assert is_asked(one, champion(TAKER)) and unwritten(one) == []  # nothing waits for it
        one.give("need").agree("picture").go("to_trial")
        assert not is_asked(one, champion(TAKER)) and OURS not in reminding.owed(one.facts)


class TestWhatWaits:
    def test_for_who_is_asked_first_until_they_have_begun(self):
        one = begun().give("need")
        assert about_it(one) == ["task.not_begun", "canvas.unwritten"]
        write(one, GIVER, "aim")
        assert about_it(one) == ["canvas.unwritten", "task.not_begun"]

    def test_is_owed_by_the_one_who_has_not_written(self):
        one = begun()
        why = next(why for why in waits_for(one.facts) if why.code == "canvas.unwritten")
        owed, = of_refusal(one.facts, why)
        assert (owed.subject, owed.party, owed.persons) == (OURS, TAKER, (champion(TAKER),))
        write(one, TAKER, "taker_gain", "worry")
        assert OURS not in {one.subject for one in asks(one.facts)}


class TestWhoHears:
    def test_a_mail_with_the_beginning_of_the_canvas_and_none_later(self):
        one = story().submit("stream").act(Accept("stream", GIVER, 1), signatory(TAKER))
        assert {("ask", champion(GIVER)), ("ask", champion(TAKER))} <= one.mails()
        write(one, TAKER, "worry")
        assert "ask" not in one.kinds()
        withdraw(one, TAKER, "worry")
        assert "ask" not in one.kinds()

    def test_only_those_whose_boxes_still_wait_when_it_is_opened_again(self):
        one = begun()
        write(one, TAKER, "taker_gain", "worry")
        one.act(Submit("board", GIVER, 0, 0, STANDS, entries=True), champion(GIVER))
        one.reopen("board", by="giver")
        assert ("ask", champion(TAKER)) not in one.mails() and not is_asked(one, champion(TAKER))

    def test_reminders_as_of_the_task_until_they_have_written(self):
        one = begun()
        rows = [row for row in one.plan()[1] if row["subject"] == OURS]
        mine = [row for row in one.plan()[1] if row["subject"] == "task:board:1"]
        assert {row["recipient"] for row in rows} == {champion(TAKER)}
        assert [(row["kind"], row["occurrence"], row["round"]) for row in rows] == [
            (row["kind"], row["occurrence"], row["round"]) for row in mine]
        write(one, TAKER, "taker_gain")
        assert OURS not in one.plan()[0]
        write(one, TAKER, "worry")
        assert OURS in one.plan()[0]

    @pytest.mark.parametrize("kind", ["ask", "due_soon", "overdue"])
    def test_no_mail_any_more_once_they_have_written(self, kind):
        one, subject = begun(), Subject.parse(OURS)
        assert subject and subject.task == ("board", 1) and still(kind, subject, one.facts)
        assert not still(kind, subject, write(one, TAKER, "taker_gain", "worry").facts)


def test_a_row_of_the_task_is_written_only_with_the_first_entry_of_a_party_in_a_box():
    one = write(begun(), TAKER, "worry")
    assert json.loads(one.task("board").written) == {"2": ["worry"]}
    before = one.task("board")
    assert write(one, TAKER, "worry").task("board") is before
