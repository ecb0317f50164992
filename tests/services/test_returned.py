"""Mails that came back: told once, shown until one arrives, and mended by inviting at another address."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from cocreate.errors import Conflict, Forbidden
from cocreate.models.mails import Outbox
from cocreate.models.people import Person
from cocreate.models.projects import Member
from cocreate.services import outbox, people, returned
from cocreate.services.facts import look
from tests.support import projects
from tests.support.clock import NOON
from tests.support.lighting import lighting, mail

NO = "550 5.1.1 no such user"


class TestRefused:
    def test_is_told_once_to_who_looks_after_the_project(self, session, room):
        for seq in (1, 2):
            refuse(session, room, room.renee, seq)
        assert told(session, room) == [(room.anna, f"member:{room.renee}")]

    def test_is_told_again_once_a_mail_had_arrived_or_a_year_has_passed(self, session, room):
        refuse(session, room, room.renee, 1)
        refuse(session, room, room.renee, 2, NOON + timedelta(days=365))
        assert len(told(session, room)) == 2
        returned.arrived(session, room.renee)
        refuse(session, room, room.renee, 3, NOON + timedelta(days=366))
        assert len(told(session, room)) == 3

    def test_is_shown_until_a_mail_arrives(self, session, room):
        refuse(session, room, room.renee, 1)
        shown, = returned.unreachable(session, [room.ref])[room.ref]
        assert (shown.person, shown.name, shown.why) == (room.renee, "Renee Kim", NO)
        returned.arrived(session, room.renee)
        assert returned.unreachable(session, [room.ref]) == {}

    def test_of_the_account_manager_nobody_else_is_told(self, session, room):
        refuse(session, room, room.anna, 1)
        assert told(session, room) == []


class TestCorrecting:
    def test_who_came_in_is_invited_anew_with_parts_and_tasks(self, session, small):
        unreachable(session, small.shop)
        receipt = people.correct_address(session, small.ref, person=small.shop, email="new@shop.example",
                                         actor=small.manager, key=projects.key(), now=NOON)
        facts = look(session, small.ref, person=None, now=NOON).facts
        new, old = facts.member(receipt.values["person"]), facts.member(small.shop)
        assert (new.parts, new.party, new.accepted_at) == (old.parts, old.party, None)
        assert old.left_at == NOON
        assert small.shop not in {task.asked for task in facts.tasks}
        assert session.get(Person, small.shop).email != "new@shop.example"  # an account is never moved

    def test_an_address_that_works_stays(self, session, small):
        with pytest.raises(Conflict, match="invitation.answered"):
            people.correct_address(session, small.ref, person=small.shop, email="new@shop.example",
                                   actor=small.manager, key=projects.key(), now=NOON)

    def test_is_for_the_own_champion_and_the_account_manager(self, session, small):
        unreachable(session, small.shop)
        with pytest.raises(Forbidden):
            people.correct_address(session, small.ref, person=small.shop, email="new@shop.example",
                                   actor=small.maker, key=projects.key(), now=NOON)


def refuse(session, room, person, seq, now=NOON):
    message_id = mail(session, room, "hold", person, seq=seq)
    session.execute(update(Outbox).where(Outbox.message_id != message_id).values(state="sent"))
    claimed, = (one for one in outbox.claim(session, now, 100) if one.message_id == message_id)
    returned.refused(session, claimed, NO, now)


def told(session, room):
    return [(row.recipient, row.subject) for row in session.execute(select(Outbox.recipient, Outbox.subject).where(
        Outbox.project_id == room.id, Outbox.kind == "mail_came_back"))]


def unreachable(session, person):
    session.execute(update(Person).where(Person.id == person).values(unreachable_at=NOON, unreachable_why=NO))
    assert session.scalar(select(Member.person).where(Member.person == person)) is not None


@pytest.fixture
def room(session):
    return lighting(session)
