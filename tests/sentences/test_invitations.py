"""What an invited person reads of what waits for them."""

from dataclasses import replace

from cocreate.sentences.invitations import asked_first
from cocreate.words import Reader
from tests.support.facts import MONDAY, TWO_SIDES, begin, champion, signatory
from tests.support.spaces import spaced


def said(facts, person):
    invited = replace(facts.member(person), accepted_at=None, invited_at=MONDAY)
    return spaced(" ".join(asked_first(facts.with_member(invited), person, Reader(now=MONDAY), str, str)))


class TestAskedFirst:
    ONE = "First you are asked for: Stream, about 10 minutes, by Mon 8 Mar."

    def test_one_task_is_said_alone(self):
        assert said(begin().facts, champion(1)) == self.ONE

    def test_beside_it_how_many_other_things_wait(self):
        both = TWO_SIDES.replace("need: {of: taker,", "need: {of: giver,")
        assert said(begin(both).facts, champion(1)) == f"{self.ONE} One more thing waits for you in the room."
        many = both.replace("need: {of: giver,", "law: {of: giver}\n      need: {of: giver,")
        assert said(begin(many).facts, champion(1)) == f"{self.ONE} 2 more things wait for you in the room."

    def test_who_decides_reads_that_a_decision_waits(self):
        asked = begin().give("stream").give("need")
        assert said(asked.facts, signatory(1)) == "One thing waits for you in the room."
        assert said(asked.decide("picture", "giver").facts, signatory(1)) == ""
