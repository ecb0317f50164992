"""Trips to PostgreSQL by libpq itself (``psycopg.pq``): one by a cursor of psycopg's costs us four times as much.

Every statement is prepared once per connection, under a name of ours. While we wait other threads run, and signals get
through; what one of them breaks off leaves a connection that is good for nothing any more.
"""

import select
from collections.abc import Sequence
from itertools import count

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

MOST = 200  # statements that a connection keeps prepared

_numbers = count(1)
_GOOD = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)
_RUNNING = (TransactionStatus.INTRANS, TransactionStatus.INERROR)


class Trips:
    """Of one connection, and of one thread at a time, like the connection."""

    def __init__(self, connection: PGconn) -> None:
        self._connection, self._prepared = connection, dict[str, bytes]()
        self._readable, self._movable = select.poll(), select.poll()
        self._readable.register(connection.socket, select.POLLIN)
        self._movable.register(connection.socket, select.POLLIN | select.POLLOUT)

    def make(self, statements: Sequence[tuple[str, Sequence[str | None]]]) -> list[str]:
        """Run the statements, and before them BEGIN where no transaction runs; the last one's first column, as text.

        Raises: psycopg.Error
        """
        asked = [(self._name(sql), [_encoded(value) for value in values]) for sql, values in statements]
        connection = self._connection
        begins = connection.transaction_status == TransactionStatus.IDLE
        if len(asked) == 1 and not begins:
            connection.send_query_prepared(*asked[0])
            result = self._result()
        else:
            connection.enter_pipeline_mode()
            if begins:
                connection.send_query_params(b"BEGIN", None)
            for name, values in asked:
                connection.send_query_prepared(name, values)
            connection.pipeline_sync()
            results = [self._result() for _ in range(begins + len(asked))]
            self._next()  # the mark that all of them came
            connection.exit_pipeline_mode()
            result = next((one for one in results if one.status not in _GOOD), results[-1])
        _require_good(result)
        return [(result.get_value(row, 0) or b"").decode() for row in range(result.ntuples)]

    def end(self, how: str) -> None:
        """COMMIT or ROLLBACK, if a transaction runs.

        Raises: psycopg.Error
        """
        if self._connection.transaction_status in _RUNNING:
            self._connection.send_query(how.encode())
            _require_good(self._result())

    def _name(self, sql: str) -> bytes:
        """Of the statement, prepared."""
        name = self._prepared.get(sql)
        if name is None:
            if len(self._prepared) >= MOST:
                self._connection.exec_(b"DEALLOCATE " + self._prepared.pop(next(iter(self._prepared))))
            name = f"cocreate_{next(_numbers)}".encode()
            _require_good(self._connection.prepare(name, sql.encode()))
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


def _encoded(value: str | None) -> bytes | None:
    if value is None:
        return None
    encoded = value.encode()
    if b"\0" in encoded:  # libpq would take it for the end
        raise psycopg.DataError("PostgreSQL keeps no text with a NUL in it")
    return encoded


def _require_good(result: PGresult) -> None:
    if result.status not in _GOOD:
        raise error_from_result(result)
