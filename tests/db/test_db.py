"""The database as both engines give it: values that come back as they were, and the one committer."""

import sqlite3
import stat
import threading

import pytest
from flask import Flask
from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint, create_engine, func, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from cocreate.db import WRITES, db, new_ref, prepare, table_of, transaction
from cocreate.models.hosts import Host, Organisation
from cocreate.models.people import Person
from tests.support.apps import dispose, make_app
from tests.support.clock import NOON


class TestTransaction:
    def test_commits(self, here):
        with transaction() as session:
            session.add(person())
        assert count(Person) == 1

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
    def test_rolls_back_whatever_happens(self, here, error):
        with pytest.raises(error), transaction() as session:
            session.add(person())
            session.flush()
            raise error
        assert count(Person) == 0

    def test_a_failed_commit_is_rolled_back(self, here):
        with transaction() as session:
            session.add(person(email="same@x.example"))
        with pytest.raises(IntegrityError), transaction() as session:
            session.add(person(email="other@x.example"))
            session.add(person(email="same@x.example"))
        assert count(Person) == 1

    def test_what_was_loaded_before_is_loaded_anew(self, here):
        with transaction() as session:
            session.add(host := Host(ref=new_ref(), name="Before", created_at=NOON))
        stale = db.session.get(Host, host.id)
        elsewhere(here, lambda: db.session.get(Host, host.id), name="After")
        with transaction() as session:
            fresh = session.get(Host, host.id)
            assert (stale.name, fresh.name) == ("Before", "After")
            assert stale not in session

    def test_what_was_changed_before_is_not_written(self, here):
        """Only inside is written: on SQLite a change from before would even come without the writer's lock."""
        with transaction() as session:
            session.add(host := Host(ref=new_ref(), name="Before", created_at=NOON))
        db.session.get(Host, host.id).name = "Slipped in"
        db.session.add(person())
        with transaction():
            pass
        assert (db.session.get(Host, host.id).name, count(Person)) == ("Before", 0)

    def test_ends_the_reading_transaction(self, here):
        """Else a writer on SQLite would build on what it read before, and fail at once."""
        assert count(Host) == 0
        elsewhere(here, lambda: db.session.add(Host(ref=new_ref(), name="Meanwhile", created_at=NOON)) or Host())
        with transaction() as session:
            assert session.scalar(select(Host.name)) == "Meanwhile"
            session.add(Host(ref=new_ref(), name="Mine", created_at=NOON))
        assert count(Host) == 2

    def test_none_inside_another(self, here):
        """The inner one would commit half of what the outer one does."""
        with pytest.raises(RuntimeError, match="transaction"), transaction() as session:
            session.add(person())
            session.flush()
            with transaction():
                pass
        assert count(Person) == 0

    def test_one_after_the_other(self, here):
        for _ in range(2):
            with transaction() as session:
                session.add(person())
        assert count(Person) == 2


class TestErrors:
    def test_say_nothing_of_what_was_to_be_written(self, here):
        """They reach the log; rows hold words of people, and what opens their accounts."""
        with pytest.raises(IntegrityError) as refused, transaction() as session:
            session.add(Organisation(host_id=4711, ref=new_ref(), name="Secret partner", skeleton="secretpartner",
                                     kind="company", created_at=NOON))
        assert "organisation" in str(refused.value)
        assert "ecret" not in str(refused.value)

    def test_of_reading_are_those_that_are_told(self, app):
        """Letting go of what failed is no failure of its own, also where somebody went on to write."""
        with pytest.raises(DBAPIError, match="nowhere"), app.app_context():
            db.session.execute(text("SELECT * FROM nowhere"))
        with app.app_context():
            with pytest.raises(DBAPIError, match="nowhere"):
                db.session.execute(text("SELECT * FROM nowhere"))
            with transaction() as session:
                assert session.scalar(text("SELECT 1")) == 1


