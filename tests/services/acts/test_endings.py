"""Declining, withdrawing, leaving."""

from dataclasses import replace
from datetime import date

import pytest

from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.endings import Decline, Leave, WithdrawEarly
from cocreate.services.acts.holds import Hold
from cocreate.services.acts.proposals import Answer, Propose
from tests.support.facts import FACILITATOR, MANAGER, REASON, TWO_SIDES, begin, champion, signatory
from workflows.facts import DecisionState, ProposalState, TaskState

GIVER, TAKER, CARRIER = 1, 2, 3
NO = Decline("Steam", REASON)
WHY = '{"reason": "Nobody needs the steam any more."}'


class TestTemplate:
    """It narrows who may; the others are told who can."""

    TEXT = TWO_SIDES + """
may: {decline: [taker], leave: [], withdraw: [host], hold: [giver, host], add_party: [host]}
"""

    @pytest.mark.parametrize(("request_", "person", "can"), [
        (NO, champion(GIVER), {champion(TAKER), signatory(TAKER)}), (Leave(REASON), champion(CARRIER), set()),
        (Propose("withdraw", "", WHY), champion(GIVER), {MANAGER}),
        (Propose("add_party", "carrier", WHY), champion(TAKER), {MANAGER}),
        (Hold(REASON, date(2031, 1, 1)), champion(TAKER), {champion(GIVER), MANAGER})])
    def test_refuses_who_is_not_named(self, request_, person, can):
        story = begin(self.TEXT, carrier=1)
        with pytest.raises(Forbidden) as refused:
            story.act(request_, person)
        assert set(refused.value.values["persons"]) == can

    def test_lets_who_is_named(self):
        assert begin(self.TEXT).act(NO, champion(TAKER)).stage == "declined"
        assert begin(self.TEXT).act(Propose("withdraw", "", WHY), MANAGER).facts.proposals


class TestDecline:
    @pytest.mark.parametrize("person", [champion(TAKER), signatory(GIVER)])
    def test_ends_the_project_for_all_and_everybody_hears(self, person):
        story = begin(carrier=1).act(NO, person)
        assert story.stage == "declined" and story.facts.ended and story.facts.project.outcome == "declined"
        assert ("declined", champion(CARRIER)) in story.mails() and ("declined", person) in story.mails()
        ended, planned = story.plan()
        assert "task:stream:1" in ended and planned == ()

    def test_lessons_are_kept_with_the_reason(self):
        story = begin().act(Decline("Steam ", REASON, " Ask for the permit first. "), champion(GIVER))
        assert story.change.personal == {"reason": REASON, "lessons": "Ask for the permit first."}

    @pytest.mark.parametrize(("given", "code"), [
        (Decline("Stream", REASON), "title.differs"), (Decline("Steam", "no"), "reason.why")])
    def test_asks_for_the_name_and_a_reason(self, given, code):
        with pytest.raises(Invalid, match=code):
            begin().act(given, champion(GIVER))

    @pytest.mark.parametrize("person", [MANAGER, FACILITATOR, 13, 14])
    def test_is_for_champions_and_signatories_of_a_party(self, person):
        with pytest.raises(Forbidden):
            begin().act(NO, person)

    def test_an_optional_party_leaves_instead(self):
        with pytest.raises(Conflict, match=r"party\.optional"):
            begin(carrier=1).act(NO, champion(CARRIER))

    def test_after_that_nothing_happens_any_more(self):
        with pytest.raises(Conflict, match=r"project\.ended"):
            begin().act(NO, champion(GIVER)).submit("stream")


class TestWithdrawEarly:
    def test_the_account_manager_alone_while_nobody_has_come(self):
        story = _nobody_came(begin()).act(WithdrawEarly(REASON), MANAGER)
        assert story.stage == "withdrawn" and ("withdrawn", MANAGER) in story.mails()

    def test_not_once_somebody_has(self):
        with pytest.raises(Conflict, match=r"withdraw\.others"):
            begin().act(WithdrawEarly(REASON), MANAGER)

    def test_the_hosts_own_people_do_not_count(self):
        story = _nobody_came(begin(), but=GIVER)
        seated = replace(story.facts.member(MANAGER), party=GIVER)
        story.facts = story.facts.with_member(seated)
        assert story.act(WithdrawEarly(REASON), MANAGER).stage == "withdrawn"

    def test_nobody_else_can(self):
        with pytest.raises(Forbidden):
            begin().act(WithdrawEarly(REASON), champion(GIVER))


