"""A task's pages: passing on, waiting, entering for others, opening again, versions, and two people at one draft."""

import io
import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from cocreate.db import db, transaction
from cocreate.domain.answers import Answer
from cocreate.models.mails import Outbox
from cocreate.models.projects import Member
from cocreate.services import contributions, passing
from tests.support import projects, stories
from tests.support.clock import NOON
from tests.support.people import entered

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" \
      b"trailer<</Root 1 0 R>>\n%%EOF\n"


class TestPassingOn:
    def test_to_a_colleague_who_is_here(self, project, session):
        small = project()
        tom = _colleague(small, 2, "contributor")
        page = small.shop.get("/tasks/returns").text
        assert "Pass to a colleague" in page
        answer = small.shop.post("/tasks/returns/pass", data={
            "party": 2, "to": str(tom), "words": "You have the list."}, follow_redirects=True)
        assert "Passed on. Tom Baker has been told." in answer.text
        assert small.facts().task("returns", 2).asked == tom
        assert ("ask", tom) in _mails(small)

    def test_single_fields_come_first_on_the_colleagues_page(self, project):
        small = project()
        tom = _colleague(small, 1, "contributor")
        page = small.maker.get("/tasks/credit").text
        answer = small.maker.post("/tasks/credit", data=_hidden(page) | {"f-amount": "0.75", "ask": "places"})
        assert answer.location.endswith("/tasks/credit/pass?party=1&field=places")
        page = small.maker.get("/tasks/credit/pass?party=1&field=places").text
        assert re.search(r'<input[^>]*checked[^>]*value="places"|value="places"[^>]*checked', page)
        answer = small.maker.post("/tasks/credit/pass", data={
            "party": 1, "to": str(tom), "fields": ["places"]}, follow_redirects=True)
        assert "Asked. Tom Baker has been told; you submit the task." in answer.text
        assert "Tom Baker: Places" in answer.text and 'value="0.75"' in answer.text
        page = small.room(tom).get("/tasks/credit").text
        assert page.index("You are asked for") < page.index('id="f-places"') < page.index('id="f-amount"')
        assert "Asked of colleagues" not in small.shop.get("/tasks/credit?party=1").text
        small.maker.post("/tasks/credit/pass", data={"party": 1, "to": str(tom), "fields": ["amount", "places"]})
        assert "for 2 fields of" in small.maker.get("/record").text

    def test_somebody_new_is_invited_at_once_by_a_champion(self, project):
        small = project()
        assert re.search('<input checked [^>]*value="new"', small.shop.get("/tasks/returns/pass?party=2").text)
        answer = small.shop.post("/tasks/returns/pass", data={
            "party": 2, "to": "new", "name": "Lea Roth", "email": f"{projects.key()}@hotels.example"},
            follow_redirects=True)
        assert "Lea Roth is invited, and the task is theirs." in answer.text
        task = small.facts().task("returns", 2)
        assert small.facts().member(task.asked).name == "Lea Roth"

    def test_somebody_new_of_a_contributor_waits_for_a_champion(self, project):
        small = project()
        tom = _colleague(small, 2, "contributor")
        small.shop.post("/tasks/returns/pass", data={"party": 2, "to": str(tom)})
        room = small.room(tom)
        page = room.get("/tasks/returns/pass?party=2").text
        assert "Somebody new is invited as soon as Claire Duval agrees." in page
        answer = room.post("/tasks/returns/pass", data={"party": 2, "to": "new", "name": "Lea Roth",
                                                        "email": f"{projects.key()}@hotels.example"},
                           follow_redirects=True)
        assert "As soon as a champion agrees, Lea Roth is invited" in answer.text
        assert small.facts().task("returns", 2).asked == tom
        assert "Lea Roth" not in small.maker.get("/tasks/returns?party=2").text
        assert "Invite Lea Roth for: Crates per year" in small.shop.get("").text
        page = small.shop.get("/tasks/returns/let-in?party=2").text
        assert "Tom Baker would pass" in page and "@hotels.example" in page
        answer = small.shop.post("/tasks/returns/let-in", data=_hidden(page) | {"agree": "1"}, follow_redirects=True)
        assert "Lea Roth is invited, and the task is theirs." in answer.text
        assert small.facts().member(small.facts().task("returns", 2).asked).name == "Lea Roth"
        assert room.post("/tasks/returns/let-in", data=_hidden(page) | {"agree": "1"}).status_code == 409

    def test_name_and_address_are_needed_and_what_was_typed_stays(self, project):
        small = project()
        answer = small.shop.post("/tasks/returns/pass", data={"party": 2, "to": "new", "name": "Lea Roth"})
        assert answer.status_code == 422 and 'value="Lea Roth"' in answer.text
        assert "give the name and address of a new one" in answer.text

    def test_not_for_another_party(self, project):
        small = project()
        assert "Pass to a colleague" not in small.maker.get("/tasks/returns?party=2").text
        answer = small.maker.post("/tasks/returns/pass", data={"party": 2, "to": str(small.small.maker)})
        assert answer.status_code in (403, 422)


