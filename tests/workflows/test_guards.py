"""What each condition means: when it holds, and what it says when it does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.facts import TWO_SIDES, Story, begin, condition, definition, facts_of
from workflows.calendars import Calendar
from workflows.facts import (
    ContractState,
    DecisionFact,
    DecisionState,
    DocumentFact,
    FigureFact,
    ProposalFact,
    ProposalState,
    versions_of,
)
from workflows.gates import deciding, quorum
from workflows.guards import accepting, can_start, reasons, rests
from workflows.progression import settle


def why(facts, when, stage=None):
    return reasons(facts, condition(when), stage or facts.project.stage)


def codes(facts, when, stage=None):
    return [refusal.code for refusal in why(facts, when, stage)]


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


def crowd(users: int, rule: str = "all", veto: str = "[]") -> Story:
    return begin(f"""
parties: {{maker: {{contracting: true, side: a}}, user: {{many: {{max: 9}}, side: b}}}}
stages:
  work:
    tasks:
      plan: {{of: maker}}
      own: {{of: user, required: false}}
    gates: {{planned: {{of: [maker, user], about: [plan], rule: {rule}, veto: {veto}}}}}
  end: {{}}
transitions: {{go: {{from: work, to: end, when: {{gate: planned}}}}, done: {{from: end, to: agreed}}}}
""", user=users)


def decided(story: Story, answers: dict[str, str]) -> Story:
    for name, answer in answers.items():
        if answer != "asked":
            story.decide("planned", name, answer)
    return story


answers = st.sampled_from(["asked", "agreed", "reserved", "refused"])
AGREE = {"agreed", "reserved"}


class TestRules:
    """Each rule against its meaning, for any answers of a maker and three users."""

    NAMES = ("maker", "user", "user.2", "user.3")

    @given(st.tuples(answers, answers, answers, answers))
    def test_all(self, given):
        assert self.holds("all", given) is all(one in AGREE for one in given)

    @given(st.tuples(answers, answers, answers, answers))
    def test_any(self, given):
        assert self.holds("any", given) is any(one in AGREE for one in given)

    @given(st.tuples(answers, answers, answers, answers))
    def test_one_per_side(self, given):
        assert self.holds("one_per_side", given) is (given[0] in AGREE and any(one in AGREE for one in given[1:]))

    @given(st.tuples(answers, answers, answers, answers), st.integers(1, 4))
    def test_n_of_m(self, given, least):
        assert self.holds(f"{{at_least: {least}}}", given) is (sum(one in AGREE for one in given) >= least)

    @given(st.tuples(answers, answers, answers, answers), st.integers(1, 3))
    def test_n_of_a_seat(self, given, least):
        agreed = sum(one in AGREE for one in given[1:])
        assert self.holds(f"{{at_least: {least}, of: user}}", given) is (agreed >= least)

    def test_who_is_counted_is_the_same_in_the_sentence_and_in_the_ring(self):
        story = crowd(2, "{at_least: 1, of: user}").give("plan")
        counts, refusal = quorum(story.facts, "planned"), why(story.facts, {"gate": "planned"})[0]
        assert [party.name for party in counts.parties] == ["user", "user.2"] and counts.needed == 1
        assert (refusal.values["n"], refusal.values["m"]) == (counts.needed, len(counts.parties))
        assert [party.name for party in deciding(story.facts, "planned")] == ["maker", "user", "user.2"]

    def test_who_joins_later_is_not_counted(self):
        story = crowd(1, "{at_least: 2}").give("plan").seat("user")
        assert [party.name for party in quorum(story.facts, "planned").parties] == ["maker", "user"]

    @given(st.tuples(answers, answers, answers, answers),
           st.sampled_from(["any", "one_per_side", "{at_least: 1}", "{at_least: 1, of: user}"]))
    def test_a_veto_stops_every_rule(self, given, rule):
        story = decided(crowd(3, rule, "[maker]").give("plan"), dict(zip(self.NAMES, given, strict=True)))
        found = codes(story.facts, {"gate": "planned"})
        if given[0] == "refused":
            assert found == ["gate.veto"]
        else:
            assert "gate.veto" not in found
            assert (not found) is self.holds(rule, given)

    def holds(self, rule, given):
        story = decided(crowd(3, rule).give("plan"), dict(zip(self.NAMES, given, strict=True)))
        return not why(story.facts, {"gate": "planned"})


class TestGates:
    def test_after_going_back_those_decide_who_sit_there_now(self):
        text = TWO_SIDES.replace("picture: {of: [giver, taker],", "picture: {of: [giver, taker, carrier],")
        story = begin(text).to_trial().go("wrong").seat("carrier")
        assert [party.name for party in deciding(story.facts, "picture")] == ["giver", "taker", "carrier"]

    def test_not_open_names_the_task_it_waits_for(self):
        refusal, = why(begin().facts, {"gate": "picture"})
        assert (refusal.code, refusal.party, refusal.values["task"]) == ("gate.not_open", 1, "stream")

    def test_counts_who_is_missing(self):
        story = decided(crowd(3, "{at_least: 3}").give("plan"), {"user": "agreed", "user.3": "refused"})
        refusal, = why(story.facts, {"gate": "planned"})
        # who said no is not still to decide
        assert [refusal.values[key] for key in ("n", "m", "k", "parties")] == [3, 4, 1, (1, 3)]

    def test_a_no_speaks_once_the_others_cannot_outvote_it(self):
        story = decided(crowd(3, "{at_least: 3}").give("plan"), {"user": "refused", "user.3": "refused"})
        assert [(one.code, one.party) for one in why(story.facts, {"gate": "planned"})] == [
            ("gate.refused", 2), ("gate.refused", 4)]

    def test_and_of_a_side_once_nobody_of_it_is_left_to_agree(self):
        story = decided(crowd(2, "one_per_side").give("plan"), {"maker": "agreed", "user": "refused"})
        assert [(one.code, one.party) for one in why(story.facts, {"gate": "planned"})] == [("gate.side_missing", 3)]
        story = decided(story, {"user.2": "refused"})
        assert [(one.code, one.party) for one in why(story.facts, {"gate": "planned"})] == [
            ("gate.refused", 2), ("gate.refused", 3)]

    def test_where_one_is_enough_once_all_said_no(self):
        story = decided(crowd(1, "any").give("plan"), {"maker": "refused"})
        assert codes(story.facts, {"gate": "planned"}) == ["gate.missing"]
        assert codes(decided(story, {"user": "refused"}).facts, {"gate": "planned"}) == ["gate.refused"] * 2

    def test_a_leaver_does_not_count(self):
        story = decided(crowd(2).give("plan"), {"maker": "agreed", "user": "agreed"}).leave("user.2")
        assert codes(story.facts, {"gate": "planned"}) == []

    def test_nobody_can_decide_for_a_party_without_a_signatory(self):
        story = begin().give("stream").give("need")
        members = tuple(m for m in story.facts.members if "signatory" not in m.parts or m.party != 1)
        assert codes(replace(story.facts, members=members), {"gate": "picture"}) == ["gate.no_decider", "gate.missing"]

    def test_an_empty_seat_decides_nothing(self):
        text = TWO_SIDES.replace("passed: {of: [giver, taker]", "passed: {of: [carrier]")
        assert codes(begin(text).to_trial().give("batch").facts, {"gate": "passed"}) == ["seat.empty"]

    def test_a_gate_that_was_left_out_is_missing(self):
        facts = begin().to_trial().give("batch").facts
        assert codes(replace(facts, decisions=()), {"gate": "passed"}) == ["gate.missing"] * 2
        frozen = begin().to_terms().freeze().facts
        assert codes(replace(frozen, decisions=()), {"gate": "our_contract"}) == ["gate.missing"] * 2


class TestFigures:
    MASS = "figures.stream.mass"

    def facts(self, *values, unit="t/a", **more):
        figures = tuple(FigureFact(self.MASS, party, 1, Decimal(str(value)), unit, settled=False, **more)
                        for party, value in enumerate(values, 1))
        return replace(begin().facts, figures=figures)

    @given(st.decimals(-5, 5, places=1), st.decimals(-5, 5, places=1))
    def test_compares_and_not_is_the_opposite(self, value, limit):
        facts = self.facts(value)
        for relation, holds in {"at_least": value >= limit, "at_most": value <= limit, "above": value > limit,
                                "below": value < limit}.items():
            when = {"figure": {"path": self.MASS, relation: limit}}
            assert (not why(facts, when)) is holds
            assert (not why(facts, {"not": when})) is not holds

    @pytest.mark.parametrize(("values", "code"), [((), "figure.missing"), ((1, 2), "figure.two_values")])
    def test_what_is_unknown_holds_neither_nor(self, values, code):
        facts = self.facts(*values)
        for relation in ("at_least", "at_most", "above", "below"):
            when = {"figure": {"path": self.MASS, relation: 1}}
            assert codes(facts, when) == codes(facts, {"not": when}) == [code]

    @pytest.mark.parametrize("values", [(), (1, 2)])
    def test_nor_does_a_comparison_with_what_is_unknown(self, values):
        facts = self.facts(*values)
        known = FigureFact("figures.need.value", 2, 1, Decimal(1), None, settled=False)
        other = replace(facts, figures=(*facts.figures, known))
        when = {"figure": {"path": "figures.need.value", "above": self.MASS}}
        assert why(other, when)
        assert why(other, {"not": when})

    def test_one_that_was_settled_counts_until_somebody_gives_another(self):
        when = {"figure": {"path": self.MASS, "at_least": 14}}
        facts = self.facts(13, 15)
        body = f'{{"of": "{versions_of(facts.figures)}", "value": "14", "unit": "t/a"}}'
        settled = facts.with_proposal(ProposalFact(1, "settle", self.MASS, body, 1, 11, facts.now, "1 2", "1 2",
                                                   ProposalState.AGREED, facts.now))
        assert codes(settled, when) == []
        assert codes(settled.with_proposal(replace(settled.proposals[0], state=ProposalState.OPEN)), when)
        newer = replace(settled, figures=(facts.figures[0], replace(facts.figures[1], number=2)))
        assert codes(newer, when) == ["figure.two_values"]

    EACH = TWO_SIDES.replace("need: {of: taker, accepted_by: giver}",
                             "need: {of: [giver, taker], fields: {value: {type: quantity, unit: t}}}")

    def test_of_a_seat_each_organisation_has_to_reach_it(self):
        text = """
