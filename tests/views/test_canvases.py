"""A canvas: all parties write and support entries, the asked one submits them."""

import json
import re

import pytest

from cocreate.clock import now
from cocreate.db import transaction
from tests.support import projects, stories
from tests.support.rooms import sign_in, text, with_later_tasks
from tests.support.stories import with_boxes


class TestTurns:
    """Boxes of parties that are not asked for the canvas itself."""

    def test_are_theirs_until_they_have_written(self, project):
        room = project(with_boxes)
        waits = "Aurelis Hotels has not written on 'On one page' yet: 'What the shop wins' and 'What worries us'"
        assert "Write on: On one page" in text(room.shop.get("")) and waits in text(room.maker.get(""))
        assert "Write on: On one page" not in text(room.maker.client.get("/your-turn"))
        yours = text(room.shop.client.get("/your-turn"))
        assert "Write on: On one page" in yours and "due Mon 8 Mar" in yours
        with room.app.app_context(), transaction() as session:
            for task in ("returns", "credit"):  # the board says what it waits for first
                projects.give(session, room.small, task)
        room.maker.post("/tasks/board/entries", data={"party": 1, "box": "aim", "text": "Fewer crates"})
        assert waits in text(room.manager.client.get("/desk"))
        page = room.shop.get("/tasks/board?party=1").text
        assert page.count("your entry is awaited") == 2 and 'href="#box-wins"' in page and 'href="#box-aim"' not in page
        assert text(room.maker.get("/tasks/board")).count("Still to write here: Aurelis Hotels.") == 2
        for box in ("wins", "fear"):
            room.shop.post("/tasks/board/entries", data={"party": 1, "box": box, "text": f"About {box}"})
        assert "Write on: On one page" not in text(room.shop.get(""))
        assert waits not in text(room.manager.client.get("/desk")) and waits not in text(room.maker.get(""))
        assert "your entry is awaited" not in room.shop.get("/tasks/board?party=1").text

    def test_come_back_when_the_last_entry_there_is_withdrawn(self, project):
        room = project(with_boxes)
        numbers = [room.shop.post("/tasks/board/entries", data={"party": 1, "box": box, "text": "Mud"})
                   .location.partition("#e-")[2] for box in ("wins", "fear", "fear")]
        for number, asked in ((numbers[1], False), (numbers[2], True)):
            room.shop.post(f"/tasks/board/entries/{number}/withdraw", data={"party": 1})
            assert ("Write on: On one page" in text(room.shop.get(""))) is asked

    def test_end_with_the_canvas_submitted_without_them(self, project):
        room = project(with_boxes)
        for box in ("aim", "wins", "fear"):
            room.maker.post("/tasks/board/entries", data={"party": 1, "box": box, "text": f"About {box}"})
        assert "Entries of Aurelis Hotels are still awaited. You can submit it without them." in text(
            room.maker.get("/tasks/board"))
        assert "Write on: On one page" in text(room.shop.get(""))
        assert room.maker.post("/tasks/board/canvas", data={"party": 1, "seen": 0}).status_code == 303
        assert "Write on: On one page" not in text(room.shop.get(""))

    def test_can_be_nudged_about(self, project):
        room = project(with_boxes)
        page = text(room.maker.get("/nudge/entries:board@1:2/2"))
        assert "A mail with your line goes to Claire Duval of Aurelis Hotels." in page and "On one page" in page
        answer = room.maker.post("/nudge/entries:board@1:2/2", data={"words": "We wait."}, follow_redirects=True)
        assert "Sent to Claire Duval." in text(answer)


