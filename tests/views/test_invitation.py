"""The invitation as a browser walks it: nothing in the address, nothing done by looking, one answer for dead links."""

import re
from collections import defaultdict
from html import unescape

import pytest
from sqlalchemy import func, select

from cocreate.models.people import Person
from cocreate.services import openings, people
from tests.support import projects
from tests.support.clock import NOON
from tests.support.inviting import CARRIER, COMES_FIRST, LATER, champion, invite, invited, mailed, present
from tests.support.people import PASSWORD, browser, entered, someone

ACCEPT = {"name": "Tom Vos", "password": PASSWORD}


class TestLooking:
    def test_the_token_does_not_stay_in_the_address(self, client, token):
        answer = client.get(f"/i/{token}")
        assert (answer.status_code, answer.location) == (303, "/invitation")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert token not in client.get("/invitation").text

    def test_says_who_invites_to_what_and_what_comes_first(self, client, arrived):
        page = client.get("/invitation").text
        for said in ("Ingrid Solvik of Tornby Furniture", "invites you to", "Crates come back", "You know the ramp.",
                     "You would contribute for Tornby Furniture.", "It costs you nothing.",
                     "Your name and work address are visible to the people in this project.", 'value="Tom"'):
            assert said in page

    def test_a_champion_reads_what_is_asked_first(self, app, session, clock, small):
        _ref, token = champion(session, small)
        client = browser(app)
        client.get(f"/i/{token}")
        page = client.get("/invitation").text
        assert "You would lead for Aurelis Hotels (champion)." in page
        assert re.search(r"First you are asked for: Crates per year, about 10 minutes, by Mon 8 Mar\.", page)

    def test_who_has_nothing_to_do_yet_reads_that_the_charter_comes_first_and_when_the_first_task_does(
            self, app, session, play):
        champion(session, play(definition=LATER).small, CARRIER)
        client = browser(app)
        client.get(f"/i/{mailed(session, CARRIER.email)}")
        assert COMES_FIRST in unescape(client.get("/invitation").text)

    def test_who_only_signs_and_comes_to_a_seat_that_accedes_reads_that_and_not_that_they_sign_at_the_end(
            self, app, session, project):
        small = project(projects.agreed_with_one_to_accede).small
        people.invite(session, small.ref, party=2, email="late@aurelis.example", name="Tom", parts=("signatory",),
                      greeting="", actor=small.shop, key=projects.key(), now=NOON)
        session.commit()
        client = browser(app)
        client.get(f"/i/{mailed(session, 'late@aurelis.example')}")
        page = unescape(client.get("/invitation").text)
        assert "asked to accede to 'Agreement on returned crates', which others have signed" in page
        assert "asked to sign at the end" not in page

    @pytest.mark.parametrize(("more", "said"), [
        ((), "a shared room in which both organisations work out"),
        ((openings.Seating("carrier", "Freight Ltd"),), "a shared room in which the organisations work out"),
    ])
    def test_both_are_two(self, app, session, play, more, said):
        _ref, token = champion(session, play().small, *more)
        client = browser(app)
        client.get(f"/i/{token}")
        assert said in client.get("/invitation").text

    @pytest.mark.parametrize(("purpose", "said"), [("", "."),
        (" purpose: Gives crates back.,", ": Gives crates back.")])
    def test_names_the_seat_and_says_what_it_means_where_the_template_does(self, app, session, play, purpose, said):
        definition = projects.WITH_CARRIER.replace("shop: {name: Shop,", f"shop: {{name: Shop,{purpose}")
        _ref, token = champion(session, play(definition=definition).small)
        client = browser(app)
        client.get(f"/i/{token}")
        assert f"Aurelis Hotels takes the seat 'Shop'{said}\n" in unescape(client.get("/invitation").text)

    def test_changes_nothing(self, client, arrived, session, small):
        before = version(session, small)
        for path in ("/invitation", "/invitation/no", "/invitation/someone-else"):
            assert client.get(path).status_code == 200
        assert version(session, small) == before

    def test_shows_nobody_elses_name(self, client, arrived):
        page = client.get("/invitation").text
        assert "Claire Duval" not in page and "Anna Berg" not in page


