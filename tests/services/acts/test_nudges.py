"""Nudging: who gets it, and not too often."""

from dataclasses import replace

import pytest

from cocreate.domain.audience import bit
from cocreate.domain.lacking import ADDRESS, VALUE
from cocreate.domain.nudges import asks
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.nudges import Nudge
from cocreate.services.acts.proposals import Propose
from tests.support.facts import FACILITATOR, MANAGER, begin, champion, signatory
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
