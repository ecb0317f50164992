"""A limit that is missed is known at once, with every way out."""

import json

from cocreate.domain.limits import missed, ways_out
from cocreate.services.acts.proposals import Propose
from tests.support.facts import REASON, TWO_SIDES, begin, champion, signatory

LIMITED = TWO_SIDES.replace(
    "batch: {of: taker}", "batch: {of: taker, accepted_by: giver, fields: {rate: {type: percent}}}").replace(
    "{gate: passed}]", '{gate: passed}, {figure: {path: trial.batch.rate, at_least: 95, unit: "%"}}]')


def test_it_is_known_before_it_is_accepted_and_decided_and_says_who_can_do_what():
    story = begin(LIMITED).give("stream").give("need").agree("picture").go("to_trial")
    assert missed(story.facts) == ()
    story.submit("batch", rate=90)
    refusal, = missed(story.facts, "batch")
    assert missed(story.facts, "need") == ()
    leads = (champion(1), signatory(1), champion(2), signatory(2))
    assert {(out.kind, out.persons) for out in ways_out(story.facts, refusal)} == {
        ("change", (champion(2),)), ("waive", leads), ("back", leads)}
    story.accept("batch", "giver")
    assert [out.kind for out in ways_out(story.facts, refusal)] == ["waive", "back"]
    story.act(Propose("waive", "trial.batch.rate", json.dumps({"reason": REASON})), champion(1))
    assert ways_out(story.facts, refusal)[0].kind == "answer"
    assert ways_out(story.facts, refusal)[0].persons == (champion(2), signatory(2))


def test_what_reaches_its_limit_is_no_news():
    story = begin(LIMITED).give("stream").give("need").agree("picture").go("to_trial").submit("batch", rate=95)
    assert missed(story.facts) == ()
