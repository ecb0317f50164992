"""Ending a signed contract by agreement of all who signed it."""

import json
from dataclasses import replace
from datetime import date

import pytest

from cocreate.domain import ending
from cocreate.domain.causes import still
from cocreate.domain.hearing import Subject
from cocreate.domain.news import heard
from cocreate.domain.reminding import owed
from cocreate.domain.turns import turns
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.duties import DoubtDuty, ReportDuty, TakeBackReport
from cocreate.services.acts.proposals import Answer, Propose, TakeBackProposal
from tests.support.facts import MANAGER, REASON, begin, champion, signatory
from workflows.facts import DutyFact

DAY = date(2027, 9, 30)
BEFORE, AFTER, STAYS, NOTICE = 1, 2, 3, 4


class TestProposing:
    def test_asks_who_signs_for_every_other_party_that_signed(self):
        story = asked()
        assert [(turn.act, turn.key) for turn in turns(story.facts, signatory(2))][:1] == [("answer", "1")]
        assert "answer" not in {turn.act for turn in turns(story.facts, champion(2))}
        letters = {(letter.kind, letter.recipient) for letter in story.change.letters}
        assert letters == {("proposal", signatory(2))}
        subject = Subject("proposal", "1", 2)
        assert still("proposal", subject, story.facts)
        assert not still("proposal", subject, story.act(Answer(1, False, REASON), signatory(2)).facts)

    @pytest.mark.parametrize("person", [champion(1), MANAGER, 13, 14])
    def test_is_only_for_who_signs(self, person):
        with pytest.raises(Forbidden):
            signed().act(end(), person)

    def test_only_of_a_contract_that_is_signed(self):
        with pytest.raises(Conflict, match=r"ending\.no_contract"):
            begin().to_signature().act(end(), signatory(1))

    @pytest.mark.parametrize(("changed", "code"), [({"day": "2027-02-01"}, r"ending\.past"),
                                                   ({"reason": "No."}, r"reason\.why")])
    def test_with_a_reason_and_a_day_to_come(self, changed, code):
        with pytest.raises(Invalid, match=code):
            signed().act(end(**changed), signatory(1))

    def test_not_where_nobody_is_left_who_signs_for_a_party(self):
        story = signed()
        story.facts = story.facts.with_member(replace(story.facts.member(signatory(2)), left_at=story.facts.now))
        story.facts = story.facts.with_member(replace(story.facts.member(champion(2)), parts=frozenset({"champion"})))
        with pytest.raises(Conflict, match=r"ending\.nobody"):
            story.act(end(), signatory(1))

    def test_not_by_a_party_that_has_not_signed(self):
        story = signed()
        carrier = replace(story.facts.party(1), number=3, seat="carrier", name="Freight Ltd")
        story.facts = story.facts.with_party(carrier).with_member(
            replace(story.facts.member(signatory(1)), person=signatory(3), party=3))
        with pytest.raises(Conflict, match=r"ending\.not_bound"):
            story.act(end(), signatory(3))

    def test_can_be_taken_back_and_is_not_agreed_to_after_its_day(self):
        assert not ending.agreed(asked().act(TakeBackProposal(1), signatory(1)).facts)
        with pytest.raises(Conflict, match=r"ending\.past"):
            asked().wait(days=400).act(Answer(1, True), signatory(2))


class TestAgreeing:
    def test_what_falls_after_the_day_is_not_owed_or_reminded_of_and_nothing_is_left_to_decide(self):
        story = asked().act(Answer(1, True), signatory(2))
        assert [duty.outcome for duty in story.facts.duties] == [None, "over", None, "over"]
        left = {subject for subject in owed(story.facts) if subject.startswith("duty:")}
        assert left == {f"duty:{BEFORE}:1", f"duty:{STAYS}:2"}
        assert ending.agreed(story.facts) == ending.Ending(DAY, frozenset({STAYS}))

    def test_what_was_taken_on_at_a_question_before_the_contract_stays(self):
        story = signed()
        story.facts = story.facts.with_duty(replace(story.facts.duties[1], gate="passed"))
        story.act(end(), signatory(1)).act(Answer(1, True), signatory(2))
        assert [duty.outcome for duty in story.facts.duties] == [None, None, None, "over"]

    def test_a_no_changes_nothing(self):
        story = asked().act(Answer(1, False, REASON), signatory(2))
        assert {duty.outcome for duty in story.facts.duties} == {None} and not ending.agreed(story.facts)

    def test_everybody_hears_of_it_at_once_also_who_agreed(self):
        story = asked()
        before = story.facts
        told = heard(before, story.act(Answer(1, True), signatory(2)).facts)
        everybody = {member.person for member in story.facts.members if member.present}
        assert {person for kind, person in told if kind == "contract_ends"} == everybody
        assert {one.channel for one in told.values()} == {"M"}

    def test_what_is_over_is_neither_reported_nor_taken_back_nor_doubted(self):
        story = asked().act(Answer(1, True), signatory(2))
        for act, person in ((ReportDuty(AFTER), champion(1)), (TakeBackReport(AFTER, REASON), champion(1)),
                            (DoubtDuty(AFTER, REASON), champion(2))):
            with pytest.raises(Conflict, match=r"duty\.over"):
                story.act(act, person)
        assert story.act(ReportDuty(BEFORE), champion(1)).facts.duties[0].done_at is not None

    def test_once(self):
        with pytest.raises(Conflict, match=r"ending\.there"):
            asked().act(Answer(1, True), signatory(2)).act(end(), signatory(1))


def signed():
    """A signed contract under which each party owes something."""
    story = begin().to_signature().sign("giver").sign("taker")
    for number, party, due in ((BEFORE, 1, date(2027, 5, 3)), (AFTER, 1, date(2027, 11, 1)),
                               (STAYS, 2, date(2034, 6, 1)), (NOTICE, 2, date(2027, 6, 30))):
        story.facts = story.facts.with_duty(DutyFact(number, party, f"Duty {number}", due, decide=number == NOTICE,
                                                     goes_on_by=12 * (number == NOTICE)))
    return story


def end(**changed):
    return Propose("end", "", json.dumps({"day": DAY.isoformat(), "stay": [STAYS], "reason": REASON} | changed))


def asked():
    return signed().act(end(), signatory(1))
