"""Whose turn it is: what is offered can be done, and what can be done is offered."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from cocreate.domain.invited import Beginning, asked_first, beginning
from cocreate.domain.taking import can_take
from cocreate.domain.turns import AHEAD, may_freeze, of_party, turns, waits_for, with_colleagues
from cocreate.services.acts.proposals import Propose
from cocreate.services.acts.reopening import Reopen
from tests.support.chance import chances, definitions, tell
from tests.support.facts import (
    FACILITATOR,
    LIMITED,
    MANAGER,
    REASON,
    TWO_SIDES,
    Story,
    begin,
    champion,
    facts_of,
    signatory,
)
from workflows.calendars import Calendar
from workflows.facts import DutyFact, ProposalFact, ProposalState

RATE = "trial.batch.rate"


def asks(story: Story, person: int) -> list[tuple[str, str]]:
    return [(turn.act, turn.key) for turn in turns(story.facts, person)]


class TestStory:
    def test_from_the_first_task_to_the_last_signature(self):
        story = begin()
        assert asks(story, champion(1)) == [("fill_in", "stream")]
        assert asks(story, champion(2)) == [("fill_in", "need")]
        story.submit("stream")
        assert asks(story, champion(1)) == []
        assert asks(story, champion(2)) == [("check", "stream"), ("fill_in", "need")]
        story.send_back("stream", "taker")
        turn, = turns(story.facts, champion(1))
        assert (turn.act, turn.reason) == ("again", story.task("stream").reason)
        story.give("stream").give("need")
        assert asks(story, signatory(1)) == [("decide", "picture")]
        assert asks(story, champion(1)) == []
        story.agree("picture")
        assert asks(story, champion(1)) == asks(story, signatory(2)) == [("go_on", "to_trial")]
        story.go("to_trial").give("batch").agree("passed").go("to_terms")
        assert asks(story, champion(2)) == [("freeze", "contract")]
        story.freeze().agree("our_contract").go("to_signature")
        assert asks(story, signatory(2)) == [("sign", "contract")]
        before = story.facts.now - timedelta(days=30)
        charter = ProposalFact(1, "charter", "purpose", "{}", 1, champion(1), before, "1 2", "1",
                               ProposalState.OPEN, before)
        asked = replace(story.facts, proposals=(charter,))
        assert [turn.act for turn in turns(asked, signatory(2))] == ["sign", "charter"]  # it holds up everybody
        story.sign("taker")
        assert asks(story, signatory(2)) == []
        story.sign("giver")
        assert story.all_turns() == []

    def test_what_lapsed_is_decided_again_once_it_can_be(self):
        story = begin().to_terms().go("anew")
        assert asks(story, signatory(1)) == []
        story.give("stream")
        assert asks(story, signatory(1)) == [("decide_again", "picture")]

    def test_nothing_of_a_later_stage_after_going_back(self):
        story = begin().to_terms().go("anew")
        assert [turn.key for _, turn in story.all_turns()] == ["stream"]

    def test_a_gate_that_a_joiner_closed_waits_for_him(self):
        story = begin(carrier=0).to_trial().give("batch")
        assert ("decide", "passed") in asks(story, signatory(1))
        all_of_stage = begin(TWO_SIDES.replace(", about: [batch]", "")).to_trial().give("batch").seat("carrier")
        assert asks(all_of_stage, signatory(1)) == []
        assert ("decide", "passed") in asks(all_of_stage.give("haul"), signatory(1))


class TestOfAParty:
    def test_it_is_asked_what_it_checks_decides_and_signs_whoever_does_it(self):
        story = begin().submit("stream")
        assert _of(story, 1) == [] and _of(story, 2) == [("check", "stream")]
        story.accept("stream", "taker").give("need")
        assert _of(story, 1) == _of(story, 2) == [("decide", "picture")]
        story.agree("picture").go("to_trial").give("batch").agree("passed").go("to_terms")
        assert _of(story, 1) == _of(story, 2) == [("freeze", "contract")]
        story.freeze().agree("our_contract").go("to_signature")
        assert _of(story, 1) == _of(story, 2) == [("sign", "contract")]
        story.sign("taker")
        assert _of(story, 1) == [("sign", "contract")] and _of(story, 2) == []
        assert _of(story.sign("giver"), 1) == []

    def test_it_is_asked_for_its_answer_to_the_charter_and_its_decision_before_anybody_of_it_has_come_in(self):
        story = begin().give("stream").give("need")
        members = tuple(replace(one, accepted_at=None) if one.party == 2 else one for one in story.facts.members)
        charter = ProposalFact(1, "charter", "purpose", "{}", 1, champion(1), story.facts.now, "1 2", "1",
                               ProposalState.OPEN, story.facts.now)
        story.facts = replace(story.facts, members=members, proposals=(charter,))
        assert _of(story, 2) == [("decide", "picture"), ("charter", "charter")] and asks(story, champion(2)) == []
        assert _of(story, 1) == [("decide", "picture")]


def _of(story: Story, party: int) -> list[tuple[str, str]]:
    return [(turn.act, turn.key) for turn in of_party(story.facts, party)]


class TestAfterANo:
    def test_it_is_the_turn_of_who_can_change_what_it_was_about_or_decide_otherwise(self):
        story = begin().give("stream").give("need").decide("picture", "giver").decide("picture", "taker", "refused")
        assert _after(story) == {
            champion(1): {"change"}, signatory(1): {"change"}, champion(2): {"change"},
            signatory(2): {"change", "decide"}}  # each took part in one of the two tasks: gave it, or accepted it
        assert _of(story, 1) == _of(story, 2) == [("after_no", "picture")]
        assert [(turn.since, turn.mine) for turn in turns(story.facts, champion(1))] == [
            (story.decision("picture", "taker").since, True)]

    def test_until_it_is_changed_or_decided_otherwise(self):
        story = begin().give("stream").give("need").decide("picture", "giver").decide("picture", "taker", "refused")
        decided = replace(story, acts=[]).decide("picture", "taker")
        assert _after(decided) == {} and asks(decided, champion(1)) == [("go_on", "to_trial")]
        story.act(Reopen("need", 2, 1, REASON), champion(2))
        assert _after(story) == {} and asks(story, champion(2)) == [("fill_in", "need")]

    def test_who_only_gave_something_changes_that_and_of_the_others_nobody(self):
        story = begin(carrier=1).to_trial().give("batch").give("haul").decide("passed", "taker")
        story.decide("passed", "giver", "refused")
        assert _after(story) == {champion(2): {"change"}, signatory(1): {"decide"}}

    def test_what_came_from_an_earlier_stage_is_changed_by_going_back(self):
        story = begin().to_terms().freeze().decide("our_contract", "giver").decide("our_contract", "taker", "refused")
        ways = _after(story)
        assert ways.pop(signatory(2)) == {"change", "decide"}
        assert ways == dict.fromkeys((champion(1), signatory(1), champion(2)), {"change"})
        assert _after(story.go("anew")) == {}

    def test_what_is_final_is_not_changed_here_nor_by_going_back(self):
        final = TWO_SIDES.replace("of: giver,", "of: giver, final: true,").replace(
            "of: taker", "of: taker, final: true")
        story = begin(final).give("stream").give("need").decide("picture", "giver")
        story.decide("picture", "taker", "refused")
        assert _after(story) == {signatory(2): {"decide"}}
        story = begin(final).to_terms().freeze().decide("our_contract", "giver").decide(
            "our_contract", "taker", "refused")
        assert _after(story) == {signatory(2): {"decide"}}

    def test_a_no_that_stops_nothing_asks_nobody(self):
        any_ = TWO_SIDES.replace("picture: {of: [giver, taker],", "picture: {of: [giver, taker], rule: any,")
        story = begin(any_).give("stream").give("need").decide("picture", "taker", "refused")
        assert _after(story) == {} and ("decide", "picture") in asks(story, signatory(1))
        story.decide("picture", "giver", "refused")
        assert _after(story)[champion(1)] == {"change"} and _after(story)[signatory(1)] == {"change", "decide"}

    def test_who_is_gone_or_has_not_come_in_has_no_turn(self):
        story = begin().give("stream").give("need").decide("picture", "giver").decide("picture", "taker", "refused")
        away = replace(story.facts.member(champion(1)), accepted_at=None)
        assert champion(1) not in _after(replace(story, facts=story.facts.with_member(away)))


def _after(story: Story) -> dict[int, set[str]]:
    """Person -> what they can do after a no beside talking."""
    return {person: set(turn.ways) for person, turn in story.all_turns() if turn.act == "after_no"}


class TestLimits:
    def test_a_limit_that_is_missed_is_asked_of_who_has_a_way_out_until_one_is_proposed(self):
        story = begin(LIMITED).give("stream").give("need").agree("picture").go("to_trial").submit("batch", rate=90)
        assert ("limit", RATE) not in asks(story, champion(1))  # it can still be returned
        story.accept("batch", "giver")
        assert asks(story, champion(1)) == [("limit", RATE)]
        assert asks(story, signatory(1)) == [("decide", "passed"), ("limit", RATE)]
        story.agree("passed")
        assert asks(story, signatory(2)) == [("limit", RATE)] and asks(story, 14) == asks(story, MANAGER) == []
        story.act(Propose("waive", RATE, json.dumps({"reason": REASON})), champion(1))
        assert asks(story, champion(1)) == [] and asks(story, champion(2)) == [("answer", "1")]

    def test_what_reaches_its_limit_asks_nobody(self):
        story = begin(LIMITED).give("stream").give("need").agree("picture").go("to_trial").submit("batch", rate=95)
        story.accept("batch", "giver").agree("passed")
        assert [turn.act for _, turn in story.all_turns()] == ["go_on"] * 4


class TestNobodysTurn:
    def test_on_hold_or_afterwards(self):
        story = begin()
        resting = replace(story, facts=story.facts.with_project(hold_until=date(2027, 9, 1)))
        ended = replace(story, facts=story.facts.with_project(ended_at=story.facts.now))
        assert story.all_turns()
        assert resting.all_turns() == ended.all_turns() == []
        assert with_colleagues(resting.facts, champion(1)) == ()

    @pytest.mark.parametrize("change", [{"accepted_at": None}, {"left_at": begin().facts.now}])
    def test_of_who_is_not_there(self, change):
        facts = begin().facts
        assert turns(facts.with_member(replace(facts.member(champion(1)), **change)), champion(1)) == ()
        assert turns(facts, 999) == ()

    def test_of_who_only_reads_or_helps(self):
        story = begin()
        assert asks(story, 14) == asks(story, FACILITATOR) == asks(story, MANAGER) == []


class TestColleagues:
    def test_a_task_is_somebodys(self):
        facts = begin().facts
        passed = facts.with_task(replace(facts.task("stream", 1), asked=13))
        assert turns(passed, champion(1)) == ()
        assert [turn.key for turn in with_colleagues(passed, champion(1))] == ["stream"]
        assert with_colleagues(passed, 13) == ()
        assert [turn.mine for turn in turns(passed, 13)] == [True]

    def test_the_turns_of_one_do_not_depend_on_who_looks(self):
        story = begin().give("stream").give("need")
        for person in (11, 12, 21, 22, MANAGER):
            looked = replace(story.facts, actor=story.facts.member(champion(1)))
            assert turns(looked, person) == turns(replace(story.facts, actor=None), person)


class TestFreezing:
    @pytest.mark.parametrize(("person", "may"), [
        (11, True), (12, True), (13, False), (14, False), (MANAGER, True), (FACILITATOR, False), (31, False)])
    def test_is_for_who_agrees_clauses_and_the_account_manager(self, person, may):
        facts = begin(carrier=1).facts
        assert may_freeze(replace(facts, actor=facts.member(person))) is may

    def test_waits_until_the_stage_owes_nothing(self):
        text = TWO_SIDES.replace("    contract: prepared", "    contract: prepared\n    tasks: {names: {of: giver}}")
        story = begin(text).to_terms()
        assert ("freeze", "contract") not in asks(story, champion(2))
        assert ("freeze", "contract") in asks(story.give("names"), champion(2))


class TestWaitsFor:
    def test_the_forward_way_that_lacks_least(self):
        short = "  short: {from: figures, to: terms, when: {party: carrier}}\nreminders:"
        text = TWO_SIDES.replace("reminders:", short)
        assert [one.code for one in waits_for(begin(text).facts)] == ["seat.empty"]

    def test_what_only_waits_for_an_earlier_task_stands_behind_what_somebody_can_do(self):
        later = TWO_SIDES.replace("batch: {of: taker}", "batch: {of: taker, after: [haul]}")
        story = begin(later, carrier=1).to_trial()
        early = replace(story.task("batch"), since=story.task("haul").since - timedelta(days=1))
        codes = [one.code for one in waits_for(story.facts.with_task(early))]
        assert codes == ["task.not_begun", "task.must_follow", "gate.not_open"]

    def test_a_value_of_a_task_that_cannot_begin_stands_behind_too(self):
        later = LIMITED.replace("batch: {of: taker,", "batch: {of: taker, after: [haul],")
        story = begin(later, carrier=1).give("stream").give("need").agree("picture").go("to_trial")
        haul = replace(story.task("haul"), since=story.task("batch").since + timedelta(days=1))
        assert [one.code for one in waits_for(story.facts.with_task(haul))] == [
            "task.not_begun", "task.must_follow", "gate.not_open", "figure.missing"]

    def test_what_an_earlier_task_lacks_is_said_where_everything_waits_for_it(self):
        later = TWO_SIDES.replace("batch: {of: taker}", "batch: {of: taker, after: [haul]}").replace(
            "haul: {of: carrier}", "haul: {of: carrier, required: false}")
        found = waits_for(begin(later, carrier=1).to_trial().facts)
        assert [(one.code, one.values.get("task")) for one in found] == [
            ("task.not_begun", "haul"), ("task.must_follow", "batch"), ("gate.not_open", "batch")]

    def test_of_itself(self):
        assert [one.code for one in waits_for(begin().to_signature().facts)] == ["contract.unsigned"] * 2

    def test_nothing_after_the_end(self):
        assert waits_for(begin().to_signature().sign("giver").sign("taker").facts) == ()

    def test_nobody_there_takes_no_way(self):
        facts = begin().facts
        assert not can_take(replace(facts, actor=None), "to_trial")
        assert not can_take(replace(facts, actor=facts.member(MANAGER)), "to_trial")


def test_who_is_invited_begins_with_what_is_due_first():
    story = begin(TWO_SIDES.replace("need: {of: taker,", "need: {of: giver,"))
    facts = story.facts
    for late in ("stream", "need"):
        task = story.task(late)
        later = facts.with_task(replace(task, due_at=task.due_at + timedelta(days=9)))
        assert asked_first(later, champion(1)).key != late
    assert asked_first(facts, signatory(1)) is None


def test_who_comes_later_begins_with_the_short_agreement_that_the_others_have_signed():
    """Where coming in leads to, too: what is still to be measured waits behind it."""
    signing = TWO_SIDES.replace("      need: {of: taker, accepted_by: giver}\n", """\
      need: {of: taker, accepted_by: giver}
      secrecy: {of: [giver, taker, carrier], kind: sign, accede: true, required: false, agreement: We keep it.}
