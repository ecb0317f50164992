"""When a gate is agreed: every rule, whatever each party answers."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.support.facts import TWO_SIDES, Story, begin
from tests.support.refusing import codes, crowd, why
from workflows.gates import deciding, quorum


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
