"""What each party says of itself stands in the contract, or the page says what is missing and who gives it."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO

from pypdf import PdfReader
from sqlalchemy import update

from cocreate.db import transaction
from cocreate.models.projects import Member
from cocreate.services import contributions
from tests.support import projects
from tests.support.clock import NOON


class TestWhoSigns:
    def test_waits_for_an_address_and_for_somebody_who_can_sign(self, project):
        room = project(who_signs)
        with room.app.app_context(), transaction() as session:
            projects.say_who_signs(session, room.small, 1, "Ingrid Solvik, director", "Storgata 1, Oslo")
        page = unescape(room.maker.get("/contract").text)
        assert "'Registered address' of Aurelis Hotels is not given. Claire Duval can give it in 'Who signs'." in page
        assert 'tasks/signatories?party=2">[Registered address: not given]</a></mark>' in page
        assert "/contract/freeze" not in page
        answer = room.maker.post("/contract/freeze")
        assert answer.status_code == 422 and "No version was made. &#39;Registered address&#39; of" in answer.text
        with room.app.app_context(), transaction() as session:
            projects.say_who_signs(session, room.small, 2, "Rosa Marin, CFO", "Gran Via 3, Madrid")
        page = unescape(room.shop.get("/contract").text)
        assert ("Aurelis Hotels named Rosa Marin, CFO to sign; here only Claire Duval can sign for it. Claire Duval "
                "can invite who was named, or make them a signatory under People, or change 'Who signs'.") in page
        answer = room.maker.post("/contract/freeze")
        assert answer.status_code == 422 and "named Rosa Marin, CFO to sign" in answer.text

    def test_a_name_that_cannot_sign_here_is_said_as_soon_as_it_is_submitted(self, project):
        room = project(who_signs)
        said = {}
        for client, party, name in ((room.maker, 1, "Ingrid Solvik, director"), (room.shop, 2, "Rosa Marin, CFO")):
            said[party] = unescape(client.post("/tasks/signatories", data={
                "party": party, "seen": "0", "draft": "0", "f-name": name, "f-basis": "office",
                "f-address": "Storgata 1, Oslo"}, follow_redirects=True).text)
        assert "It counts from now on." in said[1] and "can sign for it" not in said[1].partition("Going on to")[0]
        assert ("It counts from now on. Aurelis Hotels named Rosa Marin, CFO to sign; here only Claire Duval can sign "
                "for it.") in said[2]

    def test_who_comes_to_change_a_name_that_cannot_sign_reads_why_and_finds_that_as_the_first_act(self, project):
        room = project(who_signs)
        with room.app.app_context(), transaction() as session:
            projects.say_who_signs(session, room.small, 1, "Ingrid Solvik, director", "Storgata 1, Oslo")
            projects.say_who_signs(session, room.small, 2, "Rosa Marin, CFO", "Gran Via 3, Madrid")
        again = re.compile(r'<a class="btn btn-(\w+)[^"]*" href="[^"]*/reopen\?[^"]*">Open it again</a>')
        mine = unescape(room.shop.get("/tasks/signatories").text)
        assert again.findall(mine) == ["primary", "primary"]  # in the text, and at hand on a phone
        assert "Aurelis Hotels named Rosa Marin, CFO to sign; here only Claire Duval can sign for it." in mine
        assert again.findall(room.maker.get("/tasks/signatories").text) == ["quiet"]

    def test_is_printed_as_it_was_answered_and_who_signs_instead_reads_so(self, project):
        room = project(who_signs)
        with room.app.app_context(), transaction() as session:
            projects.say_who_signs(session, room.small, 1, "Ingrid Solvik, director", "Storgata 1, Oslo",
                                   number="Foretaksregisteret 914 778 271")
            projects.say_who_signs(session, room.small, 2, "Claire Duval", "Gran Via 3, Madrid")
            projects.freeze(session, room.small)
        pages = PdfReader(BytesIO(room.maker.get("/contract/versions/1/signed.pdf").data)).pages
        pdf = " ".join(" ".join(page.extract_text() for page in pages).split())
        assert pdf.count("Storgata 1, Oslo, Norway, registered as Foretaksregisteret 914 778 271") == 2
        assert "Ingrid Solvik, director signs for Tornby Furniture" in pdf and "By office" in pdf
        with room.app.app_context(), transaction() as session:
            for party in (1, 2):
                projects.agree(session, room.small, party)
            projects.go_on(session, room.small, "to_signature")
        assert "The text names" not in room.maker.get("/contract/sign").text
        with room.app.app_context(), transaction() as session:  # she hands her part over, he signs
            session.execute(update(Member).where(Member.person == room.small.maker).values(name="Nora Lind"))
        assert "The text names Ingrid Solvik, director for Tornby Furniture. You sign in their place" in \
            room.maker.get("/contract/sign").text

    def test_a_new_answer_ends_the_version_made_of_the_old_one(self, project):
        room = project(who_signs)
        with room.app.app_context(), transaction() as session:
            for party, name in ((1, "Ingrid Solvik"), (2, "Claire Duval")):
                projects.say_who_signs(session, room.small, party, name, "Storgata 1")
            projects.freeze(session, room.small)
        with room.app.app_context(), transaction() as session:
            contributions.reopen(session, room.ref, task="signatories", party=1, seen=1, reason="We moved to Bergen.",
                                 actor=room.small.maker, key=projects.key(), now=NOON + timedelta(hours=1))
        assert room.facts().contract is None


# helpers


def who_signs(session):
    return projects.in_terms(session, definition=projects.WHO_SIGNS)
