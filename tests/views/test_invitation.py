"""The invitation as a browser walks it: nothing in the address, nothing done by looking, one answer for dead links."""

import re
from collections import defaultdict
from datetime import date
from html import unescape

import pytest
from sqlalchemy import func, select, update

from cocreate.models.mails import Outbox
from cocreate.models.people import Person
from cocreate.models.projects import Member, Project
from cocreate.models.work import Task
from cocreate.services import openings, people
from tests.support import projects, stories
from tests.support.clock import NOON
from tests.support.inviting import invite, mailed
from tests.support.people import PASSWORD, browser, entered, someone
from tests.support.rooms import text

# A seat that gets its first task in the second stage.
LATER = projects.WITH_CARRIER.replace("    contract: prepared\n", """\
    contract: prepared
    tasks:
      secrecy: {title: Secrecy, why: w, of: [maker, carrier], kind: sign, agreement: We keep it., due: {days: 2}}
      loads: {title: Loads per week, why: w, of: carrier, due: {days: 3}, fields: {n: {label: Loads, type: number}}}
""")
CARRIER = openings.Seating("carrier", "Freight Ltd", name="Eva", email="eva@freight.example")
COMES_FIRST = ("First you are asked to answer 'How we work together', on which all parties agree. "
               "In the stage 'Terms' Freight Ltd is asked to sign 'Secrecy'. "
               "The first task of Freight Ltd comes in the stage 'Terms': Loads per week.")
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
                                                                            token, renee):
        session.commit()
        client.post("/invitation", data=ACCEPT)
        client.get(f"/i/{token}")
        assert client.get("/invitation").location == f"/p/{small.ref}"
        for other in (browser(app), entered(app, renee.email)):
            other.get(f"/i/{token}")
            assert other.get("/invitation").status_code == 410

    @pytest.mark.parametrize(("password", "said"), [("", "This is needed."), ("short", "Too short: 5 of 15.")])
    def test_a_wrong_password_keeps_the_name(self, client, arrived, password, said):
        answer = client.post("/invitation", data={"name": "Tom van der Vos", "password": password})
        assert answer.status_code == 422
        assert said in answer.text and "Tom van der Vos" in answer.text

    @pytest.mark.parametrize(("password", "said"), [
        ("", "This is needed."), ("short", "Too short: 5 of 15."),
        ("Tornby Furniture 1", "Too close to 'furniture', which everybody knows of you."),
    ])
    def test_two_mistakes_are_told_at_once(self, client, arrived, password, said):
        page = client.post("/invitation", data={"name": " ", "password": password})
        assert page.status_code == 422
        assert re.findall(r'"field-error".*?<span>([^<]*)', unescape(page.text)) == ["This is needed.", said]


class TestUnanswered:
    def test_now_and_the_board_say_so_instead_of_not_started_with_the_ways_on(self, app, session, clock, small):
        ref, _token = champion(session, small)
        said = "Aurelis Hotels has not answered the invitation of Mon 1 Mar (Tom)."
        client = entered(app, small.emails[small.manager])
        answer, board = client.get(f"/p/{ref}"), unescape(client.get("/desk").text)
        room, told = unescape(answer.text), text(answer)
        assert told.count(said) == 1 and said in board and "Aurelis Hotels has not started" not in told
        for label, page in (("Remind with a new link", "#person-"), ("Correct address", "/address")):
            (url,) = re.findall(rf'href="([^"]*{page}[^"]*)">{label}<', room)
            assert client.get(url).status_code == 200

    def test_where_nobody_was_invited_it_leads_to_inviting_somebody(self, project):
        def make(session):
            small = projects.open_small(session)
            session.execute(update(Member).where(Member.person == small.shop).values(left_at=NOON))
            session.execute(update(Task).where(Task.asked == small.shop).values(asked=None))
            return small

        room = project(make)
        (url,) = re.findall(r'href="([^"]+)">Invite somebody for Aurelis Hotels</a>', room.manager.get("").text)
        assert url.endswith("/people/invite/2") and room.manager.client.get(url).status_code == 200
        assert "Invite somebody for" not in room.maker.get("").text  # who may not

    def test_what_only_follows_from_it_is_not_told_again(self, project):
        def make(session):
            small = projects.open_small(session, definition=stories.definition(3, after={
                "ramp_1": ["ramp_0"], "ramp_2": ["ramp_1"], "offer": ["ramp_2"]}))
            session.execute(update(Member).where(Member.person == small.shop).values(accepted_at=None))
            return small

        room = project(make)
        told = text(room.manager.get("")).partition("Going on to Terms waits for")[2].partition("Dates")[0]
        assert told.count("Aurelis Hotels has not answered the invitation of Mon 1 Mar (Claire Duval).") == 1
        assert "can start when" not in told and "can be decided when" not in told
        assert "Tornby Furniture has not started 'Credit per crate'" in told
        assert "and 1 more" in text(room.manager.client.get("/desk"))

    def test_the_board_has_the_button_that_now_has(self, app, session, clock, small):
        ref, _token = champion(session, small)
        client = entered(app, small.emails[small.manager])
        (url,) = re.findall(r'<a class="btn btn-sm" href="([^"]+)"><svg[^>]+>.*?</svg>Remind with a new link</a>',
                            client.get("/desk").text)
        row = url.partition("#")[2]
        people = client.get(url).text
        assert url.startswith(f"/p/{ref}/people#") and f'id="{row}"' in people
        assert "Remind with a new link" in people.partition(f'id="{row}"')[2].partition("</li>")[0]

    def test_who_may_not_invite_there_has_none(self, app, session, clock, small):
        ref, _token = champion(session, small)
        session.execute(update(Member).where(Member.party == 2, Member.accepted_at.is_(None)).values(
            parts="contributor"))
        session.commit()
        board = entered(app, small.emails[small.manager]).get("/desk").text
        assert ref in board and "Remind with a new link" not in board


