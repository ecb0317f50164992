"""What every answer says besides its page."""

import re

import pytest
from sqlalchemy import select

from cocreate.db import db
from cocreate.models.people import Throttle
from tests.support.apps import PRODUCTION
from tests.support.people import browser
from tests.support.signing_in import sign_in


class TestHeaders:
    def test_every_answer_has_them(self, app, client, anna):
        sign_in(client, anna)
        asset = re.search(r'href="(/static/[^"]+\.css)"', client.get("/account").text)[1]
        paths = ["/sign-in", "/sign-in/mail", "/forgot", "/account", "/account/app-code", "/l/x", "/r/x", "/reset",
                 "/no/such/page", asset, "/sign-out"]
        for answer in [*map(client.get, paths), client.post("/account"), client.get("/", base_url="http://evil.example")]:
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy
            for part in ("frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'", "default-src 'none'"):
                assert part in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
            assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert "Strict-Transport-Security" not in answer.headers

    def test_pages_are_kept_by_nobody_and_files_by_everybody(self, client):
        page = client.get("/sign-in")
        assert page.headers["Cache-Control"] == "no-store" and "Cookie" in page.headers["Vary"]
        asset = client.get(re.search(r'href="(/static/[^"]+\.css)"', page.text)[1])
        assert "immutable" in asset.headers["Cache-Control"] and "Cookie" not in asset.headers.get("Vary", "")

    def test_pages_of_links_send_no_referrer(self, client):
        for path in ("/l/x", "/r/x"):
            assert client.get(path).headers["Referrer-Policy"] == "no-referrer"

    def test_over_https_the_browser_stays_there(self, new_app, database):
        client = browser(new_app(database, **PRODUCTION))
        answer = client.get("/sign-in", base_url="https://cocreate.example")
        assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]

    def test_behind_a_proxy_only_its_own_word_counts(self, new_app, database):
        app = new_app(database, proxies="1")
        spoofed = {"X-Forwarded-For": "198.51.100.7, 192.0.2.33", "X-Forwarded-Host": "evil.example"}
        browser(app).post("/sign-in", data={"email": "a@wmata.example", "password": "x"}, headers=spoofed)
        with app.app_context():
            buckets = set(db.session.scalars(select(Throttle.bucket)))
        assert "password:network:192.0.2.33" in buckets and "password:network:198.51.100.7" not in buckets


@pytest.fixture
def client(app):
    return browser(app)
