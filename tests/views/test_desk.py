"""The board, opening a project, and the mails that became files."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from cocreate.models.projects import Project
from cocreate.services import hosts, templates
from tests.support import projects
from tests.support.clock import NOON
from tests.support.people import PASSWORD, browser, someone
from workflows.exchange.yaml_text import read

OPENING = {
    "template": "returned_crates", "title": "Boxes come back", "purpose": "Fewer new boxes.", "target": "2027-06-01",
    "own_seat": "", "public_buyer": "no", "affected": "Hotel guests\nDrivers",
    "seat_maker-organisation": "Tornby Furniture", "seat_maker-kind": "company", "seat_maker-country": "NO",
    "seat_shop-organisation": "Aurelis Hotels", "seat_shop-kind": "company", "seat_shop-country": "ES",
    "seat_shop-name": "Claire Duval", "seat_shop-email": "claire@aurelis.example", "key": "a" * 24,
}


class TestBoard:
    def test_says_for_whom_each_project_waits(self, client, small):
        page = text(client.get("/desk"))
        assert "The customers' turn 1" in page and "waiting for customers" in page
        assert "has not started" in page and "1 of 3, 0 of 10 days" in page

    def test_counters_are_filters(self, client, small, clock):
        assert "overdue" not in text(client.get("/desk"))
        clock.go(days=9)
        enter(client, small.emails[small.manager])
        assert "Crates come back" in text(client.get("/desk?show=overdue"))
        assert "No project is in this list now." in text(client.get("/desk?show=hold"))

    @pytest.mark.parametrize("q", ["crates", "AURELIS", "duval", "crates aurelis"])
    def test_search_finds_projects_organisations_and_people(self, client, small, q):
        assert "Crates come back" in text(client.get("/desk", query_string={"q": q}))

    def test_what_matches_nothing_says_so(self, client, small):
        page = text(client.get("/desk?q=steem"))
        assert "Nothing matches 'steem'." in page and "Clear search" in page

    @pytest.mark.parametrize("sort", ["wait", "next", "signing", "title", "nonsense"])
    def test_can_be_ordered(self, client, small, sort):
        assert "Crates come back" in text(client.get(f"/desk?sort={sort}"))

    def test_ended_ones_are_behind_a_filter(self, app, session, clock):
        small = projects.agreed(session)
        session.commit()
        client = entered(app, small.emails[small.manager])
        assert "Crates come back" not in text(client.get("/desk"))
        assert "Crates come back" in text(client.get("/desk?show=ended"))

    def test_shows_nobody_elses_projects(self, app, session, client, small):
        other = projects.open_small(session)
        session.commit()
        assert other.ref not in client.get("/desk").text

    def test_empty_it_leads_to_opening_one(self, app, session, clock):
        anna = manager(session)
        assert "No projects yet. Opening one takes about two minutes." in text(entered(app, anna.email).get("/desk"))

    def test_is_for_account_managers(self, app, session, small):
        customer = entered(app, small.emails[small.shop])
        assert {customer.get(path).status_code for path in ("/desk", "/desk/open")} == {403}
        assert browser(app).get("/desk").location == "/sign-in"


class TestOpening:
    def test_shows_a_card_for_each_seat_and_the_time_it_needs(self, client, small):
        page = text(client.get("/desk/open"))
        assert "The template needs about 20 working days: Wed 31 Mar." in page
        assert "None, we only help (facilitator)" in page and "Returned crates" in page

    def test_opens_and_invites(self, client, small, session):
        answer = client.post("/desk/open", data=OPENING)
        assert answer.status_code == 303 and answer.location.startswith("/p/")
        room = text(client.get(answer.location))
        assert "Opened. Claire Duval is invited." in room

    def test_names_ones_own_first_task(self, client, small):
        own = OPENING | {"own_seat": "maker", "seat_maker-organisation": ""}
        room = text(client.get(client.post("/desk/open", data=own).location))
        assert "Your own first task: Fill in: Credit per crate, due" in room

    def test_twice_opens_one(self, client, small, session):
        first, second = (client.post("/desk/open", data=OPENING) for _ in range(2))
        assert first.location == second.location
        assert opened(session, small) == 2  # with the one that was there

    def test_everything_wrong_is_said_at_once_and_everything_kept(self, client, small, session):
        answer = client.post("/desk/open", data={
            "template": "returned_crates", "purpose": "Kept purpose", "target": "2027-02-01", "own_seat": "",
            "public_buyer": "no", "seat_maker-organisation": "Tornby", "seat_maker-kind": "company",
            "seat_maker-email": "not one", "seat_shop-name": "Kept name", "seat_shop-kind": "company"})
        page = html.unescape(answer.text)
        assert answer.status_code == 422
        for said in ("This is needed.", "This is not one complete address", "'Shop' needs an organisation.",
                     "Without an address nobody can be invited.", "Choose a day after today."):
            assert said in page
        assert "Kept purpose" in page and "Kept name" in page and "not one" in page
        assert opened(session, small) == 1

    @pytest.mark.parametrize(("change", "said"), [
        ({"seat_shop-organisation": "Tornby Furniture"}, "already sits as Maker"),
        ({"seat_maker-organisation": "Tornby-Furniture"}, "You know it as 'Tornby Furniture'."),
        ({"seat_maker-name": "Claire", "seat_maker-email": "claire@aurelis.example"},
         "This person already leads for another seat."),
        ({"seat_shop-name": "", "seat_shop-email": ""}, "Name one champion with an address"),
    ])
    def test_what_cannot_be_says_why(self, client, small, session, change, said):
        answer = client.post("/desk/open", data=OPENING | change)
        assert answer.status_code == 422 and said in html.unescape(answer.text)
        assert opened(session, small) == 1

    def test_an_early_date_is_told_afterwards(self, client, small):
        room = text(client.get(client.post("/desk/open", data=OPENING | {"target": "2027-03-08"}).location))
        assert "Mon 8 Mar leaves 5 working days for 20." in room

    def test_choosing_another_template_shows_its_seats_and_keeps_what_was_typed(self, client, small, session):
        other = read(projects.SMALL.replace("key: returned_crates", "key: other").replace("name: Maker", "name: Baker"))
        draft = templates.save_draft(session, small.host_id, other, note="", actor=small.manager, now=NOON)
        templates.publish(session, small.host_id, draft.template_id, 1, now=NOON)
        session.commit()
        assert "Baker" in text(client.get("/desk/open?template=other"))
        answer = client.post("/desk/open", data={"template": "other", "title": "Kept title", "look": "1"})
        assert answer.status_code == 200 and "Baker" in answer.text and "Kept title" in answer.text
        assert "This is needed." not in answer.text

    def test_a_template_or_host_of_somebody_else_does_not_exist(self, client, small):
        assert client.get("/desk/open?template=nothing").status_code == 404
        assert client.get("/desk/open?host=nothing").status_code == 404

    def test_without_a_template_says_who_can_help(self, app, session, clock):
        anna = manager(session)
        assert "No template is published yet." in text(entered(app, anna.email).get("/desk/open"))


class TestMails:
    def test_shows_the_text_with_links_of_ours_only(self, admin, app):
        put(app, "20270301T120000-a.eml", "Subject: Hello\r\nTo: a@b.example\r\nDate: Mon, 01 Mar 2027 12:00:00 +0000"
                 "\r\n\r\nOpen it:\r\nhttp://localhost/i/abc\r\nnot http://evil.example/x <b>\r\n")
        assert "Hello" in text(admin.get("/admin/mails"))
        page = admin.get("/admin/mails/20270301T120000-a.eml").text
        assert '<a href="http://localhost/i/abc">' in page
        assert 'href="http://evil.example' not in page and "&lt;b&gt;" in page

    @pytest.mark.parametrize("name", ["nothing.eml", "..%2f..%2fcocreate.sqlite", "%2fetc%2fpasswd", ".eml"])
    def test_no_other_file_can_be_read(self, admin, name):
        assert admin.get(f"/admin/mails/{name}").status_code == 404

    def test_is_for_administrators(self, client, small):
        assert client.get("/admin/mails").status_code == 403

    def test_does_not_exist_in_production(self, new_app, database):
        app = new_app(database, mode="production", secret="x" * 40, base_url="https://cocreate.example", proxies="0",
                      smtp="smtp://127.0.0.1")
        assert not any(rule.rule.startswith("/admin/mails") for rule in app.url_map.iter_rules())


def text(answer):
    assert answer.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def enter(client, email):
    assert client.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 303


def entered(app, email):
    client = browser(app)
    enter(client, email)
    return client


def manager(session, role=hosts.ACCOUNT_MANAGER):
    """Somebody with a role at a host that has nothing else."""
    anna = someone(session, "Anna Berg")
    host = hosts.create_host(session, name=f"New Host {projects.key()}", now=NOON - timedelta(days=1))
    hosts.employ(session, host.id, anna.id, role, now=NOON)
    session.commit()
    return anna


def opened(session, small):
    session.rollback()
    return session.scalar(select(func.count()).select_from(Project).where(Project.host_id == small.host_id))


def put(app, name, body):
    folder = app.config["SETTINGS"].folder / "mail"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(body.encode())


@pytest.fixture
def small(app, clock, session):
    found = projects.open_small(session)
    session.commit()
    return found


@pytest.fixture
def client(app, small):
    return entered(app, small.emails[small.manager])


@pytest.fixture
def admin(app, clock, session):
    return entered(app, manager(session, hosts.ADMINISTRATOR).email)