""").replace("haul: {of: carrier}", "haul: {of: carrier, after: [batch]}")
    story = begin(signing).sign_agreement("secrecy", "giver").sign_agreement("secrecy", "taker")
    facts = story.to_trial().seat("carrier").facts
    assert asked_first(facts, signatory(3)).key == "secrecy" and asked_first(facts, champion(3)).key == "haul"
    alone = replace(facts.member(champion(3)), parts=frozenset({"champion", "signatory"}))
    facts = facts.with_member(alone).with_task(replace(facts.task("secrecy", 3), asked=alone.person))
    assert asked_first(facts, alone.person).key == turns(facts, alone.person)[0].key == "secrecy"


def test_who_has_nothing_to_do_yet_begins_with_the_charter_and_later():
    facts = begin(carrier=1).facts
    charter = ProposalFact(1, "charter", "purpose", "{}", 1, champion(1), facts.now, "1 2 3", "1", ProposalState.OPEN,
                           facts.now)
    facts = replace(facts, proposals=(charter,))
    invited = {part: replace(facts.member(30 + place), accepted_at=None)
               for place, part in enumerate(("champion", "signatory", "contributor", "observer"), 1)}
    found = {part: beginning(facts.with_member(member), member.person) for part, member in invited.items()}
    assert found["champion"] == found["signatory"] == Beginning(None, charter=True, later=(("trial", "haul"),))
    assert found["contributor"] == Beginning(None, later=(("trial", "haul"),)) and found["observer"] == Beginning(None)
    assert beginning(facts, champion(1)) == Beginning(facts.task("stream", 1))
    assert beginning(facts.with_project(stage="terms"), champion(3)) == Beginning(None, charter=True)


def test_who_has_nothing_to_do_yet_reads_what_it_signs_before_its_first_task():
    signing = TWO_SIDES.replace("      haul: {of: carrier}", """\
      secrecy: {of: [giver, carrier], kind: sign, agreement: We keep it., due: {days: 3}}
      haul: {of: carrier}""")
    assert beginning(begin(signing, carrier=1).facts, champion(3)).later == (("trial", "secrecy"), ("trial", "haul"))


def test_a_duty_is_ahead_by_the_days_of_the_host():
    facts = begin().to_signature().sign("giver").sign("taker").facts
    evening = facts.now.replace(hour=22)  # there it is the next day
    owed = DutyFact(1, 1, "Wash the crates", evening.date() + AHEAD + timedelta(days=1))
    found = {zone: turns(replace(facts, now=evening, duties=(owed,), calendars=(Calendar(zone),)), champion(1))
             for zone in ("UTC", "Pacific/Auckland")}
    assert {zone: [one.key for one in rows] for zone, rows in found.items()} == {"UTC": [], "Pacific/Auckland": ["1"]}


class TestEveryStory:
    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(definitions(), chances(15))
    def test_what_is_offered_can_be_done(self, source, tries):
        story = Story(facts_of(source)).open()
        for told in tell(story, tries):
            for person, turn in told.all_turns():
                done = replace(told, acts=[]).take(turn, person)
                assert (person, turn) not in done.all_turns()