class TestWithAnAccount:
    def test_leads_through_sign_in_and_back(self, app, session, small, renee):
        client = browser(app)
        client.get(f"/i/{invited(session, small, renee)}")
        page = client.get("/invitation").text
        assert "Sign in and accept" in page and 'name="password"' not in page
        answer = client.post("/sign-in", data={"email": renee.email, "password": PASSWORD})
        assert answer.location.startswith("/i/")
        client.get(answer.location)
        page = client.get("/invitation").text
        assert "Accept and start" in page and 'name="password"' not in page
        assert client.post("/invitation", data={"name": "Renee Kim"}).location == f"/p/{small.ref}"

    def test_without_signing_in_nothing_is_accepted(self, app, session, small, renee):
        client = browser(app)
        client.get(f"/i/{invited(session, small, renee)}")
        answer = client.post("/invitation", data=ACCEPT)
        assert (answer.status_code, answer.location) == (303, "/invitation")
        assert not present(session, small, renee.id)

    def test_somebody_else_who_is_signed_in_cannot_accept(self, app, session, small, renee):
        token, other = invited(session, small, renee), someone(session, "Jan Vos")
        session.commit()
        client = browser(app)
        client.post("/sign-in", data={"email": other.email, "password": PASSWORD})
        client.get(f"/i/{token}")
        page = client.get("/invitation").text
        assert "You are signed in as Jan Vos" in page and "Accept and start" not in page
        client.post("/invitation", data={"name": "Jan Vos"})
        assert not present(session, small, other.id) and not present(session, small, renee.id)


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

    def test_who_is_signed_in_is_not_asked_to_sign_in(self, app, session, small, renee):
        session.commit()
        client = entered(app, renee.email)
        client.get("/i/wrong")
        dead, again = client.get("/invitation"), client.get("/invitation/again")
        assert dead.status_code == 410 and re.search(r'"btn btn-primary" href="/invitation/again">', dead.text)
        for page in (dead.text, again.text):
            assert "Sign in" not in page and "sign in" not in page
        assert re.search(r'"btn" href="/your-turn">Your turn<', dead.text)
        assert "Have you accepted already? Then it is among your projects." in again.text



class TestAskedForAgain:
    def test_whoever_invited_hears_of_it_once_a_day(self, client, session, small, token):
        for _ in range(2):
            asks_again(client, f"tom-{small.ref}@crates.example")
        assert wanted(session, small) == [small.maker]

    def test_everybody_reads_the_same_answer(self, client, session, small, token):
        pages = {asks_again(client, email).replace(email, "") for email in (
            f"tom-{small.ref}@crates.example", small.emails[small.shop], "nobody@crates.example")}
        assert len(pages) == 1 and "If this address is invited to a project" in pages.pop()
        assert wanted(session, small) == [small.maker]

    def test_too_often_is_refused_whether_or_not_it_is_known(self, client):
        for _ in range(10):
            asks_again(client, "somebody@crates.example")
        assert client.post("/invitation/again", data={"email": "somebody@crates.example"}).status_code == 429

    def test_without_an_address_nobody_is_asked(self, client):
        answer = client.post("/invitation/again", data={"email": " "})
        assert answer.status_code == 422 and "This is needed." in answer.text


