"""The thirty sentences, each reached through the guards."""

import ast
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from cocreate import sentences
from cocreate.domain.audience import MANAGER, bit
from tests.support.saying import (
    DUE,
    GRACE,
    JAN,
    LOGISTICS,
    NOW,
    PHILIPS,
    READER,
    RENEE,
    WMATA,
    condition,
    counting_at_once,
    decided,
    figures,
    in_signature,
    invited,
    owed,
    say,
    signed,
    speak,
    with_rule,
    with_task,
    with_veto,
    with_visible,
)
from tests.support.spaces import spaced
from workflows.facts import ContractState, DecisionState, TaskState
from workflows.guards import reasons
from workflows.refusals import Refusal


def test_every_code_of_the_guards_has_a_sentence():
    modules = ("workflows/guards", "workflows/gates", "workflows/figures", "cocreate/domain/lacking")
    source = "".join(Path(f"{name}.py").read_text(encoding="utf-8") for name in modules)
    codes = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)
             and isinstance(node.value, str) and node.value in sentences.REFUSALS}
    assert codes == set(sentences.REFUSALS)
    # That of a limit and that of a date are spoken in two ways, and four say what the contract lacks.
    assert len(sentences.REFUSALS) == 37


class TestTasks:
    def test_not_begun(self, facts):
        assert say(facts, "tasks") == [
            "WMATA has not started 'Total cost today' (Renee Kim, due Fri 7 Feb)."]

    def test_after_its_day_it_was_due(self, facts):
        refusal = reasons(facts, condition("tasks"), "today")[0]
        late = replace(READER, now=READER.now + timedelta(days=3))
        assert spaced(sentences.refusal(refusal, facts, late, party=WMATA, mask=bit(WMATA)).text) == \
            "WMATA has not started 'Total cost today' (Renee Kim, was due Fri 7 Feb)."

    def test_what_is_signed_is_not_started(self, facts):
        secrecy = Refusal("task.not_begun", WMATA, {"task": "secrecy", "of": WMATA, "person": GRACE, "due": DUE})
        assert speak(secrecy, facts) == "WMATA has not signed 'Confidentiality' (Grace Lee, due Fri 7 Feb)."

    @pytest.mark.parametrize("party", [WMATA, PHILIPS])
    def test_taken_back(self, facts, party):
        assert say(with_task(facts, number=2), "tasks", party=party) == [
            "WMATA took 'Total cost today' back to change it (Renee Kim, due Fri 7 Feb)."]

    @pytest.mark.parametrize("drafts", [{}, {("cost", WMATA): 1}])
    def test_of_who_has_not_come_in_the_invitation_is_spoken_of_and_nothing_of_a_draft(self, facts, drafts):
        facts = replace(invited(facts, RENEE, GRACE), drafts=drafts)
        said = ["WMATA has not answered the invitation of Sun 2 Feb (Renee Kim)."]
        assert say(facts, "tasks", party=PHILIPS) == say(facts, "tasks", party=None, mask=MANAGER) == said

    def test_of_one_of_several_people_the_name(self, facts):
        assert say(invited(facts, RENEE), "tasks", party=PHILIPS) == [
            "Renee Kim has not answered the invitation of Sun 2 Feb to act for WMATA."]

    def test_an_invitation_that_expired(self, facts):
        facts = facts.with_member(replace(facts.member(RENEE), accepted_at=None, expired_at=DUE))
        assert say(facts, "tasks") == ["The invitation of Renee Kim to act for WMATA expired on Fri 7 Feb, unanswered."]

    def test_begun_by_some_of_the_people_asked(self, facts):
        assert say(with_task(facts, voices='{"13": "{}"}'), "tasks") == [
            "Not everybody of WMATA has answered 'Total cost today' (Renee Kim, due Fri 7 Feb)."]

    def test_a_canvas_with_entries_waits_to_be_submitted(self, facts):
        assert say(with_task(facts, written='{"2": ["aim"]}'), "tasks") == [
            "'Total cost today' has entries; WMATA has not submitted it (Renee Kim, due Fri 7 Feb)."]

    def test_nobody_asked_without_a_date(self, facts):
        facts = with_task(facts, due_at=None)
        assert say(facts, "tasks") == ["WMATA has not started 'Total cost today' (Renee Kim)."]

    def test_a_draft_is_spoken_of_to_its_own_party_only(self, facts):
        facts = replace(facts, drafts={("cost", WMATA): 1})
        assert say(facts, "tasks") == [
            "WMATA has a draft of 'Total cost today' but has not submitted it (Renee Kim, due Fri 7 Feb)."]
        assert say(facts, "tasks", party=PHILIPS) == [
            "WMATA has not started 'Total cost today' (Renee Kim, due Fri 7 Feb)."]
        assert say(facts, "tasks", party=None, mask=MANAGER) == [
            "WMATA has not started 'Total cost today' (Renee Kim, due Fri 7 Feb)."]

    def test_what_each_answers_alone_and_somebody_has_begun_too(self, facts):
        facts = replace(facts, begun=frozenset({("cost", WMATA)}))
        assert say(facts, "tasks") == [
            "WMATA has a draft of 'Total cost today' but has not submitted it (Renee Kim, due Fri 7 Feb)."]
        assert say(facts, "tasks", party=PHILIPS) == [
            "WMATA has not started 'Total cost today' (Renee Kim, due Fri 7 Feb)."]
        assert say(with_task(facts, voices='{"13": "{}"}'), "tasks") == [
            "Not everybody of WMATA has answered 'Total cost today' (Renee Kim, due Fri 7 Feb)."]

    def test_not_accepted(self, facts):
        facts = with_task(facts, state=TaskState.SUBMITTED, number=1)
        assert say(facts, "tasks") == [
            "'Total cost today' from WMATA is submitted; Philips has not accepted or returned it since Mon 3 Feb."]

    def test_returned(self, facts):
        facts = with_task(facts, state=TaskState.RETURNED, number=1, reason="Only one garage?")
        assert say(facts, "tasks") == ["Philips returned 'Total cost today' to WMATA on Mon 3 Feb: 'Only one garage?'"]

    def test_a_reason_the_reader_may_not_see_is_left_out(self, facts):
        facts = with_task(facts, state=TaskState.RETURNED, number=1, reason="Only one garage?")
        assert say(with_visible(facts, ["customer"]), "tasks", party=PHILIPS) == [
            "Philips returned 'Total cost today' to WMATA on Mon 3 Feb."]

    def test_must_follow(self, facts):
        facts = with_task(facts, state=TaskState.ACCEPTED).with_task(owed("offer", PHILIPS))
        facts = with_task(facts, state=TaskState.SUBMITTED)
        assert say(facts, {"task": "offer"}) == ["'Price sheet' can start when 'Total cost today' is accepted."]

    def test_must_follow_what_nobody_has_to_accept(self, facts):
        facts = counting_at_once(with_task(facts, state=TaskState.ACCEPTED).with_task(owed("offer", PHILIPS)))
        facts = with_task(facts, state=TaskState.OPEN)
        assert say(facts, {"task": "offer"}) == ["'Price sheet' can start when 'Total cost today' is submitted."]

    def test_reopened(self, facts):
        facts = facts.with_task(owed("cost", WMATA, round=2))
        assert say(facts, "tasks") == [
            "'Total cost today' was reopened on Mon 3 Feb when the project went back. WMATA confirms or changes it."]

    def test_nobody_named(self, facts):
        facts = with_task(facts, asked=None)
        assert say(facts, "tasks") == [
            "Nobody at WMATA is named for 'Total cost today'. Renee Kim can name someone."]

    def test_entered_for_the_party(self, facts):
        facts = with_task(facts, state=TaskState.ENTERED, number=1, entered_by=PHILIPS)
        assert say(facts, "tasks") == [
            "'Total cost today' was entered by Philips for WMATA. WMATA has not confirmed it."]

    def test_waiting_outside(self, facts):
        facts = with_task(facts, outsider="the city council", outside_until=date(2025, 3, 3))
        assert say(facts, "tasks") == ["'Total cost today' waits for the city council until Mon 3 Mar, says WMATA."]

    def test_required_value_not_available(self, facts):
        facts = with_task(facts, state=TaskState.ACCEPTED, number=1, fields=3, given=2,
                          missing=json.dumps({"staff": ["not kept", 0b10]}))
        lacks, refusal = reasons(facts, condition({"answered": 0.9}), "today")
        assert speak(lacks, facts) == (
            "'Fields answered in Where we stand today' is 66.6 %; going on needs at least 90 %.")
        assert speak(refusal, facts, mask=0b10) == (
            "'Staff cost' in 'Total cost today' is not available (not kept). WMATA gives a value, or all agree to go "
            "on without it.")
        assert speak(refusal, facts, mask=0b100) == (
            "'Staff cost' in 'Total cost today' is not available. WMATA gives a value, or all agree to go on without "
            "it.")


