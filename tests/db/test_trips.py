"""Statements by libpq itself: they share the session's transaction, and fail as everything else does."""

import signal
import threading
import time
from contextlib import contextmanager

import pytest
from psycopg.pq import PipelineStatus, TransactionStatus
from sqlalchemy import select, text
from sqlalchemy.exc import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)

from cocreate.db import db, driver, transaction, trips
from cocreate.models.people import Person
from cocreate.services import accounts
from tests.support.clock import NOON

NAME = "SELECT name FROM person WHERE email = $1"
RENAME = "UPDATE person SET name = $1 WHERE email = $2"


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


def name(email):
    return db.session.scalar(select(Person.name).where(Person.email == email))


class TestInTheSessionsTransaction:
    def test_what_the_session_wrote_is_there_and_the_other_way_round(self, email):
        with transaction() as session:
            session.execute(text("UPDATE person SET name = 'Bea' WHERE email = :email"), {"email": email})
            assert driver.execute(session.connection(), (RENAME, ("Cleo", email)), (NAME, (email,))) == ["Cleo"]
            assert name(email) == "Cleo"
        assert name(email) == "Cleo"

    def test_it_is_undone_with_it(self, email):
        with pytest.raises(LookupError), transaction() as session:
            driver.execute(session.connection(), (RENAME, ("Bea", email)))
            raise LookupError
        assert name(email) == "Ada"

    def test_nothing_is_left_open(self, email):
        with transaction() as session:
            raw = session.connection().connection.driver_connection
            driver.execute(session.connection(), (NAME, (email,)))
        assert raw.info.transaction_status == 0


class TestWhileWeGoOn:
    """A statement of which nobody asks for an answer runs, and the next one tells what came of it."""

    @pytest.mark.parametrize("first", [True, False])
    def test_until_commit(self, email, first):
        with transaction() as session:
            if not first:
                driver.execute(session.connection(), (NAME, (email,)))
            driver.begin(session.connection(), RENAME, ("Bea", email))
        assert name(email) == "Bea"

    def test_until_a_statement(self, email):
        with transaction() as session:
            driver.begin(session.connection(), RENAME, ("Bea", email))
            driver.begin(session.connection(), RENAME, ("Cleo", email))
            assert driver.execute(session.connection(), (NAME, (email,))) == ["Cleo"]

    def test_until_one_of_the_sessions(self, email):
        with transaction() as session:
            driver.begin(session.connection(), RENAME, ("Bea", email))
            assert name(email) == "Bea"

    def test_not_after_all(self, email):
        with pytest.raises(LookupError), transaction() as session:
            driver.begin(session.connection(), RENAME, ("Bea", email))
            raise LookupError
        with transaction() as session:
            driver.execute(session.connection(), (NAME, (email,)))
        assert name(email) == "Ada"

    def test_that_fails_with_it_and_nothing_of_it_stays(self, email):
        with pytest.raises(DataError, match="division by zero"), transaction() as session:
            driver.begin(session.connection(), RENAME, ("Bea", email))
            driver.begin(session.connection(), "SELECT 1 / $1::int", ("0",))
        assert name(email) == "Ada"


