"""After the signature: reporting a duty as done, and handing it to a colleague."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cocreate.domain.answers import Answer
from cocreate.domain.causes import still
from cocreate.domain.hearing import Subject
from cocreate.domain.news import heard
from cocreate.domain.reminding import owed
from cocreate.domain.turns import turns
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services import composing
from cocreate.services.acts.contracts import NewDuty
from cocreate.services.acts.duties import DoubtDuty, HandDuty, ReportDuty, SeeDuty, TakeBackReport
from cocreate.services.acts.proposals import Answer as Answering
from cocreate.services.acts.proposals import Propose
from tests.support.facts import MANAGER, REASON, begin, champion, signatory
from workflows.facts import DutyFact

ABSENT = {("stream", 1): (1, {"mass": Answer(not_available="nobody has weighed it")})}
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

    def test_of_a_value_that_was_settled_later_is_with_the_value(self):
        story = agreed()
        story.facts = story.facts.with_duty(replace(story.facts.duties[0], gives="figures.stream.mass"))
        with pytest.raises(Invalid, match=r"duty\.value"):
            story.act(ReportDuty(1), champion(1))
        (duty,) = story.act(ReportDuty(1, words="3 t"), champion(1)).facts.duties
        assert duty.said == "3 t" and story.change.personal == {"reason": "3 t"}
        assert story.change.details == {"duty": 1}

    def test_of_one_that_is_there(self):
        with pytest.raises(Conflict, match="duty.unknown"):
            agreed().act(ReportDuty(2), champion(1))


class TestTakeBackReport:
    """What was reported as done is owed again, with a reason that all read, and is reminded of again."""

    def test_is_owed_and_reminded_of_as_before(self):
        story = agreed()
        before = owed(story.facts)
        story.act(ReportDuty(1), champion(1))
        assert not [subject for subject in owed(story.facts) if subject.startswith("duty:")]
        story.act(TakeBackReport(1, REASON), champion(1))
        (duty,) = story.facts.duties
        assert (duty.done_at, duty.done_by, duty.said) == (None, None, None)
        assert owed(story.facts) == before
        assert [turn.act for turn in turns(story.facts, champion(1))] == ["duty"]
        assert story.change.details == {"duty": 1, "was": "done"} and story.change.personal == {"reason": REASON}
        story.act(ReportDuty(1), champion(1))
        assert story.facts.duties[0].done_at is not None

    def test_years_after_its_day_as_well(self):
        story = agreed().act(ReportDuty(1), champion(1)).wait(days=900)
        assert story.act(TakeBackReport(1, REASON), champion(1)).facts.duties[0].done_at is None

    def test_of_a_value_that_was_settled_later_takes_the_value_back(self):
        story = agreed()
        story.facts = story.facts.with_duty(replace(story.facts.duties[0], gives="figures.stream.mass"))
        story.act(ReportDuty(1, words="3 t"), champion(1)).act(TakeBackReport(1, REASON), champion(1))
        assert story.facts.duties[0].said is None

    def test_who_looks_after_it_hears_at_once_and_the_other_parties_in_the_morning(self):
        story = agreed().act(HandDuty(1, COLLEAGUE), champion(1)).act(ReportDuty(1), COLLEAGUE)
        before = story.facts
        after = story.act(TakeBackReport(1, REASON), champion(1)).facts
        told = heard(before, after)
        assert told["duty_back", COLLEAGUE].channel == "M" and ("duty_back", champion(1)) not in told
        assert told["duty_back", champion(2)].channel == "D"
        subject = Subject("duty", "1", 1)
        assert still("duty_back", subject, after) and not still("duty_back", subject, before)

    @pytest.mark.parametrize("person", [champion(2), signatory(1), COLLEAGUE, READER, MANAGER])
    def test_only_by_who_may_report_it(self, person):
        with pytest.raises(Forbidden):
            agreed().act(ReportDuty(1), champion(1)).act(TakeBackReport(1, REASON), person)

    def test_only_one_that_was_reported_and_with_a_reason(self):
        with pytest.raises(Conflict, match=r"duty\.open"):
            agreed().act(TakeBackReport(1, REASON), champion(1))
        with pytest.raises(Invalid, match=r"reason\.why"):
            agreed().act(ReportDuty(1), champion(1)).act(TakeBackReport(1, " "), champion(1))


class TestDoubt:
    """Another party says that it does not see it done: both stand until one of them takes its word back."""

    def test_stands_beside_the_report_which_it_does_not_undo(self):
        story = reported().act(DoubtDuty(1, REASON), champion(2))
        (duty,) = story.facts.duties
        assert duty.done_at is not None and duty.doubts == {2: REASON}
        assert story.change.party == 2 and story.change.details == {"duty": 1, "of": 1}
        assert story.change.personal == {"reason": REASON}

    def test_who_owes_it_hears_at_once(self):
        story = reported()
        before = story.facts
        after = story.act(DoubtDuty(1, REASON), champion(2)).facts
        told = heard(before, after)
        assert told["duty_doubted", champion(1)].channel == "M" and ("duty_doubted", champion(2)) not in told
        assert still("duty_doubted", Subject("duty", "1", 1), after)
        assert not still("duty_doubted", Subject("duty", "1", 1), before)

    @pytest.mark.parametrize("word", [SeeDuty(1), TakeBackReport(1, REASON)])
    def test_is_the_turn_of_who_can_take_the_report_back_until_one_of_the_two_does(self, word):
        story = reported().act(DoubtDuty(1, REASON), champion(2))
        people = {member.person for member in story.facts.members}

        def asked(facts):
            return {person for person in people if ("unseen", "1") in {(one.act, one.key)
                                                                        for one in turns(facts, person)}}

        assert asked(story.facts) == {champion(1)}
        assert asked(story.act(word, champion(2 if isinstance(word, SeeDuty) else 1)).facts) == set()

    def test_ends_when_its_party_sees_it_done(self):
        story = reported().act(DoubtDuty(1, REASON), champion(2))
        before = story.facts
        after = story.act(SeeDuty(1), champion(2)).facts
        assert after.duties[0].doubts == {} and story.change.details == {"duty": 1, "of": 1}
        assert heard(before, after)["duty_seen", champion(1)].channel == "D"
        with pytest.raises(Conflict, match=r"duty\.no_doubt"):
            story.act(SeeDuty(1), champion(2))

    def test_ends_with_the_report_and_who_doubted_hears_at_once(self):
        story = reported().act(DoubtDuty(1, REASON), champion(2))
        before = story.facts
        after = story.act(TakeBackReport(1, REASON), champion(1)).facts
        told = heard(before, after)
        assert after.duties[0].doubts == {} and told["duty_back", champion(2)].channel == "M"
        assert not [kind for kind, _person in told if kind == "duty_seen"]
        assert story.act(ReportDuty(1), champion(1)).facts.duties[0].doubts == {}

    @pytest.mark.parametrize("person", [champion(1), signatory(2), COLLEAGUE, READER, MANAGER])
    def test_only_by_who_leads_for_another_party(self, person):
        with pytest.raises(Forbidden):
            reported().act(DoubtDuty(1, REASON), person)

    def test_only_of_what_is_reported(self):
        with pytest.raises(Conflict, match=r"duty\.open"):
            agreed().act(DoubtDuty(1, REASON), champion(2))
        with pytest.raises(Conflict, match=r"duty\.doubted"):
            reported().act(DoubtDuty(1, REASON), champion(2)).act(DoubtDuty(1, REASON), champion(2))
        with pytest.raises(Invalid, match=r"reason\.why"):
            reported().act(DoubtDuty(1, "No."), champion(2))


class TestSettledLater:
    """What a clause leaves to be given later is owed once all have signed."""

    def test_is_owed_by_who_was_named_by_the_day_that_was_agreed(self):
        story = settled()
        assert composing.duties(story.facts, ABSENT) == (
            NewDuty(1, "Give “Mass”: as weighed at the gate", date(2027, 6, 1), "quantity",
                    gives="figures.stream.mass"),)

    def test_not_where_it_was_given_meanwhile_its_clause_was_struck_or_its_party_has_left(self):
        story = settled()
        assert composing.duties(story.facts, {("stream", 1): (2, {"mass": Answer(Decimal(3))})}) == ()
        gone = replace(story.facts.parties[0], left_at=story.facts.now)
        assert composing.duties(story.facts.with_party(gone), ABSENT) == ()
        story.act(Propose("strike", "quantity", json.dumps({"reason": "Nobody needs it any more."})), champion(1))
        struck = story.act(Answering(2, True), champion(2)).facts
        assert composing.duties(struck, ABSENT) == ()

    @pytest.mark.parametrize(("body", "code", "field"), [
        ({"parties": []}, "later.nobodys", "who"), ({"parties": [3]}, "later.nobodys", "who"),
        ({"by": "2027-03-01"}, "later.past", "by")])
    def test_names_who_signs_and_a_day_to_come(self, body, code, field):
        with pytest.raises(Invalid, match=code) as refused:
            begin(carrier=1).act(later(**body), champion(1))
        assert refused.value.values["field"] == field


class TestHandOver:
    def test_the_colleague_is_asked_reminded_and_may_report(self):
        story = agreed().act(HandDuty(1, COLLEAGUE), champion(1))
        facts = story.facts
        assert facts.duties[0].confirmed_at == facts.now  # in a year it is asked again
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


def reported():
    return agreed().act(ReportDuty(1), champion(1))


def later(**changed):
    body = {"parties": [1], "by": "2027-06-01", "rule": "as weighed\nat the gate", "reason": "Nobody has weighed it."}
    return Propose("later", "figures.stream.mass", json.dumps(body | changed))


def settled():
    return begin().act(later(), champion(1)).act(Answering(1, True), champion(2))
