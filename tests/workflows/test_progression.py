"""What follows of itself when a stage is entered or left: tasks that are asked, again, of somebody, or not."""

from dataclasses import replace

import pytest

from cocreate.errors import Conflict, Invalid
from tests.support.facts import REASON, TWO_SIDES, Story, begin, champion
from tests.support.several import DEPOSIT, USERS, working_days_later
from workflows.facts import TaskState
from workflows.progression import reopen


class TestEntering:
    def test_asks_the_tasks_of_everybody_in_their_seats(self):
        story = begin(carrier=1)
        assert {(task.key, task.party, task.round) for task in story.facts.tasks} == {("stream", 1, 1), ("need", 2, 1)}
        story.to_trial()
        assert [task.party for task in story.facts.instances("haul")] == [story.number("carrier")]

    def test_a_task_of_an_empty_seat_is_asked_of_nobody(self):
        assert begin().to_trial().facts.instances("haul") == ()

    def test_each_task_is_asked_of_a_named_person(self):
        assert begin().task("stream").asked == champion(1)

    def test_a_short_agreement_is_asked_of_who_signs(self):
        text = TWO_SIDES.replace("need: {of: taker,", "need: {of: taker, kind: sign, agreement: Quiet.,")
        assert begin(text).task("need").asked == 22

    def test_what_the_project_goes_on_without_is_not_due_any_more(self):
        story = begin(TWO_SIDES.replace("need: {of: taker,", "need: {of: taker, required: false,")).give("stream")
        assert story.task("need").due_at is not None
        story.agree("picture").go("to_trial")
        assert (story.task("need").state, story.task("need").due_at) == ("open", None)

    def test_an_end_ends(self):
        story = begin().to_signature().sign("giver").sign("taker")
        assert (story.stage, story.facts.project.outcome) == ("agreed", "agreed")
        assert story.facts.project.ended_at == story.facts.now


class TestAnswers:
    """What is asked only if something was answered so."""

    def test_a_task_is_asked_after_the_answer_it_hangs_on(self):
        assert with_kind("deposit").task("custody").asked == champion(1)
        assert with_kind("none").facts.instances("custody") == ()

    def test_as_long_as_nothing_is_answered_everything_is_asked(self):
        story = begin(DEPOSIT)
        assert [party.name for party in story.facts.asked("custody")] == ["giver"]
        story.give("need", kind="none")
        assert story.facts.asked("custody") == ()

    def test_what_is_not_asked_hinders_nothing(self):
        story = with_kind("none").give("batch").agree("passed").go("to_terms")
        assert story.stage == "terms"

    def test_a_field_that_an_answer_makes_pointless_is_neither_asked_nor_kept(self):
        story = begin(DEPOSIT).give("need", kind="none", sum=4)
        assert (story.task("need").fields, story.task("need").given) == (1, 1)
        assert story.change.rows[0].rows[0]["answers"] == '{"kind":{"value":"none"}}'
        with pytest.raises(Invalid, match=r"contribution\.incomplete"):
            begin(DEPOSIT).give("need", kind="deposit", sum=False)

    @pytest.mark.parametrize(("kind", "sure", "fields"), [
        ("deposit", "sure", 2), ("none", "sure", 1), ("deposit", "unsure", 1), ("none", "unsure", 1)])
    def test_a_field_hangs_on_an_answer_elsewhere_and_on_one_of_its_own_task(self, kind, sure, fields):
        both = DEPOSIT.replace("only_if: {answer: figures.need.kind, is: deposit}}\n", "fields: {sure: {type: choice, "
                               "of: [sure, unsure]}, why: {type: number, only_if: [{answer: figures.need.kind, "
                               "is: deposit}, {answer: trial.custody.sure, is: sure}]}}}\n")
        story = begin(both).give("stream").give("need", kind=kind).agree("picture").go("to_trial")
        story.give("custody", sure=sure)
        assert (story.task("custody").fields, story.task("custody").given) == (fields, fields)

    def test_a_field_of_its_own_task_that_is_called_alike_decides_nothing(self):
        alike = DEPOSIT.replace("only_if: {answer: figures.need.kind, is: deposit}}\n", "fields: {kind: {type: choice, "
                                "of: [small, large]}, why: {type: number, only_if: {answer: figures.need.kind, "
                                "is: deposit}}}}\n")
        story = begin(alike).give("stream").give("need", kind="deposit").agree("picture").go("to_trial")
        story.give("custody", kind="small")
        assert story.task("custody").fields == 2

    @pytest.mark.parametrize("done", [False, True])
    def test_another_answer_asks_for_it_or_lets_it_lapse(self, done):
        story = with_kind("deposit")
        if done:
            story.submit("custody")
        story.go("wrong").consequence(reopen(story.facts, story.task("need"), REASON))
        story.give("stream").give("need", kind="none").agree("picture").go("to_trial")
        assert (story.facts.task("custody", 1).state, story.facts.instances("custody")) == (TaskState.LAPSED, ())
        story.go("wrong").consequence(reopen(story.facts, story.task("need"), REASON))
        story.give("stream").give("need", kind="deposit").agree("picture").go("to_trial")
        assert (story.task("custody").state, story.task("custody").round) == (TaskState.OPEN, 2)

    def test_what_was_accepted_stays(self):
        story = with_kind("deposit").give("custody").go("wrong")
        story.consequence(reopen(story.facts, story.task("need"), REASON))
        story.give("stream").give("need", kind="none").agree("picture").go("to_trial")
        assert story.task("custody").state is TaskState.ACCEPTED


