"""Stories for the record, races and kills: a project that a test sizes, and verbs that commit.

The project is that of ``projects`` with a gate, an offer whose margin only its giver sees, and as many further tasks
as a test wants. Every verb needs an application's context, and has a transaction of its own.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextvars import Context
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import delete, select

from cocreate.db import db, table_of, transaction
from cocreate.domain.answers import Answer
from cocreate.models.people import Person, Throttle
from cocreate.models.projects import Project
from cocreate.services import contracts, contributions, gates, hosts, openings, people, progress, signing, stages
from cocreate.services.acts.contributions import NewFile
from cocreate.services.acts.people import AcceptInvitation
from cocreate.services.facts import look
from cocreate.services.files import prefix
from cocreate.services.progress import Receipt
from migrations.triggers import drop_triggers
from tests.support import projects
from tests.support.clock import NOON
from tests.support.people import someone
from tests.support.projects import Small, key
from workflows.exchange.yaml_text import read
from workflows.facts import Facts, TaskFact, TaskState
from workflows.progression import subject

REASON = "The figure of the second ramp is missing."
_numbers = count(1)


def definition(tasks: int = 0, after: Mapping[str, list[str]] | None = None) -> str:
    """The YAML of the template: its first stage asks for the small project's figures, an offer and ``tasks`` more.

    after: what must be accepted before a task can start.
    """
    data = json.loads(read(projects.SMALL).canonical())
    figures = data["stages"]["figures"]
    figures["tasks"]["offer"] = {
        "title": "Offer", "why": "The shop decides by it.", "of": "maker", "due": {"days": 5}, "accepted_by": "shop",
        "fields": {"price": {"label": "Price", "type": "money", "currency": "EUR"},
                   "margin": {"label": "Margin", "type": "percent", "visible_to": "own"},
                   "proof": {"label": "Proof", "type": "file", "required": False}}}
    for number in range(tasks):
        figures["tasks"][f"ramp_{number}"] = {
            "title": f"Ramp {number}", "why": "It counts.", "of": "shop", "due": {"days": 5},
            "fields": {"mass": {"label": "Mass", "type": "quantity", "unit": "kg"}}}
    for task, earlier in (after or {}).items():
        figures["tasks"][task]["after"] = earlier
    figures["gates"] = {"picture": {"question": "Is this our picture?", "of": ["maker", "shop"], "due": {"days": 2}}}
    data["transitions"]["to_terms"]["when"] = {"all": ["tasks", {"gate": "picture"}]}
    for back in ("figures_wrong", "too_early"):
        data["transitions"][back]["reopens"] = ["returns", "picture"]
    return json.dumps(data)


def later_definition() -> str:
    """The small project with an assessment and a canvas in its first stage, a form and a review in its second."""
    data = json.loads(read(projects.SMALL).canonical())
    data["stages"]["figures"]["tasks"]["mood"] = {
        "title": "How ready are we", "why": "Gaps cost less now.", "of": ["maker", "shop"], "kind": "assessment",
        "due": {"days": 5}, "required": False, "statements": {"open": {"text": "They tell us early."}}}
    data["stages"]["figures"]["tasks"]["weight"] = {
        "title": "Weight of a crate", "why": "Lorries are planned by it.", "of": ["maker", "shop"], "due": {"days": 5},
        "required": False, "fields": {"each": {"label": "Weight of one", "type": "quantity", "unit": "kg"}}}
    data["transitions"]["to_signature"]["when"]["all"].append({"figure": {"path": "figures.weight.each", "above": 0}})
    data["stages"]["figures"]["tasks"]["board"] = {
        "title": "On one page", "why": "All see it.", "of": "maker", "kind": "canvas", "due": {"days": 5},
        "required": False, "boxes": {"aim": {"title": "What we want"}, "fear": {"title": "What worries us"}}}
    data["stages"]["terms"]["tasks"] = {
        "recount": {"title": "Count again", "why": "Figures grow old.", "of": "shop", "due": {"days": 2},
                    "fields": {"many": {"label": "How many came back?", "type": "whole"}}},
        "check": {"title": "Check the figures", "why": "Four eyes.", "of": "maker", "due": {"days": 2},
                  "kind": "review", "reviews": "returns"}}
    return json.dumps(data)


def with_boxes(session, after=()):
    """A canvas that the maker is asked for, with one box of its own, one of the shop and one of nobody's."""
    data = json.loads(later_definition())
    board = data["stages"]["figures"]["tasks"]["board"]
    board |= {"required": True, "after": list(after)}
    board["boxes"] = {"aim": {"title": "What we want"}, "wins": {"title": "What the shop wins", "of": "shop"},
                      "fear": {"title": "What worries us", "of": ["maker", "shop"]}}
    return projects.open_small(session, definition=json.dumps(data))


