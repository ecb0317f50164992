"""Deciding: for one's own party, on exactly what one saw."""

import pytest

from cocreate.errors import Conflict, Forbidden, Invalid, Refused
from cocreate.services.acts.gates import Decide
from tests.support.facts import FACILITATOR, MANAGER, REASON, begin, champion, signatory
from workflows.facts import DecisionState

SIGNS = signatory(1)


def asked():
    return begin().give("stream").give("need")


def decide(story, person=SIGNS, **changes):
    given = {"gate": "picture", "seen": "need@2=1 stream@1=1", "answer": "agreed", **changes}
    return story.act(Decide(**given), person)


class TestDecide:
    def test_binds_to_the_versions_seen(self):
        decision = decide(asked()).decision("picture", "giver")
        assert (decision.state, decision.subject, decision.person) == (
            DecisionState.AGREED, "need@2=1 stream@1=1", SIGNS)

    @pytest.mark.parametrize("answer", ["reserved", "refused"])
    def test_a_reservation_and_a_no_have_a_reason(self, answer):
        decision = decide(asked(), answer=answer, reason=REASON, wanted="Measure.").decision("picture", "giver")
        assert (decision.state, decision.reason, decision.wanted) == (answer, REASON, "Measure.")
        with pytest.raises(Invalid, match="reason.short"):
            decide(asked(), answer=answer, reason="No.", wanted="Measure.")

    def test_a_no_says_what_would_help(self):
        with pytest.raises(Invalid, match="decision.wanted_missing"):
            decide(asked(), answer="refused", reason=REASON)

    @pytest.mark.parametrize(("typed", "field"), [({"reason": REASON}, "reason"), ({"wanted": "Measure."}, "wanted")])
    def test_a_plain_yes_has_no_words(self, typed, field):
        with pytest.raises(Invalid, match="decision.words_left") as refused:
            decide(asked(), **typed)
        assert refused.value.values["field"] == field

    def test_the_words_are_personal(self):
        change = decide(asked(), answer="refused", reason=REASON, wanted="Measure.").change
        assert change.personal == {"reason": REASON, "wanted": "Measure."}
        assert change.details == {"gate": "picture", "answer": "refused", "subject": "need@2=1 stream@1=1"}

    def test_may_be_changed_until_the_project_goes_on(self):
        story = decide(decide(asked()), answer="refused", reason=REASON, wanted="Measure.")
        assert story.decision("picture", "giver").state is DecisionState.REFUSED
        assert decide(story).decision("picture", "giver").agreed

    def test_the_same_again_is_recorded_once(self):
        for given in ({}, {"answer": "refused", "reason": REASON, "wanted": "Measure."}):
            with pytest.raises(Conflict, match="gate.recorded"):
                decide(decide(asked(), **given), **given)
        other = {"answer": "refused", "reason": REASON, "wanted": "Measure twice."}
        again = decide(decide(asked(), **{**other, "wanted": "Measure."}), **other)
        assert again.decision("picture", "giver").wanted == "Measure twice."

    @pytest.mark.parametrize("person", [champion(1), 13, 14, MANAGER, FACILITATOR])
    def test_is_for_signatories(self, person):
        with pytest.raises(Forbidden):
            decide(asked(), person)

    def test_is_for_parties_that_were_asked(self):
        story = begin(carrier=1).give("stream").give("need")
        with pytest.raises(Forbidden) as refused:
            decide(story, signatory(3))
        assert refused.value.values["persons"] == (SIGNS,)

    def test_not_for_who_came_after_it_was_asked(self):
        story = begin("""
parties: {maker: {contracting: true}, user: {many: {max: 5}}}
stages: {work: {tasks: {plan: {of: maker}}, gates: {planned: {of: [user]}}}, end: {}}
transitions: {go: {from: work, to: end, when: {gate: planned}}}
""").give("plan").seat("user")
        with pytest.raises(Forbidden) as refused:
            decide(story, signatory(3), gate="planned", seen="plan@1=1")
        assert refused.value.values["persons"] == (signatory(2),)

    def test_not_before_it_is_open(self):
        with pytest.raises(Refused) as refused:
            decide(begin(), seen="need@2=0 stream@1=0")
        assert [one.code for one in refused.value.reasons] == ["gate.not_open"]

    @pytest.mark.parametrize("seen", ["", "need@2=1 stream@1=2", "stream@1=1"])
    def test_not_on_what_is_no_longer_so(self, seen):
        with pytest.raises(Conflict, match="gate.changed"):
            decide(asked(), seen=seen)

    def test_not_in_another_stage(self):
        with pytest.raises(Conflict, match="gate.passed"):
            decide(begin().to_trial())

    @pytest.mark.parametrize("given", [{"answer": "perhaps"}, {"answer": "lapsed"}, {"answer": ""}, {"gate": "none"}])
    def test_nothing_else(self, given):
        with pytest.raises(Invalid, match="decision.unknown"):
            decide(asked(), **given)

    def test_on_the_contract_only_while_it_stands(self):
        story = begin().to_terms()
        with pytest.raises(Refused) as refused:
            decide(story, gate="our_contract", seen="")
        assert [one.code for one in refused.value.reasons] == ["clauses.open"]
        decide(story.freeze(), gate="our_contract", seen="contract=1")
        with pytest.raises(Conflict, match="gate.changed"):
            decide(story.freeze(text="other words"), gate="our_contract", seen="contract=1")
