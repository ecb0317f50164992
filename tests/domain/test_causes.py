"""Whether a mail still has its cause when it goes out."""

import pytest

from cocreate.domain.causes import asks, still
from cocreate.domain.hearing import Subject
from cocreate.services.acts.comments import AskHelp, Helped
from cocreate.services.acts.expiring import ExpireInvitation
from cocreate.services.acts.holds import Hold
from tests.support.facts import REASON, begin, champion
from workflows.facts import DutyFact
from workflows.values import replace

GIVER = champion(1)
PICTURE, STREAM = Subject("decision", "picture", 1), Subject("task", "stream", 1)


@pytest.mark.parametrize(("kind", "asked"), [
    ("ask", True), ("overdue", True), ("please_sign", True), ("duty_due", True),
    ("accepted", False), ("signed", False), ("gone_on", False), ("invitation", False)])
def test_what_asks_lapses_what_tells_stays_true(kind, asked):
    assert asks(kind) is asked
    assert asked or kind == "gone_on" or still(kind, STREAM, begin().give("stream").facts)


class TestTasks:
    def test_a_reminder_rests_with_the_project_an_ask_does_not(self):
        story = begin()
        story.act(Hold(REASON, story.facts.project.target), GIVER)
        assert not still("overdue", STREAM, story.facts)
        assert still("ask", STREAM, story.facts)

    def test_help_is_wanted_until_somebody_helped_or_the_task_is_handed_in(self):
        called, handed_in = (begin().act(AskHelp("stream", 1, "Which meter counts?"), GIVER) for _ in range(2))
        assert still("help", STREAM, called.facts)
        answered = called.facts.with_task(replace(called.facts.task("stream", 1), helper=champion(2)))
        assert not still("help", STREAM, answered)  # until the asker says that it did not help
        number = called.facts.task("stream", 1).help
        assert not still("help", STREAM, called.act(Helped("stream", 1, number), GIVER).facts)
        assert not still("help", STREAM, handed_in.submit("stream").facts)

    def test_who_checks_is_asked_until_it_is_checked(self):
        check = Subject("check", "stream", 1)
        assert still("due_soon", check, begin().submit("stream").facts)
        assert not still("due_soon", check, begin().give("stream").facts)


class TestDecisions:
    def test_are_asked_while_they_can_be_decided(self):
        story = begin().give("stream").give("need")
        assert still("decision_asked", PICTURE, story.facts)
        assert not still("decision_asked", PICTURE, story.decide("picture", "giver").facts)
        lapsed = begin().to_terms().go("anew")
        assert not still("decision_lapsed", PICTURE, lapsed.facts)  # its task has to be given first
        assert still("due_soon", PICTURE, lapsed.facts)
        assert still("decision_lapsed", PICTURE, lapsed.give("stream").facts)


class TestPapers:
    def test_a_signature_is_owed_under_the_version_that_is_named(self):
        story = begin().to_signature()
        assert still("please_sign", Subject("signature", "1", 1), story.facts)
        assert not still("please_sign", Subject("signature", "2", 1), story.facts)
        story.sign("giver")
        assert not still("please_sign", Subject("signature", "1", 1), story.facts)
        assert still("please_sign", Subject("signature", "1", 2), story.facts)

    def test_to_read_is_the_version_that_stands(self):
        story = begin().to_terms().freeze().freeze(text="other words")
        assert [still("ready_to_read", Subject("contract", number), story.facts) for number in "12"] == [False, True]

    def test_a_duty_is_owed_by_its_party_until_it_is_done(self):
        facts = begin().facts
        for number in (1, 2):
            facts = facts.with_duty(DutyFact(number, 1, "Wash", facts.project.target))
        done = facts.with_duty(replace(facts.duties[0], done_at=facts.now))
        assert still("duty_due", Subject("duty", "1", 1), facts)
        assert not still("duty_due", Subject("duty", "1", 1), done)
        assert not still("duty_due", Subject("duty", "2", 2), done)
        assert still("still_you", Subject("duties", "", 1), done)
        assert not still("still_you", Subject("duties", "", 1), done.with_duty(replace(
            done.duties[1], done_at=done.now)))


class TestPeople:
    INVITED = Subject("member", "77")

    def test_an_invitation_waits_or_has_ended(self):
        story = begin().invite(77, "giver", "contributor")
        assert still("invitation_unanswered", self.INVITED, story.facts)
        assert not still("invitation_expired", self.INVITED, story.facts)
        ended = story.act(ExpireInvitation(77, story.facts.member(77).invited_at, GIVER), 0)
        assert not still("invitation_unanswered", self.INVITED, ended.facts)
        assert still("invitation_expired", self.INVITED, ended.facts)

    def test_also_who_shall_look_after_duties_once_the_contract_is_signed(self):
        story = begin().to_signature().invite(77, "giver", "champion")
        signed = story.sign("giver").sign("taker")
        ended = signed.act(ExpireInvitation(77, signed.facts.member(77).invited_at, GIVER), 0)
        assert still("invitation_expired", self.INVITED, ended.facts)
        assert still("invitation_wanted", self.INVITED, ended.facts)

    def test_who_came_or_is_gone_is_waited_for_no_more(self):
        for story in (begin().invite(77, "giver", "contributor").come(77),
                      begin().invite(77, "giver", "contributor").say_no(77)):
            assert not still("invitation_unanswered", self.INVITED, story.facts)

    def test_a_seat_is_empty_until_somebody_sits_there(self):
        carrier = Subject("seat", "carrier")
        assert still("nobody_can_act", carrier, begin().facts)
        assert not still("nobody_can_act", carrier, begin(carrier=1).facts)


class TestProject:
    def test_only_the_newest_stage_is_told(self):
        story = begin().to_trial()
        assert still("gone_on", Subject("stage", "trial"), story.facts)
        assert not still("gone_on", Subject("stage", "trial"), story.give("batch").agree("passed").go("to_terms").facts)
