"""What W1 costs in bare SQL on SQLite: the limit without any of our promises; WAL, synchronous FULL, as the product."""

import json
import secrets
import sqlite3
from pathlib import Path
from typing import Any

from benchmarks.story import GATES, NEXT_OF, STEPS, Step

SCHEMA = """
CREATE TABLE project (id integer PRIMARY KEY, ref text UNIQUE, stage text NOT NULL, version int NOT NULL);
CREATE TABLE task (project_id int, stage text, kind text, party int, done int, PRIMARY KEY (project_id, stage, kind));
CREATE TABLE given (project_id int, stage text, kind text, body text, PRIMARY KEY (project_id, stage, kind));
CREATE TABLE decision (project_id int, stage text, party int, PRIMARY KEY (project_id, stage, party));
CREATE TABLE event (project_id int, seq int, at text, what text, PRIMARY KEY (project_id, seq));
CREATE TABLE reminder (project_id int, subject text, n int, due text, state text, PRIMARY KEY (project_id, subject, n));
"""
BODY = json.dumps({f"f{n}": {"value": n, "unit": "t/a"} for n in range(10)})


def connect(folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.executescript(SCHEMA)
    return connection


def project(connection: sqlite3.Connection) -> None:
    """One project from creation to agreed, one transaction per step."""
    connection.execute("BEGIN IMMEDIATE")
    number = connection.execute("INSERT INTO project (ref, stage, version) VALUES (?, 's1', 1)",
                                (secrets.token_hex(13),)).lastrowid
    connection.executemany("INSERT INTO task VALUES (?, ?, ?, ?, 0)",
                           [(number, stage, what, party) for what, stage, party in STEPS
                            if what in ("contribute", "document")])
    connection.execute("INSERT INTO event VALUES (?, 1, datetime('now'), 'create')", (number,))
    connection.execute("COMMIT")
    for version, step in enumerate(STEPS, 1):
        connection.execute("BEGIN IMMEDIATE")
        _step(connection, number, version, step)
        connection.execute("COMMIT")


def _step(connection: sqlite3.Connection, project: Any, version: int, step: Step) -> None:
    what, stage, party = step
    to, guard = stage, ""
    match what:
        case "contribute" | "document":
            connection.execute("UPDATE task SET done = 1 WHERE project_id = ? AND stage = ? AND kind = ?",
                               (project, stage, what))
            connection.execute("INSERT INTO given VALUES (?, ?, ?, ?)", (project, stage, what, BODY))
        case "decide":
            connection.execute("INSERT INTO decision VALUES (?, ?, ?)", (project, stage, party))
        case _:
            to = NEXT_OF[stage]
            guard = (" AND NOT EXISTS (SELECT 1 FROM task WHERE project_id = project.id AND stage = :s AND NOT done)"
                     + (" AND 2 = (SELECT count(*) FROM decision WHERE project_id = project.id AND stage = :s)"
                        if stage in GATES else ""))
            connection.execute("UPDATE reminder SET state = 'cancelled' WHERE project_id = ? AND state = 'planned'",
                               (project,))
            connection.executemany("INSERT INTO reminder VALUES (?, ?, ?, datetime('now'), 'planned')",
                                   [(project, to, 1), (project, to, 2)])
    sql = "UPDATE project SET version = :v + 1, stage = :to WHERE id = :p AND version = :v" + guard
    moved = connection.execute(sql, {"v": version, "to": to, "p": project, "s": stage}).rowcount
    if moved != 1:
        raise RuntimeError(f"the limit lost {step}")
    connection.execute("INSERT INTO event VALUES (?, ?, datetime('now'), ?)", (project, version + 1, what))
