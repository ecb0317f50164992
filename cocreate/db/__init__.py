"""The database: types, the base of all tables, connections, and the one committer.

SQLite is a real database here: WAL, BEGIN IMMEDIATE for writers, synchronous FULL. PostgreSQL: READ COMMITTED with
row locks. Every moment is aware UTC, every decimal exact, on both.
"""

import logging
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Dialect, Engine, Integer, MetaData, Numeric, String, Table, Text, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator, TypeEngine

from cocreate.db import trips
from cocreate.domain.moments import EPOCH, MICROSECOND

log = logging.getLogger(__name__)


class Utc(TypeDecorator[datetime]):
    """A moment: microseconds since 1970 on SQLite, timestamptz on PostgreSQL; aware UTC in Python."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if dialect.name == "postgresql" else BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        return value if dialect.name == "postgresql" else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else moment(value)


def moment(value: int | str | datetime) -> datetime:
    """A moment as either database gives it, also out of JSON."""
    if isinstance(value, int):
        return EPOCH + value * MICROSECOND
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value if value.tzinfo is UTC else value.astimezone(UTC)


class Exact(TypeDecorator[Decimal]):
    """A decimal that comes back digit for digit: text on SQLite, NUMERIC on PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Numeric() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


# BigInteger primary keys do not count up on SQLite; Integer there is 64 bits wide all the same.
BigId = BigInteger().with_variant(Integer(), "sqlite")

Id = Annotated[int, mapped_column(BigId)]
Ref = Annotated[str, mapped_column(String(26))]
Sha256 = Annotated[str, mapped_column(String(64))]


def new_ref() -> str:
    """128 random bits, in letters and digits that are safe in an address and hard to misread."""
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    number = secrets.randbits(130)
    return "".join(alphabet[(number >> shift) & 31] for shift in range(0, 130, 5))


class Base(DeclarativeBase):
    # An explicit registry: Flask-SQLAlchemy refuses a type_annotation_map on its base (pallets-eco#1361).
    registry = registry(
        type_annotation_map={datetime: Utc, Decimal: Exact, str: Text, int: BigInteger},
        metadata=MetaData(naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }),
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True,
                session_options={"expire_on_commit": False, "autoflush": False})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def table_of(model: type[Base]) -> Table:
    """Its table, which the type checker knows only as something to select from."""
    return cast(Table, model.__table__)


WRITES = "cocreate_writes"  # execution option of a connection that will write


def insert_into(session: Session, model: type[Base]) -> Any:
    """An insert that says what becomes of it where the row is there: ``on_conflict_do_nothing`` and ``..._update``."""
    postgres = session.connection().dialect.name == "postgresql"
    return (postgresql if postgres else sqlite).insert(model)


def prepare(engine: Engine) -> None:
    """Teach an engine's connections their manners; called once, at start."""
    (_prepare_sqlite if engine.dialect.name == "sqlite" else _prepare_postgresql)(engine)


def _prepare_sqlite(engine: Engine) -> None:
    _for_its_owner_only(engine.url.database)

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we begin ourselves: see _begin
        for pragma in ("busy_timeout=10000", "journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL",
                       "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # A deferred transaction that reads first and writes later fails at once, whatever busy_timeout says.
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _for_its_owner_only(file: str | None) -> None:
    """Make the file before SQLite does: its journals take its mode, whatever the folder it lies in lets others read."""
    if file and file != ":memory:":
        with suppress(OSError):  # there already; or the folder is missing, which the first connection says
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


RESTED = 5.0  # seconds after which a connection may have died unnoticed


def _prepare_postgresql(engine: Engine) -> None:
    """Ask a connection whether it still lives, but only one that has rested: the question is a trip of its own."""

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: object, _record: object, arguments: Any, options: Any) -> trips.Connection:
        return trips.Connection.connect(*arguments, **options)

    @event.listens_for(engine, "checkin")
    def _rest(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _wake(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        since = record.info.pop("rests_since", None)
        if since is not None and monotonic() - since > RESTED:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error  # the pool opens a new one


def end_reading() -> None:
    """Let go of what the session has only read."""
    session = db.session()
    # One that writes is not ours to end; one that failed has nothing left to end.
    if session.is_active and session.in_transaction() and not _writes(session):
        session.expunge_all()  # a change made to what was read is not written
        session.rollback()  # of one in which something failed PostgreSQL takes no COMMIT


def _writes(session: Session) -> bool:
    try:
        return bool(session.connection().get_execution_options().get(WRITES))
    except OperationalError:  # it never came to a connection
        return False


@contextmanager
def transaction() -> Iterator[Session]:
    """The one committer: ends the reading transaction, starts a writing one, commits or rolls back.

    What was loaded before is expunged: it may be stale once the lock is held, and a change made to it is not written.
    """
    session = db.session()
    if session.in_transaction():
        if _writes(session):
            raise RuntimeError("a transaction within a transaction would commit half of it")
        end_reading()
    session.expunge_all()
    session.connection(execution_options={WRITES: True})
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


@contextmanager
def spare_transaction() -> Iterator[Session]:
    """One for what can be done without: with a full disk people can still read."""
    try:
        with transaction() as session:
            yield session
    except OperationalError:
        log.exception("something that can be done without could not be written")
