"""Two people at one draft: both texts stand on the page, and nothing typed is lost."""

from cocreate.db import transaction
from cocreate.services import contributions
from tests.support import projects
from tests.support.clock import NOON
from tests.support.rooms import hidden, with_offer


class TestTwoDrafts:
    def test_both_texts_stand_on_the_page_and_nothing_is_lost(self, project):
        room = project()
        tom = room.sign_in(room.colleague(2))
        hers, his = room.shop.get("/tasks/returns").text, tom.get("/tasks/returns").text
        tom.post("/tasks/returns", data=hidden(his) | {"f-crates": "7777", "f-crates-source": "his list",
                                                        "save": "1"})
        saved = room.shop.post("/tasks/returns/draft", data=hidden(hers) | {"f-crates": "8888"})
        assert saved.status_code == 409 and "url" not in saved.json
        assert saved.json["status"] == ("Tom Baker saved this at 12:00 while you were typing. Press 'Save and close': "
                                        "you will see both texts.")
        answer = room.shop.post("/tasks/returns", data=hidden(hers) | {
            "f-crates": "8888", "f-crates-source": "her <b>list</b>", "save": "1"})
        assert answer.status_code == 409
        assert 'value="8888"' in answer.text and "her &lt;b&gt;list&lt;/b&gt;" in answer.text
        assert "Tom Baker typed:" in answer.text and "7777 · his list" in answer.text
        assert "Tom Baker saved this at 12:00 while you were typing." in answer.text
        assert 'name="theirs:f-crates" value="7777"' in answer.text
        fields = hidden(answer.text) | {"f-crates": "8888", "f-crates-source": "her <b>list</b>"}
        kept = room.shop.post("/tasks/returns", data=fields | {"keep": "crates"})
        assert 'value="8888"' in kept.text and "Tom Baker typed:" not in kept.text
        taken = room.shop.post("/tasks/returns", data=fields | {"take": "crates"})
        assert 'name="f-crates" type="text" value="7777"' in taken.text or 'value="7777"' in taken.text
        assert "Tom Baker typed:" not in taken.text
        fields = hidden(taken.text) | {"f-crates": "7777", "f-crates-source": "both lists"}
        assert room.shop.post("/tasks/returns", data=fields | {"save": "1"}).status_code == 303
        assert "both lists" in tom.get("/tasks/returns").text

    def test_what_only_one_of_the_two_touched_is_no_difference(self, project):
        room = project(with_offer)
        phone = room.sign_in(room.small.maker)
        here, there = room.maker.get("/tasks/offer").text, phone.get("/tasks/offer").text
        assert phone.post("/tasks/offer", data=hidden(there) | {"f-price": "500", "save": "1"}).status_code == 303
        answer = room.maker.post("/tasks/offer", data=hidden(here) | {"f-margin": "12", "save": "1"})
        assert answer.status_code == 409 and "typed on the other device" not in answer.text
        assert "both are together in the form now" in answer.text
        assert 'value="500"' in answer.text and 'value="12"' in answer.text

    def test_ones_own_on_another_device_is_called_that(self, project):
        room = project(with_offer)
        phone = room.sign_in(room.small.maker)
        here, there = room.maker.get("/tasks/offer").text, phone.get("/tasks/offer").text
        phone.post("/tasks/offer", data=hidden(there) | {"f-price": "500", "save": "1"})
        answer = room.maker.post("/tasks/offer", data=hidden(here) | {"f-price": "600", "save": "1"})
        assert answer.status_code == 409 and answer.text.count("You typed on the other device:") == 1
        assert "Keep what you typed on the other device" in answer.text and "Keep what Joost" not in answer.text

    def test_submitted_meanwhile_her_text_is_kept_and_can_go_on(self, project):
        room = project()
        hers = room.shop.get("/tasks/returns").text
        with room.app.app_context(), transaction() as session:
            contributions.submit(session, room.ref, task="returns", party=2, seen=0, draft=0,
                                 answers=projects.answers("returns"), actor=room.small.shop, key=projects.key(),
                                 now=NOON)
        answer = room.shop.post("/tasks/returns", data=hidden(hers) | {
            "f-crates": "8888", "f-crates-source": "her list"})
        assert answer.status_code == 409
        assert "What you typed is kept on this page." in answer.text and "8888 · her list" in answer.text
        assert "Take it back and go on with my text" in answer.text
        mine = answer.text[answer.text.index('name="mine"') - 900:]
        room.shop.post("/tasks/returns/take-back", data=hidden(mine) | {"party": 2, "seen": 1, "mine": "1"})
        assert 'value="8888"' in room.shop.get("/tasks/returns").text


class TestOneself:
    """One's own other version is no conflict, where the newer one came after the older."""

    def test_a_refused_form_sent_again_by_a_reload_shows_the_correction(self, project):
        room = project()
        sent = hidden(room.shop.get("/tasks/returns").text) | {"f-crates": "many", "f-crates-source": "her list"}
        refused = room.shop.post("/tasks/returns", data=sent)
        assert refused.status_code == 422
        fields = hidden(refused.text) | {"f-crates": "8888", "f-crates-source": "her list"}
        assert room.shop.post("/tasks/returns/draft", data=fields).status_code == 200
        again = room.shop.post("/tasks/returns", data=sent)
        assert again.status_code == 303 and again.location.endswith("/tasks/returns?party=2")
        page = room.shop.get("/tasks/returns?party=2").text
        assert "You have changed this since. Here is what was saved last." in page
        assert 'value="8888"' in page and "many" not in page

    def test_after_it_was_submitted_too(self, project):
        room = project()
        sent = hidden(room.shop.get("/tasks/returns").text) | {"f-crates": "many", "f-crates-source": "her list"}
        fields = hidden(room.shop.post("/tasks/returns", data=sent).text)
        with room.app.app_context(), transaction() as session:
            contributions.submit(session, room.ref, task="returns", party=2, seen=0, draft=int(fields["draft"]),
                                 answers=projects.answers("returns"), actor=room.small.shop, key=projects.key(),
                                 now=NOON)
        assert room.shop.post("/tasks/returns", data=sent).status_code == 303

    def test_another_text_of_the_same_page_is_shown_beside_the_newer_one(self, project):
        room = project()
        sent = hidden(room.shop.get("/tasks/returns").text) | {"f-crates": "many", "f-crates-source": "her list"}
        fields = hidden(room.shop.post("/tasks/returns", data=sent).text)
        room.shop.post("/tasks/returns/draft", data=fields | {"f-crates": "8888"})
        other = room.shop.post("/tasks/returns", data=sent | {"f-crates": "9999"})
        assert other.status_code == 409 and 'value="9999"' in other.text and "8888" in other.text
