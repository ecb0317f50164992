"""The champion is ill in the week of the contract: a substitute agrees and signs, and nobody has to ask how.

In process: one colleague, three pages, the record.
"""

from html import unescape

from cocreate.db import db
from tests.support import projects
from tests.support.people import PASSWORD
from tests.support.rooms import Played, hidden
from tests.support.signing import TICKED, code, evidence, mailed


class TestAnIllChampion:
    def test_hands_over_and_the_substitute_takes_it_to_the_signature(self, app, session, clock):
        frozen = projects.frozen(session)
        session.commit()
        room = Played(app, frozen, clock)
        person, ingrid = room.colleague(), room.small.maker
        tom = room.sign_in(person)
        assert "Only Ingrid Solvik decides for Tornby Furniture." in unescape(tom.get("/gates/our_contract").text)

        said = room.maker.post(f"/people/{ingrid}/hand-over", follow_redirects=True, data={
            "to": person, "parts": ["champion", "signatory"], "how": "time", "starts": "2027-03-01",
            "until": "2027-03-12"})
        assert "Tom Baker stands in for Ingrid Solvik until Fri 12 Mar." in said.text

        now = unescape(tom.get("").text)
        assert "Decide: Is this our contract?" in now and "for Ingrid Solvik" in now
        page = tom.get("/gates/our_contract")
        decided = tom.post("/gates/our_contract", data=hidden(page.text) | {"answer": "agreed"}, follow_redirects=True)
        assert "Recorded for Tornby Furniture: agreed" in decided.text
        with room.app.app_context():
            projects.agree(db.session(), room.small, 2)
            projects.go_on(db.session(), room.small, "to_signature")
            db.session.commit()

        page = unescape(tom.get("/contract/sign").text)
        assert "The text names Ingrid Solvik for Tornby Furniture. You sign in their place" in page
        form = hidden(mailed(tom)) | TICKED
        signed = tom.post("/contract/sign", follow_redirects=True, data=form | {
            "basis": "substitute until 12 March, by power of attorney", "password": PASSWORD,
            "code": code(room, person)})
        assert "Signed for Tornby Furniture" in signed.text
        assert room.facts().signature(1).person == person
        assert (evidence(room)["name"], evidence(room)["basis"]) == (
            "Tom Baker", "substitute until 12 March, by power of attorney")
        assert "Tom Baker in place of Ingrid Solvik signed version 1 for Tornby Furniture." in unescape(
            room.shop.get("/record").text)
