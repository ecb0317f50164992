"""An opening that is under way: whose it is, and what is kept of it."""

import pytest

from cocreate.services import hosts, staff
from tests.support import projects
from tests.support.clock import NOON
from tests.support.openings import begin, newest, publish
from tests.support.people import entered, someone
from tests.support.rooms import text
from workflows import library

SEATS = {"own_seat": "giver", "public_buyer": "no", "seat_taker-organisation": "Hyosung"}


class TestWhose:
    def test_stands_on_the_board_of_who_began_it_only(self, app, manager, session, small):
        ben = employed(session, small)
        seats = begin(manager)
        other = entered(app, ben.email)
        assert "Nobody else sees anything before you open it." in text(manager.get(seats))
        assert "Not opened yet" not in text(other.get("/desk"))
        for address in (seats, seats.replace("seats", "goal"), seats.replace("seats", "check"),
                        f"/desk/openings/new?opening={newest(session).ref}"):
            assert other.get(address).status_code == 404
        assert other.post(seats, data=SEATS).status_code == 404
        assert other.post(seats.replace("/seats", "/drop")).status_code == 404
        assert "Not opened yet" in text(manager.get("/desk"))

    def test_goes_with_the_projects_to_who_looks_after_them_next(self, app, manager, session, small, petra):
        ben, eve = employed(session, small), employed(session, small)
        seats = begin(manager)
        staff.hand_over_all(session, small.host_id, small.manager, to=ben.id, by="Petra Sool", now=NOON)
        session.commit()
        assert entered(app, ben.email).get(seats).status_code == 200
        assert {client.get(seats).status_code for client in (manager, entered(app, eve.email))} == {404}

    def test_of_somebody_who_works_here_no_more_is_the_hosts(self, app, session, small, petra):
        """Nobody lost a half-filled form with a colleague."""
        ben, eve = employed(session, small), employed(session, small)
        seats = begin(entered(app, ben.email))
        staff.deactivate(session, small.host_id, ben.id, to=None, by="Petra Sool", now=NOON)
        session.commit()
        assert entered(app, eve.email).get(seats).status_code == 200


def employed(session, small):
    """Another account manager of the host."""
    found = someone(session, "Ben Ito")
    hosts.employ(session, small.host_id, found.id, hosts.ACCOUNT_MANAGER, now=NOON)
    session.commit()
    return found


@pytest.fixture
def small(app, clock, session):
    found = projects.open_small(session)
    publish(session, found, library.load("industrial_symbiosis"))
    return found
