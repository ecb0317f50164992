"""What follows of itself, told as stories: each act is followed by its consequences."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings

from cocreate.errors import Conflict, Invalid, Refused
from tests.support.facts import (
    REASON,
    TWO_SIDES,
    Story,
    begin,
    champion,
    chances,
    definition,
    definitions,
    facts_of,
    tell,
)
from workflows.facts import ContractState, DecisionState, Facts, TaskState
from workflows.progression import contract_inputs, reopen, settle, subject
from workflows.verification import publishable, verify

slow = settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


class TestEntering:
    def test_asks_the_tasks_of_everybody_in_their_seats(self):
        story = begin(carrier=1)
        assert {(task.key, task.party, task.round) for task in story.facts.tasks} == {("stream", 1, 1), ("need", 2, 1)}
        story.to_trial()
        assert [task.party for task in story.facts.instances("haul")] == [story.number("carrier")]

    def test_a_task_of_an_empty_seat_is_asked_of_nobody(self):
        assert begin().to_trial().facts.instances("haul") == ()

    def test_each_task_is_asked_of_a_named_person(self):
        assert begin().task("stream").asked == champion(1)

    def test_a_short_agreement_is_asked_of_who_signs(self):
        text = TWO_SIDES.replace("need: {of: taker,", "need: {of: taker, kind: sign, agreement: Quiet.,")
        assert begin(text).task("need").asked == 22

    def test_what_the_project_goes_on_without_is_not_due_any_more(self):
        story = begin(TWO_SIDES.replace("need: {of: taker,", "need: {of: taker, required: false,")).give("stream")
        assert story.task("need").due_at is not None
        story.agree("picture").go("to_trial")
        assert (story.task("need").state, story.task("need").due_at) == ("open", None)

    def test_an_end_ends(self):
        story = begin().to_signature().sign("giver").sign("taker")
        assert (story.stage, story.facts.project.outcome) == ("agreed", "agreed")
        assert story.facts.project.ended_at == story.facts.now


DEPOSIT = TWO_SIDES.replace(
    "need: {of: taker, accepted_by: giver}",
    "need: {of: taker, fields: {kind: {type: choice, of: [none, deposit]}, sum: {type: number, only_if: "
    "{answer: figures.need.kind, is: deposit}}}}").replace(
    "batch: {of: taker}",
    "batch: {of: taker}\n      custody: {of: giver, accepted_by: taker, "
    "only_if: {answer: figures.need.kind, is: deposit}}"
).replace("passed: {of: [giver, taker], about: [batch]}", "passed: {of: [giver, taker]}")


def with_kind(kind: str) -> Story:
    return begin(DEPOSIT).give("stream").give("need", kind=kind).agree("picture").go("to_trial")


class TestAnswers:
    """What is asked only if something was answered so."""

    def test_a_task_is_asked_after_the_answer_it_hangs_on(self):
        assert with_kind("deposit").task("custody").asked == champion(1)
        assert with_kind("none").facts.instances("custody") == ()

    def test_as_long_as_nothing_is_answered_everything_is_asked(self):
        story = begin(DEPOSIT)
        assert [party.name for party in story.facts.asked("custody")] == ["giver"]
        story.give("need", kind="none")
        assert story.facts.asked("custody") == ()

    def test_what_is_not_asked_hinders_nothing(self):
        story = with_kind("none").give("batch").agree("passed").go("to_terms")
        assert story.stage == "terms"

    def test_a_field_that_an_answer_makes_pointless_is_neither_asked_nor_kept(self):
        story = begin(DEPOSIT).give("need", kind="none", sum=4)
        assert (story.task("need").fields, story.task("need").given) == (1, 1)
        assert story.change.rows[0].rows[0]["answers"] == '{"kind":{"value":"none"}}'
        with pytest.raises(Invalid, match=r"contribution\.incomplete"):
            begin(DEPOSIT).give("need", kind="deposit", sum=False)

    @pytest.mark.parametrize(("kind", "sure", "fields"), [
        ("deposit", "sure", 2), ("none", "sure", 1), ("deposit", "unsure", 1), ("none", "unsure", 1)])
    def test_a_field_hangs_on_an_answer_elsewhere_and_on_one_of_its_own_task(self, kind, sure, fields):
        both = DEPOSIT.replace("only_if: {answer: figures.need.kind, is: deposit}}\n", "fields: {sure: {type: choice, "
                               "of: [sure, unsure]}, why: {type: number, only_if: [{answer: figures.need.kind, "
                               "is: deposit}, {answer: trial.custody.sure, is: sure}]}}}\n")
        story = begin(both).give("stream").give("need", kind=kind).agree("picture").go("to_trial")
        story.give("custody", sure=sure)
        assert (story.task("custody").fields, story.task("custody").given) == (fields, fields)

    def test_a_field_of_its_own_task_that_is_called_alike_decides_nothing(self):
        alike = DEPOSIT.replace("only_if: {answer: figures.need.kind, is: deposit}}\n", "fields: {kind: {type: choice, "
                                "of: [small, large]}, why: {type: number, only_if: {answer: figures.need.kind, "
                                "is: deposit}}}}\n")
        story = begin(alike).give("stream").give("need", kind="deposit").agree("picture").go("to_trial")
        story.give("custody", kind="small")
        assert story.task("custody").fields == 2

    @pytest.mark.parametrize("done", [False, True])
    def test_another_answer_asks_for_it_or_lets_it_lapse(self, done):
        story = with_kind("deposit")
        if done:
            story.submit("custody")
        story.go("wrong").consequence(reopen(story.facts, story.task("need"), REASON))
        story.give("stream").give("need", kind="none").agree("picture").go("to_trial")
        assert (story.facts.task("custody", 1).state, story.facts.instances("custody")) == (TaskState.LAPSED, ())
        story.go("wrong").consequence(reopen(story.facts, story.task("need"), REASON))
        story.give("stream").give("need", kind="deposit").agree("picture").go("to_trial")
        assert (story.task("custody").state, story.task("custody").round) == (TaskState.OPEN, 2)

    def test_what_was_accepted_stays(self):
        story = with_kind("deposit").give("custody").go("wrong")
        story.consequence(reopen(story.facts, story.task("need"), REASON))
        story.give("stream").give("need", kind="none").agree("picture").go("to_trial")
        assert story.task("custody").state is TaskState.ACCEPTED


class TestGates:
    def test_opens_when_everything_it_is_about_is_accepted(self):
        story = begin().give("stream").submit("need")
        assert story.facts.asked_at("picture") == ()
        story.accept("need", "giver")
        assert [one.party for one in story.facts.asked_at("picture")] == [1, 2]

    def test_does_not_wait_for_what_nobody_has_to_give(self):
        story = begin(TWO_SIDES.replace("need: {of: taker,", "need: {of: taker, required: false,")).give("stream")
        assert len(story.facts.asked_at("picture")) == 2
        story.agree("picture").submit("need")
        assert {one.state for one in story.facts.asked_at("picture")} == {"lapsed"}

    def test_a_decision_lapses_when_what_it_saw_changes(self):
        story = begin().to_trial().give("batch").decide("passed", "giver")
        story.go("wrong")
        story.give("stream").agree("picture").go("to_trial")
        assert story.decision("passed", "giver").agreed  # the batch is as it was
        story.decide("passed", "taker").go("to_terms").go("anew")
        assert story.decision("passed", "giver").state is DecisionState.LAPSED

    def test_who_lapsed_hears_from_which_version_to_which(self):
        story = begin().to_terms().go("anew").give("stream").agree("picture").go("to_trial").give("batch")
        assert story.decision("passed", "giver").changed == "batch@2=1>2"

    def test_what_lapsed_is_decided_again_in_its_round(self):
        story = begin().to_terms().go("anew").give("stream").agree("picture").go("to_trial").give("batch")
        story.agree("passed").go("to_terms")
        assert [(one.round, one.state) for one in story.facts.asked_at("passed")] == [(1, "agreed")] * 2

    def test_what_a_way_back_reopens_is_asked_in_a_new_round(self):
        story = begin().to_trial().go("wrong").give("stream")
        assert [(one.round, one.state) for one in story.facts.asked_at("picture")] == [(2, "asked")] * 2

    def test_a_passed_gate_whose_task_was_reopened_is_decided_again_before_its_stage_is_left(self):
        story = begin().to_terms().go("anew")
        assert story.decision("picture", "giver").state is DecisionState.LAPSED
        story.give("stream")
        with pytest.raises(Refused) as refused:
            story.go("to_trial")
        assert {one.code for one in refused.value.reasons} == {"gate.lapsed"}
        story.agree("picture").go("to_trial")

    def test_nothing_of_a_passed_stage_is_decided_unless_the_project_went_back(self):
        story = begin().to_trial()
        with pytest.raises(Conflict, match="gate.passed"):
            story.decide("picture", "giver")

    def test_a_joiner_does_not_reopen_it(self):
        story = begin(carrier=1).to_trial().give("haul").give("batch").decide("passed", "giver").seat("carrier")
        assert story.decision("passed", "giver").agreed
        assert [one.party for one in story.facts.asked_at("passed")] == [1, 2]

    def test_a_joiner_of_a_deciding_seat_is_not_asked_what_was_asked_before(self):
        text = USERS
        story = begin(text, user=2).give("plan").decide("planned", "user").seat("user")
        assert story.facts.decision("planned", 4) is None
        assert story.decision("planned", "user").agreed
        story.decide("planned", "user.2").go("go", "maker")
        assert story.stage == "end"

    def test_what_a_joiner_gives_is_decided_on(self):
        text = USERS.replace("plan: {of: maker}", "plan: {of: [maker, user]}")
        story = begin(text).give("plan", "maker").give("plan", "user").agree("planned").seat("user")
        assert story.decision("planned", "user").agreed
        story.submit("plan", "user.3")
        assert story.decision("planned", "user").state is DecisionState.LAPSED

    def test_of_a_leaver_a_missing_decision_is_dropped(self):
        story = begin(USERS, user=2).give("plan").decide("planned", "user").leave("user.2")
        assert story.decision("planned", "user.2").state is DecisionState.DROPPED
        story.go("go", "maker")
        assert story.stage == "end"

    def test_a_leavers_agreement_stands_until_what_it_is_about_changes(self):
        story = begin(USERS, user=2).give("plan").agree("planned").leave("user.2")
        assert story.decision("planned", "user.2").agreed
        story.consequence(story.facts.with_task(replace(story.task("plan"), number=2)))
        assert story.decision("planned", "user.2").state is DecisionState.DROPPED
        assert story.decision("planned", "user").state is DecisionState.LAPSED

    def test_who_came_later_is_asked_in_place_of_the_last_who_left(self):
        story = begin(USERS, user=1).give("plan").seat("user")
        assert story.facts.decision("planned", 3) is None
        story.leave("user")
        assert story.facts.decision("planned", 3).state is DecisionState.ASKED

    def test_and_of_one_who_is_missed_where_so_many_must_agree(self):
        text = USERS.replace("of: [user]", "of: [user], rule: {at_least: 2}")
        story = begin(text, user=3).give("plan").seat("user").leave("user")
        assert story.facts.decision("planned", 5) is None  # two are left
        story.leave("user.2")
        assert story.facts.decision("planned", 5).state is DecisionState.ASKED

    def test_who_left_holds_nobody_up_by_a_refusal(self):
        story = begin(USERS, user=2).give("plan").decide("planned", "user").decide("planned", "user.2", "refused")
        story.leave("user.2").go("go", "maker")
        assert story.stage == "end"

    def test_a_joiners_tasks_start_with_the_stage_that_runs(self):
        story = begin().to_trial().seat("carrier")
        assert [(task.key, task.party) for task in story.facts.tasks if task.party == 3] == [("haul", 3)]

    def test_open_tasks_of_a_leaver_lapse_and_what_was_accepted_stays(self):
        story = begin(carrier=1).to_trial().leave("carrier")
        assert story.facts.task("haul", 3).state is TaskState.LAPSED
        story.give("batch").agree("passed").go("to_terms")
        done = begin(carrier=1).to_trial().give("haul").leave("carrier")
        assert done.facts.task("haul", 3).state is TaskState.ACCEPTED


class TestAccepting:
    def test_what_the_accepting_seat_gives_itself_counts_at_once(self):
        own = "need: {of: taker, accepted_by: taker}"
        story = begin(TWO_SIDES.replace("need: {of: taker, accepted_by: giver}", own))
        assert story.submit("need").task("need").state is TaskState.ACCEPTED

    def test_also_where_several_sit_in_it(self):
        text = USERS.replace("plan: {of: maker}", "plan: {of: user, accepted_by: user}")
        assert begin(text, user=2).submit("plan", "user").task("plan", "user").state is TaskState.ACCEPTED

    def test_what_nobody_is_left_to_accept_counts(self):
        text = USERS.replace("plan: {of: maker}", "plan: {of: maker, accepted_by: user}")
        story = begin(text).submit("plan")
        assert story.task("plan").state is TaskState.SUBMITTED
        assert story.leave("user").task("plan").state is TaskState.ACCEPTED


class TestGoingBack:
    def test_begins_a_new_round_of_what_it_reopens_and_keeps_the_rest(self):
        story = begin().to_trial().go("wrong")
        assert [(task.round, task.state) for task in story.facts.tasks if task.key == "stream"] == [
            (1, "superseded"), (2, "open")]
        assert story.task("stream").number == 1
        assert story.task("need").state is TaskState.ACCEPTED

    def test_takes_back_into_work_what_is_only_submitted(self):
        text = TWO_SIDES.replace("batch: {of: taker}", "batch: {of: taker, accepted_by: giver}").replace(
            "reopens: [stream, picture]", "reopens: [stream, picture, batch]")
        story = begin(text).to_trial().submit("batch").go("wrong")
        assert (story.task("batch").state, story.task("batch").round) == (TaskState.OPEN, 2)

    def test_what_was_reopened_is_due_anew(self):
        story = begin(TWO_SIDES.replace("stream: {of: giver,", "stream: {of: giver, due: {days: 5, after: project},"))
        first = story.task("stream").due_at
        story.to_trial().wait(days=30).go("wrong")
        assert story.task("stream").due_at == working_days_later(story.facts.now, 5)
        assert story.task("stream").due_at > first

    def test_also_what_was_still_open_when_the_stage_comes_again(self):
        story = begin().to_trial().wait(days=30).go("wrong").give("stream").agree("picture").go("to_trial")
        assert story.task("batch").due_at == working_days_later(story.facts.now, 5)

    def test_what_belongs_to_a_later_stage_rests_until_it_comes(self):
        story = begin().to_terms().go("anew")
        assert (story.task("batch").state, story.task("batch").due_at) == (TaskState.OPEN, None)
        with pytest.raises(Conflict, match="task.not_begun_yet"):
            story.submit("batch")
        story.give("stream").agree("picture").wait(days=9).go("to_trial")
        assert story.task("batch").due_at == working_days_later(story.facts.now, 5)
        story.submit("batch")

    def test_a_decision_that_was_only_asked_is_due_anew_when_the_stage_comes_again(self):
        story = begin().to_trial().give("batch")
        first = story.decision("passed", "giver").due_at
        story.wait(days=30).go("wrong").give("stream").agree("picture").go("to_trial")
        assert story.decision("passed", "giver").due_at > max(first, story.facts.now)


class TestDue:
    def test_nobody_is_late_from_the_first_minute(self):
        story = begin().to_trial().wait(days=30).give("batch")
        assert story.decision("passed", "giver").due_at == working_days_later(story.facts.now, 3)

    def test_after_a_task_counts_from_when_the_last_organisation_was_accepted(self):
        text = USERS.replace("plan: {of: maker}", """plan: {of: user}
      next: {of: maker, due: {days: 2, after: "task:plan"}}""")
        story = begin(text, user=2).give("plan", "user")
        assert story.task("next").due_at is None
        story.wait(days=7).give("plan", "user.2")
        assert story.task("next").due_at == working_days_later(story.facts.now, 2)

    def test_nothing_is_due_before_what_it_waits_for(self):
        text = TWO_SIDES.replace("need: {of: taker,", "last: {of: taker, due: {days: 1}, after: [need]}\n"
                                 "      need: {of: taker, due: {days: 2}, after: [stream],")
        story = begin(text)
        assert story.task("stream").due_at == story.task("need").due_at == story.task("last").due_at
        moved = replace(story.task("stream"), due_at=story.task("stream").due_at + timedelta(days=7))
        story.consequence(story.facts.with_task(moved))
        assert story.task("last").due_at == moved.due_at
        story.give("stream")
        assert story.task("need").due_at == moved.due_at  # what was promised stays
        story.wait(days=30).give("need")
        assert story.task("last").due_at == working_days_later(story.facts.now, 1)  # nobody is late at once

    def test_what_came_early_holds_nothing_up(self):
        text = TWO_SIDES.replace("need: {of: taker,", 'need: {of: taker, due: {days: 1, after: "task:stream"}, '
                                 "after: [stream],")
        story = begin(text)
        promised = story.task("stream").due_at
        story.give("stream")
        assert story.task("need").due_at == working_days_later(story.facts.now, 1) < promised

    def test_what_lies_before_a_target_too_near_is_due_tomorrow(self):
        text = TWO_SIDES.replace("batch: {of: taker}", "batch: {of: taker, due: {days: 200, before: target}}")
        story = begin(text).to_trial()
        assert story.task("batch").due_at == working_days_later(story.facts.now, 1)


class TestNaming:
    def test_a_task_of_somebody_who_left_passes_to_a_colleague(self):
        story = begin()
        gone = replace(story.facts.member(champion(1)), left_at=story.facts.now)
        assert story.consequence(story.facts.with_member(gone)).task("stream").asked == 13

    def test_and_to_who_comes_where_nobody_was(self):
        story = begin()
        story.facts = replace(story.facts, members=tuple(m for m in story.facts.members if m.party != 1))
        assert story.consequence(story.facts).task("stream").asked is None
        story.invite(77, "giver", "champion", by=1)
        assert story.task("stream").asked == 77


class TestContract:
    def test_a_frozen_one_ends_when_something_in_it_is_taken_back_into_work(self):
        story = begin().to_terms().freeze().agree("our_contract")
        story.go("anew")
        assert story.facts.contract is None
        assert story.facts.contracts[0].ended_because == "task:stream@1"
        assert story.decision("our_contract", "giver").state is DecisionState.LAPSED

    def test_it_stands_while_only_others_change(self):
        story = begin().to_terms().freeze()
        changed = replace(story.task("batch"), since=story.facts.now + timedelta(hours=1), number=2)
        assert story.consequence(story.facts.with_task(changed)).facts.contract is not None

    def test_its_signatures_end_with_it(self):
        story = begin().to_signature().sign("giver").refuse_to_sign("taker")
        assert [one.ended_at for one in story.facts.signatures] == [story.facts.now]
        assert story.stage == "terms"

    @pytest.mark.parametrize("happens", ["joins", "leaves"])
    def test_it_ends_when_a_party_joins_or_leaves_since_it_names_all(self, happens):
        story = begin(carrier=1).to_trial().give("haul").give("batch").agree("passed").go("to_terms").freeze()
        story.agree("our_contract")
        if happens == "joins":
            story.seat("carrier")
        else:
            story.leave("carrier")
        assert story.facts.contract is None
        assert {one.state for one in story.facts.asked_at("our_contract")} == {"lapsed"}

    def test_one_that_ends_while_it_is_signed_is_made_anew(self):
        story = begin().to_signature().sign("giver").seat("carrier")
        assert (story.stage, story.facts.contract) == ("terms", None)
        story.freeze(text="with the carrier").agree("our_contract").go("to_signature").sign("giver").sign("taker")
        assert story.stage == "agreed"

    def test_a_new_version_asks_again_and_says_which_changed(self):
        story = begin().to_terms().freeze().agree("our_contract").freeze(text="in other words")
        assert [(one.state, one.changed) for one in story.facts.asked_at("our_contract")] == [
            ("lapsed", "contract=1>2")] * 2
        with pytest.raises(Refused):
            story.go("to_signature")

    def test_what_a_figure_in_it_is_worked_out_from_counts_as_in_it(self):
        text = TWO_SIDES.replace("need: {of: taker,", """sum:
        of: taker
        fields: {total: {type: computed, operation: sum, of: [figures.stream.mass, figures.need.value]}}
      need: {of: taker,""").replace("mass: figures.stream.mass}, text: \"$mass a year\"",
                                     "all: figures.sum.total}, text: \"$all a year\"")
        assert contract_inputs(facts_of(definition(text))) == {"sum", "stream", "need"}

    def test_figures_annexes_and_duties_are_in_it(self):
        text = TWO_SIDES + """
annexes: {rows: {title: Rows, of: figures.need.value}}
duties: [{rows: trial.batch.value, what: what, party: party, due: due}]
"""
        assert contract_inputs(facts_of(definition(text))) == {"stream", "need", "batch"}

    def test_what_a_clause_hangs_on_and_what_is_to_be_decided_before_are_in_it(self):
        hanging = DEPOSIT.replace("mass: figures.stream.mass}", "mass: figures.stream.mass}, "
                                  "only_if: {answer: figures.need.kind, is: deposit}")
        assert contract_inputs(facts_of(definition(hanging))) == {"stream", "need"}
        ending = TWO_SIDES.replace("need: {of: taker,", "need: {of: taker, fields: {start: {type: date}, term: "
                                   "{type: whole, unit: a}, notice: {type: whole, unit: month}},") + """
decide: [{what: Give notice, of: giver, start: figures.need.start, term: figures.need.term,
          notice: figures.need.notice}]
"""
        assert contract_inputs(facts_of(definition(ending))) == {"stream", "need"}

    def test_a_short_agreement_ends_when_who_signs_it_joins_or_leaves_later(self):
        text = TWO_SIDES.replace("need: {of: taker,", "need: {of: [taker, carrier], kind: sign, agreement: Quiet.,")
        for when, stands in ((-1, True), (1, False)):
            story = begin(text, carrier=1)
            carrier = story.facts.party(story.number("carrier"))
            story.freeze("taker", paper="need")
            joined = replace(carrier, joined_at=story.facts.now + timedelta(minutes=when))
            story.consequence(story.facts.with_party(joined))
            assert (story.facts.standing("need") is not None) is stands


class TestEveryStory:
    """Random acts over random small definitions: what holds in all of them."""

    @slow
    @given(definitions(), chances())
    def test_keeps_its_rules(self, source, tries):
        story = Story(facts_of(source)).open()
        frozen: dict[int, frozenset] = {}
        for told in tell(story, tries):
            facts = told.facts
            rounds_are_dense(facts)
            decisions_are_about_what_is(facts)
            contracts_are_made_of_what_is(facts, frozen)
            assert settle(facts) == facts

    @slow
    @given(definitions(), chances())
    def test_comes_to_an_end_when_everybody_does_what_is_asked(self, source, tries):
        assume(publishable(verify(source)))
        story = Story(facts_of(source)).open()
        for _ in tell(story, tries):
            pass
        for _ in range(200):
            if story.facts.ended:
                break
            if waiting := next(story.each_turn(), None):
                person, turn = waiting
                story.take(turn, person)
            else:
                think_again(story)
        assert story.facts.project.outcome == "agreed"
        everybody_signed_the_same(story.facts)


def think_again(story: Story) -> None:
    """Nobody is asked any more: then somebody said no, and can say yes."""
    refused = [one for gate in story.facts.definition.stages[story.stage].gates for one in story.facts.asked_at(gate)
               if one.state is DecisionState.REFUSED]
    assert refused, f"nobody can do anything in {story.stage}"
    story.decide(refused[0].gate, story.facts.party(refused[0].party).name)


def rounds_are_dense(facts: Facts) -> None:
    for rows in (facts.tasks, facts.decisions):
        rounds = defaultdict(list)
        for row in rows:
            rounds[row.id[:2]].append((row.round, row.state))
        for found in rounds.values():
            assert [number for number, _ in sorted(found)] == list(range(1, len(found) + 1))
            assert {state for _, state in sorted(found)[:-1]} <= {"superseded"}


def decisions_are_about_what_is(facts: Facts) -> None:
    for key in facts.definition.gates:
        for decision in facts.asked_at(key):
            if decision.agreed:
                assert versions(decision.subject) == versions(subject(facts, key))


def versions(text: str) -> set[str]:
    return {part for part in text.split() if not part.endswith("=0")}


def contracts_are_made_of_what_is(facts: Facts, frozen: dict[int, frozenset]) -> None:
    contract = facts.contract
    if contract is None:
        assert all(one.ended_at for one in facts.signatures)
        return
    made_of = frozenset((task.key, task.party, task.round, task.number, task.state) for task in facts.tasks
                        if task.key in contract_inputs(facts) and task.state is not TaskState.SUPERSEDED)
    assert frozen.setdefault(contract.number, made_of) == made_of
    assert (contract.state is ContractState.SIGNED) == (facts.project.stage == "agreed")


def everybody_signed_the_same(facts: Facts) -> None:
    contract = facts.contract
    assert contract is not None
    signed = {one.party: (one.text_sha256, one.pdf_sha256) for one in facts.signatures
              if one.version == contract.number and one.ended_at is None}
    assert signed == {party.number: (contract.text_sha256, contract.pdf_sha256) for party in facts.signing}


def working_days_later(moment: datetime, days: int) -> datetime:
    """The end of the working day that is so many days later."""
    day = moment
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day.replace(hour=17, minute=0, second=0)


USERS = """
parties: {maker: {contracting: true}, user: {many: {max: 5}}}
stages:
  work:
    tasks:
      plan: {of: maker}
    gates: {planned: {of: [user]}}
  end: {contract: signed}
transitions:
  go: {from: work, to: end, when: {gate: planned}, by: [maker]}
  done: {from: end, to: agreed}
"""


class TestDaysThatSomebodyNamed:
    TEXT = TWO_SIDES.replace("mass: {type: quantity, unit: t/a}", (
        "mass: {type: quantity, unit: t/a}, ends: {type: date}")).replace("need: {of: taker, accepted_by: giver}", (
            'need: {of: taker, accepted_by: giver, due: {days: 2, after: "field:figures.stream.ends"}}'))

    def test_what_follows_them_has_a_date_once_they_are_accepted(self):
        story = begin(self.TEXT).submit("stream", ends=date(2027, 5, 6))  # a Thursday
        assert story.task("need").due_at is None
        story.accept("stream", "taker")
        assert story.task("need").due_at == datetime(2027, 5, 10, 17, tzinfo=UTC)

    def test_of_several_the_latest_counts_when_all_are_known(self):
        text = self.TEXT.replace("stream: {of: giver,", "stream: {of: [giver, carrier],").replace(
            "mass: figures.stream.mass", "mass: figures.stream.mass@giver")
        story = begin(text, carrier=1).give("stream", "giver", ends=date(2027, 5, 6))
        assert story.task("need").due_at is None
        story.give("stream", "carrier", ends=date(2027, 5, 3))
        assert story.task("need").due_at == datetime(2027, 5, 10, 17, tzinfo=UTC)

    def test_a_day_that_has_passed_makes_nobody_late(self):
        story = begin(self.TEXT).give("stream", ends=date(2026, 5, 6))
        assert story.task("need").due_at > story.facts.now
