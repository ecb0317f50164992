"""The champion is ill in the week of the contract: a substitute agrees and signs, and nobody has to ask how.

In process: one colleague, three pages, the record.
"""

from html import unescape

from sqlalchemy import select

from cocreate.db import db
from cocreate.models.people import Person
from tests.support import projects, stories
from tests.support.people import PASSWORD
from tests.views.test_contracts import TICKED, _code, _evidence, _facts, _form, _mailed
from tests.views.test_contracts import project as project


class TestAnIllChampion:
    def test_hands_over_and_the_substitute_takes_it_to_the_signature(self, project):
        small = project(projects.frozen)
        with small.app.app_context():
            person = stories.colleague(small.small, 1)
            small.small.emails[person] = db.session.scalars(select(Person.email).where(Person.id == person)).one()
        tom, ingrid = small.fresh(person), small.small.maker
        assert "Only Ingrid Solvik decides for Tornby Furniture." in unescape(tom.get("/gates/our_contract").text)

        said = small.maker.post(f"/people/{ingrid}/hand-over", follow_redirects=True, data={
            "to": person, "parts": ["champion", "signatory"], "how": "time", "starts": "2027-03-01",
            "until": "2027-03-12"})
        assert "Tom Baker stands in for Ingrid Solvik until Fri 12 Mar." in said.text

        now = unescape(tom.get("").text)
        assert "Decide: Is this our contract?" in now and "for Ingrid Solvik" in now
        page = tom.get("/gates/our_contract")
        decided = tom.post("/gates/our_contract", data=_form(page.text) | {"answer": "agreed"}, follow_redirects=True)
        assert "Recorded for Tornby Furniture: agreed" in decided.text
        with small.app.app_context():
            projects.agree(db.session(), small.small, 2)
            projects.go_on(db.session(), small.small, "to_signature")
            db.session.commit()

        page = unescape(tom.get("/contract/sign").text)
        assert "The text names Ingrid Solvik for Tornby Furniture. You sign in their place" in page
        form = _form(_mailed(small, tom)) | TICKED
        signed = tom.post("/contract/sign", follow_redirects=True, data=form | {
            "basis": "substitute until 12 March, by power of attorney", "password": PASSWORD,
            "code": _code(small, person)})
        assert "Signed for Tornby Furniture" in signed.text
        assert _facts(small).signature(1).person == person
        assert (_evidence(small)["name"], _evidence(small)["basis"]) == (
            "Tom Baker", "substitute until 12 March, by power of attorney")
        assert "Tom Baker for Ingrid Solvik signed version 1 for Tornby Furniture." in unescape(
            small.shop.get("/record").text)