class TestWaitingOutside:
    def test_all_see_it_and_it_moves_the_date(self, project):
        small = project()
        before = small.facts().task("returns", 2).due_at
        answer = small.shop.post("/tasks/returns/wait", data={
            "party": 2, "outsider": "the city council", "until": "2027-03-20", "move": "y"}, follow_redirects=True)
        assert "This waits for the city council until Sat 20 Mar, says Aurelis Hotels." in answer.text
        assert "the city council" in small.maker.get("/tasks/returns?party=2").text
        assert "waits for the city council until" in small.maker.get("").text
        assert small.facts().task("returns", 2).due_at > before
        small.shop.post("/tasks/returns/wait/end", data={"party": 2})
        assert small.facts().task("returns", 2).outsider is None

    def test_a_day_that_is_over_is_refused_at_its_field(self, project):
        small = project()
        answer = small.shop.post("/tasks/returns/wait", data={"party": 2, "outsider": "x", "until": "2027-03-01"})
        assert answer.status_code == 422 and "Choose a day after today." in answer.text

    def test_ends_by_itself_once_the_day_has_passed(self, project):
        small = project()
        small.shop.post("/tasks/returns/wait", data={"party": 2, "outsider": "the bank", "until": "2027-03-03"})
        with small.app.app_context():
            assert not [row for row in passing.due(db.session(), NOON) if row[0] == small.ref]
            later = NOON + timedelta(days=4)
            (ref, task, party, key), = [row for row in passing.due(db.session(), later) if row[0] == small.ref]
            db.session.rollback()
            for _ in range(2):
                with transaction() as session:
                    passing.expire(session, ref, task=task, party=party, key=key, now=later)
        assert small.facts().task("returns", 2).outside_until is None
        assert "waited until" in small.shop.get("/record").text


class TestEnteringFor:
    def test_counts_only_when_the_party_confirms_it(self, project):
        small = project()
        page = small.manager.get("/tasks/returns/enter?party=2").text
        assert "You enter this for Aurelis Hotels." in page and "data-autosave" not in page
        answer = small.manager.post("/tasks/returns/enter", data=_hidden(page) | {
            "f-crates": "9000", "f-crates-grade": "estimated", "f-crates-source": "By telephone"},
            follow_redirects=True)
        assert "This was entered for Aurelis Hotels, not confirmed." in answer.text
        task = small.facts().task("returns", 2)
        assert (task.state, task.number) == ("entered", 1)
        assert small.facts().figures == ()
        assert "has not confirmed it" in small.maker.get("").text
        assert "Is this right? Crates per year was entered for you" in small.shop.get("").text
        assert ("entered", small.small.shop) in _mails(small)
        page = small.shop.get("/tasks/returns").text
        assert "Yes, this is right" in page and "9,000" in page
        small.shop.post("/tasks/returns/confirm", data={"party": 2, "seen": 1})
        task = small.facts().task("returns", 2)
        assert (task.state, task.number) == ("submitted", 2)
        assert [figure.value for figure in small.facts().figures] == [Decimal(9000)]
        assert "confirmed for Aurelis Hotels what was entered" in small.shop.get("/record").text

    def test_denied_it_stands_in_the_form(self, project):
        small = project()
        _enter(small)
        answer = small.shop.post("/tasks/returns/deny", data={"party": 2, "seen": 1}, follow_redirects=True)
        assert 'value="9000"' in answer.text or 'value="9,000"' in answer.text
        assert small.facts().task("returns", 2).state == "open"
        assert small.facts().figures == ()

    def test_an_incomplete_form_comes_back_whole(self, project):
        small = project()
        page = small.manager.get("/tasks/returns/enter?party=2").text
        answer = small.manager.post("/tasks/returns/enter", data=_hidden(page) | {"f-crates": "many"})
        assert answer.status_code == 422 and 'value="many"' in answer.text

    def test_nobody_confirms_for_another_party(self, project):
        small = project()
        _enter(small)
        for act in ("confirm", "deny"):
            assert small.maker.post(f"/tasks/returns/{act}", data={"party": 2, "seen": 1}).status_code == 403

    def test_not_for_the_own_party(self, project):
        small = project()
        assert small.shop.get("/tasks/returns/enter?party=2").status_code == 403


