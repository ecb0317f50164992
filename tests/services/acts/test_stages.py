"""Going on and back."""

import pytest

from cocreate.errors import Conflict, Forbidden, Invalid, Refused
from cocreate.services.acts.stages import GoOn
from tests.support.facts import MANAGER, REASON, TWO_SIDES, begin, champion, signatory


class TestGoOn:
    def test_to_the_next_stage(self):
        story = begin().to_trial()
        assert (story.stage, story.facts.project.visit) == ("trial", 2)
        assert story.change.details == {"transition": "to_trial", "back": False}

    def test_says_everything_it_waits_for(self):
        with pytest.raises(Refused) as refused:
            begin().go("to_trial")
        assert [one.code for one in refused.value.reasons] == ["task.not_begun"] * 2 + ["gate.not_open"]

    def test_from_the_visit_the_button_stood_on(self):
        story = begin().to_trial()
        with pytest.raises(Conflict, match="stage.changed"):
            story.act(GoOn("to_terms", 1), champion(1))
        with pytest.raises(Conflict, match="stage.changed"):
            story.go("to_trial")

    @pytest.mark.parametrize("transition", ["agreed", "nowhere"])
    def test_only_ways_that_people_take(self, transition):
        with pytest.raises(Invalid, match="transition.unknown"):
            begin().to_signature().go(transition)

    @pytest.mark.parametrize("person", [13, 14, MANAGER])
    def test_only_by_whom_the_template_names(self, person):
        story = begin().give("stream").give("need").agree("picture")
        with pytest.raises(Forbidden) as refused:
            story.act(GoOn("to_trial", 1), person)
        assert set(refused.value.values["persons"]) == {11, 12, 21, 22}
        assert story.act(GoOn("to_trial", 1), signatory(2)).stage == "trial"

    def test_the_hosts_account_manager_where_the_host_is_named(self):
        story = begin(TWO_SIDES.replace("to: trial, when", "to: trial, by: [host], when"))
        story.give("stream").give("need").agree("picture")
        with pytest.raises(Forbidden) as refused:
            story.go("to_trial")
        assert refused.value.values["persons"] == (MANAGER,)
        assert story.act(GoOn("to_trial", 1), MANAGER).stage == "trial"


class TestGoBack:
    def test_with_a_reason(self):
        story = begin().to_trial()
        with pytest.raises(Invalid, match="reason.why"):
            story.go("wrong", reason=" too  low ")
        assert story.go("wrong").stage == "figures"
        assert story.change.personal == {"reason": REASON}
        assert story.change.details == {"transition": "wrong", "back": True}

    def test_what_it_reopens_carries_the_reason(self):
        assert begin().to_trial().go("wrong").task("stream").reason == REASON
