"""Many rows of many tables in one go: the same rows from both senders, values as the columns store them."""

from dataclasses import asdict
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.exc import DataError

from cocreate.db import db, driver, table_of, transaction
from cocreate.errors import Conflict
from cocreate.models.mails import Reminder
from cocreate.models.projects import AffectedGroup, Project
from cocreate.models.work import Figure, Task
from cocreate.services.writes import Cancel, Delete, Insert, Move, Put, Update, send
from tests.support import projects, stories
from tests.support.clock import NOON
from tests.support.stories import facts
from workflows.facts import TaskFact, TaskState

GROUP, TASK, REMINDER, FIGURE = (table_of(model) for model in (AffectedGroup, Task, Reminder, Figure))
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)
few = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


class TestPlain:
    """What sqlite3 takes without adapters, and by number: Python 3.12 warns of anything else, 3.14 refuses it."""

    @pytest.mark.parametrize("database", ["sqlite"], indirect=True)
    def test_every_value_of_a_whole_story_is_a_text_or_a_number(self, app):
        with app.app_context():
            found = set()

            def hear(_connection, _cursor, _sql, values, _context, many):
                rows = values if values and isinstance(values[0], list | tuple) else [values]
                found.update(type(value) for row in rows for value in row)

            event.listen(db.engine, "before_cursor_execute", hear)
            try:
                for step in stories.whole(stories.opened(2)):
                    step.do(projects.key())
            finally:
                event.remove(db.engine, "before_cursor_execute", hear)
        assert found and [one for one in found if not issubclass(one, str | int | None)] == []

    def test_a_place_that_is_named_twice_out_of_order(self, app):
        with app.app_context():
            marks = "$2 || $1 || $2::text" if db.engine.dialect.name == "postgresql" else "?2 || ?1 || ?2"
            assert driver.execute(db.session.connection(), (f"SELECT {marks}", ("a", "b"))) == ["bab"]
            db.session.rollback()


class TestKinds:
    def test_insert(self, small):
        write(Insert(GROUP, groups(small, "Neighbours", "Drivers")))
        assert names(small) == ["Neighbours", "Drivers"]

    def test_put_where_nothing_is_and_where_something_is(self, small):
        write(Put(GROUP, groups(small, "Neighbours")))
        write(Put(GROUP, groups(small, "Drivers", "Guests")))
        assert names(small) == ["Drivers", "Guests"]

    def test_update_only_the_row_and_the_columns_it_names(self, small):
        write(Insert(GROUP, groups(small, "Neighbours", "Drivers")))
        write(Update(GROUP, ({"project_id": small_id(small), "number": 2, "name": "Guests"},)))
        assert names(small) == ["Neighbours", "Guests"]

    def test_update_of_what_is_not_there(self, small):
        write(Update(GROUP, ({"project_id": small_id(small), "number": 2, "name": "Guests"},)))
        assert names(small) == []

    def test_delete(self, small):
        write(Insert(GROUP, groups(small, "Neighbours", "Drivers")))
        write(Delete(GROUP, ({"project_id": small_id(small), "number": 1},)))
        assert names(small) == ["Drivers"]

    def test_cancel_ends_what_is_planned_and_nothing_else(self, small):
        write(Put(REMINDER, tuple(reminder(small, subject, rule, state) for subject, rule, state in (
            ("a", 0, "planned"), ("a", 1, "sent"), ("b", 0, "planned")))))
        write(Cancel(small_id(small), ("a", "c")))
        rows = db.session.execute(select(REMINDER.c.subject, REMINDER.c.state).where(
            REMINDER.c.project_id == small_id(small), REMINDER.c.subject.in_(["a", "b"]))
            .order_by(REMINDER.c.subject, REMINDER.c.rule)).all()
        assert [tuple(row) for row in rows] == [("a", "cancelled"), ("a", "sent"), ("b", "planned")]

    def test_move_only_from_the_version_that_was_read(self, small):
        version = facts(small).project.version
        write(move=Move(small_id(small), version, {"version": version + 1, "title": "Moved"}))
        assert facts(small).project.title == "Moved"
        with pytest.raises((Conflict, DataError)):  # PostgreSQL says it at the end
            write(Insert(GROUP, groups(small, "Nobody")), move=Move(small_id(small), version, {"title": "Twice"}))
        assert (facts(small).project.title, names(small)) == ("Moved", [])

    def test_then_comes_after(self, small):
        write(Insert(GROUP, groups(small, "Neighbours")), then=[Put(GROUP, groups(small, "Drivers"))])
        assert names(small) == ["Drivers"]

    def test_nothing_at_all(self, small, query_counter):
        with transaction() as session, query_counter(max=0):
            send(session.connection(), None, [Insert(GROUP, ())], [])
        assert names(small) == []


