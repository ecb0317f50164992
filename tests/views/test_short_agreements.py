"""A short agreement, end to end: read, gone on to, signed with password and code, sealed, proven, or not signed."""

import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from cocreate.db import db, transaction
from cocreate.models.mails import Outbox
from cocreate.services import outbox, people, records
from tests.support import projects
from tests.support.clock import NOON
from tests.support.mailed import body
from tests.support.mailed import mailed as in_mail
from tests.support.people import PASSWORD
from tests.support.rooms import by_link, hidden, proposal_of, text
from tests.support.signing import TICKED, code, enrol, evidence, mailed, seal, take_part_as

QUIET = projects.SMALL.replace("""\
  terms:
    name: Terms
""", """\
      secrecy:
        title: Confidentiality
        why: Figures of the other side stay with us.
        of: [maker, shop]
        kind: sign
        required: false
        due: {days: 3}
        agreement: |-
          Whoever signs this keeps to the following.

          1. What the other side calls **confidential** stays here.

          2. It holds for three years.
  terms:
    name: Terms
""")
WITH_CARRIER = QUIET.replace("of: [maker, shop]\n        kind: sign", "of: [maker, shop, carrier]\n        kind: sign\n"
                             "        accede: true").replace(
    "  shop: {name: Shop,", "  carrier: {name: Carrier, required: false}\n  shop: {name: Shop,")
SIGN = "/agreements/secrecy/sign"
BASIS = TICKED | {"password": PASSWORD}


class TestPage:
    def test_a_task_to_sign_is_the_page_of_its_text(self, quiet):
        assert quiet.maker.get("/tasks/secrecy").location == f"/p/{quiet.ref}/agreements/secrecy"
        page = quiet.maker.get("/agreements/secrecy").text
        assert "Not signed by all yet. We wait for Tornby Furniture and Aurelis Hotels." in page
        assert "<strong>confidential</strong> stays here." in page and "Go on to sign" in page
        assert "Read and sign: Confidentiality" in quiet.maker.get("").text

    def test_is_not_there_where_nothing_is_signed_or_nobody_may_see_it(self, quiet):
        for path in ("returns", "nothing", "returns/sign", "returns/versions/1/signed.pdf"):
            assert quiet.maker.get(f"/agreements/{path}").status_code == 404
        assert quiet.maker.post("/agreements/returns/begin").status_code == 404
        assert quiet.maker.get("/agreements/secrecy/versions/1/signed.pdf").status_code == 404

    def test_who_only_contributes_reads_who_signs(self, quiet):
        take_part_as(quiet, quiet.small.shop, "champion contributor")
        page = quiet.shop.get("/agreements/secrecy").text
        assert "Aurelis Hotels has no signatory yet." in page and "Go on to sign" not in page
        assert quiet.manager.post("/agreements/secrecy/begin").status_code == 403
        assert quiet.manager.get("/agreements/secrecy").status_code == 200


