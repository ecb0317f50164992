"""Statements that read and change somebody's name past SQLAlchemy, and the name as the session reads it."""

from sqlalchemy import select

from cocreate.db import db
from cocreate.models.people import Person

NAME = "SELECT name FROM person WHERE email = $1"
RENAME = "UPDATE person SET name = $1 WHERE email = $2"


def name(email):
    return db.session.scalar(select(Person.name).where(Person.email == email))
