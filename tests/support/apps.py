"""Applications for tests, each on a database of its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event
from sqlalchemy.engine import Engine
from werkzeug.routing import Rule
from werkzeug.serving import WSGIRequestHandler, make_server

import cocreate
from cocreate import upgrading
from cocreate.db import db
from cocreate.domain.unbroken import SPACE
from cocreate.settings import Settings
from tests.support.run import Run
from tests.support.spaces import spaced

# What nobody can do without there.
PRODUCTION = {"mode": "production", "secret": "x" * 40, "base_url": "https://cocreate.example", "proxies": "0",
              "smtp": "smtp://127.0.0.1", "sender": "cocreate@cocreate.example"}


class Client(FlaskClient):
    """Each request in a context of its own.

    Inside the context of ``session`` Flask would share ``g``, the database session and so the signed-in person.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        answer = Context().run(super().open, *args, **kwargs)
        if answer.mimetype == "text/html" and SPACE.encode() in answer.data:
            answer.set_data(spaced(answer.data.decode()))
        if sent := answer.request.environ.get("wsgi.input"):
            sent.close()  # a large body lies in a temporary file
        return answer


class Remembered(Rule):
    """What makes an address of a rule is compiled once: a run has hundreds of applications with the same rules."""

    builders: ClassVar[dict[str, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = repr((self.rule, self._trace, self.defaults, append_unknown))
        if key not in self.builders:
            self.builders[key] = super()._compile_builder(append_unknown)
        return self.builders[key]


Flask.url_rule_class = Remembered


def make_app(database: str, data: Path, *, csrf: bool = False, **settings: str) -> Flask:
    """An application; ``client`` posts without the tokens of forms unless ``csrf``."""
    # Where tests run the disk may be small: the little that they upload is let in.
    given = {"data": str(data), "database": database, "base_url": "http://localhost", "free_mb": "1", **settings}
    app = cocreate.create_app(Settings(**given))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=csrf)
    app.test_client_class = Client
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(Run.current().made("templates"))  # hundreds of applications
    return app


def migrate(database: str, data: Path) -> None:
    """Run every revision, and let go of the database: one that is connected to cannot be copied."""
    with make_app(database, data).app_context():
        upgrading.upgrade()
        db.engine.dispose()


def dispose(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


@dataclass(frozen=True, slots=True)
class Live:
    """An application that a browser can reach."""

    url: str
    app: Flask


@contextmanager
def serve(database: str, data: Path) -> Iterator[Live]:
    # The port is known only once the server is there, the application needs it for its addresses.
    server = make_server("127.0.0.1", 0, Flask("starting"), threaded=True, request_handler=_Quiet)
    url = f"http://127.0.0.1:{server.port}"
    server.app = app = make_app(database, data, csrf=True, base_url=url)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Live(url, app)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        dispose(app)


class _Quiet(WSGIRequestHandler):
    def log_request(self, *args: Any) -> None:
        pass


class Counted:
    """How many statements a block sent, and which; ``max`` is checked at its end."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __len__(self) -> int:
        return len(self.statements)


@contextmanager
def count_queries(max: int | None = None) -> Iterator[Counted]:
    counted = Counted()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            counted.statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield counted
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    if max is not None and len(counted) > max:
        raise AssertionError("\n\n".join([f"{len(counted)} statements, not {max}:", *counted.statements]))
