"""Nudging: who gets it, and not too often."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cocreate.domain.answers import Answer
from cocreate.domain.audience import bit
from cocreate.domain.lacking import ADDRESS, VALUE
from cocreate.domain.nudges import asks, of_refusal
from cocreate.domain.turns import waits_for
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.entering import EnterFor
from cocreate.services.acts.nudges import Nudge
from cocreate.services.acts.proposals import Propose
from cocreate.services.acts.reopening import Reopen
from tests.support.facts import FACILITATOR, MANAGER, TWO_SIDES, begin, champion, signatory
from workflows.gates import gate_reasons
from workflows.refusals import Refusal

GIVER, TAKER = 1, 2
LATER = '{"parties": [2], "by": "2027-06-01", "rule": "as measured", "reason": "It is measured in May."}'
STREAM = Nudge("task:stream:1", GIVER, "We wait with the offer.")


def test_reaches_who_is_asked_with_ones_own_words():
    story = begin().act(STREAM, champion(TAKER))
    assert [(letter.kind, letter.recipient, letter.subject) for letter in story.change.letters] == [
        ("nudge", champion(GIVER), "task:stream:1")]
    assert story.change.personal == {"reason": "We wait with the offer."}
    assert story.change.sees == bit(GIVER) | bit(TAKER)


def test_everything_that_is_owed_can_be_nudged_about():
    story = begin().give("stream").submit("need", "taker")
    owed = {(ask.subject, ask.party): ask.persons for ask in asks(story.facts)}
    assert owed == {("task:need:2", GIVER): (champion(GIVER),)}
    owed = {(ask.subject, ask.party): ask.persons for ask in asks(story.accept("need", "giver", "taker").facts)}
    assert owed == {("decision:picture:1", GIVER): (signatory(GIVER),),
                    ("decision:picture:2", TAKER): (signatory(TAKER),)}
    story.act(Propose("withdraw", "", '{"reason": "The steam is gone for good."}'), champion(GIVER))
    assert ("proposal:1", TAKER) in {(ask.subject, ask.party) for ask in asks(story.facts)}
    signing = begin().to_signature()
    assert {(ask.subject, ask.party) for ask in asks(signing.facts)} == {
        ("signature:1:1", GIVER), ("signature:1:2", TAKER)}


def test_what_was_entered_for_a_party_waits_for_its_yes_and_can_be_nudged_about():
    story = begin().act(EnterFor("stream", GIVER, 0, {"mass": Answer(Decimal(5), unit="t/a")}), MANAGER)
    waits = next(one for one in waits_for(story.facts) if one.code == "task.entered")
    assert [(ask.subject, ask.persons) for ask in of_refusal(story.facts, waits)] == [
        ("task:stream:1", (champion(GIVER),))]
    story.act(STREAM, MANAGER)
    assert [letter.recipient for letter in story.change.letters] == [champion(GIVER)]


def test_what_the_contract_lacks_is_one_thing_of_each_party():
    story, since = begin().to_terms(), {"since": begin().facts.now}
    address = Refusal(ADDRESS, GIVER, since | {"path": "figures.stream.address", "label": "Address"})
    value = Refusal(VALUE, TAKER, since | {"path": "trial.batch.value", "clause": "quantity"})
    lacks = (address, replace(address, values=address.values | {"label": "Number"}), value, replace(value, party=None))
    owed = {(ask.subject, ask.party): ask.persons for ask in asks(replace(story.facts, missing=lacks))}
    assert owed == {("lacks:contract:1", GIVER): (champion(GIVER),), ("lacks:contract:2", TAKER): (champion(TAKER),)}
    with pytest.raises(Conflict, match=r"nudge\.done"):
        story.act(Nudge("lacks:contract:1", GIVER, "Where is it?", (value,)), champion(TAKER))
    story.act(Nudge("lacks:contract:1", GIVER, "Where is it?", lacks), champion(TAKER))
    assert [letter.recipient for letter in story.change.letters] == [champion(GIVER)]
    with pytest.raises(Conflict, match=r"nudge\.soon"):
        story.act(Nudge("lacks:contract:1", GIVER, "Where is it?", lacks), MANAGER)
    story.act(Propose("later", "trial.batch.value", LATER), champion(TAKER))
    assert ("lacks:contract:2", TAKER) not in {
        (ask.subject, ask.party) for ask in asks(replace(story.facts, missing=(value,)))}


class TestAfterANo:
    """What has to happen next is asked of everybody who can do something about it, by party."""

    def test_each_party_that_can_act_is_one_thing_to_nudge_about(self):
        story = _refused()
        assert _after_no(story) == {
            ("after_no:picture:1", GIVER): {champion(GIVER), signatory(GIVER)},
            ("after_no:picture:2", TAKER): {champion(TAKER), signatory(TAKER)}}
        story.act(Nudge("after_no:picture:2", TAKER, "Shall we talk?"), champion(GIVER))
        assert {(letter.recipient, letter.subject) for letter in story.change.letters} == {
            (champion(TAKER), "after_no:picture:2"), (signatory(TAKER), "after_no:picture:2")}
        with pytest.raises(Conflict, match=r"nudge\.soon"):
            story.act(Nudge("after_no:picture:2", TAKER, "And now?"), MANAGER)
        story.act(Nudge("after_no:picture:1", GIVER, "Can you change it?"), MANAGER)  # the other party is another thing

    def test_the_sentence_about_the_no_has_it_for_all_of_them(self):
        story = _refused()
        (said,) = gate_reasons(story.facts, "picture")
        assert [owed.subject for owed in of_refusal(story.facts, said)] == ["after_no:picture:1", "after_no:picture:2"]

    def test_until_something_happened(self):
        story = _refused()
        assert _after_no(replace(story, acts=[]).decide("picture", "taker")) == {}
        story.act(Reopen("need", TAKER, 1, "The figures of last year were used."), champion(TAKER))
        assert _after_no(story) == {}
        with pytest.raises(Conflict, match=r"nudge\.done"):
            story.act(Nudge("after_no:picture:2", TAKER, "And now?"), MANAGER)

    def test_a_no_that_stops_nothing_is_nothing_to_nudge_about(self):
        any_ = TWO_SIDES.replace("picture: {of: [giver, taker],", "picture: {of: [giver, taker], rule: any,")
        assert _after_no(begin(any_).give("stream").give("need").decide("picture", "taker", "refused")) == {}


def _refused():
    return begin().give("stream").give("need").decide("picture", "giver").decide("picture", "taker", "refused")


def _after_no(story):
    return {(one.subject, one.party): set(one.persons) for one in asks(story.facts)
            if one.subject.startswith("after_no:")}


def test_of_a_number_that_has_to_agree_each_is_nudged_who_has_not_decided():
    two = TWO_SIDES.replace("picture: {of: [giver, taker],", "picture: {of: [giver, taker], rule: {at_least: 2},")
    story = begin(two).give("stream").give("need")
    (said,) = gate_reasons(story.facts, "picture")
    assert said.code == "gate.not_enough"
    assert [owed.subject for owed in of_refusal(story.facts, said)] == ["decision:picture:1", "decision:picture:2"]


def test_once_in_two_working_days_whoever_does_it():
    story = begin().act(STREAM, champion(TAKER))  # on a Monday
    with pytest.raises(Conflict, match=r"nudge\.soon") as refused:
        story.wait(days=1).act(STREAM, MANAGER)
    assert refused.value.values["possible"].isoformat() == "2027-03-03"
    assert story.wait(days=1).act(STREAM, MANAGER).facts.nudges[0].person == MANAGER
    assert len(story.facts.nudges) == 1


@pytest.mark.parametrize("person", [signatory(TAKER), 13, 14])
def test_is_for_champions_facilitator_and_account_manager(person):
    with pytest.raises(Forbidden):
        begin().act(STREAM, person)
    assert begin().act(STREAM, FACILITATOR).facts.nudges


@pytest.mark.parametrize(("given", "error"), [
    (Nudge("task:stream:1", GIVER, "  "), Invalid), (Nudge("task:batch:2", TAKER, "x"), Conflict),
    (Nudge("task:stream:1", TAKER, "x"), Conflict)])
def test_what_cannot_be(given, error):
    with pytest.raises(error):
        begin().act(given, MANAGER)


def test_not_about_ones_own_task():
    with pytest.raises(Conflict, match=r"nudge\.nobody"):
        begin().act(STREAM, champion(GIVER))
