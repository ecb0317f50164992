"""Trips to PostgreSQL by libpq itself (``psycopg.pq``): one by a cursor of psycopg's costs us four times as much.

Every statement is prepared once per connection, under a name of ours. While we wait other threads run, and signals get
through; what one of them breaks off leaves a connection that is good for nothing any more.
"""

import select
from collections.abc import Sequence
from itertools import count
from typing import Any, Self, cast

import psycopg
from psycopg.abc import Query
from psycopg.errors import InFailedSqlTransaction, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

MOST = 200  # statements that a connection keeps prepared

_numbers = count(1)
_Statements = Sequence[tuple[str, Sequence[str | None]]]
_BEGIN: tuple[str, Sequence[str | None]] = ("BEGIN", ())
_Asked = tuple[bytes, list[bytes | None]]  # name of a prepared statement, its values
_GOOD = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


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

    def execute(self, query: Query, *args: Any, **kwargs: Any) -> Self:
        trips = cast(Connection, self.connection).trips
        if isinstance(query, str) and query.startswith("ROLLBACK"):
            trips.drop_begun()  # to a savepoint: what failed since is undone by this, and in nobody's way
        else:
            trips.end_begun()
        super().execute(query, *args, **kwargs)
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
        self._begun: list[int] = []  # how many statements each of those batches has that are on their way
        self._sent = 0  # batches, ever
        self._readable, self._movable = select.poll(), select.poll()
        self._readable.register(connection.socket, select.POLLIN)
        self._movable.register(connection.socket, select.POLLIN | select.POLLOUT)

    def make(self, statements: _Statements) -> list[str]:
        """Run the statements, and before them BEGIN where no transaction runs; the last one's first column, as text.

        Raises: psycopg.Error
        """
        return _column(self._trip(self._all(statements)))

    def begin(self, statements: _Statements) -> int:
        """Let the server run the statements, and before them BEGIN where no transaction runs, while we go on.

        What comes of them is known with whatever comes next, be it COMMIT; or it is fetched, by the number answered.

        Raises: psycopg.Error
        """
        self._send(self._all(statements))
        return self._sent

    def fetch(self, number: int) -> list[str]:
        """What the last statement gives of those begun under this number: its first column, as text.

        Raises: psycopg.Error
        """
        if not self._begun or number != self._sent:
            raise psycopg.InterfaceError("something else came after what was asked")
        return _column(self._finished())

    def _all(self, statements: _Statements) -> list[_Asked]:
        idle = self._connection.transaction_status == TransactionStatus.IDLE and not self._begun
        return [self._asked(sql, values) for sql, values in ((_BEGIN, *statements) if idle else statements)]

    def end_begun(self) -> None:
        """Raises: psycopg.Error."""
        if self._begun:
            self._finished()

    def drop_begun(self) -> None:
        """Wait for what was begun, whatever comes of it."""
        if self._begun:
            self._answers()

    def end(self, how: str) -> None:
        """COMMIT or ROLLBACK, if a transaction runs.

        Raises: psycopg.Error, also where the connection is gone, or nobody knows what runs.
        """
        if how == "ROLLBACK":
            self.drop_begun()
        if self._begun or self._connection.transaction_status != TransactionStatus.IDLE:
            result = self._trip([self._asked(how)])
            if how == "COMMIT" and result.command_status != b"COMMIT":  # it answers ROLLBACK, and is no error
                raise InFailedSqlTransaction("something in it had failed, so nothing of the transaction stays")

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
        """A batch that the server runs as it comes, until a statement fails.

        After each it is told to answer, and so waits for us within its limits: it ends a transaction that rests too
        long, but not while it thinks that there is more to come.
        """
        if not self._begun:
            self._connection.enter_pipeline_mode()
        self._begun.append(0)
        self._sent += 1
        try:
            for name, values in asked:
                self._connection.send_query_prepared(name, values)
                self._begun[-1] += 1
        finally:
            self._connection.pipeline_sync()
        self._connection.flush()  # as much as goes without waiting

    def _answers(self) -> list[PGresult]:
        """Of all that was sent."""
        results = []
        for statements in self._begun:
            results += [self._result() for _ in range(statements)]
            self._next()  # the mark that all of the batch came
        self._connection.exit_pipeline_mode()
        self._begun.clear()
        return results

    def _asked(self, sql: str, values: Sequence[str | None] = ()) -> _Asked:
        return self._name(sql), [_encoded(value) for value in values]

    def forget(self) -> None:
        """The server knows none of our statements any more."""
        self._prepared.clear()

    def _name(self, sql: str) -> bytes:
        """Of the statement, prepared; the one not used for longest makes room, so none of those it is sent with."""
        name = self._prepared.pop(sql, None)
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
