"""A wait for somebody outside ends when its last day is over where the host is; what colleagues say stays theirs."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from cocreate.db import db, transaction
from cocreate.models.hosts import Host
from cocreate.models.work import Task
from cocreate.services import passing, records
from tests.support import stories
from tests.support.clock import NOON
from tests.support.lighting import lighting
from tests.support.projects import key


@pytest.mark.parametrize(("zone", "over"), [("America/Los_Angeles", 20), ("UTC", 12), ("Pacific/Auckland", -1)])
def test_a_day_is_over_where_the_host_is(session, zone, over):
    room = lighting(session)
    session.execute(update(Host).where(Host.id == room.host_id).values(zone=zone))
    session.execute(update(Task).where(Task.project_id == room.id).values(outside_until=NOON.date()))
    found = [[row for row in passing.due(session, NOON + timedelta(hours=hours)) if row[0] == room.ref]
             for hours in (over - 1, over)]
    assert [len(rows) for rows in found] == [0, 1]


def test_a_line_to_a_colleague_and_the_name_of_one_who_was_only_proposed_stay_in_the_party(app, clock):
    with app.app_context():
        small = stories.opened()
        hand = stories.colleague(small, 1, "contributor")
        ask = {"task": "credit", "party": 1, "now": NOON}
        with transaction() as session:
            passing.pass_on(session, small.ref, to=hand, words="Our margin is 12 %", actor=small.maker, key=key(),
                            **ask)
        with transaction() as session:
            passing.pass_to_new(session, small.ref, email=f"{key()}@tornby.example", name="Lea Roth",
                                words="She costs 90 an hour", actor=hand, key=key(), **ask)
            lea = session.scalars(select(Task.wanted).where(Task.wanted_name == "Lea Roth").order_by(
                Task.project_id.desc())).first()
        with transaction() as session:
            passing.answer(session, small.ref, to=lea, agree=False, actor=small.maker, key=key(), **ask)
        mine, theirs = (str(records.export(db.session, stories.facts(small, person=person)))
                        for person in (small.maker, small.shop))
        for words in ("Our margin is 12 %", "She costs 90 an hour", "Lea Roth"):
            assert words in mine and words not in theirs