def answers(task: str, *, mass: str = "1.50") -> dict[str, Answer]:
    if task == "offer":
        return {"price": Answer(value=Decimal("0.80"), currency="EUR", price_year=2027),
                "margin": Answer(value=Decimal(12))}
    return {"mass": Answer(value=Decimal(mass), unit="kg")} if task.startswith("ramp") else projects.answers(task)


def file(small: Small, body: bytes = b"%PDF-1.7 proof") -> NewFile:
    """A file in the store, as it comes with an offer."""
    stored = small.store.put(prefix(db.session, small.host_id), body)
    return NewFile("proof", stored.sha256, "proof.pdf", "application/pdf", stored.size)


# Opening


def opened(tasks: int = 0, *, after: Mapping[str, list[str]] | None = None, now: datetime = NOON) -> Small:
    """A project of a new host; both sides have come in."""
    with transaction() as session:
        return projects.open_small(session, definition=definition(tasks, after), now=now)


def another(small: Small, *, now: datetime = NOON) -> Small:
    """A further project of the same host with the same people."""
    with transaction() as session:
        first = session.execute(select(Project).where(Project.ref == small.ref)).scalar_one()
        ref = openings.open_project(session, small.host_id, openings.NewProject(
            template="returned_crates", title=first.title, purpose=first.purpose, target=first.target, own_seat=None,
            seats=(openings.Seating("maker", "Tornby Furniture", name="Ingrid Solvik", email=small.emails[small.maker]),
                   openings.Seating("shop", "Aurelis Hotels", name="Claire Duval", email=small.emails[small.shop]))),
            actor=small.manager, key=key(), now=now)
        for person, name in ((small.maker, "Ingrid Solvik"), (small.shop, "Claire Duval")):
            come_in(session, ref, person, name, now)
        session.execute(delete(Throttle))  # a hundred projects of the same people are no hundred mails to them
    return replace(small, ref=ref)


def colleague(small: Small, party: int, *parts: str, now: datetime = NOON) -> int:
    """A further person of a party."""
    with transaction() as session:
        person = someone(session, "Tom Baker", now).id
    join(small, party, person, *parts, now=now)
    return person


def join(small: Small, party: int, person: int, *parts: str, now: datetime = NOON) -> None:
    """Somebody with an account comes in for a party."""
    with transaction() as session:
        there = session.get_one(Person, person)
        people.invite(session, small.ref, party=party, email=there.email, name=there.name,
                      parts=parts or ("contributor",), greeting="", actor=small.people[party], key=key(), now=now)
        come_in(session, small.ref, person, there.name, now)


def manager(small: Small, now: datetime = NOON) -> int:
    """A further account manager of the host."""
    with transaction() as session:
        person = someone(session, "Ben Ode", now).id
        hosts.employ(session, small.host_id, person, hosts.ACCOUNT_MANAGER, now=now)
    return person


def stranger() -> int:
    """Somebody who works for another host."""
    with transaction() as session:
        person = someone(session, "Stranger")
        host = hosts.create_host(session, name=f"Other host {next(_numbers)}", now=NOON)
        for role in (hosts.ADMINISTRATOR, hosts.ACCOUNT_MANAGER):
            hosts.employ(session, host.id, person.id, role, now=NOON)
    return person.id


def come_in(session: Any, ref: str, person: int, name: str, now: datetime) -> None:
    session.flush()
    progress.act(session, ref, AcceptInvitation(person, name, ""), actor=None, key=key(), now=now)


# Looking


def facts(small: Small, *, person: int | None = None, now: datetime = NOON) -> Facts:
    db.session.rollback()  # see what others committed
    return look(db.session, small.ref, person=person or small.maker, now=now).facts


def instance(small: Small, task: str) -> TaskFact:
    return next(iter(facts(small).instances(task)))


