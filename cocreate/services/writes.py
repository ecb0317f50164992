"""Writing many rows of many tables in one go: one statement on PostgreSQL, a list of them on SQLite.

What is written is data (``Insert``, ``Put``, ``Change``, ``Cancel``); its SQL is made once per shape and kept. Names in
the SQL come from our tables only, values are always bound.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from cocreate.db import db, table_of
from cocreate.errors import Conflict
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
    parameters: dict[str, Any] = {}
    parts: list[str] = []
    if move is not None:
        parts.append(f"moved AS ({_move_sql(tuple(move.values), '%({})s')} RETURNING 1)")
        parameters |= {f"set_{name}": _json_value(value) for name, value in move.values.items()}
        parameters |= {"where_id": move.project_id, "where_version": move.read_version}
    for number, write in enumerate(writes):
        parts.append(f"w{number} AS ({_bundled_sql(write, number)})")
        match write:
            case Cancel():
                parameters |= {f"p{number}": write.project_id, f"s{number}": list(write.subjects)}
            case Retire():
                parameters |= {f"p{number}": write.project_id, f"t{number}": write.task, f"y{number}": write.party,
                               f"n{number}": write.number}
            case _:
                parameters[f"r{number}"] = json.dumps(
                    [{k: _json_value(v) for k, v in row.items()} for row in write.rows], ensure_ascii=False)
    count = "(SELECT count(*) FROM moved)" if move is not None else "1"
    moved = connection.exec_driver_sql(f"WITH {', '.join(parts)} SELECT {count}", parameters).scalar()
    if moved != 1:
        raise Conflict("project.moved")


def _bundled_sql(write: Write, number: int) -> str:
    match write:
        case Cancel():
            return _CANCEL.format(project=f"%(p{number})s", among=f"= ANY(%(s{number})s)")
        case Retire():
            return _RETIRE.format(*(f"%({name}{number})s" for name in "ptyn"))
    sql = _rows_sql(type(write), write.table, tuple(write.rows[0]))  # type: ignore[arg-type]  # classes do hash
    return sql.replace("%(rows)s", f"%(r{number})s")


@cache
def _rows_sql(kind: type[Insert], table: Table, names: tuple[str, ...]) -> str:
    dialect: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
    typed = ", ".join(f'"{name}" {table.c[name].type.compile(dialect)}' for name in names)
    source = f"jsonb_to_recordset(%(rows)s::jsonb) AS r({typed})"
    keys = [column.name for column in table.primary_key]
    if kind is Update:
        sets = ", ".join(f'"{name}" = r."{name}"' for name in names if name not in keys)
        where = " AND ".join(f'{table.name}."{key}" = r."{key}"' for key in keys)
        return f"UPDATE {table.name} SET {sets} FROM {source} WHERE {where}"
    if kind is Delete:
        where = " AND ".join(f'{table.name}."{key}" = r."{key}"' for key in keys)
        return f"DELETE FROM {table.name} USING {source} WHERE {where}"
    columns = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {source}" + _on_conflict(kind, table, names)


# SQLite: one statement after the other


def _send_listed(connection: Connection, move: Move | None, writes: list[Write]) -> None:
    if move is not None:
        result = connection.exec_driver_sql(
            _move_sql(tuple(move.values), ":{}"),
            {f"set_{name}": _plain(value, PROJECT, name) for name, value in move.values.items()}
            | {"where_id": move.project_id, "where_version": move.read_version})
        if result.rowcount != 1:
            raise Conflict("project.moved")
    for write in writes:
        match write:
            case Cancel():
                marks = ", ".join("?" for _ in write.subjects)
                connection.exec_driver_sql(_CANCEL.format(project="?", among=f"IN ({marks})"),
                                           (write.project_id, *write.subjects))
            case Retire():
                connection.exec_driver_sql(_RETIRE.format(*"????"),
                                           (write.project_id, write.task, write.party, write.number))
            case _:
                names = tuple(write.rows[0])
                sql = _listed_sql(type(write), write.table, names)  # type: ignore[arg-type]  # classes do hash
                connection.exec_driver_sql(sql, [
                    {name: _plain(row[name], write.table, name) for name in names} for row in write.rows])


@cache
def _listed_sql(kind: type[Insert], table: Table, names: tuple[str, ...]) -> str:
    keys = [column.name for column in table.primary_key]
    if kind is Update:
        sets = ", ".join(f'"{name}" = :{name}' for name in names if name not in keys)
        return f"UPDATE {table.name} SET {sets} WHERE " + " AND ".join(f'"{key}" = :{key}' for key in keys)
    if kind is Delete:
        return f"DELETE FROM {table.name} WHERE " + " AND ".join(f'"{key}" = :{key}' for key in keys)
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(f":{name}" for name in names)
    return f"INSERT INTO {table.name} ({columns}) VALUES ({values})" + _on_conflict(kind, table, names)


# both

_CANCEL = ("UPDATE reminder SET state = 'cancelled' WHERE project_id = {project} AND state = 'planned' "
           "AND subject {among}")
_RETIRE = ("UPDATE figure SET current = false WHERE project_id = {} AND task = {} AND party = {} AND number < {} "
           "AND current")


def _on_conflict(kind: type[Insert], table: Table, names: tuple[str, ...]) -> str:
    if kind is not Put:
        return ""
    keys = [column.name for column in table.primary_key]
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in keys)
    return f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {sets}"


@cache
def _move_sql(names: tuple[str, ...], mark: str) -> str:
    sets = ", ".join(f'"{name}" = {mark.format("set_" + name)}' for name in names)
    return (f"UPDATE project SET {sets} WHERE id = {mark.format('where_id')} "
            f"AND version = {mark.format('where_version')}")


def _json_value(value: Any) -> Any:
    match value:
        case datetime(tzinfo=None):
            raise ValueError("a moment without a zone")  # PostgreSQL would take it for one in its own
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case _:
            return value


_SQLITE = sqlite.dialect()


@cache
def _binder(table: Table, name: str) -> Any:
    return table.c[name].type.bind_processor(_SQLITE)


def _plain(value: Any, table: Table, name: str) -> Any:
    """A value as the column's type stores it."""
    binder = _binder(table, name)
    return binder(value) if binder else value


__all__ = ["Cancel", "Delete", "Insert", "Move", "Put", "Retire", "Row", "Update", "Write", "send"]