class TestSign:
    def test_the_first_fixes_the_text_and_both_sign_the_same(self, quiet):
        assert by_link(quiet.maker, quiet.small.maker).post("/agreements/secrecy/begin").location == "/prove"
        assert quiet.facts().standing("secrecy") is None
        quiet.maker.client.post("/prove", data={"password": PASSWORD})
        answer = quiet.maker.post("/agreements/secrecy/begin", follow_redirects=True)
        assert "You sign for Tornby Furniture:" in answer.text and "version 1." in answer.text
        said = _sign(quiet, quiet.maker, quiet.small.maker)
        assert ("Signed for Tornby Furniture, Mon 1 Mar 12:00 (UTC). Waiting for Aurelis Hotels: "
                "Claire Duval, asked today.") in said
        quiet.shop.post("/agreements/secrecy/begin")
        assert "All have signed." in _sign(quiet, quiet.shop, quiet.small.shop)
        here = quiet.facts()
        assert {task.state for task in here.instances("secrecy")} == {"accepted"}
        assert [one.number for one in here.versions("secrecy")] == [1]
        page = quiet.manager.get("/record").text
        assert "Claire Duval signed &#39;Confidentiality&#39; for Aurelis Hotels. All have signed." in page

    def test_with_an_app_code_where_there_is_one(self, quiet):
        secret = enrol(quiet, quiet.small.maker)
        quiet.maker.post("/agreements/secrecy/begin")
        page = quiet.maker.get(SIGN).text
        assert "6-digit code from your app" in page and "Mail me" not in page
        data = hidden(page) | BASIS | {"code": pyotp.TOTP(secret).at(NOON)}
        assert quiet.maker.post(SIGN, data=data).status_code == 303
        assert evidence(quiet)["methods"] == ["password and code from an app"]

    @pytest.mark.parametrize(("given", "sentence"), [
        ({"password": "wrong"}, "This password is not right."), ({"code": "00000000"}, "This code is not right"),
        ({"may": ""}, "Tick this to sign"), ({"basis": ""}, "Fill in"),
    ])
    def test_nothing_is_signed_half(self, quiet, given, sentence):
        quiet.maker.post("/agreements/secrecy/begin")
        page = mailed(quiet.maker, SIGN)
        answer = quiet.maker.post(SIGN, data=hidden(page) | BASIS | {
            "code": code(quiet, quiet.small.maker)} | given)
        assert answer.status_code == 422 and sentence in answer.text and quiet.facts().signatures == ()

    def test_a_code_for_it_is_no_code_for_anything_else(self, quiet):
        quiet.maker.post("/agreements/secrecy/begin")
        mailed(quiet.maker, SIGN)
        with quiet.app.app_context():
            mail = db.session().scalars(select(Outbox).where(
                Outbox.kind == "signing_code", Outbox.recipient == quiet.small.maker)).one()
            assert mail.subject == "agreement:secrecy"
            assert json.loads(mail.values)["paper"] == "secrecy"

    def test_a_form_does_not_do_instead(self, quiet):
        answer = quiet.maker.post("/tasks/secrecy", data={"party": "1", "seen": "0", "draft": "0"})
        assert answer.status_code == 409 and {t.state for t in quiet.facts().instances("secrecy")} == {"open"}


class TestRefuse:
    def test_says_why_to_all_and_stays_asked(self, quiet):
        quiet.maker.post("/agreements/secrecy/begin")
        _sign(quiet, quiet.maker, quiet.small.maker)
        page = quiet.shop.get("/agreements/secrecy/refuse").text
        assert "Ingrid Solvik (Tornby Furniture)" in page and "The agreement stays asked" in page
        answer = quiet.shop.post("/agreements/secrecy/refuse", follow_redirects=True,
                                 data=hidden(page) | {"reason": "Three years are too long."})
        assert "Not signed for Aurelis Hotels. All parties have been told why." in answer.text
        page = quiet.maker.get("/agreements/secrecy").text
        assert "Claire Duval did not sign for Aurelis Hotels:" in page and "Three years are too long." in page
        assert "Go on to sign" in page
        row = text(quiet.maker.get(""))
        assert "asked again: somebody did not sign" in row and "Three years are too long." in row

    def test_the_mail_says_that_it_stays_asked(self, quiet):
        quiet.maker.post("/agreements/secrecy/begin")
        quiet.shop.post("/agreements/secrecy/refuse", data=hidden(quiet.shop.get("/agreements/secrecy/refuse").text)
                        | {"reason": "Three years are too long."})
        with quiet.app.app_context():
            said = " ".join(body(in_mail(db.session(), quiet.small, quiet.small.maker, "signing_declined")).split())
        assert "It stays asked; all sign again once this is settled." in said and "The project is back" not in said


