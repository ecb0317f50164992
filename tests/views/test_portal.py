"""Your turn and Projects: what is asked of one, in words, with dates; nothing of anybody else's project."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from cocreate.models.hosts import Host
from cocreate.models.people import Person
from cocreate.models.projects import Member
from cocreate.services import contributions, hosts, people
from tests.support import projects, stories
from tests.support.clock import NOON
from tests.support.people import PASSWORD, browser, entered, someone
from tests.support.rooms import text


class TestYourTurn:
    def test_greets_and_counts(self, signed_in, small):
        page = text(signed_in(small.shop).get("/your-turn"))
        assert "Good afternoon, Claire Duval." in page and "Two things are your turn." in page

    def test_of_very_many_the_later_ones_are_folded(self, play):
        page = play(definition=stories.definition(12)).shop.client.get("/your-turn").text
        first, _summary, rest = page.partition("<summary>and 4 more</summary>")
        assert (first.count('class="turn-card'), rest.count('class="turn-card')) == (10, 4)
        assert page.count("btn-primary btn-lg flex-grow-1") == 1

    def test_says_what_until_when_and_how_long(self, signed_in, small):
        page = text(signed_in(small.shop).get("/your-turn"))
        for said in ("Fill in: Crates per year", "due Mon 8 Mar (in 7 days)", "about 10 minutes", "Crates come back",
                     "Open the task"):
            assert said in page

    def test_what_waits_for_others_is_folded_below(self, signed_in, small):
        page = signed_in(small.shop).get("/your-turn").text
        folded = page[page.index("<details><summary>"):]
        assert "Tornby Furniture has not started" in html.unescape(folded)

    def test_says_where_each_project_stands(self, signed_in, small):
        assert "Stage 1 of 3: Figures" in text(signed_in(small.shop).get("/your-turn"))

    def test_of_a_project_where_it_is_the_readers_turn_says_so(self, signed_in, small):
        client = signed_in(small.shop)
        for page in (text(client.get("/your-turn")).partition("Your projects")[2], text(client.get("/projects"))):
            assert "Your turn: Fill in: Crates per year" in page and "has not started" not in page

    def test_what_is_late_comes_first_and_says_so(self, signed_in, small, clock):
        clock.go(days=9)
        assert "was due Mon 8 Mar" in text(signed_in(small.shop).get("/your-turn"))

    def test_a_returned_task_shows_the_reason(self, signed_in, session, small):
        contributions.submit(session, small.ref, task="returns", party=2, seen=0, draft=0,
                             answers=projects.answers("returns"), actor=small.shop, key=projects.key(), now=NOON)
        contributions.return_(session, small.ref, task="returns", party=2, seen=1, actor=small.maker,
                              reason="Only of one hotel, it seems.", key=projects.key(), now=NOON)
        session.commit()
        page = text(signed_in(small.shop).get("/your-turn"))
        assert "Change and submit: Crates per year" in page and "Only of one hotel, it seems." in page

    @pytest.mark.parametrize(("zone", "day"), [("UTC", "Mon 1 Mar"), ("Asia/Seoul", "Tue 2 Mar")])
    def test_a_draft_has_its_day_where_the_reader_is(self, signed_in, session, small, zone, day):
        session.execute(update(Person).where(Person.id == small.shop).values(zone=zone))
        contributions.save_draft(session, small.ref, task="returns", party=2, number=0, typed={"crates": ["9000"]},
                                 files={}, actor=small.shop, now=NOON.replace(hour=20))
        session.commit()
        page = text(signed_in(small.shop).get("/your-turn"))
        assert f"draft of {day}" in page and "Go on with it" in page

    def test_who_has_nothing_to_do_reads_what_is_waited_for(self, signed_in, small):
        page = text(signed_in(small.manager).get("/your-turn"))
        assert "Nothing is asked of you right now." in page
        assert re.search(r"'Crates come back': (Tornby Furniture|Aurelis Hotels) has not started", page)
        assert "We will write to you when it is your turn." in page

    def test_without_a_project_says_how_one_gets_into_one(self, signed_in, session):
        nobody = someone(session, "Eva Roth")
        session.commit()
        page = text(signed_in(nobody.id, nobody.email).get("/your-turn"))
        assert "You have no project yet. You get into one by invitation" in page
        assert "Suggest a project" not in page  # who is in none has no host to suggest one to

    @pytest.mark.parametrize("path", ["/your-turn", "/projects"])
    def test_an_administrator_without_a_project_is_not_told_to_wait_for_an_invitation(self, signed_in, petra, path):
        page = signed_in(petra.id, petra.email).get(path).text
        assert "an administrator needs none" in page and 'class="btn" href="/admin/people"' in page
        assert "by invitation" not in page and "You have no project yet" not in page

    @pytest.mark.parametrize("path", ["/your-turn", "/projects", "/suggest"])
    def test_whoever_may_open_projects_and_has_none_is_led_to_opening_one(self, signed_in, session, small, path):
        petra = someone(session, "Petra Sool")
        for role in (hosts.ADMINISTRATOR, hosts.ACCOUNT_MANAGER):
            hosts.employ(session, hosts.create_host(session, name="Crates", now=NOON).id, petra.id, role, now=NOON)
        session.commit()
        page = signed_in(petra.id, petra.email).get(path).text
        assert 'href="/desk/openings/new">Open a project' in page and "needs none" not in page

    def test_an_agreed_project_asks_nothing(self, signed_in, session, clock):
        small = projects.agreed(session)
        session.commit()
        page = text(signed_in(small.shop, small.emails[small.shop]).get("/your-turn"))
        assert "Nothing is asked of you right now." in page and "Agreed on Mon 1 Mar." in page

    @pytest.mark.parametrize("path", ["/your-turn", "/projects"])
    def test_a_contract_that_runs_is_not_called_ended(self, signed_in, session, clock, path):
        small = projects.agreed(session)
        session.commit()
        page = signed_in(small.shop, small.emails[small.shop]).get(path).text
        assert re.search(r"<h2[^>]*>Agreed</h2>", page) and not re.search(r"<h2[^>]*>Ended</h2>", page)

    def test_several_things_are_counted_in_words(self, signed_in, session, small):
        contributions.submit(session, small.ref, task="credit", party=1, seen=0, draft=0,
                             answers=projects.answers("credit"), actor=small.maker, key=projects.key(), now=NOON)
        session.commit()
        page = text(signed_in(small.shop).get("/your-turn"))
        assert "Three things are your turn." in page and "Check: Credit per crate from Tornby Furniture" in page


class TestProjects:
    def test_lists_every_one(self, signed_in, small):
        page = text(signed_in(small.shop).get("/projects"))
        assert "Crates come back" in page and "Next date: Mon 8 Mar (in 7 days)." in page

    def test_lists_nobody_elses(self, signed_in, session, small):
        other = projects.open_small(session)
        session.commit()
        client = signed_in(small.shop)
        for path in ("/projects", "/your-turn"):
            assert other.ref not in client.get(path).text

    def test_a_foreign_project_answers_like_one_that_never_was(self, signed_in, session, small):
        other = projects.open_small(session)
        session.commit()
        client = signed_in(small.shop)
        foreign, missing = (client.get(f"/p/{ref}") for ref in (other.ref, "0" * 26))
        assert foreign.status_code == missing.status_code == 404
        assert masked(foreign) == masked(missing)


class TestHome:
    def test_leads_who_takes_part_in_one_project_into_its_room(self, app, signed_in, small):
        assert signed_in(small.shop).get("/").location == f"/p/{small.ref}"
        answer = browser(app).post("/sign-in", data={"email": small.emails[small.shop], "password": PASSWORD})
        assert answer.location == f"/p/{small.ref}"

    def test_leads_who_takes_part_in_several_or_is_invited_to_a_further_one_to_your_turn(self, signed_in, session,
                                                                                       small):
        other = projects.open_small(session)
        people.invite(session, other.ref, party=2, email=small.emails[small.shop], name="Claire Duval",
                      parts=("observer",), greeting="", actor=other.shop, key=projects.key(), now=NOON)
        session.commit()
        assert signed_in(small.shop).get("/").location == "/your-turn"
        session.execute(update(Member).where(Member.person == small.shop).values(accepted_at=NOON))
        session.commit()
        assert signed_in(small.shop).get("/").location == "/your-turn"

    def test_leads_to_your_turn_when_the_only_one_has_ended(self, app, session, clock):
        small = projects.agreed(session)
        session.commit()
        assert entered(app, small.emails[small.shop]).get("/").location == "/your-turn"

    def test_leads_account_managers_to_the_board(self, signed_in, small):
        assert signed_in(small.manager).get("/").location == "/desk"

    @pytest.mark.parametrize("path", ["/", "/your-turn", "/projects"])
    def test_asks_strangers_to_sign_in(self, app, path):
        assert browser(app).get(path).location == "/sign-in"


class TestHosts:
    def test_of_one_host_no_project_says_which(self, signed_in, session, small):
        client = signed_in(small.shop)
        assert host_of(session, small) not in client.get("/your-turn").text + client.get("/projects").text

    def test_of_several_each_project_says_its_own(self, signed_in, session, small):
        other = projects.open_small(session)
        row = session.execute(select(Member).where(Member.person == other.shop)).scalar_one()
        session.add(Member(project_id=row.project_id, person=small.shop, host_id=row.host_id, party=2, accepted_at=NOON,
                           name="Claire Duval", parts="champion contributor"))
        session.commit()
        client = signed_in(small.shop)
        turns, listed = text(client.get("/your-turn")), text(client.get("/projects"))
        for one in (small, other):
            host = host_of(session, one)
            assert f"Crates come back · {host}" in turns and f"Crates come back {host} Stage 1 of 3" in listed

    def test_who_takes_part_for_several_organisations_reads_for_whom_and_as_what_in_each(self, signed_in, session,
                                                                                         small):
        client = signed_in(small.shop)
        assert "You lead for" not in text(client.get("/projects"))  # of one alone nobody needs to read it
        other = projects.open_small(session)
        session.add(Member(project_id=projects.facts(session, other).project.id, person=small.shop, party=1,
                           host_id=other.host_id, accepted_at=NOON, name="Claire Duval", parts="observer"))
        session.commit()
        turns, listed = text(client.get("/your-turn")), text(client.get("/projects"))
        assert f"{host_of(session, small)} · for Aurelis Hotels" in turns
        for said in ("You lead for Aurelis Hotels.", "You read along for Tornby Furniture."):
            assert said in turns and said in listed
        assert "You read along for Tornby Furniture. Nothing is asked of you." in text(client.get(f"/p/{other.ref}"))
        assert "You lead for" not in text(client.get(f"/p/{small.ref}"))

    def test_nor_on_the_board(self, signed_in, session, small):
        other = projects.open_small(session)
        hosts.employ(session, other.host_id, small.manager, hosts.ACCOUNT_MANAGER, now=NOON)
        session.commit()
        client = signed_in(small.manager)
        assert host_of(session, small) not in client.get("/desk").text
        session.commit()
        people.hand_over(session, other.ref, other.host_id, to=small.manager, actor=other.manager, key=projects.key(),
                         now=NOON)
        session.commit()
        board = text(client.get("/desk"))
        assert host_of(session, small) in board and host_of(session, other) in board


def host_of(session, small):
    return session.scalar(select(Host.name).where(Host.id == small.host_id))


class TestLook:
    @pytest.mark.parametrize("width", [390, 1280])
    def test_nothing_is_wider_than_the_screen(self, new_page, live, width):
        with live.app.app_context():
            from cocreate import clock
            from cocreate.db import transaction
            with transaction() as session:
                small = projects.open_small(session, now=clock.now() - timedelta(days=9))
        page = new_page(viewport={"width": width, "height": 800})
        page.goto("/sign-in")
        page.fill("[name=email]", small.emails[small.shop])
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(f"**/p/{small.ref}")
        page.goto("/your-turn")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.click("text=Waiting for others")
        assert page.is_visible("text=Tornby Furniture has not started")


def masked(answer):
    return re.sub(r'value="[^"]*"', "", answer.text)


@pytest.fixture
def signed_in(app, clock, request):
    """``signed_in(person)``: a browser of one of the small project's people."""
    def enter(person, email=None):
        client = browser(app)
        known = email or request.getfixturevalue("small").emails[person]
        assert client.post("/sign-in", data={"email": known, "password": PASSWORD}).status_code == 303
        return client

    return enter
