"""Entered for a party by the account manager: it counts once the party says that it is right."""

from decimal import Decimal

from cocreate.db import transaction
from cocreate.domain.answers import Answer
from cocreate.services import contributions
from tests.support import projects
from tests.support.clock import NOON
from tests.support.rooms import hidden, mails, returned


class TestEnteringFor:
    def test_counts_only_when_the_party_confirms_it(self, project):
        room = project()
        page = room.manager.get("/tasks/returns/enter?party=2").text
        assert "You enter this for Aurelis Hotels." in page and "data-autosave" not in page
        answer = room.manager.post("/tasks/returns/enter", data=hidden(page) | {
            "f-crates": "9000", "f-crates-grade": "estimated", "f-crates-source": "By telephone"},
            follow_redirects=True)
        assert "This was entered for Aurelis Hotels, not confirmed." in answer.text
        task = room.facts().task("returns", 2)
        assert (task.state, task.number) == ("entered", 1)
        assert room.facts().figures == ()
        assert "has not confirmed it" in room.maker.get("").text
        assert "Is this right? Crates per year was entered for you" in room.shop.get("").text
        assert ("entered", room.small.shop) in mails(room)
        page = room.shop.get("/tasks/returns").text
        assert "Yes, this is right" in page and "9,000" in page
        room.shop.post("/tasks/returns/confirm", data={"party": 2, "seen": 1})
        task = room.facts().task("returns", 2)
        assert (task.state, task.number) == ("submitted", 2)
        assert [figure.value for figure in room.facts().figures] == [Decimal(9000)]
        assert "confirmed for Aurelis Hotels what was entered" in room.shop.get("/record").text

    def test_of_what_was_returned_the_reason_stands_above(self, project):
        page = project(returned).manager.get("/tasks/returns/enter?party=2").text
        assert page.count("Only one garage, it seems.") == 1
        assert page.index('id="returned"') < page.index('<a href="#returned">Marked when it was returned')

    def test_denied_it_stands_in_the_form(self, project):
        room = project()
        _enter(room)
        answer = room.shop.post("/tasks/returns/deny", data={"party": 2, "seen": 1}, follow_redirects=True)
        assert 'value="9000"' in answer.text or 'value="9,000"' in answer.text
        assert room.facts().task("returns", 2).state == "open"
        assert room.facts().figures == ()

    def test_an_incomplete_form_comes_back_whole(self, project):
        room = project()
        page = room.manager.get("/tasks/returns/enter?party=2").text
        answer = room.manager.post("/tasks/returns/enter", data=hidden(page) | {"f-crates": "many"})
        assert answer.status_code == 422 and 'value="many"' in answer.text

    def test_nobody_confirms_for_another_party(self, project):
        room = project()
        _enter(room)
        for act in ("confirm", "deny"):
            assert room.maker.post(f"/tasks/returns/{act}", data={"party": 2, "seen": 1}).status_code == 403

    def test_not_for_the_own_party(self, project):
        room = project()
        assert room.shop.get("/tasks/returns/enter?party=2").status_code == 403


# helpers


def _enter(small):
    with small.app.app_context(), transaction() as session:
        contributions.enter_for(session, small.ref, task="returns", party=2, seen=0, actor=small.small.manager,
                                answers={"crates": Answer(Decimal(9000), unit="pieces/a", grade="estimated")},
                                key=projects.key(), now=NOON)