parties: {maker: {contracting: true}, user: {many: {max: 9}}}
stages: {work: {tasks: {use: {of: [maker, user], fields: {hours: {type: quantity, unit: h}}}}}, end: {}}
transitions: {go: {from: work, to: end, when: {figure: {path: work.use.hours@user, at_least: 5}}}}
"""
        when = {"figure": {"path": "work.use.hours@user", "at_least": 5}}
        story = begin(text, user=2)
        assert [(one.code, one.party) for one in why(story.facts, when)] == [("figure.missing", 2),
                                                                             ("figure.missing", 3)]
        story.give("use", "maker", hours=1).give("use", "user", hours=5)
        assert [(one.code, one.party) for one in why(story.facts, when)] == [("figure.missing", 3)]
        story.give("use", "user.2", hours=4)
        assert [(one.code, one.party, one.values["value"]) for one in why(story.facts, when)] == [
            ("figure.limit", 3, 4)]
        assert [one.party for one in why(story.facts, {"not": when})] == [2]
        assert codes(story.facts, {"figure": {"path": "work.use.hours@user", "at_least": "work.use.hours@maker"}}) == []
        assert codes(begin(text, user=0).facts, when) == ["figure.missing"]

    def test_of_two_seats_without_saying_whose_they_have_to_settle(self):
        story = begin(self.EACH).give("need", "giver", value=3).give("need", "taker", value=5)
        refusal, = why(story.facts, {"figure": {"path": "figures.need.value", "at_least": 1}})
        assert (refusal.code, refusal.values["a"].value, refusal.values["b"].value) == ("figure.two_values", 3, 5)

    def test_a_computed_one_says_what_it_still_rests_on(self):
        text = TWO_SIDES.replace("mass: {type: quantity, unit: t/a}", (
            "mass: {type: quantity, unit: t/a}, less: {type: quantity, unit: t/a, required: false}, "
            "net: {type: computed, operation: difference, of: [figures.stream.mass, figures.stream.less]}"))
        when = {"figure": {"path": "figures.stream.net", "above": 1}}
        facts = begin(text).facts
        assert [one.values["figure"] for one in why(facts, when)] == ["figures.stream.mass", "figures.stream.less"]
        given = facts.with_figures((FigureFact(self.MASS, 1, 1, Decimal(9), "t/a", settled=False),))
        assert [one.values["figure"] for one in why(given, when)] == ["figures.stream.less"]
        waived = given.with_proposal(ProposalFact(1, "waive", "figures.stream.less", "{}", 1, 11, facts.now, "1 2",
                                                  "1 2", ProposalState.AGREED, facts.now))
        assert codes(waived, when) == []
        known = given.with_figures((FigureFact("figures.stream.net", 1, 0, Decimal(1), "t/a", settled=False),))
        assert codes(known, when) == ["figure.limit"]

    def test_units_must_agree(self):
        when = {"figure": {"path": self.MASS, "at_least": 1, "unit": "kg/a"}}
        assert codes(self.facts(5), when) == codes(self.facts(5), {"not": when}) == ["figure.units"]

    def test_whoever_may_not_see_both_figures_is_told_neither(self):
        facts = self.facts(5, sees=0b0110)
        facts = replace(facts, figures=(*facts.figures, FigureFact("figures.need.value", 2, 1, Decimal(9), "t/a", False,
                                                                   sees=0b1100)))
        for a, b in ((self.MASS, "figures.need.value"), ("figures.need.value", self.MASS)):
            refusal, = why(facts, {"figure": {"path": a, "below" if a != self.MASS else "above": b}})
            assert refusal.sees == 0b0100

    def test_the_shown_version_is_the_one_compared(self):
        story = begin().give("stream", mass=3)
        assert codes(story.facts, {"figure": {"path": self.MASS, "at_least": 3, "unit": "t/a"}}) == []
        refusal, = why(story.facts, {"figure": {"path": self.MASS, "above": 3}})
        assert (refusal.values["value"], refusal.values["limit"]) == (3, 3)


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
