"""What a clause leaves to be given later: asked with a day, and a duty of a party once all have signed."""

import re
from datetime import date

from cocreate.db import transaction
from cocreate.domain import reminding
from cocreate.services import proposals
from tests.support import projects
from tests.support.clock import NOON


class TestSettledLater:
    def test_is_asked_with_a_day_to_come_and_once_all_have_signed_is_a_duty_that_people_are_reminded_of(self, project):
        room = project(projects.with_gap)
        where = "/contract/later?need=figures.returns.crates"
        given = {"who": "2", "by": "2027-06-01", "rule": "as counted by the lorry", "reason": "Nobody has counted yet."}
        past = room.maker.post(where, data=given | {"by": "2027-02-01"})
        assert past.status_code == 422 and "Choose a day that is still to come" in past.text
        number = int(room.maker.post(where, data=given).location.rpartition("/")[2])
        said = " ".join(re.sub(r"<[^>]+>", " ", room.shop.get(f"/proposals/{number}").text).split())
        assert "Aurelis Hotels gives it by Tue 1 Jun 2027, by this rule: as counted by the lorry" in said
        with room.app.app_context(), transaction() as session:
            proposals.answer(session, room.ref, number=number, agree=True, actor=room.small.shop,
                             key=projects.key(), now=NOON)
            projects.sign_all(session, room.small)
        for page in ("", "/duties"):
            assert "Give “Crates that come back”: as counted by the lorry" in room.shop.get(page).text, page
        facts = room.facts()
        (duty,), matters = facts.duties, reminding.owed(facts)
        assert (duty.party, duty.due, duty.clause) == (2, date(2027, 6, 1), "credit")
        assert [matter.asked for key, matter in matters.items() if key.startswith("duty:")] == [(room.small.shop,)]
        assert room.shop.post("/duties/1/done", data={"words": ""}).status_code == 422
        assert room.facts().duties[0].done_at is None and "The value" in room.shop.get("/duties/1/done").text
        assert room.shop.post("/duties/1/done", data={"words": "412 crates a week"}).status_code == 303
        for page in ("/duties", "/contract", "/contract/clauses/credit", "/record"):
            assert "412 crates a week" in room.maker.get(page).text, page