class TestAccepting:
    def test_signs_in_and_leads_into_the_project(self, client, arrived, small):
        answer = client.post("/invitation", data=ACCEPT)
        assert (answer.status_code, answer.location) == (303, f"/p/{small.ref}")
        assert client.get("/your-turn").status_code == 200

    def test_leads_straight_to_the_first_task(self, app, session, clock, small):
        ref, token = champion(session, small)
        client = browser(app)
        client.get(f"/i/{token}")
        answer = client.post("/invitation", data=ACCEPT)
        assert answer.location == f"/p/{ref}/tasks/returns?party=2"
        assert "You are in: you have accepted the invitation, nothing else." in client.get(answer.location).text

    def test_twice_has_one_effect_and_the_same_answer(self, app, client, arrived, session, small):
        client.get("/invitation")
        twin = browser(app)
        twin.set_cookie("cocreate", client.get_cookie("cocreate").value)
        first = client.post("/invitation", data=ACCEPT)
        before = version(session, small)
        second = twin.post("/invitation", data=ACCEPT)
        assert (first.status_code, first.location) == (second.status_code, second.location) == (303, f"/p/{small.ref}")
        assert version(session, small) == before

    def test_a_used_link_with_another_password_opens_nothing(self, app, client, arrived, token):
        client.get("/invitation")
        thief = browser(app)
        thief.set_cookie("cocreate", client.get_cookie("cocreate").value)
        client.post("/invitation", data=ACCEPT)
        answer = thief.post("/invitation", data=ACCEPT | {"password": "something else entirely long"})
        assert answer.status_code == 410
        assert thief.get("/your-turn").status_code == 302

    def test_the_link_in_the_mail_still_leads_in_whoever_came_in_by_it(self, app, client, arrived, session, small,
                                                                            token, anna):
        session.commit()
        client.post("/invitation", data=ACCEPT)
        client.get(f"/i/{token}")
        assert client.get("/invitation").location == f"/p/{small.ref}"
        for other in (browser(app), entered(app, anna.email)):
            other.get(f"/i/{token}")
            assert other.get("/invitation").status_code == 410

    @pytest.mark.parametrize(("password", "said"), [("", "Type a new password."), ("short", "Too short: 5 of 15.")])
    def test_a_wrong_password_keeps_the_name(self, client, arrived, password, said):
        answer = client.post("/invitation", data={"name": "Tom van der Vos", "password": password})
        assert answer.status_code == 422
        assert said in answer.text and "Tom van der Vos" in answer.text

    @pytest.mark.parametrize(("password", "said"), [
        ("", "Type a new password."), ("short", "Too short: 5 of 15."),
        ("Tornby Furniture 1", "Too close to 'furniture', which everybody knows of you."),
    ])
    def test_two_mistakes_are_told_at_once(self, client, arrived, password, said):
        page = client.post("/invitation", data={"name": " ", "password": password})
        assert page.status_code == 422
        assert re.findall(r'"field-error".*?<span>([^<]*)', unescape(page.text)) == ["Type your name.", said]


