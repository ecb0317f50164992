"""The neutral person: named by all, handed on alone; and what one who may only propose proposes."""

from datetime import date, timedelta

import pytest

from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.holds import Resume
from cocreate.services.acts.neutral import HandOverNeutral, PersonArrival, neutral
from cocreate.services.acts.proposals import Answer, Propose
from tests.support.facts import FACILITATOR, MONDAY, TWO_SIDES, begin, champion, signatory
from workflows.facts import ProposalState

NEW = 99
LATER = MONDAY + timedelta(days=30)
ARRIVAL = PersonArrival(NEW, "t", "h", LATER)
NAMED = Propose("neutral", "", '{"name": "Sofia", "email": "s@x.example", "reason": "Both of us trust her."}')
REST = Propose("hold", "", '{"until": "2027-03-20", "reason": "The ramp is being rebuilt."}')


def number(story):
    return max(one.number for one in story.facts.proposals)


class TestRest:
    def test_where_a_template_leaves_holding_to_others_one_champion_still_agrees(self):
        story = begin(TWO_SIDES + "\nmay: {hold: [host, facilitator]}\n").act(REST, FACILITATOR)
        assert not story.facts.on_hold
        assert story.act(Answer(number(story), True), champion(2)).facts.on_hold


class TestHandingOver:
    def test_who_is_neutral_stays_until_the_next_has_come(self):
        story = begin().act(HandOverNeutral(NEW, "Sofia", "", "t", "h", LATER), FACILITATOR)
        assert neutral(story.facts).person == FACILITATOR
        assert [letter.recipient for letter in story.change.letters] == [NEW]
        story.come(NEW)
        assert neutral(story.facts).person == NEW
        assert story.facts.member(FACILITATOR).left_at is not None

    def test_somebody_of_a_party_is_not_neutral(self):
        with pytest.raises(Conflict, match=r"member\.elsewhere"):
            begin().act(HandOverNeutral(champion(1), "A", "", "t", "h", LATER), FACILITATOR)

    def test_nobody_else_hands_it_over(self):
        with pytest.raises(Forbidden):
            begin().act(HandOverNeutral(NEW, "Sofia", "", "t", "h", LATER), champion(1))


class TestNaming:
    def test_needs_every_party(self):
        story = begin().act(NAMED, champion(1))
        assert story.facts.member(NEW) is None
        with pytest.raises(Forbidden):
            story.act(Answer(number(story), agree=True, arrival=ARRIVAL), signatory(2))
        story.act(Answer(number(story), agree=True, arrival=ARRIVAL), champion(2))
        assert story.facts.member(NEW).parts == {"facilitator"} and story.facts.member(NEW).party is None

    def test_who_does_not_answer_is_reminded(self):
        rules = TWO_SIDES.replace("reminders:\n", 'reminders:\n  - {"on": invitation_open, at: [3]}\n')
        story = begin(rules).act(HandOverNeutral(NEW, "Sofia", "", "t", "h", LATER), FACILITATOR)
        assert NEW in {row["recipient"] for row in story.plan()[1] if row["subject"] == f"member:{NEW}"}

    def test_an_invitation_nobody_answered_gives_way(self):
        story = begin().act(HandOverNeutral(98, "Ulla", "", "t", "h", LATER), FACILITATOR)
        story.act(HandOverNeutral(NEW, "Sofia", "", "t", "h", LATER), FACILITATOR)
        assert story.facts.member(98).left_at is not None


class TestProposingToRest:
    def test_one_champion_is_enough(self):
        story = begin().act(REST, FACILITATOR)
        assert not story.facts.on_hold
        story.act(Answer(number(story), agree=True), champion(2))
        assert story.facts.project.hold_until == date(2027, 3, 20)
        story.act(Resume(), champion(1))

    def test_a_signatory_does_not_answer_it(self):
        story = begin().act(REST, FACILITATOR)
        with pytest.raises(Forbidden):
            story.act(Answer(number(story), agree=True), signatory(2))

    def test_not_after_its_day(self):
        story = begin().act(REST, FACILITATOR).wait(days=30)
        with pytest.raises(Invalid, match=r"hold\.past"):
            story.act(Answer(number(story), agree=True), champion(2))

    def test_a_no_changes_nothing(self):
        story = begin().act(REST, FACILITATOR)
        story.act(Answer(number(story), agree=False, reason="We can go on without the ramp."), champion(2))
        assert story.facts.proposals[-1].state is ProposalState.REFUSED and not story.facts.on_hold