class TestCanvas:
    def test_with_an_entry_it_is_not_said_to_have_not_started(self, project):
        def make(session):
            data = json.loads(stories.later_definition())
            data["stages"]["figures"]["tasks"]["board"]["required"] = True
            return projects.open_small(session, definition=json.dumps(data))
        room = project(make)
        begun = "Tornby Furniture has not started 'On one page'"
        written = "'On one page' has entries; Tornby Furniture has not submitted it"
        page = text(room.shop.get(""))
        assert begun in page and written not in page
        room.shop.post("/tasks/board/entries", data={"party": 1, "box": "aim", "text": "Fewer crates"})
        page = text(room.shop.get(""))
        assert written in page and begun not in page
        assert "entries on it" in text(room.maker.get(""))

    def test_all_parties_write_and_support_and_the_asked_one_submits(self, project):
        def make(session):
            data = json.loads(stories.later_definition())
            tasks = data["stages"]["figures"]["tasks"]
            tasks["plan"] = tasks["board"] | {"title": "A second page"}
            return projects.open_small(session, definition=json.dumps(data))
        room = project(make)
        assert "2 boxes are empty: What we want, What worries us." in room.maker.get("/tasks/board").text
        for client, box, words in ((room.maker, "aim", "Fewer crates"), (room.shop, "fear", "Mud")):
            client.post("/tasks/board/entries", data={"party": 1, "box": box, "text": words})
        page = room.shop.get("/tasks/board?party=1").text
        first, second = re.findall(r'id="e-(\d+)"', page)
        assert "Submit for" not in page and f"/entries/{first}/withdraw" not in page
        assert room.shop.post(f"/tasks/board/entries/{first}/withdraw", data={"party": 1}).status_code == 403
        for status in (303, 409):
            assert room.shop.post(f"/tasks/board/entries/{first}/support", data={"party": 1}).status_code == status
        assert "Supported by Aurelis Hotels" in " ".join(room.maker.get("/tasks/board").text.split())
        room.maker.post("/talk", data={"topic": f"entry:board:1:{second}", "text": "Which mud?"})
        assert "about: an entry: Mud" in room.shop.get("/tasks/board?party=1").text
        for topic in ("entry:board:1:9999", f"entry:plan:1:{second}"):  # of this canvas only
            assert room.maker.post("/talk", data={"topic": topic, "text": "Which?"}).status_code == 404
        assert "supported an entry in" in room.maker.get("/record").text
        assert room.maker.post("/tasks/board/canvas", data={"party": 1, "seen": 0}).status_code == 303
        read = room.shop.get("/tasks/board/versions/1?party=1").text
        assert "Fewer crates (Tornby Furniture, Aurelis Hotels)" in read and "Mud (Aurelis Hotels)" in read
        late = room.shop.post("/tasks/board/entries", data={"party": 1, "box": "aim", "text": "Late"})
        assert late.status_code == 409

    def test_is_given_by_its_entries_only_and_written_by_who_sees_it(self, project):
        def make(session):
            data = json.loads(stories.later_definition())
            data["stages"]["figures"]["tasks"]["board"]["visible_to"] = "own"
            return projects.open_small(session, definition=json.dumps(data))
        room = project(make)
        forged = {"party": 1, "seen": 0, "draft": 0, "f-aim": "Forged (Aurelis Hotels)", "f-fear": "None"}
        answer = room.maker.post("/tasks/board", data=forged)
        assert answer.status_code == 409 and "Write entries into its boxes" in answer.text
        assert room.maker.post("/tasks/board/draft", data=forged).status_code == 409
        assert room.shop.post("/tasks/board/enter", data=forged).status_code == 403
        assert room.maker.post("/tasks/offer/canvas", data={"party": 1, "seen": 0}).status_code == 404
        assert room.facts().task("board", 1).number == 0
        assert "/tasks/board/entries" in room.maker.get("/tasks/board").text
        assert "/tasks/board/entries" not in room.shop.get("/tasks/board?party=1").text

    def test_an_entry_goes_with_its_author_only_and_an_empty_one_is_none(self, project):
        room = project(with_later_tasks)
        empty = room.maker.post("/tasks/board/entries", data={"party": 1, "box": "aim", "text": " "})
        assert empty.status_code == 422 and empty.text.count("field-error") == 1
        number = room.maker.post("/tasks/board/entries", data={
            "party": 1, "box": "aim", "text": "Fewer crates"}).location.partition("#e-")[2]
        room.maker.post(f"/tasks/board/entries/{number}/withdraw", data={"party": 1})
        assert "Fewer crates" not in room.shop.get("/tasks/board?party=1").text
        gone = room.shop.post(f"/tasks/board/entries/{number}/support", data={"party": 1})
        assert gone.status_code == 409 and "withdrawn by who wrote it" in gone.text