class TestWithoutASignature:
    """Freight Ltd sits as carrier and cannot sign such a text."""

    WITHOUT = "/agreements/secrecy/without/3"

    def test_the_way_out_stands_with_the_refusal_for_all_who_read_it(self, three):
        room, fritz, _person = three
        fritz.post("/agreements/secrecy/begin")
        page = fritz.get("/agreements/secrecy/refuse")
        assert "Freight Ltd cannot sign such a text at all? Then say so here" in text(page)
        fritz.post("/agreements/secrecy/refuse", data=hidden(page.text) | {"reason": "No office of ours signs this."})
        for reader in (room.maker, room.manager, fritz):
            page = reader.get("/agreements/secrecy")
            assert "If Freight Ltd cannot sign such a text at all" in text(page)
            assert "Propose: Go on without the signature of Freight Ltd" in text(page)
            assert f'href="/p/{room.ref}{self.WITHOUT}"' in page.text

    def test_all_who_sign_agree_and_the_others_sign_without_it(self, three):
        room, fritz, _person = three
        assert "Go on without our signature" in text(fritz.get("/agreements/secrecy"))
        page = room.manager.get(self.WITHOUT)
        assert "Freight Ltd stays in the project, is not bound by it, and reads what is open to all." in text(page)
        assert "Tornby Furniture, Aurelis Hotels and Freight Ltd must agree." in text(page)
        answer = room.manager.post(self.WITHOUT, data=hidden(page.text) | {"reason": "An office signs no such text."})
        proposal = answer.location
        for reader in (room.maker, room.shop, fritz):
            page = reader.client.get(proposal)
            assert "Freight Ltd shall not be asked to sign 'Confidentiality' any more." in text(page)
            reader.client.post(proposal, data=hidden(page.text) | {"answer": "agree"})
        assert room.facts().task("secrecy", 3).state == "lapsed"
        page = text(fritz.get("/agreements/secrecy"))
        assert "agreed to go on without the signature of Freight Ltd, whom it does not bind." in page
        assert "We wait for Tornby Furniture and Aurelis Hotels." in page and "Go on to sign" not in page
        assert "Read and sign" not in text(fritz.get(""))
        record = text(room.maker.get("/record"))
        assert "proposed to go on without the signature of Freight Ltd." in record
        assert fritz.get(self.WITHOUT).status_code == 404

    def test_two_have_to_be_left_who_sign(self, quiet):
        assert "our signature" not in text(quiet.shop.get("/agreements/secrecy"))
        page = quiet.shop.get("/agreements/secrecy/without/2")
        answer = quiet.shop.post("/agreements/secrecy/without/2", data=hidden(page.text) | {"reason": "No such text."})
        assert answer.status_code == 422 and "Two who sign it have to be left." in answer.text


class TestProof:
    def test_the_bundle_is_checked_with_nothing_but_python(self, quiet, tmp_path):
        for client, person in ((quiet.maker, quiet.small.maker), (quiet.shop, quiet.small.shop)):
            client.post("/agreements/secrecy/begin")
            _sign(quiet, client, person)
        assert quiet.shop.get("/agreements/secrecy/versions/1/bundle.zip").status_code == 404
        assert seal(quiet, tmp_path, after=timedelta(minutes=1)) == 1
        with quiet.app.app_context():
            assert records.check(db.session(), quiet.facts().project.id) is None
        answer = quiet.shop.get("/agreements/secrecy/versions/1/bundle.zip")
        folder = tmp_path / "bundle"
        zipfile.ZipFile(io.BytesIO(answer.data)).extractall(folder)
        checked = subprocess.run([sys.executable, "-I", "check.py"], cwd=folder, capture_output=True, text=True,
                                 check=False)
        assert checked.returncode == 0, checked.stdout
        assert "WRONG" not in checked.stdout and "Aurelis Hotels signed once: line" in checked.stdout


