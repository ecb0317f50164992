"""Going on and back: when nothing stands in the way, by whom the template names, once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from cocreate.db import db
from cocreate.errors import Conflict, Forbidden, Invalid, Refused
from cocreate.models.mails import Reminder
from cocreate.models.records import EventDetail
from tests.support import stories
from tests.support.clock import NOON
from tests.support.stories import REASON, facts


class TestOn:
    def test_enters_the_stage_and_asks_its_tasks(self, agreed):
        receipt = stories.go_on(agreed, "to_terms", now=NOON + timedelta(days=1))
        project = facts(agreed).project
        assert (receipt.stage, project.stage, project.visit) == ("terms", "terms", 2)
        assert project.entered_at == NOON + timedelta(days=1)

    def test_every_reason_that_stands_in_the_way(self, small):
        with pytest.raises(Refused) as refused:
            stories.go_on(small, "to_terms")
        assert {reason.code for reason in refused.value.reasons} == {"task.not_begun", "gate.not_open"}
        assert {reason.values["task"] for reason in refused.value.reasons if reason.code == "task.not_begun"} == {
            "credit", "returns", "offer", "ramp_0"}

    def test_from_a_page_of_an_earlier_visit(self, agreed):
        stories.go_on(agreed, "to_terms")
        with pytest.raises(Conflict, match=r"stage\.changed"):
            stories.go_on(agreed, "to_terms", visit=1)

    @pytest.mark.parametrize("transition", ["nowhere", "agreed"])
    def test_on_no_way_that_people_take(self, small, transition):
        with pytest.raises(Invalid, match=r"transition\.unknown"):
            stories.go_on(small, transition)

    def test_not_from_another_stage(self, agreed):
        with pytest.raises(Conflict, match=r"stage\.changed"):
            stories.go_on(agreed, "to_signature")

    def test_not_by_somebody_who_only_fills_in(self, agreed):
        tom = stories.colleague(agreed, 2)
        with pytest.raises(Forbidden) as refused:
            stories.go_on(agreed, "to_terms", actor=tom)
        assert set(refused.value.values["persons"]) >= {agreed.maker, agreed.shop}

    def test_ends_the_reminders_of_what_is_behind(self, small):
        assert {state for subject, state in reminders(small) if subject.startswith("task:")} == {"planned"}
        stories.give_all(small)
        assert {state for subject, state in reminders(small) if subject.startswith("task:")} == {"cancelled"}


class TestBack:
    def test_needs_a_reason(self, agreed):
        stories.go_on(agreed, "to_terms")
        with pytest.raises(Invalid, match=r"reason\.why"):
            stories.go_on(agreed, "figures_wrong", reason="no")

    def test_reopens_what_it_says_and_keeps_the_rest(self, agreed):
        stories.go_on(agreed, "to_terms")
        stories.go_on(agreed, "figures_wrong", reason=REASON)
        seen = facts(agreed)
        assert {task.key: (task.round, task.state.value) for task in seen.tasks if task.state != "superseded"} == {
            "returns": (2, "open"), "credit": (1, "accepted"), "offer": (1, "accepted"), "ramp_0": (1, "accepted")}
        assert {d.state for d in seen.asked_at("picture")} == {"superseded"}
        assert seen.task("returns", 2).reason == REASON

    def test_ends_a_frozen_contract_with_its_signatures(self, agreed):
        stories.go_on(agreed, "to_terms")
        stories.freeze(agreed)
        for party in (1, 2):
            stories.decide(agreed, "our_contract", party)
        stories.go_on(agreed, "to_signature")
        stories.sign(agreed, 1)
        receipt = stories.go_on(agreed, "too_early", reason=REASON, now=NOON + timedelta(hours=1))
        seen = facts(agreed)
        assert seen.contract is None
        assert [signature.ended_at for signature in seen.signatures] == [NOON + timedelta(hours=1)]
        details = db.session.scalar(select(EventDetail.details).where(
            EventDetail.project_id == seen.project.id, EventDetail.seq == receipt.seq))
        assert "ended contract:1" in details


def reminders(small):
    db.session.expunge_all()
    rows = db.session.execute(select(Reminder.subject, Reminder.state).where(
        Reminder.project_id == facts(small).project.id))
    return {tuple(row) for row in rows}


@pytest.fixture
def small(app):
    with app.app_context():
        yield stories.opened(1)


@pytest.fixture
def agreed(small):
    """Everything is accepted and both parties agree to it."""
    stories.give_all(small)
    for party in (1, 2):
        stories.decide(small, "picture", party)
    return small
