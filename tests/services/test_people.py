"""An invitation is answered once, by whoever holds its link, and shows nothing but what it must."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from cocreate.errors import Conflict, Ended, Invalid, TooOften
from cocreate.models.people import Person
from cocreate.models.projects import Member
from cocreate.services import people, records
from cocreate.services.throttling import DAY, DAY_LIMIT
from tests.support import projects
from tests.support.clock import NOON
from tests.support.inviting import invite
from tests.support.people import PASSWORD, someone


class TestInvitation:
    def test_says_who_invites_whom_to_what(self, session, small, token):
        given = people.invitation(session, token, now=NOON)
        assert (given.ref, given.title, given.inviter, given.party) == (
            small.ref, "Crates come back", "Ingrid Solvik", "Tornby Furniture")
        assert given.parts == {"contributor"} and not given.known and given.greeting == "You know the ramp."

    def test_looking_changes_nothing(self, session, small, token):
        before = projects.facts(session, small)
        people.invitation(session, token, now=NOON)
        assert projects.facts(session, small) == before

    def test_a_wrong_link_is_answered_like_an_old_one(self, session, token):
        with pytest.raises(Ended, match="invitation"):
            people.invitation(session, "wrong", now=NOON)
        with pytest.raises(Ended, match="invitation"):
            people.invitation(session, token, now=NOON + people.INVITATION_LASTS + timedelta(seconds=1))

    def test_a_newer_one_ends_the_older(self, session, small, token):
        newer = invite(session, small, "tom")
        with pytest.raises(Ended):
            people.invitation(session, token, now=NOON)
        assert people.invitation(session, newer, now=NOON).person

    def test_it_ends_when_its_place_goes_to_somebody_else(self, session, small, token):
        person = people.invitation(session, token, now=NOON).person
        session.execute(update(Member).where(Member.person == person).values(left_at=NOON))
        with pytest.raises(Ended):
            people.invitation(session, token, now=NOON)

    def test_it_ends_with_the_account(self, session, token):
        person = people.invitation(session, token, now=NOON).person
        session.execute(update(Person).where(Person.id == person).values(deactivated_at=NOON))
        with pytest.raises(Ended):
            people.invitation(session, token, now=NOON)


class TestMailed:
    def test_nobody_is_mailed_more_than_ten_times_in_a_quarter_of_an_hour_by_the_same_person(self, session, small,
                                                                                         token):
        person = people.invitation(session, token, now=NOON).person
        for _ in range(9):
            people.resend(session, small.ref, person=person, actor=small.maker, key=projects.key(), now=NOON)
        with pytest.raises(TooOften):
            people.resend(session, small.ref, person=person, actor=small.maker, key=projects.key(), now=NOON)

    def test_nor_by_taking_the_invitation_back_each_time(self, session, small):
        with pytest.raises(TooOften):
            for _ in range(11):
                token = invite(session, small, "tom")
                people.withdraw(session, small.ref, person=people.invitation(session, token, now=NOON).person,
                                actor=small.maker, key=projects.key(), now=NOON)

    def test_others_are(self, session, small, token):
        with pytest.raises(TooOften):
            for _ in range(11):
                invite(session, small, "tom")
        assert people.invitation(session, invite(session, small, "lea"), now=NOON).email.startswith("lea")

    def test_nobody_asks_more_than_fifty_in_within_a_day_whoever_they_are(self, session, small):
        for number in range(DAY_LIMIT):
            invite(session, small, f"n{number}")
        with pytest.raises(TooOften) as refused, session.begin_nested():
            invite(session, small, someone(session).email)
        assert (refused.value.code, refused.value.until) == ("too_often.invitations", NOON + DAY)
        people.invite(session, small.ref, party=2, email=f"new-{small.ref}@shop.example", name="Lea",
                      parts=("contributor",), greeting="", actor=small.shop, key=projects.key(), now=NOON)


class TestAccept:
    def test_brings_a_new_person_in_with_name_and_password(self, session, small, token):
        given = people.accept(session, token, name="Tom Vos", password=PASSWORD, now=NOON)
        member = projects.facts(session, small).member(given.person)
        assert (member.name, member.present, member.party) == ("Tom Vos", True, 1)

    def test_works_once(self, session, small, token):
        people.accept(session, token, name="Tom Vos", password=PASSWORD, now=NOON)
        version = projects.facts(session, small).project.version
        with pytest.raises(Ended):
            people.accept(session, token, name="Tom Vos", password=PASSWORD, now=NOON)
        assert projects.facts(session, small).project.version == version

    def test_a_link_never_replaces_a_password(self, session, small):
        renee = someone(session)
        token = invite(session, small, renee.email)
        with pytest.raises((Ended, Conflict)):
            people.accept(session, token, name="Renee", password="another four unrelated words", now=NOON)

    def test_a_bad_password_keeps_the_invitation_open(self, session, token):
        with pytest.raises(Invalid, match="password.too_short"):
            people.accept(session, token, name="Tom", password="short", now=NOON)
        assert people.invitation(session, token, now=NOON)

    def test_tells_afterwards_who_it_was(self, session, small, token):
        given = people.accept(session, token, name="Tom Vos", password=PASSWORD, now=NOON)
        assert people.answered(session, small.ref, token, "accept") == (given.person, given.email)
        assert people.answered(session, small.ref, token, "decline") is None
        assert people.answered(session, small.ref, "wrong", "accept") is None


class TestDecline:
    def test_ends_it_with_words_that_the_project_reads(self, session, small, token):
        given = people.decline(session, token, words="No time this year.", now=NOON)
        facts = projects.facts(session, small)
        assert facts.member(given.person).left_at == NOON
        assert records.lines(session, facts, most=1)[0].personal["words"] == "No time this year."
        with pytest.raises(Ended):
            people.invitation(session, token, now=NOON)

    def test_leaves_the_record_whole(self, session, small, token):
        people.decline(session, token, words="", now=NOON)
        assert records.check(session, projects.facts(session, small).project.id) is None
