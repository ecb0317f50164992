"""Comments and entries that are typed and not said: kept for who typed them, on every device, until they are said."""

import html
import json
import re

import pytest
from sqlalchemy import select

from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.models.talk import Unsaid
from tests.support import projects, stories
from tests.support.forms import forms_of, parsed
from tests.support.rooms import Played, sign_in

TASK = "/tasks/returns?party=2"
CANVAS = "/tasks/board?party=1"


class TestComment:
    def test_is_there_on_another_device_as_it_was_typed_for_its_person_only(self, room):
        typed = form_of(room.maker, TASK) | {"text": "Which shops?", "private": "y",
                                                      "about": "field:returns:2:crates"}
        said = room.maker.post("/talk/draft", data=typed).json["status"]
        assert re.fullmatch(r"Draft saved \d\d:\d\d, only you see it", said)
        elsewhere = room.sign_in(room.small.maker)
        found = form_of(elsewhere, TASK)
        assert (found["text"], found["private"], found["about"]) == ("Which shops?", "y", "field:returns:2:crates")
        assert said in elsewhere.get(TASK).text
        colleague = room.sign_in(room.colleague())
        for other in (room.shop, room.manager, colleague):
            assert "Which shops?" not in other.get(TASK).text

    def test_is_gone_when_it_is_said_also_for_a_save_that_comes_late(self, room):
        typed = form_of(room.maker, TASK) | {"text": "Which shops?"}
        room.maker.post("/talk/draft", data=typed)
        assert room.maker.post("/talk", data=typed).status_code == 303
        room.maker.post("/talk/draft", data=typed)
        assert form_of(room.maker, TASK)["text"] == "" and rows(room) == []
        assert room.maker.get(TASK).text.count("Which shops?") == 1

    def test_is_kept_without_scripts_until_it_is_discarded(self, room):
        typed = form_of(room.maker, TASK) | {"text": "Which shops?", "keep": "1"}
        answer = room.maker.post("/talk", data=typed, follow_redirects=True)
        assert "Kept. Only you see it until you say it." in answer.text
        again = form_of(room.maker, TASK)
        assert again["text"] == "Which shops?"
        room.maker.post("/talk", data=again | {"discard": "1"})
        assert form_of(room.maker, TASK)["text"] == "" and rows(room) == []

    def test_is_kept_where_it_is_refused(self, room):
        long = "x" * 4001
        assert room.maker.post("/talk", data=form_of(room.maker, TASK) | {"text": long}).status_code == 422
        assert form_of(room.maker, TASK)["text"] == long

    def test_of_two_windows_neither_text_is_lost(self, room):
        first, second = form_of(room.maker, TASK), form_of(room.maker, TASK)
        room.maker.post("/talk/draft", data=first | {"text": "Which shops?"})
        room.maker.post("/talk/draft", data=second | {"text": "Which ramp?"})
        page = room.maker.get(TASK).text
        assert "Which shops?" in page and "Which ramp?" in page and "have not said it" in page
        here, there = form_of(room.maker, TASK), form_of(room.maker, TASK)
        for form, text in ((here, "Which ramp is it?"), (there, "Which ramp was it?")):  # both began from one draft
            room.maker.post("/talk/draft", data=form | {"text": text})
        [other] = {"Which shops?", "Which ramp?"} - {here["text"]}
        assert {other, "Which ramp is it?", "Which ramp was it?"} == set(rows(room))

    def test_one_can_go_on_with_the_other(self, room):
        for text in ("Which shops?", "Which ramp?"):
            room.maker.post("/talk/draft", data={"topic": "task:returns:2", "text": text})
        page = room.maker.get(TASK).text
        [url] = [html.unescape(one) for one in re.findall(r'href="[^"]*(/talk\?[^"]*begun=[^"]+)"', page)]
        shown = form_of(room.maker, TASK)["text"]
        assert {shown, form_of(room.maker, url)["text"]} == {"Which shops?", "Which ramp?"}

    def test_an_answer_is_found_on_the_page_of_its_thing(self, room):
        room.maker.post("/talk", data={"topic": "task:returns:2", "text": "Which shops?"})
        [number] = re.findall(r'id="c-(\d+)"', room.shop.get(TASK).text)
        url = f"/talk?topic=task:returns:2&reply_to={number}"
        room.shop.post("/talk/draft", data=form_of(room.shop, url) | {"text": "All of them."})
        assert "All of them." in room.shop.get(TASK).text
        assert form_of(room.shop, TASK)["text"] == ""
        assert form_of(room.shop, url)["text"] == "All of them."

    def test_stays_readable_when_nothing_can_be_said_any_more(self, room):
        room.maker.post("/talk/draft", data={"topic": "task:returns:2", "text": "Which shops?"})
        room.maker.post("/decline", data={"reason": "They went bankrupt.", "title": "Crates come back"})
        assert room.facts().ended
        assert "Which shops?" in room.maker.get(TASK).text

    def test_of_what_one_may_not_see_nothing_is_kept(self, room):
        for topic in ("task:nothing:2", "entry:returns:2:1", "nonsense"):
            assert room.shop.post("/talk/draft", data={"topic": topic, "text": "x"}).status_code == 404
        assert room.shop.post("/talk/draft", data={"topic": "task:returns:2", "text": "x" * 100_001}).status_code == 422
        assert rows(room) == []

    def test_of_more_than_twenty_the_oldest_makes_room_for_this_person_only(self, room):
        room.shop.post("/talk/draft", data={"topic": "task:returns:2", "text": "Ours"})
        for number in range(21):
            room.clock.go(seconds=1)
            room.maker.post("/talk/draft", data={"topic": "task:returns:2", "text": f"Text {number}."})
        assert sorted(rows(room)) == sorted(["Ours", *(f"Text {number}." for number in range(1, 21))])

    def test_of_who_may_say_nothing_here_nothing_is_kept(self, room):
        observer = room.sign_in(room.colleague(1, "observer"))
        assert observer.get(TASK).status_code == 200
        assert observer.post("/talk/draft", data={"topic": "task:returns:2", "text": "Mine"}).status_code == 403
        assert rows(room) == []


