"""When what is asked is due, by rules and by days that somebody named."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from tests.support.facts import TWO_SIDES, begin
from tests.support.several import USERS, working_days_later


class TestDue:
    def test_nobody_is_late_from_the_first_minute(self):
        story = begin().to_trial().wait(days=30).give("batch")
        assert story.decision("passed", "giver").due_at == working_days_later(story.facts.now, 3)

    def test_after_a_task_counts_from_when_the_last_organisation_was_accepted(self):
        text = USERS.replace("plan: {of: maker}", """plan: {of: user}
      next: {of: maker, due: {days: 2, after: "task:plan"}}""")
        story = begin(text, user=2).give("plan", "user")
        assert story.task("next").due_at is None
        story.wait(days=7).give("plan", "user.2")
        assert story.task("next").due_at == working_days_later(story.facts.now, 2)

    def test_nothing_is_due_before_what_it_waits_for(self):
        text = TWO_SIDES.replace("need: {of: taker,", "last: {of: taker, due: {days: 1}, after: [need]}\n"
                                 "      need: {of: taker, due: {days: 2}, after: [stream],")
        story = begin(text)
        assert story.task("stream").due_at == story.task("need").due_at == story.task("last").due_at
        moved = replace(story.task("stream"), due_at=story.task("stream").due_at + timedelta(days=7))
        story.consequence(story.facts.with_task(moved))
        assert story.task("last").due_at == moved.due_at
        story.give("stream")
        assert story.task("need").due_at == moved.due_at  # what was promised stays
        story.wait(days=30).give("need")
        assert story.task("last").due_at == working_days_later(story.facts.now, 1)  # nobody is late at once

    def test_what_came_early_holds_nothing_up(self):
        text = TWO_SIDES.replace("need: {of: taker,", 'need: {of: taker, due: {days: 1, after: "task:stream"}, '
                                 "after: [stream],")
        story = begin(text)
        promised = story.task("stream").due_at
        story.give("stream")
        assert story.task("need").due_at == working_days_later(story.facts.now, 1) < promised

    def test_what_lies_before_a_target_too_near_is_due_tomorrow(self):
        text = TWO_SIDES.replace("batch: {of: taker}", "batch: {of: taker, due: {days: 200, before: target}}")
        story = begin(text).to_trial()
        assert story.task("batch").due_at == working_days_later(story.facts.now, 1)


class TestDaysThatSomebodyNamed:
    TEXT = TWO_SIDES.replace("mass: {type: quantity, unit: t/a}", (
        "mass: {type: quantity, unit: t/a}, ends: {type: date}")).replace("need: {of: taker, accepted_by: giver}", (
            'need: {of: taker, accepted_by: giver, due: {days: 2, after: "field:figures.stream.ends"}}'))

    def test_what_follows_them_has_a_date_once_they_are_accepted(self):
        story = begin(self.TEXT).submit("stream", ends=date(2027, 5, 6))  # a Thursday
        assert story.task("need").due_at is None
        story.accept("stream", "taker")
        assert story.task("need").due_at == datetime(2027, 5, 10, 17, tzinfo=UTC)

    def test_of_several_the_latest_counts_when_all_are_known(self):
        text = self.TEXT.replace("stream: {of: giver,", "stream: {of: [giver, carrier],").replace(
            "mass: figures.stream.mass", "mass: figures.stream.mass@giver")
        story = begin(text, carrier=1).give("stream", "giver", ends=date(2027, 5, 6))
        assert story.task("need").due_at is None
        story.give("stream", "carrier", ends=date(2027, 5, 3))
        assert story.task("need").due_at == datetime(2027, 5, 10, 17, tzinfo=UTC)

    def test_a_day_that_has_passed_makes_nobody_late(self):
        story = begin(self.TEXT).give("stream", ends=date(2026, 5, 6))
        assert story.task("need").due_at > story.facts.now
