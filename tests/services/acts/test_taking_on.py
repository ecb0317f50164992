"""Before the signature: a party takes something on at a question, and owes it like any other duty."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cocreate.domain.news import heard
from cocreate.domain.outlook import next_date
from cocreate.domain.reminding import owed
from cocreate.domain.turns import turns
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.contracts import NewDuty, Sign
from cocreate.services.acts.duties import ReportDuty, TakeOn
from tests.support.facts import FACILITATOR, MANAGER, begin, champion, signatory

DAY = date(2027, 3, 10)
COLLEAGUE, READER = 13, 14  # of the first party: contributes, only reads
WEIGH = TakeOn("picture", "We weigh every lorry for a week", DAY, COLLEAGUE)


class TestTakeOn:
    def test_names_who_does_what_by_when_and_about_which_question(self):
        story = begin().act(WEIGH, champion(1))
        (duty,) = story.facts.duties
        assert (duty.party, duty.what, duty.due, duty.owner, duty.gate, duty.clause) == (
            1, "We weigh every lorry for a week", DAY, COLLEAGUE, "picture", None)
        assert story.change.details == {"gate": "picture", "duty": 1, "due": "2027-03-10", "person": COLLEAGUE}

    def test_is_the_turn_of_who_looks_after_it_and_reminded_of_until_it_is_reported(self):
        story = begin().act(WEIGH, signatory(1))
        assert [turn.key for turn in turns(story.facts, COLLEAGUE) if turn.act == "duty"] == ["1"]
        assert owed(story.facts)["duty:1:1"].asked == (COLLEAGUE,)
        assert not [turn for turn in turns(story.facts, champion(2)) if turn.act == "duty"]
        story.act(ReportDuty(1), COLLEAGUE)
        assert "duty:1:1" not in owed(story.facts)
        assert not [turn for turn in turns(story.facts, COLLEAGUE) if turn.act == "duty"]

    def test_is_in_the_morning_mail_of_who_looks_after_it_and_of_all_who_decide_or_lead(self):
        story = begin()
        before = story.facts
        told = heard(before, story.act(WEIGH, signatory(1)).facts)
        people = {person for kind, person in told if kind == "taken_on"}
        assert people == {COLLEAGUE, champion(1), champion(2), signatory(2), MANAGER, FACILITATOR}
        assert {told["taken_on", person].channel for person in people} == {"D"}

    def test_keeps_nobody_from_going_on_and_is_the_next_date(self):
        story = begin().act(replace(WEIGH, due=date(2027, 3, 2)), champion(1))
        assert next_date(story.facts).date() == date(2027, 3, 2)
        assert story.to_trial().stage == "trial" and "duty:1:1" in owed(story.facts)

    def test_rests_with_the_project_and_lapses_where_it_ends_without_agreement(self):
        story = begin().act(WEIGH, champion(1))
        assert owed(story.facts.with_project(hold_until=DAY)) == {}
        declined = story.facts.with_project(ended_at=story.facts.now, outcome="declined")
        assert declined.owed == () and owed(declined) == {} and turns(declined, COLLEAGUE) == ()

    def test_of_who_leaves_is_owed_by_nobody(self):
        story = begin(carrier=1).act(TakeOn("picture", "We ask our drivers", DAY, champion(3)), champion(3))
        assert story.leave("carrier").facts.owed == ()

    def test_the_duties_of_the_contract_come_after_it(self):
        story = begin().act(WEIGH, champion(1)).to_signature().sign("giver")
        read = story.facts.contract
        story.act(Sign(1, read.text_sha256, read.pdf_sha256, "{}", code=False, duties=(
            NewDuty(2, "Energy report", date(2028, 5, 3), "quantity"),)), signatory(2))
        assert [(duty.number, duty.party, duty.what) for duty in story.facts.duties] == [
            (1, 1, "We weigh every lorry for a week"), (2, 2, "Energy report")]

    @pytest.mark.parametrize("person", [COLLEAGUE, READER, MANAGER, FACILITATOR])
    def test_is_for_who_leads_or_decides_for_a_party(self, person):
        with pytest.raises(Forbidden):
            begin().act(WEIGH, person)

    @pytest.mark.parametrize(("change", "code"), [
        ({"what": "  "}, r"duty\.what"), ({"due": date(2027, 3, 1)}, r"duty\.past"),
        ({"owner": champion(2)}, r"duty\.not_theirs"), ({"owner": READER}, r"duty\.not_theirs")])
    def test_what_cannot_be(self, change, code):
        with pytest.raises(Invalid, match=code):
            begin().act(replace(WEIGH, **change), champion(1))

    def test_only_at_a_question_of_the_running_stage(self):
        with pytest.raises(Conflict, match=r"gate\.passed"):
            begin().act(replace(WEIGH, gate="passed"), champion(1))

    def test_one_of_a_day_long_past_is_still_owed(self):
        story = begin().act(WEIGH, champion(1))
        story.facts = replace(story.facts, now=story.facts.now + timedelta(days=60))
        assert [turn.key for turn in turns(story.facts, COLLEAGUE) if turn.act == "duty"] == ["1"]
