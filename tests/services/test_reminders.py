"""Due reminders become waiting mails: once, only while the thing is owed, only the newest."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select, update

from cocreate.models.contracts import ContractVersion, Duty, Signature
from cocreate.models.hosts import Host
from cocreate.models.mails import Outbox, Reminder
from cocreate.models.people import Person
from cocreate.models.projects import Member, Project
from cocreate.models.work import Decision, Task
from cocreate.services import reminders
from tests.support.clock import NOON
from tests.support.lighting import DUE, WMATA, add, lighting, reminder

HOUR = timedelta(hours=1)


class TestClaimDue:
    def test_a_due_reminder_becomes_a_waiting_mail(self, session, room):
        reminder(session, room, person=room.renee, due_at=NOON, announces=date(2027, 3, 11))
        reminders.claim_due(session, NOON)
        row, = mails(session, room)
        assert (row.kind, row.recipient, row.subject, row.state, row.seq < 0) == (
            "due_soon", room.renee, "task:cost:2", "waiting", True)
        assert row.values == '{"announces": "2027-03-11"}'
        assert states(session, room) == ["sent"]

    def test_it_does_so_once(self, session, room):
        reminder(session, room, person=room.renee, due_at=NOON)
        assert reminders.claim_due(session, NOON) == 1
        assert reminders.claim_due(session, NOON) == 0
        assert len(mails(session, room)) == 1

    def test_not_before_its_moment(self, session, room):
        reminder(session, room, person=room.renee, due_at=NOON + timedelta(microseconds=1))
        assert reminders.claim_due(session, NOON) == 0
        assert states(session, room) == ["planned"]

    def test_after_a_day_without_a_scheduler_only_the_newest_is_sent(self, session, room):
        for rule, kind in enumerate(("due_soon", "due_today", "overdue")):
            due_at = NOON - (3 - rule) * timedelta(days=1)
            reminder(session, room, person=room.renee, due_at=due_at, rule=rule, kind=kind)
        reminder(session, room, person=room.grace, due_at=NOON - HOUR, kind="escalation", rule=3)
        reminders.claim_due(session, NOON)
        assert [(row.kind, row.recipient) for row in mails(session, room)] == [
            ("overdue", room.renee), ("escalation", room.grace)]
        assert sorted(states(session, room)) == ["cancelled", "cancelled", "sent", "sent"]

    def test_two_at_one_moment_are_one_mail(self, session, room):
        for rule in (0, 1):
            reminder(session, room, person=room.renee, due_at=NOON, rule=rule)
        reminders.claim_due(session, NOON)
        assert len(mails(session, room)) == 1

    def test_newest_counts_also_when_it_is_in_the_next_batch(self, session, room):
        for rule in range(3):
            reminder(session, room, person=room.renee, due_at=NOON - (3 - rule) * HOUR, rule=rule)
        assert [reminders.claim_due(session, NOON, 1) for _ in range(4)] == [1, 1, 1, 0]
        assert len(mails(session, room)) == 1

    def test_a_hundred_are_four_statements(self, session, room, query_counter):
        for rule in range(100):
            session.add(Reminder(
                project_id=room.id, host_id=room.host_id, subject="task:cost:2", round=1, rule=rule,
                occurrence=NOON.date() + timedelta(days=rule), recipient=room.renee if rule % 2 else room.grace,
                kind="due_soon", due_at=NOON - rule * HOUR))
        session.flush()
        with query_counter(max=4):
            assert reminders.claim_due(session, NOON) == 100
        assert len(mails(session, room)) == 2


class TestCause:
    @pytest.mark.parametrize(("state", "owed"), [
        ("open", True), ("returned", True), ("submitted", False), ("accepted", False), ("lapsed", False)])
    def test_task(self, session, room, state, owed):
        session.execute(update(Task).where(Task.project_id == room.id).values(state=state))
        assert sends(session, room, "task:cost:2") == owed

    def test_task_of_an_earlier_round(self, session, room):
        assert not sends(session, room, "task:cost:2", round=2)

    def test_task_that_waits_for_somebody_outside(self, session, room):
        session.execute(update(Task).where(Task.project_id == room.id).values(outside_until=NOON.date()))
        assert not sends(session, room, "task:cost:2")
        session.execute(update(Task).where(Task.project_id == room.id)
                        .values(outside_until=NOON.date() - timedelta(days=1)))
        # The day is over where the host is, not where the server is.
        session.execute(update(Host).where(Host.id == room.host_id).values(zone="Pacific/Pago_Pago"))
        assert not sends(session, room, "task:cost:2", now=NOON.replace(hour=10))
        assert sends(session, room, "task:cost:2")

    @pytest.mark.parametrize(("state", "owed"), [
        ("asked", True), ("lapsed", True), ("agreed", False), ("refused", False), ("dropped", False)])
    def test_decision(self, session, room, state, owed):
        session.execute(update(Decision).where(Decision.project_id == room.id, Decision.party == WMATA)
                        .values(state=state))
        assert sends(session, room, "decision:common:2") == owed

    def test_signature(self, session, room):
        add(session, room, ContractVersion, number=1, state="frozen", text="{}", content_sha256="c", text_sha256="t",
            pdf_sha256="p", clauses=4, sees=-1, frozen_at=NOON)
        session.flush()
        assert sends(session, room, "signature:1:2")
        assert not sends(session, room, "signature:2:2")
        add(session, room, Signature, version=1, party=WMATA, person=room.grace, seq=1, at=NOON, text_sha256="t",
            pdf_sha256="p", evidence="{}")
        session.flush()
        assert not sends(session, room, "signature:1:2")
        assert sends(session, room, "signature:1:1")

    def test_duty(self, session, room):
        duty = add(session, room, Duty, number=3, party=WMATA, what="Energy report", due=DUE.date())
        session.flush()
        assert sends(session, room, "duty:3:2")
        duty.done_at = NOON
        session.flush()
        assert not sends(session, room, "duty:3:2")

    def test_invitation(self, session, room):
        invited = session.scalars(select(Member).where(Member.person == room.renee)).one()
        subject = f"member:{room.renee}"
        assert not sends(session, room, subject)
        invited.accepted_at, invited.token_sha256 = None, f"t{room.id}"
        session.flush()
        assert sends(session, room, subject)
        assert mails(session, room)[-1].kind == "invitation_again"

    def test_what_is_known_of_nothing_is_not_sent(self, session, room):
        assert not sends(session, room, "task:other:2")
        assert not sends(session, room, "something:else")

    def test_project_that_has_ended(self, session, room):
        session.execute(update(Project).where(Project.id == room.id).values(ended_at=NOON))
        assert not sends(session, room, "task:cost:2")
        assert states(session, room) == ["cancelled"]

    def test_project_on_hold_keeps_its_reminders(self, session, room):
        session.execute(update(Project).where(Project.id == room.id).values(hold_until=DUE.date()))
        assert not sends(session, room, "task:cost:2")
        assert states(session, room) == ["planned"]

    def test_recipient_who_has_left(self, session, room):
        session.execute(update(Member).where(Member.person == room.renee).values(left_at=NOON))
        assert not sends(session, room, "task:cost:2")

    def test_recipient_who_was_deactivated(self, session, room):
        session.execute(update(Person).where(Person.id == room.renee).values(deactivated_at=NOON))
        assert not sends(session, room, "task:cost:2")


def sends(session, room, subject, *, round=1, now=NOON):
    """Whether a due reminder under this subject becomes a mail."""
    session.execute(delete(Reminder).where(Reminder.project_id == room.id))
    session.execute(delete(Outbox).where(Outbox.project_id == room.id))
    reminder(session, room, person=room.renee, due_at=now, subject=subject, round=round)
    reminders.claim_due(session, now)
    return session.scalar(select(func.count()).select_from(Outbox).where(Outbox.project_id == room.id)) == 1


def mails(session, room):
    return session.scalars(select(Outbox).where(Outbox.project_id == room.id).order_by(Outbox.kind.desc())).all()


def states(session, room):
    session.expire_all()
    return session.scalars(select(Reminder.state).where(Reminder.project_id == room.id)).all()


@pytest.fixture
def room(session):
    # Reminders that other tests left on this database would fill a batch.
    session.execute(update(Reminder).where(Reminder.state == "planned").values(state="cancelled"))
    return lighting(session)
