"""Writing many rows of many tables in one go: one statement on PostgreSQL, a list of them on SQLite.

What is written is data (``Insert``, ``Put``, ``Change``, ``Cancel``); its SQL is made once per shape and kept. Names in
the SQL come from our tables only, values are always bound.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from cocreate import driver
from cocreate.db import db, table_of
from cocreate.errors import Conflict
from cocreate.models.mails import Reminder
from cocreate.models.projects import Project

PROJECT = table_of(Project)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Insert:
    """New rows; all have the same columns."""

    table: Table
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Put(Insert):
    """New rows, or new values of rows that are there."""


@dataclass(frozen=True, slots=True)
class Update(Insert):
    """New values of rows that are there; every row has the whole primary key."""


@dataclass(frozen=True, slots=True)
class Delete(Insert):
    """Rows that go; every row is a whole primary key."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Planned reminders that have lost their cause."""

    project_id: int
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Retire:
    """Figures of earlier versions of a contribution, which no longer count."""

    project_id: int
    task: str
    party: int
    number: int  # the version that counts now


@dataclass(frozen=True, slots=True)
class Move:
    """The project's own row, compared and set: nobody else has written since its version was read."""

    project_id: int
    read_version: int
    values: Row


Write = Insert | Cancel | Retire


def send(session: Session, move: Move | None, writes: Sequence[Write], then: Sequence[Write] = ()) -> None:
    """Write everything, ``then`` after the rest. No row is written twice within one of the two.

    Raises: Conflict if the project is not at the version that was read.
    """
    connection = session.connection()
    postgres = connection.dialect.name == "postgresql"
    for first, part in ((move, _joined(writes)), (None, _joined(then))):
        if first or part:
            (_send_bundled if postgres else _send_listed)(connection, first, part)


def _joined(writes: Sequence[Write]) -> list[Write]:
    """Several writes of one shape as one, so that there are few shapes; empty ones left out."""
    rows: dict[tuple[type, Table, tuple[str, ...]], list[Row]] = {}
    rest: list[Write] = []
    for write in writes:
        if not isinstance(write, Insert):
            rest.append(write)
            continue
        for row in write.rows:
            rows.setdefault((type(write), write.table, tuple(row)), []).append(row)
    shapes = sorted(rows.items(), key=lambda shape: _place(shape[0][1]))
    return [*rest, *(kind(table, tuple(found)) for (kind, table, _), found in shapes)]


@cache
def _place(table: Table) -> int:
    """Parents come before their children: SQLite looks at every reference at once."""
    return db.metadata.sorted_tables.index(table)


# PostgreSQL: one statement of data-modifying CTEs, rows as JSON


def _send_bundled(connection: Connection, move: Move | None, writes: list[Write]) -> None:
    """Everything travels as one JSON value: under ``s`` what the move sets, under ``w0`` the first write, ..."""
    shape = tuple(map(_shape, writes))
    values: dict[str, Any] = {f"w{number}": _bundled(write) for number, write in enumerate(writes)}
    moves: tuple[Any, ...] = ()
    if move is not None:
        values["s"], moves = [move.values], (move.project_id, move.read_version)
    sql = _bundle_sql(tuple(move.values) if move else None, shape)
    if driver.execute(connection, (sql, (_text(values), *moves))).fetchone()[0] != 1:
        raise Conflict("project.moved")


def _bundled(write: Write) -> Any:
    match write:
        case Cancel():
            return [{"project_id": write.project_id, "subject": subject} for subject in write.subjects]
        case Retire():
            return [asdict(write)]
        case _:
            return write.rows


_GIVEN = "$1::jsonb->'{}'"
Shape = tuple[type[Write], Table | None, tuple[str, ...]]


def _shape(write: Write) -> Shape:
    """All that the SQL of a write depends on."""
    return (type(write), write.table, tuple(write.rows[0])) if isinstance(write, Insert) else (type(write), None, ())


@cache
def _bundle_sql(moved: tuple[str, ...] | None, shape: tuple[Shape, ...]) -> str:
    parts = [f"w{number} AS ({_part_sql(*one, _GIVEN.format(f'w{number}'))})" for number, one in enumerate(shape)]
    if moved is None:
        return f"WITH {', '.join(parts)} SELECT 1"
    sets = ", ".join(f'"{name}" = r."{name}"' for name in moved)
    move = (f"moved AS (UPDATE project SET {sets} FROM {_recordset(PROJECT, moved, _GIVEN.format('s'))} "
            "WHERE project.id = $2 AND project.version = $3 RETURNING 1)")
    return f"WITH {', '.join([move, *parts])} SELECT count(*) FROM moved"


