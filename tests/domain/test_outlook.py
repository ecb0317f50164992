"""When something is due next: also what waits to be checked, and the signatures; and which day of a stage it is."""

from datetime import date, timedelta

from cocreate.domain.outlook import coming, next_date, outlook
from cocreate.domain.reminding import check_by, owed, sign_by
from cocreate.domain.turns import turns
from cocreate.services.acts.holds import Hold, Resume
from tests.support.facts import TWO_SIDES, begin, champion, signatory
from workflows.values import replace


class TestWhatIsDue:
    def test_of_a_contribution_that_waits_to_be_checked(self):
        story = begin().submit("stream").submit("need")
        task = story.task("stream")
        by = check_by(story.facts, task)
        assert next_date(story.facts) == by
        turn = next(turn for turn in turns(story.facts, champion(2)) if turn.act == "check")
        assert turn.due_at == by == owed(story.facts)["check:stream:1"].due_at
        late = replace(story.facts, now=by + timedelta(days=1))
        assert next_date(late) == by  # the board says that it is overdue

    def test_of_the_signatures(self):
        story = begin().give("stream").give("need").agree("picture").go("to_trial").give("batch").agree("passed")
        story.go("to_terms").freeze().agree("our_contract").go("to_signature")
        by = sign_by(story.facts)
        assert next_date(story.facts) == by
        assert outlook(story.facts).next_due == by.date()
        assert [turn.due_at for turn in turns(story.facts, signatory(2))] == [by]
        story.sign("taker").sign("giver")
        assert sign_by(story.facts) is None

    def test_back_in_a_stage_what_waits_to_be_checked_is_not_overdue_at_once(self):
        checked = TWO_SIDES.replace("batch: {of: taker}", "batch: {of: taker, accepted_by: giver}")
        story = begin(checked).to_trial().submit("batch").go("wrong").wait(days=30)
        assert check_by(story.facts, story.task("batch")) is None
        story.give("stream").agree("picture").go("to_trial")
        assert check_by(story.facts, story.task("batch")) > story.facts.now

    def test_nothing_is_due_of_what_was_checked(self):
        story = begin().give("stream")
        assert check_by(story.facts, story.task("stream")) is None
        assert next_date(story.facts) == story.task("need", "taker").due_at

    def test_nothing_of_a_stage_that_rests(self):
        """After going back: what was open further on is asked again when the project comes there."""
        story = begin(carrier=1).to_trial().give("batch")
        assert story.task("haul").due_at and story.decision("passed", "giver").due_at
        story.go("wrong").wait(days=30)
        assert outlook(story.facts).next_due is None
        week = coming(story.facts, story.task("haul").due_at.date(), "UTC", but=())
        assert not {"haul", "passed"} & {one.key for one in week}
        story.wait(days=-30)
        assert next_date(story.facts) == story.task("stream").due_at == min(
            one.due_at for one in owed(story.facts).values())


class TestDays:
    def test_count_from_the_first_of_a_stage(self):
        facts = begin().facts
        later = replace(facts, now=facts.now + timedelta(days=7))
        assert (outlook(facts).day, outlook(later).day, later.days_since(facts.now)) == (1, 6, 5)

    def test_are_not_those_that_it_rested(self):
        story = begin().wait(days=1).act(Hold("We wait for the new budget.", date(2027, 3, 12)), champion(1))
        assert story.facts.days_here == story.wait(days=7).facts.days_here == 1
        story.act(Resume(), champion(1))
        ahead = outlook(story.facts)
        assert (ahead.day, ahead.later, story.facts.project.rested) == (2, outlook(begin().facts).later, 5)
        assert ahead.expected > outlook(begin().facts).expected

    def test_are_none_where_the_clock_stands_before_it(self):
        facts = begin().facts
        before = replace(facts, now=facts.now - timedelta(days=90))
        assert (outlook(before).day, before.days_since(facts.project.entered_at)) == (1, 0)
