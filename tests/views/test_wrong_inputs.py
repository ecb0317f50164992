"""Every form of the product with something wrong in each of its inputs: nothing typed is lost, and the way to each
input is short.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient

from cocreate.services import sign_ins
from tests.support import projects, rooms, stories
from tests.support.clock import NOON
from tests.support.forms import Sendable, faults, forms_of, is_text, kind_of, parsed, value_of
from tests.support.house import House, fetcher, pages, signed_in
from tests.support.inviting import invite
from tests.support.openings import begin, host_ref, publish
from tests.support.people import browser, entered, someone
from tests.support.rooms import owing
from tests.support.signing_in import enrol, sign_in
from workflows import library

Post = Callable[..., Any]
PEOPLE = ("administrator", "account manager", "customer champion", "checks", "signs", "reads")
NOBODY = ("/sign-in", "/sign-in/mail", "/forgot", "/invitation/again")
HIDDEN = "\u202e"  # turns the text round; no input takes it
_CELL = re.compile(r"(f-[a-z0-9_]+)-0-(\w+)")
_ID = re.compile(r"[0-9a-z]{26}|\d+")


class TestEveryForm:
    """Sent with what none of its inputs takes."""

    def test_comes_back_with_what_was_typed_and_leads_to_each_input(self, house):
        wrong, sent = sent_wrong(forms(house))
        assert not wrong, "\n".join(wrong)
        assert sent > 60

    @pytest.mark.parametrize("database", ["sqlite"], indirect=True)
    def test_does_so_where_no_link_of_an_ordinary_week_leads(self, app, session, play, clock):
        wrong, sent = sent_wrong(each_once((partial(client.post), client.get(path).text, path)
                                           for client, path in rare(app, session, play)))
        assert not wrong, "\n".join(wrong)
        assert sent > 15


def sent_wrong(forms: Iterator[tuple[Post, Sendable]]) -> tuple[list[str], int]:
    """What was not as it should be, and how many forms were sent."""
    wrong, sent = [], 0
    for post, form in forms:
        typed = list(form.filled(wrong_in))
        typed += [(_CELL.sub(rf"\1-{row}-\2", name), text + row) for row in "12" for name, text in typed
                  if _CELL.fullmatch(name)]
        answer = send(post, form, typed)
        if answer.status_code == 422:
            page = parsed(answer.text)
            found = [*faults(page), *(f"{name} has lost {text!r}" for name, text in lost(page, typed))]
        else:
            found = [f"answered with {answer.status_code}"]
        wrong += [f"{form.action}: {what}" for what in found]
        sent += 1
    return wrong, sent


def forms(house: House) -> Iterator[tuple[Post, Sendable]]:
    """Each kind of form once, with somebody who has it before him."""
    here = {"base_url": house.live.url}
    clients = {kind: signed_in(house, kind) for kind in PEOPLE}  # all before one of them changes something
    shown = [(partial(client.post, **here), text, path) for kind, client in clients.items()
             for _endpoint, path, text in pages(house, kind, fetcher(house, client), per_page=2)]
    stranger = house.live.app.test_client()
    shown += [(partial(stranger.post, **here), stranger.get(path, **here).text, path) for path in NOBODY]
    return each_once(iter(shown))


def each_once(shown: Iterator[tuple[Post, str, str]]) -> Iterator[tuple[Post, Sendable]]:
    """shown: how to post, a page, and where it is."""
    seen = set()
    for post, text, path in shown:
        for form in forms_of(parsed(text), path):
            kind = _ID.sub("", form.action), tuple(_ID.sub("", one.get("name")) for one in form.shown)
            if kind not in seen and any(wrong_in(one) for one in form.shown):
                seen.add(kind)
                yield post, mailed(post, form) if form.action.endswith("/code") and len(form.shown) > 1 else form


def mailed(post: Post, form: Sendable) -> Sendable:
    """The same form once a code has been mailed."""
    answer = send(post, form, form.filled(lambda _one: None))
    return next(one for one in forms_of(parsed(answer.text), form.action) if one.shown)


def wrong_in(one: Any) -> str | None:
    """What no input of this kind takes."""
    if kind_of(one) in ("select", "radio"):
        return "no-such"
    if kind_of(one) == "password":
        return f"wrong {HIDDEN}"
    return f"wrong {HIDDEN}{one.get('name')}" if is_text(one) else None


def send(post: Post, form: Sendable, typed: list[tuple[str, str]]) -> Any:
    data: dict[str, list[str]] = {}
    for name, text in typed:
        data.setdefault(name, []).append(text)
    return post(form.action, data=data)


def lost(page: Any, typed: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What was typed and is in no input of its name; passwords and codes are never shown again."""
    there = [(one.get("name"), value_of(one)) for one in page.iter("input", "textarea") if one.get("name")]
    secret = {one.get("name") for one in page.iter("input")
              if kind_of(one) == "password" or one.get("autocomplete") == "one-time-code"}
    for name, text in typed:
        if HIDDEN in text and name not in secret and (name, text) not in there:
            yield name, text


