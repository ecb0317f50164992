"""Statements given to the database's driver itself, past SQLAlchemy: for acts, where that is half of their cost.

The statements are constants, made once; values are always bound, by place: ``$1`` on PostgreSQL, ``?1`` on SQLite.
They belong to the session's transaction, fail with SQLAlchemy's errors and are heard by its listeners like any other.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

Values = Sequence[Any]  # on PostgreSQL texts, whose type the server finds out by itself, and None


def execute(connection: Connection, *statements: tuple[str, Values]) -> list[Any]:
    """Run the statements in this order, on PostgreSQL in one trip; the first column of what the last one gives."""
    _announce(connection, "before_cursor_execute", statements)
    try:
        if connection.dialect.name == "postgresql":
            raw: Any = connection.connection.driver_connection
            found: list[Any] = raw.trips.make(statements)
        else:
            cursor: Any = connection.connection.cursor()
            for sql, values in statements:
                cursor.execute(sql, _by_number(values))
            found = [row[0] for row in cursor]
    except BaseException as error:
        raise _translated(connection, statements[-1][0], error) from error
    _announce(connection, "after_cursor_execute", statements)
    return found


def ask(connection: Connection, *statements: tuple[str, Values]) -> Callable[[], list[Any]]:
    """``execute`` in two halves: the statements run while we go on, and the function that this answers waits for them.

    On SQLite they run at once.
    """
    if connection.dialect.name != "postgresql":
        found = execute(connection, *statements)
        return lambda: found
    _announce(connection, "before_cursor_execute", statements)
    raw: Any = connection.connection.driver_connection

    def tried(work: Callable[..., Any], *values: Any) -> Any:
        try:
            return work(*values)
        except BaseException as error:
            raise _translated(connection, statements[-1][0], error) from error

    def fetch() -> list[Any]:
        answer: list[Any] = tried(raw.trips.fetch, number)
        _announce(connection, "after_cursor_execute", statements)
        return answer

    number: int = tried(raw.trips.begin, statements)
    return fetch


def begin(connection: Connection, sql: str, values: Values) -> None:
    """Let a statement of which nobody asks for an answer run while we go on. PostgreSQL only.

    Should it fail, what comes next fails, be it COMMIT.
    """
    _announce(connection, "before_cursor_execute", [(sql, values)])
    raw: Any = connection.connection.driver_connection
    try:
        raw.trips.begin([(sql, values)])
    except BaseException as error:
        raise _translated(connection, sql, error) from error
    _announce(connection, "after_cursor_execute", [(sql, values)])


def execute_many(connection: Connection, sql: str, rows: Sequence[Values]) -> None:
    """Run one statement for every row, whose values come in the order of its ``?``.

    SQLite only: PostgreSQL takes many rows as one value.
    """
    _announce(connection, "before_cursor_execute", [(sql, rows)])
    try:
        connection.connection.cursor().executemany(sql, rows)
    except BaseException as error:
        raise _translated(connection, sql, error) from error
    _announce(connection, "after_cursor_execute", [(sql, rows)])


_NUMBERS = tuple(map(str, range(1, 1000)))


def _by_number(values: Values) -> dict[str, Any]:
    """A place with a number is a named one to sqlite3: from Python 3.14 on it takes no sequence for it."""
    return dict(zip(_NUMBERS, values, strict=False))


def _announce(connection: Connection, moment: str, statements: Sequence[tuple[str, Any]]) -> None:
    """Listeners of the engine are told before and after; mostly there are none."""
    if listeners := getattr(connection.engine.dispatch, moment):
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
