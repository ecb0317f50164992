"""What an act means for people: who hears what, and of what they are reminded."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from cocreate.domain import news, reminding
from cocreate.domain.causes import still
from cocreate.domain.hearing import KINDS, Channel, Subject
from cocreate.services.acts.passing import EndWait, WaitOutside
from cocreate.services.acts.people import ChangeParts
from tests.support.chance import chances, definitions, tell
from tests.support.facts import FACILITATOR, MANAGER, REASON, TWO_SIDES, Story, begin, champion, facts_of, signatory
from workflows.progression import reopen

GIVER, TAKER = champion(1), champion(2)
SIGNS, ALSO = signatory(1), signatory(2)
ASSESSED = TWO_SIDES.replace("      need: {of: taker,", """      ready: {of: [giver, taker], kind: assessment,
              statements: {trust: {text: We trust each other.}}}
      need: {of: taker,""")


class TestTasks:
    def test_who_is_asked_hears_it(self):
        assert begin().mails() == {("ask", GIVER), ("ask", TAKER)}

    def test_not_before_he_can_begin(self):
        story = begin(TWO_SIDES.replace("need: {of: taker,", "need: {of: taker, after: [stream],"))
        assert story.mails() == {("ask", GIVER)}
        assert ("ask", TAKER) not in story.submit("stream").mails()
        assert ("ask", TAKER) not in story.accept("stream", "taker").mails()  # he did it himself and is there
        helped = begin(TWO_SIDES.replace("need: {of: taker,", "need: {of: taker, after: [batch],").replace(
            "batch: {of: taker}", "later: {of: taker}").replace("figures:\n    tasks:",
                                                                "figures:\n    tasks:\n      batch: {of: giver}"))
        assert ("ask", TAKER) in helped.submit("batch").mails()

    def test_several_asks_are_one_mail(self):
        story = begin(TWO_SIDES.replace("need: {of: taker,", "more: {of: giver}\n      need: {of: taker,"))
        heard = news.heard(story.before, story.facts)["ask", GIVER]
        assert (heard.subject, heard.also) == (Subject("task", "stream", 1), (Subject("task", "more", 1),))

    def test_going_on_and_what_it_asks_for_come_as_one_mail(self):
        story = begin().give("stream").give("need").agree("picture").go("to_trial")
        assert {("ask", TAKER), ("gone_on", TAKER)} <= story.mails()
        mails = news.mailed(news.heard(story.before, story.facts))
        assert mails["ask", TAKER] == (("ask", Subject("task", "batch", 2)), ("gone_on", Subject("stage", "trial")))
        assert ("gone_on", TAKER) not in mails and ("gone_on", MANAGER) in mails

    def test_of_a_seat_that_going_on_needs_and_where_nobody_sits(self):
        text = TWO_SIDES.replace("when: {all: [tasks, {gate: passed}]}", "when: {all: [tasks, {party: carrier}]}")
        story = begin(text).give("stream").give("need").agree("picture").go("to_trial")
        assert {("nobody_can_act", GIVER), ("nobody_can_act", TAKER), ("nobody_can_act", MANAGER)} & story.mails()
        subjects = {heard.subject for (kind, _person), heard in news.heard(story.before, story.facts).items()
                    if kind == "nobody_can_act"}
        assert subjects == {Subject("seat", "carrier")}
        assert "nobody_can_act" not in story.submit("batch").kinds()  # told once

    def test_not_of_a_seat_that_another_way_on_does_without(self):
        text = TWO_SIDES.replace(
            "  wrong: {", "  carried: {from: trial, to: terms, when: {party: carrier}}\n  wrong: {")
        assert "nobody_can_act" not in begin(text).to_trial().kinds()

    def test_a_wait_for_somebody_outside_is_told_when_the_clock_ends_it_not_when_people_do(self):
        until = begin().facts.now.date() + timedelta(days=3)
        for person, told in ((GIVER, False), (0, True)):
            story = begin().act(WaitOutside("stream", 1, "the city council", until), GIVER)
            assert ("waiting_outside", TAKER) in story.mails() | story.lines()
            story.wait(days=4).act(EndWait("stream", 1), person)
            assert (("waiting_outside", GIVER) in story.mails()) is told
            assert (("waiting_outside", TAKER) in story.mails() | story.lines()) is told

    def test_submitted_is_for_who_accepts(self):
        assert begin().submit("stream").mails() == {("submitted", TAKER)}

    def test_returned_and_accepted_are_for_who_gave(self):
        story = begin().submit("stream")
        assert story.send_back("stream", "taker").mails() == {("returned", GIVER)}
        story.submit("stream").accept("stream", "taker")
        assert story.mails() == set()  # accepted: in the digest

    def test_taking_back_asks_nobody(self):
        assert begin().submit("stream").take_back("stream").mails() == set()

    def test_a_task_passed_on_is_asked_of_the_colleague(self):
        story = begin()
        story.consequence(story.facts.with_task(replace(story.task("stream"), asked=13)))
        assert story.mails() == {("ask", 13)}

    def test_who_comes_in_is_asked_for_what_each_person_answers(self):
        story = begin(ASSESSED).invite(77, "taker", "contributor")
        assert ("ask", 77) not in story.mails()
        assert story.come(77).mails() == {("ask", 77), ("invitation_accepted", MANAGER)}
        assert news.heard(story.before, story.facts)["ask", 77].subject == Subject("task", "ready", 2)

    def test_who_is_named_for_it_is_led_there_by_the_invitation_as_to_every_task(self):
        story = begin(ASSESSED)
        story.facts = story.facts.with_task(replace(story.task("ready", "taker"), asked=77))
        assert ("ask", 77) not in story.invite(77, "taker", "contributor").come(77).mails()

    def test_an_observer_who_comes_in_is_asked_for_nothing(self):
        assert ("ask", 77) not in begin(ASSESSED).invite(77, "taker", "observer").come(77).mails()

    def test_who_works_since_now_is_asked_for_what_each_person_answers(self):
        story = begin(ASSESSED).act(ChangeParts(24, ("contributor",)), TAKER)
        assert story.mails() == {("ask", 24)}

    def test_what_rests_is_asked_when_its_stage_comes_again(self):
        story = begin().to_terms().go("anew")
        assert ("ask", GIVER) not in story.mails()  # it was his own act
        assert not any(kind == "ask" and person == TAKER for kind, person in story.mails())
        story.give("stream").agree("picture").go("to_trial")
        assert ("ask", TAKER) in story.mails()


class TestDecisions:
    def test_who_signs_is_asked_to_decide(self):
        assert begin().give("stream").give("need").mails() == {("decision_asked", SIGNS), ("decision_asked", ALSO)}

    def test_an_agreement_is_no_mail_a_refusal_is(self):
        story = begin().give("stream").give("need")
        assert story.decide("picture", "giver").mails() == set()
        assert story.decide("picture", "taker", "refused").mails() == {
            ("not_agreed", person) for person in (GIVER, TAKER, SIGNS, FACILITATOR, MANAGER)}

    def test_what_lapses_here_says_so(self):
        story = begin().to_terms().freeze().agree("our_contract").freeze(text="other words")
        assert {("decision_lapsed", SIGNS), ("decision_lapsed", ALSO), ("decision_lapsed", TAKER)} <= story.mails()

    def test_of_a_stage_that_rests_nobody_is_asked_to_decide_again(self):
        story = begin().to_terms().go("anew")  # the decision on the trial lapses too
        subjects = [heard.subject for (kind, _), heard in news.heard(story.before, story.facts).items()
                    if kind.startswith("decision")]
        assert {subject.key for subject in subjects} == {"picture"}

    def test_nor_told_that_it_rests(self):
        story = begin().to_terms()
        story.consequence(reopen(story.facts, story.task("batch"), REASON))
        assert story.decision("passed", "giver").state == "lapsed"
        assert not [kind for kind, _ in story.lines() | story.mails() if kind.startswith("decision")]

    def test_what_lapsed_is_asked_again_once_it_can_be_decided(self):
        story = begin().to_terms().go("anew")
        assert {kind for kind in story.kinds() if kind.startswith("decision")} == set()
        assert {("decision_rests", SIGNS), ("decision_rests", ALSO), ("decision_rests", TAKER)} <= story.lines()
        assert not any(kind.startswith("decision") for kind in story.submit("stream").kinds())
        again = {("decision_lapsed", SIGNS), ("decision_lapsed", ALSO), ("decision_lapsed", GIVER)}
        assert story.accept("stream", "taker").mails() == again


class TestContract:
    def test_ready_to_read_then_please_sign_then_signed(self):
        story = begin().to_terms().freeze()
        assert {("ready_to_read", TAKER), ("ready_to_read", ALSO), ("ready_to_read", SIGNS), (
            "decision_asked", SIGNS)} <= story.mails()
        story.agree("our_contract").go("to_signature")
        assert story.mails() == {("please_sign", SIGNS), ("please_sign", ALSO), ("please_sign", TAKER),
                                 ("please_sign", MANAGER), ("gone_on", TAKER), ("gone_on", MANAGER)}
        assert ("signed", SIGNS) in story.sign("giver").mails()  # a receipt

    def test_that_it_is_ready_and_the_decision_on_it_come_as_one_mail(self):
        story = begin().to_terms().freeze()
        mails = news.mailed(news.heard(story.before, story.facts))
        assert mails["decision_asked", SIGNS] == (
            ("decision_asked", Subject("decision", "our_contract", 1)), ("ready_to_read", Subject("contract", "1")))
        assert ("ready_to_read", SIGNS) not in mails and ("ready_to_read", TAKER) in mails

    def test_a_signature_is_told_only_while_another_is_missing_and_to_nobody_whom_the_contract_does_not_bind(self):
        story = begin(TWO_SIDES.replace("      haul: {of: carrier}\n", ""), carrier=1).to_signature().sign("giver")
        told = {person for kind, person in story.mails() | story.lines() if kind == "signed"}
        assert TAKER in told and not told & {champion(3), signatory(3)}
        assert still("signed", Subject("signature", "1", 1), story.facts)
        story.sign("taker")
        assert not any(still("signed", Subject("signature", "1", party), story.facts) for party in (1, 2))

    def test_signatures_that_end_are_heard_of_by_who_gave_them(self):
        story = begin().to_signature().sign("giver").refuse_to_sign("taker")
        assert {("signature_ended", SIGNS), ("gone_back", GIVER)} <= story.mails()

    def test_who_leads_reads_in_one_mail_that_it_went_back_and_none_of_the_signatures_that_ended_with_it(self):
        story = begin().to_signature().sign("giver").refuse_to_sign("taker")
        assert {kind for kind, person in story.mails() if person == GIVER} == {"gone_back"}

    def test_that_signatures_ended_is_told_to_who_leads_or_signs_and_to_nobody_whom_the_contract_does_not_bind(self):
        story = begin(TWO_SIDES.replace("      haul: {of: carrier}\n", ""), carrier=1).to_signature().sign("giver")
        story.consequence(replace(reopen(story.facts, story.task("stream"), REASON), actor=None))
        assert {person for kind, person in story.mails() if kind == "signature_ended"} == {SIGNS, ALSO, MANAGER}
        assert {("gone_back", person) for person in (GIVER, TAKER, FACILITATOR)} <= story.mails()
        assert not [line for line in story.lines() if line == ("signature_ended", champion(3))]

    def test_who_has_signed_is_missed_no_more(self):
        for signed in (True, False):
            story = begin().to_signature()
            if signed:
                story.sign("giver")
            facts = story.facts
            for person in (GIVER, SIGNS):
                facts = facts.with_member(replace(facts.member(person), left_at=facts.now))
            subjects = {heard.subject for (kind, _), heard in news.heard(
                story.facts, story.consequence(facts).facts).items() if kind == "nobody_can_act"}
            assert subjects == (set() if signed else {Subject("signature", "1", 1)})

    def test_the_end_is_not_told_before_the_seal(self):
        assert begin().to_signature().sign("giver").sign("taker").kinds() == {"signed"}


class TestProject:
    def test_gone_on_and_back(self):
        story = begin().to_trial()
        assert {person for kind, person in story.mails() if kind == "gone_on"} == {TAKER, MANAGER}
        story.go("wrong")
        assert {person for kind, person in story.mails() if kind == "gone_back"} == {
            TAKER, 13, 23, MANAGER, FACILITATOR}

    def test_opening_is_not_going_on(self):
        assert begin().kinds() == {"ask"}

    @pytest.mark.parametrize("outcome", ["declined", "withdrawn"])
    def test_an_ending_concerns_everybody(self, outcome):
        story = begin()
        after = story.facts.with_project(stage=outcome, ended_at=story.facts.now, outcome=outcome)
        assert {person for kind, person in news.heard(story.facts, after)} == {
            member.person for member in story.facts.members}

    def test_hold_and_resume(self):
        facts = replace(begin().facts, actor=None)
        held = facts.with_project(hold_until=date(2027, 9, 1))
        assert {("hold", GIVER), ("hold", TAKER), ("hold", MANAGER)} <= set(news.heard(facts, held))
        assert {("resumed", GIVER), ("resumed", TAKER), ("resumed", MANAGER)} <= set(news.heard(held, facts))

    def test_a_rest_and_its_end_are_mails_to_whom_something_is_asked_of(self):
        story = begin()
        facts = replace(story.facts.with_task(replace(story.task("stream"), asked=13)), actor=None)
        held = facts.with_project(hold_until=date(2027, 9, 1))
        for kind, heard in (("hold", news.heard(facts, held)), ("resumed", news.heard(held, facts))):
            assert (heard[kind, 13].channel, heard[kind, 23].channel) == (Channel.MAIL, Channel.DIGEST)

    def test_who_was_invited_and_came_or_did_not(self):
        story = begin().invite(77, "giver", "contributor")
        assert story.mails() == set()  # the invitation is the act's own letter
        said_no = replace(story).say_no(77)
        assert ("invitation_declined", GIVER) in said_no.mails()
        assert ("invitation_accepted", MANAGER) in story.come(77).mails()


class TestEveryStory:
    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(definitions(), chances(15))
    def test_nobody_is_reminded_of_what_he_cannot_do(self, source, tries):
        story = Story(facts_of(source)).open()
        for told in tell(story, tries):
            assert {kind for kind, _ in told.mails()} <= KINDS
            can = {(turn.key, turn.party) for _, turn in told.all_turns()}
            for matter in reminding.owed(told.facts).values():
                key = "contract" if matter.subject.matter == "signature" else matter.subject.key
                assert (key, matter.subject.party) in can
            ended, rows = told.plan()
            assert set(ended) <= set(reminding.owed(told.before))
            assert {row["subject"] for row in rows} <= set(reminding.owed(told.facts))
            assert all(row["due_at"] > told.facts.now for row in rows)
