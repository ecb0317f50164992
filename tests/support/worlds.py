"""Two tenants who must never learn of each other: one story, told twice, with other words in every text.

Each world has three words. ``tenant`` stands in what the host's own people may see (names, templates), ``inside`` in
what only people in the project may see, ``secret`` in what only its party 1 may see.
"""

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import select

from cocreate.db import transaction
from cocreate.domain.answers import Answer
from cocreate.domain.hosts import Said
from cocreate.domain.openings import Typed
from cocreate.domain.topics import Topic
from cocreate.models.hosts import Template
from cocreate.models.people import Person
from cocreate.models.projects import Project
from cocreate.services import (
    absences,
    canvases,
    comments,
    concerns,
    contributions,
    documents,
    duties,
    gates,
    hosts,
    nudges,
    openings,
    openings_under_way,
    passing,
    people,
    proposals,
    signing,
    suggestions,
    templates,
    unsaid,
)
from cocreate.services.acts.contributions import NewFile
from cocreate.services.acts.gates import DecideOutside
from cocreate.services.facts import look
from cocreate.services.files import prefix
from tests.support import projects, stories
from tests.support.clock import NOON
from tests.support.people import someone
from tests.support.projects import Small, key
from workflows.exchange.yaml_text import read
from workflows.progression import subject

PDF = (b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
       b"trailer<</Root 1 0 R>>\n%%EOF\n")
# Keys of a definition whose values people read.
SPOKEN = frozenset({"name", "summary", "ends_in", "purpose", "title", "why", "label", "question", "contract_title",
                    "unlocks", "text", "help"})
TODAY = NOON.date()


@dataclass(frozen=True, slots=True)
class Words:
    tenant: str
    inside: str
    secret: str

    @property
    def all(self) -> tuple[str, ...]:
        return self.tenant, self.inside, self.secret


OURS = Words("Amsel", "Drossel", "Fink")
THEIRS = Words("Kanarie", "Nachtegaal", "Zwijger")


@dataclass(frozen=True, slots=True)
class World:
    """Ids of one tenant. ``small``: party 1 is the maker, party 2 the shop."""

    words: Words
    small: Small
    administrator: int
    manager: int  # of the project
    manager_ref: str
    colleague: int  # account manager of the same host, not in the project
    hand: int  # contributor of party 2
    guest: int  # invited to party 2, has not accepted; has an account
    gone: int  # was in party 2, was removed
    elsewhere: int  # in another project of the same host
    template: str  # ref
    opening: str  # ref
    dropped: str  # ref of an opening that was dropped

    @property
    def ref(self) -> str:
        return self.small.ref


@dataclass(frozen=True, slots=True)
class Worlds:
    app: Flask
    ours: World
    theirs: World


_MADE: dict[Flask, Worlds] = {}


def worlds(app: Flask) -> Worlds:
    """Those of an application, made once; tests leave both as they are."""
    if app not in _MADE:
        with app.app_context():
            _MADE[app] = Worlds(app, *(_told(words) for words in (OURS, THEIRS)))
            with transaction() as session:
                _cross(session, _MADE[app])
    return _MADE[app]


def _cross(session: Any, both: Worlds) -> None:
    """Somebody of ours is invited to theirs and has not answered."""
    theirs = both.theirs.small
    email = people.address_of(session, both.ours.hand)
    people.invite(session, theirs.ref, party=2, email=email, name="Jo Hand",
                  parts=("contributor",), greeting="Come", actor=theirs.shop, key=key(), now=NOON)


def spoken(value: Any, word: str) -> Any:
    """A definition with the word in every text that people read."""
    if isinstance(value, dict):
        return {name: f"{one} {word}" if name in SPOKEN and isinstance(one, str) else
                one if name == "needs" else spoken(one, word) for name, one in value.items()}
    return [spoken(one, word) for one in value] if isinstance(value, list) else value


def _told(words: Words) -> World:
    """Open, invite, talk, give, refuse, freeze; one party has signed."""
    with transaction() as session:
        world = _open(session, words)
    for act in (_people, _talk, _documents, _tasks, _proposals):
        with transaction() as session:
            world = act(session, world)
    _finish(world)
    return world


