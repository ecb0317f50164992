"""A task in other hands: passed on to a colleague or somebody new, or waiting for somebody outside."""

import re
from datetime import timedelta

import pytest

from cocreate.db import db, transaction
from cocreate.services import passing
from tests.support import projects
from tests.support.clock import NOON
from tests.support.mailed import body, mailed
from tests.support.rooms import hidden, mails


class TestPassingOn:
    def test_to_a_colleague_who_is_here(self, project, session):
        room = project()
        tom = room.colleague(2)
        page = room.shop.get("/tasks/returns").text
        assert "Pass to a colleague" in page
        answer = room.shop.post("/tasks/returns/pass", data={
            "party": 2, "to": str(tom), "words": "You have the list."}, follow_redirects=True)
        assert "Passed on. Tom Baker has been told." in answer.text
        assert room.facts().task("returns", 2).asked == tom
        assert ("ask", tom) in mails(room)
        with room.app.app_context():
            said = " ".join(body(mailed(db.session(), room.small, tom, "ask")).split())
        assert "Claire Duval passes it on to you. > You have the list." in said

    @pytest.mark.parametrize(("way", "place"), [("pass", "pass"), ("help", "help"), ("wait", "wait")])
    def test_every_way_beside_the_task_keeps_what_is_typed_also_without_scripts(self, project, way, place):
        room = project()
        page = room.maker.get("/tasks/credit").text
        assert f'name="way" value="{way}"' in page
        answer = room.maker.post("/tasks/credit", data=hidden(page) | {"f-amount": "0.75", "way": way})
        assert answer.location.endswith(f"/tasks/credit/{place}?party=1")
        assert 'value="0.75"' in room.maker.get("/tasks/credit").text

    def test_a_way_beside_a_task_on_which_nothing_is_typed_begins_no_draft(self, project):
        room = project()
        page = room.maker.get("/tasks/credit").text
        blank = dict.fromkeys(re.findall(r'name="(f-[^"]+-(?:why|by|source))"', page), "") | {"f-amount": ""}
        assert "f-amount-na-why" in blank
        assert room.maker.post("/tasks/credit", data=hidden(page) | blank | {"way": "help"}).status_code == 303
        assert room.facts().drafted == {}

    def test_single_fields_come_first_on_the_colleagues_page(self, project):
        room = project()
        tom = room.colleague(1)
        page = room.maker.get("/tasks/credit").text
        answer = room.maker.post("/tasks/credit", data=hidden(page) | {"f-amount": "0.75", "ask": "places"})
        assert answer.location.endswith("/tasks/credit/pass?party=1&field=places")
        page = room.maker.get("/tasks/credit/pass?party=1&field=places").text
        assert re.search(r'<input[^>]*checked[^>]*value="places"|value="places"[^>]*checked', page)
        answer = room.maker.post("/tasks/credit/pass", data={
            "party": 1, "to": str(tom), "fields": ["places"]}, follow_redirects=True)
        assert "Asked. Tom Baker has been told; you submit the task." in answer.text
        assert "Tom Baker: Places" in answer.text and 'value="0.75"' in answer.text
        page = room.sign_in(tom).get("/tasks/credit").text
        assert page.index("You are asked for") < page.index('id="f-places"') < page.index('id="f-amount"')
        assert "Asked of colleagues" not in room.shop.get("/tasks/credit?party=1").text
        room.maker.post("/tasks/credit/pass", data={"party": 1, "to": str(tom), "fields": ["amount", "places"]})
        assert "for 2 fields of" in room.maker.get("/record").text

    def test_somebody_new_is_invited_at_once_by_a_champion(self, project):
        room = project()
        assert re.search('<input checked [^>]*value="new"', room.shop.get("/tasks/returns/pass?party=2").text)
        answer = room.shop.post("/tasks/returns/pass", data={
            "party": 2, "to": "new", "name": "Lea Roth", "email": f"{projects.key()}@hotels.example"},
            follow_redirects=True)
        assert "Lea Roth is invited, and the task is theirs." in answer.text
        task = room.facts().task("returns", 2)
        assert room.facts().member(task.asked).name == "Lea Roth"

    def test_somebody_new_of_a_contributor_waits_for_a_champion(self, project):
        room = project()
        tom = room.colleague(2)
        room.shop.post("/tasks/returns/pass", data={"party": 2, "to": str(tom)})
        client = room.sign_in(tom)
        page = client.get("/tasks/returns/pass?party=2").text
        assert "Somebody new is invited as soon as Claire Duval agrees." in page
        answer = client.post("/tasks/returns/pass", data={"party": 2, "to": "new", "name": "Lea Roth",
                                                        "email": f"{projects.key()}@hotels.example",
                                                        "words": "You have the log."}, follow_redirects=True)
        assert "As soon as a champion agrees, Lea Roth is invited" in answer.text
        assert room.facts().task("returns", 2).asked == tom
        assert "Lea Roth" not in room.maker.get("/tasks/returns?party=2").text
        assert "Invite Lea Roth for: Crates per year" in room.shop.get("").text
        page = room.shop.get("/tasks/returns/let-in?party=2").text
        assert "Tom Baker would pass" in page and "@hotels.example" in page
        assert re.search("<textarea[^>]*>\\s*You have the log.</textarea>", page)
        answer = room.shop.post("/tasks/returns/let-in", data=hidden(page) | {
            "agree": "1", "words": "You have the log, says Tom."}, follow_redirects=True)
        assert "Lea Roth is invited, and the task is theirs." in answer.text
        lea = room.facts().task("returns", 2).asked
        assert room.facts().member(lea).name == "Lea Roth"
        with room.app.app_context():
            assert "> You have the log, says Tom." in body(mailed(db.session(), room.small, lea, "invitation"))
        assert client.post("/tasks/returns/let-in", data=hidden(page) | {"agree": "1"}).status_code == 409

    def test_name_and_address_are_needed_and_what_was_typed_stays(self, project):
        room = project()
        answer = room.shop.post("/tasks/returns/pass", data={"party": 2, "to": "new", "name": "Lea Roth"})
        assert answer.status_code == 422 and 'value="Lea Roth"' in answer.text
        assert "give the name and address of a new one" in answer.text

    def test_not_for_another_party(self, project):
        room = project()
        assert "Pass to a colleague" not in room.maker.get("/tasks/returns?party=2").text
        answer = room.maker.post("/tasks/returns/pass", data={"party": 2, "to": str(room.small.maker)})
        assert answer.status_code in (403, 422)


