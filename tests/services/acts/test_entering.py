"""What is typed in for another party counts when that party says so; decided without a database."""

from decimal import Decimal

import pytest

from cocreate.domain.answers import Answer
from cocreate.domain.turns import turns
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.comments import AskHelp
from cocreate.services.acts.entering import Confirm, Deny, EnterFor
from cocreate.services.acts.reopening import Reopen
from tests.support.facts import FACILITATOR, MANAGER, REASON, TWO_SIDES, begin, champion, signatory

MASS = {"mass": Answer(Decimal(5), unit="t/a")}
FINAL = TWO_SIDES.replace("stream: {of: giver,", "stream: {of: giver, final: true,")


class TestEnterFor:
    @pytest.mark.parametrize("person", [MANAGER, FACILITATOR, champion(2)])
    def test_is_marked_and_counts_for_nothing(self, person):
        story = begin().act(EnterFor("stream", 1, 0, MASS), person)
        task = story.task("stream")
        assert (task.state, task.number, task.entered_by) == ("entered", 1, 2 if person == champion(2) else None)
        assert story.facts.figures == ()
        assert ("entered", champion(1)) in story.mails()
        assert "confirm" in {turn.act for turn in turns(story.facts, champion(1))}
        assert story.change.rows[0].rows[0]["for_party"] == (2 if person == champion(2) else 0)

    def test_leaves_a_call_for_help_until_the_party_says_that_it_is_right(self):
        story = begin().act(AskHelp("stream", 1, "Which meter is meant?"), champion(1))
        assert story.act(EnterFor("stream", 1, 0, MASS), MANAGER).task("stream").help is not None
        assert story.act(Confirm("stream", 1, 1, MASS), champion(1)).task("stream").help is None

    @pytest.mark.parametrize("person", [champion(1), signatory(2), 23, 24])
    def test_not_by_others(self, person):
        with pytest.raises(Forbidden):
            begin().act(EnterFor("stream", 1, 0, MASS), person)

    def test_whole_or_not_at_all(self):
        with pytest.raises(Invalid, match="incomplete"):
            begin().act(EnterFor("stream", 1, 0, {}), MANAGER)

    def test_not_over_what_the_party_gave_meanwhile(self):
        with pytest.raises(Conflict, match="contribution.changed"):
            begin().submit("stream").act(EnterFor("stream", 1, 0, MASS), MANAGER)

    def test_never_a_short_agreement(self):
        story = begin(SECRET)
        with pytest.raises(Invalid, match="enter.signed"):
            story.act(EnterFor("secret", 1, 0, {}), MANAGER)


class TestConfirm:
    def test_makes_it_the_partys_own(self):
        story = begin().act(EnterFor("stream", 1, 0, MASS), MANAGER).act(Confirm("stream", 1, 1, MASS), signatory(1))
        task = story.task("stream")
        assert (task.state, task.number, task.entered_by) == ("submitted", 2, None)
        assert [figure.value for figure in story.facts.figures] == [Decimal(5)]
        assert ("submitted", champion(2)) in story.mails()

    def test_only_by_the_party_and_only_once(self):
        story = begin().act(EnterFor("stream", 1, 0, MASS), MANAGER)
        for person in (champion(2), MANAGER, 14):
            with pytest.raises(Forbidden):
                story.act(Confirm("stream", 1, 1, MASS), person)
        story.act(Confirm("stream", 1, 1, MASS), champion(1))
        with pytest.raises(Conflict):
            story.act(Confirm("stream", 1, 1, MASS), champion(1))

    def test_denied_it_is_asked_again(self):
        story = begin().act(EnterFor("stream", 1, 0, MASS), MANAGER).act(Deny("stream", 1, 1), champion(1))
        assert (story.task("stream").state, story.task("stream").number) == ("open", 1)
        story.submit("stream", mass=7)
        assert story.task("stream").number == 2


class TestReopen:
    def test_begins_a_new_round_and_lapses_decisions(self):
        story = begin().give("stream").give("need").agree("picture")
        story.act(Reopen("stream", 1, 1, REASON), champion(2))
        assert (story.task("stream").round, story.task("stream").state) == (2, "open")
        assert {one.state for one in story.facts.asked_at("picture")} == {"lapsed"}
        assert ("ask", champion(1)) in story.mails()

    def test_by_who_gave_or_accepted_it(self):
        story = begin().give("stream")
        for person in (MANAGER, 14, 24):
            with pytest.raises(Forbidden):
                story.act(Reopen("stream", 1, 1, REASON), person)
        story.act(Reopen("stream", 1, 1, REASON), champion(1))

    def test_with_a_reason_and_only_what_is_accepted(self):
        story = begin().submit("stream")
        with pytest.raises(Conflict, match="contribution.not_accepted"):
            story.act(Reopen("stream", 1, 1, REASON), champion(1))
        story.accept("stream", "taker")
        with pytest.raises(Invalid, match="reason.short"):
            story.act(Reopen("stream", 1, 1, "no"), champion(1))

    def test_of_an_earlier_stage_only_by_going_back(self):
        with pytest.raises(Conflict, match="task.stage_passed"):
            begin().to_trial().act(Reopen("stream", 1, 1, REASON), champion(1))

    @pytest.mark.parametrize("person", [champion(1), champion(2)])
    def test_never_what_is_final_here_or_in_an_earlier_stage(self, person):
        for story in (begin(FINAL).give("stream"), begin(FINAL).to_trial()):
            with pytest.raises(Conflict, match="task.final"):
                story.act(Reopen("stream", 1, 1, REASON), person)
            assert story.task("stream").round == 1

    def test_what_is_final_is_taken_back_and_returned_until_it_is_accepted(self):
        story = begin(FINAL).submit("stream").take_back("stream").submit("stream").send_back("stream", "taker")
        assert story.give("stream").task("stream").state == "accepted"


SECRET = """
parties:
  giver: {contracting: true, side: giving}
  taker: {contracting: true, side: taking}
stages:
  figures:
    tasks:
      secret: {of: giver, kind: sign, agreement: "We keep it to ourselves."}
  terms: {contract: prepared, gates: {ours: {of: [giver, taker], about: contract}}}
  signature: {contract: signed}
transitions:
  to_terms: {from: figures, to: terms, when: {all: [tasks]}}
  to_signature: {from: terms, to: signature, when: {contract: agreed}}
  agreed: {from: signature, to: agreed, automatic: true, when: {contract: signed}}
clauses:
  always: {text: We agree.}
"""
