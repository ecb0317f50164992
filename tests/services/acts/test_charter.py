"""The charter: goals that pull apart, and an openness that really narrows who sees what is given."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from cocreate.domain import audience, charter, openness
from cocreate.domain.answers import Answer
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.comments import Say
from cocreate.services.acts.contributions import Submit
from cocreate.services.acts.proposals import Answer as Reply
from cocreate.services.acts.proposals import Propose, TakeBackProposal
from cocreate.services.acts.reopening import Reopen
from tests.support.facts import FACILITATOR, MANAGER, REASON, begin, champion, signatory
from workflows.facts import ProposalState

GIVER, TAKER, CARRIER = 1, 2, 3
OBSERVER = 24
TEXT = """
parties:
  giver: {contracting: true, side: giving}
  taker: {contracting: true, side: taking}
  carrier: {required: false}
stages:
  figures:
    tasks:
      stream:
        of: giver
        accepted_by: taker
        fields:
          mass: {type: quantity, unit: t/a}
          price: {type: money, currency: EUR}
          cost: {type: money, currency: EUR}
          share: {type: percent, matter: costs}
      haul: {of: carrier, fields: {rate: {type: money, currency: EUR}, words: {type: text}}}
  signature: {contract: signed}
transitions:
  to_signature: {from: figures, to: signature, when: {all: [tasks]}}
  agreed: {from: signature, to: agreed, automatic: true, when: {contract: signed}}
clauses:
  price: {needs: {price: figures.stream.price}, text: "$price"}