class TestWhoJoinsLater:
    """The carrier's seat was empty while the others signed; a stage later somebody takes it."""

    ACCEDE = "/agreements/secrecy/accede"

    @pytest.mark.parametrize("kind", ["ask", "due_soon", "due_today", "overdue"])
    def test_a_mail_says_what_is_acceded_to_and_who_signed_it(self, hauled, kind):
        room, _fritz, person = hauled
        with room.app.app_context(), transaction() as session:
            project = room.facts().project
            session.add(Outbox(**outbox.row(project.id, project.host_id, 99, kind, person, "task:secrecy:3", {}, NOON)))
            lines = body(in_mail(session, room.small, person, kind)).splitlines()
        said = " ".join(lines)
        assert re.search("signed by ..Tornby Furniture and ..Aurelis Hotels. Freight Ltd came later and is asked to "
                         "accede to it", said)
        assert "Read and accede" in said and "It stops when Freight Ltd has acceded." in said
        assert not {"Open the task", "Go on with it", "Not started yet."} & set(lines)

    def test_the_invitation_says_what_is_acceded_to(self, hauled):
        room, _fritz, person = hauled
        with room.app.app_context(), transaction() as session:
            there = people.invite(session, room.ref, party=3, email=f"{projects.key()}@freight.example", name="Tom",
                                  parts=("signatory",), greeting="", actor=person, key=projects.key(), now=NOON)
            said = " ".join(body(in_mail(session, room.small, there.values["person"], "invitation")).split())
        assert "Freight Ltd is asked to accede to 'Confidentiality', which others have signed" in said

    def test_the_mail_with_the_code_says_so_too(self, hauled, tmp_path):
        room, fritz, person = hauled
        seal(room, tmp_path, after=timedelta(minutes=1))
        mailed(fritz, self.ACCEDE)
        with room.app.app_context():
            said = body(in_mail(db.session(), room.small, person, "signing_code"))
        assert "Your code for acceding to 'Confidentiality', version 1, for Freight Ltd:" in " ".join(said.split())

    def test_is_asked_on_now_reads_what_holds_and_accedes_by_a_document_of_its_own(self, hauled, tmp_path):
        room, fritz, person = hauled
        assert "Read and accede: Confidentiality" in text(fritz.get(""))
        page = fritz.get("/agreements/secrecy")
        assert "Signed by all. It holds. Not acceded yet: Freight Ltd." in text(page)
        assert "Go on to sign" not in page.text
        assert "The seal of the host is being put on it. Then Freight Ltd accedes." in text(page)
        assert "The seal of the host is being put on" in text(fritz.get(self.ACCEDE))
        seal(room, tmp_path, after=timedelta(minutes=1))
        page = fritz.get("/agreements/secrecy")
        assert page.text.count(f'href="/p/{room.ref}{self.ACCEDE}"') == 2  # and again in the bar of a phone
        page = text(fritz.get(self.ACCEDE))
        assert "You accede for Freight Ltd, by a document of its own." in page
        assert "Accession to: Confidentiality" in page and "signed by Freight Ltd" in page
        data = hidden(mailed(fritz, self.ACCEDE)) | BASIS | {"code": code(room, person)}
        done = text(fritz.post(self.ACCEDE, data=data, follow_redirects=True))
        assert "Acceded for Freight Ltd." in done and "Signed by all. It holds." in done and "Not acceded" not in done
        assert "Acceded for Freight Ltd." in text(fritz.post(self.ACCEDE, data=data, follow_redirects=True))
        here = room.facts()
        assert [(one.paper, one.party, one.version) for one in here.accessions] == [("secrecy", 3, 1)]
        assert here.task("secrecy", 3).state == "accepted" and here.standing("secrecy").number == 1
        assert "Read and accede: Confidentiality" not in text(fritz.get(""))
        assert "acceded to 'Confidentiality' for Freight Ltd." in text(room.maker.get("/record"))
        assert room.shop.get("/agreements/secrecy/accessions/3/signed.pdf").data.startswith(b"%PDF")
        for path in ("/contract/accessions/3/signed.pdf", "/agreements/secrecy/accessions/1/signed.pdf"):
            assert room.shop.get(path).status_code == 404

    def test_its_bundle_holds_without_us(self, hauled, tmp_path):
        room, fritz, person = hauled
        seal(room, tmp_path, after=timedelta(minutes=1))
        fritz.post(self.ACCEDE, data=hidden(mailed(fritz, self.ACCEDE)) | BASIS | {"code": code(room, person)})
        seal(room, tmp_path, after=timedelta(hours=2))
        answer = fritz.get("/agreements/secrecy/accessions/3/bundle.zip")
        folder = tmp_path / "bundle"
        zipfile.ZipFile(io.BytesIO(answer.data)).extractall(folder)
        checked = subprocess.run([sys.executable, "-I", "check.py"], cwd=folder, capture_output=True, text=True,
                                 check=False)
        assert checked.returncode == 0, checked.stdout
        assert "Freight Ltd signed once: line" in checked.stdout and "Tornby Furniture signed" not in checked.stdout

    def test_is_for_its_own_party_alone_and_a_code_for_it_leads_back_there(self, hauled, tmp_path):
        room, fritz, person = hauled
        seal(room, tmp_path, after=timedelta(minutes=1))
        assert room.maker.post(self.ACCEDE, data={"version": "1"}).status_code == 403
        assert "You accede for" not in room.maker.get(self.ACCEDE).text
        mailed(fritz, self.ACCEDE)
        with room.app.app_context():
            mail = db.session().scalars(select(Outbox).where(
                Outbox.kind == "signing_code", Outbox.recipient == person)).one()
            assert (mail.subject, json.loads(mail.values)["paper"]) == ("agreement:secrecy:3", "secrecy")


