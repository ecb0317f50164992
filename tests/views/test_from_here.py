"""Nothing is done that was not sent from one of our own pages."""

import re

import pytest
from sqlalchemy import func, select

from cocreate.db import db
from cocreate.models.people import SignIn
from cocreate.services import accounts
from tests.support.apps import make_app
from tests.support.people import OTHER, PASSWORD, browser
from tests.support.signing_in import CLOSED, csrf_token, signed_in


class TestFormsFromElsewhere:
    """CSRF, with the check on."""

    @pytest.fixture
    def guarded(self, apps, database, tmp_path_factory):
        kept = f"{database} with the check"
        if kept not in apps:
            apps[kept] = make_app(database, tmp_path_factory.mktemp("guarded"), csrf=True)
        return apps[kept]

    def test_an_open_form_works(self, guarded, anna):
        client = browser(guarded)
        answer = client.post("/sign-in", data={"email": anna.email, "password": PASSWORD,
                                               "csrf_token": csrf_token(client, "/sign-in")})
        assert answer.status_code == 303

    @pytest.mark.parametrize(("method", "path"), [
        ("POST", "/sign-in"), ("POST", "/sign-out"), ("POST", "/sign-in/mail"), ("POST", "/sign-in/link"),
        ("POST", "/forgot"), ("POST", "/reset"), ("POST", "/prove"), ("POST", "/account"),
        ("POST", "/account/password"), ("POST", "/account/devices/end-others"), ("POST", "/account/recovery-codes"),
    ])
    def test_without_its_token_nothing_happens(self, guarded, anna, method, path):
        client, foreign = signed_in(guarded, anna), browser(guarded)
        others = csrf_token(foreign, "/sign-in")
        data = {"email": anna.email, "name": "Mallory", "current": PASSWORD, "password": OTHER}
        tries = [
            {"data": data}, {"data": {**data, "csrf_token": others}}, {"data": {**data, "csrf_token": "x"}},
            {"json": data}, {"data": data, "query_string": {"csrf_token": csrf_token(client, "/account/password")}},
            {"data": data, "headers": {"X-CSRFToken": others}},
        ]
        assert [client.open(path, method=method, **one).status_code for one in tries] == [400] * len(tries)
        self.nothing_changed(client, anna, guarded)

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
    def test_with_the_token_but_from_another_site_nothing_happens(self, guarded, anna, origin):
        client = signed_in(guarded, anna)
        data = {"csrf_token": csrf_token(client, "/account/password"), "name": "Mallory", "key": "x"}
        for path in ("/account", "/sign-out", "/account/devices/end-others"):
            answer = client.post(path, data=data, headers={"Origin": origin})
            assert answer.status_code == 400
            assert "Mallory" not in answer.text
        self.nothing_changed(client, anna, guarded)

    def test_an_address_cannot_change_the_method(self, guarded, anna):
        client = signed_in(guarded, anna)
        for query in ({"_method": "POST"}, {"method": "POST"}):
            assert client.get("/sign-out", query_string=query).status_code == 405
            assert client.get("/sign-out", headers={"X-HTTP-Method-Override": "POST"}).status_code == 405
        self.nothing_changed(client, anna, guarded)

    def test_a_page_that_was_open_for_long_is_sent_again_with_everything_typed(self, guarded, anna):
        client = browser(guarded)
        old = csrf_token(client, "/sign-in")
        signed_in(guarded, anna, client)
        answer = client.post("/account", data={"csrf_token": old, "name": "Renée", "digest": "weekly",
                                               "password": "pw"})
        assert answer.status_code == 400
        assert "This page was open for long." in answer.text and "Send it again" in answer.text
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text.split("<main")[1]))
        assert (fields["name"], fields["digest"]) == ("Renée", "weekly")
        assert "password" not in fields and 'action="/account"' in answer.text
        again = client.post("/account", data={**fields, "language": "en", "zone": "UTC", "theme": ""})
        assert again.status_code == 303

    def nothing_changed(self, client, anna, app):
        assert client.get(CLOSED).status_code == 200
        with app.app_context():
            account = accounts.look(db.session, anna.id)
            assert account.name == "Renee Kim"
            assert db.session.scalar(select(func.count()).where(
                SignIn.person_id == anna.id, SignIn.ended_at.is_(None))) == 1
