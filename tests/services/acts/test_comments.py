"""Talking beside the work, decided without a database."""

from dataclasses import replace

import pytest

from cocreate.domain.audience import bit
from cocreate.domain.topics import Topic, audience_of
from cocreate.domain.turns import turns
from cocreate.errors import Conflict, Forbidden, Invalid, NotFound
from cocreate.services.acts.comments import AskHelp, Helped, Say, StillStuck
from tests.support.facts import FACILITATOR, MANAGER, begin, champion, signatory

OBSERVER = 14


class TestSay:
    def test_is_a_row_and_an_event_without_its_words(self):
        story = begin().act(Say("comment", "task:stream:1", "Is this per year?"), champion(2))
        row = story.change.rows[0].rows[0]
        assert (row["text"], row["number"], row["subject"]) == ("Is this per year?", 2, "task:stream:1")
        assert "year" not in str(story.change.details) + str(story.change.personal)

    def test_whoever_is_asked_or_answered_or_mentioned_is_written_to(self):
        story = begin().act(Say("comment", "task:stream:1", "Please.", mentions=(signatory(1),)), champion(2))
        assert {(one.kind, one.recipient) for one in story.change.letters} == {
            ("mention", signatory(1)), ("comment", champion(1))}

    def test_a_note_is_its_partys_own_also_in_the_record(self):
        story = begin().act(Say("note", "gate:picture", "Too dear."), champion(1))
        assert story.change.sees == bit(1) == story.change.rows[0].rows[0]["sees"]
        assert story.change.letters == ()

    def test_nobody_is_mentioned_who_cannot_read_it(self):
        with pytest.raises(Invalid, match="mention.cannot_see"):
            begin().act(Say("note", "task:stream:1", "x", mentions=(champion(2),)), champion(1))
        with pytest.raises(Invalid, match="mention.unknown"):
            begin().act(Say("comment", "task:stream:1", "x", mentions=(99,)), champion(1))

    def test_an_answer_is_heard_by_no_more_people_than_what_it_answers(self):
        story = begin().act(Say("comment", "task:stream:1", "x", reply_to=1, within=bit(1)), champion(1))
        assert story.change.sees == bit(1)

    @pytest.mark.parametrize("topic", ["task:nothing:1", "gate:nothing", "document:1", "task:stream:9", "project",
                                       "field:stream:1:nothing", "clause:nothing", "task:stream:x", "", "a:b:c:d:e"])
    def test_about_nothing_there_is_nothing(self, topic):
        with pytest.raises(NotFound):
            begin().act(Say("comment", topic, "x"), champion(1))

    def test_observers_read(self):
        with pytest.raises(Forbidden):
            begin().act(Say("comment", "task:stream:1", "x"), OBSERVER)

    def test_people_without_a_party_have_no_notes(self):
        begin().act(Say("comment", "task:stream:1", "x"), FACILITATOR)
        with pytest.raises(Invalid, match="note.no_party"):
            begin().act(Say("note", "task:stream:1", "x"), MANAGER)

    def test_what_fewer_see_fewer_talk_about(self):
        story = begin(PRIVATE)
        assert audience_of(Topic("field", "stream", 1, "margin"), story.facts) == bit(1)
        with pytest.raises(NotFound):
            story.act(Say("comment", "field:stream:1:margin", "x"), champion(2))
        assert story.act(Say("comment", "field:stream:1:margin", "x"), champion(1)).change.sees == bit(1)