class TestOpeningAgain:
    def test_says_what_lapses_and_begins_a_new_round(self, project):
        small = project(_decided)
        page = small.shop.get("/tasks/returns").text
        assert "Open it again" in page
        page = small.shop.get("/tasks/returns/reopen?party=2").text
        assert "Tornby Furniture's decision 'Is this our picture?' lapses." in page
        answer = small.shop.post("/tasks/returns/reopen", data=_hidden(page) | {
            "reason": "Two shops were left out."}, follow_redirects=True)
        assert "Open again. The others have been told why." in answer.text
        assert "Two shops were left out." in answer.text
        assert small.facts().task("returns", 2).round == 2
        assert {one.state for one in small.facts().asked_at("picture")} == {"lapsed"}
        assert "Version 1" in small.shop.get("/tasks/returns").text

    def test_also_by_who_accepted_it_but_not_without_a_reason(self, project):
        small = project(_decided)
        answer = small.maker.post("/tasks/returns/reopen", data={"party": 2, "seen": 1, "reason": "no"})
        assert answer.status_code == 422 and "10 letters or more" in answer.text
        assert small.manager.post("/tasks/returns/reopen", data={
            "party": 2, "seen": 1, "reason": "Two shops were left out."}).status_code == 403


class TestVersions:
    def test_any_two_side_by_side(self, project):
        small = project(_returned)
        page = small.shop.get("/tasks/returns").text
        assert "Answer without changing" in page
        small.shop.post("/tasks/returns", data=_hidden(page) | {
            "f-crates": "9000", "f-crates-grade": "estimated", "f-crates-source": "Ramp, 2026"})
        page = small.maker.get("/tasks/returns/versions/1/2?party=2").text
        marked = re.findall(r"<(?:del|ins)>(.*?)</(?:del|ins)>", page, re.S)
        assert "12,500" in marked[0] and "9,000" in marked[1] and len(marked) == 2
        assert page.count("Source: Ramp, 2026") == 2 and "Ramp" not in "".join(marked)
        assert "Compare it with" in small.maker.get("/tasks/returns/versions/1?party=2").text
        assert small.maker.get("/tasks/returns/versions/7?party=2").status_code == 404

    def test_answering_without_changing_is_a_new_version_with_the_same_values(self, project):
        small = project(_returned)
        page = small.shop.get("/tasks/returns").text
        given = {"f-crates": "", "f-crates-source": "A new list"}
        answer = small.shop.post("/tasks/returns", data=_hidden(page) | given | {"unchanged": "1"})
        assert answer.status_code == 409 and "What you typed differs from version 1." in answer.text
        assert 'value="A new list"' in small.shop.get("/tasks/returns").text
        small.shop.post("/tasks/returns", data=_hidden(answer.text) | given | {"unchanged": "1"})
        task = small.facts().task("returns", 2)
        assert (task.number, task.state) == (2, "submitted")
        page = small.maker.get("/tasks/returns/versions/1/2?party=2").text
        assert "Both versions say the same." in page


class TestEnter:
    def test_enter_in_a_text_saves_and_stays(self, project):
        small = project()
        page = small.maker.get("/tasks/credit").text
        assert re.search(r'<button [^>]*type="submit"[^>]*>', page[page.index('<form id="task"'):])[0].count('"stay"')
        answer = small.maker.post("/tasks/credit", data=_hidden(page) | {"f-places-0-place": "Oslo", "stay": "1"})
        assert answer.status_code == 200 and 'value="Oslo"' in answer.text
        assert small.facts().drafts == {("credit", 1): 1}


class TestList:
    def test_by_party_by_state_and_only_mine(self, project):
        small = project(_returned)
        page = small.shop.get("/tasks").text
        assert "Crates per year" in page and "Credit per crate" in page
        assert "Credit per crate" not in small.shop.get("/tasks?party=2").text
        assert "Crates per year" not in small.shop.get("/tasks?whose=me&state=submitted").text
        assert "Crates per year" in small.shop.get("/tasks?whose=me&state=open").text
        page = small.maker.get("/tasks?party=2&state=open").text
        assert "Crates per year" in page and ">Terms</h" not in page  # a stage without such a task
        assert "No task of this kind is in this stage." in small.maker.get("/tasks?party=1&state=accepted").text


class TestSources:
    def test_a_source_that_is_an_address_is_a_link_and_nothing_else(self, project):
        small = project()
        page = small.shop.get("/tasks/returns").text
        small.shop.post("/tasks/returns", data=_hidden(page) | {
            "f-crates": "1", "f-crates-grade": "assumed",
            "f-crates-source": 'https://ramp.example/list <b>"x"</b> javascript:alert(1)'})
        page = small.maker.get("/tasks/returns?party=2").text
        assert '<a href="https://ramp.example/list" rel="nofollow noopener noreferrer">' in page
        assert "&lt;b&gt;" in page and 'href="javascript' not in page


