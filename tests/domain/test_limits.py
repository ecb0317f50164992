"""A limit that is missed is known at once, with every way out."""

import json
from dataclasses import replace

import pytest

from cocreate import sentences
from cocreate.domain.limits import missed, path_of, to_choose, together, ways_out
from cocreate.domain.turns import turns
from cocreate.errors import Invalid
from cocreate.services.acts.holds import Hold
from cocreate.services.acts.proposals import Answer, Propose
from cocreate.words import Reader
from tests.support.facts import LIMITED, REASON, begin, champion, signatory
from tests.support.spaces import spaced
from workflows import engine
from workflows.facts import ALL, ProposalState


def test_it_is_known_before_it_is_accepted_and_decided_and_says_who_can_do_what():
    story = begin(LIMITED).give("stream").give("need").agree("picture").go("to_trial")
    assert missed(story.facts) == ()
    story.submit("batch", rate=90)
    refusal, = missed(story.facts, "batch")
    assert missed(story.facts, "need") == ()
    leads = (champion(1), signatory(1), champion(2), signatory(2))
    assert {(out.kind, out.persons) for out in ways_out(story.facts, [refusal])} == {
        ("change", (champion(2),)), ("waive", leads), ("back", leads)}
    story.accept("batch", "giver")
    assert [out.kind for out in ways_out(story.facts, [refusal])] == ["waive", "back"]
    story.act(Propose("waive", "trial.batch.rate", json.dumps({"reason": REASON})), champion(1))
    assert ways_out(story.facts, [refusal])[0].kind == "answer"
    assert ways_out(story.facts, [refusal])[0].persons == (champion(2), signatory(2))


TWO_WAYS = LIMITED.replace(
    "rate: {type: percent}}", "rate: {type: percent}, weeks: {type: whole, unit: weeks}}").replace(
    '{figure: {path: trial.batch.rate, at_least: 95, unit: "%"}}',
    '{any: [{figure: {path: trial.batch.rate, at_least: 95, unit: "%"}}, '
    "{figure: {path: trial.batch.weeks, at_least: 13, unit: weeks}}]}")


def test_a_limit_with_two_ways_out_is_said_with_both():
    story = begin(TWO_WAYS).give("stream").give("need").agree("picture").go("to_trial")
    story.submit("batch", rate=90, weeks=6)
    refusal, = missed(story.facts, "batch")
    said = sentences.refusal(refusal, story.facts, Reader(), party=2, mask=ALL)
    assert spaced(said.text) == (
        "'Rate' is 90 %; going on needs at least 95 % or 'Weeks' of at least 13 weeks (now 6 weeks).")
    hidden = replace(refusal, values=refusal.values | {"instead": (replace(refusal.values["instead"][0], sees=2),)})
    assert "Weeks" not in sentences.refusal(hidden, story.facts, Reader(), party=1, mask=1).text
    assert [out.key for out in ways_out(story.facts, [refusal]) if out.kind == "change"] == ["batch"]
    enough = begin(TWO_WAYS).give("stream").give("need").agree("picture").go("to_trial")
    assert missed(enough.submit("batch", rate=90, weeks=13).facts) == ()


THREE = LIMITED.replace(
    "rate: {type: percent}}",
    "rate: {type: percent}, weeks: {type: whole, unit: weeks}, worth: {type: percent}}").replace(
    '{figure: {path: trial.batch.rate, at_least: 95, unit: "%"}}',
    '{figure: {path: trial.batch.rate, at_least: 95, unit: "%"}}, '
    "{figure: {path: trial.batch.weeks, at_least: 13, unit: weeks}}, "
    '{figure: {path: trial.batch.worth, at_least: 50, unit: "%"}}')


def test_several_limits_of_one_way_are_one_turn_one_way_out_and_one_proposal():
    story = begin(THREE).give("stream").give("need").agree("picture").go("to_trial")
    story.give("batch", rate=90, weeks=6, worth=10).agree("passed")
    paths = [f"trial.batch.{name}" for name in ("rate", "weeks", "worth")]
    assert [path_of(one) for one in together(story.facts, paths[1])] == paths
    assert [(turn.act, turn.key) for turn in turns(story.facts, champion(1))] == [("limit", " ".join(paths))]
    assert [out.kind for out in ways_out(story.facts, missed(story.facts))] == ["waive", "back"]
    story.act(Propose("waive", " ".join(paths[:2]), json.dumps({"reason": REASON})), champion(1))
    assert [path_of(one) for one in together(story.facts, paths[2])] == paths[2:]  # the others are proposed
    assert [out.kind for out in ways_out(story.facts, missed(story.facts))] == ["answer", "waive", "back"]
    story.act(Propose("waive", " ".join(paths[1:]), json.dumps({"reason": REASON})), champion(1))
    assert [one.state for one in story.facts.proposals] == [ProposalState.ENDED, ProposalState.OPEN]  # about one too
    story.act(Answer(2, agree=True), champion(2))
    assert [path_of(one) for one in missed(story.facts)] == paths[:1]


def test_only_values_of_the_template_are_waived_and_each_once():
    story = begin(THREE)
    for subject in ("", "trial.batch.none", "trial.batch.rate trial.batch.rate", "figures.batch.rate"):
        with pytest.raises(Invalid, match="proposal.unknown"):
            story.act(Propose("waive", subject, json.dumps({"reason": REASON})), champion(1))


def test_what_reaches_its_limit_is_no_news():
    story = begin(LIMITED).give("stream").give("need").agree("picture").go("to_trial").submit("batch", rate=95)
    assert missed(story.facts) == ()


def test_it_is_to_be_chosen_once_only_decisions_stand_beside_it():
    story = begin(LIMITED).give("stream").give("need").agree("picture").go("to_trial").submit("batch", rate=90)
    assert to_choose(engine.ways(story.facts)) == ()  # who checks it may send it back
    story.accept("batch", "giver")
    assert [path_of(one) for one in to_choose(engine.ways(story.facts))] == ["trial.batch.rate"]


def test_of_several_ways_on_the_one_that_lacks_least_is_chosen_and_none_where_one_is_free():
    text = LIMITED.replace(
        "rate: {type: percent}}", "rate: {type: percent}, weeks: {type: whole, unit: weeks}}").replace(
        "  wrong: {", "  short: {from: trial, to: terms, when: {figure: "
        "{path: trial.batch.weeks, at_least: 13, unit: weeks}}}\n  wrong: {")
    story = begin(text).give("stream").give("need").agree("picture").go("to_trial").give("batch", rate=90, weeks=6)
    assert [path_of(one) for one in to_choose(engine.ways(story.facts))] == ["trial.batch.weeks"]
    free = begin(text).give("stream").give("need").agree("picture").go("to_trial").give("batch", rate=90, weeks=13)
    assert to_choose(engine.ways(free.facts)) == ()


def test_while_the_project_rests_nobody_is_told():
    story = begin(LIMITED).give("stream").give("need").agree("picture").go("to_trial").submit("batch", rate=90)
    assert missed(story.act(Hold(REASON, story.facts.project.target), champion(1)).facts) == ()