class TestGates:
    GATE = {"gate": "common"}

    def test_not_open(self, facts):
        assert say(facts, self.GATE) == [
            "'Is this our common picture?' can be decided when 'Total cost today' is accepted."]

    def test_not_open_for_what_nobody_has_to_accept(self, facts):
        assert say(counting_at_once(facts), self.GATE) == [
            "'Is this our common picture?' can be decided when 'Total cost today' is submitted."]

    def test_missing(self, asked):
        assert say(asked, self.GATE)[1] == (
            "WMATA has not decided 'Is this our common picture?' (Grace Lee, due Fri 7 Feb).")

    def test_missing_of_who_has_not_come_in(self, asked):
        assert say(invited(asked, GRACE), self.GATE)[1] == (
            "Grace Lee has not answered the invitation of Sun 2 Feb to act for WMATA.")

    def test_not_enough(self, asked):
        asked = with_rule(decided(asked, PHILIPS), {"at_least": 2})
        assert say(asked, self.GATE) == [
            "'Is this our common picture?' needs 2 of 2 parties; 1 agreed so far. Still to decide: WMATA."]

    def test_one_per_side(self, asked):
        asked = with_rule(decided(asked, PHILIPS), "one_per_side")
        assert say(asked, self.GATE) == [
            "'Is this our common picture?' needs one decision from each side; that of WMATA is missing."]

    def test_said_no(self, asked):
        asked = decided(decided(asked, PHILIPS), WMATA, state=DecisionState.REFUSED, reason="Staff is missing.")
        assert say(asked, self.GATE) == [
            "WMATA did not agree to 'Is this our common picture?' on Mon 3 Feb: 'Staff is missing.' Change what it is "
            "about: then all decide again."]
        refusal, = reasons(asked, condition(self.GATE), "today")
        assert speak(replace(refusal, sees=bit(WMATA)), asked, party=PHILIPS) == (
            "WMATA did not agree to 'Is this our common picture?' on Mon 3 Feb. Change what it is about: then all "
            "decide again.")

    def test_veto(self, asked):
        asked = with_veto(decided(decided(asked, PHILIPS), WMATA, state=DecisionState.REFUSED, reason="Too early."))
        assert say(asked, self.GATE) == [
            "WMATA used its veto at 'Is this our common picture?' on Mon 3 Feb: 'Too early.' Only WMATA can lift it."]

    def test_lapsed(self, asked):
        asked = decided(decided(asked, PHILIPS), WMATA, state=DecisionState.LAPSED, changed="cost@2=3>4")
        assert say(asked, self.GATE) == [
            "The decision of WMATA on 'Is this our common picture?' lapsed: 'Total cost today' changed from version 3 "
            "to 4. WMATA decides again."]
        asked = decided(asked, WMATA, state=DecisionState.LAPSED, changed="cost@2=3>0")
        assert say(asked, self.GATE) == [
            "The decision of WMATA on 'Is this our common picture?' lapsed: version 3 of 'Total cost today' does not "
            "stand any more. WMATA decides again."]
        asked = decided(asked, WMATA, state=DecisionState.LAPSED, changed="today.cost.energy=0>2")
        assert say(asked, self.GATE) == [
            "The decision of WMATA on 'Is this our common picture?' lapsed: another value of 'Energy' was settled. "
            "WMATA decides again."]

    def test_no_decider(self, asked):
        asked = replace(asked, members=tuple(m for m in asked.members if m.person != GRACE))
        assert say(asked, self.GATE)[1] == (
            "WMATA has no signatory who could decide 'Is this our common picture?'. Renee Kim can name one.")