def _limited(session):
    """A project that has answered everything, and misses a limit on its way on."""
    data = json.loads(stories.definition())
    data["transitions"]["to_terms"]["when"]["all"].append(
        {"figure": {"path": "figures.returns.crates", "at_least": 20000, "unit": "pieces/a"}})
    small = projects.open_small(session, definition=json.dumps(data))
    for task in ("returns", "credit", "offer"):
        projects.give(session, small, task, stories.answers(task))
    return small


class TestLimits:
    def test_one_that_is_missed_is_said_with_its_ways_out_on_now_on_the_task_and_at_the_gate(self, project):
        small = project(_limited)
        out = "can propose to go on all the same; all contracting parties must agree."
        for path in ("", "/tasks/returns", "/gates/picture"):
            page = small.shop.get(path).text
            assert "Crates that come back" in page and "going on needs at least 20,000 pieces" in page and out in page
            assert "/waive?path=figures.returns.crates" in page
            assert out in small.manager.get(path).text and "/waive?path" not in small.manager.get(path).text
        assert "misses its limit" in small.shop.get("/waive?path=figures.returns.crates").text

    def test_one_that_is_all_that_is_missing_is_the_one_act_of_now_and_of_the_gate(self, project):
        def decided(session):
            small = _limited(session)
            for party in (1, 2):
                projects.agree(session, small, party, gate="picture")
            return small

        small = project(decided)
        for room in (small.maker, small.shop):
            page = room.get("").text
            assert "Choose how to go on: &#39;Crates that come back&#39; misses its limit" in page
            assert "Nothing is asked of you" not in page
            for path in ("", "/gates/picture"):
                main = room.get(path).text.partition("<main")[2].partition("</main>")[0]
                primary = re.findall(r'class="btn btn-primary[^"]*"[^>]*>([^<]*)<', main)
                assert set(primary) == {"Propose to go on all the same"}
            turns = room.client.get("/your-turn").text
            assert "Choose how to go on" in turns
        page = small.manager.get("").text
        assert "Nothing is asked of you." in page
        assert "Ingrid Solvik or Claire Duval can propose to go on all the same" in page
        small.shop.post("/waive?path=figures.returns.crates", data={"reason": "The ramp is full already."})
        assert "Choose how to go on" not in small.shop.get("").text + small.maker.get("").text
        assert "Answer:" in small.maker.get("").text


class TestTwoValues:
    def test_both_stand_on_the_page_with_their_sources_until_they_are_settled(self, project):
        def make(session):
            return projects.open_small(session, definition=stories.later_definition())
        small = project(make)
        for room, weight, source in ((small.maker, "14.2", "Parts list"), (small.shop, "16.5", "Weighed")):
            page = room.get("/tasks/weight").text
            assert "Two values" not in page
            room.post("/tasks/weight", data=_hidden(page) | {"f-each": weight, "f-each-source": source})
        for room in (small.maker, small.shop):
            page = room.get("/tasks/weight").text
            assert "Two values: Weight of one" in page and "Parts list" in page and "Weighed" in page
            assert f"/p/{small.ref}/settle?path=figures.weight.each" in page
        assert "Settle which one counts" not in small.manager.get("/tasks/weight?party=1").text


