"""An installation in which every page has something to show: the demo, and small projects that are further on.

Whoever is in it reads the made-up language, so that what is not in the catalogue shows.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from cocreate import jobs
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain.answers import Answer
from cocreate.models.people import Person
from cocreate.services import (
    concerns,
    contributions,
    demo,
    documents,
    endings,
    holds,
    hosts,
    passing,
    people,
    proposals,
    staff,
    suggestions,
    templates,
)
from cocreate.services.acts.contributions import NewFile
from cocreate.services.files import prefix
from tests.support import languages, projects, stories
from tests.support.apps import Live, serve
from tests.support.people import PASSWORD
from tests.support.projects import Small, key
from tests.support.run import ROOT
from workflows import library

# mails of other people; values that a later stage asks for
NOWHERE = ("admin.mail", "admin.mail_html", "room.contract")
PER_PAGE = 5  # of one kind that one person is shown: tasks differ, each the thirtieth of them does not


@dataclass(slots=True)
class House:
    live: Live
    people: dict[str, tuple[str, str]] = field(default_factory=dict)  # what for -> address, password
    further: dict[str, list[str]] = field(default_factory=dict)  # what for -> pages that no link leads to now
    texts: set[str] = field(default_factory=set)  # what people and templates wrote: in no catalogue


@contextmanager
def furnished(database: str, data: Path) -> Iterator[House]:
    languages.write(data / "translations")
    with serve(database, data) as live:
        house = House(live)
        with live.app.app_context():
            demo.load(store=live.app.extensions["store"], now=now())
            for kind, address, password in demo.sign_ins():
                house.people[kind] = (address, password)
            _further(house)
            with transaction() as session:
                session.execute(update(Person).values(language=languages.CODE))
        jobs.tick(live.app)
        with live.app.app_context():
            house.texts = set(_written())
        yield house


def _further(house: House) -> None:
    """Projects in the states that the demo has not reached."""
    with transaction() as session:
        _draft_a_template(session, house.people["administrator"][0])
        _invite_to_the_host(session, house.people["administrator"][0])
        _suggest(session, house.people["customer champion"][0])
        to_sign = projects.ready_to_sign(session, now=now())
        reading = projects.frozen(session, now=now())
        signed = projects.agreed(session, now=now())
        resting, ended = (projects.open_small(session, now=now()) for _ in range(2))
        working, bargaining = projects.open_small(session, now=now()), _bargaining(session)
        projects.give(session, working, "credit", now=now())
        _check_again(session, working)
        for author, text in ((working.shop, "We are not heard."), (working.maker, "Nobody says what it costs.")):
            concerns.raise_concern(session, working.ref, to="champions", text=text, record=True, actor=author,
                                   key=key(), now=now())
        _propose(session, reading)
        holds.hold(session, resting.ref, until=(now() + timedelta(days=40)).date(), reason="The harvest comes first.",
                   actor=resting.maker, key=key(), now=now())
        endings.decline(session, ended.ref, title="Crates come back", reason="It is too early for us.",
                        lessons="Ask us again in spring.", actor=ended.shop, key=key(), now=now())
    tom = stories.colleague(bargaining, 1)
    with transaction() as session:
        check = {"task": "check", "party": 1, "now": now()}
        passing.pass_on(session, bargaining.ref, to=tom, actor=bargaining.maker, key=key(), **check)
        passing.pass_to_new(session, bargaining.ref, email=f"lea-{key()}@crates.example", name="Lea Moen", actor=tom,
                            key=key(), **check)
        house.people["leaves"] = (people.address_of(session, _carrier(session, bargaining)), PASSWORD)
    house.people["checks"] = (working.emails[working.maker], PASSWORD)
    house.people["bargains"] = (bargaining.emails[bargaining.maker], PASSWORD)
    room = f"/p/{working.ref}"
    house.further["checks"] = [f"{room}/waive?path=figures.returns.crates",
                               f"{room}/another-value?path=figures.returns.crates", f"{room}/duties",
                               f"{room}/concerns", f"{room}/talk?topic=task:returns:2",
                               f"{room}/tasks/credit/reopen?party=1", "/prove", "/account/app-code"]
    room = f"/p/{bargaining.ref}"
    house.further["bargains"] = [f"{room}/settle?path=figures.weight.each", f"{room}/contract/strike?clause=places",
                                 f"{room}/contract/wording?clause=credit",
                                 f"{room}/contract/later?need=figures.returns.crates",
                                 f"{room}/tasks/check/let-in?party=1"]
    house.further["leaves"] = [f"{room}/leave"]
    for what, small in (("signs", to_sign), ("reads", reading), ("has signed", signed), ("rests", resting),
                        ("has ended", ended)):
        house.people[what] = (small.emails[small.shop], PASSWORD)


def _bargaining(session: Session) -> Small:
    """In the stage of the contract: nobody counted, a figure has two values, a clause can go, and so can a party."""
    data = json.loads(stories.later_definition())
    data["parties"]["carrier"] = {"name": "Carrier", "required": False}
    data["clauses"]["places"]["optional"] = True
    small = projects.open_small(session, now=now(), definition=json.dumps(data))
    for party, mass in ((1, "14.2"), (2, "16.5")):
        contributions.submit(session, small.ref, task="weight", party=party, seen=0, draft=0, actor=small.people[party],
                             answers={"each": Answer(Decimal(mass), unit="kg")}, key=key(), now=now())
    number = proposals.propose(session, small.ref, kind="add_party", subject="carrier", actor=small.maker, key=key(),
                               now=now(), body={
        "seat": "carrier", "name": "Freight Ltd", "kind": "company", "country": "NL", "champion": "Fritz Maas",
        "email": f"fritz-{key()}@freight.example", "reason": "Somebody has to carry them.", "greeting": "Welcome."})
    proposals.answer(session, small.ref, number=number.values["number"], agree=True, actor=small.shop, key=key(),
                     now=now())
    projects.come_in(session, small.ref, 3, now())
    projects.give(session, small, "returns", {"crates": Answer(not_available="nobody counted")}, now=now())
    projects.give(session, small, "credit", now=now())
    projects.go_on(session, small, "to_terms", now=now())
    return small


def _carrier(session: Session, small: Small) -> int:
    return next(m.person for m in projects.facts(session, small, now=now()).members if m.party == 3)


def _invite_to_the_host(session: Session, administrator: str) -> None:
    """Whose invitation can be sent again, or taken back."""
    by, host = _administration(session, administrator)
    staff.invite(session, host, email=f"ada-{key()}@ulsan-epc.example", name="Ada Roth",
                 roles=[hosts.ACCOUNT_MANAGER], by=by, now=now())


def _administration(session: Session, administrator: str) -> tuple[int, int]:
    """(administrator, host)."""
    by = session.scalars(select(Person.id).where(Person.email == administrator)).one()
    return by, hosts.hosts_of(session, by, hosts.ADMINISTRATOR)[0].id


def _draft_a_template(session: Session, administrator: str) -> None:
    """What can be published, or discarded."""
    by, host = _administration(session, administrator)
    first = templates.all_of(session, host)[0]
    templates.copy_to_draft(session, host, first.id, first.newest.number, note="Shipped", actor=by, now=now())


def _suggest(session: Session, customer: str) -> None:
    """What a host has to answer or to open."""
    by = session.scalars(select(Person.id).where(Person.email == customer)).one()
    to = suggestions.addressees(session, by, now=now())[0]
    suggestions.suggest(session, to.ref, title="Take back our chairs", words="We have 300 chairs in the cellar.",
                        person=by, key=key(), now=now())


def _check_again(session: Session, small: Small) -> None:
    """A contribution that was returned and has come back, and a document."""
    how = {"task": "returns", "party": 2, "now": now()}
    for seen, crates in ((0, 12_500), (1, 13_000)):
        contributions.submit(session, small.ref, seen=seen, draft=0, answers=projects.answers("returns", crates=crates),
                             actor=small.shop, key=key(), **how)
        if not seen:
            contributions.return_(session, small.ref, seen=1, reason="Is this with the new shop in Bergen?",
                                  marked=("crates",), actor=small.maker, key=key(), **how)
    stored = small.store.put(prefix(session, small.host_id), b"%PDF-1.7 plan of the ramps")
    documents.share(session, small.ref, parties=None, note="As built.", actor=small.maker, key=key(), now=now(),
                    file=NewFile("", stored.sha256, "ramps.pdf", "application/pdf", stored.size))


def _propose(session: Session, small: Small) -> None:
    """A colleague is invited, and a value shall be given later."""
    people.invite(session, small.ref, party=2, email=f"late-{small.emails[small.shop]}", name="Late Comer",
                  parts=("observer",), greeting="", actor=small.shop, key=key(), now=now())
    proposals.propose(session, small.ref, kind="waive", subject="figures.returns.crates",
                      body={"reason": "There are no scales yet."}, actor=small.maker, key=key(), now=now())


def _written() -> Iterator[str]:
    """Every text in the database, those in JSON one by one, and the shipped templates and cases."""
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            for value in row:
                if isinstance(value, str):
                    yield from _strings(value)
    for name in library.names():
        yield from _strings(library.load(name).canonical().decode())
    for path in (ROOT / "examples" / "cases").glob("*.json"):
        yield from _strings(path.read_text(encoding="utf-8"))


def _strings(text: str) -> Iterator[str]:
    if text[:1] in "[{":
        try:
            yield from _leaves(json.loads(text))
            return
        except ValueError:
            pass
    yield text


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)


# Walking every link


def signed_in(house: House, kind: str) -> Any:
    """A client of Flask's, as this person."""
    client, (address, password) = house.live.app.test_client(), house.people[kind]
    page = client.get("/sign-in", base_url=house.live.url).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)', page).group(1)
    answer = client.post("/sign-in", base_url=house.live.url, data={
        "csrf_token": token, "email": address, "password": password})
    assert answer.status_code == 303, answer.text
    return client


