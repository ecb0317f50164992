"""Signing in and out as a browser sees it: sessions, ways back, mailed links, new passwords, second steps."""

import re
from urllib.parse import urlsplit

import pyotp
import pytest
from sqlalchemy import func, select, update

from cocreate import clock
from cocreate.db import db, transaction
from cocreate.models.people import SignIn, Throttle
from cocreate.services import accounts, second_steps, throttling
from tests.support.apps import PRODUCTION
from tests.support.people import OTHER, PASSWORD, browser
from tests.support.signing_in import CLOSED, enrol, is_sent_to_sign_in, mailed, masked, sign_in, token

NEXT = [
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "/%09/evil.example",
    "https:evil.example", "https://evil.example", "http:///evil.example", " //evil.example", "\t//evil.example",
    "\x01//evil.example", "javascript:alert(1)", "//localhost@evil.example", "https://localhost:x@evil.example",
    "/%2f/evil.example", "//evil.example/%2e%2e", "data:text/html,x", "%0d%0aLocation://evil.example", "/account",
]


class TestSignIn:
    def test_lets_the_right_person_in(self, client, anna):
        answer = sign_in(client, anna)
        assert answer.status_code == 303
        assert client.get(CLOSED).status_code == 200

    def test_a_wrong_password_keeps_the_address_and_says_no_more_than_for_a_stranger(self, app, anna):
        known = browser(app).post("/sign-in", data={"email": anna.email, "password": "wrong"})
        unknown = browser(app).post("/sign-in", data={"email": "nobody@wmata.example", "password": "wrong"})
        assert known.status_code == unknown.status_code == 422
        assert "E-mail or password is not right." in known.text
        assert "wrong" not in known.text
        assert masked(known, anna.email) == masked(unknown, "nobody@wmata.example")

    def test_an_empty_form_says_what_is_needed(self, client):
        answer = client.post("/sign-in", data={"email": "x@wmata.example"})
        assert answer.status_code == 422
        assert "Type your password." in answer.text and "x@wmata.example" in answer.text

    def test_password_managers_can_fill_it_in(self, client):
        page = client.get("/sign-in").text
        assert 'autocomplete="username"' in page and 'autocomplete="current-password"' in page

    def test_too_many_tries_are_told_what_still_works(self, client, app, anna):
        for _ in range(10):
            browser(app).post("/sign-in", data={"email": anna.email, "password": "wrong"})
        answer = sign_in(browser(app), anna)
        assert answer.status_code == 429
        assert "Wait 15 minutes or use a sign-in link." in answer.text

    def test_tries_from_elsewhere_do_not_lock_out_a_browser_that_was_here_before(self, client, app, anna):
        sign_in(client, anna)
        client.post("/sign-out")
        for _ in range(10):
            browser(app).post("/sign-in", data={"email": anna.email, "password": "wrong"})
        assert sign_in(browser(app), anna).status_code == 429
        assert sign_in(client, anna).status_code == 303

    def test_a_forged_forwarding_header_does_not_help(self, app):
        assert post_as(app, 0, forwarded="198.51.100.1").status_code != 429
        with app.app_context(), transaction() as session:  # many more from there, until one is left
            session.execute(update(Throttle).where(Throttle.bucket == throttling.of_network(
                "password", "203.0.113.77")).values(count=throttling.NETWORK_LIMIT - 1))
        assert post_as(app, 1, forwarded="198.51.100.2").status_code != 429
        assert post_as(app, 2, forwarded="198.51.100.3").status_code == 429

    def test_a_host_is_missing_on_a_new_installation(self, new_app, fresh_database):
        assert "This installation is new." in browser(new_app(fresh_database)).get("/sign-in").text


