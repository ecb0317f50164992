"""Resting until a day, and going on: by a person, or by the clock."""

from datetime import date
from decimal import Decimal

import pytest

from cocreate.domain.answers import Answer
from cocreate.domain.reminding import owed
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.comments import Say
from cocreate.services.acts.entering import EnterFor
from cocreate.services.acts.holds import Expire, Hold, Resume, latest
from tests.support.facts import FACILITATOR, MANAGER, REASON, TWO_SIDES, begin, champion, signatory
from workflows.calendars import add_working_days, local_day, working_days_between
from workflows.progression import due_after_hold, reopen

GIVER, TAKER = 1, 2
WAITS = {
    "task": begin,
    "check": lambda: begin().submit("stream"),
    "decision": lambda: begin().give("stream").give("need"),
    "signature": lambda: begin().to_signature(),
}
FRIDAY = date(2027, 3, 12)  # the story begins on Monday 1 March


class TestHold:
    @pytest.mark.parametrize("person", [champion(GIVER), champion(TAKER), MANAGER])
    def test_champions_and_the_account_manager_can(self, person):
        story = begin().act(Hold(REASON, FRIDAY), person)
        assert story.facts.project.hold_until == FRIDAY and story.facts.project.held_at == story.facts.now
        assert "hold" in story.kinds()

    @pytest.mark.parametrize("person", [signatory(GIVER), FACILITATOR, 13, 14])
    def test_others_read_who_can(self, person):
        with pytest.raises(Forbidden) as refused:
            begin().act(Hold(REASON, FRIDAY), person)
        assert set(refused.value.values["persons"]) == {MANAGER, champion(GIVER), champion(TAKER)}

    @pytest.mark.parametrize(("reason", "until", "code"), [
        ("short", FRIDAY, "reason.why"), (REASON, date(2027, 3, 1), "hold.past"),
        (REASON, date(2030, 1, 1), "hold.long")])
    def test_needs_a_reason_and_a_day_within_reach(self, reason, until, code):
        with pytest.raises(Invalid, match=code):
            begin().act(Hold(reason, until), MANAGER)

    def test_everything_else_is_refused_meanwhile(self):
        story = begin().act(Hold(REASON, FRIDAY), MANAGER)
        for act in (lambda: story.submit("stream"), lambda: story.invite(90, "giver", "observer"),
                    lambda: story.act(Hold(REASON, FRIDAY), MANAGER)):
            with pytest.raises(Conflict, match="project.on_hold") as refused:
                act()
            assert refused.value.values["until"] == FRIDAY
        assert not story.all_turns()

    def test_what_is_said_meanwhile_moves_no_day(self):
        """What waits for something else is due anew when its day passes; while all rests no day passes."""
        after = TWO_SIDES.replace("need: {of: taker,", "need: {of: taker, after: [stream],")
        due = []
        for talk in (False, True):
            story = begin(after).act(Hold(REASON, date(2027, 3, 31)), MANAGER).wait(days=14)
            if talk:
                story.act(Say("comment", "task:stream:1", "Until April."), champion(GIVER))
            story.wait(days=14).act(Resume(), MANAGER)
            due.append(story.task("need").due_at)
        assert due[0] == due[1] == story.task("stream").due_at

    def test_no_stage_goes_on_of_itself_meanwhile(self):
        story = begin(TWO_SIDES.replace(
            "to: trial, when: {all: [tasks, {gate: picture}]}",
            "to: trial, automatic: true, when: {date: {not_before: '2027-03-05', why: The season begins.}}"))
        story.act(Hold(REASON, FRIDAY), MANAGER).wait(days=7)
        assert story.act(Say("comment", "task:stream:1", "Until Friday."), champion(GIVER)).stage == "figures"
        assert story.act(Resume(), MANAGER).stage == "trial"

    def test_reminders_end_with_it_and_begin_again(self):
        story = begin().act(Hold(REASON, FRIDAY), MANAGER)
        ended, planned = story.plan()
        assert {"task:stream:1", "task:need:2"} <= set(ended) and planned == ()
        ended, planned = story.wait(days=3).act(Resume(), champion(TAKER)).plan()
        assert ended == () and {row["subject"] for row in planned} == {"task:stream:1", "task:need:2"}


