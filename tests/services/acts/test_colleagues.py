"""A colleague whom a contributor proposes: the own champions answer, and a yes invites."""

import json
from datetime import timedelta

import pytest

from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.endings import Leave
from cocreate.services.acts.neutral import PersonArrival
from cocreate.services.acts.proposals import Answer, Propose
from tests.support.facts import FACILITATOR, MANAGER, MONDAY, begin, champion, signatory
from workflows.facts import ProposalState

NEW = 99
ARRIVAL = PersonArrival(NEW, "t", "h", MONDAY + timedelta(days=30))
BODY = {"name": "Lea Roth", "email": "l@x.example", "parts": ["contributor"], "reason": "She knows the ramp.",
        "greeting": "You know the ramp."}
LEA = Propose("colleague", "", json.dumps(BODY))


def contributor(party):
    return party * 10 + 3


class TestColleague:
    def test_is_invited_by_the_yes_of_an_own_champion(self):
        story = begin().act(LEA, contributor(2))
        assert story.facts.member(NEW) is None
        assert [(letter.kind, letter.recipient) for letter in story.change.letters] == [("proposal", champion(2))]
        story.act(Answer(number(story), agree=True, arrival=ARRIVAL), champion(2))
        lea = story.facts.member(NEW)
        assert (lea.party, lea.parts, lea.accepted_at) == (2, {"contributor"}, None)
        assert [(letter.kind, letter.recipient) for letter in story.change.letters] == [("invitation", NEW)]
        assert story.facts.proposals[-1].state is ProposalState.AGREED

    @pytest.mark.parametrize("other", [champion(1), signatory(2), contributor(2), MANAGER, FACILITATOR])
    def test_nobody_else_answers(self, other):
        story = begin().act(LEA, contributor(2))
        with pytest.raises(Forbidden) as refused:
            story.act(Answer(number(story), agree=True, arrival=ARRIVAL), other)
        assert refused.value.values["persons"] == (champion(2),)

    @pytest.mark.parametrize("other", [signatory(2), MANAGER, FACILITATOR])
    def test_who_neither_invites_nor_contributes_proposes_nobody(self, other):
        with pytest.raises(Forbidden):
            begin().act(LEA, other)

    def test_is_not_invited_without_a_yes_and_who_proposed_hears_why(self):
        story = begin().act(LEA, contributor(2))
        story.act(Answer(number(story), agree=False, reason="We are enough people."), champion(2))
        assert story.facts.member(NEW) is None
        assert [(letter.kind, letter.recipient) for letter in story.change.letters] == [
            ("proposal_refused", contributor(2))]

    def test_two_of_them_do_not_end_each_other(self):
        story = begin().act(LEA, contributor(2)).act(Propose("colleague", "", json.dumps(BODY | {"name": "Tom"})),
                                                     contributor(2))
        assert [one.state for one in story.facts.proposals[-2:]] == [ProposalState.OPEN] * 2

    def test_who_has_come_meanwhile_is_not_invited_again(self):
        story = begin().act(LEA, contributor(2)).invite(NEW, "taker", "contributor")
        with pytest.raises(Conflict, match=r"member\.there"):
            story.act(Answer(number(story), agree=True, arrival=ARRIVAL), champion(2))

    @pytest.mark.parametrize("wrong", [{"name": " "}, {"parts": []}, {"parts": ["manager"]}])
    def test_has_a_name_and_parts_of_a_party(self, wrong):
        with pytest.raises(Invalid):
            begin().act(Propose("colleague", "", json.dumps(BODY | wrong)), contributor(2))

    def test_the_question_ends_with_the_party(self):
        story = begin(carrier=1).act(LEA, contributor(3)).act(Leave("We have no lorries left."), champion(3))
        assert story.facts.proposals[-1].state is ProposalState.ENDED


def number(story):
    return max(one.number for one in story.facts.proposals)