class TestCanvas:
    def test_all_parties_write_and_support_and_the_asked_one_submits(self, project):
        def make(session):
            data = json.loads(stories.later_definition())
            tasks = data["stages"]["figures"]["tasks"]
            tasks["plan"] = tasks["board"] | {"title": "A second page"}
            return projects.open_small(session, definition=json.dumps(data))
        small = project(make)
        assert "2 boxes are empty: What we want, What worries us." in small.maker.get("/tasks/board").text
        for room, box, words in ((small.maker, "aim", "Fewer crates"), (small.shop, "fear", "Mud")):
            room.post("/tasks/board/entries", data={"party": 1, "box": box, "text": words})
        page = small.shop.get("/tasks/board?party=1").text
        first, second = re.findall(r'id="e-(\d+)"', page)
        assert "Submit for" not in page and f"/entries/{first}/withdraw" not in page
        assert small.shop.post(f"/tasks/board/entries/{first}/withdraw", data={"party": 1}).status_code == 403
        for status in (303, 409):
            assert small.shop.post(f"/tasks/board/entries/{first}/support", data={"party": 1}).status_code == status
        assert "Supported by Aurelis Hotels" in " ".join(small.maker.get("/tasks/board").text.split())
        small.maker.post("/talk", data={"topic": f"entry:board:1:{second}", "text": "Which mud?"})
        assert "about an entry: Mud" in small.shop.get("/tasks/board?party=1").text
        for topic in ("entry:board:1:9999", f"entry:plan:1:{second}"):  # of this canvas only
            assert small.maker.post("/talk", data={"topic": topic, "text": "Which?"}).status_code == 404
        assert "supported an entry in" in small.maker.get("/record").text
        assert small.maker.post("/tasks/board/canvas", data={"party": 1, "seen": 0}).status_code == 303
        read = small.shop.get("/tasks/board/versions/1?party=1").text
        assert "Fewer crates (Tornby Furniture, Aurelis Hotels)" in read and "Mud (Aurelis Hotels)" in read
        late = small.shop.post("/tasks/board/entries", data={"party": 1, "box": "aim", "text": "Late"})
        assert late.status_code == 409

    def test_is_given_by_its_entries_only_and_written_by_who_sees_it(self, project):
        def make(session):
            data = json.loads(stories.later_definition())
            data["stages"]["figures"]["tasks"]["board"]["visible_to"] = "own"
            return projects.open_small(session, definition=json.dumps(data))
        small = project(make)
        forged = {"party": 1, "seen": 0, "draft": 0, "f-aim": "Forged (Aurelis Hotels)", "f-fear": "None"}
        answer = small.maker.post("/tasks/board", data=forged)
        assert answer.status_code == 409 and "Write entries into its boxes" in answer.text
        assert small.maker.post("/tasks/board/draft", data=forged).status_code == 409
        assert small.shop.post("/tasks/board/enter", data=forged).status_code == 403
        assert small.maker.post("/tasks/offer/canvas", data={"party": 1, "seen": 0}).status_code == 404
        assert small.facts().task("board", 1).number == 0
        assert "/tasks/board/entries" in small.maker.get("/tasks/board").text
        assert "/tasks/board/entries" not in small.shop.get("/tasks/board?party=1").text

    def test_an_entry_goes_with_its_author_only_and_an_empty_one_is_none(self, project):
        def make(session):
            return projects.open_small(session, definition=stories.later_definition())
        small = project(make)
        empty = small.maker.post("/tasks/board/entries", data={"party": 1, "box": "aim", "text": " "})
        assert empty.status_code == 422 and empty.text.count("field-error") == 1
        number = small.maker.post("/tasks/board/entries", data={
            "party": 1, "box": "aim", "text": "Fewer crates"}).location.partition("#e-")[2]
        small.maker.post(f"/tasks/board/entries/{number}/withdraw", data={"party": 1})
        assert "Fewer crates" not in small.shop.get("/tasks/board?party=1").text
        gone = small.shop.post(f"/tasks/board/entries/{number}/support", data={"party": 1})
        assert gone.status_code == 409 and "withdrawn by who wrote it" in gone.text


class TestReview:
    def test_has_a_way_to_comment_at_every_field_row_and_clause(self, project):
        def make(session):
            data = json.loads(stories.later_definition())
            data["stages"]["terms"]["tasks"]["check"]["reviews"] = "credit"
            data["transitions"]["to_terms"]["when"] = {"task": "credit"}
            small = projects.open_small(session, definition=json.dumps(data))
            projects.give(session, small, "credit")
            projects.go_on(session, small, "to_terms")
            return small
        small = project(make)
        asked = small.shop.get("/talk?topic=row:credit:1:places:2").text
        assert "Places, row 2" in asked and 'name="about"' not in asked
        for topic, words in (("row:credit:1:places:2", "Bergen has a ferry."), ("clause:credit", "Too short.")):
            assert small.shop.post("/talk", data={"topic": topic, "text": words}).status_code == 303
        for topic in ("row:credit:1:amount:1", "row:credit:1:places:x", "row:credit:1:places"):
            assert small.shop.post("/talk", data={"topic": topic, "text": "Nothing"}).status_code == 404
        page = small.maker.get("/tasks/check").text
        places = {topic: page.count(f"/talk?topic={topic}&") for topic in (
            "field:credit:1:amount", "row:credit:1:places:1", "row:credit:1:places:2")}
        assert set(places.values()) == {1}, places
        assert page.count("One comment") == 2 and "The draft of the contract" in page
        assert "about Places, row 2" in small.maker.get("/tasks/credit").text