class TestResume:
    def test_moves_what_is_due_and_the_target_by_the_working_days_on_hold(self):
        story = begin()
        due, target = story.task("stream").due_at, story.facts.project.target
        story.act(Hold(REASON, FRIDAY), MANAGER).wait(days=7).act(Resume(), MANAGER)
        calendars = story.facts.calendars
        moved = local_day(story.task("stream").due_at, "UTC")
        assert working_days_between(local_day(due, "UTC"), moved, calendars) == 5
        assert story.task("stream").due_at.time() == due.time()
        assert working_days_between(target, story.facts.project.target, calendars) == 5
        assert story.change.details["days"] == 5 and "resumed" in story.kinds()
        assert not story.facts.on_hold and story.facts.project.held_at is None

    @pytest.mark.parametrize("days", [1, 2, 5, 9, 23])
    @pytest.mark.parametrize("waits", sorted(WAITS))
    def test_moves_whatever_is_owed_by_the_same_rule(self, waits, days):
        story = WAITS[waits]()
        before = {subject: matter.due_at for subject, matter in owed(story.facts).items()}
        assert waits in {subject.partition(":")[0] for subject in before}
        facts = story.facts
        story.act(Hold(REASON, latest(facts)), MANAGER).wait(days=days).act(Resume(), MANAGER)
        rested = story.change.details["days"]
        assert {subject: matter.due_at for subject, matter in owed(story.facts).items()} == {
            subject: facts.end_of(add_working_days(facts.day(due), rested, facts.calendars))
            for subject, due in before.items()}
        assert story.all_turns() and not [turn for _, turn in story.all_turns()
                                          if turn.due_at and turn.due_at < story.facts.now]

    def test_moves_what_a_party_is_to_confirm(self):
        story = begin().act(EnterFor("stream", GIVER, 0, {"mass": Answer(Decimal(5), unit="t/a")}), MANAGER)
        story.act(Hold(REASON, FRIDAY), MANAGER)
        then = due_after_hold(story.facts, story.task("stream").due_at)
        story.wait(days=11).act(Expire(), 0)
        assert story.task("stream").due_at == then

    def test_what_is_asked_after_it_is_due_with_what_moved(self):
        story = begin().give("need").wait(days=1).act(Hold(REASON, date(2027, 3, 3)), MANAGER)
        story.wait(days=2).act(Resume(), MANAGER)
        story.consequence(reopen(story.facts, story.task("need"), REASON))
        assert story.task("need").due_at == story.task("stream").due_at
        assert story.facts.day(story.task("stream").due_at) == date(2027, 3, 10)

    def test_until_then_it_is_known_when_what_rests_will_be_due(self):
        story = begin().act(Hold(REASON, FRIDAY), MANAGER)
        due = story.task("stream").due_at
        then = due_after_hold(story.facts, due)
        assert due < then == due_after_hold(story.wait(days=8).facts, due)
        story.wait(days=3).act(Expire(), 0)
        assert story.task("stream").due_at == then == due_after_hold(story.facts, then)

    def test_on_the_same_day_moves_nothing(self):
        story = begin()
        due = story.task("stream").due_at
        assert story.act(Hold(REASON, FRIDAY), MANAGER).act(Resume(), MANAGER).task("stream").due_at == due

    def test_what_is_given_is_not_touched(self):
        story = begin().give("need").act(Hold(REASON, FRIDAY), MANAGER)
        due = story.task("need").due_at
        assert story.wait(days=7).act(Resume(), MANAGER).task("need").due_at == due

    def test_not_twice(self):
        with pytest.raises(Conflict, match="hold.over"):
            begin().act(Resume(), MANAGER)

    def test_is_for_who_may_put_on_hold(self):
        with pytest.raises(Forbidden):
            begin().act(Hold(REASON, FRIDAY), MANAGER).act(Resume(), signatory(GIVER))


class TestExpire:
    def test_the_clock_goes_on_when_the_day_has_come(self):
        story = begin().act(Hold(REASON, FRIDAY), MANAGER)
        with pytest.raises(Conflict, match="hold.over"):
            story.wait(days=10).act(Expire(), 0)
        story.wait(days=1).act(Expire(), 0)
        assert not story.facts.on_hold and "resumed" in story.kinds()

    def test_nobody_else_does_it(self):
        with pytest.raises(Forbidden):
            begin().act(Hold(REASON, FRIDAY), MANAGER).wait(days=11).act(Expire(), MANAGER)
