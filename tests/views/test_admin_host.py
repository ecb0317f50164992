"""What an administrator says of the host, and where it shows."""

import html
from datetime import date
from io import BytesIO

import pytest
import segno
from sqlalchemy import select, update

from cocreate.mail import compose
from cocreate.models.hosts import Host
from cocreate.models.mails import Outbox
from cocreate.models.projects import Member
from cocreate.services import hosts, letters, openings, outbox
from cocreate.services.facts import look
from tests.support import projects
from tests.support.clock import NOON
from tests.support.people import entered

SAID = {"name": "Crate House", "country": "NL", "zone": "Europe/Amsterdam", "days": ["1", "2", "3", "4", "5"],
        "second_step": "choice"}
_DRAWN = BytesIO()
segno.make("cocreate").save(_DRAWN, kind="png")
PNG = _DRAWN.getvalue()


class TestHost:
    def test_is_saved(self, client, session, small):
        answer = client.post("/admin/host", data={
            "name": "Crates of Delft", "country": "DE", "zone": "Europe/Berlin", "days": ["1", "2", "4"],
            "legal_note": "Register 7", "second_step": "choice"})
        assert answer.status_code == 303
        session.rollback()
        host = session.get_one(Host, small.host_id)
        assert (host.name, host.country, host.zone, host.working_days, host.legal_note) == (
            "Crates of Delft", "DE", "Europe/Berlin", "124", "Register 7")
        page = client.get("/admin/host")
        assert "Crates of Delft" in page.text and "Register 7" in page.text

    def test_whether_the_signed_file_is_attached_is_saved(self, client, session, small):
        settled(client, attach_signed="y")
        session.rollback()
        assert session.get_one(Host, small.host_id).attach_signed
        settled(client)
        session.rollback()
        assert not session.get_one(Host, small.host_id).attach_signed

    def test_says_what_is_wrong(self, client):
        answer = client.post("/admin/host", data={"name": "", "country": "DE", "zone": "Mars/Base", "days": [],
                                                  "days_off": "2026-12-24\nChristmas\n32.1.\n2027-02-30",
                                                  "sender_address": "us"})
        page = html.unescape(answer.text)
        assert answer.status_code == 422 and "Fill in 'Name'." in page and \
            "'Christmas', '32.1.', '2027-02-30' are no days." in page
        assert "This is not one complete address" in page

    def test_says_of_a_logo_that_it_is_to_be_chosen_again_where_something_else_was_wrong(self, client):
        answer = client.post("/admin/host", data=SAID | {"name": "", "logo": (BytesIO(PNG), "logo.png")})
        assert "Choose 'logo.png' again: it is kept once everything else is right." in html.unescape(answer.text)

    def test_further_days_off_count_for_what_is_due(self, client, session, small):
        until = openings.days_left(session, small.host_id, date(2027, 3, 31), now=NOON)
        settled(client, days_off="2027-03-08 to 2027-03-12\n2027-03-16")
        session.rollback()
        assert openings.days_left(session, small.host_id, date(2027, 3, 31), now=NOON) == until - 6
        assert look(session, small.ref, person=None, now=NOON).facts.calendars[0].holidays >= {date(2027, 3, 16)}
        assert "2027-03-08 to 2027-03-12\n2027-03-16" in client.get("/admin/host").text

    def test_only_those_who_are_ticked_open_projects(self, app, client, session, small):
        manager = entered(app, small.emails[small.manager])
        assert manager.get("/desk/openings/new").status_code == 200
        settled(client, opens=[])
        refused = manager.get("/desk/openings/new")
        assert refused.status_code == 403 and "Nobody may open projects here yet." in refused.text
        assert "Open a project" not in manager.get("/desk").text
        settled(client, opens=[small.manager])
        assert manager.get("/desk/openings/new").status_code == 200

    def test_a_second_step_can_be_asked_of_its_people_before_anything_else(self, app, client, session, small):
        manager, customer = entered(app, small.emails[small.manager]), entered(app, small.emails[small.shop])
        settled(client, second_step="required")
        for path in ("/desk", f"/p/{small.ref}", "/your-turn"):
            assert manager.get(path).location == "/account/app-code"
        assert "asks its people for a second step" in manager.get("/account/app-code").text
        assert customer.get(f"/p/{small.ref}").status_code == 200

    def test_the_standard_text_begins_its_own_invitations_alone(self, app, client, session, small):
        settled(client, greeting="We would gladly work with you.")
        ours, theirs = (party_of(session, small, person) for person in (small.maker, small.shop))
        session.execute(update(Member).where(Member.person == small.shop).values(left_at=NOON))  # nobody leads there
        session.commit()
        manager, other = entered(app, small.emails[small.manager]), entered(app, small.emails[small.maker])
        assert "We would gladly" in manager.get(f"/p/{small.ref}/people/invite/{theirs}").text
        assert "We would gladly" not in other.get(f"/p/{small.ref}/people/invite/{ours}").text

    def test_logo_sender_and_legal_note_stand_in_its_mails(self, app, client, session, small):
        settled(client, logo=(BytesIO(PNG), "mark.png"), sender_name="Crates",
                sender_address="hello@mail.wmata.example", legal_note="Register 7, Delft")
        logo = client.get("/admin/host/logo")
        assert logo.data == PNG and logo.mimetype == "image/png"
        session.rollback()
        rows = session.scalars(select(Outbox).where(Outbox.host_id == small.host_id))
        context = next(filter(None, (letters.context(session, outbox.read(row), NOON) for row in rows)))
        mail = compose(context, app.config["SETTINGS"])
        assert mail["From"].addresses[0].addr_spec == "hello@mail.wmata.example" and "Crates" in mail["From"]
        assert "Register 7, Delft" in mail.get_body(("plain",)).get_content()
        page = mail.get_body(("related", "html"))
        assert [part.get_content_type() for part in page.iter_parts()] == ["text/html", "image/png"]
        settled(client, no_logo="y")
        assert client.get("/admin/host/logo").status_code == 404

    @pytest.mark.parametrize("address", ["anna@aurelis.example", "anna@evilwmata.example", "anna@example"])
    def test_nobody_sends_in_the_name_of_a_domain_at_which_none_of_its_people_gets_mail(self, client, session, small,
                                                                                       address):
        answer = settled(client, sender_address=address)
        session.rollback()
        assert answer.status_code == 422 and session.get_one(Host, small.host_id).sender_address == ""

    @pytest.mark.parametrize(("name", "body", "said"), [
        ("mark.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "A logo is a PNG or a JPEG."),
        ("mark.tiff", b"II*\0" + b"\0" * 90, "A logo is a PNG or a JPEG."),
        ("mark.png", b"MZ" + b"\0" * 500, "disguised"), ("big.png", b"\x89PNG" * 60_000, "up to 200 KB"),
        ("words.txt", b"no picture", "A logo is a PNG or a JPEG.")])
    def test_what_is_no_logo_is_refused_and_not_kept(self, client, session, small, name, body, said):
        answer = settled(client, logo=(BytesIO(body), name))
        session.rollback()
        assert answer.status_code == 422 and said in answer.text
        assert session.get_one(Host, small.host_id).logo_sha256 is None

    def test_the_own_organisation_is_renamed_too_unless_another_is_called_alike(self, client, session, small):
        assert "There is 'Aurelis Hotels' already" in html.unescape(settled(client, name="AURELIS hotels").text)
        assert settled(client, name="Crates of Delft").status_code == 303
        session.rollback()
        assert hosts.own_organisation(session, small.host_id).name == "Crates of Delft"


def settled(client, **change):
    return client.post("/admin/host", data=SAID | {"name": f"Crate House {projects.key()}"} | change,
                       content_type="multipart/form-data")


def party_of(session, small, person):
    return look(session, small.ref, person=person, now=NOON).facts.actor.party


@pytest.fixture
def client(app, petra):
    return entered(app, petra.email)
