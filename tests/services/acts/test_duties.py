"""After the signature: reporting a duty as done, and handing it to a colleague."""

from dataclasses import replace
from datetime import date

import pytest

from cocreate.domain.reminding import owed
from cocreate.domain.turns import turns
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.duties import HandDuty, ReportDuty
from tests.support.facts import MANAGER, begin, champion, signatory
from workflows.facts import DutyFact

COLLEAGUE = 13  # contributes for the first party
READER = 14  # only reads


class TestReport:
    @pytest.mark.parametrize("person", [champion(2), signatory(1), COLLEAGUE, READER, MANAGER])
    def test_only_by_who_looks_after_it_or_leads_its_party(self, person):
        with pytest.raises(Forbidden):
            agreed().act(ReportDuty(1), person)

    def test_says_when_and_by_whom_and_no_word_of_it_in_what_stays(self):
        story = agreed().act(ReportDuty(1), champion(1))
        (duty,) = story.facts.duties
        assert (duty.done_at, duty.done_by) == (story.facts.now, champion(1))
        assert story.change.details == {"duty": 1}

    def test_once(self):
        with pytest.raises(Conflict, match="duty.done"):
            agreed().act(ReportDuty(1), champion(1)).act(ReportDuty(1), champion(1))

    def test_of_one_that_is_there(self):
        with pytest.raises(Conflict, match="duty.unknown"):
            agreed().act(ReportDuty(2), champion(1))


class TestHandOver:
    def test_the_colleague_is_asked_reminded_and_may_report(self):
        story = agreed().act(HandDuty(1, COLLEAGUE), champion(1))
        facts = story.facts
        assert [turn.act for turn in turns(facts, COLLEAGUE)] == ["duty"] and turns(facts, champion(1)) == ()
        (matter,) = (one for subject, one in owed(facts).items() if subject.startswith("duty:"))
        assert (matter.asked, matter.champions) == ((COLLEAGUE,), (champion(1),))
        assert story.act(ReportDuty(1), COLLEAGUE).facts.duties[0].done_by == COLLEAGUE

    def test_one_of_a_later_year_is_no_turn_yet(self):
        story = agreed()
        far = replace(story.facts.duties[0], due=date(2038, 11, 28))
        assert turns(story.facts.with_duty(far), champion(1)) == () != turns(story.facts, champion(1))

    def test_goes_back_to_the_champions_when_the_colleague_is_gone(self):
        story = agreed().act(HandDuty(1, COLLEAGUE), champion(1))
        member = story.facts.member(COLLEAGUE)
        facts = story.facts.with_member(replace(member, left_at=story.facts.now))
        assert [turn.act for turn in turns(facts, champion(1))] == ["duty"]

    @pytest.mark.parametrize("person", [READER, champion(2), MANAGER, 999])
    def test_only_to_somebody_who_works_for_its_party(self, person):
        with pytest.raises(Invalid, match="duty.not_theirs"):
            agreed().act(HandDuty(1, person), champion(1))

    @pytest.mark.parametrize("person", [champion(2), COLLEAGUE, READER, MANAGER])
    def test_only_by_its_party(self, person):
        with pytest.raises(Forbidden):
            agreed().act(HandDuty(1, COLLEAGUE), person)


def agreed():
    """A signed contract by which the first party owes a report."""
    story = begin().to_signature().sign("giver").sign("taker")
    story.facts = story.facts.with_duty(DutyFact(1, 1, "Energy report", date(2027, 5, 3), "quantity"))
    return story
