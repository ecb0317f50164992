"""Statements given to the database's driver itself, past SQLAlchemy: for acts, where that is half of their cost.

The statements are constants, made once; values are always bound, by place: ``$1`` on PostgreSQL, ``?1`` on SQLite.
They belong to the session's transaction, fail with SQLAlchemy's errors and are heard by its listeners like any other.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg
from psycopg import RawCursor
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

Values = Sequence[Any]


def execute(connection: Connection, *statements: tuple[str, Values]) -> Any:
    """Run the statements in this order, on PostgreSQL in one trip; the driver's cursor of the last one."""
    raw: Any = connection.connection.driver_connection
    postgres = isinstance(raw, psycopg.Connection)
    cursors = [RawCursor(raw) if postgres else raw.cursor() for _ in statements]
    # A transaction that has yet to begin begins in the same trip.
    several = postgres and (len(statements) > 1 or raw.pgconn.transaction_status == TransactionStatus.IDLE)
    with _announced(connection, cursors, statements), raw.pipeline() if several else nullcontext():
        for cursor, (sql, values) in zip(cursors, statements, strict=True):
            cursor.execute(sql, values)
    return cursors[-1]


def execute_many(connection: Connection, sql: str, rows: Sequence[Values]) -> None:
    """Run one statement for every row. SQLite only: PostgreSQL takes many rows as one value."""
    cursor = connection.connection.cursor()
    with _announced(connection, [cursor], [(sql, rows)]):
        cursor.executemany(sql, rows)


@contextmanager
def _announced(connection: Connection, cursors: Sequence[Any], statements: Sequence[tuple[str, Any]]) -> Iterator[None]:
    """Listeners are told before and after; a connection that is gone is lost to the pool as well."""
    heard = connection._has_events or connection.engine._has_events
    for cursor, (sql, values) in zip(cursors, statements, strict=True) if heard else ():
        connection.dispatch.before_cursor_execute(connection, cursor, sql, values, None, False)
    dialect = connection.dialect
    driver: Any = dialect.loaded_dbapi
    try:
        yield
    except driver.Error as error:
        if dialect.is_disconnect(error, connection.connection.driver_connection, None):
            connection.invalidate(error)
        raise DBAPIError.instance(statements[-1][0], None, error, driver.Error, dialect=dialect) from error
    for cursor, (sql, values) in zip(cursors, statements, strict=True) if heard else ():
        connection.dispatch.after_cursor_execute(connection, cursor, sql, values, None, False)