class TestEntry:
    def test_is_there_on_another_device_for_its_person_only_until_it_is_added(self, canvas):
        typed = box_of(canvas.maker, "aim") | {"text": "Fewer crates"}
        assert "only you see it" in canvas.maker.post("/tasks/board/entries/draft", data=typed).json["status"]
        elsewhere = canvas.sign_in(canvas.small.maker)
        assert box_of(elsewhere, "aim")["text"] == "Fewer crates"
        for other in (canvas.shop, canvas.manager, canvas.sign_in(canvas.colleague())):
            assert "Fewer crates" not in other.get(CANVAS).text
        assert elsewhere.post("/tasks/board/entries", data=box_of(elsewhere, "aim")).status_code == 303
        assert box_of(canvas.maker, "aim")["text"] == "" and rows(canvas) == []

    def test_is_kept_without_scripts_and_where_it_is_refused(self, canvas):
        canvas.maker.post("/tasks/board/entries", data=box_of(canvas.maker, "aim") | {"text": "Fewer", "keep": "1"})
        assert box_of(canvas.maker, "aim")["text"] == "Fewer"
        sent = box_of(canvas.maker, "aim") | {"text": "x" * 501}
        assert canvas.maker.post("/tasks/board/entries", data=sent).status_code == 422
        assert box_of(canvas.maker, "aim")["text"] == "x" * 501
        assert form_of(canvas.maker, CANVAS)["text"] == ""

    def test_a_box_that_is_not_there_keeps_nothing(self, canvas):
        for key, box in (("board", "nothing"), ("returns", "aim")):
            assert canvas.maker.post(f"/tasks/{key}/entries/draft", data={"box": box, "text": "x"}).status_code == 404

    def test_stays_readable_when_nothing_can_be_added_any_more(self, canvas):
        canvas.maker.post("/tasks/board/entries/draft", data=box_of(canvas.maker, "aim") | {"text": "Fewer crates"})
        canvas.maker.post("/hold", data={"reason": "The harvest comes first.", "until": "2027-03-12"})
        assert canvas.facts().on_hold
        assert "Fewer crates" in canvas.maker.get(CANVAS).text


class TestInABrowser:
    def test_typed_words_are_there_again_whatever_one_presses(self, live, new_page):
        with live.app.app_context(), transaction() as session:
            small = projects.in_terms(session, now=now())
        page = new_page()
        sign_in(page, small.emails[small.maker])
        task = f"/p/{small.ref}{TASK}"
        page.goto(task)
        page.get_by_text("Say something").click()
        with page.expect_response("**/talk/draft"):
            page.get_by_label("Your words").fill("Which of the shops?")
        page.locator("a.brand").click()
        page.wait_for_url(lambda url: "/tasks/" not in url)
        page.goto(task)
        assert page.get_by_label("Your words").input_value() == "Which of the shops?"
        page.get_by_role("button", name="Say it").click()
        page.wait_for_url(lambda url: "#c-" in url)
        assert "Which of the shops?" in page.inner_text("main")
        page.reload()
        assert page.get_by_label("Your words").input_value() == ""


def form_of(client, url, action="/talk"):
    """What a browser would send from the form of this page that leads there."""
    return next(form for to, form in sendable(client, url) if action in to and "text" in form)


def box_of(client, key):
    return next(form for to, form in sendable(client, CANVAS) if to.endswith("/entries") and form["box"] == key)


def sendable(client, url):
    found = forms_of(parsed(client.get(url).text), client.start + url)
    return [(form.action, dict(form.filled(lambda _: None))) for form in found]


def rows(room):
    with room.app.app_context():
        return [json.loads(one)["text"][0] for one in db.session.scalars(
            select(Unsaid.typed).where(Unsaid.project_id == room.facts().project.id))]


@pytest.fixture
def room(play):
    return play()


@pytest.fixture
def canvas(app, session, clock):
    small = projects.open_small(session, definition=stories.later_definition())
    session.commit()
    return Played(app, small, clock)