class TestReferences:
    def test_a_row_without_its_parent_is_refused(self, here):
        with pytest.raises(IntegrityError), transaction() as session:
            session.add(Organisation(host_id=4711, ref=new_ref(), name="N", skeleton="n", kind="company",
                                     created_at=NOON))

    def test_a_parent_with_children_stays(self, here):
        with transaction() as session:
            session.add(host := Host(ref=new_ref(), name="H", created_at=NOON))
            session.flush()
            session.add(Organisation(host_id=host.id, ref=new_ref(), name="N", skeleton="n", kind="company",
                                     created_at=NOON))
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(table_of(Host).delete())

    def test_nothing_is_ever_removed_with_its_parent(self):
        cascading = [f"{table.name}: {constraint.name}" for table in db.metadata.sorted_tables
                     for constraint in table.foreign_key_constraints if constraint.ondelete or constraint.onupdate]
        assert cascading == []


class TestSqlite:
    def test_manners_of_a_connection(self, sqlite_app):
        with sqlite_app.app_context():
            found = {pragma: db.session.execute(text(f"PRAGMA {pragma}")).scalar() for pragma in (
                "journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")}
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000,
                         "secure_delete": 1}

    def test_nobody_else_on_the_machine_reads_the_data(self, tmp_path):
        data = tmp_path / "made here"
        app = make_app("", data)
        with app.app_context():
            db.session.execute(text("CREATE TABLE t (n)"))
            db.session.commit()
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in data.glob("cocreate.sqlite*")} == {0o600}
        dispose(app)

    def test_nor_where_the_folder_was_there_and_is_everybodys(self, tmp_path):
        tmp_path.chmod(0o755)
        app = make_app("", tmp_path)
        with app.app_context():
            db.session.execute(text("CREATE TABLE t (n)"))
            db.session.commit()
            assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.glob("cocreate.sqlite*")} == {0o600}
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755  # its owner's to decide
        dispose(app)

    def test_a_writer_waits_for_the_other(self, sqlite_app):
        with sqlite_app.app_context(), transaction() as session:
            session.add(person())
            session.flush()
            waits = threading.Thread(target=write_one, args=(sqlite_app,))
            waits.start()
            waits.join(0.3)
            assert waits.is_alive()
        waits.join(5)
        with sqlite_app.app_context():
            assert count(Person) == 2

    def test_a_writer_has_the_lock_before_it_reads(self, sqlite_app):
        with sqlite_app.app_context(), transaction():
            other = sqlite3.connect(db.engine.url.database, timeout=0.05, isolation_level=None)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            other.close()

    def test_readers_do_not_wait_for_a_writer(self, sqlite_app):
        with sqlite_app.app_context(), transaction() as session:
            session.add(person())
            session.flush()
            seen = []
            reads = threading.Thread(target=lambda: seen.append(counted_elsewhere(sqlite_app)))
            reads.start()
            reads.join(5)
            assert seen == [0]

    def test_a_reader_sees_one_moment(self, sqlite_app):
        with sqlite_app.app_context():
            assert count(Person) == 0
            write = threading.Thread(target=write_one, args=(sqlite_app,))
            write.start()
            write.join(5)
            assert count(Person) == 0
            db.session.rollback()
            assert count(Person) == 1

    def test_without_the_writers_lock_reading_and_then_writing_fails(self, sqlite_app):
        """Why there is ``transaction``: no waiting helps who has read an older moment."""
        with sqlite_app.app_context():
            assert count(Person) == 0
            write_one_in_a_thread(sqlite_app)
            db.session.add(person())
            with pytest.raises(OperationalError, match="locked"):
                db.session.flush()

    def test_many_meet_a_new_file(self, databases):
        """All switch it to WAL at once."""
        url, start, failures = databases.empty("sqlite"), threading.Barrier(6), []

        def come():
            engine = create_engine(url)
            prepare(engine)
            start.wait()
            try:
                with engine.connect().execution_options(**{WRITES: True}) as connection:
                    connection.execute(text("CREATE TABLE IF NOT EXISTS t (x INTEGER)"))
                    connection.commit()
            except OperationalError as error:
                failures.append(error)
            engine.dispose()

        comers = [threading.Thread(target=come) for _ in range(6)]
        for comer in comers:
            comer.start()
        for comer in comers:
            comer.join()
        assert failures == []
        databases.drop(url)