def everything(small: Small) -> dict[str, Any]:
    """Every row of the project, by table."""
    project = facts(small).project.id
    return {table.name: sorted(map(repr, db.session.execute(select(table).where(table.c.project_id == project))))
            for table in inside()} | {"version": facts(small).project.version}


# Acts, each in a transaction of its own


def submit(small: Small, task: str, *, seen: int | None = None, draft: int = 0, given: dict[str, Answer] | None = None,
           files: tuple[NewFile, ...] = (), actor: int | None = None, under: str = "", now: datetime = NOON) -> Receipt:
    there = instance(small, task)
    with transaction() as session:
        return contributions.submit(
            session, small.ref, task=task, party=there.party, seen=there.number if seen is None else seen, draft=draft,
            answers=given or answers(task), files=files, actor=actor or small.people[there.party], key=under or key(),
            now=now)


def take_back(small: Small, task: str, *, under: str = "", now: datetime = NOON) -> Receipt:
    there = instance(small, task)
    with transaction() as session:
        return contributions.take_back(session, small.ref, task=task, party=there.party, seen=there.number,
                                       actor=small.people[there.party], key=under or key(), now=now)


def accept(small: Small, task: str, *, under: str = "", now: datetime = NOON) -> Receipt:
    there = instance(small, task)
    with transaction() as session:
        return contributions.accept(session, small.ref, task=task, party=there.party, seen=there.number,
                                    actor=small.people[3 - there.party], key=under or key(), now=now)


def return_(small: Small, task: str, *, reason: str = REASON, under: str = "", now: datetime = NOON) -> Receipt:
    there = instance(small, task)
    with transaction() as session:
        return contributions.return_(
            session, small.ref, task=task, party=there.party, seen=there.number, reason=reason,
            marked=tuple(answers(task))[:1], actor=small.people[3 - there.party], key=under or key(), now=now)


def save(small: Small, task: str, number: int, typed: str, *, actor: int | None = None, now: datetime = NOON) -> int:
    there = instance(small, task)
    with transaction() as session:
        return contributions.save_draft(session, small.ref, task=task, party=there.party, number=number,
                                        typed={"mass": [typed]}, files={},
                                        actor=actor or small.people[there.party], now=now)


def decide(small: Small, gate: str, party: int, *, answer: str = "agreed", reason: str = "", wanted: str = "",
           actor: int | None = None, under: str = "", now: datetime = NOON) -> Receipt:
    seen = subject(facts(small), gate)
    with transaction() as session:
        return gates.decide(session, small.ref, gate=gate, seen=seen, answer=answer, reason=reason, wanted=wanted,
                            actor=actor or small.people[party], key=under or key(), now=now)


def go_on(small: Small, transition: str, *, visit: int | None = None, reason: str = "", actor: int | None = None,
          under: str = "", now: datetime = NOON) -> Receipt:
    visit = facts(small).project.visit if visit is None else visit
    with transaction() as session:
        return stages.go_on(session, small.ref, transition=transition, visit=visit, reason=reason,
                            actor=actor or small.maker, key=under or key(), now=now)


def freeze(small: Small, *, under: str = "", now: datetime = NOON) -> Receipt:
    db.session.rollback()
    prepared = contracts.prepare(db.session, small.ref, store=small.store, actor=small.maker, now=now)
    with transaction() as session:
        return contracts.freeze(session, small.ref, prepared, actor=small.maker, key=under or key(), now=now)


def sign(small: Small, party: int, *, under: str = "", now: datetime = NOON) -> Receipt:
    standing = facts(small).contract
    assert standing is not None
    with transaction() as session:
        return signing.sign(
            session, small.ref, version=standing.number, text_sha256=standing.text_sha256,
            pdf_sha256=standing.pdf_sha256, evidence=projects.evidence(small, party), code=False,
            actor=small.people[party], key=under or key(), now=now)


def give(small: Small, task: str, *, now: datetime = NOON) -> None:
    """Submit a task, and accept it where somebody has to."""
    if submit(small, task, now=now).values["state"] == TaskState.SUBMITTED:
        accept(small, task, now=now)


def give_all(small: Small, *, now: datetime = NOON) -> None:
    for task in facts(small).tasks:
        if task.state in (TaskState.OPEN, TaskState.RETURNED):
            give(small, task.key, now=now)


@dataclass(frozen=True, slots=True)
class Step:
    """One act of a story."""

    name: str
    do: Callable[[str], Receipt]  # under this key