class TestBundle:
    def test_parents_come_before_children_whatever_the_order(self, small):
        where = {"project_id": small_id(small), "host_id": small.host_id}
        task = where | asdict(TaskFact("late", 1, 1, TaskState.OPEN, since=NOON, due_at=None))
        contribution = where | {"task": "late", "party": 1, "number": 1, "round": 1, "answers": "{}", "salt": "s",
                                "person": small.maker, "at": NOON, "sees": -1, "narrower": "{}"}
        write(Insert(db.metadata.tables["contribution"], (contribution,)), Insert(TASK, (task,)))
        assert facts(small).task("late", 1).state is TaskState.OPEN

    def test_writes_of_one_shape_are_one_statement(self, small, query_counter):
        rows = groups(small, *"abcdefgh")
        with transaction() as session, query_counter(max=1):
            send(session.connection(), None, [Insert(GROUP, (row,)) for row in rows])
        assert names(small) == list("abcdefgh")

    def test_rows_of_other_columns_are_taken_as_well(self, small):
        one, two = groups(small, "a", "b")
        write(Insert(GROUP, (one,)), Insert(GROUP, (dict(reversed(two.items())),)))
        assert names(small) == ["a", "b"]

    def test_many_rows(self, small):
        write(Insert(GROUP, groups(small, *map(str, range(2_000)))))
        assert len(names(small)) == 2_000


class TestValues:
    @few
    @given(words)
    def test_words(self, small, text):
        write(Put(GROUP, groups(small, text)))
        assert names(small) == [text]

    @few
    @given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-10**20, max_value=10**20))
    def test_numbers(self, figure, value):
        write(Update(FIGURE, (figure | {"value": value},)))
        found = db.session.scalar(select(FIGURE.c.value).where(FIGURE.c.project_id == figure["project_id"]))
        assert found == value
        assert format(abs(found), "f") == format(abs(value), "f")

    @few
    @given(st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2150, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
    def test_moments(self, small, moment):
        write(Update(TASK, ({"project_id": small_id(small), "key": "credit", "party": 1, "round": 1,
                             "due_at": moment},)))
        assert facts(small).task("credit", 1).due_at == moment

    def test_days_truths_and_nothing(self, small):
        where = {"project_id": small_id(small), "key": "credit", "party": 1, "round": 1}
        write(Update(TASK, (where | {"outside_until": date(2027, 2, 28), "reason": None, "due_at": None},)))
        task = facts(small).task("credit", 1)
        assert (task.outside_until, task.reason, task.due_at) == (date(2027, 2, 28), None, None)

    def test_a_moment_without_a_zone_is_refused(self, small):
        """PostgreSQL would take it for one in the zone of its server."""
        with pytest.raises(ValueError, match="without a zone"):
            write(Update(TASK, ({"project_id": small_id(small), "key": "credit", "party": 1, "round": 1,
                                 "due_at": datetime(2027, 3, 1)},)))  # noqa: DTZ001


def write(*writes, move=None, then=()):
    with transaction() as session:
        send(session.connection(), move, list(writes), list(then))


def groups(small, *texts):
    project = small_id(small)
    return tuple({"project_id": project, "number": number, "host_id": small.host_id, "name": text[:200]}
                 for number, text in enumerate(texts, 1))


def reminder(small, subject, rule, state):
    return {"project_id": small_id(small), "subject": subject, "round": 1, "rule": rule, "occurrence": NOON.date(),
            "recipient": small.shop, "host_id": small.host_id, "kind": "due_soon", "due_at": NOON, "state": state}


def names(small):
    db.session.rollback()
    return list(db.session.scalars(select(GROUP.c.name).where(GROUP.c.project_id == small_id(small))
                                   .order_by(GROUP.c.number)))


def small_id(small):
    return db.session.scalar(select(Project.id).where(Project.ref == small.ref))


@pytest.fixture
def small(app):
    with app.app_context():
        yield stories.opened(2)


@pytest.fixture
def figure(small):
    stories.submit(small, "ramp_0")
    return {"project_id": small_id(small), "path": "figures.ramp_0.mass", "party": 2, "number": 1}