class TestHelp:
    def test_stands_on_top_of_the_others_turns_until_it_helped(self):
        story = begin().act(AskHelp("stream", 1, "Which meter is meant?"), champion(1))
        for person in (champion(2), signatory(1), MANAGER, FACILITATOR):
            assert turns(story.facts, person)[0].act == "help"
        assert not [turn for person in (champion(1), OBSERVER, 23) for turn in turns(story.facts, person)
                    if turn.act == "help"]
        number = story.task("stream").help
        with pytest.raises(Forbidden):
            story.act(Helped("stream", 1, number), champion(2))
        story.act(Helped("stream", 1, number), champion(1))
        assert not [turn for _, turn in story.all_turns() if turn.act == "help"]
        with pytest.raises(Conflict, match="help.ended"):
            story.act(Helped("stream", 1, number), champion(1))

    def test_an_answer_asks_the_asker_whether_it_helped_and_a_no_asks_the_others_again(self):
        story = begin().act(AskHelp("stream", 1, "Which meter is meant?"), champion(1))
        number = story.task("stream").help
        answer = Say("comment", "task:stream:1", "The one at gate 3.", answers=champion(1), call=number)
        story.act(answer, champion(2))
        assert asked(story) == {champion(1): "helped"}
        assert {(one.kind, one.recipient) for one in story.change.letters} == {("comment", champion(1))}
        with pytest.raises(Forbidden):
            story.act(StillStuck("stream", 1, number), champion(2))
        story.act(StillStuck("stream", 1, number, "There are two of them."), champion(1))
        assert asked(story)[champion(2)] == "help" and champion(1) not in asked(story)
        assert story.change.rows[0].rows[0]["text"] == "There are two of them."
        assert {one.recipient for one in story.change.letters} == set(asked(story))
        with pytest.raises(Conflict, match=r"help\.unanswered"):
            story.act(StillStuck("stream", 1, number), champion(1))
        story.act(answer, FACILITATOR).act(Helped("stream", 1, number), champion(1))
        assert asked(story) == {}

    def test_the_askers_own_words_are_no_answer_and_of_who_is_gone_the_champion_is_asked(self):
        story = begin().act(AskHelp("stream", 1, "Which meter is meant?"), contributor := 13)
        number = story.task("stream").help
        story.act(Say("comment", "task:stream:1", "Anybody?", answers=contributor, call=number), contributor)
        assert asked(story)[champion(2)] == "help"
        story.act(Say("comment", "task:stream:1", "That one.", answers=contributor, call=number), champion(2))
        assert asked(story) == {contributor: "helped"}
        gone = replace(story.facts.member(contributor), left_at=story.facts.now)
        story.facts = story.facts.with_member(gone)
        assert asked(story) == {champion(1): "helped"}

    def test_ends_with_the_task_also_unanswered_and_is_not_back_when_that_is_returned(self):
        story = begin().act(AskHelp("stream", 1, "Which meter is meant?"), champion(1)).submit("stream")
        assert asked(story) == {} and story.task("stream").help is None
        assert ("help_ended", champion(2)) in story.lines()
        assert asked(story.send_back("stream", by="taker")) == {}
        story.act(AskHelp("stream", 1, "And which one is returned?"), champion(1))
        assert champion(2) in asked(story)

    def test_whoever_answered_in_vain_is_told_that_it_ended(self):
        story = begin().act(AskHelp("stream", 1, "Which meter is meant?"), champion(1))
        number = story.task("stream").help
        answer = Say("comment", "task:stream:1", "The one at gate 3.", answers=champion(1), call=number)
        story.act(answer, FACILITATOR).act(StillStuck("stream", 1, number), champion(1)).act(answer, champion(2))
        story.submit("stream")
        assert {person for kind, person in story.mails() if kind == "help_ended"} == {FACILITATOR, champion(2)}

    def test_that_it_helped_is_no_further_mail(self):
        story = begin().act(AskHelp("stream", 1, "Which meter is meant?"), champion(1))
        number = story.task("stream").help
        story.act(Say("comment", "task:stream:1", "That one.", answers=champion(1), call=number), champion(2))
        assert "help_ended" not in story.act(Helped("stream", 1, number), champion(1)).kinds()

    def test_of_the_own_party_only_others_do_not_hear_of_its_end(self):
        story = begin().act(AskHelp("stream", 1, "Which meter is meant?", own=True), champion(1)).submit("stream")
        assert {person for kind, person in story.lines() if kind == "help_ended"} == {13}

    def test_of_the_own_party_only(self):
        story = begin().act(AskHelp("stream", 1, "Which meter is meant?", own=True), champion(1))
        assert story.change.sees == bit(1)
        assert {person for person, turn in story.all_turns() if turn.act == "help"} == {signatory(1), 13}

    def test_once_at_a_time_in_words_that_can_be_answered(self):
        story = begin().act(AskHelp("stream", 1, "Which meter is meant?"), champion(1))
        with pytest.raises(Conflict, match="help.open"):
            story.act(AskHelp("stream", 1, "Which meter is meant?"), champion(1))
        with pytest.raises(Invalid, match="reason.short"):
            begin().act(AskHelp("stream", 1, "Help"), champion(1))
        with pytest.raises(Forbidden):
            begin().act(AskHelp("stream", 1, "Which meter is meant?"), champion(2))


def asked(story):
    """Who is asked about a call for help now, and for what."""
    return {person: turn.act for person, turn in story.all_turns() if turn.act in ("help", "helped")}


PRIVATE = """
parties:
  giver: {contracting: true, side: giving}
  taker: {contracting: true, side: taking}
stages:
  figures:
    tasks:
      stream: {of: giver, accepted_by: taker, fields: {
        mass: {type: number}, margin: {type: number, visible_to: own}}}
  terms: {contract: prepared, gates: {ours: {of: [giver, taker], about: contract}}}
  signature: {contract: signed}
transitions:
  to_terms: {from: figures, to: terms, when: {all: [tasks]}}
  to_signature: {from: terms, to: signature, when: {contract: agreed}}
  agreed: {from: signature, to: agreed, automatic: true, when: {contract: signed}}
clauses:
  always: {text: We agree.}
"""