@pytest.mark.browser
class TestInPlace:
    """With scripts the page does not come anew: what is typed in other boxes stays there."""

    def opened(self, live, new_page, **options):
        with live.app.app_context(), transaction() as session:
            small = projects.open_small(session, definition=stories.later_definition(), now=now())
        page = new_page(**options)
        sign_in(page, small.emails[small.maker])
        page.goto(f"/p/{small.ref}/tasks/board")
        return page

    def test_an_entry_is_added_and_the_next_can_be_written_at_once(self, live, new_page):
        page = self.opened(live, new_page)
        page.evaluate("window.same = true")
        page.fill("#text-fear", "Mud in the")
        page.fill("#text-aim", "Fewer crates")
        page.locator("#box-aim .entry-form .btn").first.click()
        page.locator("#box-aim .entries", has_text="Fewer crates").wait_for()
        assert page.input_value("#text-fear") == "Mud in the" and page.input_value("#text-aim") == ""
        assert page.evaluate("document.activeElement.id") == "text-aim"
        assert page.locator("#box-aim [data-save-status]").inner_text() == "Added."
        page.keyboard.type("No lorries")
        page.locator("#box-aim .entry-form .btn").first.click()
        page.locator("#box-aim .entries", has_text="No lorries").wait_for()
        page.locator("#text-fear").press_sequentially(" crates")
        page.locator("#box-fear [data-save-status=saved]").wait_for()
        page.locator("#box-fear .entry-form .btn").first.click()
        page.locator("#box-fear .entries", has_text="Mud in the crates").wait_for()
        assert page.evaluate("window.same")
        page.reload()
        assert page.input_value("#text-fear") == "" and page.locator(".entries > li").count() == 3

    def test_support_and_its_end_go_the_same_way_each_time(self, live, new_page):
        page = self.opened(live, new_page)
        for box in ("aim", "fear"):
            page.fill(f"#text-{box}", f"About {box}")
            page.locator(f"#box-{box} .entry-form .btn").first.click()
            page.locator(f"#box-{box} .entries").wait_for()
        page.fill("#text-aim", "Half a")
        for box in ("aim", "fear"):
            page.get_by_role("button", name=f"Support: About {box}").click()
            page.get_by_role("button", name=f"Support no more: About {box}").wait_for()
        page.get_by_role("button", name="Withdraw: About aim").click()
        page.locator("#box-aim .entries").wait_for(state="detached")
        assert page.input_value("#text-aim") == "Half a"

    def test_what_cannot_be_taken_is_said_and_nothing_is_lost(self, live, new_page):
        page = self.opened(live, new_page)
        page.fill("#text-fear", "Mud")
        page.fill("#text-aim", "   ")
        page.locator("#box-aim .entry-form .btn").first.click()
        page.locator("#errors").wait_for()
        assert page.evaluate("document.activeElement.id") == "errors"
        assert page.input_value("#text-fear") == "Mud" and page.locator(".entries > li").count() == 0

    def test_without_connection_it_says_so_and_goes_when_there_is_one(self, live, new_page):
        page = self.opened(live, new_page)
        page.route("**/entries", lambda route: route.abort())
        page.fill("#text-aim", "Fewer crates")
        page.locator("#box-aim [data-save-status=saved]").wait_for()
        page.locator("#box-aim .entry-form .btn").first.click()
        page.get_by_text("Not submitted: no connection.").wait_for()
        assert page.input_value("#text-aim") == "Fewer crates" and page.locator(".entries > li").count() == 0
        page.unroute("**/entries")
        page.locator("#box-aim .entry-form .btn").first.click()
        page.locator("#box-aim .entries", has_text="Fewer crates").wait_for()
        assert page.locator(".entries > li").count() == 1

    def test_without_scripts_the_page_comes_anew(self, live, new_page):
        page = self.opened(live, new_page, java_script_enabled=False)
        page.fill("#text-aim", "Fewer crates")
        page.locator("#box-aim .entry-form .btn").first.click()
        assert "Fewer crates" in page.locator("#box-aim .entries").inner_text()
