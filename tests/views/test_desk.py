"""The board, and the mails that became files."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from cocreate.models.hosts import HostMember
from cocreate.services import hosts
from tests.support import projects
from tests.support.apps import PRODUCTION
from tests.support.clock import NOON
from tests.support.people import browser, enter, entered, someone
from tests.support.rooms import owing, text


def manager_of(app, small):
    return entered(app, small.emails[small.manager])


class TestBoard:
    def test_says_for_whom_each_project_waits(self, manager, small):
        page = text(manager.get("/desk"))
        assert "The customers' turn 1" in page and "waiting for customers" in page
        assert "has not started" in page and "1 of 3, day 1 of 10" in page

    def test_counters_are_filters(self, manager, small, clock):
        assert "overdue" not in text(manager.get("/desk"))
        clock.go(days=9)
        enter(manager, small.emails[small.manager])
        assert "Crates come back" in text(manager.get("/desk?show=overdue"))
        assert "No project is in this list now." in text(manager.get("/desk?show=hold"))

    @pytest.mark.parametrize("q", ["crates", "AURELIS", "duval", "crates aurelis"])
    def test_search_finds_projects_organisations_and_people(self, manager, small, q):
        assert "Crates come back" in text(manager.get("/desk", query_string={"q": q}))

    def test_what_matches_nothing_says_so(self, manager, small):
        page = text(manager.get("/desk?q=steem"))
        assert "Nothing matches 'steem'." in page and "Clear search" in page

    def test_filters_are_kept_when_one_comes_back(self, manager, small):
        manager.get("/desk?q=crates&sort=title")
        assert 'href="/desk?q=crates&amp;sort=title"' in manager.get(f"/p/{small.ref}").text
        assert 'href="/desk"' in manager.get("/desk").text and 'href="/desk"' in manager.get("/projects").text

    @pytest.mark.parametrize("sort", ["wait", "next", "signing", "title", "nonsense"])
    def test_can_be_ordered(self, manager, small, sort):
        assert "Crates come back" in text(manager.get(f"/desk?sort={sort}"))

    def test_agreed_ones_are_behind_a_filter_of_their_own(self, app, session, clock):
        small = projects.agreed(session)
        session.commit()
        manager = entered(app, small.emails[small.manager])
        assert "Crates come back" not in text(manager.get("/desk")) + text(manager.get("/desk?show=ended"))
        page = text(manager.get("/desk?show=agreed"))
        assert "Agreed since Mon 1 Mar Agreed on Mon 1 Mar." in page and "Ended" not in page

    def test_where_all_have_ended_it_leads_to_them(self, app, session, clock):
        small = projects.agreed(session)
        session.commit()
        page = manager_of(app, small).get("/desk")
        assert "No project is under way. Those that have ended are behind the numbers above." in text(page)
        assert "No project is in this list now." in text(manager_of(app, small).get("/desk?show=hold"))

    def test_of_an_agreed_one_it_says_when_the_next_duty_is_due(self, project):
        room = project(projects.agreed)
        with room.app.app_context():
            owing(room)
        assert "due Thu 1 Jun 2034" in text(room.manager.client.get("/desk?show=agreed"))

    def test_shows_nobody_elses_projects(self, app, session, manager, small):
        other = projects.open_small(session)
        session.commit()
        assert other.ref not in manager.get("/desk").text

    def test_empty_it_leads_to_opening_one(self, app, session, clock):
        anna = employee(session)
        assert "No projects yet. Opening one takes about two minutes." in text(entered(app, anna.email).get("/desk"))

    def test_an_administrator_without_a_project_reads_what_comes_before_the_first(self, app, session, clock):
        anna, petra = employee(session), employee(session)
        hosts.employ(session, session.scalar(select(HostMember.host_id).where(HostMember.person_id == petra.id)),
                     petra.id, hosts.ADMINISTRATOR, now=NOON)
        session.commit()
        first = "Before the first project"
        assert first in entered(app, petra.email).get("/desk").text
        assert first not in entered(app, anna.email).get("/desk").text

    def test_what_is_not_opened_yet_says_with_what(self, manager):
        manager.post("/desk/openings/new", data={"template": "returned_crates"})
        assert "Returned crates · Saved on" in text(manager.get("/desk"))

    def test_is_for_account_managers(self, app, shop):
        assert {shop.get(path).status_code for path in ("/desk", "/desk/openings/new")} == {403}
        assert browser(app).get("/desk").location == "/sign-in"


class TestSharing:
    """From People to the colleague's board, and back."""

    def test_a_colleague_of_the_host_reads_along_until_it_is_ended(self, app, session, manager, small, ben, clock):
        people = manager.get(f"/p/{small.ref}/people").text
        assert f'href="/p/{small.ref}/people/share"' in people
        asked = manager.get(f"/p/{small.ref}/people/share")
        assert "All parties see it under People and in the record." in text(asked)
        shared = manager.post(f"/p/{small.ref}/people/share", data={"to": ben.id, "key": projects.key()},
                             follow_redirects=True)
        assert "The project is shared with Ben Ito, who is told by mail." in text(shared)
        assert "the project is shared with them since Mon 1 Mar" in text(shared)
        assert "and Anna Berg and Ben Ito, account managers" in text(shared)
        other = entered(app, ben.email)
        assert "Shared with you; Anna Berg looks after it" in text(other.get("/desk"))
        assert "/people/share" in other.get(f"/p/{small.ref}/people").text
        assert other.get(f"/desk/hand-over/{small.ref}").status_code == 403
        ended = other.post(f"/p/{small.ref}/people/{ben.id}/end-sharing", data={"key": projects.key()},
                           follow_redirects=True)
        assert "'Crates come back' is not shared with Ben Ito any more." in text(ended)
        assert other.get(f"/p/{small.ref}").status_code == 404

    def test_is_offered_to_nobody_of_a_party(self, app, small):
        shop = entered(app, small.emails[small.shop])
        assert "people/share" not in shop.get(f"/p/{small.ref}/people").text
        assert shop.get(f"/p/{small.ref}/people/share").status_code == 403

    def test_who_is_in_it_cannot_be_chosen(self, manager, small):
        page = text(manager.get(f"/p/{small.ref}/people/share"))
        assert "Every account manager of your host is in this project, or there is no other." in page


