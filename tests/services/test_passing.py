"""A wait for somebody outside ends when its last day is over where the host is."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from cocreate.models.hosts import Host
from cocreate.models.work import Task
from cocreate.services import passing
from tests.support.clock import NOON
from tests.support.lighting import lighting


@pytest.mark.parametrize(("zone", "over"), [("America/Los_Angeles", 20), ("UTC", 12), ("Pacific/Auckland", -1)])
def test_a_day_is_over_where_the_host_is(session, zone, over):
    room = lighting(session)
    session.execute(update(Host).where(Host.id == room.host_id).values(zone=zone))
    session.execute(update(Task).where(Task.project_id == room.id).values(outside_until=NOON.date()))
    found = [[row for row in passing.due(session, NOON + timedelta(hours=hours)) if row[0] == room.ref]
             for hours in (over - 1, over)]
    assert [len(rows) for rows in found] == [0, 1]