class TestInTwoHalves:
    """What is asked runs while we go on; we wait where we need the answer."""

    def test_it_runs_meanwhile(self, here):
        began = time.monotonic()
        fetch = driver.ask(db.session.connection(), ("SELECT pg_sleep(0.3)::text", ()), ("SELECT now()::text", ()))
        asked = time.monotonic() - began
        time.sleep(0.6)
        began = time.monotonic()
        assert len(fetch()) == 1
        assert max(asked, time.monotonic() - began) < 0.25

    def test_in_the_sessions_transaction(self, email):
        with transaction() as session:
            session.execute(text("UPDATE person SET name = 'Bea' WHERE email = :email"), {"email": email})
            assert driver.ask(session.connection(), (NAME, (email,)))() == ["Bea"]
        assert name(email) == "Bea"

    def test_what_was_begun_before_comes_first(self, email):
        with transaction() as session:
            driver.begin(session.connection(), RENAME, ("Bea", email))
            assert driver.ask(session.connection(), (NAME, (email,)))() == ["Bea"]

    def test_a_failure_is_told_where_one_waits(self, email):
        with pytest.raises(DataError, match="division by zero"), transaction() as session:
            fetch = driver.ask(session.connection(), (RENAME, ("Bea", email)), ("SELECT 1 / $1::int", ("0",)))
            fetch()
        assert name(email) == "Ada"

    def test_an_answer_that_nobody_fetched_is_in_nobodys_way(self, email):
        with pytest.raises(LookupError), transaction() as session:
            driver.ask(session.connection(), (RENAME, ("Bea", email)), (NAME, (email,)))
            raise LookupError
        assert name(email) == "Ada"
        with transaction() as session:
            fetch = driver.ask(session.connection(), (NAME, (email,)))
            assert driver.execute(session.connection(), (RENAME, ("Bea", email)), (NAME, (email,))) == ["Bea"]
            with pytest.raises(InterfaceError):
                fetch()

    def test_each_gets_its_own_answer_or_none(self, email):
        with transaction() as session:
            first = driver.ask(session.connection(), ("SELECT 'first'", ()))
            second = driver.ask(session.connection(), ("SELECT 'second'", ()))
            with pytest.raises(InterfaceError):
                first()
            assert second() == ["second"]


class TestBrokenOff:
    """Whatever happens while the server works: nothing half stays, and the next one has a connection that is whole."""

    @pytest.fixture(params=["asked", "begun", "both"])
    def work(self, request):
        """What is on its way, and how it comes to its end."""
        def asked(email, *, last):
            return driver.ask(db.session.connection(), (RENAME, ("Bea", email)), last)

        def begun(email, *, last):
            driver.begin(db.session.connection(), RENAME, ("Bea", email))
            driver.begin(db.session.connection(), *last)
            return db.session.commit

        def both(email, *, last):
            driver.begin(db.session.connection(), RENAME, ("Bea", email))
            return driver.ask(db.session.connection(), last)

        return {"asked": asked, "begun": begun, "both": both}[request.param]

    def test_the_server_ends_the_connection(self, email, work):
        with pytest.raises(OperationalError), transaction():
            end = work(email, last=("SELECT pg_terminate_backend(pg_backend_pid())::text", ()))
            end()
        assert name(email) == "Ada"

    def test_it_ended_before_anything_was_sent(self, email, work):
        with pytest.raises(OperationalError), transaction() as session:
            pid, = driver.execute(session.connection(), ("SELECT pg_backend_pid()", ()))
            with db.engine.connect() as other:
                other.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
            work(email, last=(NAME, (email,)))()
        assert name(email) == "Ada"

    @pytest.mark.parametrize("limit", ["statement_timeout", "lock_timeout"])
    def test_it_takes_too_long(self, email, work, limit):
        with held(email), pytest.raises(OperationalError, match="timeout"), whole() as session:
            session.execute(text(f"SET LOCAL {limit} = 100"))
            work(email, last=("SELECT id FROM person WHERE email = $1 FOR UPDATE", (email,)))()
        assert name(email) == "Ada"

    def test_nobody_waits_for_it(self, email, work):
        with pytest.raises(LookupError), whole():
            work(email, last=("SELECT pg_sleep(0.2)::text", ()))
            raise LookupError
        assert name(email) == "Ada"

    @pytest.mark.parametrize("waits", [True, False])
    def test_a_signal_comes(self, email, work, waits):
        with pytest.raises(KeyboardInterrupt), transaction(), interrupted(0.2):
            end = work(email, last=("SELECT pg_sleep(1)::text", ()))
            if not waits:
                time.sleep(5)
            end()
        assert name(email) == "Ada"

    def test_the_server_ends_a_transaction_that_rests(self, email, work):
        """Else a process that stands still between its writes and COMMIT would hold the project for ever."""
        free = False
        with pytest.raises(OperationalError), transaction() as session:
            session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 100"))
            end = work(email, last=(NAME, (email,)))
            time.sleep(0.5)
            with held(email):
                free = True
                end()
        assert free
        assert name(email) == "Ada"

    def test_in_mid_answer_nobody_gets_it(self, email):
        with pytest.raises(OperationalError), transaction() as session:
            raw = session.connection().connection.driver_connection
            driver.execute(session.connection(), (RENAME, ("Bea", email)))
            raw.pgconn.send_query(b"SELECT 1")
            raise LookupError
        db.session.remove()
        assert name(email) == "Ada"

    def test_a_commit_of_which_nothing_stays_is_an_error(self, email):
        """PostgreSQL answers COMMIT with ROLLBACK where something had failed, whoever took no notice of it."""
        with pytest.raises(InternalError, match="nothing of the transaction stays"), transaction() as session:
            driver.begin(session.connection(), RENAME, ("Bea", email))
            with pytest.raises(DataError):
                driver.execute(session.connection(), ("SELECT 1 / $1::int", ("0",)))
        assert name(email) == "Ada"


