"""Statements given to the database's driver itself, past SQLAlchemy: for acts, where that is half of their cost.

The statements are constants, made once; values are always bound, by place: ``$1`` on PostgreSQL, ``?1`` on SQLite.
They belong to the session's transaction, fail with SQLAlchemy's errors and are heard by its listeners like any other.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, PoolResetState

from cocreate.trips import Trips

Values = Sequence[Any]  # on PostgreSQL texts, whose type the server finds out by itself, and None

_TRIPS = "cocreate_trips"  # where the pool keeps what belongs to one of its connections
_FORGETTING = ("ROLLBACK", "DROP", "ALTER", "DISCARD", "DEALLOCATE")


def execute(connection: Connection, *statements: tuple[str, Values]) -> list[Any]:
    """Run the statements in this order, on PostgreSQL in one trip; the first column of what the last one gives."""
    _announce(connection, "before_cursor_execute", statements)
    try:
        if connection.dialect.name == "postgresql":
            found: list[Any] = _trips(connection).make(statements)
        else:
            cursor: Any = connection.connection.cursor()
            for sql, values in statements:
                cursor.execute(sql, values)
            found = [row[0] for row in cursor]
    except BaseException as error:
        raise _translated(connection, statements[-1][0], error) from error
    _announce(connection, "after_cursor_execute", statements)
    return found


def execute_many(connection: Connection, sql: str, rows: Sequence[Values]) -> None:
    """Run one statement for every row. SQLite only: PostgreSQL takes many rows as one value."""
    _announce(connection, "before_cursor_execute", [(sql, rows)])
    try:
        connection.connection.cursor().executemany(sql, rows)
    except BaseException as error:
        raise _translated(connection, sql, error) from error
    _announce(connection, "after_cursor_execute", [(sql, rows)])


def _announce(connection: Connection, moment: str, statements: Sequence[tuple[str, Any]]) -> None:
    """Listeners are told before and after."""
    if connection._has_events or connection.engine._has_events:
        listeners = getattr(connection.dispatch, moment)
        for sql, values in statements:
            listeners(connection, None, sql, values, None, False)


def _translated(connection: Connection, sql: str, error: BaseException) -> BaseException:
    """The error as SQLAlchemy's. A connection that is gone, or was left in mid-answer, is lost to the pool as well."""
    dialect = connection.dialect
    driver: Any = dialect.loaded_dbapi
    failed = isinstance(error, driver.Error)
    if not failed or dialect.is_disconnect(error, connection.connection.driver_connection, None):  # type: ignore[arg-type]
        connection.invalidate(error)
    return DBAPIError.instance(sql, None, error, driver.Error, dialect=dialect) if failed else error


# PostgreSQL


def _trips(connection: Connection) -> Trips:
    found: Trips | None = connection.connection.info.get(_TRIPS)
    if found is None:
        raw: Any = connection.connection.driver_connection
        found = connection.connection.info[_TRIPS] = Trips(raw.pgconn)
    return found


def end_transactions(engine: Engine) -> None:
    """End the transactions of a PostgreSQL engine here; psycopg, asked afterwards, finds nothing left to end.

    So it does not forget at a rollback, as it else does, which statements it has prepared.
    """

    @event.listens_for(engine, "commit")
    def _commit(connection: Connection) -> None:
        try:
            _trips(connection).end("COMMIT")
        except BaseException as error:
            raise _translated(connection, "COMMIT", error) from error

    @event.listens_for(engine, "rollback")
    def _rollback(connection: Connection) -> None:
        if not connection.invalidated:
            with suppress(psycopg.Error):  # psycopg meets it as well, and says so
                _trips(connection).end("ROLLBACK")

    @event.listens_for(engine, "after_cursor_execute")
    def _forget(connection: Connection, cursor: Any, *_: object) -> None:
        # After these psycopg, who sent it, lets the server forget everything that was prepared.
        if cursor is not None and (cursor.statusmessage or "").startswith(_FORGETTING):
            connection.connection.info.pop(_TRIPS, None)

    @event.listens_for(engine, "reset")
    def _reset(raw: Any, record: ConnectionPoolEntry, _state: PoolResetState) -> None:
        if raw.info.transaction_status != TransactionStatus.IDLE:  # given back in mid-transaction: the same
            record.info.pop(_TRIPS, None)