class TestAmongTheDocuments:
    def test_says_where_what_is_signed_stands_to_who_may_read_it(self, hauled):
        room, newcomer, _person = hauled
        way = f'Signed papers are kept where they are signed: <a href="/p/{room.ref}/agreements/secrecy">'
        for client in (room.maker, newcomer, room.manager):
            readable = client.get("/agreements/secrecy").status_code == 200
            assert (way in client.get("/documents").text) == readable
        assert way in room.maker.get("/documents").text

    def test_says_nothing_of_what_is_not_signed_by_all(self, quiet):
        quiet.maker.post("/agreements/secrecy/begin")
        _sign(quiet, quiet.maker, quiet.small.maker)
        assert "Signed papers" not in quiet.maker.get("/documents").text


def _sign(quiet, client, person):
    page = mailed(client, SIGN)
    return client.post(SIGN, follow_redirects=True,
                       data=hidden(page) | BASIS | {"code": code(quiet, person)}).text


def _carried(room):
    room.maker.post("/add-party", data={
        "seat": "carrier", "organisation": "Freight Ltd", "kind": "company", "country": "NL", "name": "Fritz Maas",
        "email": f"{projects.key()}@freight.example", "reason": "Somebody has to carry them."})
    room.shop.post(f"/proposals/{proposal_of(room, 'add_party')}", data={"answer": "agree"})
    return room.newcomer(3), room.person("Fritz Maas")


@pytest.fixture
def three(project):
    """(room, client, person): Freight Ltd came in as carrier, before anybody has signed."""
    room = project(lambda session: projects.open_small(session, definition=WITH_CARRIER))
    return room, *_carried(room)


@pytest.fixture
def hauled(project):
    """(room, client, person): Freight Ltd has come in as carrier, in the stage after the one in which all signed."""
    room = project(lambda session: projects.open_small(session, definition=WITH_CARRIER))
    for client, person in ((room.maker, room.small.maker), (room.shop, room.small.shop)):
        client.post("/agreements/secrecy/begin")
        _sign(room, client, person)
    with room.app.app_context(), transaction() as session:
        projects.give_all(session, room.small)
        projects.go_on(session, room.small, "to_terms")
    return room, *_carried(room)


@pytest.fixture
def quiet(project):
    return project(lambda session: projects.open_small(session, definition=QUIET))