class TestValues:
    @pytest.mark.parametrize("value", ["", "'; DROP TABLE person; --", "Größe €\n\t\\", "x" * 3_000_000])
    def test_come_back_as_they_were(self, here, value):
        assert driver.execute(db.session.connection(), ("SELECT $1::text", (value,))) == [value]

    def test_every_row(self, here):
        assert driver.execute(db.session.connection(), ("SELECT n FROM generate_series(1, $1) n", ("3",))) == [
            "1", "2", "3"]

    def test_none(self, here):
        assert driver.execute(db.session.connection(), ("SELECT coalesce($1, 'none')", (None,))) == ["none"]

    def test_a_nul_is_refused_and_not_the_end(self, here):
        with pytest.raises(DataError):
            driver.execute(db.session.connection(), ("SELECT $1::text", ("a\0b",)))


class TestErrors:
    def test_are_those_of_sqlalchemy_and_the_connection_goes_on(self, email):
        wrong = "INSERT INTO person (id) VALUES ($1)"
        with pytest.raises(IntegrityError) as caught, transaction() as session:
            driver.execute(session.connection(), (wrong, ("1",)))
        assert "null" in str(caught.value)
        assert name(email) == "Ada"

    @pytest.mark.parametrize("at", [0, 1, 2])
    def test_of_several_the_one_that_failed_speaks(self, email, at):
        statements = [(NAME, (email,))] * 3
        statements[at] = ("SELECT 1 / $1::int", ("0",))
        with pytest.raises(DataError, match="division by zero"), transaction() as session:
            driver.execute(session.connection(), *statements)
        assert name(email) == "Ada"

    def test_a_statement_that_cannot_be_prepared(self, email):
        with pytest.raises(ProgrammingError, match="nowhere"), transaction() as session:
            driver.execute(session.connection(), ("SELECT * FROM nowhere", ()))
        assert name(email) == "Ada"

    def test_a_connection_that_is_gone_is_replaced(self, email):
        with pytest.raises(OperationalError), transaction() as session:
            pid = driver.execute(session.connection(), ("SELECT pg_backend_pid()", ()))[0]
            with db.engine.connect() as other:
                other.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
            driver.execute(session.connection(), (NAME, (email,)))
        db.session.rollback()
        assert name(email) == "Ada"

    def test_a_failed_commit_is_an_error(self, email):
        with pytest.raises(OperationalError), transaction() as session:
            pid = driver.execute(session.connection(), (RENAME, ("Bea", email)), ("SELECT pg_backend_pid()", ()))[0]
            with db.engine.connect() as other:
                other.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
        db.session.rollback()
        assert name(email) == "Ada"