def whole(small: Small) -> list[Step]:
    """From the first task to the last signature, with a return, a take-back, a decision that lapses and a way back."""
    def step(name: str, verb: Callable[..., Receipt], *args: Any, **more: Any) -> Step:
        return Step(name, lambda under: verb(small, *args, under=under, **more))

    again = [step("submit", submit, "returns"), step("accept", accept, "returns")]
    agree = [step("decide", decide, "picture", party) for party in (1, 2)]
    return [
        step("submit", submit, "credit"), step("take_back", take_back, "credit"),
        step("submit", submit, "credit"), step("return", return_, "credit"),
        step("submit", submit, "credit"), step("accept", accept, "credit"),
        step("submit", submit, "offer", files=(file(small),)), step("accept", accept, "offer"),
        *again, *(step("submit", submit, task) for task in _ramps(small)),
        step("refuse", decide, "picture", 2, answer="refused", reason=REASON, wanted="The second ramp."), *agree,
        step("go_on", go_on, "to_terms"), step("go_back", go_on, "figures_wrong", reason=REASON),
        *again, *agree, step("go_on", go_on, "to_terms"), step("freeze", freeze),
        *(step("decide", decide, "our_contract", party) for party in (1, 2)), step("go_on", go_on, "to_signature"),
        *(step("sign", sign, party) for party in (1, 2)),
    ]


def _ramps(small: Small) -> Iterator[str]:
    return (key for key in facts(small).definition.tasks if key.startswith("ramp"))


# Several at once


def at_once(app: Flask, *calls: Callable[[], Any]) -> list[Any]:
    """What each call gave, or the exception it raised; all start together, each as a request of its own."""
    start, outcomes = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        with app.app_context():
            db.session.connection()  # connecting is not what shall be raced
            db.session.rollback()
            start.wait()
            try:
                outcomes[place] = call()
            except Exception as error:  # noqa: BLE001 - the test looks at it
                outcomes[place] = error

    threads = [threading.Thread(target=Context().run, args=(run, *place)) for place in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


class Rewind:
    """A project as it stood, to be raced about again and again: a thousand times costs what setting up twenty does.

    Only in a database of one's own: its triggers, which guard the record against exactly this, are dropped.
    """

    def __init__(self, small: Small) -> None:
        db.session.rollback()
        self.project = db.session.execute(select(table_of(Project)).where(table_of(Project).c.ref == small.ref)).one()
        self.rows = {table: [dict(row._mapping) for row in db.session.execute(
            select(table).where(table.c.project_id == self.project.id))] for table in inside()}
        db.session.rollback()
        with db.engine.begin() as connection:
            drop_triggers(connection)

    def __call__(self) -> None:
        with transaction() as session:
            for table in reversed(self.rows):
                session.execute(table.delete().where(table.c.project_id == self.project.id))
            table = table_of(Project)
            session.execute(table.update().where(table.c.id == self.project.id).values(**self.project._mapping))
            for table, rows in self.rows.items():
                if rows:
                    session.execute(table.insert(), rows)


# What the database holds


def inside() -> list[Any]:
    """The tables inside a project, parents first."""
    return [table for table in db.metadata.sorted_tables if "project_id" in table.c]


# What is chance, or made from the project's own address.
_CHANCE = frozenset({
    "id", "project_id", "ref", "head", "hash", "prev_hash", "details_sha256", "salt", "personal_salt", "message_id",
    "answers_sha256", "token_sha256", "key", "text", "content_sha256", "text_sha256", "pdf_sha256", "request_sha256",
    "personal_sha256", "secret"})


def state(small: Small) -> dict[str, Any]:
    """Every row of a project, but for chance."""
    db.session.rollback()
    db.session.expunge_all()
    project = db.session.execute(select(table_of(Project)).where(table_of(Project).c.ref == small.ref)).one()
    return _plain(project._mapping) | {table.name: sorted(repr(_plain(row._mapping)) for row in db.session.execute(
        select(table).where(table.c.project_id == project.id))) for table in inside()}


def _plain(row: Any) -> dict[str, Any]:
    return {name: _plain(json.loads(value)) if isinstance(value, str) and value.startswith("{") else value
            for name, value in row.items() if name not in _CHANCE or (name == "key" and "round" in row)}