class TestAssessment:
    def test_each_party_answers_before_it_reads_the_other(self, project):
        def make(session):
            return projects.open_small(session, definition=stories.later_definition())
        small = project(make)
        page = small.maker.get("/tasks/mood").text
        answer = small.maker.post("/tasks/mood", data=_hidden(page) | {"f-open": "s1", "f-open_comment": "No figures."})
        assert answer.status_code == 303
        page = small.shop.get("/tasks/mood?party=1").text
        assert "No figures." not in page and "as soon as your own party has answered" in page
        assert small.shop.get("/tasks/mood/versions/1?party=1").status_code == 404
        assert "No figures." in small.manager.get("/tasks/mood?party=1").text
        page = small.shop.get("/tasks/mood").text
        small.shop.post("/tasks/mood", data=_hidden(page) | {"f-open": "cannot_say"})
        assert "No figures." in small.shop.get("/tasks/mood?party=1").text

    def test_each_person_answers_alone_and_the_spread_counts(self, project):
        def make(session):
            return projects.open_small(session, definition=stories.later_definition())
        small = project(make)
        tom = small.room(_colleague(small, 1, "contributor"))
        page = small.maker.get("/tasks/mood").text
        assert "Two people answer for" in page and "Pass to a colleague" not in page
        tom.post("/tasks/mood/draft", data=_hidden(page) | {"f-open": "s3"})
        assert not re.search(r'checked[^>]*value="s3"|value="s3"[^>]*checked', small.maker.get("/tasks/mood").text)
        done = small.maker.post("/tasks/mood", data=_hidden(page) | {
            "f-open": "s1", "f-open_comment": "No figures."}, follow_redirects=True).text
        assert "Tom Baker has not answered yet." in done and small.facts().task("mood", 1).state == "open"
        theirs = tom.get("/tasks/mood").text
        assert "No figures." not in theirs and re.search(r'value="s3"[^>]*checked|checked[^>]*value="s3"', theirs)
        answer = tom.post("/tasks/mood", data=_hidden(theirs) | {"f-open": "s4"}, follow_redirects=True).text
        assert "It counts from now on." in answer and small.facts().task("mood", 1).voices == ""
        read = tom.get("/tasks/mood").text
        assert "2.5 on average (2 people)" in read and "No figures." in read

    def test_a_champion_lets_count_what_is_there(self, project):
        def make(session):
            return projects.open_small(session, definition=stories.later_definition())
        small = project(make)
        tom = small.room(_colleague(small, 1, "contributor"))
        assert "nothing to count" in small.maker.post("/tasks/mood/count", data={"party": 1}).text
        others = [small.room(_colleague(small, 1, "contributor")) for _ in range(2)]
        assert "4 people answer for" in tom.get("/tasks/mood").text
        for answered, room in enumerate((tom, *others), 1):
            room.post("/tasks/mood", data=_hidden(room.get("/tasks/mood").text) | {"f-open": "s5"})
            if answered < 3:  # or all would read what one person said
                assert "/tasks/mood/count" not in small.maker.get("/tasks/mood").text
                early = small.maker.post("/tasks/mood/count", data={"party": 1})
                assert early.status_code == 409 and "3 people or more have answered" in early.text
        assert tom.post("/tasks/mood/count", data={"party": 1}).status_code == 403
        assert "Let it count without the others" in small.maker.get("/tasks/mood").text
        read = small.maker.post("/tasks/mood/count", data={"party": 1}, follow_redirects=True).text
        assert "5 on average (3 people)" in read
        assert "let &#39;How ready are we&#39; count" in small.shop.get("/record").text

    def test_a_low_answer_says_why(self, project):
        def make(session):
            return projects.open_small(session, definition=stories.later_definition())
        small = project(make)
        page = small.maker.get("/tasks/mood").text
        answer = small.maker.post("/tasks/mood", data=_hidden(page) | {"f-open": "s2"})
        assert answer.status_code == 422 and "You chose 1 or 2: say why" in answer.text


class TestStatements:
    def test_few_to_read_to_save_and_to_submit(self, project, session, query_counter):
        small = project(_plain)
        with query_counter(max=7):  # who, facts, versions, draft, case, talk twice
            page = small.shop.get("/tasks/returns").text
        with query_counter(max=9):  # who, facts, versions, draft, case, currency; lock, facts, save
            small.shop.post("/tasks/returns/draft", data=_hidden(page) | {"f-crates": "9000"})
        page = small.shop.get("/tasks/returns").text
        with query_counter(max=18 if session.get_bind().dialect.name == "sqlite" else 8):  # five to read, then the act
            answer = small.shop.post("/tasks/returns", data=_hidden(page) | {
                "f-crates": "9000", "f-crates-grade": "estimated", "f-crates-source": "Ramp, 2026"})
        assert answer.status_code == 303


class TestAhead:
    def test_a_task_of_a_later_stage_is_read_by_all_and_written_by_nobody(self, project):
        def make(session):
            return projects.open_small(session, definition=stories.later_definition())
        small = project(make)
        assert "/tasks/recount" in small.maker.get("/tasks").text
        for reader in (small.maker, small.shop, small.manager):
            page = reader.get("/tasks/recount").text
            assert "Asked in a later stage, Terms." in page and "How many came back?" in page
            assert "<fieldset" in page and "disabled" in page and "data-autosave" not in page
        answer = small.shop.post("/tasks/recount", data={"party": 2, "seen": 0, "draft": 0, "f-many": "1"})
        assert answer.status_code == 404
        assert small.shop.get("/tasks/nothing").status_code == 404

    def test_a_review_shows_what_it_is_about(self, project):
        def make(session):
            small = projects.open_small(session, definition=stories.later_definition())
            projects.give(session, small, "returns")
            projects.give(session, small, "credit")
            projects.go_on(session, small, "to_terms")
            return small
        small = project(make)
        page = small.maker.get("/tasks/check").text
        assert "You read: Crates per year" in page and "12,500" in page and "What do you say to it?" in page


