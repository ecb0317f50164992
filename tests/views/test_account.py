"""One's own account: how to be reached and how to sign in."""

import html
import re
from decimal import Decimal

import pyotp
import pytest
from sqlalchemy import select

from cocreate import words
from cocreate.db import db
from cocreate.forms.reading import read_number
from cocreate.models.hosts import Organisation
from cocreate.models.projects import Member, Project
from cocreate.services import accounts
from cocreate.services.facts import look
from tests.support import projects
from tests.support.clock import NOON
from tests.support.people import OTHER, PASSWORD, Someone, browser, mails_to, someone

PROFILE = {"name": "Renée Kim", "addressed": "Dr Kim", "language": "en", "zone": "America/New_York", "numbers": "DE",
           "theme": "dark", "digest": "weekly"}


class TestProfile:
    def test_is_saved_and_shown(self, app, hers, anna):
        assert hers.post("/account", data=PROFILE).status_code == 303
        page = hers.get("/account").text
        assert "Saved." in page and 'value="Renée Kim"' in page
        with app.app_context():
            account = accounts.look(db.session, anna.id)
        assert (account.zone, account.theme, account.digest) == ("America/New_York", "dark", "weekly")

    def test_says_how_one_is_addressed_and_how_numbers_are_written(self, hers):
        hers.post("/account", data=PROFILE)
        page = hers.get("/your-turn").text
        assert "Dr Kim." in page and "Renée Kim" in page and '<html lang="en-DE"' in page
        assert words.number(Decimal("1234567.5"), words.Reader("en-DE")) == "1.234.567,5"
        assert read_number("1.234,5", "en-DE") == Decimal("1234.5")

    @pytest.mark.parametrize(("wrong", "sentence"), [
        ({"numbers": "XX"}, "Choose from what is offered."),
        ({"name": ""}, "Type your name."),
        ({"name": "x" * 121}, "Too long: 121 of 120 characters."),
        ({"name": "Renee\u202eKim"}, "There is a hidden character in this text."),
        ({"name": "Renee\nBcc: x"}, "There is a hidden character in this text."),
        *(({"name": empty}, "There is a hidden character in this text.")  # drawn as nothing, or over other lines
          for empty in ("\u3164", "\u2800\u2800", "\u200d", "Kim" + "\u0300" * 9)),
        ({"zone": "Mars/Olympus"}, "Choose from what is offered."),
        ({"digest": "hourly"}, "Choose from what is offered."),
    ])
    def test_what_cannot_be_used_comes_back_with_everything_typed(self, hers, wrong, sentence):
        answer = hers.post("/account", data={**PROFILE, "name": "Kept", **wrong})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert "name" in wrong or 'value="Kept"' in answer.text

    def test_only_a_page_that_answers_what_was_sent_gives_up_its_place_in_the_history(self, hers):
        assert "/again." in hers.post("/account", data={**PROFILE, "name": ""}).text
        assert "/again." not in hers.get("/account").text
        nowhere = hers.post("/account/organisations/none")  # an address that shows no page by itself
        assert nowhere.status_code in (404, 405) and "<html" in nowhere.text and "/again." not in nowhere.text

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

    def test_the_zones_of_ones_country_stand_first(self, hers):
        listed = re.search(r'<select[^>]* name="zone".*?</select>', hers.get("/account").text, re.S)[0]
        likely, rest = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', listed, re.S)
        assert (likely[0], rest[0]) == ("Likely", "All others")
        assert 'selected value="' in likely[1] and likely[1].count("<option") < 40 < rest[1].count("<option")