class TestSession:
    def test_a_sign_in_gets_a_new_token_and_drops_what_was_in_the_cookie(self, client, anna):
        with client.session_transaction() as cookie:
            cookie["planted"] = "x"
        sign_in(client, anna)
        first = token(client)
        sign_in(client, anna)
        assert token(client) != first
        with client.session_transaction() as cookie:
            assert "planted" not in cookie

    @pytest.mark.parametrize("end", ["sign_out", "password", "deactivation", "reset", "from_another_device"])
    def test_a_copied_cookie_is_worth_nothing_once_the_session_ended(self, app, client, anna, end):
        sign_in(client, anna)
        thief = browser(app)
        with client.session_transaction() as mine, thief.session_transaction() as copied:
            copied.update(mine)
        assert thief.get(CLOSED).status_code == 200
        ENDINGS[end](app, client, anna)
        assert is_sent_to_sign_in(thief.get(CLOSED))

    def test_half_an_hour_without_use_ends_it_and_says_so(self, client, anna, clock):
        sign_in(client, anna)
        clock.go(minutes=31)
        answer = client.get(CLOSED)
        assert is_sent_to_sign_in(answer)
        assert "You were signed out to keep the project safe." in client.get("/sign-in").text

    def test_use_keeps_it_for_twelve_hours_and_no_longer(self, client, anna, clock):
        sign_in(client, anna)
        for _ in range(35):
            clock.go(minutes=20)
            assert client.get(CLOSED).status_code == 200
        clock.go(minutes=20)
        assert is_sent_to_sign_in(client.get(CLOSED))

    def test_being_used_is_written_at_most_once_a_minute(self, client, anna, clock, query_counter):
        sign_in(client, anna)
        clock.go(seconds=59)
        with query_counter() as reading:
            client.get(CLOSED)
        clock.go(seconds=1)
        with query_counter() as writing:
            client.get(CLOSED)
        assert [sum(statement.startswith("UPDATE sign_in") for statement in counted.statements)
                for counted in (reading, writing)] == [0, 1]

    def test_the_pages_of_the_public_need_no_session_row(self, client, app):
        client.get("/sign-in")
        with app.app_context():
            assert db.session.scalar(select(func.count()).where(SignIn.device == "nobody")) == 0

    def test_its_cookie_cannot_be_read_by_scripts_nor_sent_from_elsewhere(self, client, anna):
        cookies = sign_in(client, anna).headers.getlist("Set-Cookie")
        assert len(cookies) == 2
        assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)

    def test_over_https_its_cookies_are_bound_to_this_host(self, new_app, database, anna):
        client = browser(new_app(database, **PRODUCTION))
        answer = client.post("/sign-in", base_url="https://cocreate.example",
                             data={"email": anna.email, "password": PASSWORD})
        cookies = answer.headers.getlist("Set-Cookie")
        assert len(cookies) == 2
        assert all(cookie.startswith("__Host-") and "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie
                   for cookie in cookies)


class TestBack:
    def test_leads_to_the_very_page_after_signing_in(self, client, anna):
        assert is_sent_to_sign_in(client.get("/account/password"))
        assert "You come back to exactly here." in client.get("/sign-in").text
        assert sign_in(client, anna).location == "/account/password"

    def test_is_not_said_of_the_first_visit_to_home(self, client):
        assert is_sent_to_sign_in(client.get("/"))
        assert "exactly here" not in client.get("/sign-in").text

    def test_does_so_once(self, client, anna):
        client.get("/account/password")
        sign_in(client, anna)
        assert sign_in(client, anna).location != "/account/password"

    @pytest.mark.parametrize("target", NEXT)
    def test_an_address_from_outside_is_never_followed(self, client, anna, target):
        client.get(CLOSED, query_string={"next": target, "_external": "1", "_scheme": "javascript"})
        page = client.get("/sign-in", query_string={"next": target})
        answer = client.post("/sign-in", query_string={"next": target}, data={
            "email": anna.email, "password": PASSWORD, "next": target, "back": target})
        for location in (page.location, answer.location, client.get("/prove", query_string={"next": target}).location):
            assert location is None or (urlsplit(location).netloc == "" and re.match(r"/(?![/\\])", location))

    @pytest.mark.parametrize("path", ["//evil.example/", "///evil.example", "/\\evil.example", "/%5cevil.example"])
    def test_nor_one_that_is_the_path(self, client, path):
        answer = client.get(f"http://localhost{path}")
        assert answer.status_code in (302, 308, 404)
        assert urlsplit(answer.location or "").netloc in ("", "localhost")


