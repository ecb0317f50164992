"""Who looks after what a party owes for years: asked once a year, answered by its champion."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cocreate.domain import reminding
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.looking_after import LookAfter, Successor
from tests.support.facts import begin, champion, signatory
from workflows.facts import DutyFact, Facts

GIVER = champion(1)
FAR = date(2034, 6, 1)


class TestYearlyQuestion:
    def test_is_planned_a_year_after_the_end_and_again_for_who_does_not_answer(self):
        rows = [row for row in planned(agreed()) if row["subject"].startswith("duties:")]
        assert {(row["recipient"], row["kind"]) for row in rows} == {(GIVER, "still_you")}
        first, again = sorted(row["occurrence"] for row in rows)
        assert (first.year, (again - first).days) == (agreed().project.ended_at.year + 1, 14)

    def test_of_what_is_due_within_the_year_nobody_asks(self):
        facts = agreed(due=agreed().project.ended_at.date() + timedelta(days=200))
        assert not [row for row in planned(facts) if row["subject"].startswith("duties:")]

    def test_an_answer_moves_it_a_year_on(self):
        story = begin()
        story.facts = replace(agreed(), now=agreed().now + timedelta(days=370))
        story.act(LookAfter(), GIVER)
        assert story.facts.duties[0].confirmed_at == story.facts.now
        matter, = (one for key, one in reminding.owed(story.facts).items() if key.startswith("duties:"))
        assert matter.due_at.date() == story.facts.now.date().replace(year=story.facts.now.year + 1)


class TestAnswer:
    def test_a_colleague_becomes_champion_in_ones_place(self):
        story = told()
        story.act(LookAfter(to=signatory(1)), GIVER)
        assert "champion" in story.facts.member(signatory(1)).parts
        assert story.facts.member(GIVER).parts == {"contributor"}

    def test_who_did_nothing_else_reads_from_then_on(self):
        story = told()
        story.facts = story.facts.with_member(replace(story.facts.member(GIVER), parts=frozenset({"champion"})))
        story.act(LookAfter(to=signatory(1)), GIVER)
        assert story.facts.member(GIVER).parts == {"observer"}

    def test_somebody_new_is_invited_and_one_stays_until_then(self):
        story = told()
        story.act(LookAfter(successor=Successor(90, "Ola Nord", "t", "h", story.facts.now)), GIVER)
        new = story.facts.member(90)
        assert (new.parts, new.party, new.accepted_at) == ({"champion"}, 1, None)
        assert "champion" in story.facts.member(GIVER).parts

    def test_who_was_invited_and_has_not_answered_can_be_invited_again(self):
        story = told()
        for link in ("h", "h2"):
            story.act(LookAfter(successor=Successor(90, "Ola Nord", "t", link, story.facts.now)), GIVER)
        assert story.change.rows[-1].rows[0]["token_sha256"] == "h2"

    def test_is_the_champions_and_only_of_the_own_party(self):
        with pytest.raises(Forbidden):
            told().act(LookAfter(), signatory(1))
        with pytest.raises(Conflict):
            told().act(LookAfter(), champion(2))  # owes nothing
        with pytest.raises(Invalid):
            told().act(LookAfter(to=champion(2)), GIVER)


def agreed(due: date = FAR) -> Facts:
    """A signed contract under which the giver owes something for years."""
    facts = begin().facts
    facts = facts.with_project(stage="agreed", outcome="agreed", ended_at=facts.now)
    return facts.with_duty(DutyFact(1, 1, "Take the furniture back", due))


def told():
    story = begin()
    story.facts = agreed()
    return story


def planned(facts: Facts):
    return reminding.plan(replace(facts, duties=()), facts)[1]