class TestDocumentsAndFigures:
    DOCUMENT = {"document": "today.cost.bill"}
    LIMIT = {"figure": {"path": "today.cost.energy", "at_least": 1500, "unit": "MWh"}}

    def test_document_missing(self, facts):
        assert say(facts, self.DOCUMENT) == [
            "The document 'Last energy bill' is missing. WMATA uploads it (due Fri 7 Feb)."]

    def test_document_not_accepted(self, facts):
        facts = with_task(facts, state=TaskState.SUBMITTED, number=2)
        assert say(facts, self.DOCUMENT) == ["'Last energy bill', version 2, has not been accepted by Philips."]

    def test_figure_missing(self, facts):
        assert say(facts, self.LIMIT) == ["'Energy' has no value. WMATA gives it in 'Total cost today'."]

    def test_limit_not_met(self, facts):
        assert say(figures(facts, "1200.5"), self.LIMIT) == [
            "'Energy' is 1,200.5 MWh; going on needs at least 1,500 MWh."]
        assert say(figures(facts, "1500"), {"not": self.LIMIT}) == [
            "'Energy' is 1,500 MWh; going on needs less than 1,500 MWh."]

    def test_two_values(self, facts):
        assert say(figures(facts, "13", "15"), self.LIMIT) == [
            "There are two values for 'Energy': 13 MWh (Philips) and 15 MWh (WMATA). Settle which one counts."]
        one, other = figures(facts, "13", "15").figures
        named = replace(facts, figures=(replace(one, source="Newsis, 2007"), replace(other, unit="GJ")))
        assert say(named, self.LIMIT) == [
            "There are two values for 'Energy': 13 MWh (Newsis, 2007) and 15 GJ (WMATA). Settle which one counts."]

    def test_units_differ(self, facts):
        assert say(figures(facts, "13", unit="GJ"), self.LIMIT) == [
            "'Energy' is in GJ, the limit in MWh; they cannot be compared. Philips corrects the unit."]

    @pytest.mark.parametrize("values", [{"values": ("13",)}, {"values": ("13", "15")}, {"unit": "GJ"}])
    def test_a_figure_the_reader_may_not_see_says_no_more_than_that(self, facts, values):
        hidden = figures(facts, *values.pop("values", ("13",)), **values, sees=bit(WMATA))
        assert say(hidden, self.LIMIT, party=LOGISTICS) == [
            "'Energy' does not yet reach what going on needs; Philips can see and change it."]

    def test_that_nothing_was_given_is_told_also_to_who_could_not_read_it(self, facts):
        assert say(with_visible(facts, "own"), self.LIMIT, party=LOGISTICS) == [
            "'Energy' has no value. WMATA gives it in 'Total cost today'."]

    @pytest.mark.parametrize("code", ["document.missing", "document.not_accepted"])
    def test_a_file_the_reader_may_not_see_has_no_name(self, facts, code):
        values = {"document": "today.cost.bill", "task": "cost", "of": WMATA, "n": 1, "due": DUE}
        assert "bill" not in speak(Refusal(code, WMATA, values, sees=bit(WMATA)), facts, party=PHILIPS)


