"""After the signature: whether the contract goes on, as each party decides by a last day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cocreate.domain.causes import still
from cocreate.domain.hearing import Subject
from cocreate.domain.news import heard
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.duties import DecideLater, DoubtDuty, ReportDuty, TakeBackReport
from tests.support.facts import MANAGER, REASON, begin, champion, signatory
from workflows.facts import DutyFact, Notice

SEEN = "2027-05-03"  # the last day for notice, as its page had it
COLLEAGUE = 13  # contributes for the first party
READER = 14  # only reads


class TestNotice:
    """Each party says for itself which of the two it is, and when."""

    def test_leaves_the_same_decision_of_the_others_without_a_point_and_nothing_else(self):
        story = both()
        day = story.facts.now.date()
        story.act(ReportDuty(1, Notice.GIVEN, day, "By letter.", SEEN), champion(1))
        assert [duty.outcome for duty in story.facts.duties] == ["given", "others", None]
        assert [duty.done_on for duty in story.facts.duties] == [day, None, None]
        assert story.change.details == {"duty": 1, "notice": "given", "day": day.isoformat()}

    def test_that_it_goes_on_is_said_for_oneself_alone_and_the_next_day_comes(self):
        story, later = both(), date(2028, 5, 3)
        story.act(ReportDuty(1, Notice.ON, story.facts.now.date(), "", SEEN, later), champion(1))
        assert [(duty.due, duty.done_at) for duty in story.facts.duties] == [
            (later, None), (date(2027, 5, 3), None), (date(2027, 5, 3), None)]
        story.act(ReportDuty(2, Notice.GIVEN, story.facts.now.date(), seen=SEEN), champion(2))
        assert [duty.outcome for duty in story.facts.duties] == ["others", "given", None]

    @pytest.mark.parametrize(("given", "days", "field"), [
        (None, 0, "notice"), (Notice.OTHERS, 0, "notice"), (Notice.GIVEN, 1, "day"), (Notice.GIVEN, -400, "day")])
    def test_says_which_of_the_two_and_a_day_since_the_signature(self, given, days, field):
        story = both()
        with pytest.raises(Invalid) as refused:
            story.act(ReportDuty(1, given, story.facts.now.date() + timedelta(days=days)), champion(1))
        assert refused.value.values["field"] == field

    def test_is_its_partys_own_which_no_other_doubts(self):
        with pytest.raises(Conflict, match=r"duty\.own_decision"):
            noticed().act(DoubtDuty(1, REASON), champion(2))


class TestTakeBackNotice:
    """Until the last day on which it could be given, who gave it can take it back; the others decide again."""

    def test_opens_the_decision_of_all_whom_it_left_without_a_point_and_tells_them(self):
        story = both()
        day = story.facts.now.date()
        before = story.act(ReportDuty(1, Notice.GIVEN, day, "By letter.", SEEN), champion(1)).facts
        assert ("notice_given", champion(2)) in heard(both().facts, before)
        after = story.act(TakeBackReport(1, "It was meant for another contract."), champion(1)).facts
        assert [(one.outcome, one.done_at, one.done_by, one.done_on, one.said) for one in after.duties] == [
            (None,) * 5] * 3
        assert story.change.details == {"duty": 1}
        assert story.change.personal == {"reason": "It was meant for another contract."}
        told = heard(before, after)
        assert ("notice_back", champion(2)) in told and ("notice_back", champion(1)) not in told
        given, back = (Subject("duty", "2", 2) for _ in range(2))
        assert still("notice_given", given, before) and not still("notice_given", given, after)
        assert still("notice_back", back, after)
        story.act(ReportDuty(2, Notice.GIVEN, day, seen=SEEN), champion(2))
        assert [one.outcome for one in story.facts.duties] == ["others", "given", None]

    @pytest.mark.parametrize("person", [champion(2), signatory(1), COLLEAGUE, READER, MANAGER])
    def test_only_by_who_may_give_it(self, person):
        with pytest.raises(Forbidden):
            noticed().act(TakeBackReport(1, REASON), person)

    def test_not_after_the_last_day_on_which_it_could_be_given(self):
        story = noticed()
        last = replace(story, facts=replace(story.facts, now=story.facts.now.replace(month=5, day=3)))
        assert last.act(TakeBackReport(1, REASON), champion(1)).facts.duties[0].outcome is None
        late = replace(story, facts=replace(story.facts, now=story.facts.now.replace(month=5, day=4)))
        with pytest.raises(Conflict, match=r"duty\.in_effect"):
            late.act(TakeBackReport(1, REASON), champion(1))

    def test_only_one_that_stands_and_with_a_reason(self):
        for number, party in ((2, 2), (3, 2)):
            with pytest.raises(Conflict, match=r"duty\.no_notice"):
                noticed().act(TakeBackReport(number, REASON), champion(party))
        with pytest.raises(Invalid, match=r"reason\.why"):
            noticed().act(TakeBackReport(1, " "), champion(1))


class TestGoOnOrEnd:
    """Where a contract ends unless it is decided otherwise its party says which it is, and the others hear of it."""

    def test_says_which_of_the_two_it_is_and_the_other_parties_hear_of_it(self):
        story = option()
        with pytest.raises(Invalid, match=r"duty\.which"):
            story.act(ReportDuty(1, day=story.facts.now.date(), seen=SEEN), champion(1))
        with pytest.raises(Invalid, match=r"duty\.which"):
            story.act(ReportDuty(1, Notice.GIVEN, story.facts.now.date(), seen=SEEN), champion(1))
        before = story.facts
        after = story.act(ReportDuty(1, Notice.ENDS, story.facts.now.date(), "", SEEN), champion(1)).facts
        assert [duty.outcome for duty in after.duties] == ["ends", None]  # the second decides for itself
        assert story.change.details == {"duty": 1, "notice": "ends", "day": after.now.date().isoformat()}
        told = heard(before, after)
        assert told["decided", champion(2)].channel == "M" and ("decided", champion(1)) not in told
        subject = Subject("duty", "1", 1)
        assert still("decided", subject, after) and not still("decided", subject, before)

    def test_that_it_goes_on_is_done_with_and_no_next_day_comes(self):
        story = option()
        story.act(ReportDuty(1, Notice.ON, story.facts.now.date(), "", SEEN), champion(1))
        assert (story.facts.duties[0].outcome, story.facts.duties[0].done_at) == ("on", story.facts.now)

    @pytest.mark.parametrize("outcome", [Notice.ON, Notice.ENDS])
    def test_can_be_taken_back_until_its_last_day_and_the_others_hear_of_that_too(self, outcome):
        story = option()
        before = story.act(ReportDuty(1, outcome, story.facts.now.date(), "", SEEN), champion(1)).facts
        after = story.act(TakeBackReport(1, REASON), champion(1)).facts
        assert (after.duties[0].outcome, after.duties[0].done_at) == (None, None)
        assert story.change.details == {"duty": 1, "was": outcome.value}
        assert ("decided_back", champion(2)) in heard(before, after)
        assert still("decided_back", Subject("duty", "1", 1), after)
        late = replace(story, facts=replace(before, now=before.now.replace(month=5, day=4)))
        with pytest.raises(Conflict, match=r"duty\.in_effect"):
            late.act(TakeBackReport(1, REASON), champion(1))


class TestDecideLater:
    """Where nobody gave notice in time the next such day becomes the duty."""

    LAST, NEXT = date(2027, 3, 4), date(2028, 3, 4)

    def test_on_the_day_after_by_the_clock_alone(self):
        story = going_on(self.LAST)
        story.facts = replace(story.facts, now=story.facts.now.replace(day=4))
        for person, refusal in ((0, Conflict), (champion(1), Forbidden)):  # the last day itself is in time
            with pytest.raises(refusal):
                story.act(DecideLater(1, self.LAST, self.NEXT), person)
        story.wait(days=1).act(DecideLater(1, self.LAST, self.NEXT), 0)
        assert [duty.due for duty in story.facts.duties] == [self.NEXT]

    @pytest.mark.parametrize(("was", "due"), [(LAST, LAST), (LAST, date(2027, 3, 1)), (date(2027, 3, 3), NEXT)])
    def test_only_from_the_day_that_stands_to_a_later_one(self, was, due):
        with pytest.raises(Conflict, match=r"duty\.later"):
            going_on(self.LAST).wait(days=9).act(DecideLater(1, was, due), 0)

    def test_what_is_to_be_done_is_late_and_no_day_later(self):
        story = going_on(self.LAST)
        story.facts = story.facts.with_duty(replace(story.facts.duties[0], decide=False))
        with pytest.raises(Conflict, match=r"duty\.later"):
            story.wait(days=9).act(DecideLater(1, self.LAST, self.NEXT), 0)


def notice(number, party, clause, due=date(2027, 5, 3)):
    return DutyFact(number, party, "Give notice, or it goes on", due, clause, decide=True, goes_on_by=12)


def option():
    """A signed contract that ends unless it goes on for the time of an option; both decide."""
    story = begin().to_signature().sign("giver").sign("taker")
    for party in (1, 2):
        story.facts = story.facts.with_duty(replace(notice(party, party, "term"), what="Go on, or let it end",
                                                    goes_on_by=0))
    return story


def both():
    """A signed contract on which both parties can give notice, and the second of something else as well."""
    story = begin().to_signature().sign("giver").sign("taker")
    for number, party, clause in ((1, 1, "term"), (2, 2, "term"), (3, 2, "lease")):
        story.facts = story.facts.with_duty(notice(number, party, clause))
    return story


def noticed():
    story = both()
    return story.act(ReportDuty(1, Notice.GIVEN, story.facts.now.date(), "By letter.", SEEN), champion(1))


def going_on(last):
    """A signed contract that goes on where nobody gives notice by the last day."""
    story = begin().to_signature().sign("giver").sign("taker")
    story.facts = story.facts.with_duty(notice(1, 1, "term", last))
    return story