def _open(session: Any, words: Words) -> World:
    tenant, inside = words.tenant, words.inside
    manager, administrator, colleague = (
        someone(session, f"{name} {tenant}").id for name in ("Anna", "Ada", "Carl"))
    host = hosts.create_host(session, name=f"Host {tenant} {key()}", country="NL", zone="Europe/Amsterdam", now=NOON)
    for person, role in ((manager, hosts.ACCOUNT_MANAGER), (colleague, hosts.ACCOUNT_MANAGER),
                         (administrator, hosts.ADMINISTRATOR)):
        hosts.employ(session, host.id, person, role, now=NOON)
    for greeting in (f"First {tenant}", f"Greeting {tenant}"):
        hosts.settle(session, host.id, Said(
            host.name, "NL", "Europe/Amsterdam", greeting=greeting, legal_note=f"Note {tenant}",
            sender_name=f"Sender {tenant}", opens=frozenset({manager, colleague})), by=administrator, now=NOON)
    data = spoken(_with_mood(json.loads(read(stories.definition(1)).canonical())), tenant)
    version = templates.save_draft(session, host.id, read(json.dumps(data)), note=f"Note {tenant}",
                                   actor=administrator, now=NOON)
    templates.publish(session, host.id, version.template_id, version.number, now=NOON)
    ref = openings.open_project(session, host.id, _new(session, words, "Crates"), actor=manager, key=key(), now=NOON)
    session.flush()
    seen = look(session, ref, person=None, now=NOON).facts
    maker, shop = (next(m.person for m in seen.members if m.party == party) for party in (1, 2))
    for person, name in ((maker, f"Ingrid {inside}"), (shop, f"Claire {inside}")):
        stories.come_in(session, ref, person, name, NOON)
    small = Small(ref, host.id, manager, maker, shop, {}, _store())
    typed = Typed("returned_crates", fields={"title": f"Next {tenant}"})
    draft, dropped = (openings_under_way.begin(session, host.id, typed, author=manager, key=key(), now=NOON)[0]
                      for _ in range(2))
    openings_under_way.end(session, dropped, outcome="", person=manager, now=NOON)
    template = session.scalars(select(Template.ref).where(Template.host_id == host.id)).one()
    who = session.scalars(select(Person.ref).where(Person.id == manager)).one()
    return World(words, small, administrator, manager, who, colleague, 0, 0, 0, 0, template, draft, dropped)


def _with_mood(data: Any) -> Any:
    """The definition with an assessment and a canvas beside what its gate is about."""
    stage = data["stages"]["figures"]
    stage["gates"]["picture"]["about"] = list(stage["tasks"])
    stage["tasks"]["mood"] = {
        "title": "How ready are we", "why": "Gaps cost less now.", "of": ["maker", "shop"], "kind": "assessment",
        "due": {"days": 5}, "required": False, "statements": {"open": {"text": "They tell us early."}}}
    stage["tasks"]["board"] = {
        "title": "On one page", "why": "All see it.", "of": "maker", "kind": "canvas", "due": {"days": 5},
        "required": False, "boxes": {"aim": {"title": "What we want"}}}
    return data


def _new(session: Any, words: Words, title: str) -> openings.NewProject:
    inside = words.inside
    emails = [someone(session, f"{name} {inside}").email for name in ("Ingrid", "Claire")]
    return openings.NewProject(
        template="returned_crates", title=f"{title} {inside}", purpose=f"Fewer crates {inside}.",
        target=date(2027, 6, 1), own_seat=None, affected=(f"Neighbours {inside}",), greeting=f"Welcome {inside}",
        seats=(openings.Seating("maker", f"Tornby {inside}", country="NO", name=f"Ingrid {inside}", email=emails[0]),
               openings.Seating("shop", f"Aurelis {inside}", country="ES", name=f"Claire {inside}", email=emails[1])))


def _store() -> Any:
    from flask import current_app
    return current_app.extensions["store"]


def _people(session: Any, world: World) -> World:
    small, word = world.small, world.words.inside
    made = {}
    for name in ("Hand", "Guest", "Gone"):
        person = someone(session, f"{name} {word}")
        people.invite(session, small.ref, party=2, email=person.email, name=f"{name} {word}", parts=("contributor",),
                      greeting=f"Hello {word}", actor=small.shop, key=key(), now=NOON)
        if name != "Guest":
            stories.come_in(session, small.ref, person.id, f"{name} {word}", NOON)
        made[name.lower()] = person.id
        session.flush()
    people.remove(session, small.ref, person=made["gone"], to=None, actor=small.shop, key=key(), now=NOON)
    absences.hand_over(session, small.ref, person=small.shop, to=made["hand"], parts=("contributor",),
                       starts=TODAY + timedelta(days=9), until=TODAY + timedelta(days=12), actor=small.shop, key=key(),
                       now=NOON)
    host = session.scalars(select(Project).where(Project.ref == small.ref)).one().host_id
    other = openings.open_project(session, host, _new(session, world.words, "Other"), actor=small.manager, key=key(),
                                  now=NOON)
    session.flush()
    members = look(session, other, person=None, now=NOON).facts.members
    maker, shop = (next(m.person for m in members if m.party == party) for party in (1, 2))
    for person, name in ((maker, f"Ingrid {word}"), (shop, f"Claire {word}")):
        stories.come_in(session, other, person, name, NOON)
    _open_ends(session, replace(small, ref=other, maker=maker, shop=shop), world.words)
    return replace(world, elsewhere=maker, **made)


