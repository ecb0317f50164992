"""Brings the database up to date. Whoever imports this reads Alembic in: a web server never does."""

from pathlib import Path

import flask_migrate
from flask import Flask, current_app
from sqlalchemy import inspect

from cocreate.db import db

FOLDER = Path(__file__).parents[1] / "migrations"


def prepare(app: Flask) -> None:
    """Tell an application where its revisions are, and give it the commands ``db ...``."""
    flask_migrate.Migrate(app, db, directory=FOLDER)


def upgrade(revision: str = "head") -> None:
    """Of the current application; on an empty database this makes the tables."""
    if "migrate" not in current_app.extensions:
        prepare(current_app)
    flask_migrate.upgrade(revision=revision)


def lacking() -> str:
    """A table or column that the newest revision has and this database, which says it is at it, has not; else ""."""
    there = {name: {column["name"] for column in columns}
             for (_schema, name), columns in inspect(db.engine).get_multi_columns().items()}
    return next((f"{table.name}.{column.name}" for table in db.metadata.sorted_tables for column in table.columns
                 if column.name not in there.get(table.name, ())), "")
