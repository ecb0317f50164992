"""Showing the password once more before an act: one comes back to exactly there, with what was typed."""

import html
import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import update

from cocreate.db import transaction
from cocreate.models.people import SignIn
from tests.support import projects
from tests.support.people import PASSWORD, browser
from tests.support.rooms import proposal_of, text

REASON = "The ramp is being rebuilt until then, and nobody can deliver."


class TestComingBack:
    @pytest.mark.parametrize("path", [
        "/contract/later?need=figures.returns.crates", "/waive?path=figures.returns.crates", "/people/invite/1"])
    def test_is_to_the_very_page_with_what_it_is_about(self, play, path):
        room = play()
        assert by_link(room.maker, room.small.maker).get(path).location == "/prove"
        assert room.maker.client.post("/prove", data={"password": PASSWORD}).location == f"/p/{room.small.ref}{path}"

    def test_also_after_signing_in(self, app, play):
        room = play()
        client, path = browser(app), f"/p/{room.small.ref}/tasks/returns?party=2"
        client.get(path)
        answer = client.post("/sign-in", data={"email": room.small.emails[room.small.maker], "password": PASSWORD})
        assert answer.location == path

    @pytest.mark.parametrize("query", ["_external=1&_scheme=javascript", "endpoint=x&ref=y&self=z", "a=" + "x" * 5000])
    def test_an_address_cannot_say_where_to(self, app, play, query):
        room = play()
        client, path = browser(app), f"/p/{room.small.ref}/people"
        client.get(f"{path}?{query}")
        answer = client.post("/sign-in", data={"email": room.small.emails[room.small.maker], "password": PASSWORD})
        assert (urlsplit(answer.location).netloc, urlsplit(answer.location).path) == ("", path)

    def test_a_form_of_a_page_about_something_is_sent_again_to_it(self, play):
        room = play()
        room.clock.go(minutes=31)
        page = room.maker.post("/waive?path=figures.returns.crates", data={"reason": REASON})
        assert page.status_code == 401
        assert f'action="/p/{room.small.ref}/waive?path=figures.returns.crates"' in page.text


class TestTyped:
    def test_stays_until_the_password_is_shown_and_is_sent_again(self, play):
        room = play()
        room.maker.post("/withdraw", data={"reason": "The shop found another maker."})
        path = f"/proposals/{proposal_of(room, 'withdraw')}"
        asked = by_link(room.shop, room.small.shop).post(path, data={"reason": REASON, "answer": "refuse"})
        assert "Please show that it is you." in text(asked, 401)
        client = room.shop.client
        wrong = client.post("/prove", data=hidden(asked) | {"password": "wrong"})
        assert "This password is not right." in text(wrong, 422)
        kept = client.post("/prove", data=hidden(wrong) | {"password": PASSWORD})
        assert "Your text is kept." in text(kept)
        assert action(kept) == f"/p/{room.small.ref}{path}" and hidden(kept)["reason"] == REASON
        answer = client.post(action(kept), data=hidden(kept), follow_redirects=True)
        assert "not agreed. Nothing has changed." in text(answer)

    def test_is_nobody_elses(self, play):
        room = play()
        room.maker.post("/withdraw", data={"reason": "The shop found another maker."})
        asked = by_link(room.shop, room.small.shop).post(
            f"/proposals/{proposal_of(room, 'withdraw')}", data={"reason": REASON, "answer": "refuse"})
        answer = room.maker.client.post("/prove", data=hidden(asked) | {"password": PASSWORD})
        assert answer.status_code == 303 and REASON not in answer.text


class TestWhatAsks:
    def test_reading_a_question_asks_for_nothing_and_deciding_it_does(self, play):
        room = play()
        link = by_link(room.maker, room.small.maker)
        assert link.get("/gates/our_contract").status_code == 200
        asked = link.post("/gates/our_contract", data={"answer": "refused", "reason": REASON, "wanted": "A ramp."})
        assert "Please show that it is you." in text(asked, 401)

    @pytest.mark.parametrize("path", ["/hold", "/decline", "/withdraw"])
    def test_what_concerns_all_asks(self, play, path):
        room = play()
        asked = by_link(room.maker, room.small.maker).post(path, data={"reason": REASON, "until": "2027-03-12"})
        assert "Please show that it is you." in text(asked, 401)
        assert not room.facts().on_hold and not room.facts().ended

    def test_resuming_asks(self, play):
        room = play()
        room.maker.post("/hold", data={"reason": REASON, "until": "2027-03-12"})
        assert by_link(room.shop, room.small.shop).post("/resume").location == "/prove"
        assert room.facts().on_hold

    def test_inviting_asks_wherever_it_is_done(self, play):
        room = play()
        link = by_link(room.maker, room.small.maker)
        new = {"party": 1, "to": "new", "name": "Lea Roth", "email": f"{projects.key()}@crates.example"}
        assert "Please show that it is you." in text(link.post("/tasks/credit/pass", data=new), 401)
        assert "Lea Roth" not in {member.name for member in room.facts().members}
        tom = room.colleague()
        answer = link.post("/tasks/credit/pass", data={"party": 1, "to": str(tom)}, follow_redirects=True)
        assert "Passed on." in text(answer)  # to somebody who is here it is work like any other

    def test_stopping_a_project_asks_like_every_other_decision_about_it(self, play):
        room = play()
        assert by_link(room.maker, room.small.maker).get("/hold").location == "/prove"
        assert room.maker.client.post("/prove", data={"password": PASSWORD}).location == f"/p/{room.small.ref}/hold"
        room.maker.post("/hold", data={"reason": REASON, "until": "2027-03-12"})
        assert by_link(room.shop, room.small.shop).get("/resume").location == "/prove"


def by_link(client, person):
    """The same session, as if it had begun with a mailed link."""
    with client.client.application.app_context(), transaction() as session:
        session.execute(update(SignIn).where(SignIn.person_id == person).values(method="link", proved_at=None))
    return client


def hidden(page):
    return {html.unescape(name): html.unescape(value)
            for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text)}


def action(page):
    return html.unescape(re.search(r'<form method="post" action="([^"]+)"', page.text[page.text.index("<main"):])[1])
