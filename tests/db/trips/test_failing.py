"""Statements by libpq itself fail as everything else does: nothing half stays, and the next one goes on."""

import signal
import time
from contextlib import contextmanager

import pytest
from psycopg.pq import PipelineStatus, TransactionStatus
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, InternalError, OperationalError, ProgrammingError

from cocreate.db import db, driver, transaction
from tests.support.trips import NAME, RENAME, name


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

    def test_a_signal_gets_through_and_the_connection_is_given_up(self, email):
        with pytest.raises(KeyboardInterrupt), transaction() as session, interrupted(0.2):
            driver.execute(session.connection(), ("SELECT pg_sleep(5)::text", ()))
        assert name(email) == "Ada"


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
