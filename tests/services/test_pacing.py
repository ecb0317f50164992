"""Mails come in working hours, asks of an hour as one, only so many a day; what is waited for comes at once."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from cocreate.domain.news import REMINDERS
from cocreate.models.mails import Outbox
from cocreate.services import outbox, pacing
from tests.support.lighting import lighting
from tests.support.lighting import mail as post

# All of them are in New York.
NOON = datetime(2027, 3, 1, 17, 0, tzinfo=UTC)  # a Monday
NIGHT = datetime(2027, 3, 2, 3, 0, tzinfo=UTC)  # ten in the evening
FRIDAY_NIGHT = datetime(2027, 3, 6, 0, 0, tzinfo=UTC)
MORNING = datetime(2027, 3, 2, 13, 0, tzinfo=UTC)  # eight on Tuesday


class TestHours:
    def test_an_ask_at_night_comes_in_the_morning(self, session, room):
        post(session, room, "ask", room.renee, subject="task:cost:2", now=NIGHT)
        assert pace(session, room, NIGHT) == []
        assert next_try(session, room) == [MORNING]
        assert pace(session, room, MORNING) == ["ask"]

    def test_and_on_friday_evening_on_monday(self, session, room):
        post(session, room, "ask", room.renee, now=FRIDAY_NIGHT)
        pace(session, room, FRIDAY_NIGHT)
        assert next_try(session, room) == [datetime(2027, 3, 8, 13, 0, tzinfo=UTC)]

    @pytest.mark.parametrize("kind", sorted(pacing.PROMPT))
    def test_what_is_waited_for_comes_at_once(self, session, room, kind):
        post(session, room, kind, room.renee, now=NIGHT)
        assert pace(session, room, NIGHT) == [kind]

    def test_links_and_what_concerns_an_account_too(self, session, room):
        outbox.post_account(session, person_id=room.renee, kind="sign_in_link", values={}, now=NIGHT)
        session.flush()
        going = pacing.pace(session, outbox.claim(session, NIGHT, 500), NIGHT)
        assert "sign_in_link" in {mail.kind for mail in going if mail.recipient == room.renee}

    def test_a_mail_that_was_put_off_has_not_been_tried(self, session, room):
        post(session, room, "ask", room.renee, now=NIGHT)
        pace(session, room, NIGHT)
        assert session.scalars(select(Outbox.attempts).where(Outbox.project_id == room.id)).all() == [0]


class TestTogether:
    def test_several_asks_that_waited_are_one_mail(self, session, room):
        for seq in (1, 2, 3):
            also = {"also": [("ask", "task:three:2", 3)]} if seq == 3 else {}
            post(session, room, "ask", room.renee, seq=seq, subject=f"task:{seq}:2", now=NOON, **also)
        assert pace(session, room, NOON) == ["ask"]
        rows = session.execute(select(Outbox.state, Outbox.values, Outbox.subject).where(Outbox.project_id == room.id)
                               .order_by(Outbox.seq)).all()
        assert sorted(row.state for row in rows) == ["dropped", "dropped", "waiting"]
        kept, = (row for row in rows if row.state == "waiting")
        assert {kept.subject, *(subject for _kind, subject, _seq in json.loads(kept.values)["also"])} == {
            "task:1:2", "task:2:2", "task:3:2", "task:three:2"}

    def test_whatever_they_ask_for(self, session, room):
        for seq, kind in enumerate(("ask", "decision_asked", "proposal"), 1):
            post(session, room, kind, room.renee, seq=seq, now=NOON)
        assert len(pace(session, room, NOON)) == 1

    def test_an_ask_within_an_hour_of_the_last_waits_for_its_end(self, session, room):
        post(session, room, "ask", room.renee, seq=1, now=NOON)
        session.execute(update(Outbox).where(Outbox.project_id == room.id).values(
            state="sent", sent_at=NOON - timedelta(minutes=20)))
        post(session, room, "ask", room.renee, seq=2, now=NOON)
        assert pace(session, room, NOON) == []
        assert NOON + timedelta(minutes=40) in next_try(session, room)

    def test_a_submission_waits_an_hour_for_further_ones(self, session, room):
        for seq, minutes in ((1, 0), (2, 20), (3, 50)):
            post(session, room, "submitted", room.anna, seq=seq, subject=f"task:{seq}:2",
                 now=NOON + timedelta(minutes=minutes))
        assert pace(session, room, NOON + timedelta(minutes=55)) == []
        assert pace(session, room, NOON + timedelta(hours=1)) == ["submitted"]
        rows = session.execute(select(Outbox.state, Outbox.values).where(Outbox.project_id == room.id)).all()
        assert sorted(row.state for row in rows) == ["dropped", "dropped", "waiting"]
        kept, = (json.loads(row.values) for row in rows if row.state == "waiting")
        assert {subject for _kind, subject, _seq in kept["also"]} == {"task:2:2", "task:3:2"}

    def test_what_waits_goes_along_with_an_ask_that_goes(self, session, room):
        post(session, room, "submitted", room.anna, seq=1, subject="task:one:2", now=NOON)
        post(session, room, "decision_asked", room.anna, seq=2, subject="decision:common:1", now=NOON)
        assert pace(session, room, NOON) == ["decision_asked"]
        assert set(states(session, room)) == {"waiting", "dropped"}

    @pytest.mark.parametrize("kind", sorted(REMINDERS))
    def test_reminders_of_one_kind_and_morning_are_one_mail(self, session, room, kind):
        for seq in (-1, -2, -3):
            post(session, room, kind, room.renee, seq=seq, subject=f"task:{-seq}:2", now=NOON)
        post(session, room, "returned", room.renee, seq=5, now=NOON)
        assert sorted(pace(session, room, NOON)) == sorted([kind, "returned"])

    def test_what_another_worker_took_meanwhile_is_not_spoken_for(self, session, room):
        for seq in (1, 2):
            post(session, room, "ask", room.renee, seq=seq, subject=f"task:{seq}:2", now=NOON)
        claimed = [mail for mail in outbox.claim(session, NOON, 500) if mail.project_id == room.id]
        session.execute(update(Outbox).where(Outbox.message_id == claimed[0].message_id).values(
            lease_until=NOON + timedelta(hours=1)))
        pacing.pace(session, claimed, NOON)
        assert states(session, room) == ["waiting", "waiting"]

    def test_words_that_somebody_wrote_are_never_joined(self, session, room):
        for seq in (1, 2):
            post(session, room, "returned", room.renee, seq=seq, now=NOON)
        assert pace(session, room, NOON) == ["returned", "returned"]


def test_after_so_many_a_day_the_rest_waits_for_the_next_morning(session, room):
    for seq in range(pacing.MOST + 2):
        post(session, room, "returned", room.renee, seq=seq + 1, now=NOON)
    assert pace(session, room, NOON) == ["returned"] * pacing.MOST
    assert next_try(session, room).count(MORNING) == 2


def test_codes_that_were_waited_for_do_not_count(session, room):
    for seq in range(pacing.MOST):
        post(session, room, "signing_code", room.renee, seq=seq + 1, now=NOON)
    session.flush()
    session.execute(update(Outbox).where(Outbox.project_id == room.id).values(state="sent", sent_at=NOON))
    post(session, room, "returned", room.renee, seq=99, now=NOON)
    assert pace(session, room, NOON) == ["returned"]


def pace(session, room, now):
    """The kinds of what goes out now of this project."""
    going = pacing.pace(session, [mail for mail in outbox.claim(session, now, 500)
                                  if mail.project_id == room.id], now)
    return [mail.kind for mail in going]


def states(session, room):
    session.expire_all()
    return session.scalars(select(Outbox.state).where(Outbox.project_id == room.id)).all()


def next_try(session, room):
    session.expire_all()
    return session.scalars(select(Outbox.next_try).where(Outbox.project_id == room.id)).all()


@pytest.fixture
def room(session):
    session.execute(update(Outbox).where(Outbox.state == "waiting").values(state="sent"))
    return lighting(session)
