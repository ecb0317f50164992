"""An opening that is under way: whose it is, and what is kept of it."""

import html
import re

import pytest
from sqlalchemy import update

from cocreate.domain.openings import decode
from cocreate.models.people import SignIn
from cocreate.services import hosts, staff, templates
from tests.support import projects
from tests.support.clock import NOON
from tests.support.openings import begin, newest, publish
from tests.support.people import employed, entered
from tests.support.rooms import text
from workflows import library

SEATS = {"own_seat": "giver", "public_buyer": "no", "seat_taker-organisation": "Hyosung"}


class TestWhose:
    def test_stands_on_the_board_of_who_began_it_only(self, app, manager, session, small, ben):
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

    def test_goes_with_the_projects_to_who_looks_after_them_next(self, app, manager, session, small, petra, ben):
        eve = employed(session, small, "Eve Ito", hosts.ACCOUNT_MANAGER)
        seats = begin(manager)
        staff.hand_over_all(session, small.host_id, small.manager, to=ben.id, by=petra.id, now=NOON)
        session.commit()
        assert entered(app, ben.email).get(seats).status_code == 200
        assert {client.get(seats).status_code for client in (manager, entered(app, eve.email))} == {404}

    def test_of_somebody_who_works_here_no_more_is_the_hosts(self, app, session, small, petra, ben):
        """Nobody lost a half-filled form with a colleague."""
        eve = employed(session, small, "Eve Ito", hosts.ACCOUNT_MANAGER)
        seats = begin(entered(app, ben.email))
        staff.deactivate(session, small.host_id, ben.id, to=None, by=petra.id, now=NOON)
        session.commit()
        assert entered(app, eve.email).get(seats).status_code == 200


class TestTyping:
    """What the page saves by itself."""

    def test_is_saved_whether_it_is_right_or_not(self, manager, session, clock):
        seats = begin(manager)
        saved = manager.post(f"{seats}/draft", data={"version": newest(session).version, "affected": "Neigh"})
        session.rollback()
        assert saved.json == {"status": "Saved 12:00", "values": {"version": str(newest(session).version)}}
        assert "Neigh" in manager.get(seats).text

    def test_from_a_page_that_was_open_before_another_saved_it_says_where_to_look(self, manager, session):
        seats = begin(manager)
        before = newest(session).version
        manager.post(f"{seats}/draft", data={"version": before, "affected": "Neigh"})
        late = manager.post(f"{seats}/draft", data={"version": before, "affected": "Harbour"})
        assert (late.status_code, late.json["url"]) == (409, seats)
        assert late.json["status"] == "This opening was saved from another window. Look at it again before you go on."
        assert "Neigh" in manager.get(seats).text and "Harbour" not in manager.get(seats).text

    def test_is_nobody_elses(self, app, manager, ben):
        seats = begin(manager)
        assert entered(app, ben.email).post(f"{seats}/draft", data={"affected": "Neigh"}).status_code == 404


class TestOnTheWay:
    def test_is_saved_by_the_way_to_another_step_too(self, manager, session):
        seats = begin(manager)
        for step, to in (("seats", "goal"), ("seats", "check"), ("goal", "seats"), ("check", "goal")):
            page = manager.get(seats.replace("seats", step)).text
            assert re.search(rf'<button[^>]* form="opening" name="to" value="{to}"', page)
        goal = manager.post(seats, data={"seat_taker-organisation": "Hyo", "affected": "Neigh", "to": "goal"})
        assert goal.location == seats.replace("seats", "goal")
        assert 'value="Hyo"' in manager.get(seats).text
        what = manager.post(goal.location, data={"title": "Steam", "to": "strategy"})
        assert what.location == f"/desk/openings/new?opening={newest(session).ref}"
        assert 'value="Steam"' in manager.get(goal.location).text
        session.execute(update(SignIn).values(method="link", proved_at=None))
        session.commit()
        check = seats.replace("seats", "check")
        assert manager.post(check, data={"greeting": "As discussed.", "to": "seats"}).location == seats
        assert "As discussed." in manager.get(check).text


class TestRetired:
    def test_goes_on_with_another_template_where_its_own_is_retired_and_keeps_what_was_typed(self, manager, session,
                                                                                              small, app, petra):
        seats = begin(manager)
        there = templates.ever_published(session, small.host_id, "industrial_symbiosis")
        retire = f"/admin/templates/{there.ref}/retire"
        assert "1 project is being opened with it" in text(entered(app, petra.email).get(retire))
        session.rollback()
        templates.retire(session, small.host_id, there.template_id, actor=small.manager, now=NOON)
        session.commit()
        asked = manager.post(seats, data={**SEATS, "affected": "The neighbours of the plant"})
        choose = f"/desk/openings/new?opening={newest(session).ref}"
        assert asked.status_code == 303 and asked.location == choose
        said = "'Industrial symbiosis' was retired meanwhile: choose another template. What you typed is kept"
        assert said in text(manager.get(choose))
        assert manager.get(seats).location == manager.get(seats.replace("seats", "check")).location == choose
        board = manager.get("/desk")
        assert "Industrial symbiosis was retired: choose another template · Saved on" in text(board)
        assert html.escape(choose) in board.text
        again = manager.post("/desk/openings/new", data={"template": "returned_crates", "opening": newest(session).ref})
        assert again.location == seats and "The neighbours of the plant" in text(manager.get(seats))

    def test_what_was_only_the_default_of_the_one_is_that_of_the_other(self, manager, session, small):
        seats = begin(manager)
        page = manager.get(seats.replace("seats", "goal"))
        purpose = html.unescape(re.search(r"<textarea[^>]*purpose[^>]*>\s*([^<]*)<", page.text)[1]).strip()
        manager.post(seats, data=SEATS)
        manager.post(seats.replace("seats", "goal"), data={"title": "Steam", "purpose": purpose})
        manager.post("/desk/openings/new", data={"template": "returned_crates", "opening": newest(session).ref})
        fields = decode(newest(session).typed).fields
        assert fields["title"] == "Steam" and fields["purpose"] != purpose
        assert fields["own_seat"] == "maker"  # no seat of the other is called as that of the one

    def test_choosing_one_just_then_is_told(self, manager, small):
        said = manager.post("/desk/openings/new", data={"template": "nothing"}, follow_redirects=True)
        assert "This template is not there any more. Choose another." in text(said)


@pytest.fixture
def small(app, clock, session):
    found = projects.open_small(session)
    publish(session, found, library.load("industrial_symbiosis"))
    return found
