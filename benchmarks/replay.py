"""The product's own statements of W1 on PostgreSQL, sent again for a new project by nothing but libpq.

Nothing is decided, hashed or planned: it is what the database and the trips to it cost by themselves, with our tables,
references and indexes. Whoever decides in no time at all still takes this long.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import event, select, text

from cocreate.db import db
from cocreate.db.trips import Connection
from cocreate.models.mails import Outbox
from cocreate.models.projects import Project

FIRST = 7_000_000_000_000  # number of the recorded project; part of no other text


class Sent(NamedTuple):
    sql: str
    values: tuple[str | None, ...]
    own: tuple[tuple[int, str], ...]  # (place, name): the values that name the project, or one of its mails


class Replay:
    """One recorded project."""

    def __init__(self, connection: Connection, sent: list[Sent], ref: str, mails: list[str]) -> None:
        self._trips, self._sent, self._ref, self._mails = connection.trips, sent, ref, mails

    def project(self) -> None:
        """The same once more: lock and look are waited for, what is written is waited for with COMMIT."""
        names = {self._ref: secrets.token_hex(13)} | {mail: secrets.token_hex(20) for mail in self._mails}
        waiting: list[tuple[str, list[str | None]]] = []
        for sql, values, own in self._sent:
            given = list(values)
            for place, name in own:
                given[place] = str(given[place]).replace(name, names[name])
            if sql == "COMMIT":
                self._trips.end(sql)
            elif sql.startswith("WITH"):
                self._trips.begin([(sql, given)])
            else:
                waiting.append((sql, given))
                if "FOR UPDATE" not in sql:
                    found, waiting = self._trips.make(waiting), []
                    if sql.endswith("RETURNING id"):
                        names[str(FIRST)] = found[0]


@contextmanager
def recorded(url: str, project: Callable[[], None]) -> Iterator[Replay]:
    """What ``project`` sends, ready to be sent again on a connection of its own."""
    project()  # what is read once for a process is no part of it
    with db.engine.begin() as connection:
        connection.execute(text(f"ALTER SEQUENCE project_id_seq RESTART WITH {FIRST}"))
    heard: list[tuple[str, tuple[Any, ...]]] = []

    def hear(_connection: Any, _cursor: Any, sql: str, values: Any, *_: Any) -> None:
        heard.append((sql, tuple(values)))

    def commit(_connection: Any) -> None:
        heard.append(("COMMIT", ()))

    event.listen(db.engine, "before_cursor_execute", hear)
    event.listen(db.engine, "commit", commit)
    try:
        project()
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
        event.remove(db.engine, "commit", commit)
    with db.engine.connect() as connection:
        ref = connection.scalars(select(Project.ref).where(Project.id == FIRST)).one()
        mails = list(connection.scalars(select(Outbox.message_id).where(Outbox.project_id == FIRST)))
    names = (str(FIRST), ref, *mails)
    sent = [Sent(sql, values, tuple((place, name) for place, value in enumerate(values) for name in names
                                    if name in (value or ""))) for sql, values in heard]
    with Connection.connect(url) as own:
        yield Replay(own, sent, ref, mails)
