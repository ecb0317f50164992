"""The revisions: forward only, the same on both databases, and no row is ever lost on the way."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, inspect, select, text, types
from sqlalchemy.exc import DBAPIError, IntegrityError

from cocreate.db import db, table_of, transaction
from cocreate.models.contracts import Accession, ContractVersion
from cocreate.models.hosts import TemplateVersion
from cocreate.models.records import Event
from cocreate.services import templates
from cocreate.upgrading import upgrade
from migrations.triggers import GUARDS, drop_triggers
from tests.support import projects, stories
from tests.support.clock import NOON
from tests.support.run import ROOT
from workflows.exchange.yaml_text import read

FOLDER = ROOT / "migrations"
ERASED = ("event_detail", "host_event")  # what may change in them is only taken away, as tests of their own say


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return ScriptDirectory.from_config(config)


def revisions() -> list[str]:
    """From the first to the newest."""
    return [script.revision for script in scripts().walk_revisions()][::-1]


class TestRevisions:
    def test_one_line(self):
        assert len(scripts().get_heads()) == 1
        assert len(scripts().get_bases()) == 1

    def test_none_goes_back(self):
        for path in sorted((FOLDER / "versions").glob("*.py")):
            assert not hasattr(import_module(f"migrations.versions.{path.stem}"), "downgrade"), path.name

    def test_none_removes_rows_with_their_parents(self):
        for path in sorted((FOLDER / "versions").glob("*.py")):
            assert "ondelete" not in path.read_text().lower(), path.name


class TestSchema:
    def test_is_that_of_the_models(self, here):
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={
                "compare_type": True, "include_name": lambda name, *_: name != "alembic_version"})
            assert compare_metadata(context, db.metadata) == []

    def test_of_checks_too(self, here):
        """Alembic does not compare them."""
        schema = inspect(db.engine)
        for table in db.metadata.sorted_tables:
            wanted = {constraint.name for constraint in table.constraints if type(constraint).__name__ ==
                      "CheckConstraint"}
            assert {found["name"] for found in schema.get_check_constraints(table.name)} == wanted, table.name

    def test_again_changes_nothing(self, here):
        before = schema_of(db.engine)
        upgrade()
        assert schema_of(db.engine) == before

    def test_references_hold_and_are_watched_again(self, here):
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(table_of(TemplateVersion).insert().values(
                template_id=1, number=1, host_id=1, definition="{}", sha256="s", note="", saved_by=1,
                saved_at=datetime(2027, 3, 1, tzinfo=UTC)))


class TestRows:
    """Each revision is run on tables with rows; Alembic's batch on SQLite has emptied child tables before."""

    @pytest.mark.parametrize("each", [3, pytest.param(10_000, marks=pytest.mark.long)])
    def test_none_is_lost_by_any_revision(self, empty_app, each):
        known = revisions()
        upgrade(known[0])
        Rows(db.engine).fill(each)
        for revision in [*known[1:], known[-1]]:  # the newest once more, so that one is run also while there is one
            before, there = counts(db.engine), set(inspect(db.engine).get_table_names())
            upgrade(revision)
            kept = set(inspect(db.engine).get_table_names()) & there
            after = counts(db.engine)
            assert {name: after[name] for name in kept} == {name: before[name] for name in kept}, revision
            assert min(before[name] for name in kept - {"alembic_version"}) >= each
        with db.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


class TestTenants:
    """One row of each table, whole but for its host: it is refused, and taken with the right one."""

    @pytest.fixture
    def rows(self, here):
        return Rows(db.engine)

    def test_no_row_inside_a_project_points_into_another_hosts(self, rows):
        inside = [table for table in rows.tables if "project_id" in table.c]
        assert len(inside) >= 18
        for table in inside:
            assert_of_one_host(rows, table)

    @pytest.mark.parametrize("name", ["project", "party", "template_version"])
    def test_nor_one_that_belongs_to_a_host(self, rows, name):
        assert_of_one_host(rows, rows.metadata.tables[name])