class TestWaitingOutside:
    def test_all_see_it_and_it_moves_the_date(self, project):
        room = project()
        before = room.facts().task("returns", 2).due_at
        answer = room.shop.post("/tasks/returns/wait", data={
            "party": 2, "outsider": "the city council", "until": "2027-03-20", "move": "y"}, follow_redirects=True)
        assert "This waits for the city council until Sat 20 Mar, says Aurelis Hotels." in answer.text
        assert "the city council" in room.maker.get("/tasks/returns?party=2").text
        assert "waits for the city council until" in room.maker.get("").text
        assert room.facts().task("returns", 2).due_at > before
        room.shop.post("/tasks/returns/wait/end", data={"party": 2})
        assert room.facts().task("returns", 2).outsider is None

    def test_a_day_that_is_over_or_too_far_is_refused_at_its_field(self, project):
        room = project()
        for far in ("2029-03-02", "9999-12-31"):
            answer = room.shop.post("/tasks/returns/wait", data={"party": 2, "outsider": "x", "until": far})
            assert answer.status_code == 422 and far in answer.text
        answer = room.shop.post("/tasks/returns/wait", data={"party": 2, "outsider": "x", "until": "2027-03-01"})
        assert answer.status_code == 422 and "Choose a day after today." in answer.text

    def test_ends_by_itself_once_the_day_has_passed(self, project):
        room = project()
        room.shop.post("/tasks/returns/wait", data={"party": 2, "outsider": "the bank", "until": "2027-03-03"})
        with room.app.app_context():
            assert not [row for row in passing.due(db.session(), NOON) if row[0] == room.ref]
            later = NOON + timedelta(days=4)
            (ref, task, party, key), = [row for row in passing.due(db.session(), later) if row[0] == room.ref]
            db.session.rollback()
            for _ in range(2):
                with transaction() as session:
                    passing.expire(session, ref, task=task, party=party, key=key, now=later)
        assert room.facts().task("returns", 2).outside_until is None
        assert "waited until" in room.shop.get("/record").text
