"""What each condition means: when it holds, and what it says when it does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.facts import TWO_SIDES, Story, begin, definition, facts_of
from tests.support.refusing import codes, crowd, why
from workflows.calendars import Calendar
from workflows.facts import ContractState, DecisionFact, DecisionState, DocumentFact
from workflows.guards import accepting, can_start, reasons, rests
from workflows.progression import settle


class TestTasks:
    def test_hold_when_every_required_one_is_accepted(self):
        story = begin().submit("stream")
        assert codes(story.facts, "tasks") == ["task.not_accepted", "task.not_begun"]
        story.accept("stream", "taker").give("need")
        assert codes(story.facts, "tasks") == []

    def test_one_that_need_not_be_done_is_not_waited_for(self):
        story = begin(TWO_SIDES.replace("need: {of: taker,", "need: {of: taker, required: false,")).give("stream")
        assert codes(story.facts, "tasks") == []
        assert codes(story.facts, {"task": "need"}) == ["task.not_begun"]

    def test_each_organisation_in_a_seat_owes_its_own(self):
        story = crowd(3).give("plan", "maker").give("own", "user.2")
        assert [refusal.party for refusal in why(story.facts, {"task": "own"})] == [2, 4]

    def test_what_is_asked_of_an_empty_seat_is_done(self):
        assert codes(begin().to_trial().facts, {"task": "haul"}) == []

    def test_what_was_never_asked_because_its_stage_was_left_out_is_not(self):
        skipped = definition(TWO_SIDES.replace("reopens: [stream, batch]}",
                                               "reopens: [stream, batch]}\n  short: {from: figures, to: terms}"))
        story = Story(facts_of(skipped)).open().go("short")
        for when in ({"task": "batch"}, {"signed": "batch"}, {"document": "trial.batch.value"}):
            assert "task.not_begun" in codes(story.facts, when)
        assert codes(story.facts, {"any": [{"task": "batch"}, "tasks"]}) == []

    def test_say_who_has_to_do_something(self):
        story = begin().submit("stream")
        assert [refusal.party for refusal in why(story.facts, {"task": "stream"})] == [2]
        story.send_back("stream", "taker")
        assert [(refusal.code, refusal.party) for refusal in why(story.facts, {"task": "stream"})] == [
            ("task.returned", 1)]

    def test_a_short_agreement_waits_for_everybody_asked(self):
        both = "need: {of: [giver, taker], kind: sign, agreement: Quiet.,"
        story = begin(TWO_SIDES.replace("need: {of: taker,", both))
        assert codes(story.facts, {"signed": "need"}) == ["agreement.open"] * 2
        assert codes(story.sign_agreement("need", "giver").facts, {"signed": "need"}) == ["agreement.open"]
        assert codes(story.sign_agreement("need", "taker").facts, {"signed": "need"}) == []

    def test_waits_for_somebody_outside_until_his_day_is_over(self):
        facts = begin().facts
        until = facts.now.date()
        facts = facts.with_task(replace(facts.tasks[0], outsider="the lab", outside_until=until))
        assert codes(facts, {"task": "stream"}) == ["task.waiting_outside"]
        east = replace(facts, calendars=(Calendar("Pacific/Kiritimati"),), now=datetime(2027, 3, 1, 11, tzinfo=UTC))
        assert codes(east, {"task": "stream"}) == ["task.not_begun"]  # there it is tomorrow already

    def test_what_had_to_follow_another_is_waited_for_since_that_was_accepted(self):
        story = begin(TWO_SIDES.replace("need: {of: taker,", "need: {of: taker, after: [stream],"))
        story.facts = replace(story.facts, now=story.facts.now + timedelta(days=9))
        refusal, = why(story.give("stream").facts, {"task": "need"})
        assert refusal.values["since"] == story.task("stream").since > story.task("need").since

    def test_what_must_follow_another_cannot_start_before(self):
        story = begin(TWO_SIDES.replace("need: {of: taker,", "need: {of: taker, after: [stream],"))
        assert codes(story.facts, {"task": "need"}) == ["task.must_follow"]
        assert not can_start(story.facts, story.task("need"))
        assert can_start(story.give("stream").facts, story.task("need"))

    def test_nobody_reviews_what_is_not_accepted_yet(self):
        story = begin(TWO_SIDES.replace("need: {of: taker,", "need: {of: taker, kind: review, reviews: stream,"))
        assert codes(story.facts, {"task": "need"}) == ["task.must_follow"]
        assert not can_start(story.submit("stream").facts, story.task("need"))
        assert can_start(story.accept("stream", "taker").facts, story.task("need"))

    def test_a_later_stage_rests_after_going_back(self):
        story = begin().to_terms().go("anew")
        assert rests(story.facts, story.task("batch"))
        assert not rests(story.facts, story.task("stream"))


class TestAccepting:
    @pytest.mark.parametrize(("seat", "of", "who"), [
        ("nobody", "giver", []), ("taker", "giver", ["taker"]), ("giver", "giver", []), ("carrier", "giver", [])])
    def test_is_the_seat_named_but_never_the_giver_itself(self, seat, of, who):
        story = begin(TWO_SIDES.replace("stream: {of: giver, accepted_by: taker",
                                        f"stream: {{of: {of}, accepted_by: {seat}"))
        assert [party.name for party in accepting(story.facts, story.task("stream"))] == who


class TestAnswered:
    FIELDS = ", ".join(f"f{n}: {{type: number}}" for n in range(10))
    TEXT = TWO_SIDES.replace("mass: {type: quantity, unit: t/a}", FIELDS)

    @given(st.integers(0, 10))
    def test_counts_what_was_asked_and_given(self, missing):
        text = self.TEXT.replace("mass: figures.stream.mass", "mass: figures.stream.f1")
        story = begin(text).give("stream", **{f"f{n}": "not available" for n in range(missing)})
        found = why(story.facts, {"answered": 0.7})
        assert (not found) is (missing <= 3)
        if found:  # how much lacks, then each value that could be given
            assert [refusal.code for refusal in found] == ["answered.limit", *["value.not_available"] * missing]
            assert (found[0].values["value"], found[0].values["limit"]) == (100 - missing * 10, 70)

    def test_of_nothing_asked_everything_is_answered(self):
        assert codes(begin().facts, {"answered": 1}) == []


class TestDocuments:
    TEXT = TWO_SIDES.replace("batch: {of: taker}", "batch: {of: taker, accepted_by: giver, fields: {report: "
                                                   "{type: file, required: false}}}")
    WHEN = {"document": "trial.batch.report"}

    def test_is_missing_until_it_is_given(self):
        assert codes(begin(self.TEXT).to_trial().facts, self.WHEN) == ["document.missing"]

    def test_waits_for_acceptance(self):
        assert codes(begin(self.TEXT).to_trial().submit("batch", report="r").facts, self.WHEN) == [
            "document.not_accepted"]

    def test_is_there(self):
        assert codes(begin(self.TEXT).to_trial().give("batch", report="r").facts, self.WHEN) == []

    def test_an_accepted_task_without_its_file_is_no_document(self):
        assert codes(begin(self.TEXT).to_trial().give("batch").facts, self.WHEN) == ["document.missing"]

    def test_nor_is_one_that_was_withdrawn_or_is_another_partys(self):
        facts = begin(self.TEXT).to_trial().give("batch").facts
        mine = DocumentFact(1, 2, "r", "trial.batch.report", 1)
        assert codes(facts.with_document(mine), self.WHEN) == []
        assert codes(facts.with_document(replace(mine, party=1)), self.WHEN) == ["document.missing"]
        assert codes(facts.with_document(replace(mine, withdrawn_at=facts.now)), self.WHEN) == ["document.missing"]

    def test_a_column_of_a_table_is_no_crash(self):
        assert codes(begin(self.TEXT).to_trial().facts, {"document": "trial.batch.rows.file"}) == ["document.missing"]


class TestDates:
    @given(st.integers(-3, 3), st.one_of(st.none(), st.integers(-2, 2)), st.one_of(st.none(), st.integers(-2, 2)))
    def test_a_window_and_its_opposite(self, today, first, last):
        facts = begin().facts
        zero = facts.now
        facts = replace(facts, now=zero + timedelta(days=today))
        window = {name: (zero + timedelta(days=day)).date().isoformat()
                  for name, day in (("not_before", first), ("not_after", last)) if day is not None}
        inside = (first is None or today >= first) and (last is None or today <= last)
        assert (not why(facts, {"date": window})) is inside
        assert (not why(facts, {"not": {"date": window}})) is not inside

    def test_the_opposite_says_from_when_it_is_possible(self):
        refusal, = why(begin().facts, {"not": {"date": {"not_before": "2027-02-01", "not_after": "2027-03-05"}}})
        assert (refusal.code, refusal.values["date"]) == ("date.from", "2027-03-06")
        refusal, = why(begin().facts, {"not": {"date": {"not_before": "2027-02-01"}}})
        assert (refusal.code, refusal.values["date"]) == ("date.until", "2027-01-31")

    def test_a_day_is_a_day_where_the_host_is(self):
        facts = replace(begin().facts, now=datetime(2027, 3, 1, 23, tzinfo=UTC), calendars=(Calendar("Asia/Seoul"),))
        assert codes(facts, {"date": {"not_before": "2027-03-02"}}) == []


class TestSeats:
    def test_a_party_sits_or_does_not(self):
        assert codes(begin().facts, {"party": "carrier"}) == ["seat.empty"]
        assert codes(begin(carrier=1).facts, {"party": "carrier"}) == []
        assert codes(begin(carrier=1).leave("carrier").facts, {"party": "carrier"}) == ["seat.empty"]


class TestContract:
    def test_is_not_written(self):
        facts = begin().to_terms().facts
        for state in ("complete", "agreed", "signed"):
            assert codes(facts, {"contract": state}) == ["clauses.open"]

    def test_is_agreed_when_its_gates_are(self):
        story = begin().to_terms().freeze()
        assert codes(story.facts, {"contract": "agreed"}) == ["gate.missing"] * 2
        assert codes(story.agree("our_contract").facts, {"contract": "agreed"}) == []

    def test_is_signed_when_every_signing_party_has(self):
        story = begin().to_signature()
        assert [r.party for r in why(story.facts, {"contract": "signed"})] == [1, 2]
        assert [r.party for r in why(story.sign("taker").facts, {"contract": "signed"})] == [1]

    def test_says_that_signatures_ended(self):
        facts = begin().to_signature().sign("giver").refuse_to_sign("taker").facts
        refusal, = why(facts, {"contract": "signed"})
        assert (refusal.code, refusal.values["persons"], refusal.values["n"]) == ("contract.signatures_ended", (12,), 2)
        assert facts.contracts[0].state is ContractState.ENDED


class TestNesting:
    def test_all_collects_every_reason(self):
        facts = begin().facts
        assert codes(facts, {"all": ["tasks", {"party": "carrier"}]}) == ["task.not_begun"] * 2 + ["seat.empty"]

    def test_of_any_the_branch_that_lacks_least_speaks(self):
        facts = begin().facts
        when = {"any": ["tasks", {"all": [{"party": "carrier"}, {"party": "giver"}]}, {"contract": "agreed"}]}
        assert codes(facts, when) == ["seat.empty"]
        assert codes(facts, {"any": ["tasks", {"party": "giver"}]}) == []

    def test_nothing_to_wait_for_holds(self):
        assert reasons(begin().facts, None, "figures") == ()


def test_a_decision_asked_by_hand_is_settled_once():
    facts = begin().give("stream").give("need").facts
    lapsed = facts.with_decision(DecisionFact("picture", 1, 1, DecisionState.LAPSED, facts.now, None))
    assert settle(settle(lapsed)) == settle(lapsed)
