"""W1 through the product's own services, with everything on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import count
from pathlib import Path

import cocreate
from benchmarks.story import NEXT_OF, STEPS, Step, definition, tasks_of
from cocreate import upgrading
from cocreate.clock import now
from cocreate.db import db, table_of, transaction
from cocreate.domain.answers import Answer, FileAnswer
from cocreate.models.projects import Member
from cocreate.services import accounts, hosts, openings, progress, templates
from cocreate.services.acts.contributions import NewFile, Submit
from cocreate.services.acts.gates import Decide
from cocreate.services.acts.stages import GoOn
from cocreate.services.facts import forget, look
from cocreate.services.writes import Insert, send
from cocreate.settings import Settings

_numbers = count(1)


@contextmanager
def application(url: str, folder: Path) -> Iterator[None]:
    """The context of an application on a migrated database."""
    app = cocreate.create_app(Settings(data=str(folder), database=url))
    with app.app_context():
        upgrading.upgrade()
        yield
        db.session.remove()
        db.engine.dispose()


@contextmanager
def ready(url: str, folder: Path) -> Iterator[Callable[..., None]]:
    """A function that takes one project from its opening to agreed."""
    with application(url, folder):
        people = [_person(name) for name in ("manager", "giver", "taker")]
        with transaction() as session:
            host = hosts.create_host(session, name="Bench", now=now())
            hosts.employ(session, host.id, people[0], hosts.ACCOUNT_MANAGER, now=now())
            draft = templates.save_draft(session, host.id, definition(), note="", actor=people[0], now=now())
            draft.published_at = now()  # not by ``publish``: a workload without contract would be refused
            host_id = host.id
        yield partial(_project, host_id, people)


def _person(name: str) -> int:
    with transaction() as session:
        return accounts.create_person(session, email=f"{name}@bench.example", name=name, now=now())


def _project(host_id: int, people: list[int], *, known: bool = True) -> None:
    """known: the process that acts is the one that did the step before, and need not read the project again."""
    with transaction() as session:
        ref = openings.open_project(session, host_id, openings.NewProject(
            template="bench", title="Bench", purpose="W1", target=date(2030, 1, 1), own_seat=None,
            seats=(openings.Seating("giver", "Giver"), openings.Seating("taker", "Taker"))),
            actor=people[0], key=_key(), now=now())
        project = look(session, ref, person=people[0], now=now()).facts.project
        send(session.connection(), None, [Insert(table_of(Member), tuple(
            {"project_id": project.id, "person": people[party], "host_id": host_id, "party": party, "name": "B",
             "parts": "champion signatory contributor", "greeting": "", "accepted_at": now()} for party in (1, 2)))])
        forget()  # that was no act
    for step in STEPS:
        if not known:
            forget()
        _step(ref, people, step)


def _step(ref: str, people: list[int], step: Step) -> None:
    what, stage, party = step
    request: object
    match what:
        case "contribute":
            request = Submit(f"c_{stage}", party, 0, 0, ANSWERS)
        case "document":
            request = Submit(f"d_{stage}", party, 0, 0, FILE, (NEW,))
        case "decide":
            # What the page showed: the first version of every task of the stage.
            seen = " ".join(f"{key}@{of}=1" for key, of in sorted(tasks_of(stage)))
            request = Decide(f"g_{stage}", seen, "agreed")
        case _:
            request = GoOn(f"to_{NEXT_OF[stage]}", int(stage[1:]))
    with transaction() as session:
        progress.act(session, ref, request, actor=people[party], key=_key(), now=now())


ANSWERS = {f"f{n}": Answer(value=Decimal(n), unit="t/a") for n in range(10)}
NEW = NewFile("file", "a" * 64, "a.pdf", "application/pdf", 9)
FILE = {"file": Answer(value=FileAnswer(None, None, "a" * 64, "a.pdf", "application/pdf", 9))}


def _key() -> str:
    return f"bench-{next(_numbers)}"