def _open_ends(session: Any, small: Small, words: Words) -> None:
    """What stands in a project only while it is open: a draft, a reason, a wait, somebody who shall be invited."""
    ref, word = small.ref, words.inside
    stored = small.store.put(prefix(session, small.host_id), PDF + word.encode())
    contributions.save_draft(session, ref, task="offer", party=1, number=0, actor=small.maker, now=NOON,
                             typed={"price": [f"about 70 {words.secret}"]}, files={"proof": {
                                 "sha256": stored.sha256, "name": f"draft-{words.secret}.pdf", "size": stored.size,
                                 "media_type": "application/pdf"}})
    unsaid.save(session, ref, subject=Topic("task", "credit", 1), typed={"text": [f"Not said yet: {words.secret}"]},
                begun="", actor=small.maker, key=key(), now=NOON)
    submit(session, small, "returns", 2, 0, projects.answers("returns"))
    contributions.return_(session, ref, task="returns", party=2, seen=1, reason=f"Only one garage, I think {word}.",
                          marked=("crates",), actor=small.maker, key=key(), now=NOON)
    passing.wait_outside(session, ref, task="ramp_0", party=2, outsider=f"Port {word}", move=True,
                         until=TODAY + timedelta(days=7), actor=small.shop, key=key(), now=NOON)
    tom = someone(session, f"Tom {word}")
    people.invite(session, ref, party=1, email=tom.email, name=f"Tom {word}", parts=("contributor",), greeting="",
                  actor=small.maker, key=key(), now=NOON)
    stories.come_in(session, ref, tom.id, f"Tom {word}", NOON)
    submit(session, small, "mood", 1, 0, {"open": Answer("s1"), "open_comment": Answer(f"Late {words.secret}")})
    canvases.add(session, ref, task="board", party=1, box="aim", text=f"Fewer crates {word}", actor=small.shop,
                 key=key(), now=NOON)
    passing.pass_on(session, ref, task="credit", party=1, to=tom.id, actor=small.maker, key=key(), now=NOON)
    passing.pass_to_new(session, ref, task="credit", party=1, email=f"lea{key()}@crates.example", name=f"Lea {word}",
                        actor=tom.id, key=key(), now=NOON)


def _talk(session: Any, world: World) -> World:
    small, word, secret = world.small, world.words.inside, world.words.secret

    def say(actor: int, text: str, kind: str = "comment", topic: str = "task:credit:1", **more: Any) -> None:
        comments.say(session, small.ref, kind=kind, topic=topic, text=text, actor=actor, key=key(), now=NOON, **more)

    say(small.shop, f"Why this much {word}?", mentions=(small.maker,))
    say(small.maker, f"Because {word}.", topic="gate:picture")
    say(small.maker, f"Not below 70 {secret}", kind="note")
    comments.ask_help(session, small.ref, task="credit", party=1, text=f"Who knows this, {secret}?", own=True,
                      actor=small.maker, key=key(), now=NOON)
    concerns.raise_concern(session, small.ref, to="champions", text=f"I worry about {word}.", record=True,
                           actor=small.maker, key=key(), now=NOON)
    raised, = concerns.of(session, look(session, small.ref, person=small.maker, now=NOON).facts)
    for go_on, actor in ((concerns.answer, small.shop), (concerns.end, small.shop), (concerns.again, small.maker)):
        go_on(session, small.ref, number=raised.number, text=f"Of {word}.", actor=actor, key=key(), now=NOON)
    nudges.nudge(session, small.ref, subject="task:returns:2", party=2, words=f"Please {word}", actor=small.maker,
                 key=key(), now=NOON)
    duties.take_on(session, small.ref, gate="picture", what=f"We weigh them {word}", due=TODAY + timedelta(days=30),
                   owner=small.maker, actor=small.maker, key=key(), now=NOON)
    return world


def _documents(session: Any, world: World) -> World:
    small, word, secret = world.small, world.words.inside, world.words.secret

    def file(name: str, field: str = "") -> NewFile:
        body = PDF + name.encode()
        stored = small.store.put(prefix(session, small.host_id), body)
        return NewFile(field, stored.sha256, name, "application/pdf", stored.size)

    for name, note, parties in ((f"plan-{word}.pdf", f"As agreed {word}", None),
                                (f"limits-{secret}.pdf", f"For us {secret}", [1])):
        documents.share(session, small.ref, file=file(name), parties=parties, note=note, actor=small.maker, key=key(),
                        now=NOON)
        session.flush()
    documents.new_version(session, small.ref, document=1, seen=1, file=file(f"plan-2-{word}.pdf"), note=word,
                          actor=small.maker, key=key(), now=NOON)
    return world


