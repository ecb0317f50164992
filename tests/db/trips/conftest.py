"""A person on PostgreSQL whose name statements of ours read and change."""

import time

import pytest

from cocreate.db import db, transaction
from cocreate.services import accounts
from tests.support.clock import NOON


@pytest.fixture
def database(databases):
    return databases.shared("postgresql")


@pytest.fixture
def here(app):
    with app.app_context():
        yield
        db.session.rollback()


@pytest.fixture
def email(here):
    with transaction() as session:
        address = f"{time.monotonic_ns()}@trips.example"
        accounts.create_person(session, email=address, name="Ada", now=NOON)
    return address