def asks_again(client, email):
    answer = client.post("/invitation/again", data={"email": email})
    assert answer.status_code == 200
    return re.sub(r'value="[^"]*"', "", answer.text)


def wanted(session, small):
    session.rollback()
    return session.scalars(select(Outbox.recipient).join(Project, Project.id == Outbox.project_id).where(
        Outbox.kind == "invitation_wanted", Project.ref == small.ref)).all()


class TestOnYourTurn:
    """Who has an account needs no link."""

    def test_a_further_project_is_accepted_there(self, app, session, small, renee):
        invited(session, small, renee)
        client = entered(app, renee.email)
        page = client.get("/your-turn").text
        assert "Ingrid Solvik invites you to 'Crates come back'" in page and "One thing is your turn." in page
        assert "You would contribute for Tornby Furniture." in page and "Accept and start" in page
        given = {"project": small.ref, "name": "Renee Kim"}
        first, second = (client.post("/invitation", data=given) for _click in range(2))
        assert first.status_code == second.status_code == 303
        assert first.location == second.location == f"/p/{small.ref}"
        assert present(session, small, renee.id)
        assert "invites you to" not in client.get("/your-turn").text

    def test_it_can_be_read_and_declined(self, app, session, small, renee):
        invited(session, small, renee)
        client = entered(app, renee.email)
        page = client.get(f"/invitation?project={small.ref}").text
        assert "You know the ramp." in page and f"/invitation/no?project={small.ref}" in page
        assert client.post(f"/invitation/no?project={small.ref}", data={"words": ""}).status_code == 303
        assert "invites you to" not in client.get("/your-turn").text
        assert client.get(f"/invitation?project={small.ref}").status_code == 410

    def test_why_it_was_declined_stands_in_the_record_for_who_invites_there(self, app, session, small, renee):
        invited(session, small, renee)
        client, why = entered(app, renee.email), "I leave the firm in May."
        assert "Only who invites people for Tornby Furniture reads it." in client.get(
            f"/invitation/no?project={small.ref}").text
        client.post(f"/invitation/no?project={small.ref}", data={"words": why})
        for person, reads in ((small.maker, True), (small.manager, True), (small.shop, False)):
            room = entered(app, small.emails[person])
            for page in ("record", "record.json"):
                assert (why in room.get(f"/p/{small.ref}/{page}").text) is reads, (person, page)

    def test_it_is_nobody_elses(self, app, session, small, renee):
        invited(session, small, renee)
        other = someone(session)
        session.commit()
        for client in (browser(app), entered(app, other.email)):
            assert client.get(f"/invitation?project={small.ref}").status_code == 410
            assert client.post("/invitation", data={"project": small.ref, "name": "X"}).status_code == 410
        assert not present(session, small, renee.id)


def version(session, small):
    session.rollback()
    found = projects.facts(session, small).project.version
    session.rollback()
    return found


def present(session, small, person):
    session.rollback()
    return session.scalar(select(Member.accepted_at).join(Person, Person.id == Member.person).where(
        Member.person == person)) is not None


def champion(session, small, *more):
    """A project like the small one whose shop has not answered; its reference and the token of its champion."""
    ref = openings.open_project(session, small.host_id, openings.NewProject(
        "returned_crates", "More crates", "Fewer new crates.", date(2027, 6, 1), None, (
            openings.Seating("maker", "Tornby Furniture"),
            openings.Seating("shop", "Aurelis Hotels", name="Tom", email=f"tom-{small.ref}@aurelis.example"),
            *more)),
        actor=small.manager, key=projects.key(), now=NOON)
    token = mailed(session)
    session.commit()
    return ref, token


def invited(session, small, person):
    token = invite(session, small, person.email)
    session.commit()
    return token


@pytest.fixture
def small(app, clock, session):
    return projects.open_small(session)


@pytest.fixture
def renee(session, small):
    return someone(session)


@pytest.fixture
def token(session, small):
    found = invite(session, small, "tom")
    session.commit()
    return found


@pytest.fixture
def client(app):
    return browser(app)


@pytest.fixture
def arrived(client, token):
    client.get(f"/i/{token}")