def _tasks(session: Any, world: World) -> World:
    small, word = world.small, world.words.inside
    passing.pass_on(session, small.ref, task="ramp_0", party=2, to=world.hand, words=f"You know it {word}",
                    actor=small.shop, key=key(), now=NOON)
    given = {"crates": replace(projects.answers("returns")["crates"], source=f"Ramp {word}")}
    submit(session, small, "returns", 2, 0, given)
    contributions.return_(session, small.ref, task="returns", party=2, seen=1, reason=f"Only one garage {word}.",
                          marked=("crates",), actor=small.maker, key=key(), now=NOON)
    submit(session, small, "returns", 2, 1, given)
    contributions.accept(session, small.ref, task="returns", party=2, seen=2, actor=small.maker, key=key(), now=NOON)
    places = Answer(value=({"place": Answer(value=f"Oslo {word}"), "lorries": Answer(value=Decimal(2))},))
    submit(session, small, "credit", 1, 0, {**projects.answers("credit"), "places": places})
    contributions.accept(session, small.ref, task="credit", party=1, seen=1, actor=small.shop, key=key(), now=NOON)
    narrow = {"margin": Answer(not_available=f"Not before the books are closed {world.words.secret}")}
    submit(session, small, "offer", 1, 0, stories.answers("offer") | narrow)
    contributions.accept(session, small.ref, task="offer", party=1, seen=1, actor=small.shop, key=key(), now=NOON)
    submit(session, small, "ramp_0", 2, 0, stories.answers("ramp_0"))
    gates.decide(session, small.ref, gate="picture", seen=seen(session, small, "picture"), answer="refused",
                 reason=f"The second ramp is missing {word}.", wanted=f"The ramp {word}", actor=small.shop, key=key(),
                 now=NOON)
    return world


def submit(session: Any, small: Small, task: str, party: int, number: int, given: dict[str, Answer]) -> None:
    contributions.submit(session, small.ref, task=task, party=party, seen=number, draft=0, answers=given,
                         actor=small.people[party], key=key(), now=NOON)


def seen(session: Any, small: Small, gate: str) -> str:
    session.flush()
    return subject(look(session, small.ref, person=small.maker, now=NOON).facts, gate)


def _proposals(session: Any, world: World) -> World:
    small, word = world.small, world.words.inside
    given = proposals.propose(session, small.ref, kind="charter", subject="openness", now=NOON, key=key(),
                              body={"text": f"All is open {word}."}, actor=small.maker)
    proposals.answer(session, small.ref, number=given.values["number"], agree=False, reason=f"Not the margin {word}.",
                     actor=small.shop, key=key(), now=NOON)
    host = next(one for one in suggestions.addressees(session, small.shop, now=NOON))
    for thing in ("Crates", "Pallets"):
        suggestions.suggest(session, host.ref, title=f"{thing} {world.words.tenant}", person=small.shop, key=key(),
                            words=f"The same for {thing} {world.words.tenant}.", now=NOON)
    first = next(one.ref for one in openings_under_way.drafts(session, small.manager)
                 if one.typed.title.startswith("Crates"))
    suggestions.answer(session, first, words=f"Not yet {world.words.tenant}.", person=small.manager, now=NOON)
    return world


def _finish(world: World) -> None:
    small, word = world.small, world.words.inside
    for party in (1, 2):
        stories.decide(small, "picture", party)
    stories.go_on(small, "to_terms")
    stories.freeze(small)
    stories.decide(small, "our_contract", 2)
    with transaction() as session:
        stored = small.store.put(prefix(session, small.host_id), PDF + word.encode())
        gates.decide_outside(session, small.ref, DecideOutside(
            gate="our_contract", seen=seen(session, small, "our_contract"), answer="reserved", body=f"Board {word}",
            on=TODAY, file=NewFile("", stored.sha256, f"minutes-{word}.pdf", "application/pdf", stored.size),
            reason=f"The ramp comes later {word}.", wanted=f"A date {word}"), actor=small.maker, key=key(), now=NOON)
    stories.go_on(small, "to_signature")
    standing, evidence = stories.facts(small).contract, projects.evidence(small, 1) | {"name": f"Ingrid {word}"}
    with transaction() as session:
        signing.sign(session, small.ref, version=standing.number, text_sha256=standing.text_sha256, code=False,
                       pdf_sha256=standing.pdf_sha256, evidence=evidence, actor=small.maker, key=key(), now=NOON)
