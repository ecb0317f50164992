"""Runs the revisions, forward only, on the application's own engine.

SQLite changes a table by copying it. With foreign keys on, that once emptied the child tables by cascade, without an
error; so they are off before the transaction begins and checked before it ends, and triggers are made anew.
"""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from cocreate.db import Base, db
from migrations.triggers import create_triggers, drop_triggers


def _render(kind: str, thing: object, context_: object) -> str | bool:
    """Our own types are written as what they are in the database: a revision must not change with the models."""
    name = type(thing).__name__
    if kind == "type" and name in ("Utc", "Exact"):
        context_.imports.add("from migrations.types import Exact, Utc")  # type: ignore[attr-defined]
        return f"{name}()"
    return False


def _migrate(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.exec_driver_sql("COMMIT")  # the engine has begun already; inside, this pragma does nothing
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=sqlite,
                      render_item=_render, compare_type=False, transaction_per_migration=False)
    drop_triggers(connection)
    context.run_migrations()
    create_triggers(connection)
    if sqlite:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"a revision broke references: {broken[:5]}")


with db.engine.connect() as connection:
    _migrate(connection)
    connection.commit()
    if connection.dialect.name == "sqlite":
        connection.invalidate()  # the pragma must not outlive the migration in the pool
current_app.logger.debug("migrated")