class TestTriggers:
    def test_are_there(self, here):
        wanted = {f"{guard.table}_no_{event}" for guard in GUARDS for event in ("update", "delete")}
        if db.engine.dialect.name == "postgresql":
            wanted |= {f"{guard.table}_no_truncate" for guard in GUARDS}
        assert triggers(db.engine) == wanted

    def test_those_of_an_earlier_list_go(self, here):
        with db.engine.begin() as connection:
            connection.exec_driver_sql(
                "CREATE TRIGGER older BEFORE DELETE ON draft " + (
                    "BEGIN SELECT 1; END" if connection.dialect.name == "sqlite"
                    else "FOR EACH ROW EXECUTE FUNCTION cocreate_refuse('x')"))
        upgrade()
        assert "older" not in triggers(db.engine)

    @pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.table)
    def test_nothing_guarded_changes_or_goes(self, story, guard):
        table = db.metadata.tables[guard.table]
        for column in table.columns:
            if column.name not in guard.but:
                refused(table.update().values({column: other_than(table, column)}), guard)
        refused(table.delete(), guard)

    @pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.table)
    def test_what_may_change_does(self, story, guard):
        table = db.metadata.tables[guard.table]
        for column in (table.c[name] for name in guard.but if guard.table not in ERASED):
            with db.engine.connect() as connection:
                connection.execute(table.update().values({column: other_than(table, column)}))
                assert set(connection.execute(select(column)).scalars()) == {other_than(table, column)}, column
                connection.rollback()

    def test_the_personal_part_of_an_event_is_only_erased(self, story):
        table, guard = db.metadata.tables["event_detail"], next(g for g in GUARDS if g.table == "event_detail")
        refused(table.update().values(personal='{"actor":"Somebody else"}'), guard)
        refused(table.update().values(personal_salt="0" * 32), guard)
        with db.engine.connect() as connection:
            connection.execute(table.update().values(personal=None, personal_salt=None))
            assert set(connection.execute(select(table.c.personal, table.c.personal_salt)).all()) == {(None, None)}
            connection.rollback()

    def test_the_names_in_the_record_of_a_host_are_only_erased(self, story):
        table, guard = db.metadata.tables["host_event"], next(g for g in GUARDS if g.table == "host_event")
        refused(table.update().values(personal='{"actor":"Somebody else"}'), guard)
        with db.engine.connect() as connection:
            connection.execute(table.update().values(personal=None))
            assert set(connection.execute(select(table.c.personal)).scalars()) == {None}
            connection.rollback()

    def test_the_audience_of_an_event_only_narrows(self, story):
        table, guard = db.metadata.tables["event_detail"], next(g for g in GUARDS if g.table == "event_detail")
        refused(table.update().values(sees=table.c.sees.bitwise_or(1 << 40)), guard)
        with db.engine.connect() as connection:
            connection.execute(table.update().values(sees=table.c.sees.bitwise_and(4)))
            assert set(connection.execute(select(table.c.sees)).scalars()) <= {0, 4}
            connection.rollback()

    def test_a_draft_of_a_template_still_changes(self, story):
        session = db.session()
        templates.save_draft(session, story.host_id, read(projects.WHO_SIGNS), note="", actor=story.manager, now=NOON)
        session.flush()
        drafts = table_of(TemplateVersion)
        draft = drafts.c.published_at.is_(None) & (drafts.c.host_id == story.host_id)
        session.execute(drafts.update().values(note="n").where(draft))
        assert session.scalars(select(drafts.c.note).where(draft)).all() == ["n"]
        session.rollback()

    @pytest.mark.postgres
    def test_no_table_is_emptied_at_once(self, story):
        if db.engine.dialect.name == "postgresql":
            for guard in GUARDS:
                with db.engine.connect() as connection, pytest.raises(DBAPIError, match=guard.why):
                    connection.exec_driver_sql(f"TRUNCATE {guard.table} CASCADE")

    def test_they_can_be_dropped_for_a_migration(self, story):
        with db.engine.connect() as connection:
            drop_triggers(connection)
            connection.execute(table_of(Event).update().values(hash="0" * 64))
            assert set(connection.execute(select(Event.hash)).scalars()) == {"0" * 64}
            connection.rollback()


