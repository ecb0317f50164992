"""Acceding to a sealed contract, by a document of its own."""

import re
from datetime import timedelta
from html import unescape

from sqlalchemy import update

from cocreate.db import transaction
from cocreate.models.projects import Member
from cocreate.services import sealings
from tests.support import projects
from tests.support.clock import NOON
from tests.support.people import PASSWORD
from tests.support.rooms import hidden, mails
from tests.support.signing import TICKED, code, mailed, seal


def named(answer):
    return re.search(r'filename="([^"]+)"', answer.headers["Content-Disposition"])[1]


class TestAccede:
    def test_who_accedes_under_another_name_than_the_party_gave_is_told_so(self, project, tmp_path):
        room = project(lambda session: projects.agreed_with_one_to_accede(session, named="Rosa Marin, CFO"))
        seal(room, tmp_path)
        page = unescape(room.shop.get("/contract/accede").text)
        assert ("The text names Rosa Marin, CFO for Aurelis Hotels. You sign in their place: say below on what "
                "authority. If that is not right, let who is named accede: a champion makes them a signatory under "
                "People.") in page

    def test_from_your_turn_to_the_document(self, project, tmp_path):
        room = project(projects.agreed_with_one_to_accede)
        page = room.shop.get("/contract").text
        assert "has not acceded yet" in page and "Not acceded yet: Aurelis Hotels." in page
        assert "The seal of the host is being put on" in room.shop.get("/contract/accede").text
        seal(room, tmp_path)
        for page in ("", "/contract"):  # one main button, and again in the bar of a phone
            main = re.findall(r'<a class="btn btn-primary[^>]+href="([^"]+)', room.shop.get(page).text)
            assert main == [f"/p/{room.ref}/contract/accede"] * 2, page
        page = room.shop.get("/contract/accede").text
        assert "You accede for Aurelis Hotels, by a document of its own." in page
        assert "Accession to: Agreement on returned crates" in page
        assert "signed by <strong>Aurelis Hotels</strong>" in page and "The text names" not in page
        data = hidden(mailed(room.shop, "/contract/accede")) | TICKED | {"password": PASSWORD, "code": "00000000"}
        wrong = room.shop.post("/contract/accede", data=data)
        assert wrong.status_code == 422 and "managing director" in wrong.text and "00000000" not in wrong.text
        data |= {"code": code(room, room.small.shop)}
        wrong = room.shop.post("/contract/accede", data=data | {"password": "wrong"})
        assert wrong.status_code == 422 and f'value="{data["code"]}"' in wrong.text
        done = room.shop.post("/contract/accede", data=data, follow_redirects=True)
        assert "Acceded for Aurelis Hotels." in done.text and "acceded on" in done.text
        again = room.shop.post("/contract/accede", data=data, follow_redirects=True)
        assert "Acceded for Aurelis Hotels." in again.text
        assert len(room.facts().accessions) == 1
        assert room.maker.get("/contract/accessions/2/signed.pdf").data.startswith(b"%PDF")
        for missing in ("1/signed.pdf", "2/sealed.pdf", "2/bundle.zip"):
            assert room.maker.get(f"/contract/accessions/{missing}").status_code == 404
        with room.app.app_context():
            sealings.run(room.small.store, tmp_path, self_made=True, now=lambda: NOON + timedelta(hours=2))
        assert "/contract/accessions/2/bundle.zip" in room.maker.get("/contract").text
        sealed = room.maker.get("/contract/accessions/2/sealed.pdf")
        assert b"/ByteRange" in sealed.data
        assert named(sealed) == "Accession to: Agreement on returned crates, Aurelis Hotels, sealed.pdf"
        assert named(room.maker.get("/contract/accessions/2/bundle.zip")) == (
            "Accession to: Agreement on returned crates, Aurelis Hotels, version 1.zip")
        assert "acceded to version 1 for Aurelis Hotels." in room.maker.get("/record").text

    def test_no_code_is_mailed_while_what_was_stated_is_not_whole(self, project, tmp_path):
        room = project(projects.agreed_with_one_to_accede)
        seal(room, tmp_path)
        page = room.shop.get("/contract/accede").text
        answer = room.shop.post("/contract/accede/code", data=hidden(page) | TICKED | {"basis": ""})
        assert answer.status_code == 422 and "Fill in 'Function or power'." in unescape(answer.text)
        assert answer.text.count("checked") == 3
        assert ("signing_code", room.small.shop) not in mails(room)
        unread = room.shop.post("/contract/accede/code", data=hidden(page) | TICKED | {"opened": "forged"})
        assert unread.status_code == 422 and "Read the text on this page before you sign it." in unread.text
        again = room.shop.post("/contract/accede/code", data=hidden(unread.text) | TICKED)
        assert again.status_code == 200 and ("signing_code", room.small.shop) in mails(room)

    def test_who_was_renamed_meanwhile_reads_the_document_again_and_keeps_what_was_stated(self, project, tmp_path):
        room = project(projects.agreed_with_one_to_accede)
        seal(room, tmp_path)
        page = mailed(room.shop, "/contract/accede")
        with room.app.app_context(), transaction() as session:
            session.execute(update(Member).where(Member.person == room.small.shop).values(name="Claire Duval-Ruiz"))
        answer = room.shop.post("/contract/accede", data=hidden(page) | TICKED | {
            "password": PASSWORD, "code": code(room, room.small.shop)})
        assert answer.status_code == 409 and "The document changed. Nothing was signed." in answer.text
        assert 'value="managing director"' in answer.text and "Claire Duval-Ruiz" in answer.text
        assert room.facts().accessions == ()

    def test_is_not_for_who_signed(self, project):
        room = project(projects.agreed_with_one_to_accede)
        assert "Only Claire Duval can do this." in room.maker.get("/contract/accede").text
        assert room.maker.post("/contract/accede", data={"version": "1"}).status_code == 403