def fetcher(house: House, client: Any) -> Callable[[str], tuple[str, str]]:
    """For ``pages``: answers where one arrived and the page; no page where it is a file, neither where it is not."""
    def fetch(path: str) -> tuple[str, str]:
        answer = client.get(path, base_url=house.live.url, follow_redirects=True)
        if answer.status_code == 404:
            return "", ""
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.request.full_path.rstrip("?"), answer.text if answer.mimetype == "text/html" else ""
    return fetch


def endpoint_of(house: House, path: str) -> str:
    try:
        return house.live.app.url_map.bind("").match(path.partition("?")[0], "GET")[0]
    except HTTPException:
        return ""


def pages(house: House, kind: str, fetch: Callable[[str], tuple[str, str]], *,
          per_page: int = PER_PAGE) -> Iterator[tuple[str, str, str]]:
    """(endpoint, path, page) of everything that links, and ways beside a task, lead this person to.

    fetch: path -> (where one arrived, page or ""). per_page: how many of one kind.
    """
    todo, seen, count = [(path, "") for path in ("/", *house.further.get(kind, ()))], set(), {}
    while todo:
        path, by = todo.pop(0)
        endpoint = endpoint_of(house, path)
        if path in seen or not endpoint or endpoint == "asset" or count.get(endpoint, 0) >= per_page:
            continue
        seen.add(path)
        arrived, page = fetch(path)
        assert arrived or endpoint_of(house, by) in NOWHERE, f"{by} leads to {path}, which is not there"
        seen.add(arrived)
        if not page:
            continue
        count[endpoint] = count.get(endpoint, 0) + 1
        yield endpoint_of(house, arrived), arrived, page
        for way in re.findall(r'name="way" value="(\w+)"', page):  # buttons that keep what is typed, and lead on
            here = urlsplit(arrived)
            todo.append((f"{here.path}/{way}?{here.query}", arrived))
        for href in re.findall(r'href="([^"#]+)', page):
            there = urlsplit(unescape(href))
            if not there.netloc or house.live.url.endswith(there.netloc):
                todo.append((there.path + (f"?{there.query}" if there.query else ""), arrived))


def opened_as(house, new_page, kind):
    """A browser with the cookie of somebody who has signed in."""
    page, client = new_page(reduced_motion="reduce"), signed_in(house, kind)
    cookie = client.get_cookie("cocreate", domain=urlsplit(house.live.url).hostname)
    page.context.add_cookies([{"name": "cocreate", "value": cookie.value, "url": house.live.url}])
    return page