class TestOrganisations:
    def test_are_listed_with_projects_and_parts(self, claire):
        page = text(claire.get("/account"))
        assert "Aurelis Hotels Crates come back : champion, signatory, contributor" in page

    def test_of_a_host_are_listed_with_roles(self, app, small):
        page = text(signed_in(app, Someone(small.manager, small.emails[small.manager])).get("/account"))
        assert re.search(r"Crate Host \d+ account manager", page)

    def test_the_last_champion_names_another_first(self, claire, organisation):
        page = text(claire.get(f"/account/organisations/{organisation}/leave"))
        assert "Crates come back: Name another champion first." in page and 'class="btn btn-danger"' not in page
        assert "needs somebody: choose" not in page  # nothing can be chosen yet
        assert claire.post(f"/account/organisations/{organisation}/leave", data={"to": "1"}).status_code == 422

    def test_can_be_left_with_what_is_open_for_a_colleague(self, app, session, claire, small, tom, organisation):
        page = text(claire.get(f"/account/organisations/{organisation}/leave"))
        assert "1 open task needs somebody: choose." in page
        assert claire.post(f"/account/organisations/{organisation}/leave", data={"to": tom.id}).status_code == 303
        assert claire.get(f"/p/{small.ref}").status_code == 404
        assert "You act for no organisation in a project yet." in text(claire.get("/account"))
        session.rollback()
        facts = look(session, small.ref, person=tom.id, now=NOON).facts
        assert [task.asked for task in facts.tasks if task.key == "returns"] == [tom.id]

    def test_a_contributor_may_leave_too(self, app, session, small, tom, organisation):
        assert signed_in(app, tom).post(f"/account/organisations/{organisation}/leave").status_code == 303

    def test_nobody_elses_organisation_exists(self, hers, organisation):
        assert hers.get(f"/account/organisations/{organisation}/leave").status_code == 404

    def test_away_is_said_once_for_all_projects(self, session, claire, small, tom):
        answer = claire.post("/account/away", data={"starts": "2027-03-02", "until": "2027-03-05", "to": tom.id})
        assert answer.status_code == 303
        page = text(claire.get("/account"))
        assert "Tom Reed stands in for you until Fri 5 Mar: Crates come back." in page
        assert "Tom Reed stands in, Tue 2 Mar to Fri 5 Mar" in page
        session.rollback()
        assert len(look(session, small.ref, person=None, now=NOON).facts.absences) == 1
        assert claire.post("/account/back").status_code == 303
        assert "Nobody stands in for you now." in text(claire.get("/account"))

    def test_who_acts_for_several_organisations_reads_whose_colleague_each_is(self, session, claire, small, tom):
        assert "Tom Reed (" not in text(claire.get("/account/away"))
        other = projects.open_small(session)
        session.add(Member(project_id=projects.facts(session, other).project.id, person=small.shop, party=1,
                           host_id=other.host_id, accepted_at=NOON, name="Claire Duval", parts="observer"))
        session.commit()
        page = text(claire.get("/account/away"))
        assert "Tom Reed (Aurelis Hotels)" in page and "Ingrid Solvik (Tornby Furniture)" in page

    @pytest.mark.parametrize(("dates", "said"), [
        ({"starts": "2027-03-05", "until": "2027-03-02"}, ""), ({"starts": "2027-03-05"}, "Until which day?"),
        ({"starts": "2020-01-01", "until": "2027-03-02"}, "")])
    def test_dates_that_cannot_be_are_said_at_their_field(self, claire, tom, dates, said):
        answer = claire.post("/account/away", data={"to": tom.id} | dates)
        assert answer.status_code == 422 and "field-error" in answer.text and said in answer.text


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

    def test_on_the_telephone_that_has_the_app_a_link_does_what_the_picture_does(self, hers):
        page = hers.get("/account/app-code").text
        assert re.search(rf'href="otpauth://totp/[^"]*secret={shown_secret(page)}', page)

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
        assert "Safari · iPhone" in page and "Sign out on all other devices" not in page  # it is the only other one
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


def text(answer):
    assert answer.status_code == 200
    return " ".join(html.unescape(re.sub(r"<(?!a class)[^>]+>", " ", answer.text)).split())


@pytest.fixture
def claire(app, small):
    """The champion of the small project's shop."""
    return signed_in(app, Someone(small.shop, small.emails[small.shop]))


@pytest.fixture
def tom(session, small):
    """A colleague of hers who may lead too."""
    found = someone(session, "Tom Reed")
    party = look(session, small.ref, person=small.shop, now=NOON).facts.actor.party
    project = session.scalars(select(Project).where(Project.ref == small.ref)).one()
    session.add(Member(project_id=project.id, person=found.id, host_id=small.host_id, party=party, name="Tom Reed",
                       parts="champion contributor", accepted_at=NOON))
    session.commit()
    return found


@pytest.fixture
def organisation(session, small):
    return session.scalars(select(Organisation.ref).where(
        Organisation.host_id == small.host_id, Organisation.name == "Aurelis Hotels")).one()


@pytest.fixture
def hers(app, anna, clock):
    """Her browser, signed in."""
    return signed_in(app, anna)
