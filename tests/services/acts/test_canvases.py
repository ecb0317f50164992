"""Canvases: who writes on them, and what they are given by."""

import json
from dataclasses import replace

import pytest

from cocreate.domain import openness
from cocreate.domain.answers import Answer
from cocreate.domain.writing import may_write
from cocreate.errors import CocreateError, Conflict, Invalid
from cocreate.services.acts.canvases import AddEntry
from cocreate.services.acts.contributions import Submit
from cocreate.services.acts.entering import EnterFor
from cocreate.services.acts.proposals import Answer as Reply
from cocreate.services.acts.proposals import Propose
from tests.support.facts import FACILITATOR, TWO_SIDES, Story, begin, champion

GIVER, TAKER, OBSERVER = 1, 2, 24
BOARD = """      board: {of: giver, kind: canvas, visible_to: %s, required: false, boxes: {aim: {title: Aim}}}
    gates:
      picture"""


def story(sees: str = "all") -> Story:
    return begin(TWO_SIDES.replace("    gates:\n      picture", BOARD % sees))


@pytest.mark.parametrize("sees", ["all", "own"])
def test_who_is_offered_to_write_can_write_and_nobody_else(sees):
    one = story(sees).act(Propose("charter", "openness", json.dumps({"text": "W", "observers": True})), champion(GIVER))
    one.act(Reply(max(proposal.number for proposal in one.facts.proposals), agree=True), champion(TAKER))
    assert openness.talks(one.facts, one.facts.member(OBSERVER))  # to talk is not to write
    for member in one.facts.members:
        facts = replace(one.facts, actor=member)
        try:
            replace(one).act(AddEntry("board", GIVER, "aim", "Fewer crates"), member.person)
        except CocreateError:
            written = False
        else:
            written = True
        assert may_write(facts, one.task("board")) is written, member
        assert written <= (member.party == GIVER or (sees == "all" and member.party == TAKER)), member


def test_is_given_by_its_entries_only():
    one, forged = story(), {"aim": Answer("Forged (Taker)")}
    with pytest.raises(Conflict, match="canvas.entries"):
        one.act(Submit("board", GIVER, 0, 0, forged), champion(GIVER))
    with pytest.raises(Invalid, match="enter.canvas"):
        one.act(EnterFor("board", GIVER, 0, forged), FACILITATOR)