class TestWithAnAccount:
    def test_leads_through_sign_in_and_back(self, app, session, small, anna):
        client = browser(app)
        client.get(f"/i/{invited(session, small, anna)}")
        page = client.get("/invitation").text
        assert "Sign in and accept" in page and 'name="password"' not in page
        answer = client.post("/sign-in", data={"email": anna.email, "password": PASSWORD})
        assert answer.location.startswith("/i/")
        client.get(answer.location)
        page = client.get("/invitation").text
        assert "Accept and start" in page and 'name="password"' not in page
        assert client.post("/invitation", data={"name": "Anna Kim"}).location == f"/p/{small.ref}"

    def test_without_signing_in_nothing_is_accepted(self, app, session, small, anna):
        client = browser(app)
        client.get(f"/i/{invited(session, small, anna)}")
        answer = client.post("/invitation", data=ACCEPT)
        assert (answer.status_code, answer.location) == (303, "/invitation")
        assert not present(session, anna.id)

    def test_somebody_else_who_is_signed_in_cannot_accept(self, app, session, small, anna):
        token, other = invited(session, small, anna), someone(session, "Jan Vos")
        session.commit()
        client = browser(app)
        client.post("/sign-in", data={"email": other.email, "password": PASSWORD})
        client.get(f"/i/{token}")
        page = client.get("/invitation").text
        assert "You are signed in as Jan Vos" in page and "Accept and start" not in page
        client.post("/invitation", data={"name": "Jan Vos"})
        assert not present(session, other.id) and not present(session, anna.id)


class TestDeclining:
    def test_ends_it_and_thanks(self, client, arrived, session, small):
        answer = client.post("/invitation/no", data={"words": "No time"})
        assert (answer.status_code, answer.location) == (303, "/invitation/answered")
        assert client.get("/invitation").status_code == 410

    def test_twice_is_answered_alike(self, app, client, arrived, session, small):
        client.get("/invitation")
        twin = browser(app)
        twin.set_cookie("cocreate", client.get_cookie("cocreate").value)
        answers = [each.post("/invitation/no", data={"words": ""}) for each in (client, twin)]
        assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/invitation/answered")] * 2

    def test_someone_else_is_named_and_not_invited(self, client, arrived, session, small):
        before = session.scalar(select(func.count()).select_from(Person))
        session.commit()
        answer = client.post("/invitation/someone-else", data={"name": "Eva", "email": "eva@crates.example"})
        assert answer.status_code == 303
        assert session.scalar(select(func.count()).select_from(Person)) == before

    def test_someone_else_needs_one_address(self, client, arrived):
        answer = client.post("/invitation/someone-else", data={"name": "Eva", "email": "eva at crates"})
        assert answer.status_code == 422 and "eva at crates" in answer.text


class TestDeadLinks:
    def test_all_are_answered_alike(self, app, session, small, token):
        used = browser(app)
        used.get(f"/i/{token}")
        used.post("/invitation/no", data={"words": ""})
        pages = defaultdict(set)
        for dead in (token, "wrong", "x" * 43):
            client = browser(app)
            client.get(f"/i/{dead}")
            for answer in (client.get("/invitation"), client.post("/invitation", data=ACCEPT)):
                assert answer.status_code == 410
                pages[answer.request.method].add(re.sub(r'value="[^"]*"', "", answer.text))
        (page,), (_,) = pages["GET"], pages["POST"]
        assert "This invitation is no longer open" in page
        assert "Ask for a new one" in page and re.search(r'"btn" href="/sign-in">Sign in<', page)

    def test_who_is_signed_in_is_not_asked_to_sign_in(self, app, session, small, anna):
        session.commit()
        client = entered(app, anna.email)
        client.get("/i/wrong")
        dead, again = client.get("/invitation"), client.get("/invitation/again")
        assert dead.status_code == 410 and re.search(r'"btn btn-primary" href="/invitation/again">', dead.text)
        for page in (dead.text, again.text):
            assert "Sign in" not in page and "sign in" not in page
        assert re.search(r'"btn" href="/your-turn">Your turn<', dead.text)
        assert "Have you accepted already? Then it is among your projects." in again.text


def version(session, small):
    session.rollback()
    found = projects.facts(session, small).project.version
    session.rollback()
    return found


@pytest.fixture
def token(session, small):
    found = invite(session, small, "tom")
    session.commit()
    return found


@pytest.fixture
def arrived(client, token):
    client.get(f"/i/{token}")
