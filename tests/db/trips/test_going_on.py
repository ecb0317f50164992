"""Statements by libpq itself: they share the session's transaction, and some run while we go on."""

import threading
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, InterfaceError

from cocreate.db import db, driver, transaction, trips
from tests.support.trips import NAME, RENAME, name


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

def prepared(sql):
    return db.session.connection().exec_driver_sql(
        "SELECT count(*) FROM pg_prepared_statements WHERE statement = %s", (sql,)).scalar()
