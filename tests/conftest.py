"""Fixtures of all tests. What needs data runs on SQLite and on PostgreSQL.

A test makes its own host and cleans nothing: the database is this worker's, and it goes when the run ends. Only
races and migrations get one of their own.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import hypothesis
import pytest

from tests.support import chromium
from tests.support.mail import MailServer, mail_server
from tests.support.run import Run

if TYPE_CHECKING:  # tests of pure rules do not wait for Flask and SQLAlchemy: fixtures import what they need
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from tests.support.apps import Counted, Live
    from tests.support.clock import SetClock
    from tests.support.databases import Databases
    from tests.support.house import House
    from tests.support.recorded import Watch

ENGINES = ("sqlite", "postgresql")

# Two loaded cores make any deadline a coin toss.
hypothesis.settings.register_profile("cocreate", deadline=None)
hypothesis.settings.load_profile("cocreate")


# Databases


@pytest.fixture(scope="session")
def watch() -> Iterator[Watch]:
    """Every transaction of this worker: none of the product's changes a project without its event."""
    from tests.support.recorded import watching
    with watching() as watch:
        yield watch


@pytest.fixture(scope="session")
def databases(worker_id: str, watch: Watch) -> Databases:
    from tests.support.databases import Databases
    return Databases(Run.current(), worker_id)


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, databases: Databases) -> str:
    """The address of this worker's migrated database, once for each engine."""
    return databases.shared(request.param)


@pytest.fixture(params=ENGINES)
def fresh_database(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """The address of a migrated database that only this test has."""
    url = databases.migrated(request.param)
    yield url
    databases.drop(url)


@pytest.fixture(params=ENGINES)
def empty_database(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """The address of a database without tables that only this test has."""
    url = databases.empty(request.param)
    yield url
    databases.drop(url)


# The application


@pytest.fixture(scope="session")
def apps() -> Iterator[dict[str, Flask]]:
    """The applications of this worker, by the address of their database."""
    from tests.support.apps import dispose
    apps: dict[str, Flask] = {}
    yield apps
    for app in apps.values():
        dispose(app)


@pytest.fixture
def app(database: str, apps: dict[str, Flask], tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application on ``database``; made once per worker and engine, so change nothing about it."""
    from tests.support.apps import make_app
    if database not in apps:
        apps[database] = make_app(database, tmp_path_factory.mktemp("data"))
    return apps[database]


@pytest.fixture
def one_key() -> Iterator[None]:
    """For a test that makes an application with another secret: the key is one per process, and others go on."""
    from cocreate import vault
    from cocreate.settings import DEVELOPMENT_SECRET
    yield
    vault.configure(DEVELOPMENT_SECRET)


@pytest.fixture
def new_app(tmp_path: Path, one_key: None) -> Iterator[Callable[..., Flask]]:
    """``new_app(url, smtp=...)``: an application with other settings, or on a database of one's own."""
    from tests.support.apps import dispose, make_app
    made: list[Flask] = []

    def make(database: str, **settings: Any) -> Flask:
        made.append(make_app(database, tmp_path, **settings))
        return made[-1]

    yield make
    for app in made:
        dispose(app)


@pytest.fixture
def here(fresh_database: str, new_app: Callable[..., Flask]) -> Iterator[Flask]:
    """An application on a database of its own; the test is within its context."""
    app = new_app(fresh_database)
    with app.app_context():
        yield app


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A writing transaction, rolled back at the end; ``session.commit()`` before ``client`` shall see its rows."""
    from cocreate.db import WRITES, db
    with app.app_context():
        session = db.session()
        # Not a plain BEGIN: on SQLite one that reads first and writes later cannot wait for another writer.
        session.connection(execution_options={WRITES: True})
        yield session
        session.rollback()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who is not signed in; ``app.test_client()`` makes further people."""
    return app.test_client()


@pytest.fixture
def query_counter() -> Callable[..., AbstractContextManager[Counted]]:
    """``with query_counter(max=4): client.get(...)`` fails with the statements when there were more."""
    from tests.support.apps import count_queries
    return count_queries


@pytest.fixture
def contexts(session: Any) -> Any:
    """``contexts(kind)``: what a mail of this kind is about."""
    from tests.support.mailed import about
    return about(session)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """The one clock stands at ``NOON`` until ``clock.go(days=3)``."""
    from tests.support.clock import SetClock
    return SetClock(monkeypatch)


# The world outside


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    """A mail server: ``smtp.url`` for settings, ``smtp.received``, ``smtp.refusals``."""
    with mail_server() as server:
        yield server


@pytest.fixture(scope="session")
def live(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The application as a browser reaches it, on a SQLite database of its own: ``live.url``, ``live.app``."""
    from tests.support.apps import serve
    with serve(databases.migrated("sqlite"), tmp_path_factory.mktemp("live")) as live:
        yield live


@pytest.fixture(scope="session")
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation in which every page has something to show, in the made-up language."""
    from tests.support.house import furnished
    with furnished(databases.migrated("sqlite"), tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright
    path = Run.current().once("chromium", chromium.find)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Any, live: Live) -> Iterator[Callable[..., Any]]:
    """``new_page()``: a further person with a browser of her own (``viewport=...``, ``java_script_enabled=False``).

    The test fails if a page's script failed or the content security policy stopped anything.
    """
    contexts: list[Any] = []
    complaints: list[str] = []

    def open_page(**options: Any) -> Any:
        context = browser.new_context(**{"base_url": live.url, "locale": "en-GB", **options})
        contexts.append(context)
        context.set_default_timeout(10_000)  # also of a page that a page opens
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """A page of a real browser: ``page.goto("/")``."""
    return new_page()


# The run

RUN = pytest.StashKey[Run]()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[RUN] = Run.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    if run := config.stash.get(RUN, None):
        if (run.folder / "postgres.once").exists() and not (run.folder / "pg").exists():
            from tests.support.databases import Databases
            Databases(run, "").drop_all()
        run.end()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[object]:
    """Thousands of tests stay to the end: nobody looks for garbage among them, now or at each full collection."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    tried: dict[str, set[str | None]] = {}
    for item in items:
        tried.setdefault(_function(item), set()).add(_database(item))
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        both = len(tried[_function(item)]) > 1  # one that has a single database would be tried nowhere else
        if both and _database(item) != _its_turn(item) and item.nodeid.startswith(ONE_OF_TWO):
            item.add_marker("long")


# What is not about data tries one of the two databases in `make test`, each function its own, and both in the long one.
ONE_OF_TWO = ("tests/views/", "tests/services/test_playing.py", "tests/services/test_bundles.py", "tests/test_mail.py",
              "tests/letters/", "tests/test_delivering.py", "tests/services/test_accounts.py::TestTooManyTries",
              "tests/services/test_accessions.py::TestDocument", "tests/test_routes.py", "tests/test_doors.py")
COUNTED = "tests/views/test_statements.py"  # whose number differs


def _database(item: pytest.Item) -> str | None:
    if item.nodeid.startswith(COUNTED):
        return None
    return item.callspec.params.get("database") if hasattr(item, "callspec") else None


def _function(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


def _its_turn(item: pytest.Item) -> str:
    return ENGINES[crc32(_function(item).encode()) % len(ENGINES)]
