"""What a contributor proposes about people: the own champions answer; a yes invites a colleague, or gives parts."""

import json
from datetime import timedelta

import pytest

from cocreate.domain import audience
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.endings import Leave
from cocreate.services.acts.neutral import PersonArrival
from cocreate.services.acts.proposals import Answer, Propose
from tests.support.facts import FACILITATOR, MANAGER, MONDAY, begin, champion, signatory
from workflows.facts import ProposalState
from workflows.values import replace

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


class TestParts:
    def test_are_given_by_the_yes_of_an_own_champion(self):
        story = begin().act(parts("signatory", "contributor"), contributor(2))
        assert story.facts.member(contributor(2)).parts == {"contributor"}
        assert [(letter.kind, letter.recipient) for letter in story.change.letters] == [("proposal", champion(2))]
        assert story.change.sees == audience.bit(2)
        story.act(Answer(number(story), agree=True), champion(2))
        assert story.facts.member(contributor(2)).parts == {"signatory", "contributor"}
        assert story.facts.proposals[-1].state is ProposalState.AGREED and story.change.sees is None

    def test_what_was_asked_of_whoever_only_reads_from_then_on_is_asked_of_the_champion(self):
        story = begin().act(parts("observer"), contributor(2))
        task = next(one for one in story.facts.tasks if one.party == 2)
        story.facts = story.facts.with_task(replace(task, asked=contributor(2)))
        story.act(Answer(number(story), agree=True), champion(2))
        assert [one.asked for one in story.facts.tasks if one.id == task.id] == [champion(2)]

    @pytest.mark.parametrize("other", [champion(1), signatory(2), contributor(2), MANAGER, FACILITATOR])
    def test_nobody_else_answers(self, other):
        story = begin().act(parts("signatory"), contributor(2))
        with pytest.raises(Forbidden):
            story.act(Answer(number(story), agree=True), other)

    def test_stay_with_a_no_and_who_proposed_hears_why(self):
        story = begin().act(parts("signatory"), contributor(2))
        story.act(Answer(number(story), agree=False, reason="She does not sign for us."), champion(2))
        assert story.facts.member(contributor(2)).parts == {"contributor"}
        assert [(letter.kind, letter.recipient) for letter in story.change.letters] == [
            ("proposal_refused", contributor(2))]

    def test_a_newer_question_about_the_same_person_takes_the_place_of_the_older(self):
        story = begin().act(parts("signatory"), contributor(2)).act(parts("observer"), contributor(2))
        assert [one.state for one in story.facts.proposals[-2:]] == [ProposalState.ENDED, ProposalState.OPEN]

    @pytest.mark.parametrize("given", [(), ("manager",), ("contributor",)])
    def test_are_parts_of_a_party_and_others_than_they_have(self, given):
        with pytest.raises(Invalid, match=r"parts\."):
            begin().act(parts(*given), contributor(2))

    @pytest.mark.parametrize("whom", [contributor(1), MANAGER, FACILITATOR, 98])
    def test_of_somebody_of_no_own_party_cannot_be_asked(self, whom):
        with pytest.raises(Conflict, match=r"member\.gone"):
            begin().act(parts("observer", of=whom), contributor(2))

    def test_a_party_keeps_a_champion_when_it_is_asked_and_when_it_is_answered(self):
        with pytest.raises(Conflict, match=r"member\.last_champion"):
            begin().act(parts("observer", of=champion(2)), contributor(2))

    def test_who_has_gone_meanwhile_gets_none(self):
        story = begin().act(parts("signatory"), contributor(2))
        gone = replace(story.facts.member(contributor(2)), left_at=MONDAY)
        story.facts = story.facts.with_member(gone)
        with pytest.raises(Conflict, match=r"member\.gone"):
            story.act(Answer(number(story), agree=True), champion(2))


def parts(*given, of=None):
    of = contributor(2) if of is None else of
    return Propose("parts", str(of), json.dumps({"name": "Tom Yard", "parts": given, "reason": "She may sign here."}))


def number(story):
    return max(one.number for one in story.facts.proposals)
