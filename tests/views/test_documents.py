"""Documents that are shared, by the pages."""

import io
import re

from cocreate.clock import now
from cocreate.db import transaction
from tests.support import handmade, projects, stories
from tests.support.rooms import sign_in, text


class TestSharing:
    def test_which_parties_is_asked_once_one_wants_to_choose_them(self, live, new_page):
        with live.app.app_context(), transaction() as session:
            small = projects.open_small(session, now=now())
        page = new_page()
        sign_in(page, small.emails[small.manager])
        page.goto(f"/p/{small.ref}/documents/new")
        which = page.get_by_text("Which parties, beside yours?")
        assert which.is_hidden()
        page.get_by_label("Parties I choose").check()
        assert which.is_visible()


class TestDocuments:
    def test_a_picture_is_shown_as_a_picture_and_nothing_else(self, play):
        room = play()
        share(room.maker, "ramp.png", handmade.png())
        page = room.shop.get("/documents/1")
        address = next(url for url in re.findall(r'<img src="([^"]+)"', page.text) if "picture" in url)
        answer = room.shop.client.get(address)
        assert answer.mimetype == "image/png" and answer.data == handmade.png()
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "read by Aurelis Hotels" in text(room.maker.get("/documents/1"))

    def test_a_text_is_shown_as_text(self, play):
        room = play()
        share(room.maker, "terms.txt", b"Price < 3 & more\n<b>net</b>")
        page = room.shop.get("/documents/1").text
        assert "Price &lt; 3 &amp; more\n&lt;b&gt;net&lt;/b&gt;" in page
        assert room.shop.get("/documents/1/1/picture").status_code == 404

    def test_whose_it_is_not_sees_neither(self, play):
        room = play()
        share(room.maker, "own.png", handmade.png(), who="own")
        assert room.shop.get("/documents/1/1/picture").status_code == 404

    def test_what_a_new_version_would_do_is_said_while_there_can_be_one(self, play):
        room = play(definition=stories.definition())
        with room.app.app_context():
            stories.submit(room.small, "offer", files=(stories.file(room.small),))
        assert "A new version of it comes with a new version of the task." in text(room.maker.get("/documents/1"))
        room.shop.post("/decline", data={"reason": "They went bankrupt.", "title": "Crates come back"})
        page = text(room.maker.get("/documents/1"))
        assert "Asked for by" in page and "new version" not in page

    def test_what_was_withdrawn_stays_named(self, play):
        room = play()
        share(room.maker, "ramp.png", handmade.png())
        room.maker.post("/documents/1/withdraw", data={"seen": "1"})
        assert "1 withdrawn file ramp.png Tornby Furniture, withdrawn Mon 1 Mar" in text(room.shop.get("/documents"))
        assert room.shop.get("/documents/1/1/picture").status_code == 404


def share(client, name, body, who="all"):
    answer = client.post("/documents/new", data={"who": who, "upload": (io.BytesIO(body), name)})
    assert answer.status_code == 303, answer.text
