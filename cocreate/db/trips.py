"""Trips to PostgreSQL by libpq itself (``psycopg.pq``): one by a cursor of psycopg's costs us four times as much.

Every statement is prepared once per connection, under a name of ours. While we wait other threads run, and signals get
through; what one of them breaks off leaves a connection that is good for nothing any more.
"""

import select
from collections.abc import Sequence
from itertools import count
from typing import Any, Self, cast

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

MOST = 200  # statements that a connection keeps prepared

_numbers = count(1)
_Statements = Sequence[tuple[str, Sequence[str | None]]]
_BEGIN: tuple[str, Sequence[str | None]] = ("BEGIN", ())
_Asked = tuple[bytes, list[bytes | None]]  # name of a prepared statement, its values
_GOOD = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)
_RUNNING = (TransactionStatus.INTRANS, TransactionStatus.INERROR)


# What psycopg follows by letting the server forget all that was prepared, ours too.
_FORGETTING = ("ROLLBACK", "DROP", "ALTER", "DISCARD", "DEALLOCATE")


class Connection(psycopg.Connection[Any]):
    """One of psycopg's that makes such trips too, and ends its transactions by them.

    So psycopg does not forget at a rollback, as it else does, which statements it has prepared.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trips, self.cursor_factory = Trips(self.pgconn), Cursor

    def commit(self) -> None:
        self.trips.end("COMMIT")

    def rollback(self) -> None:
        self.trips.end("ROLLBACK")


class Cursor(psycopg.Cursor[Any]):
    """One of psycopg's that comes after what was begun, and tells when psycopg forgets."""

    def execute(self, *args: Any, **kwargs: Any) -> Self:
        trips = cast(Connection, self.connection).trips
        trips.end_begun()
        super().execute(*args, **kwargs)
        if (self.statusmessage or "").startswith(_FORGETTING):
            trips.forget()
        return self

    def executemany(self, *args: Any, **kwargs: Any) -> None:
        cast(Connection, self.connection).trips.end_begun()
        super().executemany(*args, **kwargs)


class Trips:
    """Of one connection, and of one thread at a time, like the connection."""

    def __init__(self, connection: PGconn) -> None:
        self._connection, self._prepared = connection, dict[str, bytes]()
        self._begun, self._synced = 0, False  # statements on their way; whether the server was told to answer them
        self._readable, self._movable = select.poll(), select.poll()
        self._readable.register(connection.socket, select.POLLIN)
        self._movable.register(connection.socket, select.POLLIN | select.POLLOUT)

    def make(self, statements: _Statements) -> list[str]:
        """Run the statements, and before them BEGIN where no transaction runs; the last one's first column, as text.

        Raises: psycopg.Error
        """
        return _column(self._trip(self._all(statements)))

    def ask(self, statements: _Statements) -> None:
        """Let the server run the statements, and before them BEGIN where no transaction runs, while we go on.

        Raises: psycopg.Error
        """
        self._send(self._all(statements))
        self._connection.pipeline_sync()
        self._synced = True
        self._connection.flush()  # as much as goes without waiting

    def fetch(self) -> list[str]:
        """What the last one of those asked gives: its first column, as text.

        Raises: psycopg.Error
        """
        if not self._synced:
            raise psycopg.InterfaceError("nothing was asked, or something else came after it")
        return _column(self._finished())

    def begin(self, sql: str, values: Sequence[str | None]) -> None:
        """Let the server run this while we go on; what comes of it is known with whatever comes next, be it COMMIT.

        Raises: psycopg.Error
        """
        self._send(self._all([(sql, values)]))
        self._connection.flush()

    def _all(self, statements: _Statements) -> list[_Asked]:
        idle = self._connection.transaction_status == TransactionStatus.IDLE and not self._begun
        return [self._asked(sql, values) for sql, values in ((_BEGIN, *statements) if idle else statements)]

    def end_begun(self) -> None:
        """Raises: psycopg.Error."""
        if self._begun:
            self._finished()

    def end(self, how: str) -> None:
        """COMMIT or ROLLBACK, if a transaction runs.

        Raises: psycopg.Error
        """
        if self._begun and how == "ROLLBACK":
            self._answers()  # whatever they are
        if self._begun or self._connection.transaction_status in _RUNNING:
            self._trip([self._asked(how)])

    def _trip(self, asked: list[_Asked]) -> PGresult:
        """There and back with all of them, after what was begun; the last result."""
        if len(asked) == 1 and not self._begun:
            self._connection.send_query_prepared(*asked[0])
            result = self._result()
            self._require_good(result)
            return result
        self._send(asked)
        return self._finished()

    def _finished(self) -> PGresult:
        """The last result of what was begun."""
        results = self._answers()
        result = next((one for one in results if one.status not in _GOOD), results[-1])
        self._require_good(result)
        return result

    def _send(self, asked: list[_Asked]) -> None:
        """Statements that the server runs as they come, until one fails."""
        if self._synced:
            self.end_begun()
        if not self._begun:
            self._connection.enter_pipeline_mode()
        for name, values in asked:
            self._connection.send_query_prepared(name, values)
            self._begun += 1

    def _answers(self) -> list[PGresult]:
        """Of all that was sent."""
        if not self._synced:
            self._connection.pipeline_sync()
        results = [self._result() for _ in range(self._begun)]
        self._next()  # the mark that all of them came
        self._connection.exit_pipeline_mode()
        self._begun, self._synced = 0, False
        return results

    def _asked(self, sql: str, values: Sequence[str | None] = ()) -> _Asked:
        return self._name(sql), [_encoded(value) for value in values]

    def forget(self) -> None:
        """The server knows none of our statements any more."""
        self._prepared.clear()

    def _name(self, sql: str) -> bytes:
        """Of the statement, prepared."""
        name = self._prepared.get(sql)
        if name is None:
            self.end_begun()
            if len(self._prepared) >= MOST:
                self._connection.exec_(b"DEALLOCATE " + self._prepared.pop(next(iter(self._prepared))))
            name = f"cocreate_{next(_numbers)}".encode()
            self._require_good(self._connection.prepare(name, sql.encode()))
            self._prepared[sql] = name
        return name

    def _result(self) -> PGresult:
        """What came of the next statement; libpq ends it with a null."""
        result = self._next()
        self._next()
        if result is None:
            raise psycopg.InterfaceError("an answer is missing")
        return result

    def _next(self) -> PGresult | None:
        connection = self._connection
        while connection.flush():
            self._movable.poll()
            connection.consume_input()
        while connection.is_busy():
            self._readable.poll()
            connection.consume_input()
        return connection.get_result()

    def _require_good(self, result: PGresult) -> None:
        if result.status not in _GOOD:
            if self._connection.status == ConnStatus.BAD:
                raise psycopg.OperationalError(result.get_error_message())
            raise error_from_result(result)


def _column(result: PGresult) -> list[str]:
    return [(result.get_value(row, 0) or b"").decode() for row in range(result.ntuples)]


def _encoded(value: str | None) -> bytes | None:
    if value is None:
        return None
    encoded = value.encode()
    if b"\0" in encoded:  # libpq would take it for the end
        raise psycopg.DataError("PostgreSQL keeps no text with a NUL in it")
    return encoded
