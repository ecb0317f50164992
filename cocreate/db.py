"""The database: types, the base of all tables, connections, and the one committer.

SQLite is a real database here: WAL, BEGIN IMMEDIATE for writers, synchronous FULL. PostgreSQL: READ COMMITTED with
row locks. Every moment is aware UTC, every decimal exact, on both.
"""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Dialect, Engine, Integer, MetaData, Numeric, String, Table, Text, event
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, registry
from sqlalchemy.types import TypeDecorator, TypeEngine

from cocreate.domain.moments import EPOCH, MICROSECOND


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
    return value.astimezone(UTC)


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


def prepare(engine: Engine) -> None:
    """Teach an engine's connections their manners; called once, at start."""
    if engine.dialect.name != "sqlite":
        return

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


@contextmanager
def transaction() -> Iterator[Session]:
    """The one committer: ends the reading transaction, starts a writing one, commits or rolls back.

    What was loaded before is expunged: it may be stale once the lock is held, and a change made to it is not written.
    """
    session = db.session()
    if session.in_transaction() and session.connection().get_execution_options().get(WRITES):
        raise RuntimeError("a transaction within a transaction would commit half of it")
    session.expunge_all()
    session.commit()
    session.connection(execution_options={WRITES: True})
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
