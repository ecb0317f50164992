"""Passing on, letting in, waiting outside: decided without a database."""

from datetime import date, timedelta

import pytest

from cocreate.domain.audience import of_parties
from cocreate.domain.turns import turns
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.passing import AnswerPass, EndWait, PassOn, WaitOutside
from tests.support.facts import MANAGER, MONDAY, TWO_SIDES, begin, champion, signatory

HAND = 13  # the giver's contributor; 14 only reads
NEW = {"name": "Lea Roth", "token": "t", "token_sha256": "h", "expires_at": MONDAY + timedelta(days=30)}


class TestPassOn:
    def test_asks_the_colleague_and_nobody_else(self):
        story = begin().act(PassOn("stream", 1, HAND), champion(1))
        assert story.task("stream").asked == HAND
        assert ("ask", HAND) in story.mails()

    def test_single_fields_are_asked_of_a_colleague_and_the_task_stays(self):
        story = begin().act(PassOn("stream", 1, HAND, fields=("mass",)), champion(1))
        task = story.task("stream")
        assert (task.asked, task.shared_with) == (champion(1), {HAND: ("mass",)})
        assert ("ask", HAND) in story.mails()
        assert [turn.key for turn in turns(story.facts, HAND) if turn.mine] == ["stream"]
        story.act(PassOn("stream", 1, HAND), champion(1))
        assert (story.task("stream").asked, story.task("stream").shared_with) == (HAND, {})

    def test_only_fields_of_the_task(self):
        with pytest.raises(Invalid, match="form.broken"):
            begin().act(PassOn("stream", 1, HAND, fields=("price",)), champion(1))

    def test_single_fields_of_a_new_colleague_wait_for_a_champion(self):
        story = begin().act(PassOn("stream", 1, HAND), champion(1))
        story.act(PassOn("stream", 1, 50, **NEW, fields=("mass",)), HAND)
        story.act(AnswerPass("stream", 1, 50, agree=True, token="t", token_sha256="h",
                             expires_at=NEW["expires_at"]), champion(1))
        task = story.task("stream")
        assert (task.asked, task.shared_with) == (HAND, {50: ("mass",)})

    def test_who_was_asked_may_pass_it_on_and_another_contributor_may_not(self):
        story = begin().act(PassOn("stream", 1, HAND), champion(1)).act(PassOn("stream", 1, signatory(1)), HAND)
        with pytest.raises(Forbidden):
            story.act(PassOn("stream", 1, HAND), HAND)

    @pytest.mark.parametrize(("to", "code"), [(champion(2), "pass.elsewhere"), (14, "pass.cannot"),
                                              (99, "pass.nobody")])
    def test_only_to_somebody_who_can_do_it(self, to, code):
        with pytest.raises(Invalid, match=code):
            begin().act(PassOn("stream", 1, to), champion(1))

    def test_a_champion_invites_at_once(self):
        story = begin().act(PassOn("stream", 1, 50, **NEW), champion(1))
        assert story.task("stream").asked == 50
        assert story.facts.member(50).parts == {"contributor"}
        assert [letter.kind for letter in story.change.letters] == ["invitation"]

    def test_if_the_invited_says_no_a_champion_has_it_again(self):
        story = begin().act(PassOn("stream", 1, 50, **NEW), champion(1)).say_no(50)
        assert story.task("stream").asked == champion(1)

    def test_a_contributor_proposes_and_a_champion_lets_in_with_one_act(self):
        story = begin().act(PassOn("stream", 1, HAND), champion(1)).act(PassOn("stream", 1, 50, **NEW), HAND)
        assert (story.task("stream").asked, story.facts.member(50)) == (HAND, None)
        assert "let_in" in {turn.act for turn in turns(story.facts, champion(1))}
        assert not {turn.act for person in (HAND, champion(2), MANAGER) for turn in turns(story.facts, person)} & {
            "let_in"}
        story.act(AnswerPass("stream", 1, 50, agree=True, token="t", token_sha256="h",
                             expires_at=NEW["expires_at"]), champion(1))
        assert (story.task("stream").asked, story.task("stream").wanted) == (50, None)

    def test_or_does_not(self):
        story = begin().act(PassOn("stream", 1, HAND), champion(1)).act(PassOn("stream", 1, 50, **NEW), HAND)
        with pytest.raises(Forbidden):
            story.act(AnswerPass("stream", 1, 50, agree=True), HAND)
        story.act(AnswerPass("stream", 1, 50, agree=False), champion(1))
        assert (story.task("stream").asked, story.facts.member(50)) == (HAND, None)
        with pytest.raises(Conflict, match="pass.answered"):
            story.act(AnswerPass("stream", 1, 50, agree=True), champion(1))

    def test_what_is_submitted_is_not_passed_on(self):
        with pytest.raises(Conflict, match="contribution.not_open"):
            begin().submit("stream").act(PassOn("stream", 1, HAND), champion(1))


class TestWaiting:
    def test_moves_the_due_date_only_where_asked(self):
        story = begin()
        due = story.task("stream").due_at
        story.act(WaitOutside("stream", 1, "the bank", date(2027, 4, 1)), champion(1))
        assert story.task("stream").due_at == due
        story.act(WaitOutside("stream", 1, "the bank", date(2027, 4, 1), move=True), champion(1))
        assert story.task("stream").due_at.date() == date(2027, 4, 2)
        assert story.plan()[1]  # reminders are planned anew

    @pytest.mark.parametrize(("until", "code"), [(date(2027, 3, 1), "until_past"), (date(2031, 1, 1), "until_far")])
    def test_wants_a_day_to_come(self, until, code):
        with pytest.raises(Invalid, match=code):
            begin().act(WaitOutside("stream", 1, "the bank", until), champion(1))

    def test_whom_it_waits_for_is_told_to_who_may_see_it(self):
        text = TWO_SIDES.replace("stream: {of: giver,", "stream: {of: giver, visible_to: [taker],")
        story = begin(text, carrier=1)
        story.act(WaitOutside("stream", 1, "The laboratory", story.facts.today + timedelta(days=5)), champion(1))
        assert story.change.sees == of_parties([1, 2]) and story.change.personal["outsider"] == "The laboratory"

    def test_only_its_own_party_says_so(self):
        for person in (champion(2), MANAGER):
            with pytest.raises(Forbidden):
                begin().act(WaitOutside("stream", 1, "the bank", date(2027, 4, 1)), person)

    def test_ends_by_its_people_or_by_the_system_after_its_day(self):
        story = begin().act(WaitOutside("stream", 1, "the bank", date(2027, 3, 3)), champion(1))
        with pytest.raises(Conflict, match="outside.not_yet"):
            story.act(EndWait("stream", 1), None)
        story.wait(days=4).act(EndWait("stream", 1), None)
        assert story.task("stream").outsider is None
        with pytest.raises(Conflict, match="outside.ended"):
            story.act(EndWait("stream", 1), champion(1))

    def test_submitting_ends_it_too(self):
        story = begin().act(WaitOutside("stream", 1, "the bank", date(2027, 4, 1)), champion(1)).submit("stream")
        assert story.task("stream").outside_until is None
