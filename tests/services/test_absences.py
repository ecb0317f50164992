"""The days on which somebody begins to stand in, and on which that is over."""

from datetime import timedelta

import pytest

from cocreate.models.projects import Absence
from cocreate.services import absences, endings
from tests.support import projects
from tests.support.clock import NOON

AFTER = NOON + timedelta(days=9)


def away(session, small, *, began=NOON):
    there = projects.facts(session, small).project
    session.add(Absence(project_id=there.id, host_id=small.host_id, number=1, person=small.maker,
                        substitute=small.manager, parts="champion", starts=NOON.date(),
                        until=NOON.date() + timedelta(days=3), began_at=began))
    session.flush()


def due(session, small, at):
    return [one for one in absences.due(session, at) if one[0] == small.ref]


class TestDue:
    def test_is_what_is_over_also_where_all_have_agreed(self, session):
        small = projects.agreed(session)
        away(session, small)
        assert "champion" in projects.facts(session, small).member(small.manager).parts
        assert due(session, small, NOON + timedelta(days=3)) == []
        [(ref, number, key)] = due(session, small, AFTER)
        absences.turn(session, ref, number, key, now=AFTER)
        assert "champion" not in projects.facts(session, small).member(small.manager).parts
        assert due(session, small, AFTER) == []

    def test_and_what_begins_there(self, session):
        small = projects.agreed(session)
        away(session, small, began=None)
        [(ref, number, key)] = due(session, small, NOON + timedelta(days=1))
        absences.turn(session, ref, number, key, now=NOON + timedelta(days=1))
        assert "champion" in projects.facts(session, small).member(small.manager).parts

    @pytest.mark.parametrize("began", [NOON, None])
    def test_is_nothing_where_it_was_declined(self, session, began):
        small = projects.open_small(session)
        away(session, small, began=began)
        endings.decline(session, small.ref, title=projects.facts(session, small).project.title, lessons="",
                        reason="They went bankrupt.", actor=small.maker, key=projects.key(), now=NOON)
        assert due(session, small, AFTER) == []
