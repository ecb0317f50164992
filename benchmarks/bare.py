"""What W1 costs in bare SQL on PostgreSQL: the limit without any of our promises, and the floor with all of them.

limit (a1): one statement per step that commits itself, nothing but the change and a line of history.
floor (x1): lock, permission, facts, idempotency, compare-and-set, hash chain, mails and reminders, without a Session.
"""

import hashlib
import json
import secrets
from datetime import UTC, datetime
from typing import Any

import psycopg

from benchmarks.story import GATES, NEXT_OF, STEPS, Step

SCHEMA = """
CREATE SCHEMA bare;
SET search_path = bare;
CREATE TABLE project (id bigserial PRIMARY KEY, ref text UNIQUE, stage text NOT NULL, version int NOT NULL, head text);
CREATE TABLE member (project_id bigint, person bigint, party int, PRIMARY KEY (project_id, person));
CREATE TABLE task (project_id bigint, stage text, kind text, party int, done boolean, PRIMARY KEY (project_id, stage, kind));
CREATE INDEX task_open ON task (project_id) WHERE NOT done;
CREATE TABLE given (project_id bigint, stage text, kind text, body jsonb, PRIMARY KEY (project_id, stage, kind));
CREATE TABLE figure (project_id bigint, path text, value numeric, PRIMARY KEY (project_id, path));
CREATE TABLE decision (project_id bigint, stage text, party int, PRIMARY KEY (project_id, stage, party));
CREATE TABLE event (project_id bigint, seq int, at timestamptz, what text, hash text, PRIMARY KEY (project_id, seq));
CREATE TABLE event_detail (project_id bigint, seq int, salt text, body text, PRIMARY KEY (project_id, seq));
CREATE TABLE answer (project_id bigint, key text, asked text, body text, PRIMARY KEY (project_id, key));
CREATE TABLE reminder (project_id bigint, subject text, n int, due timestamptz, state text,
                       PRIMARY KEY (project_id, subject, n));
CREATE TABLE outbox (project_id bigint, seq int, person bigint, state text, PRIMARY KEY (project_id, seq, person));
"""
BODY = json.dumps({f"f{n}": {"value": n, "unit": "t/a"} for n in range(10)})
NEXT = NEXT_OF


def prepare(connection: psycopg.Connection[Any]) -> None:
    connection.execute("DROP SCHEMA IF EXISTS bare CASCADE")
    connection.execute(SCHEMA, prepare=False)
    connection.commit()


def _tasks() -> list[tuple[str, str, int]]:
    return [(stage, what, party) for what, stage, party in STEPS if what in ("contribute", "document")]


# the limit


def limit_project(connection: psycopg.Connection[Any]) -> None:
    """One project from creation to agreed; the connection commits by itself."""
    tasks = _tasks()
    project = connection.execute(
        "WITH p AS (INSERT INTO project (ref, stage, version) VALUES (%s, 's1', 1) RETURNING id), "
        "t AS (INSERT INTO task SELECT p.id, x.s, x.k, x.n, false FROM p, "
        "unnest(%s::text[], %s::text[], %s::int[]) AS x(s, k, n)), "
        "e AS (INSERT INTO event SELECT id, 1, now(), 'create' FROM p) SELECT id FROM p",
        (secrets.token_hex(13), *map(list, zip(*tasks, strict=True)))).fetchone()[0]
    for version, step in enumerate(STEPS, 1):
        _limit_step(connection, project, version, step)


def _limit_step(connection: psycopg.Connection[Any], project: int, version: int, step: Step) -> None:
    what, stage, party = step
    event = ("m AS (UPDATE project SET version = %(v)s + 1{stage} WHERE id = %(p)s AND version = %(v)s{when} "
             "RETURNING 1), e AS (INSERT INTO event SELECT %(p)s, %(v)s + 1, now(), %(w)s FROM m)")
    values = {"p": project, "v": version, "w": what, "s": stage, "n": party, "b": BODY, "to": NEXT[stage]}
    match what:
        case "contribute" | "document":
            effect = ("u AS (UPDATE task SET done = true WHERE project_id = %(p)s AND stage = %(s)s AND kind = %(w)s), "
                      "g AS (INSERT INTO given VALUES (%(p)s, %(s)s, %(w)s, %(b)s)), ")
            sql = effect + event.format(stage="", when="")
        case "decide":
            sql = "d AS (INSERT INTO decision VALUES (%(p)s, %(s)s, %(n)s)), " + event.format(stage="", when="")
        case _:
            gates = (" AND NOT EXISTS (SELECT 1 FROM task WHERE project_id = %(p)s AND stage = %(s)s AND NOT done)"
                     + (" AND 2 = (SELECT count(*) FROM decision WHERE project_id = %(p)s AND stage = %(s)s)"
                        if stage in GATES else ""))
            sql = ("c AS (UPDATE reminder SET state = 'cancelled' WHERE project_id = %(p)s AND state = 'planned'), "
                   "r AS (INSERT INTO reminder SELECT %(p)s, %(to)s, n, now(), 'planned' FROM generate_series(1, 2) n), "
                   + event.format(stage=", stage = %(to)s", when=gates))
    moved = connection.execute(f"WITH {sql} SELECT count(*) FROM m", values).fetchone()[0]
    if moved != 1:
        raise RuntimeError(f"the limit lost {step}")


