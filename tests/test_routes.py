"""What holds at every address: its headers, its forms, its host, and that looking changes nothing.

No rule here depends on the database, so one of them does.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from cocreate.db import db
from cocreate.mail import compose
from cocreate.models.mails import AccountMail, Outbox
from cocreate.services import letters, outbox, people, sign_ins
from cocreate.views import policy
from tests.support.clock import NOON
from tests.support.people import browser, someone
from tests.support.projects import key
from tests.support.routes import MISSING, TYPED, Route, ask, routes
from tests.support.strangers import signed_in
from tests.support.worlds import World, Worlds, worlds

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

POISON = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "X-Host": "evil.example",
          "Forwarded": "host=evil.example;proto=gopher", "X-Original-URL": "http://evil.example/",
          "X-Forwarded-Server": "evil.example", "X-Forwarded-Port": "666"}
OVERRIDE = {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST", "X-HTTP-Method": "POST"}
# That somebody has looked is shown to others, and what the board said is kept; that is no change.
NOTED = {"seen", "document_read", "board_row"}
SECRET_IN_ADDRESS = ("auth.link_arrives", "auth.reset_arrives", "portal.invitation_arrives",
                     "portal.joining_arrives")


class TestLooking:
    def test_changes_nothing_and_is_never_somebody_elses_word(self, both):
        """Everybody who may, at every address that only shows, dressed up as an act and as another host."""
        doors = list(by_whom_it_may(both.app, both.ours))
        before, shown = everything(), 0
        for route, client in doors:
            if route.method == "GET":
                answer = client.get(route.path, query_string={"_method": "POST", "method": "DELETE"},
                                    headers=POISON | OVERRIDE)
                assert_headed(answer, route)
                assert b"evil.example" not in answer.data, str(route)
                assert urlsplit(answer.location or "").netloc in ("", "localhost"), str(route)
                assert answer.status_code != 500, str(route)
                shown += answer.status_code == 200
        assert shown > 60
        after = everything()
        assert {name for name in after if after[name] != before[name]} <= NOTED

    def test_is_all_that_other_methods_do(self, both):
        """The head of a page is that of the page, and no other method is understood."""
        methods = cycle(("OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"))
        doors = list(by_whom_it_may(both.app, both.ours))
        before = everything()
        for route, client in doors:
            if route.method == "GET":
                shown, head = client.get(route.path), client.head(route.path)
                assert (head.status_code, head.location, head.data) == (shown.status_code, shown.location, b"")
            assert client.open(route.path, method=next(methods)).status_code in (200, 302, 400, 401, 403, 404, 405)
        after = everything()
        assert {name for name in after if after[name] != before[name]} <= NOTED

    @pytest.mark.parametrize(("arrives", "acts"), [("/l/", "/sign-in/link"), ("/i/", "/invitation/no")])
    def test_only_at_its_head_uses_no_link_up(self, both, arrives, acts):
        """What opens the links of mails before people do."""
        with both.app.app_context():
            person = someone(db.session, "Mia")
            token = sign_ins.issue(db.session, person.id, "sign_in", until=NOON + timedelta(minutes=10), now=NOON)
            people.invite(db.session, both.ours.ref, party=2, email=person.email, name="Mia", parts=("contributor",),
                          greeting="", actor=both.ours.small.shop, key=key(), now=NOON)
            db.session.commit()
            if arrives == "/i/":
                token = invited(person.id)
        scanner = browser(both.app)
        scanner.head(f"{arrives}{token}")
        before = everything()
        assert scanner.head(acts).status_code == 200
        assert everything() == before
        assert scanner.post(acts).status_code == 303


class TestHeaders:
    def test_of_refusals_too(self, both):
        anyone, member = browser(both.app), signed_in(both.app, both.ours.small.shop)
        for route in routes(both.app, both.ours, ref=MISSING):
            for client in (anyone, member):
                if client is anyone or "ref" in route.of:
                    assert_headed(ask(client, route), route)

    def test_of_errors_and_files(self, both):
        client = signed_in(both.app, both.ours.small.shop)
        asset = re.search(r'href="(/static/[^"]+\.css)"', client.get("/account").text)[1]
        answers = {
            400: client.get("/", base_url="http://evil.example"), 404: client.get("/nothing/here"),
            405: client.get("/sign-out"), 413: client.post("/suggest", data={"words": "x" * (30 * 2**20)}),
            422: client.post("/account/password", data={}), 200: client.get(asset),
        }
        for status, answer in answers.items():
            assert answer.status_code == status
            assert_headed(answer, None)
        assert "Set-Cookie" not in answers[200].headers

    def test_of_a_failure_of_ours(self, new_app, database):
        app = new_app(database)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        app.add_url_rule("/broken", "broken", lambda: 1 / 0)
        policy.POLICY["broken"] = policy.PUBLIC
        try:
            answer = browser(app).get("/broken")
        finally:
            del policy.POLICY["broken"]
        assert answer.status_code == 500
        assert "ZeroDivisionError" not in answer.text and "Traceback" not in answer.text
        assert_headed(answer, None)


class TestForms:
    """CSRF: no act without the token of this very session, sent from here (P-27)."""

    @pytest.mark.parametrize("each", [3, pytest.param(11, marks=pytest.mark.long)])
    def test_without_their_token_do_nothing(self, both, guarded, each):
        tokens = {person: token_of(signed_in(guarded, person)) for person in (
            both.theirs.small.shop, both.ours.small.shop)}
        doors = list(by_whom_it_may(guarded, both.ours))
        before, turn = everything(), 0
        for route, client in doors:
            if route.method != "POST":
                continue
            others = tokens[both.theirs.small.shop]
            earlier = tokens[both.ours.small.shop]  # of another session, perhaps of the same person
            mine = token_of(client)
            requests = (
                {"data": TYPED}, {"data": TYPED | {"csrf_token": others}}, {"data": TYPED | {"csrf_token": earlier}},
                {"data": TYPED | {"csrf_token": mine[:-1]}}, {"json": TYPED | {"csrf_token": mine}},
                {"data": TYPED, "query_string": {"csrf_token": mine}},
                {"data": b"csrf_token=" + mine.encode(), "content_type": "text/plain"},
                {"data": TYPED, "headers": {"X-CSRFToken": others}},
                {"data": TYPED | {"csrf_token": mine}, "headers": {"Origin": "https://evil.example"}},
                {"data": TYPED | {"csrf_token": mine}, "headers": {"Origin": "null"}},
                {"data": TYPED | {"csrf_token": mine}, "headers": {"Origin": "http://localhost:8000"}},
            )
            for _ in range(each):
                turn += 1
                request = requests[turn % len(requests)]
                assert client.post(route.path, **request).status_code == 400, (str(route), request)
        assert turn > 80 * each
        assert everything() == before

    def test_with_it_reach_their_act(self, both, guarded):
        """The same requests, but right: none is refused for where it comes from."""
        for route, client in by_whom_it_may(guarded, both.ours, ref=MISSING):
            if route.method == "POST" and "ref" in route.of:
                data = TYPED | {"csrf_token": token_of(client)}
                answer = client.post(route.path, data=data, headers={"Origin": "http://localhost"})
                assert answer.status_code in (403, 404), str(route)

    @pytest.fixture
    def guarded(self, new_app, database):
        return new_app(database, csrf=True)


class TestHost:
    """Links are made of the configured address, whatever a request says of itself (P-29)."""

    def test_of_others_is_answered_by_nobody(self, both):
        doors = list(by_whom_it_may(both.app, both.ours))
        before = everything()
        for route, client in doors:
            for host in ("evil.example", "localhost.evil.example", "localhost@evil.example", "127.0.0.1"):
                answer = client.open(route.path, method=route.method, data=TYPED if route.method == "POST" else None,
                                     headers={"Host": host})
                assert (answer.status_code, "evil" in answer.text) == (400, False), (str(route), host)
        assert everything() == before

    def test_of_another_name_is_told_the_right_address(self, new_app, database):
        answer = new_app(database, base_url="", port="8123").test_client().get("/", headers={"Host": "localhost:8123"})
        assert answer.status_code == 400
        assert answer.text == "This installation has another address: http://127.0.0.1:8123\n"

    def test_in_no_mail(self, both):
        world, app = both.ours, both.app
        with app.app_context():
            who = someone(db.session, "Mia")
            db.session.commit()
        shop, administrator = (signed_in(app, one) for one in (world.small.shop, world.administrator))
        nobody = browser(app)
        for client, path, data in (
            (nobody, "/sign-in/mail", {"email": who.email}), (nobody, "/forgot", {"email": who.email}),
            (shop, f"/p/{world.ref}/people/invite/2", {"name": "Lea", "email": f"{key()}@crates.example",
                                                       "parts": "contributor"}),
            (shop, f"/p/{world.ref}/people/{world.guest}/resend", {}),
            (shop, f"/p/{world.ref}/people/{world.guest}/address", {"email": f"{key()}@crates.example"}),
            (shop, f"/p/{world.ref}/talk?topic=gate:our_contract", {"text": "See http://evil.example",
                                                                    "mentions": str(world.small.maker)}),
            (administrator, "/admin/people/invite", {"name": "Max", "email": f"{key()}@crates.example",
                                                     "roles": "account_manager"}),
            (shop, f"/p/{world.ref}/people/{world.hand}/parts", {"parts": ["contributor", "observer"]}),
        ):
            answer = client.post(path, data=data, headers=POISON, base_url="http://localhost")
            assert answer.status_code in (200, 303), (path, re.sub(r"<[^>]+>", " ", answer.text))
        links = [link for text in mailed(app) for link in re.findall(r"https?://[^\s\"'<>)]+", text)]
        assert len(links) > 40
        assert {urlsplit(link).netloc for link in links} == {"localhost"}


# helpers


def by_whom_it_may(app: Flask, world: World, **instead: object) -> Iterator[tuple[Route, FlaskClient]]:
    """Every address, with somebody whom its door lets in."""
    who = {policy.ACCOUNT_MANAGER: world.manager, policy.ADMINISTRATOR: world.administrator,
           policy.IN_PROJECT: world.small.shop, policy.SIGNED_IN: world.small.shop}
    made = {access: signed_in(app, person) for access, person in who.items()}
    made |= {policy.PUBLIC: browser(app), policy.HALF: browser(app)}
    for route in routes(app, world, **instead):
        yield route, made[policy.POLICY[route.endpoint]]


def assert_headed(answer: TestResponse, route: Route | None) -> None:
    """P-34."""
    said = answer.headers
    csp = said["Content-Security-Policy"]
    assert "unsafe" not in csp and "*" not in csp, str(route)
    for part in (("sandbox", "default-src 'none'") if "sandbox" in csp else (
            "default-src 'none'", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'")):
        assert part in csp, (str(route), csp)
    assert said["X-Content-Type-Options"] == "nosniff", str(route)
    assert said["X-Frame-Options"] == "DENY", str(route)
    assert said["Cross-Origin-Opener-Policy"] == "same-origin", str(route)
    secret = route is not None and route.endpoint in SECRET_IN_ADDRESS
    assert said["Referrer-Policy"] in (("no-referrer",) if secret else ("same-origin", "no-referrer")), str(route)
    if "immutable" not in said.get("Cache-Control", ""):
        assert said["Cache-Control"] == "no-store" and "Cookie" in said["Vary"], str(route)
    assert "Server" not in said or "Werkzeug" not in said["Server"]


def everything() -> dict[str, list[str]]:
    """Every row there is."""
    db.session.rollback()
    return {table.name: sorted(repr(row) for row in db.session.execute(select(table)))
            for table in db.metadata.sorted_tables}


def token_of(client: FlaskClient) -> str:
    """The token of a browser's forms."""
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in/mail").text)[1]


def invited(person: int) -> str:
    """The secret of the link that was mailed to somebody who is invited."""
    row = db.session.scalars(select(Outbox).where(Outbox.recipient == person, Outbox.kind == "invitation")).one()
    return outbox.read(row).values["secret"]


def mailed(app: Flask) -> list[str]:
    """Every mail that waits, as it would be sent."""
    found = []
    with app.app_context():
        rows = [outbox.read(row) for row in db.session.scalars(select(Outbox).where(Outbox.state == "waiting"))]
        rows += [outbox.read(row) for row in db.session.scalars(select(AccountMail))]
        for context in letters.contexts(db.session(), rows, NOON).values():
            if context is not None:
                message = compose(context, app.config["SETTINGS"])
                found += [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return found


@pytest.fixture
def both(app, clock) -> Iterator[Worlds]:
    with app.app_context():
        yield worlds(app)