def _part_sql(kind: type[Write], table: Table | None, names: tuple[str, ...], source: str) -> str:
    if table is not None:
        return _rows_sql(kind, table, names, source)
    if kind is Cancel:
        return _CANCEL.format(project="r.project_id", among="= r.subject", source=(
            f" FROM {_recordset(table_of(Reminder), ('project_id', 'subject'), source)}"))
    columns = "r(project_id bigint, task text, party bigint, number bigint)"
    return _RETIRE.format(*(f"r.{name}" for name in ("project_id", "task", "party", "number")),
                          source=f" FROM jsonb_to_recordset({source}) AS {columns}")


def _rows_sql(kind: type[Write], table: Table, names: tuple[str, ...], source: str) -> str:
    keys = [column.name for column in table.primary_key]
    rows = _recordset(table, names, source)
    where = " AND ".join(f'{table.name}."{key}" = r."{key}"' for key in keys)
    if kind is Update:
        sets = ", ".join(f'"{name}" = r."{name}"' for name in names if name not in keys)
        return f"UPDATE {table.name} SET {sets} FROM {rows} WHERE {where}"
    if kind is Delete:
        return f"DELETE FROM {table.name} USING {rows} WHERE {where}"
    columns = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {rows}" + _on_conflict(kind, table, names)


def _recordset(table: Table, names: tuple[str, ...], source: str) -> str:
    dialect: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
    typed = ", ".join(f'"{name}" {table.c[name].type.compile(dialect)}' for name in names)
    return f"jsonb_to_recordset({source}) AS r({typed})"


# SQLite: one statement after the other


def _send_listed(connection: Connection, move: Move | None, writes: list[Write]) -> None:
    if move is not None:
        names = tuple(move.values)
        given = (*_plain(PROJECT, names)(move.values), move.project_id, move.read_version)
        if driver.execute(connection, (_listed_move_sql(names), given)).rowcount != 1:
            raise Conflict("project.moved")
    for write in writes:
        match write:
            case Cancel():
                driver.execute_many(connection, _LISTED_CANCEL, [(write.project_id, one) for one in write.subjects])
            case Retire():
                driver.execute(connection, (_LISTED_RETIRE, (write.project_id, write.task, write.party,
                                                             write.number)))
            case _:
                names = tuple(write.rows[0])
                sql = _listed_sql(type(write), write.table, names)  # type: ignore[arg-type]  # classes do hash
                driver.execute_many(connection, sql, list(map(_plain(write.table, names), write.rows)))


@cache
def _listed_move_sql(names: tuple[str, ...]) -> str:
    return f"UPDATE project SET {', '.join(f'{name} = ?' for name in names)} WHERE id = ? AND version = ?"


@cache
def _listed_sql(kind: type[Insert], table: Table, names: tuple[str, ...]) -> str:
    keys = [column.name for column in table.primary_key]
    place = {name: f"?{number}" for number, name in enumerate(names, 1)}
    where = " AND ".join(f'"{key}" = {place[key]}' for key in keys)
    if kind is Update:
        sets = ", ".join(f'"{name}" = {place[name]}' for name in names if name not in keys)
        return f"UPDATE {table.name} SET {sets} WHERE {where}"
    if kind is Delete:
        return f"DELETE FROM {table.name} WHERE {where}"
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(place.values())
    return f"INSERT INTO {table.name} ({columns}) VALUES ({values})" + _on_conflict(kind, table, names)


_SQLITE = sqlite.dialect()


@cache
def _plain(table: Table, names: tuple[str, ...]) -> Callable[[Row], tuple[Any, ...]]:
    """How a row becomes the values of these columns, as their types store them."""
    binders = tuple((name, table.c[name].type.bind_processor(_SQLITE)) for name in names)

    def plain(row: Row) -> tuple[Any, ...]:
        return tuple(bind(row[name]) if bind else row[name] for name, bind in binders)

    return plain


# both

_CANCEL = ("UPDATE reminder SET state = 'cancelled'{source} WHERE reminder.project_id = {project} "
           "AND reminder.state = 'planned' AND reminder.subject {among}")
_RETIRE = ("UPDATE figure SET current = false{source} WHERE figure.project_id = {} AND figure.task = {} "
           "AND figure.party = {} AND figure.number < {} AND figure.current")
_LISTED_CANCEL = _CANCEL.format(project="?", among="= ?", source="")
_LISTED_RETIRE = _RETIRE.format(*"????", source="")


def _on_conflict(kind: type[Write], table: Table, names: tuple[str, ...]) -> str:
    if kind is not Put:
        return ""
    keys = [column.name for column in table.primary_key]
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in keys)
    return f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {sets}"


def _json_value(value: Any) -> Any:
    match value:
        case datetime(tzinfo=None):
            raise ValueError("a moment without a zone")  # PostgreSQL would take it for one in its own
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case _:
            raise TypeError(f"{type(value).__name__} does not belong into a row")


_text = json.JSONEncoder(ensure_ascii=False, default=_json_value, separators=(",", ":")).encode


__all__ = ["Cancel", "Delete", "Insert", "Move", "Put", "Retire", "Row", "Update", "Write", "send"]