class TestTwoDrafts:
    def test_both_texts_stand_on_the_page_and_nothing_is_lost(self, project):
        small = project()
        tom = small.room(_colleague(small, 2, "contributor"))
        hers, his = small.shop.get("/tasks/returns").text, tom.get("/tasks/returns").text
        tom.post("/tasks/returns", data=_hidden(his) | {"f-crates": "7777", "f-crates-source": "his list",
                                                        "save": "1"})
        saved = small.shop.post("/tasks/returns/draft", data=_hidden(hers) | {"f-crates": "8888"})
        assert saved.status_code == 409 and "url" not in saved.json
        assert saved.json["status"] == ("Tom Baker saved this at 12:00 while you were typing. Press 'Save and close': "
                                        "you will see both texts.")
        answer = small.shop.post("/tasks/returns", data=_hidden(hers) | {
            "f-crates": "8888", "f-crates-source": "her <b>list</b>", "save": "1"})
        assert answer.status_code == 409
        assert 'value="8888"' in answer.text and "her &lt;b&gt;list&lt;/b&gt;" in answer.text
        assert "Tom Baker typed:" in answer.text and "7777 · his list" in answer.text
        assert "Tom Baker saved this at 12:00 while you were typing." in answer.text
        assert 'name="theirs:f-crates" value="7777"' in answer.text
        fields = _hidden(answer.text) | {"f-crates": "8888", "f-crates-source": "her <b>list</b>"}
        kept = small.shop.post("/tasks/returns", data=fields | {"keep": "crates"})
        assert 'value="8888"' in kept.text and "Tom Baker typed:" not in kept.text
        taken = small.shop.post("/tasks/returns", data=fields | {"take": "crates"})
        assert 'name="f-crates" type="text" value="7777"' in taken.text or 'value="7777"' in taken.text
        assert "Tom Baker typed:" not in taken.text
        fields = _hidden(taken.text) | {"f-crates": "7777", "f-crates-source": "both lists"}
        assert small.shop.post("/tasks/returns", data=fields | {"save": "1"}).status_code == 303
        assert "both lists" in tom.get("/tasks/returns").text

    def test_submitted_meanwhile_her_text_is_kept_and_can_go_on(self, project):
        small = project()
        hers = small.shop.get("/tasks/returns").text
        with small.app.app_context(), transaction() as session:
            contributions.submit(session, small.ref, task="returns", party=2, seen=0, draft=0,
                                 answers=projects.answers("returns"), actor=small.small.shop, key=projects.key(),
                                 now=NOON)
        answer = small.shop.post("/tasks/returns", data=_hidden(hers) | {
            "f-crates": "8888", "f-crates-source": "her list"})
        assert answer.status_code == 409
        assert "What you typed is kept on this page." in answer.text and "8888 · her list" in answer.text
        assert "Take it back and go on with my text" in answer.text
        mine = answer.text[answer.text.index('name="mine"') - 900:]
        small.shop.post("/tasks/returns/take-back", data=_hidden(mine) | {"party": 2, "seen": 1, "mine": "1"})
        assert 'value="8888"' in small.shop.get("/tasks/returns").text


def test_the_currency_of_the_hosts_country_is_offered_first(project):
    small = project()
    page = small.maker.get("/tasks/credit").text
    assert '<option selected value="EUR">' in page


def test_a_computed_field_is_worked_out_from_what_the_reader_may_see(project):
    def computed(session):
        small = projects.open_small(session, definition=projects.SMALL.replace(
            "      amount: {label: Credit", "      total: {label: All crates, type: computed, operation: sum, "
            "of: [figures.returns.crates]}\n          amount: {label: Credit"))
        projects.give(session, small, "returns")
        return small
    assert "All crates" in (page := project(computed).maker.get("/tasks/credit").text)
    assert "12,500" in page


