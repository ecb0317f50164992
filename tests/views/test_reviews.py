"""A review: what it is about stands on its page, and each part of it can be spoken of."""

import json
import re

from tests.support import projects, stories
from tests.support.rooms import hidden


class TestReview:
    def test_shows_what_it_is_about(self, project):
        def make(session):
            small = projects.open_small(session, definition=stories.later_definition())
            projects.give(session, small, "returns")
            projects.give(session, small, "credit")
            projects.go_on(session, small, "to_terms")
            return small
        room = project(make)
        page = room.maker.get("/tasks/check").text
        assert "You read: Crates per year" in page and "12,500" in page
        assert "One field is open: What do you say to it?<" in page

    def test_has_a_way_to_comment_at_every_field_row_and_clause(self, project):
        def make(session):
            data = json.loads(stories.later_definition())
            data["stages"]["terms"]["tasks"]["check"]["reviews"] = "credit"
            data["transitions"]["to_terms"]["when"] = {"task": "credit"}
            small = projects.open_small(session, definition=json.dumps(data))
            projects.give(session, small, "credit")
            projects.go_on(session, small, "to_terms")
            return small
        room = project(make)
        asked = room.shop.get("/talk?topic=row:credit:1:places:2").text
        assert "Places, row 2" in asked and 'name="about"' not in asked
        for topic, words in (("row:credit:1:places:2", "Bergen has a ferry."), ("clause:credit", "Too short.")):
            assert room.shop.post("/talk", data={"topic": topic, "text": words}).status_code == 303
        for topic in ("row:credit:1:amount:1", "row:credit:1:places:x", "row:credit:1:places"):
            assert room.shop.post("/talk", data={"topic": topic, "text": "Nothing"}).status_code == 404
        page = room.maker.get("/tasks/check").text
        places = {topic: page.count(f"/talk?topic={topic}&") for topic in (
            "field:credit:1:amount", "row:credit:1:places:1", "row:credit:1:places:2")}
        assert set(places.values()) == {1}, places
        assert page.count("One comment") == 2 and "The draft of the contract" in page
        assert "about: Places, row 2" in room.maker.get("/tasks/credit").text

    def test_that_something_has_to_change_is_read_where_one_decides_and_is_the_turn_of_who_gave_it(self, project):
        def make(session):
            data = json.loads(stories.later_definition())
            figures = data["stages"]["figures"]
            figures["tasks"]["check"] = data["stages"]["terms"]["tasks"].pop("check")
            figures["gates"] = {"picture": {"question": "Is this it?", "of": ["maker", "shop"], "due": {"days": 2}}}
            data["transitions"]["to_terms"]["when"] = {"all": ["tasks", {"gate": "picture"}]}
            small = projects.open_small(session, definition=json.dumps(data))
            projects.give(session, small, "returns")
            return small
        room = project(make)
        page = room.maker.get("/tasks/check").text
        answer = room.maker.post("/tasks/check", data=hidden(page) | {
            "f-verdict": "change", "f-remarks": "At least 18,000 crates."})
        assert answer.status_code == 303
        decided = room.shop.get("/gates/picture").text
        assert "Something has to change</span>" in decided and "<q>At least 18,000 crates.</q>" in decided
        asks = "says that something has to change: Check the figures"
        assert asks in room.shop.client.get("/your-turn").text and asks not in room.maker.client.get("/your-turn").text
        assert asks in room.shop.get("").text
        again, = re.findall(r'href="([^"]+)">Open ', room.shop.get("/tasks/check").text)
        assert again.endswith("/tasks/returns/reopen?party=2")
        assert "/tasks/returns/reopen" not in room.maker.get("/tasks/check").text
