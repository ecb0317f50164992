"""Inviting, coming, saying no."""

from dataclasses import replace

import pytest

from cocreate.errors import Conflict, Ended, Forbidden, Invalid
from cocreate.services.acts.expiring import ExpireInvitation
from tests.support.facts import FACILITATOR, MANAGER, begin, champion, signatory

LEADS_TOO = 13


class TestInvite:
    def test_is_one_letter_and_nothing_before_acceptance(self):
        story = begin().invite(77, "giver", "contributor")
        member = story.facts.member(77)
        assert (member.party, member.parts, member.present) == (1, {"contributor"}, False)
        letter, = story.change.letters
        assert (letter.kind, letter.recipient, letter.subject) == ("invitation", 77, "invitation:77:1")

    def test_names_are_personal(self):
        change = begin().invite(77, "giver", "observer").change
        assert change.personal == {"invited": "Person 77"}
        assert "Person 77" not in str(change.details)

    @pytest.mark.parametrize("person", [signatory(1), 14, champion(2), FACILITATOR])
    def test_is_for_the_own_champion(self, person):
        with pytest.raises(Forbidden):
            begin().invite(77, "giver", "observer", by=person)

    def test_an_account_manager_invites_the_first_champion_of_a_seat(self):
        story = begin()
        for again in ("champion", "observer"):
            with pytest.raises(Forbidden):
                story.invite(77, "giver", again, by=MANAGER)
        story.facts = story.facts.with_member(replace(story.facts.member(11), left_at=story.facts.now))
        assert story.invite(77, "giver", "champion", by=MANAGER).facts.member(77)

    @pytest.mark.parametrize("parts", [(), ("manager",), ("facilitator",), ("observer", "king")])
    def test_only_into_parts_of_a_party(self, parts):
        with pytest.raises(Invalid, match="parts.unknown"):
            begin().invite(77, "giver", *parts)

    def test_nobody_twice_and_nobody_on_both_sides(self):
        with pytest.raises(Conflict, match="member.there"):
            begin().invite(12, "giver", "observer")
        with pytest.raises(Conflict, match="member.there"):
            begin().invite(22, "giver", "observer")
        with pytest.raises(Conflict, match="member.elsewhere"):
            begin().invite(77, "taker", "observer").invite(77, "giver", "observer")

    def test_again_while_there_is_no_answer(self):
        story = begin().invite(77, "giver", "observer").invite(77, "giver", "contributor")
        assert story.facts.member(77).parts == {"contributor"}


class TestExpire:
    def test_no_link_of_it_is_left(self):
        (row,) = ended(begin().invite(77, "giver", "observer")).change.rows[0].rows
        assert (row["token_sha256"], row["again_sha256"], row["expired_at"] is None) == (None, None, False)

    @pytest.mark.parametrize(("gone", "told"), [
        ((), champion(1)), ((champion(1),), LEADS_TOO), ((champion(1), LEADS_TOO), MANAGER)])
    def test_who_invited_is_told_else_who_leads_else_who_looks_after_the_project(self, gone, told):
        story = begin()
        story.facts = story.facts.with_member(replace(story.facts.member(LEADS_TOO), parts=frozenset({"champion"})))
        story.invite(77, "giver", "observer")
        for person in gone:
            story.facts = story.facts.with_member(replace(story.facts.member(person), left_at=story.facts.now))
        assert [letter.recipient for letter in ended(story).change.letters] == [told]



class TestAnswer:
    def test_who_comes_is_there(self):
        story = begin().invite(77, "giver", "signatory").come(77)
        assert story.facts.member(77).present

    def test_who_says_no_is_not_and_the_task_is_somebody_elses(self):
        story = begin()
        story.facts = replace(story.facts, members=tuple(m for m in story.facts.members if m.party != 1))
        story.invite(77, "giver", "champion", by=MANAGER)
        assert story.task("stream").asked == 77
        story.say_no(77)
        assert story.task("stream").asked is None
        assert story.invite(78, "giver", "champion", by=MANAGER).task("stream").asked == 78

    @pytest.mark.parametrize("answer", ["come", "say_no"])
    def test_only_once_and_only_who_was_invited(self, answer):
        story = begin().invite(77, "giver", "observer")
        for first in ("come", "say_no"):
            told = replace(story)
            getattr(told, first)(77)
            with pytest.raises(Ended):
                getattr(told, answer)(77)
        with pytest.raises(Ended):
            getattr(story, answer)(99)


def ended(story):
    """Nobody has answered, and the last moment has come."""
    return story.act(ExpireInvitation(77, story.facts.member(77).invited_at, champion(1)), 0)
