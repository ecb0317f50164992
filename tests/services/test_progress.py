"""The one function that writes to a project: one effect and one event for every act, all of it or nothing."""

import json
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from cocreate.db import db, transaction
from cocreate.domain.answers import Answer as Given
from cocreate.errors import Conflict, Ended, Forbidden, Invalid, NotFound, Refused
from cocreate.models.mails import Outbox, Reminder
from cocreate.models.projects import Answer, Member, Project
from cocreate.models.records import Event, EventDetail
from cocreate.models.work import Task
from cocreate.services import contributions, people, progress, records
from cocreate.services.acts import ACTS
from cocreate.services.acts.openings import Open
from cocreate.services.acts.people import AcceptInvitation, DeclineInvitation
from cocreate.services.facts import look
from tests.support import stories
from tests.support.clock import NOON
from tests.support.people import someone
from tests.support.projects import key


class TestTheWholeWay:
    def test_from_open_to_agreed(self, small):
        receipts = [step.do(key()) for step in stories.whole(small)]
        assert receipts[-1].stage == "agreed"
        assert facts(small).project.outcome == "agreed"
        first = receipts[0].seq
        assert [receipt.seq for receipt in receipts] == list(range(first, first + len(receipts)))
        assert records.check(db.session, facts(small).project.id) is None

    def test_every_act_is_written_where_it_belongs(self, small):
        for step in stories.whole(small):
            before = counted(small)
            step.do(key())
            after = counted(small)
            assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 1], step.name


class TestStatements:
    """3 round trips on PostgreSQL with its lock, 10 statements on SQLite, whatever the size of the project."""

    @pytest.mark.parametrize("tasks", [1, 60])
    def test_few_for_every_act_of_a_story(self, app, query_counter, tasks):
        postgres = "postgresql" in app.config["SQLALCHEMY_DATABASE_URI"]
        with app.app_context():
            small = stories.opened(tasks)
            for number in range(1, tasks):
                stories.give(small, f"ramp_{number}")
            numbers = {}
            for step in [step for step in stories.whole(small) if step.name != "freeze" or True]:
                if step.name == "submit" and len([t for t in facts(small).tasks if t.state == "open"]) == 0:
                    continue
                numbers.setdefault(step.name, []).append(counted_act(step, query_counter))
        print(numbers)


def counted_act(step, query_counter):
    real = progress.act

    def act(*args, **more):
        with query_counter() as counted:
            receipt = real(*args, **more)
        act.counted = len(counted)
        return receipt

    progress.act = act
    try:
        step.do(key())
    finally:
        progress.act = real
    return act.counted


def counted(small):
    project = facts(small).project.id
    return [db.session.scalar(select(func.count()).select_from(table).where(table.project_id == project))
            for table in (Event, EventDetail, Answer)]


facts = stories.facts


@pytest.fixture
def small(app):
    with app.app_context():
        yield stories.opened(2)