class TestFiles:
    def test_a_refused_file_and_all_other_errors_come_back_in_one_round(self, project):
        small = project(_plain)
        page = small.maker.get("/tasks/offer").text
        answer = small.maker.post("/tasks/offer", data=_hidden(page) | {
            "f-price": "cheap", "f-proof": (io.BytesIO(b"MZ" + bytes(200)), "offer.pdf")},
            content_type="multipart/form-data")
        assert answer.status_code == 415 and 'value="cheap"' in answer.text
        assert re.findall(r'<li><a href="#([^"]+)">', answer.text) == [
            "f-price", "f-price-year", "f-margin", "f-proof"]
        assert "This file is a program disguised as a PDF. We did not keep it." in answer.text
        assert small.facts().documents == ()

    def test_a_file_that_came_stays_while_the_rest_is_put_right(self, project):
        small = project(_plain)
        page = small.maker.get("/tasks/offer").text
        answer = small.maker.post("/tasks/offer", data=_hidden(page) | {
            "f-price": "", "f-proof": (io.BytesIO(PDF), "offer.pdf")}, content_type="multipart/form-data")
        assert answer.status_code == 422 and "offer.pdf, " in answer.text
        answer = small.maker.post("/tasks/offer", data=_hidden(answer.text) | {
            "f-price": "1", "f-price-year": "2027", "f-margin": "12"})
        assert answer.status_code == 303
        assert small.maker.get("/tasks/offer/versions/1/files/proof").data == PDF

    def test_a_file_that_comes_again_unchanged_is_no_new_version(self, project):
        small = project(_plain)
        page = small.maker.get("/tasks/offer").text
        data = {"f-price": "1", "f-price-year": "2027", "f-margin": "12"}
        answer = small.maker.post("/tasks/offer", data=_hidden(page) | data | {
            "f-proof": (io.BytesIO(PDF), "offer.pdf")}, content_type="multipart/form-data")
        assert answer.status_code == 303, re.findall(r"error\d?\">.*?</p>", answer.text)
        small.maker.post("/tasks/offer/take-back", data={"party": 1, "seen": 1})
        page = small.maker.get("/tasks/offer").text
        assert small.maker.post("/tasks/offer", data=_hidden(page) | data).status_code == 303
        assert [one.newest for one in small.facts().documents] == [1]
        assert small.maker.get("/tasks/offer/versions/2/files/proof").data == PDF


# helpers


class Room:
    """One person's browser inside one project."""

    def __init__(self, app, ref, email):
        self.client, self.start = entered(app, email), f"/p/{ref}"

    def get(self, path, **given):
        return self.client.get(self.start + path, **given)

    def post(self, path, **given):
        return self.client.post(self.start + path, **given)


class Played:
    """A project with everybody signed in."""

    def __init__(self, app, small):
        self.app, self.small, self.ref = app, small, small.ref
        self.maker, self.shop, self.manager = (self.room(person) for person in (small.maker, small.shop, small.manager))

    def room(self, person):
        from cocreate.models.people import Person
        with self.app.app_context():
            return Room(self.app, self.ref, db.session.get(Person, person).email)

    def facts(self):
        with self.app.app_context():
            return projects.facts(db.session(), self.small)


@pytest.fixture
def project(app, session, clock):
    def play(make=projects.open_small):
        small = make(session)
        session.commit()
        return Played(app, small)
    return play


def _plain(session):
    return projects.open_small(session, definition=stories.definition())


def _decided(session):
    """Everything of the first stage accepted, and one party has agreed."""
    small = _plain(session)
    for task in ("returns", "credit", "offer"):
        projects.give(session, small, task, stories.answers(task))
    for party in (1, 2):
        projects.agree(session, small, party, gate="picture")
    return small


def _returned(session):
    small = projects.open_small(session)
    contributions.submit(session, small.ref, task="returns", party=2, seen=0, draft=0,
                         answers=projects.answers("returns"), actor=small.shop, key=projects.key(), now=NOON)
    contributions.return_(session, small.ref, task="returns", party=2, seen=1, reason="Only one garage, it seems.",
                          marked=("crates",), actor=small.maker, key=projects.key(), now=NOON)
    return small


def _enter(small):
    with small.app.app_context(), transaction() as session:
        contributions.enter_for(session, small.ref, task="returns", party=2, seen=0, actor=small.small.manager,
                                answers={"crates": Answer(Decimal(9000), unit="pieces/a", grade="estimated")},
                                key=projects.key(), now=NOON)


def _colleague(small, party, *parts):
    with small.app.app_context():
        return stories.colleague(small.small, party, *parts)


def _mails(small):
    with small.app.app_context():
        rows = db.session.execute(select(Outbox.kind, Outbox.recipient).join(
            Member, (Member.project_id == Outbox.project_id) & (Member.person == Outbox.recipient)))
        return {tuple(row) for row in rows}


def _hidden(page):
    """The hidden fields of a page, by name."""
    found = re.findall(r'<input (?=[^>]*type="hidden")(?=[^>]*name="([^"]+)")(?=[^>]*value="([^"]*)")[^>]*>', page)
    return {name: value for name, value in found if name not in ("csrf_token", "topic", "reply_to", "number")}


