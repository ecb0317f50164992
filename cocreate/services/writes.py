"""Writing many rows of many tables in one go: one statement on PostgreSQL, a list of them on SQLite.

What is written is data (``Insert``, ``Put``, ``Update``, ``Cancel``); its SQL is made once per shape and kept. Names in
the SQL come from our tables only, values are always bound.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from cocreate.db import db, driver, table_of
from cocreate.errors import Conflict
from cocreate.models.mails import Reminder
from cocreate.models.projects import Project

PROJECT, REMINDER = table_of(Project), table_of(Reminder)

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
class Move:
    """The project's own row, compared and set: nobody else has written since its version was read."""

    project_id: int
    read_version: int
    values: Row


Write = Insert | Cancel


def send(connection: Connection, move: Move | None, writes: Sequence[Write], then: Sequence[Write] = ()) -> None:
    """Write everything, ``then`` after the rest. No row is written twice within one of the two.

    On PostgreSQL it is written while we go on: should it fail, what comes next fails, which may be COMMIT.
    Raises: Conflict if the project is not at the version that was read; on PostgreSQL, where its lock was held while
    it was read, that is an error of the database.
    """
    postgres = connection.dialect.name == "postgresql"
    for first, part in ((move, _joined(writes)), (None, _joined(then))):
        if first or part:
            (_send_bundled if postgres else _send_listed)(connection, first, part)


def send_first(connection: Connection, table: Table, row: Row) -> int:
    """Write the one row to whose number all others will refer; answers that."""
    names = tuple(row)
    postgres = connection.dialect.name == "postgresql"
    places = {name: f"{'$' if postgres else '?'}{number}" for number, name in enumerate(names, 1)}
    values = list(map(_bound, row.values())) if postgres else _plain(table, names)(row)
    return int(driver.execute(connection, (_row_sql(Insert, table, names, places) + " RETURNING id", values))[0])


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


# PostgreSQL: one statement of data-modifying CTEs


def _send_bundled(connection: Connection, move: Move | None, writes: list[Write]) -> None:
    """A single row is bound value by value, several rows of a table as one JSON value."""
    shapes = tuple(map(_shape, writes))
    values: list[Any] = [*move.values.values(), move.project_id, move.read_version] if move is not None else []
    for write, shape in zip(writes, shapes, strict=True):
        if isinstance(write, Cancel):
            values += (write.project_id, _PLANNED, _array(write.subjects))
        elif shape.single:
            values += write.rows[0].values()
        else:
            values.append(_text(write.rows))
    sql = _bundle_sql(tuple(move.values) if move else None, shapes)
    driver.begin(connection, sql, list(map(_bound, values)))


class _Shape(NamedTuple):
    """All that the SQL of a write depends on."""

    kind: type[Write]
    table: Table
    names: tuple[str, ...]
    single: bool


def _shape(write: Write) -> _Shape:
    if isinstance(write, Cancel):
        return _Shape(Cancel, REMINDER, (), single=True)
    return _Shape(type(write), write.table, tuple(write.rows[0]), len(write.rows) == 1)


@cache
def _bundle_sql(moved: tuple[str, ...] | None, shapes: tuple[_Shape, ...]) -> str:
    numbers = count(1)

    def place() -> str:
        return f"${next(numbers)}"

    parts = []
    if moved is not None:
        sets = ", ".join(f'"{name}" = {place()}' for name in moved)
        parts.append(f"moved AS (UPDATE project SET {sets} WHERE id = {place()} AND version = {place()} RETURNING 1)")
    parts += [f"w{number} AS ({_part_sql(shape, place)})" for number, shape in enumerate(shapes)]
    # Nobody looks at the answer: a project that did not move is an error.
    return f"WITH {', '.join(parts)} SELECT 1{' / count(*) FROM moved' if moved is not None else ''}"


def _part_sql(shape: _Shape, place: Callable[[], str]) -> str:
    if shape.kind is Cancel:
        return _CANCEL.format(place(), place(), f"= ANY({place()})")
    if shape.single:
        return _row_sql(shape.kind, shape.table, shape.names, {name: place() for name in shape.names})
    return _several_sql(shape, f"{place()}::jsonb")