class TestTypedWhileSignedOut:
    def test_nothing_is_lost_and_nothing_is_done(self, client, anna, clock):
        sign_in(client, anna)
        clock.go(minutes=31)
        answer = client.post("/account", data={"name": "<Renee> \"K\"", "password": "typed secret", "key": "k" * 20})
        assert answer.status_code == 401
        assert "Your text is kept on this page." in answer.text
        assert 'name="name" value="&lt;Renee&gt; &#34;K&#34;"' in answer.text
        assert "typed secret" not in answer.text


class TestSecondStep:
    def test_password_and_code_let_in_with_a_new_token(self, app, client, anna, clock):
        secret = enrol(app, anna, clock.moment)
        clock.go(minutes=1)
        client.get("/account/password")
        assert sign_in(client, anna).location == "/sign-in/code"
        half = token(client)
        assert "Enter the 6-digit code from your app" in client.get("/sign-in/code").text
        assert client.post("/sign-in/code", data={"code": "000000"}).status_code == 422
        answer = client.post("/sign-in/code", data={"code": pyotp.TOTP(secret).at(clock.moment)})
        assert answer.location == "/account/password"
        assert token(client) != half

    def test_between_the_steps_nothing_is_open(self, app, client, anna, clock):
        enrol(app, anna, clock.moment)
        sign_in(client, anna)
        for path in ("/account", "/prove", "/account/recovery-codes"):
            assert client.get(path).location == "/sign-in/code"
        assert client.post("/account", data={"name": "X"}).status_code == 401

    def test_a_recovery_code_does_too(self, app, client, anna, clock):
        enrol(app, anna, clock.moment)
        codes = second_steps.draw_recovery_codes()
        with app.app_context(), transaction() as session:
            second_steps.keep_recovery_codes(session, anna.id, second_steps.recovery_hashes(codes), now=clock.moment)
        sign_in(client, anna)
        assert client.post("/sign-in/recovery-code", data={"code": codes[4]}).status_code == 303
        assert "You signed in with a recovery code. 9 are left." in client.get(CLOSED).text

    def test_says_what_to_do_with_neither_at_hand_and_when_the_next_code_comes(self, app, client, anna, clock):
        secret = enrol(app, anna, clock.moment)
        sign_in(client, anna)
        for page in ("/sign-in/code", "/sign-in/recovery-code"):
            said = client.get(page).text
            assert "ask one of its administrators to take the second step away" in said and 'action="/sign-out"' in said
        answer = client.post("/sign-in/code", data={"code": pyotp.TOTP(secret).at(clock.moment)})
        assert answer.status_code == 422 and "your app shows the next one within half a minute" in answer.text
        assert client.post("/sign-out").location == "/sign-in" and "_user_id" not in client.get("/sign-in").text

    def test_is_no_page_for_others(self, client, anna):
        assert is_sent_to_sign_in(client.get("/sign-in/code"))
        sign_in(client, anna)
        assert client.get("/sign-in/code").status_code == 303


# What people do


def post_as(app, number, forwarded):
    """A wrong password for some account, from one place."""
    return browser(app).post("/sign-in", data={"email": f"x{number}@wmata.example", "password": "x"},
                                  headers={"X-Forwarded-For": forwarded}, environ_base={"REMOTE_ADDR": "203.0.113.77"})


def _sign_out(_app, client, _person):
    client.post("/sign-out")


def _password(_app, client, _person):
    client.post("/account/password", data={"current": PASSWORD, "password": OTHER})


def _deactivation(app, _client, person):
    with app.app_context(), transaction() as session:
        accounts.deactivate(session, person.id, clock.now())


def _reset(app, _client, person):
    other = browser(app)
    other.get(f"/r/{mailed(app, person, 'reset')}")
    other.post("/reset", data={"password": OTHER})


def _from_another_device(app, _client, person):
    other = browser(app)
    sign_in(other, person)
    other.post("/account/devices/end-others")


ENDINGS = {
    "sign_out": _sign_out, "password": _password, "deactivation": _deactivation, "reset": _reset,
    "from_another_device": _from_another_device,
}