@pytest.mark.postgres
class TestPostgres:
    def test_read_committed(self, postgres_app):
        with postgres_app.app_context():
            assert db.session.execute(text("SHOW transaction_isolation")).scalar() == "read committed"

    def test_limits(self, postgres_app):
        with postgres_app.app_context():
            found = [db.session.execute(text(f"SHOW {name}")).scalar() for name in (
                "lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")]
        assert found == ["5s", "15s", "30s"]


class TestTables:
    def test_every_moment_is_utc_and_every_number_exact(self):
        wrong = [f"{table.name}.{column.name}" for table in db.metadata.sorted_tables for column in table.columns
                 if type(column.type).__name__ in ("DateTime", "TIMESTAMP", "Numeric", "Float")]
        assert wrong == []

    def test_inside_a_project_the_key_begins_with_it_and_the_host_is_there(self):
        for table in db.metadata.sorted_tables:
            if "project_id" in table.c:
                assert next(iter(table.primary_key)).name == "project_id", table.name
                assert {("host_id", "project_id")} <= {
                    tuple(constraint.column_keys) for constraint in table.foreign_key_constraints}, table.name

    def test_a_reference_is_checked_by_the_key_it_names(self):
        # Without statistics PostgreSQL takes any whole index that begins with a column of the reference: with that of
        # a host's projects, every row that is written would look at all of them.
        misleading = [index for to, columns in references() for index in whole_indexes(to)
                      if index[0] in columns and set(index) != columns and index != primary(to)]
        assert misleading == []

    def test_every_constraint_has_a_name(self, here):
        schema = inspect(db.engine)
        unnamed = [name for name in schema.get_table_names() if name != "alembic_version"
                   for constraint in (*schema.get_foreign_keys(name), *schema.get_unique_constraints(name),
                                      schema.get_pk_constraint(name))
                   if not constraint["name"]]
        assert unnamed == []


def references():
    """The tables that are referred to, and the columns by which."""
    return {(constraint.referred_table, frozenset(element.column.name for element in constraint.elements))
            for table in db.metadata.sorted_tables for constraint in table.foreign_key_constraints}


def whole_indexes(table):
    """The columns of every index of a table, also of its keys, that holds all of its rows."""
    return [tuple(column.name for column in one.columns) for one in (*table.constraints, *table.indexes)
            if isinstance(one, UniqueConstraint | PrimaryKeyConstraint | Index)
            and not (isinstance(one, Index) and one.dialect_options["postgresql"]["where"] is not None)]


def primary(table):
    return tuple(column.name for column in table.primary_key)


def person(email=None):
    return Person(ref=new_ref(), email=email or f"{new_ref()}@x.example", name="N", created_at=NOON)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def elsewhere(app: Flask, load, **values):
    """Another request changes something."""
    def change():
        with app.app_context(), transaction():
            row = load()
            for name, value in values.items():
                setattr(row, name, value)
    thread = threading.Thread(target=change)
    thread.start()
    thread.join(5)


def write_one(app):
    with app.app_context(), transaction() as session:
        session.add(person())


def write_one_in_a_thread(app):
    thread = threading.Thread(target=write_one, args=(app,))
    thread.start()
    thread.join(5)


def counted_elsewhere(app):
    with app.app_context():
        return count(Person)


@pytest.fixture
def sqlite_app(databases, new_app):
    url = databases.migrated("sqlite")
    yield new_app(url)


@pytest.fixture
def postgres_app(databases, apps, new_app):
    return new_app(databases.shared("postgresql"))