class TestSeatsAndContract:
    def test_seat_empty(self, facts):
        assert say(facts, {"party": "carrier"}) == [
            "The seat 'Carrier' is empty. Anna Berg can invite an organisation."]

    def test_short_agreement_open(self, facts):
        facts = facts.with_task(owed("secrecy", WMATA, asked=GRACE))
        assert say(facts, {"signed": "secrecy"}) == ["'Confidentiality' is not signed by WMATA (Grace Lee)."]

    def test_clauses_open(self, facts):
        assert say(facts, {"contract": "agreed"}) == [
            "The contract is not ready to read yet; once it is, all clauses are agreed together. Philips or WMATA can "
            "make it ready."]

    def test_not_signed(self, frozen):
        frozen = signed(in_signature(frozen), PHILIPS, JAN)
        assert say(frozen, {"contract": "signed"}) == ["Version 1 is not signed by WMATA (Grace Lee, asked Mon 3 Feb)."]

    def test_who_came_in_later_is_asked_since_then(self, frozen):
        frozen = signed(in_signature(frozen), PHILIPS, JAN)
        later = frozen.with_member(replace(frozen.member(GRACE), accepted_at=NOW))
        assert say(later, {"contract": "signed"}) == ["Version 1 is not signed by WMATA (Grace Lee, asked Wed 5 Feb)."]

    def test_nobody_is_said_to_be_asked_before_they_are(self, frozen):
        frozen = signed(frozen, PHILIPS, JAN)
        waits = "Version 1 is not signed by WMATA (Grace Lee, not asked yet)."
        assert say(frozen, {"contract": "signed"}) == [waits]  # the stage of signature has not come
        signing = in_signature(frozen)
        assert say(invited(signing, GRACE), {"contract": "signed"}) == [
            "Grace Lee has not answered the invitation of Sun 2 Feb to act for WMATA."]
        nobody = replace(signing, members=tuple(m for m in signing.members if m.person != GRACE))
        assert say(nobody, {"contract": "signed"}) == [
            "Version 1 is not signed by WMATA (nobody yet)."]

    def test_signatures_ended(self, frozen):
        frozen = signed(signed(frozen, PHILIPS, JAN), WMATA, GRACE)
        ended = frozen.with_contract(replace(frozen.contracts[0], state=ContractState.ENDED, ended_at=NOW))
        assert say(ended, {"contract": "signed"}) == [
            "The text changed on Wed 5 Feb, so Jan Vos and Grace Lee sign again on version 2."]