class TestAccepting:
    def test_what_the_accepting_seat_gives_itself_counts_at_once(self):
        own = "need: {of: taker, accepted_by: taker}"
        story = begin(TWO_SIDES.replace("need: {of: taker, accepted_by: giver}", own))
        assert story.submit("need").task("need").state is TaskState.ACCEPTED

    def test_also_where_several_sit_in_it(self):
        text = USERS.replace("plan: {of: maker}", "plan: {of: user, accepted_by: user}")
        assert begin(text, user=2).submit("plan", "user").task("plan", "user").state is TaskState.ACCEPTED

    def test_what_nobody_is_left_to_accept_counts(self):
        text = USERS.replace("plan: {of: maker}", "plan: {of: maker, accepted_by: user}")
        story = begin(text).submit("plan")
        assert story.task("plan").state is TaskState.SUBMITTED
        assert story.leave("user").task("plan").state is TaskState.ACCEPTED


class TestGoingBack:
    def test_begins_a_new_round_of_what_it_reopens_and_keeps_the_rest(self):
        story = begin().to_trial().go("wrong")
        assert [(task.round, task.state) for task in story.facts.tasks if task.key == "stream"] == [
            (1, "superseded"), (2, "open")]
        assert story.task("stream").number == 1
        assert story.task("need").state is TaskState.ACCEPTED

    def test_takes_back_into_work_what_is_only_submitted(self):
        text = TWO_SIDES.replace("batch: {of: taker}", "batch: {of: taker, accepted_by: giver}").replace(
            "reopens: [stream, picture]", "reopens: [stream, picture, batch]")
        story = begin(text).to_trial().submit("batch").go("wrong")
        assert (story.task("batch").state, story.task("batch").round) == (TaskState.OPEN, 2)

    def test_what_was_reopened_is_due_anew(self):
        story = begin(TWO_SIDES.replace("stream: {of: giver,", "stream: {of: giver, due: {days: 5, after: project},"))
        first = story.task("stream").due_at
        story.to_trial().wait(days=30).go("wrong")
        assert story.task("stream").due_at == working_days_later(story.facts.now, 5)
        assert story.task("stream").due_at > first

    def test_also_what_was_still_open_when_the_stage_comes_again(self):
        story = begin().to_trial().wait(days=30).go("wrong").give("stream").agree("picture").go("to_trial")
        assert story.task("batch").due_at == working_days_later(story.facts.now, 5)

    def test_what_belongs_to_a_later_stage_rests_until_it_comes(self):
        story = begin().to_terms().go("anew")
        assert (story.task("batch").state, story.task("batch").due_at) == (TaskState.OPEN, None)
        with pytest.raises(Conflict, match="task.not_begun_yet"):
            story.submit("batch")
        story.give("stream").agree("picture").wait(days=9).go("to_trial")
        assert story.task("batch").due_at == working_days_later(story.facts.now, 5)
        story.submit("batch")

    def test_a_decision_that_was_only_asked_is_due_anew_when_the_stage_comes_again(self):
        story = begin().to_trial().give("batch")
        first = story.decision("passed", "giver").due_at
        story.wait(days=30).go("wrong").give("stream").agree("picture").go("to_trial")
        assert story.decision("passed", "giver").due_at > max(first, story.facts.now)


class TestNaming:
    def test_a_task_of_somebody_who_left_passes_to_a_colleague(self):
        story = begin()
        gone = replace(story.facts.member(champion(1)), left_at=story.facts.now)
        assert story.consequence(story.facts.with_member(gone)).task("stream").asked == 13

    def test_and_to_who_comes_where_nobody_was(self):
        story = begin()
        story.facts = replace(story.facts, members=tuple(m for m in story.facts.members if m.party != 1))
        assert story.consequence(story.facts).task("stream").asked is None
        story.invite(77, "giver", "champion", by=1)
        assert story.task("stream").asked == 77


# helpers


def with_kind(kind: str) -> Story:
    return begin(DEPOSIT).give("stream").give("need", kind=kind).agree("picture").go("to_trial")
