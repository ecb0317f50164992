"""One's own account: how to be reached and how to sign in."""

import re

import pyotp
import pytest

from cocreate.db import db
from cocreate.services import accounts
from tests.support.people import OTHER, PASSWORD, browser, mails_to, someone

PROFILE = {"name": "Renée Kim", "language": "en", "zone": "America/New_York", "theme": "dark", "digest": "weekly"}


class TestProfile:
    def test_is_saved_and_shown(self, app, hers, anna):
        assert hers.post("/account", data=PROFILE).status_code == 303
        page = hers.get("/account").text
        assert "Saved." in page and 'value="Renée Kim"' in page
        with app.app_context():
            account = accounts.look(db.session, anna.id)
        assert (account.zone, account.theme, account.digest) == ("America/New_York", "dark", "weekly")

    @pytest.mark.parametrize(("wrong", "sentence"), [
        ({"name": ""}, "This is needed."),
        ({"name": "x" * 121}, "Too long: 121 of 120 characters."),
        ({"name": "Renee\u202eKim"}, "There is a hidden character in this text."),
        ({"name": "Renee\nBcc: x"}, "There is a hidden character in this text."),
        ({"zone": "Mars/Olympus"}, "Not a valid choice."),
        ({"digest": "hourly"}, "Not a valid choice."),
    ])
    def test_what_cannot_be_used_comes_back_with_everything_typed(self, hers, wrong, sentence):
        answer = hers.post("/account", data={**PROFILE, "name": "Kept", **wrong})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert "name" in wrong or 'value="Kept"' in answer.text

    def test_changes_nothing_that_the_form_does_not_ask_for(self, app, hers, anna):
        hers.post("/account", data={**PROFILE, "email": "mallory@evil.example", "password_hash": "x", "id": "1",
                                    "deactivated_at": "2027-01-01", "totp_secret": "x"})
        with app.app_context():
            account = accounts.look(db.session, anna.id)
        assert (account.email, account.totp) == (anna.email, False)

    def test_every_zone_is_a_place(self, hers):
        zones = re.findall(r'<option (?:selected )?value="([^"]+/[^"]+|UTC)"', hers.get("/account").text)
        assert {"Europe/Berlin", "America/New_York", "Pacific/Apia", "UTC"} <= set(zones)
        assert not [zone for zone in zones if zone.startswith("Etc/")]


class TestPassword:
    def test_needs_the_one_until_now(self, hers):
        answer = hers.post("/account/password", data={"current": "wrong", "password": OTHER})
        assert answer.status_code == 422 and "This password is not right." in answer.text

    def test_signs_all_other_devices_out_and_tells_the_owner(self, app, hers, anna):
        other = signed_in(app, anna)
        assert hers.post("/account/password", data={"current": PASSWORD, "password": OTHER}).status_code == 303
        assert hers.get("/account").status_code == 200
        assert other.get("/account").location == "/sign-in"
        with app.app_context():
            assert [kind for kind, _ in mails_to(db.session, anna.id)] == ["password_changed"]

    def test_a_weak_one_is_told_why(self, hers):
        answer = hers.post("/account/password", data={"current": PASSWORD, "password": "Renee Kim Renee Kim"})
        assert answer.status_code == 422 and "which everybody knows of you" in answer.text


class TestAppCode:
    def test_is_set_up_with_a_right_code_and_gives_ten_recovery_codes_once(self, app, hers, anna, clock):
        page = hers.get("/account/app-code").text
        assert "<svg" in page and "style=" not in page
        answer = hers.post("/account/app-code", data={"code": pyotp.TOTP(shown_secret(page)).at(clock.moment)})
        codes = re.findall(r"<code>([\w-]+)</code>", answer.text)
        assert len(codes) == 10
        assert "10 recovery codes are left." in hers.get("/account").text
        assert codes[0] not in hers.get("/account/recovery-codes").text

    def test_a_wrong_code_sets_nothing_up_and_the_picture_stays(self, hers):
        secret = shown_secret(hers.get("/account/app-code").text)
        answer = hers.post("/account/app-code", data={"code": "000000"})
        assert answer.status_code == 422 and shown_secret(answer.text) == secret

    def test_can_be_typed_from_a_telephone(self, hers):
        page = hers.get("/account/app-code").text
        assert 'autocomplete="one-time-code"' in page and 'inputmode="numeric"' in page

    def test_is_switched_off_with_the_password(self, hers, clock):
        secret = shown_secret(hers.get("/account/app-code").text)
        hers.post("/account/app-code", data={"code": pyotp.TOTP(secret).at(clock.moment)})
        assert hers.post("/account/app-code/off", data={"password": "wrong"}).status_code == 422
        assert hers.post("/account/app-code/off", data={"password": PASSWORD}).status_code == 303
        assert "Set up an app code" in hers.get("/account").text

    def test_new_recovery_codes_end_the_old_ones(self, hers, clock):
        secret = shown_secret(hers.get("/account/app-code").text)
        old = re.findall(r"<code>([\w-]+)</code>",
                         hers.post("/account/app-code", data={"code": pyotp.TOTP(secret).at(clock.moment)}).text)
        new = re.findall(r"<code>([\w-]+)</code>", hers.post("/account/recovery-codes").text)
        assert len(new) == 10 and not set(old) & set(new)

    def test_asks_for_the_password_when_that_was_long_ago(self, hers, clock):
        for _ in range(2):
            clock.go(minutes=20)
            hers.get("/account")
        assert hers.get("/account/app-code").location == "/prove"


class TestDevices:
    def test_one_is_signed_out_there(self, app, hers, anna):
        other = signed_in(app, anna, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1")
        page = hers.get("/account").text
        assert "Safari · iPhone" in page
        sign_in = re.search(r'name="sign_in" value="(\w+)"', page)[1]
        assert hers.post("/account/devices/end", data={"sign_in": sign_in}).status_code == 303
        assert other.get("/account").location == "/sign-in"
        assert hers.get("/account").status_code == 200

    def test_nobody_signs_somebody_else_out(self, app, hers, session):
        tom = someone(session)
        session.commit()
        his = signed_in(app, tom)
        signed_in(app, tom)
        sign_in = re.search(r'name="sign_in" value="(\w+)"', his.get("/account").text)[1]
        for data in ({"sign_in": sign_in}, {"sign_in": ""}, {}):
            assert hers.post("/account/devices/end", data=data).status_code == 303
        assert sign_in in his.get("/account").text


def signed_in(app, person, agent=None):
    client = browser(app)
    client.post("/sign-in", data={"email": person.email, "password": PASSWORD},
                headers={"User-Agent": agent} if agent else {})
    return client


def shown_secret(page):
    return re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")


@pytest.fixture
def anna(session):
    found = someone(session)
    session.commit()
    return found


@pytest.fixture
def hers(app, anna, clock):
    """Her browser, signed in."""
    return signed_in(app, anna)
