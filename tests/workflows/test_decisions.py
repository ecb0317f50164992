"""Decisions at gates: asked, bound to what they saw, lapsed when that changes, dropped with who left."""

from dataclasses import replace

import pytest

from cocreate.errors import Conflict, Refused
from tests.support.facts import TWO_SIDES, begin
from tests.support.several import USERS
from workflows.facts import DecisionState, ProposalFact, ProposalState, TaskState
from workflows.facts.disputes import OTHER_VALUE
from workflows.gates import gate_reasons
from workflows.progression import settle


class TestGates:
    def test_opens_when_everything_it_is_about_is_accepted(self):
        story = begin().give("stream").submit("need")
        assert story.facts.asked_at("picture") == ()
        story.accept("need", "giver")
        assert [one.party for one in story.facts.asked_at("picture")] == [1, 2]

    def test_asks_nobody_again_before_what_was_reopened_is_accepted(self):
        story = begin().to_trial().go("wrong")
        found = gate_reasons(story.facts, "picture")
        assert [(one.code, one.values["task"]) for one in found] == [("gate.not_open", "stream")]

    def test_does_not_wait_for_what_nobody_has_to_give(self):
        story = begin(TWO_SIDES.replace("need: {of: taker,", "need: {of: taker, required: false,")).give("stream")
        assert len(story.facts.asked_at("picture")) == 2
        story.agree("picture").submit("need")
        assert {one.state for one in story.facts.asked_at("picture")} == {"lapsed"}

    def test_a_decision_lapses_when_what_it_saw_changes(self):
        story = begin().to_trial().give("batch").decide("passed", "giver")
        story.go("wrong")
        story.give("stream").agree("picture").go("to_trial")
        assert story.decision("passed", "giver").agreed  # the batch is as it was
        story.decide("passed", "taker").go("to_terms").go("anew")
        assert story.decision("passed", "giver").state is DecisionState.LAPSED

    def test_who_lapsed_hears_from_which_version_to_which(self):
        story = begin().to_terms().go("anew").give("stream").agree("picture").go("to_trial").give("batch")
        assert story.decision("passed", "giver").changed == "batch@2=1>2"

    def test_a_decision_lapses_when_all_settle_another_value_of_what_it_saw(self):
        story = begin().give("stream").give("need").agree("picture")
        said = ProposalFact(1, OTHER_VALUE, "figures.stream.mass@2", '{"of": "1=1", "value": "3", "unit": "t/a"}', 2,
                            21, story.facts.now, "1 2", "2", ProposalState.OPEN, story.facts.now)
        assert settle(story.facts.with_proposal(said)).decision("picture", 1).agreed
        settled = settle(story.facts.with_proposal(replace(said, state=ProposalState.AGREED)))
        assert [(one.state, one.changed) for one in settled.asked_at("picture")] == [
            ("lapsed", "figures.stream.mass=0>1")] * 2

    def test_and_stays_when_they_settle_something_that_it_is_not_about(self):
        story = begin().give("stream").give("need").agree("picture")
        elsewhere = ProposalFact(1, "settle", "trial.batch.mass", "{}", 2, 21, story.facts.now, "1 2", "1 2",
                                 ProposalState.AGREED, story.facts.now)
        assert settle(story.facts.with_proposal(elsewhere)).decision("picture", 1).agreed

    def test_what_lapsed_is_decided_again_in_its_round(self):
        story = begin().to_terms().go("anew").give("stream").agree("picture").go("to_trial").give("batch")
        story.agree("passed").go("to_terms")
        assert [(one.round, one.state) for one in story.facts.asked_at("passed")] == [(1, "agreed")] * 2

    def test_what_a_way_back_reopens_is_asked_in_a_new_round(self):
        story = begin().to_trial().go("wrong").give("stream")
        assert [(one.round, one.state) for one in story.facts.asked_at("picture")] == [(2, "asked")] * 2

    def test_a_passed_gate_whose_task_was_reopened_is_decided_again_before_its_stage_is_left(self):
        story = begin().to_terms().go("anew")
        assert story.decision("picture", "giver").state is DecisionState.LAPSED
        story.give("stream")
        with pytest.raises(Refused) as refused:
            story.go("to_trial")
        assert {one.code for one in refused.value.reasons} == {"gate.lapsed"}
        story.agree("picture").go("to_trial")

    def test_nothing_of_a_passed_stage_is_decided_unless_the_project_went_back(self):
        story = begin().to_trial()
        with pytest.raises(Conflict, match="gate.passed"):
            story.decide("picture", "giver")

    def test_a_joiner_does_not_reopen_it(self):
        story = begin(carrier=1).to_trial().give("haul").give("batch").decide("passed", "giver").seat("carrier")
        assert story.decision("passed", "giver").agreed
        assert [one.party for one in story.facts.asked_at("passed")] == [1, 2]

    def test_a_joiner_of_a_deciding_seat_is_not_asked_what_was_asked_before(self):
        text = USERS
        story = begin(text, user=2).give("plan").decide("planned", "user").seat("user")
        assert story.facts.decision("planned", 4) is None
        assert story.decision("planned", "user").agreed
        story.decide("planned", "user.2").go("go", "maker")
        assert story.stage == "end"

    def test_what_a_joiner_gives_is_decided_on(self):
        text = USERS.replace("plan: {of: maker}", "plan: {of: [maker, user]}")
        story = begin(text).give("plan", "maker").give("plan", "user").agree("planned").seat("user")
        assert story.decision("planned", "user").agreed
        story.submit("plan", "user.3")
        assert story.decision("planned", "user").state is DecisionState.LAPSED

    def test_of_a_leaver_a_missing_decision_is_dropped(self):
        story = begin(USERS, user=2).give("plan").decide("planned", "user").leave("user.2")
        assert story.decision("planned", "user.2").state is DecisionState.DROPPED
        story.go("go", "maker")
        assert story.stage == "end"

    def test_a_leavers_agreement_stands_until_what_it_is_about_changes(self):
        story = begin(USERS, user=2).give("plan").agree("planned").leave("user.2")
        assert story.decision("planned", "user.2").agreed
        story.consequence(story.facts.with_task(replace(story.task("plan"), number=2)))
        assert story.decision("planned", "user.2").state is DecisionState.DROPPED
        assert story.decision("planned", "user").state is DecisionState.LAPSED

    def test_who_came_later_is_asked_in_place_of_the_last_who_left(self):
        story = begin(USERS, user=1).give("plan").seat("user")
        assert story.facts.decision("planned", 3) is None
        story.leave("user")
        assert story.facts.decision("planned", 3).state is DecisionState.ASKED

    def test_and_of_one_who_is_missed_where_so_many_must_agree(self):
        text = USERS.replace("of: [user]", "of: [user], rule: {at_least: 2}")
        story = begin(text, user=3).give("plan").seat("user").leave("user")
        assert story.facts.decision("planned", 5) is None  # two are left
        story.leave("user.2")
        assert story.facts.decision("planned", 5).state is DecisionState.ASKED

    def test_who_left_holds_nobody_up_by_a_refusal(self):
        story = begin(USERS, user=2).give("plan").decide("planned", "user").decide("planned", "user.2", "refused")
        story.leave("user.2").go("go", "maker")
        assert story.stage == "end"

    def test_a_joiners_tasks_start_with_the_stage_that_runs(self):
        story = begin().to_trial().seat("carrier")
        assert [(task.key, task.party) for task in story.facts.tasks if task.party == 3] == [("haul", 3)]

    def test_open_tasks_of_a_leaver_lapse_and_what_was_accepted_stays(self):
        story = begin(carrier=1).to_trial().leave("carrier")
        assert story.facts.task("haul", 3).state is TaskState.LAPSED
        story.give("batch").agree("passed").go("to_terms")
        done = begin(carrier=1).to_trial().give("haul").leave("carrier")
        assert done.facts.task("haul", 3).state is TaskState.ACCEPTED
