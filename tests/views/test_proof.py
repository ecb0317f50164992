"""Showing the password once more before an act: one comes back to exactly there, with what was typed."""

import ast
import html
import inspect
import re
import sys
from io import BytesIO
from urllib.parse import urlsplit

import pytest

from cocreate.views import policy
from tests.support import projects, proofs
from tests.support.people import PASSWORD, browser
from tests.support.rooms import by_link, proposal_of, text
from tests.support.routes import ask, routes
from tests.support.strangers import signed_in
from tests.support.worlds import worlds

REASON = "The ramp is being rebuilt until then, and nobody can deliver."


class TestComingBack:
    @pytest.mark.parametrize("path", [
        "/contract/later?need=figures.returns.crates", "/waive?path=figures.returns.crates", "/people/invite/1"])
    def test_is_to_the_very_page_with_what_it_is_about(self, play, path):
        room = play()
        assert by_link(room.maker, room.small.maker).get(path).location == "/prove"
        assert room.maker.client.post("/prove", data={"password": PASSWORD}).location == f"/p/{room.small.ref}{path}"

    def test_says_what_to_do_and_has_a_way_back(self, play):
        room = play()
        client, place = by_link(room.maker, room.small.maker), f"/p/{room.small.ref}"
        client.get("/waive?path=figures.returns.crates")
        asked = room.maker.client.get("/prove", headers={"Referer": f"http://localhost{place}/contract"})
        assert "Type your password. What you want to do needs it" in text(asked)
        assert f'href="{place}/contract">Back</a>' in asked.text
        for elsewhere in ("https://evil.example/x", f"http://localhost{place}/waive?path=figures.returns.crates", ""):
            page = room.maker.client.get("/prove", headers={"Referer": elsewhere}).text
            assert f'href="{place}">Back</a>' in page or f'href="{place}/">Back</a>' in page
        assert 'href="https://evil' not in page

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
        assert "Nothing has happened yet. What you sent is kept" in text(kept)
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


class TestTheTable:
    """``tests.support.proofs`` says what asks for the password, and nothing else does."""

    def test_is_what_the_pages_do(self, both):
        asking = {endpoint for endpoint, view in both.app.view_functions.items() if asks(view)}
        assert asking == {endpoint for endpoint, when in proofs.PROOFS.items() if when is not proofs.FORM}
        assert proofs.PROOFS.keys() <= policy.POLICY.keys()

    def test_is_what_a_session_by_link_meets(self, both):
        """Every address, by who may: nothing of the table is shown, or happens, and nothing else asks."""
        clients = {access: signed_in(both.app, person, method="link") for access, person in (
            (policy.ACCOUNT_MANAGER, both.ours.manager), (policy.ADMINISTRATOR, both.ours.administrator),
            (policy.IN_PROJECT, both.ours.small.shop))}
        asked = set()
        for route in routes(both.app, both.ours):
            when, client = proofs.PROOFS.get(route.endpoint), clients.get(policy.POLICY[route.endpoint])
            if client is None or (route.method == "POST" and when in (None, proofs.INVITING)):
                continue
            answer = ask(client, route)
            if answer.location == "/prove" or (answer.status_code == 401 and "it is you." in answer.text):
                asked.add(route.endpoint)
            elif when in (proofs.BEFORE, proofs.FILE) or (when is proofs.ACTING and route.method == "POST"):
                assert answer.status_code in (302, 303, 403, 404, 405, 409), str(route)
        assert len(asked) > 25
        assert asked <= {endpoint for endpoint, when in proofs.PROOFS.items() if when is not proofs.FORM}


class TestAFile:
    def test_is_not_chosen_on_a_page_that_will_ask_for_the_password(self, play):
        room = play()
        assert room.maker.get("/gates/our_contract/outside").location != "/prove"
        room.clock.go(minutes=15)
        assert room.maker.get("/hold").status_code == 200
        assert room.maker.get("/gates/our_contract/outside").location == "/prove"

    def test_that_was_lost_all_the_same_is_named(self, play):
        room = play()
        path = f"/p/{room.small.ref}/gates/our_contract/outside"
        asked = by_link(room.maker, room.small.maker).client.post(path, data={
            "body": "Board", "proof": (BytesIO(b"%PDF-1.4"), "letter.pdf")})
        kept = room.maker.client.post("/prove", data=hidden(asked) | {"password": PASSWORD})
        assert "send it with the button. Choose the file again on the next page: letter.pdf." in text(kept)


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


def asks(view):
    """Whether a view, or what it calls in its own module, asks for the password."""
    module, seen, todo = sys.modules[view.__module__], set(), [view.__name__]
    functions = {one.name: one for one in ast.walk(ast.parse(inspect.getsource(module)))
                 if isinstance(one, ast.FunctionDef)}
    while todo:
        if (name := todo.pop()) in functions and name not in seen:
            seen.add(name)
            for node in ast.walk(functions[name]):
                if isinstance(node, ast.Attribute) and node.attr.startswith("require_proof"):
                    return True
                if isinstance(node, ast.Name):
                    todo.append(node.id)
    return False


@pytest.fixture
def both(app, clock):
    with app.app_context():
        yield worlds(app)


def hidden(page):
    return {html.unescape(name): html.unescape(value)
            for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text)}


def action(page):
    return html.unescape(re.search(r'<form method="post" action="([^"]+)"', page.text[page.text.index("<main"):])[1])