class TestPrepared:
    def test_once_for_a_connection_also_after_a_rollback(self, email):
        for _ in range(2):
            with pytest.raises(LookupError), transaction() as session:
                driver.execute(session.connection(), (NAME, (email,)))
                raise LookupError
        assert prepared(NAME) <= 1  # the pool may have given another connection

    @pytest.mark.parametrize("forgetting", ["DEALLOCATE ALL", "DISCARD PLANS", "CREATE TEMP TABLE t (); DROP TABLE t"])
    def test_what_the_server_forgot_is_prepared_anew(self, email, forgetting):
        with transaction() as session:
            driver.execute(session.connection(), (NAME, (email,)))
            for one in forgetting.split("; "):
                session.connection().exec_driver_sql(one)
            assert driver.execute(session.connection(), (NAME, (email,))) == ["Ada"]

    def test_a_part_that_is_undone(self, email):
        with transaction() as session:
            with pytest.raises(LookupError), session.begin_nested():
                driver.execute(session.connection(), (RENAME, ("Bea", email)))
                raise LookupError
            assert driver.execute(session.connection(), (NAME, (email,))) == ["Ada"]

    def test_a_part_that_is_undone_and_what_failed_in_it(self, email):
        with transaction() as session:
            driver.begin(session.connection(), RENAME, ("Bea", email))
            with pytest.raises(LookupError), session.begin_nested():
                driver.begin(session.connection(), RENAME, ("Cleo", email))
                driver.begin(session.connection(), "SELECT 1 / $1::int", ("0",))
                raise LookupError
        assert name(email) == "Bea"

    def test_what_makes_room_is_not_what_is_sent_along(self, email):
        """BEGIN, of which a connection has always known longest, was forgotten by the very trip that began with it."""
        known = [f"SELECT '{number}'" for number in range(trips.MOST)]
        with transaction() as session:
            for sql in known:
                driver.execute(session.connection(), (sql, ()))
            for sql in known:
                driver.begin(session.connection(), RENAME, ("Bea", email))
                assert driver.ask(session.connection(), (sql, ()), (f"{sql} || ' new'", ()))()[0].endswith(" new")
        with transaction() as session:
            for sql in known:
                driver.execute(session.connection(), (sql, ()))
            driver.execute(session.connection(), (known[0], ()), (f"{known[0]} || ' newer'", ()))

    def test_not_more_than_so_many(self, here):
        with transaction() as session:
            for number in range(trips.MOST + 5):
                driver.execute(session.connection(), (f"SELECT {number}", ()))
            ours = session.connection().exec_driver_sql(
                "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'cocreate%%'").scalar()
        assert ours <= trips.MOST


class TestWaiting:
    def test_others_run_meanwhile(self, here):
        turns = []
        other = threading.Timer(0.1, lambda: turns.append("other"))
        other.start()
        driver.execute(db.session.connection(), ("SELECT pg_sleep(0.5)::text", ()))
        turns.append("this")
        other.join()
        assert turns == ["other", "this"]

    def test_a_signal_gets_through_and_the_connection_is_given_up(self, email):
        with pytest.raises(KeyboardInterrupt), transaction() as session, interrupted(0.2):
            driver.execute(session.connection(), ("SELECT pg_sleep(5)::text", ()))
        assert name(email) == "Ada"


@contextmanager
def held(email):
    """Somebody else has the row."""
    with db.engine.connect() as other:
        other.execute(text("SET LOCAL lock_timeout = 500"))
        other.execute(text("SELECT id FROM person WHERE email = :email FOR UPDATE"), {"email": email})
        yield
        other.rollback()


@contextmanager
def interrupted(seconds):
    """As by Ctrl+C."""
    def stop(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def whole():
    """A transaction after which the same connection is ready for the next one."""
    try:
        with transaction() as session:
            raw = session.connection().connection.driver_connection
            yield session
    finally:
        assert not raw.closed
        assert raw.pgconn.transaction_status == TransactionStatus.IDLE
        assert raw.pgconn.pipeline_status == PipelineStatus.OFF


def prepared(sql):
    return db.session.connection().exec_driver_sql(
        "SELECT count(*) FROM pg_prepared_statements WHERE statement = %s", (sql,)).scalar()
