"""Entered for a party by the account manager: it counts once the party says that it is right."""

import re
from decimal import Decimal

from cocreate.db import transaction
from cocreate.domain.answers import Answer
from cocreate.services import contributions
from tests.support import projects
from tests.support.clock import NOON
from tests.support.drafting import form_of, rows, save, saves
from tests.support.rooms import hidden, mails, returned, text


class TestEnteringFor:
    def test_counts_only_when_the_party_confirms_it(self, project):
        room = project()
        page = room.manager.get("/tasks/returns/enter?party=2").text
        assert "You enter this for Aurelis Hotels." in page and "asked/draft" in page
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

    def test_denied_by_a_party_with_a_draft_of_its_own_that_draft_stands_in_the_form_and_it_says_so(self, project):
        room = project()
        page = room.shop.get("/tasks/returns").text
        room.shop.post("/tasks/returns", data=hidden(page) | {"f-crates": "8500", "save": "1"})
        _enter(room)
        answer = room.shop.post("/tasks/returns/deny", data={"party": 2, "seen": 1}, follow_redirects=True).text
        assert "What was entered stands in the form" not in answer
        assert "Your own draft stands in the form. What was entered is version 1, below. " in answer
        assert re.search('value="8,?500"', answer)

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


class TestItsDraft:
    ENTER = "/tasks/returns/enter?party=2"

    def test_is_there_again_for_its_writer_and_for_nobody_else(self, project):
        room = project()
        said = save(room.manager, self.ENTER, **{"f-crates": "9000", "f-crates-source": "By telephone"})
        assert re.fullmatch(r"Draft saved \d\d:\d\d, only you see it", said)
        again = form_of(room.sign_in(room.small.manager), self.ENTER)
        assert (again["f-crates"], again["f-crates-source"]) == ("9000", "By telephone")
        tom = room.sign_in(room.colleague(1, "champion", "contributor"))
        for other, page in ((room.maker, self.ENTER), (tom, self.ENTER), (room.shop, "/tasks/returns")):
            assert "By telephone" not in other.get(page).text
        assert room.facts().drafts == {}  # the party begins with an empty form, and nobody says that it has a draft

    def test_keeps_every_row_of_a_table(self, project):
        room = project()
        typed = {"f-places-0-place": "Oslo", "f-places-1-place": "Lund"}
        page = "/tasks/credit/enter?party=1"
        save(room.manager, page, **typed)
        again = form_of(room.manager, page)
        assert {name: again[name] for name in typed} == typed

    def test_is_gone_when_it_is_handed_over_also_for_a_save_that_comes_late(self, project):
        room = project()
        save(room.manager, self.ENTER, **{"f-crates": "9000"})
        typed = form_of(room.manager, self.ENTER) | {"f-crates-grade": "estimated", "f-crates-source": "By telephone"}
        address = saves(room.manager, self.ENTER)
        assert room.manager.post(self.ENTER, data=typed).status_code == 303
        room.manager.post(address, data=typed)
        assert rows(room) == []

    def test_keeps_what_comes_back_with_a_mistake(self, project):
        room = project()
        page = room.manager.post(self.ENTER, data=form_of(room.manager, self.ENTER) | {"f-crates": "many"})
        assert page.status_code == 422 and "only you see it" in page.text
        assert form_of(room.manager, self.ENTER)["f-crates"] == "many"

    def test_is_put_away_and_discarded_without_scripts(self, project):
        room = project()
        kept = room.manager.post(self.ENTER, data=form_of(room.manager, self.ENTER) | {"f-crates": "9", "keep": "1"})
        assert kept.location.endswith("/tasks/returns?party=2") and room.facts().task("returns", 2).state == "open"
        again = form_of(room.manager, self.ENTER)
        assert again["f-crates"] == "9"
        assert room.manager.post(self.ENTER, data=again | {"discard": "1"}).status_code == 303
        assert form_of(room.manager, self.ENTER)["f-crates"] == "" and rows(room) == []

    def test_what_another_window_typed_stands_beside_in_the_words_of_the_form(self, project):
        room = project()
        first, second = form_of(room.manager, self.ENTER), form_of(room.manager, self.ENTER)
        address = saves(room.manager, self.ENTER)
        for form, crates in ((first, "9000"), (second, "8000")):
            room.manager.post(address, data=form | {
                "f-crates": crates, "f-crates-grade": "estimated", "f-crates-source": "By telephone"})
        page = text(room.manager.get(self.ENTER))
        assert "and have not said it. Only you see it." in page
        assert "Crates that come back: 9,000" in page or "Crates that come back: 8,000" in page

    def test_of_what_is_too_long_the_page_keeps_it_alone(self, project):
        room = project()
        typed = form_of(room.manager, self.ENTER) | {"f-crates": "many", "f-crates-source": "x" * 100_001}
        page = room.manager.post(self.ENTER, data=typed)
        assert page.status_code == 422 and "x" * 100_001 in page.text and rows(room) == []


# helpers


def _enter(small):
    with small.app.app_context(), transaction() as session:
        contributions.enter_for(session, small.ref, task="returns", party=2, seen=0, actor=small.small.manager,
                                answers={"crates": Answer(Decimal(9000), unit="pieces/a", grade="estimated")},
                                key=projects.key(), now=NOON)
