"""Databases for tests: migrated once per run and engine, copied once per worker, and as often as a test asks."""

import shutil
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from tests.support import postgres
from tests.support.apps import migrate
from tests.support.run import Run


class Databases:
    """Those of one worker."""

    def __init__(self, run: Run, worker: str) -> None:
        self.run, self.worker = run, worker
        self._numbers = count(1)
        self._shared: dict[str, str] = {}

    def shared(self, engine: str) -> str:
        """The one that all tests of this worker use."""
        if engine not in self._shared:
            self._shared[engine] = self.migrated(engine)
        return self._shared[engine]

    def migrated(self, engine: str) -> str:
        """A new copy of the template."""
        template = self.run.once(f"{engine}_template", lambda: self._make_template(engine))
        return self._copy(template, self._new_name())

    def empty(self, engine: str) -> str:
        """A new database without any table."""
        return self._create(engine, self._new_name())

    def drop(self, url: str) -> None:
        if url.startswith("sqlite"):
            for path in self.run.folder.glob(f"{Path(_path(url)).name}*"):  # with its -wal and -shm
                path.unlink()
        else:
            self._execute("DROP DATABASE {} WITH (FORCE)", str(make_url(url).database))

    def drop_all(self) -> None:
        """Leave nothing on a server that is not ours to stop."""
        with self._server() as server:
            like = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self.run.name])
            for (name,) in like.fetchall():
                self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def _new_name(self) -> str:
        return f"{self.worker}_{next(self._numbers)}"

    def _make_template(self, engine: str) -> str:
        url = self._create(engine, "template")
        migrate(url, self.run.folder / "template_data")
        return url

    def _create(self, engine: str, name: str) -> str:
        if engine == "sqlite":
            return f"sqlite:///{self.run.folder / name}.sqlite"
        self._execute("CREATE DATABASE {}", self._on_server(name))
        return self._address(name)

    def _copy(self, template: str, name: str) -> str:
        if template.startswith("sqlite"):
            url = self._create("sqlite", name)
            shutil.copy(_path(template), _path(url))
            return url
        self._execute("CREATE DATABASE {} TEMPLATE {}", self._on_server(name), self._on_server("template"))
        return self._address(name)

    def _on_server(self, name: str) -> str:
        return f"{self.run.name}_{name}"

    def _address(self, name: str) -> str:
        return make_url(self._admin()).set(database=self._on_server(name)).render_as_string(hide_password=False)

    def _admin(self) -> str:
        return self.run.once("postgres", lambda: postgres.start(self.run.folder))

    def _server(self) -> psycopg.Connection:
        return psycopg.connect(self._admin().replace("+psycopg", "", 1), autocommit=True)

    def _execute(self, statement: str, *names: str) -> None:
        with self._server() as server:
            server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _path(url: str) -> str:
    return str(make_url(url).database)