"""


def story(carriers=1):
    return begin(TEXT, carrier=carriers)


def number(one):
    return max(proposal.number for proposal in one.facts.proposals)


def agreed(one, subject, words="Words.", **body):
    """All parties have agreed to this part."""
    one.act(Propose("charter", subject, json.dumps({"text": words, **body})), champion(GIVER))
    for party in (party.number for party in one.facts.present if party.number != GIVER):
        one.act(Reply(number(one), agree=True), champion(party))
    return one


def seen(one, task, field, giver):
    sees = openness.of_field(one.facts, task, field, giver=giver)
    return {party.number for party in one.facts.present if sees & audience.bit(party.number)}


class TestOpenness:
    def test_nothing_is_narrower_until_all_agree(self):
        one = story()
        one.act(Propose("charter", "openness", json.dumps({"text": "W", "kinds": {"costs": "own"}})), champion(GIVER))
        assert seen(one, "haul", "rate", CARRIER) == {GIVER, TAKER, CARRIER}

    @pytest.mark.parametrize(("level", "parties"), [
        ("all", {GIVER, TAKER, CARRIER}), ("own", {CARRIER}), ("neutral", {CARRIER}), ([TAKER], {TAKER, CARRIER})])
    def test_each_level(self, level, parties):
        one = agreed(story(), "openness", kinds={"costs": level})
        assert seen(one, "haul", "rate", CARRIER) == parties
        neutral = openness.of_field(one.facts, "haul", "rate", giver=CARRIER) & audience.FACILITATOR
        assert bool(neutral) is (level in ("all", "neutral"))

    def test_is_for_one_kind_of_item(self):
        one = agreed(story(), "openness", kinds={"costs": "own"})
        assert seen(one, "haul", "words", CARRIER) == {GIVER, TAKER, CARRIER}
        assert seen(one, "stream", "mass", GIVER) == {GIVER, TAKER, CARRIER}

    def test_who_accepts_sees_what_they_accept(self):
        one = agreed(story(), "openness", kinds={"costs": "own"})
        assert seen(one, "stream", "cost", GIVER) == seen(one, "stream", "share", GIVER) == {GIVER, TAKER}

    def test_a_submission_is_written_with_it(self):
        one = agreed(story(), "openness", kinds={"costs": "own"})
        one.act(Submit("haul", CARRIER, 0, 0, {
            "rate": Answer(Decimal(9), currency="EUR"), "words": Answer("By night.")}), champion(CARRIER))
        version = next(row for write in one.change.rows for row in getattr(write, "rows", ())
                       if "narrower" in row)
        assert json.loads(version["narrower"]) == {"rate": audience.bit(CARRIER)}

    @pytest.mark.parametrize("kinds", [{"salaries": "own"}, {"costs": "nobody"}, {"costs": [7]}])
    def test_what_is_no_level_is_refused(self, kinds):
        with pytest.raises(Invalid, match=r"charter\.part"):
            story().act(Propose("charter", "openness", json.dumps({"text": "W", "kinds": kinds})), champion(GIVER))

    def test_observers_comment_where_all_agreed(self):
        said = Say("comment", "task:stream:1", "A word.")
        with pytest.raises(Forbidden):
            story().act(said, OBSERVER)
        agreed(story(), "openness", observers=True).act(said, OBSERVER)


GOALS = {"goals": [{"what": "Pay less", "measure": "EUR a year", "owner": "Tom", "by": "2027-12-01"}]}


class TestGoals:
    def test_a_party_says_what_it_wants_and_nobody_else(self):
        one = agreed(story(0), "goals:1", **GOALS)
        goal = charter.every_goal(one.facts, GIVER)[0]
        assert (goal.id, goal.what, goal.owner) == ("1.1", "Pay less", "Tom")
        with pytest.raises(Invalid, match=r"charter\.goals"):
            one.act(Propose("charter", "goals:1", json.dumps({"text": "W", **GOALS})), champion(TAKER))

    def test_a_conflict_stays_until_all_say_that_it_is_settled(self):
        one = agreed(story(0), "goals:1", **GOALS)
        one.act(Propose("charter", "goals:2", json.dumps({"text": "W", "goals": [{"what": "Earn more"}]})),
                champion(TAKER))
        body = json.dumps({"a": "Pay less", "b": "Earn more", "reason": REASON})
        one.act(Propose("conflict", "1.1~2.1", body), champion(TAKER))
        assert charter.conflicts(one.facts)[0].agreeing == ()
        one.act(Reply(number(one), agree=True), signatory(GIVER))
        assert charter.conflicts(one.facts)[0].state is ProposalState.OPEN
        one.act(Reply(number(one), agree=True), champion(TAKER))
        assert charter.conflicts(one.facts)[0].state is ProposalState.AGREED

    @pytest.mark.parametrize("subject", ["1.1~1.2", "1.1~2.9", "1.1", ""])
    def test_a_conflict_is_between_two_parties(self, subject):
        one = agreed(story(0), "goals:1", **GOALS)
        with pytest.raises(Invalid, match=r"charter\.conflict"):
            one.act(Propose("conflict", subject, json.dumps({"a": "", "b": "", "reason": REASON})), champion(TAKER))


class TestUnchanged:
    @pytest.mark.parametrize(("subject", "body", "field"), [
        ("purpose", {}, "text"), ("openness", {"kinds": {"costs": "own"}}, "text"), ("goals:1", GOALS, "goals")])
    def test_words_that_stand_ask_nobody(self, subject, body, field):
        one = agreed(story(0), subject, **body)
        with pytest.raises(Invalid, match=r"charter\.stands") as refused:
            agreed(one, subject, **body)
        assert refused.value.values["field"] == field

    def test_words_that_are_proposed_do_not_undo_who_agreed(self):
        one = story().act(Propose("charter", "purpose", '{"text": "W"}'), champion(GIVER))
        with pytest.raises(Invalid, match=r"charter\.proposed"):
            one.act(Propose("charter", "purpose", '{"text": "W"}'), champion(TAKER))


class TestTakingBack:
    def test_ends_it_and_asks_nobody_any_more(self):
        one = agreed(story(0), "purpose").act(Propose("charter", "purpose", '{"text": "W"}'), champion(GIVER))
        assert charter.to_answer(one.facts, TAKER)
        one.act(TakeBackProposal(number(one)), champion(GIVER))
        assert charter.to_answer(one.facts, TAKER) == ()
        assert charter.part(one.facts, "purpose").text == "Words."
        with pytest.raises(Conflict, match=r"proposal\.ended"):
            one.act(Reply(number(one), agree=True), champion(TAKER))

    def test_is_for_who_proposed(self):
        one = story(0).act(Propose("charter", "purpose", '{"text": "W"}'), champion(GIVER))
        for person in (champion(TAKER), signatory(GIVER), MANAGER):
            with pytest.raises(Forbidden):
                one.act(TakeBackProposal(number(one)), person)

    def test_is_not_for_what_holds(self):
        with pytest.raises(Conflict, match=r"proposal\.ended"):
            agreed(one := story(0), "purpose").act(TakeBackProposal(number(one)), champion(GIVER))


class TestWhoProposes:
    @pytest.mark.parametrize("person", [FACILITATOR, champion(TAKER)])
    def test_seated_people_and_the_neutral_person_do(self, person):
        proposed = story(0).act(Propose("charter", "words", '{"text": "Steam is steam."}'), person).facts.proposals[-1]
        assert (proposed.person, proposed.subject) == (person, "words")

    def test_an_account_manager_reads(self):
        with pytest.raises(Forbidden):
            story(0).act(Propose("charter", "words", '{"text": "W"}'), MANAGER)

    def test_a_part_that_is_none_is_refused(self):
        with pytest.raises(Invalid, match=r"charter\.part"):
            story(0).act(Propose("charter", "salaries", '{"text": "W"}'), champion(GIVER))

    def test_versions_are_counted(self):
        one = agreed(agreed(story(0), "purpose"), "purpose", "Other words.")
        assert charter.part(one.facts, "purpose").version == 2
        assert replace(charter.part(one.facts, "purpose"), version=0).proposed is None


def test_a_newer_version_of_a_file_is_read_by_no_more_than_the_charter_lets_by_then():
    one = begin(TEXT.replace("words: {type: text}", "plan: {type: file}"), carrier=1).submit("haul", "carrier")
    assert one.facts.documents[0].sees == audience.everybody(one.facts)
    agreed(one, "openness", kinds={"designs": "own"})
    one.act(Reopen("haul", CARRIER, 1, REASON), champion(CARRIER)).submit("haul", "carrier")
    assert (one.facts.documents[0].newest, one.facts.documents[0].sees) == (2, audience.bit(CARRIER))