class TestKilled:
    @pytest.mark.parametrize("statement", [3, 40])
    def test_a_killed_migration_runs_again(self, empty_database, new_app, tmp_path, statement):
        """The whole revision is one transaction, on SQLite too."""
        killed = subprocess.run([sys.executable, "-c", KILLED, empty_database, str(tmp_path), str(statement)],
                                cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        app = new_app(empty_database)
        with app.app_context():
            assert set(inspect(db.engine).get_table_names()) - {"alembic_version"} == set()
            upgrade()
            assert {table.name for table in db.metadata.sorted_tables} <= set(inspect(db.engine).get_table_names())


KILLED = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from tests.support.apps import migrate
left = int(sys.argv[3])

@event.listens_for(Engine, "after_cursor_execute")
def kill(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

migrate(sys.argv[1], Path(sys.argv[2]))
"""


class Rows:
    """Rows for any schema, made from the schema itself: values by type, references from rows that are there."""

    def __init__(self, engine: Any) -> None:
        self.engine, self.number = engine, 0
        self.metadata = MetaData()
        self.metadata.reflect(engine)
        self.there: dict[tuple[str, int], dict[str, Any]] = {}
        # Where a CHECK names what a text may be, its first word.
        self.chosen = {(name, column.name): word[1] for name, table in self.metadata.tables.items()
                       for check in inspect(engine).get_check_constraints(name) for column in table.columns
                       if re.search(rf"\b{column.name}\b", check["sqltext"])
                       and (word := re.search(r"'(\w+)'", check["sqltext"]))}

    @property
    def tables(self) -> list[Table]:
        """Parents first."""
        return [table for table in self.metadata.sorted_tables if table.name != "alembic_version"]

    def fill(self, each: int) -> None:
        """``each`` rows in every table, each of a host, a project, a person of its own."""
        for table in self.tables:
            rows = {place: self.new(table, place) for place in range(each) if (table.name, place) not in self.there}
            self.there |= {(table.name, place): row for place, row in rows.items()}
            if rows:
                with self.engine.begin() as connection:
                    connection.execute(table.insert(), list(rows.values()))

    def row(self, table: Table, place: int) -> dict[str, Any]:
        """The one of this place; it is made, with those it refers to, if it is not there."""
        if (table.name, place) not in self.there:
            self.there[table.name, place] = row = self.new(table, place)
            with self.engine.begin() as connection:
                connection.execute(table.insert().values(row))
        return self.there[table.name, place]

    def new(self, table: Table, place: int) -> dict[str, Any]:
        """Not written yet; what it refers to is."""
        self.number += 1
        row = {column.name: self._value(column, place) for column in table.columns}
        for reference in sorted(table.foreign_key_constraints, key=lambda one: len(one.elements)):
            parent = self.row(reference.referred_table, place)
            row |= {element.parent.name: parent[element.column.name] for element in reference.elements}
        return row

    def _value(self, column: Any, place: int) -> Any:
        kind = column.type
        if (column.table.name, column.name) in self.chosen:
            return self.chosen[column.table.name, column.name]
        match kind:
            case types.Boolean():
                return True
            case types.Integer():  # a number inside its project is small, as that of a party must be
                return place + 1 if column.name == "id" else place % 50 + 1
            case types.Numeric():
                return 1
            case types.Date():
                return datetime(2027, 3, 1, tzinfo=UTC).date()
            case types.DateTime():
                return datetime(2027, 3, 1, tzinfo=UTC)
        return f"x{self.number}"[-(getattr(kind, "length", None) or 26):]


def assert_of_one_host(rows: Rows, table: Table) -> None:
    good, other = rows.new(table, 1), rows.row(rows.metadata.tables["host"], 2)["id"]
    for host, fits in ((other, False), (good["host_id"], True)):
        with db.engine.connect() as connection:
            with nullcontext() if fits else pytest.raises(IntegrityError, match=r"(?i)foreign key"):
                connection.execute(table.insert().values(good | {"host_id": host}))
            connection.rollback()


def refused(statement: Any, guard: Any) -> None:
    with db.engine.connect() as connection:
        with pytest.raises(DBAPIError, match=guard.why):
            connection.execute(statement)
        connection.rollback()


def other_than(table: Table, column: Any) -> Any:
    """A value of the column's type that no row has."""
    name = type(column.type).__name__
    if name == "Utc":
        return datetime(1999, 1, 1, tzinfo=UTC)
    if isinstance(column.type, types.Integer):
        return 4711
    return "ended" if column.name == "state" else "zz"


def triggers(engine: Any) -> set[str]:
    with engine.connect() as connection:
        return set(connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'" if connection.dialect.name == "sqlite"
            else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal").scalars())


def counts(engine: Any) -> dict[str, int]:
    with engine.connect() as connection:
        return {name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar()  # noqa: S608
                for name in inspect(engine).get_table_names()}


def schema_of(engine: Any) -> list[Any]:
    schema = inspect(engine)
    return [(name, [str(column) for column in schema.get_columns(name)], schema.get_foreign_keys(name),
             [(index["name"], index["column_names"]) for index in schema.get_indexes(name)])
            for name in sorted(schema.get_table_names())] + sorted(triggers(engine))


@pytest.fixture
def empty_app(empty_database, new_app) -> Iterator[Any]:
    app = new_app(empty_database)
    with app.app_context():
        yield app


@pytest.fixture
def story(app) -> Iterator[Any]:
    """A project with a row in every guarded table; the tests leave it as it is."""
    with app.app_context():
        if app not in TOLD:
            TOLD[app] = stories.opened()
            for step in stories.whole(TOLD[app]):
                step.do(stories.key())
            with transaction() as session:  # nobody accedes in that story
                version = session.scalars(select(ContractVersion).where(ContractVersion.paper == "")).first()
                session.add(Accession(
                    project_id=version.project_id, host_id=version.host_id, party=1, paper="", version=version.number,
                    person=TOLD[app].maker, seq=1, at=version.frozen_at, text="{}", text_sha256="0" * 64,
                    pdf_sha256="0" * 64, evidence="{}"))
        yield TOLD[app]


TOLD: dict[Any, Any] = {}