# Where no link of an ordinary week leads


def rare(app: Any, session: Any, play: Any) -> Iterator[tuple[FlaskClient, str]]:
    """Somebody, and the page with the form."""
    yield from of_tasks(play)
    yield from of_agreeing(play)
    yield from of_the_desk(app, session)
    yield from of_links(app, session)


def of_tasks(play: Any) -> Iterator[tuple[FlaskClient, str]]:
    room = play()
    room.shop.post("/tasks/returns/help", data={"party": 2, "text": "Which ramp is meant here?", "who": "all"})
    number = re.search(r"reply_to=(\d+)", room.maker.get("/tasks/returns?party=2").text)[1]
    room.maker.post("/talk", data={"topic": "task:returns:2", "text": "The one at gate 3.", "reply_to": number})
    yield room.shop.client, f"{room.shop.start}/tasks/returns/helped?party=2"
    room = play(definition=stories.later_definition())
    yield room.maker.client, f"{room.maker.start}/tasks/board"
    for client, weight in ((room.maker, "14.2"), (room.shop, "16.5")):
        form = next(one for one in forms_of(parsed(client.get("/tasks/weight").text), "") if one.shown)
        data = dict(form.filled(lambda _one: None)) | {"f-each": weight, "f-each-source": "Weighed"}
        client.post("/tasks/weight", data=data)
    yield room.shop.client, f"{room.shop.start}/settle?path=figures.weight.each"
    room = play()
    data = dict(next(one for one in forms_of(parsed(room.shop.get("/tasks/returns").text), "") if one.shown).filled(
        lambda _one: None)) | {"f-crates": "9000", "f-crates-grade": "estimated", "f-crates-source": "Ramp"}
    room.shop.post("/tasks/returns", data=data)
    room.maker.post("/tasks/returns/accept", data={"party": 2, "seen": 1})
    yield room.shop.client, f"{room.shop.start}/tasks/returns/reopen?party=2"


def of_agreeing(play: Any) -> Iterator[tuple[FlaskClient, str]]:
    room = play()
    for number, client in enumerate((room.maker, room.shop), 1):
        client.post(f"/charter/goals:{number}", data={"goals-0-what": "Fewer new crates"})
    yield room.shop.client, f"{room.shop.start}/charter/conflict/2.1"
    room.maker.post("/add-party", data={
        "seat": "carrier", "organisation": "Freight Ltd", "kind": "company", "country": "NL", "name": "Fritz",
        "email": f"{projects.key()}@freight.example", "reason": "Somebody has to drive."})
    room.shop.post(f"/proposals/{rooms.proposal_of(room, 'add_party')}", data={"answer": "agree"})
    carrier = room.newcomer(3)
    yield carrier.client, f"{carrier.start}/leave"
    room = owing(play())
    for page in ("who", "1/hand-over", "1/done"):
        yield room.shop.client, f"{room.shop.start}/duties/{page}"


def of_the_desk(app: Any, session: Any) -> Iterator[tuple[FlaskClient, str]]:
    small = projects.open_small(session)
    publish(session, small, library.load("value_network"))
    manager, customer = (entered(app, small.emails[one]) for one in (small.manager, small.shop))
    seats = begin(manager, template="value_network")
    for step in ("seats", "goal", "check"):
        yield manager, seats.replace("seats", step)
    customer.post("/suggest", data={"host": host_ref(customer), "title": "Take back our chairs",
                                    "words": "We have 300 chairs."})
    yield manager, re.search(r'/desk/openings/[0-9a-z]{26}/answer', manager.get("/desk").text)[0]


def of_links(app: Any, session: Any) -> Iterator[tuple[FlaskClient, str]]:
    small, anna = projects.open_small(session), someone(session)
    token = invite(session, small, "tom")
    reset = sign_ins.issue(session, anna.id, "reset", until=NOON + timedelta(minutes=10), now=NOON)
    session.commit()
    client = browser(app)
    client.get(f"/i/{token}")
    for path in ("/invitation", "/invitation/no", "/invitation/someone-else"):
        yield client, path
    client = browser(app)
    client.get(f"/r/{reset}")
    yield client, "/reset"
    enrol(app, anna, NOON)
    client = browser(app)
    sign_in(client, anna)
    for path in ("/sign-in/code", "/sign-in/recovery-code"):
        yield client, path
