"""What stands beside a figure: its source, a limit it misses with the ways out, a second value."""

import json
import re

from tests.support import projects, stories
from tests.support.rooms import hidden, with_later_tasks


class TestSources:
    def test_a_source_that_is_an_address_is_a_link_and_nothing_else(self, project):
        room = project()
        page = room.shop.get("/tasks/returns").text
        room.shop.post("/tasks/returns", data=hidden(page) | {
            "f-crates": "1", "f-crates-grade": "assumed",
            "f-crates-source": 'https://ramp.example/list <b>"x"</b> javascript:alert(1)'})
        page = room.maker.get("/tasks/returns?party=2").text
        assert '<a href="https://ramp.example/list" rel="nofollow noopener noreferrer">' in page
        assert "&lt;b&gt;" in page and 'href="javascript' not in page


class TestLimits:
    def test_one_that_is_missed_is_said_with_its_ways_out_on_now_on_the_task_and_at_the_gate(self, project):
        room = project(_limited)
        out = "can propose to go on all the same; all contracting parties must agree."
        for path in ("", "/tasks/returns", "/gates/picture"):
            page = room.shop.get(path).text
            assert "Crates that come back" in page and "going on needs at least 20,000 pieces" in page and out in page
            assert "/waive?path=figures.returns.crates" in page
            assert out in room.manager.get(path).text and "/waive?path" not in room.manager.get(path).text
        assert "misses its limit" in room.shop.get("/waive?path=figures.returns.crates").text

    def test_one_that_is_all_that_is_missing_is_the_one_act_of_now_and_of_the_gate(self, project):
        def decided(session):
            small = _limited(session)
            for party in (1, 2):
                projects.agree(session, small, party, gate="picture")
            return small

        room = project(decided)
        for client in (room.maker, room.shop):
            page = client.get("").text
            assert "Choose how to go on: &#39;Crates that come back&#39; misses its limit" in page
            assert "Nothing is asked of you" not in page
            for path in ("", "/gates/picture"):
                main = client.get(path).text.partition("<main")[2].partition("</main>")[0]
                primary = re.findall(r'class="btn btn-primary[^"]*"[^>]*>([^<]*)<', main)
                assert set(primary) == {"Propose to go on all the same"}
            turns = client.client.get("/your-turn").text
            assert "Choose how to go on" in turns
        page = room.manager.get("").text
        assert "Nothing is asked of you." in page
        assert "Ingrid Solvik or Claire Duval can propose to go on all the same" in page
        room.shop.post("/waive?path=figures.returns.crates", data={"reason": "The ramp is full already."})
        assert "Choose how to go on" not in room.shop.get("").text + room.maker.get("").text
        assert "Answer:" in room.maker.get("").text


class TestTwoValues:
    def test_both_stand_on_the_page_with_their_sources_until_they_are_settled(self, project):
        room = project(with_later_tasks)
        for client, weight, source in ((room.maker, "14.2", "Parts list"), (room.shop, "16.5", "Weighed")):
            page = client.get("/tasks/weight").text
            assert "Two values" not in page
            client.post("/tasks/weight", data=hidden(page) | {"f-each": weight, "f-each-source": source})
        for client in (room.maker, room.shop):
            page = client.get("/tasks/weight").text
            assert "Two values: Weight of one" in page and "Parts list" in page and "Weighed" in page
            assert f"/p/{room.ref}/settle?path=figures.weight.each" in page
        assert "Settle which one counts" not in room.manager.get("/tasks/weight?party=1").text


# helpers


def _limited(session):
    """A project that has answered everything, and misses a limit on its way on."""
    data = json.loads(stories.definition())
    data["transitions"]["to_terms"]["when"]["all"].append(
        {"figure": {"path": "figures.returns.crates", "at_least": 20000, "unit": "pieces/a"}})
    small = projects.open_small(session, definition=json.dumps(data))
    for task in ("returns", "credit", "offer"):
        projects.give(session, small, task, stories.answers(task))
    return small