class TestWithdrawLater:
    def test_needs_everybody(self):
        story = begin(carrier=1).act(Propose("withdraw", "", WHY), champion(GIVER))
        assert story.change.letters and {letter.kind for letter in story.change.letters} == {"proposal"}
        story.act(Answer(1, agree=True), champion(TAKER))
        assert not story.facts.ended
        assert story.act(Answer(1, agree=True), champion(CARRIER)).stage == "withdrawn"

    def test_of_who_is_still_there(self):
        story = begin(carrier=1).act(Propose("withdraw", "", WHY), champion(GIVER))
        story.act(Answer(1, agree=True), champion(TAKER)).act(Leave(REASON), champion(CARRIER))
        assert story.stage == "withdrawn"

    def test_a_no_ends_it_and_tells_who_proposed(self):
        story = begin().act(Propose("withdraw", "", WHY), champion(GIVER))
        story.act(Answer(1, agree=False, reason=REASON), champion(TAKER))
        assert story.facts.proposals[0].state is ProposalState.REFUSED
        assert [(letter.kind, letter.recipient) for letter in story.change.letters] == [
            ("proposal_refused", champion(GIVER))]

    def test_a_signatory_does_not_answer_it(self):
        story = begin().act(Propose("withdraw", "", WHY), MANAGER)
        with pytest.raises(Forbidden) as refused:
            story.act(Answer(1, agree=True), signatory(TAKER))
        assert refused.value.values["persons"] == (champion(TAKER),)


class TestLeave:
    def test_an_optional_party_goes_and_the_project_goes_on(self):
        story = begin(carrier=1).to_trial().act(Leave(REASON), champion(CARRIER))
        assert story.task("haul", "carrier").state is TaskState.LAPSED
        assert not story.facts.ended and story.facts.party(CARRIER).left_at == story.facts.now
        assert all(m.left_at for m in story.facts.members if m.party == CARRIER)
        assert ("left", champion(GIVER)) not in story.mails()  # other champions: in the digest
        assert ("left", MANAGER) in story.mails()
        assert ("left", signatory(CARRIER)) in story.mails()  # and their colleagues, who are out with it

    def test_nobody_waits_for_its_decision(self):
        text = OPTIONAL_DECIDES
        story = begin(text, carrier=1).give("stream").act(Leave(REASON), champion(CARRIER))
        assert story.decision("picture", "carrier").state is DecisionState.DROPPED

    def test_not_with_who_looks_after_the_project(self):
        story = begin(carrier=1)
        host = story.facts.member(champion(CARRIER))
        story.facts = story.facts.with_member(replace(host, parts=host.parts | {"manager"})).with_project(
            manager_id=host.person)
        with pytest.raises(Conflict, match=r"member\.looks_after"):
            story.act(Leave(REASON), signatory(CARRIER))

    @pytest.mark.parametrize("party", [GIVER, TAKER])
    def test_a_required_one_declines_instead(self, party):
        with pytest.raises(Conflict, match=r"party\.required"):
            begin(carrier=1).act(Leave(REASON), champion(party))

    def test_one_of_several_may_leave_while_enough_stay(self):
        story = begin(MANY, user=3)
        story.act(Leave(REASON), champion(story.number("user.3")))
        with pytest.raises(Conflict, match=r"party\.required"):
            story.act(Leave(REASON), champion(story.number("user.2")))
        assert story.act(NO, champion(story.number("user.2"))).stage == "declined"


OPTIONAL_DECIDES = """
parties:
  giver: {contracting: true}
  taker: {contracting: true}
  carrier: {required: false}
stages:
  figures:
    tasks: {stream: {of: giver, accepted_by: taker}}
    gates: {picture: {of: [giver, taker, carrier]}}
  signature: {contract: signed}
transitions:
  go: {from: figures, to: signature, when: {gate: picture}}
"""
MANY = """
parties:
  giver: {contracting: true}
  user: {many: {min: 2, max: 4}}
stages:
  figures: {tasks: {stream: {of: user}}}
  signature: {contract: signed}
transitions:
  go: {from: figures, to: signature, when: tasks}
"""


def _nobody_came(story, but=None):
    for member in story.facts.members:
        if member.party is not None and member.party != but:
            story.facts = story.facts.with_member(replace(member, accepted_at=None))
    return story
