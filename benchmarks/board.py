"""W3: the board of an account manager with 50 projects among very many, beside the best bare SQL for the same.

The projects are written by SQL, all like one that the product opened; 70 % are open, each has 5 tasks and 4 events.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from benchmarks.story import definition
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.services import accounts, boards, hosts, openings, templates

EACH = 50  # projects of one account manager
READER = "en UTC"

# What a board needs at least: stage, next date, overdue, unread, and of whom the oldest open task waits.
BEST = """
SELECT p.ref, p.title, p.stage, p.target, p.version - coalesce(s.seq, 0) AS unread, t.due_at, t.due_at < now(), w.name
FROM member m JOIN project p ON p.id = m.project_id
LEFT JOIN seen s ON s.project_id = p.id AND s.person = m.person
LEFT JOIN LATERAL (SELECT due_at, party FROM task WHERE project_id = p.id AND state IN ('open', 'returned')
                   ORDER BY due_at LIMIT 1) t ON true
LEFT JOIN party w ON w.project_id = p.id AND w.number = t.party
WHERE m.person = %s AND m.left_at IS NULL AND m.accepted_at IS NOT NULL AND m.parts = 'manager'
ORDER BY t.due_at LIMIT 50
"""

# Every project as the first one, for one account manager after the other.
MANY = """
INSERT INTO person ({person})
SELECT {person_values} FROM person t, generate_series(1, :managers) n WHERE t.id = :person;
INSERT INTO project ({project})
SELECT {project_values} FROM project p, generate_series(1, :projects) n WHERE p.id = :first;
INSERT INTO party ({party})
SELECT {party_values} FROM party t, project p WHERE t.project_id = :first AND p.id > :first;
INSERT INTO member (project_id, person, host_id, name, parts, greeting, accepted_at)
SELECT p.id, :person + 1 + (p.id - :first - 1) / :each, p.host_id, 'Manager', 'manager', '', now()
FROM project p WHERE p.id > :first;
INSERT INTO task ({task})
SELECT {task_values} FROM (SELECT * FROM task WHERE project_id = :first LIMIT 1) t, project p, generate_series(1, 5) k
WHERE p.id > :first;
INSERT INTO event ({event})
SELECT {event_values} FROM (SELECT * FROM event WHERE project_id = :first AND seq = 1) t, project p,
generate_series(1, 4) k WHERE p.id > :first;
"""


@contextmanager
def filled(projects: int) -> Iterator[tuple[Callable[[], Any], Callable[[], Any]]]:
    """(the product's board, the best SQL) of one manager among ``projects``; in an application's context."""
    managers = projects // EACH
    with transaction() as session:
        person = accounts.create_person(session, email="first@board.example", name="First", now=now())
        host = hosts.create_host(session, name="Board", now=now())
        hosts.employ(session, host.id, person, hosts.ACCOUNT_MANAGER, now=now())
        templates.save_draft(session, host.id, definition(), note="", actor=person, now=now()).published_at = now()
        host_id = host.id
    with transaction() as session:
        ref = openings.open_project(session, host_id, openings.NewProject(
            template="bench", title="Bench", purpose="W3", target=date(2030, 1, 1), own_seat=None,
            seats=(openings.Seating("giver", "Giver"), openings.Seating("taker", "Taker"))),
            actor=person, key="board", now=now())
        first = session.execute(text("SELECT id FROM project WHERE ref = :ref"), {"ref": ref}).scalar_one()
        _multiply(session, {"first": first, "person": person, "projects": managers * EACH, "managers": managers,
                            "each": EACH})
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # nobody else gets one that waits without end
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM ANALYZE")
    raw = db.engine.raw_connection()
    mine = person + 1 + managers // 2
    _look(mine)  # says and keeps the words once, as the page does
    try:
        yield (lambda: boards.board(db.session(), mine, reader=READER, now=now()),
               lambda: raw.cursor().execute(BEST, (mine,)).fetchall())
    finally:
        db.session.rollback()
        raw.close()


def _multiply(session: Any, values: dict[str, Any]) -> None:
    session.execute(text("SET LOCAL statement_timeout = 0"))
    filled_in = {}
    for table, own in (
            ("person", {"id": ":person + n", "ref": "'m' || n", "email": "'m' || n || '@bench.example'"}),
            ("project", {"ref": "'p' || n", "title": "'Bench ' || n", "version": "4",
                         "stage": "CASE WHEN n % 10 < 7 THEN p.stage ELSE 'agreed' END",
                         "ended_at": "CASE WHEN n % 10 < 7 THEN NULL ELSE now() END",
                         "outcome": "CASE WHEN n % 10 < 7 THEN NULL ELSE 'agreed' END"}),
            ("party", {"project_id": "p.id"}),
            ("task", {"project_id": "p.id", "key": "'c_s' || k", "due_at": "now() + k * interval '1 day'"}),
            ("event", {"project_id": "p.id", "seq": "k", "key": "'k' || k"})):
        names = [column.name for column in db.metadata.tables[table].columns if (table, column.name) != (
            "project", "id")]
        alias = "p" if table == "project" else "t"
        filled_in |= {table: ", ".join(f'"{name}"' for name in names),
                      f"{table}_values": ", ".join(own.get(name, f'{alias}."{name}"') for name in names)}
    session.execute(text("SET LOCAL statement_timeout = 0"))  # the product's is for people who wait
    for statement in MANY.format(**filled_in).split(";\n"):
        if statement.strip():
            session.execute(text(statement), values)


def _look(person: int) -> None:
    rows = boards.board(db.session(), person, reader=READER, now=now())
    said = [(row, "{}" * 300, now() + timedelta(hours=1)) for row in rows]
    with transaction() as session:
        boards.keep(session, person, said, reader=READER)


def median_and_p95(run: Callable[[], Any], times: int = 200) -> tuple[float, float]:
    """In milliseconds, each look in a transaction of its own."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        rows = run()
        found.append((time.perf_counter() - start) * 1000)
        db.session.commit()
        assert len(rows) == EACH
    found.sort()
    return found[len(found) // 2], found[int(len(found) * 0.95)]