class TestDates:
    def test_from(self, facts):
        window = {"date": {"not_before": "2025-09-15", "why": "the heating season"}}
        assert say(facts, window) == ["This is possible from Mon 15 Sep 2025 (the heating season)."]
        del window["date"]["why"]
        assert say(facts, window) == ["This is possible from Mon 15 Sep 2025."]

    def test_until(self, facts):
        assert say(facts, {"date": {"not_after": "2025-01-31"}}) == [
            "The last day was Fri 31 Jan; Anna Berg and Renee Kim can agree on a new one."]


class TestSentence:
    def test_names_who_can_act_and_where(self, asked):
        refusal = reasons(asked, condition({"gate": "common"}), "today")[1]
        own = sentences.refusal(refusal, asked, READER, party=WMATA, mask=bit(WMATA))
        assert (own.party, own.act) == (WMATA, sentences.Act("gates/common", "Read and decide"))
        other = sentences.refusal(refusal, asked, READER, party=PHILIPS, mask=bit(PHILIPS))
        assert other.act == sentences.Act("gates/common", "See the decisions")

    def test_template_texts_are_in_the_readers_language(self, facts):
        refusal = reasons(facts, condition("tasks"), "today")[0]
        said = sentences.refusal(refusal, facts, replace(READER, language="de"), party=WMATA, mask=bit(WMATA))
        assert "'Gesamtkosten heute'" in said.text
