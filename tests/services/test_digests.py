"""The digest: once a morning, on one's own working days, with what is new for this reader and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from cocreate.domain.hearing import TABLE, Channel
from cocreate.letters.digesting import MOST, PHRASES, count_news, sections
from cocreate.models.hosts import Organisation
from cocreate.models.mails import AccountMail, Outbox
from cocreate.models.people import Person
from cocreate.models.projects import Member, Party
from cocreate.models.work import Task
from cocreate.services import digests, letters, outbox
from cocreate.words import Reader
from tests.support.lighting import PHILIPS, WMATA, add, event, lighting
from tests.support.spaces import spaced

MONDAY = datetime(2027, 3, 1, 13, 0, tzinfo=UTC)  # eight in New York, where all of them are
TUESDAY, SATURDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=5)


class TestWhen:
    def test_at_eight_where_the_reader_is(self, session, room):
        line(session, room, room.renee)
        assert run(session, room, TUESDAY - timedelta(minutes=1)) == []
        assert run(session, room, TUESDAY) == [room.renee]

    def test_in_the_zone_of_each(self, session, room):
        session.execute(update(Person).where(Person.id == room.anna).values(zone="Asia/Seoul"))
        for person in (room.renee, room.anna):
            line(session, room, person)
        assert run(session, room, TUESDAY - timedelta(hours=1)) == [room.anna]  # nine in the evening in Seoul
        assert run(session, room, TUESDAY) == [room.anna, room.renee]

    def test_once_a_day_whoever_asks(self, session, room):
        line(session, room, room.renee)
        assert run(session, room, TUESDAY) == [room.renee]
        line(session, room, room.renee, seq=2)
        assert run(session, room, TUESDAY + timedelta(hours=3)) == [room.renee]
        assert run(session, room, TUESDAY + timedelta(days=1)) == [room.renee] * 2

    def test_not_on_a_day_of_rest_and_nothing_is_lost(self, session, room):
        line(session, room, room.renee)
        assert run(session, room, SATURDAY) == []
        assert told(session, room) == set()
        run(session, room, MONDAY + timedelta(days=7))
        assert told(session, room) == {room.renee}

    def test_after_days_without_a_scheduler_it_is_one(self, session, room):
        for seq in (1, 2, 3):
            line(session, room, room.renee, seq=seq, at=MONDAY + timedelta(hours=seq))
        assert run(session, room, MONDAY + timedelta(days=3)) == [room.renee]
        assert len(values(session, room.renee)["news"]) == 3

    def test_nobody_gets_one_without_content(self, session, room):
        assert run(session, room, TUESDAY) == []


class TestHowOften:
    def test_who_leads_hears_daily_all_others_on_monday(self, session, room):
        for person in (room.renee, room.grace):
            line(session, room, person)
        assert run(session, room, TUESDAY) == [room.renee]
        run(session, room, MONDAY + timedelta(days=7))
        assert room.grace in mailed(session, room)

    def test_on_tuesday_when_monday_is_a_holiday(self, session, room):
        party = session.scalars(select(Party).where(Party.project_id == room.id, Party.number == WMATA)).one()
        session.execute(update(Organisation).where(Organisation.id == party.organisation).values(country="US"))
        line(session, room, room.grace)
        labor_day = datetime(2027, 9, 6, 12, 0, tzinfo=UTC)
        assert room.grace not in run(session, room, labor_day)
        assert room.grace in run(session, room, labor_day + timedelta(days=1))

    @pytest.mark.parametrize(("often", "comes"), [("daily", True), ("weekly", False), ("never", False)])
    def test_what_was_chosen_counts(self, session, room, often, comes):
        session.execute(update(Person).where(Person.id == room.renee).values(digest=often))
        line(session, room, room.renee)
        assert (room.renee in run(session, room, TUESDAY)) == comes

    def test_what_nobody_wants_to_hear_does_not_pile_up(self, session, room):
        session.execute(update(Person).where(Person.id == room.renee).values(digest="never"))
        line(session, room, room.renee)
        run(session, room, TUESDAY)
        assert told(session, room) == {room.renee}


class TestContent:
    def test_turns_news_and_dates(self, session, room):
        event(session, room, actor=room.anna, party=PHILIPS)
        session.execute(update(Task).where(Task.project_id == room.id).values(state="open"))
        line(session, room, room.renee, kind="submitted", subject="task:offer:1")
        line(session, room, room.renee, kind="gone_on", subject="stage:contract")
        found, left = read(session, room, room.renee, TUESDAY)
        assert [(section.heading, tuple(map(spaced, section.rows))) for section in found] == [
            ("Your turn", ("Fill in: Total cost today (Garage lighting), due Fri 5 Mar",
                           "Go on to Contract (Garage lighting)")),
            ("New since yesterday", ("Garage lighting: Philips submitted 'Price sheet'; now in Contract",)),
            ("Coming up this week", ("Fri 5 Mar, Philips: Is this our common picture? (Garage lighting)",
                                     "Fri 5 Mar, WMATA: Is this our common picture? (Garage lighting)"))]
        assert left == 0

    def test_what_is_to_be_signed_is_said_as_on_your_turn(self, session, room):
        add(session, room, Task, key="secrecy", party=WMATA, round=1, state="open", since=MONDAY, due_at=None,
            asked=room.grace)
        session.flush()
        line(session, room, room.grace)
        found, _left = read(session, room, room.grace, MONDAY + timedelta(days=7))
        assert "Read and sign: Confidentiality (Garage lighting)" in found[0].rows

    def test_at_most_ten_lines_then_how_many_more(self, session, room):
        event(session, room, actor=room.anna, party=PHILIPS)
        for number in range(12):
            add(session, room, Task, key="cost", party=WMATA, round=2 + number, state="open", since=MONDAY,
                due_at=MONDAY + timedelta(days=2), asked=room.renee)
        session.flush()
        line(session, room, room.renee)
        found, left = read(session, room, room.renee, TUESDAY)
        rows = [row for section in found for row in section.rows]
        assert len(rows) == MOST
        assert left > 0

    def test_of_an_event_the_reader_may_not_see_nothing_is_said(self, session, room):
        event(session, room, actor=room.anna, party=PHILIPS, sees=1 << (PHILIPS + 1))
        line(session, room, room.renee, kind="document_shared", subject="document:1")
        assert content(session, room, room.renee, TUESDAY).news == ()

    def test_who_has_left_meanwhile_gets_none(self, session, room):
        line(session, room, room.renee)
        run(session, room, TUESDAY)
        session.execute(update(Member).where(Member.person == room.renee).values(left_at=TUESDAY))
        assert about(session, room.renee, TUESDAY) is None

    def test_counts_each_of_several(self, session, room):
        event(session, room, actor=room.anna, party=PHILIPS)
        line(session, room, room.renee, more=2)
        assert count_news(content(session, room, room.renee, TUESDAY)) == 3


def test_every_kind_that_anybody_hears_by_digest_has_its_words():
    assert set(PHRASES) == {kind for kind, cells in TABLE.items() if Channel.DIGEST in cells}


def line(session, room, person, *, kind="submitted", subject="task:cost:2", seq=1, more=0, at=MONDAY):
    session.add(Outbox(**outbox.row(room.id, room.host_id, seq, kind, person, subject, {"more": more}, at,
                                    state=outbox.FOR_DIGEST)))
    session.flush()


def run(session, room, now):
    """Who of the project has got a digest by now, in order."""
    while digests.claim_due(session, now):
        pass
    session.flush()
    return mailed(session, room)


def mailed(session, room):
    return list(session.scalars(select(AccountMail.person_id).where(
        AccountMail.kind == "digest", AccountMail.person_id.in_([room.anna, room.jan, room.renee, room.grace]))
        .order_by(AccountMail.id)))


def told(session, room):
    return set(session.scalars(select(Outbox.recipient).where(Outbox.project_id == room.id, Outbox.state == "told")))


def values(session, person):
    claimed, = (mail for mail in outbox.claim(session, MONDAY + timedelta(days=30), 500) if mail.recipient == person)
    return claimed.values


def about(session, person, now):
    claimed, = (mail for mail in outbox.claim(session, now, 500)
                if mail.recipient == person and mail.kind == "digest")
    return letters.context(session, claimed, now)


def content(session, room, person, now):
    run(session, room, now)
    return about(session, person, now).more["digest"]


def read(session, room, person, now):
    return sections(content(session, room, person, now), Reader("en", "America/New_York", now))


@pytest.fixture
def room(session):
    # Whom other tests left on this database would be looked at too.
    session.execute(update(Person).values(digest_on=MONDAY.date() + timedelta(days=3650)))
    session.execute(update(AccountMail).where(AccountMail.state == "waiting").values(state="sent"))
    found = lighting(session)
    session.execute(update(Person).where(Person.digest_on.is_(None)).values(digest_on=MONDAY.date()))
    return found