# the floor


def floor_project(connection: psycopg.Connection[Any]) -> None:
    """One project with every promise, in psycopg alone: two trips and a commit per step."""
    ref, tasks = secrets.token_hex(13), _tasks()
    connection.execute(
        "WITH p AS (INSERT INTO project (ref, stage, version, head) VALUES (%s, 's1', 1, '') RETURNING id), "
        "n AS (INSERT INTO member SELECT p.id, x, x FROM p, generate_series(1, 2) x), "
        "t AS (INSERT INTO task SELECT p.id, x.s, x.k, x.n, false FROM p, "
        "unnest(%s::text[], %s::text[], %s::int[]) AS x(s, k, n)) INSERT INTO event SELECT id, 1, now(), 'create', '' FROM p",
        (ref, *map(list, zip(*tasks, strict=True))))
    connection.commit()
    for step in STEPS:
        _floor_step(connection, ref, step, secrets.token_hex(16))
        connection.commit()


_FACTS = """SELECT p.id, p.stage, p.version, p.head,
 (SELECT party FROM member WHERE project_id = p.id AND person = %(n)s),
 (SELECT body FROM answer WHERE project_id = p.id AND key = %(k)s),
 (SELECT coalesce(json_agg(json_build_array(stage, kind, party, done)), '[]')::text FROM task WHERE project_id = p.id),
 (SELECT coalesce(json_agg(json_build_array(stage, party)), '[]')::text FROM decision WHERE project_id = p.id)
 FROM project p WHERE p.ref = %(r)s"""


def _floor_step(connection: psycopg.Connection[Any], ref: str, step: Step, key: str) -> None:
    what, stage, party = step
    with connection.pipeline():
        connection.execute("SELECT id FROM project WHERE ref = %s FOR UPDATE", (ref,))
        found = connection.execute(_FACTS, {"r": ref, "n": party, "k": key})
    project, here, version, head, own, answered, tasks, decisions = found.fetchone()
    if own is None or answered is not None or here != stage:
        raise RuntimeError(f"the floor refused {step}")
    if what == "advance" and any(not done for of, _kind, _party, done in json.loads(tasks) if of == stage):
        raise RuntimeError(f"tasks are open at {step}")
    if what == "advance" and stage in GATES and sum(of == stage for of, _party in json.loads(decisions)) != 2:
        raise RuntimeError(f"not decided at {step}")
    now, salt = datetime.now(UTC), secrets.token_hex(16)
    details = json.dumps({"act": what, "actor": party, "stage": stage, "to": NEXT[stage]}, sort_keys=True)
    commitment = hashlib.sha256((salt + details).encode()).hexdigest()
    link = hashlib.sha256(f"{ref}{version + 1}{head}{now.isoformat()}{commitment}".encode()).hexdigest()
    parts = [
        "m AS (UPDATE project SET version = %(v)s + 1, head = %(h)s, stage = %(to)s WHERE id = %(p)s AND version = %(v)s "
        "RETURNING 1)",
        "e AS (INSERT INTO event VALUES (%(p)s, %(v)s + 1, %(at)s, %(w)s, %(h)s))",
        "f AS (INSERT INTO event_detail VALUES (%(p)s, %(v)s + 1, %(salt)s, %(details)s))",
        "a AS (INSERT INTO answer VALUES (%(p)s, %(k)s, %(h)s, %(details)s))",
        "o AS (INSERT INTO outbox SELECT %(p)s, %(v)s + 1, x, 'waiting' FROM generate_series(1, 2) x)",
    ]
    match what:
        case "contribute" | "document":
            parts += ["u AS (UPDATE task SET done = true WHERE project_id = %(p)s AND stage = %(s)s AND kind = %(w)s)",
                      "g AS (INSERT INTO given VALUES (%(p)s, %(s)s, %(w)s, %(b)s))",
                      "c AS (UPDATE reminder SET state = 'cancelled' WHERE project_id = %(p)s AND subject = %(s)s "
                      "AND state = 'planned')"]
            if what == "contribute":
                parts.append("x AS (INSERT INTO figure SELECT %(p)s, %(s)s || y, y FROM generate_series(1, 10) y)")
        case "decide":
            parts.append("d AS (INSERT INTO decision VALUES (%(p)s, %(s)s, %(n)s))")
        case _:
            parts += ["c AS (UPDATE reminder SET state = 'cancelled' WHERE project_id = %(p)s AND state = 'planned')",
                      "r AS (INSERT INTO reminder SELECT %(p)s, %(to)s, y, %(at)s, 'planned' FROM generate_series(1, 2) y)"]
    values = {"p": project, "v": version, "h": link, "to": NEXT[stage] if what == "advance" else stage, "at": now,
              "w": what, "s": stage, "n": party, "b": BODY, "k": key, "salt": salt, "details": details}
    if connection.execute(f"WITH {', '.join(parts)} SELECT count(*) FROM m", values).fetchone()[0] != 1:
        raise RuntimeError(f"the floor lost {step}")
