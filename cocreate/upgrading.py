"""Brings the database up to date. Whoever imports this reads Alembic in: a web server never does."""

from pathlib import Path

import flask_migrate
from flask import Flask, current_app

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
