"""Handing a part over: for a time that the clock begins and ends, or for good."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cocreate.domain.turns import turns
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts import ACTS
from cocreate.services.acts.absences import ComeBack, JoinToStandIn, Substitute, TurnAbsence
from cocreate.services.acts.change import Administrator
from cocreate.services.acts.gates import Decide
from cocreate.services.progress import substitutes_for
from tests.support.facts import FACILITATOR, MANAGER, begin, champion, signatory
from workflows.progression import subject

GIVER, TAKER = 1, 2
CHAMPION, SIGNATORY, TOM, OBSERVER = 11, 12, 13, 14
PETRA = Administrator("Petra", "Giver")
MONDAY, FRIDAY = date(2027, 3, 1), date(2027, 3, 5)


def away(person=SIGNATORY, to=TOM, parts=("signatory",), starts=None, until=FRIDAY):
    return Substitute(person, to, parts, starts, until)


class TestForATime:
    def test_the_substitute_holds_the_part_until_it_ends(self):
        story = begin().act(away(), SIGNATORY)
        assert story.facts.member(TOM).parts == {"contributor", "signatory"}
        assert story.facts.member(TOM).own == {"contributor"}
        assert TOM in {m.person for m in story.facts.people(GIVER, "signatory")}
        story.wait(days=5).act(TurnAbsence(1), 0)
        assert story.facts.member(TOM).parts == {"contributor"} and not story.change.details["begins"]

    def test_and_decides_for_the_party_on_behalf_of_who_is_away(self):
        story = begin().give("stream").give("need").act(away(), SIGNATORY)
        assert {turn.act for turn in turns(story.facts, TOM)} >= {"decide"}
        asked = Decide("picture", subject(story.facts, "picture"), "agreed")
        facts = replace(story.facts, actor=story.facts.member(TOM))
        assert substitutes_for(facts, asked, ACTS[Decide][1]) == SIGNATORY
        assert story.decide("picture", "giver", person=TOM).decision("picture", "giver").person == TOM

    def test_what_one_may_do_anyway_is_done_in_the_own_name(self):
        story = begin().act(away(), SIGNATORY)
        facts = replace(story.facts, actor=story.facts.member(CHAMPION))
        assert substitutes_for(facts, away(CHAMPION, TOM, ("champion",)), ACTS[Substitute][1]) is None

    def test_is_asked_and_reminded_of_what_the_other_is_asked(self):
        story = begin()
        assert not turns(story.facts, TOM)
        story.act(away(CHAMPION, TOM, ("champion", "contributor")), CHAMPION)
        assert [turn.key for turn in turns(story.facts, TOM)] == ["stream"]
        assert TOM in {row["recipient"] for row in story.plan()[1]}
        assert ("handed_over", TOM) in story.mails()

    @pytest.mark.parametrize("gone", [SIGNATORY, TOM])
    def test_ends_when_one_of_the_two_is_gone(self, gone):
        story = begin().act(away(), SIGNATORY)
        story.consequence(story.facts.with_member(replace(story.facts.member(gone), left_at=story.facts.now)))
        assert [absence.ended_at for absence in story.facts.absences] == [story.facts.now]

    def test_begins_on_its_day_by_the_clock(self):
        story = begin().act(away(starts=FRIDAY - timedelta(days=1)), SIGNATORY)
        assert story.facts.member(TOM).parts == {"contributor"}
        with pytest.raises(Conflict):
            story.act(TurnAbsence(1), 0)
        story.wait(days=3).act(TurnAbsence(1), 0)
        assert "signatory" in story.facts.member(TOM).parts and story.change.details["begins"]

    def test_one_can_come_back_earlier(self):
        story = begin().act(away(), SIGNATORY)
        with pytest.raises(Forbidden):
            story.act(ComeBack(1), champion(TAKER))
        assert story.act(ComeBack(1), SIGNATORY).facts.member(TOM).parts == {"contributor"}
        with pytest.raises(Conflict, match=r"absence\.over"):
            story.act(ComeBack(1), SIGNATORY)

    def test_also_once_the_contract_is_signed(self):
        story = begin().act(away(), SIGNATORY)
        story.facts = story.facts.with_project(ended_at=story.facts.now, outcome="agreed")
        assert story.act(ComeBack(1), SIGNATORY).facts.member(TOM).parts == {"contributor"}

    def test_a_new_one_takes_the_place_of_the_old(self):
        story = begin().act(away(), SIGNATORY).act(away(to=CHAMPION), SIGNATORY)
        assert story.facts.member(TOM).parts == {"contributor"}
        assert "signatory" in story.facts.member(CHAMPION).parts

    def test_ends_when_somebody_leaves(self):
        story = begin(carrier=1).act(away(32, 33), 32).leave("carrier")
        assert all(absence.ended_at for absence in story.facts.absences)

    def test_what_is_lent_cannot_be_lent_on(self):
        story = begin().act(away(), SIGNATORY)
        with pytest.raises(Invalid, match=r"parts\.none"):
            story.act(away(TOM, OBSERVER, ("signatory",)), TOM)


class TestForGood:
    def test_the_part_is_theirs(self):
        story = begin().act(away(until=None), SIGNATORY)
        assert story.facts.member(TOM).own == {"contributor", "signatory"}
        assert story.facts.member(SIGNATORY).own == {"observer"}
        assert [letter.kind for letter in story.change.letters] == ["handed_over"]

    def test_open_tasks_go_with_the_last_part(self):
        story = begin()
        assert story.task("stream").asked == CHAMPION
        story.act(away(CHAMPION, TOM, ("champion",), until=None), CHAMPION)
        assert story.task("stream").asked == CHAMPION  # still contributes
        story.act(away(CHAMPION, TOM, ("contributor",), until=None), CHAMPION)
        assert story.task("stream").asked == TOM and ("ask", TOM) in story.mails()


class TestWho:
    def test_a_champion_may_for_a_colleague(self):
        assert begin().act(away(), CHAMPION).facts.absences

    @pytest.mark.parametrize("person", [TOM, OBSERVER, champion(TAKER), MANAGER, FACILITATOR])
    def test_others_may_not(self, person):
        with pytest.raises(Forbidden):
            begin().act(away(), person)

    @pytest.mark.parametrize(("given", "code"), [
        (away(to=signatory(TAKER)), "substitute.not_here"), (away(to=SIGNATORY), "substitute.not_here"),
        (away(parts=("champion",)), "parts.none"), (away(parts=()), "parts.none"),
        (away(starts=date(2027, 2, 26)), "absence.past"),
        (away(starts=FRIDAY, until=MONDAY + timedelta(days=1)), "absence.ends_first"),
        (away(until=date(2031, 1, 1)), "hold.long")])
    def test_what_cannot_be(self, given, code):
        with pytest.raises(Invalid, match=code.replace(".", r"\.")):
            begin().act(given, SIGNATORY)

    def test_the_clocks_turn_is_nobody_elses(self):
        with pytest.raises(Forbidden):
            begin().act(away(), SIGNATORY).wait(days=9).act(TurnAbsence(1), SIGNATORY)

    def test_nothing_needs_it_to_be_lent(self):
        story = begin().act(away(), SIGNATORY)
        with pytest.raises(Forbidden):
            story.give("stream").give("need").decide("picture", "giver", person=OBSERVER)


class TestOfTheHost:
    """An administrator, who is nobody here, names who stands in for an account manager."""

    JOIN = JoinToStandIn(90, "Ben", MANAGER, PETRA)
    LEND = Substitute(MANAGER, 90, ("manager",), None, FRIDAY, PETRA)

    def test_a_colleague_comes_in_for_that_time_only(self):
        story = begin().act(self.JOIN, 0)
        assert story.facts.member(90).parts == {"observer"} and story.facts.member(90).party is None
        story.act(self.LEND, 0)
        assert "manager" in story.facts.member(90).parts
        story.wait(days=5).act(TurnAbsence(1), 0)
        assert story.facts.member(90).left_at is not None

    def test_who_is_away_can_end_it(self):
        story = begin().act(self.JOIN, 0).act(self.LEND, 0).act(ComeBack(1), MANAGER)
        assert story.facts.member(90).left_at is not None

    @pytest.mark.parametrize("given", [JOIN, LEND, replace(LEND, person=CHAMPION, to=TOM, parts=("champion",))])
    def test_nobody_in_the_project_does_it_nor_for_others(self, given):
        with pytest.raises(Forbidden):
            begin().act(given, CHAMPION)
        if given is not self.JOIN and given is not self.LEND:
            with pytest.raises(Forbidden):
                begin().act(given, 0)

    def test_signing_is_not_lent(self):
        story = begin()
        story.facts = story.facts.with_member(replace(
            story.facts.member(SIGNATORY), parts=frozenset({"signatory", "manager"})))
        with pytest.raises(Invalid, match=r"parts\.none"):
            story.act(replace(self.LEND, person=SIGNATORY, to=TOM, parts=("signatory",)), 0)

    def test_somebody_of_another_party_does_not(self):
        with pytest.raises(Conflict, match=r"member\.elsewhere"):
            begin().act(replace(self.JOIN, person=champion(TAKER)), 0)