def _several_sql(shape: _Shape, source: str) -> str:
    kind, table, names, _ = shape
    dialect: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
    typed = ", ".join(f'"{name}" {table.c[name].type.compile(dialect)}' for name in names)
    rows = f"jsonb_to_recordset({source}) AS r({typed})"
    keys = [column.name for column in table.primary_key]
    where = " AND ".join(f'{table.name}."{key}" = r."{key}"' for key in keys)
    if kind is Update:
        sets = ", ".join(f'"{name}" = r."{name}"' for name in names if name not in keys)
        return f"UPDATE {table.name} SET {sets} FROM {rows} WHERE {where}"
    if kind is Delete:
        return f"DELETE FROM {table.name} USING {rows} WHERE {where}"
    columns = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {rows}" + _on_conflict(kind, table, names)


# SQLite: one statement after the other


def _send_listed(connection: Connection, move: Move | None, writes: list[Write]) -> None:
    if move is not None:
        names = tuple(move.values)
        given = (*_plain(PROJECT, names)(move.values), move.project_id, move.read_version)
        if not driver.execute(connection, (_listed_move_sql(names), given)):
            raise Conflict("project.moved")
    for write in writes:
        match write:
            case Cancel():
                sql = _CANCEL.format("?", "?", "= ?")
                driver.execute_many(connection, sql, [(write.project_id, _PLANNED, one) for one in write.subjects])
            case _:
                sql, plain = _listed(type(write), write.table, tuple(write.rows[0]))  # type: ignore[arg-type]  # classes do hash
                driver.execute_many(connection, sql, list(map(plain, write.rows)))


@cache
def _listed_move_sql(names: tuple[str, ...]) -> str:
    sets = ", ".join(f"{name} = ?{number}" for number, name in enumerate(names, 1))
    return f"UPDATE project SET {sets} WHERE id = ?{len(names) + 1} AND version = ?{len(names) + 2} RETURNING 1"


@cache
def _listed(kind: type[Insert], table: Table, names: tuple[str, ...]) -> tuple[str, Callable[[Row], tuple[Any, ...]]]:
    """The SQL for a row, and how one becomes its values, in the order of their marks: keys are compared last."""
    keys = [column.name for column in table.primary_key] if kind in (Update, Delete) else []
    order = (*(name for name in names if name not in keys), *keys)
    return _row_sql(kind, table, order, dict.fromkeys(order, "?")), _plain(table, order)


_SQLITE = sqlite.dialect()


@cache
def _plain(table: Table, names: tuple[str, ...]) -> Callable[[Row], tuple[Any, ...]]:
    """How a row becomes the values of these columns, as their types store them."""
    binders = [(name, table.c[name].type.dialect_impl(_SQLITE).bind_processor(_SQLITE)) for name in names]

    def plain(row: Row) -> tuple[Any, ...]:
        return tuple([row[name] if bind is None else bind(row[name]) for name, bind in binders])

    return plain


# both

_PLANNED = "planned"
# The state is bound: named, it would lead a server without statistics to the index of what every project has planned.
_CANCEL = "UPDATE reminder SET state = 'cancelled' WHERE project_id = {} AND state = {} AND subject {}"


def _row_sql(kind: type[Write], table: Table, names: tuple[str, ...], place: Mapping[str, str]) -> str:
    """One row; ``place`` says where each value is bound."""
    if kind in (Update, Delete):
        keys = [column.name for column in table.primary_key]
        where = " AND ".join(f'"{key}" = {place[key]}' for key in keys)
        sets = ", ".join(f'"{name}" = {place[name]}' for name in names if name not in keys)
        return f"DELETE FROM {table.name} WHERE {where}" if kind is Delete else (
            f"UPDATE {table.name} SET {sets} WHERE {where}")
    columns = ", ".join(f'"{name}"' for name in names)
    return (f"INSERT INTO {table.name} ({columns}) VALUES ({', '.join(place.values())})"
            + _on_conflict(kind, table, names))


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


def _bound(value: Any) -> str | None:
    """As text, whose type the server finds out by itself: else every size of a number would be a new statement."""
    match value:
        case str() | None:
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case _:
            return str(_json_value(value))


def _array(texts: Iterable[str]) -> str:
    return "{" + ",".join(json.dumps(text, ensure_ascii=False) for text in texts) + "}"


_text = json.JSONEncoder(ensure_ascii=False, default=_json_value, separators=(",", ":")).encode


__all__ = ["Cancel", "Delete", "Insert", "Move", "Put", "Row", "Update", "Write", "send", "send_first"]