class TestMails:
    def test_shows_the_text_with_links_of_ours_only(self, admin, app):
        put(app, "20270301T120000-a.eml", "Subject: Hello\r\nTo: a@b.example\r\nDate: Mon, 01 Mar 2027 12:00:00 +0000"
                 "\r\n\r\nOpen it:\r\nhttp://localhost/i/abc\r\nnot http://evil.example/x <b>\r\n")
        assert "Hello" in text(admin.get("/admin/mails"))
        page = admin.get("/admin/mails/20270301T120000-a.eml").text
        assert '<a href="http://localhost/i/abc">' in page
        assert 'href="http://evil.example' not in page and "&lt;b&gt;" in page

    def test_shows_the_other_part_alone_and_nothing_in_it_runs(self, admin, app):
        put(app, "20270301T120000-b.eml", "Subject: Hello\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n"
                 "<p style='color: red'>Hello</p>")
        answer = admin.get("/admin/mails/20270301T120000-b.eml/html")
        assert "<p style='color: red'>Hello</p>" in answer.text
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "sandbox" in policy and "script" not in policy

    @pytest.mark.parametrize("name", ["nothing.eml", "..%2f..%2fcocreate.sqlite", "%2fetc%2fpasswd", ".eml"])
    def test_no_other_file_can_be_read(self, admin, name):
        assert admin.get(f"/admin/mails/{name}").status_code == 404

    def test_is_for_administrators(self, manager, small):
        assert manager.get("/admin/mails").status_code == 403

    def test_does_not_exist_in_production(self, new_app, database):
        app = new_app(database, **PRODUCTION)
        assert not any(rule.rule.startswith("/admin/mails") for rule in app.url_map.iter_rules())


def employee(session, role=hosts.ACCOUNT_MANAGER):
    """Somebody with a role at a host that has nothing else."""
    anna = someone(session, "Anna Berg")
    host = hosts.create_host(session, name=f"New Host {projects.key()}", now=NOON - timedelta(days=1))
    hosts.employ(session, host.id, anna.id, role, now=NOON)
    session.commit()
    return anna


def put(app, name, body):
    folder = app.config["SETTINGS"].folder / "mail"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(body.encode())


@pytest.fixture
def admin(app, clock, session):
    return entered(app, employee(session, hosts.ADMINISTRATOR).email)
