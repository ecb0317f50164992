"""The one function that writes to a project: one effect and one event for every act, all of it or nothing."""

import json
import re
from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.engine import Engine

from cocreate.db import db, transaction
from cocreate.errors import Conflict, Ended, Forbidden, Invalid, Refused
from cocreate.models.mails import Outbox, Reminder
from cocreate.models.projects import Member
from cocreate.models.records import Event, EventDetail
from cocreate.services import contributions, people, progress, records
from cocreate.services.acts.comments import RaiseConcern
from cocreate.services.acts.people import AcceptInvitation, DeclineInvitation
from tests.support import stories
from tests.support.clock import NOON
from tests.support.people import someone
from tests.support.projects import key
from tests.support.run import ROOT
from tests.support.stories import facts


class TestTheWholeWay:
    def test_from_open_to_agreed(self, small):
        receipts = [step.do(key()) for step in stories.whole(small)]
        assert (receipts[-1].stage, facts(small).project.outcome) == ("agreed", "agreed")
        assert [receipt.seq for receipt in receipts] == list(range(receipts[0].seq, receipts[0].seq + len(receipts)))
        assert records.check(db.session, facts(small).project.id) is None

    def test_each_act_is_one_event_with_its_details(self, small):
        before = counted(small, Event, EventDetail)
        for step in stories.whole(small):
            step.do(key())
            after = counted(small, Event, EventDetail)
            assert [new - old for old, new in zip(before, after, strict=True)] == [1, 1], step.name
            before = after


class TestWrites:
    @pytest.mark.postgres
    def test_no_row_twice_in_one_statement(self, small):
        """PostgreSQL keeps one of the two and does not say which."""
        sent = []
        with listening(before_cursor_execute=lambda _connection, _cursor, sql, values, *_: sent.append((sql, values))):
            person = invited(small)
            invited(small, person, parts=("champion", "signatory"))
            with transaction() as session:
                progress.act(session, small.ref, AcceptInvitation(person, "Thomas", "hash"), actor=None, key=key(),
                             now=NOON)
            for step in stories.whole(small):
                step.do(key())
        written = [written_rows(sql, values) for sql, values in sent if sql.startswith("WITH moved AS ")]
        if db.engine.dialect.name == "postgresql":
            assert len(written) > 30 and all(len(rows) > 1 for rows in written)
        assert [rows for rows in written if len(set(rows)) < len(rows)] == []

    def test_that_is_seen_in_a_statement(self):
        sql = ('WITH moved AS (UPDATE project SET "version" = $1 WHERE id = $2 AND version = $3 RETURNING 1), '
               'w0 AS (INSERT INTO event ("project_id", "seq") VALUES ($4, $5)), '
               'w1 AS (UPDATE event SET "hash" = r."hash" FROM jsonb_to_recordset($6::jsonb) AS r("seq" INTEGER))')
        assert written_rows(sql, ["2", "7", "1", "7", "2", '[{"project_id":7,"seq":2},{"project_id":7,"seq":3}]']) == [
            ("event", "7", "2"), ("event", "7", "2"), ("event", "7", "3")]


class TestStatements:
    """The lock, the facts and two writes on PostgreSQL; SQLite needs one for each table."""

    @pytest.mark.parametrize("tasks", [2, pytest.param(60, marks=pytest.mark.long)])
    def test_few_whatever_the_size_of_the_project(self, app, tasks):
        with app.app_context():
            small = stories.opened(tasks)
            found = defaultdict(set)
            for step in stories.whole(small):
                with counting_acts() as counts:
                    step.do(key())
                found[step.name] |= set(counts)
            if db.engine.dialect.name == "postgresql":
                assert found.pop("sign") == {6}  # it reads what the contract makes a duty
                assert set().union(*found.values()) <= {3, 4}
            else:
                assert max(found.pop("submit")) <= 12  # it writes to most tables; the next test has them all
                assert max(set().union(*found.values())) <= 10

    def test_a_submission_that_touches_everything(self, small):
        """A later version with a draft, figures and a file: no act writes to more tables."""
        stories.submit(small, "offer", files=(stories.file(small),))
        stories.return_(small, "offer")
        draft = stories.save(small, "offer", 0, "0.90")
        with counting_acts() as counts:
            stories.submit(small, "offer", draft=draft, files=(stories.file(small, b"%PDF-1.7 second"),))
        assert counts == [4 if db.engine.dialect.name == "postgresql" else 13]

    def test_what_is_cancelled_and_planned_anew_is_one_more(self, small):
        """Only where one subject ends and begins in the same act, as where somebody is invited for more."""
        written = []
        with listening(before_cursor_execute=lambda _connection, _cursor, sql, *_: written.append(sql[:5] == "WITH ")):
            person = invited(small)
            first, written[:] = sum(written), []
            invited(small, person, parts=("champion", "signatory"))
        assert (first, sum(written)) == ((2, 3) if db.engine.dialect.name == "postgresql" else (0, 0))


class TestKeys:
    def test_the_same_again_answers_the_same_and_does_nothing(self, small):
        proof = stories.file(small)
        for act, task in ((stories.submit, "credit"), (stories.take_back, "credit"), (stories.submit, "credit"),
                          (stories.return_, "credit"), (stories.submit, "credit"), (stories.accept, "credit"),
                          (stories.submit, "offer"), (stories.accept, "offer")):
            more = {"seen": stories.instance(small, task).number} if act is stories.submit else {}
            files = {"files": (proof,)} if (act, task) == (stories.submit, "offer") else {}
            same = partial(act, small, task, under=key(), **more, **files)
            first, before = same(), stories.everything(small)
            assert same() == first
            assert stories.everything(small) == before, (act.__name__, task)

    def test_another_request_under_a_used_key(self, small):
        stories.submit(small, "credit", under="used")
        with pytest.raises(Conflict, match=r"key\.used"):
            stories.submit(small, "returns", under="used")

    def test_another_person_under_a_used_key(self, small):
        colleague = stories.colleague(small, 1)
        stories.submit(small, "credit", under="used")
        with pytest.raises(Conflict, match=r"key\.used"):
            stories.submit(small, "credit", seen=0, under="used", actor=colleague)

    def test_other_answers_under_a_used_key(self, small):
        stories.submit(small, "ramp_0", under="used")
        with pytest.raises(Conflict, match=r"key\.used"):
            stories.submit(small, "ramp_0", seen=0, given=stories.answers("ramp_0", mass="1.51"), under="used")

    def test_a_refusal_leaves_the_key_free(self, small):
        with pytest.raises(Refused):
            stories.go_on(small, "to_terms", under="free")
        stories.give_all(small)
        for party in (1, 2):
            stories.decide(small, "picture", party)
        assert stories.go_on(small, "to_terms", under="free").stage == "terms"

    def test_one_that_a_person_sent_is_never_in_the_way_of_the_systems_own(self, small):
        """Who names his form like the seal to come would else keep it away."""
        stories.submit(small, "returns", under="seal-secrecy-1-of-1")
        with transaction() as session:
            receipt = progress.act(session, small.ref, RaiseConcern(), actor=None, key="seal-secrecy-1-of-1", now=NOON)
        assert receipt.seq == facts(small).project.version

    def test_a_key_of_one_project_is_free_in_another(self, small):
        other = stories.another(small)
        assert stories.submit(small, "ramp_0", under="same").seq == stories.submit(other, "ramp_0", under="same").seq


class TestClock:
    """P-12: the record goes forward, whatever the clocks of the machines do."""

    @pytest.mark.parametrize("back", [timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1),
                                      timedelta(days=400)], ids=str)
    def test_that_goes_back_dates_no_event_before_the_last(self, small, back):
        stories.submit(small, "credit", now=NOON + timedelta(hours=2))
        stories.take_back(small, "credit", now=NOON + timedelta(hours=2) - back)
        stories.submit(small, "credit", now=NOON + timedelta(hours=3))
        times = [event.at for event in rows(small, Event)][-3:]
        assert times == [NOON + timedelta(hours=hours) for hours in (2, 2, 3)]
        assert records.check(db.session, facts(small).project.id) is None

    def test_that_goes_back_moves_nothing_that_is_only_read(self, small):
        stories.submit(small, "credit", now=NOON + timedelta(hours=2))
        assert facts(small, now=NOON).now == NOON


class TestNothing:
    @pytest.mark.parametrize("fails", [
        lambda small: stories.submit(small, "credit", seen=4),
        lambda small: stories.submit(small, "offer", given=stories.answers("ramp_0")),
        lambda small: stories.submit(small, "credit", actor=small.shop),
        lambda small: stories.go_on(small, "to_terms"),
        lambda small: stories.go_on(small, "nowhere"),
        lambda small: stories.decide(small, "picture", 1),
    ])
    def test_is_written_by_an_act_that_is_refused(self, small, fails):
        before = stories.everything(small)
        with pytest.raises((Conflict, Invalid, Forbidden, Refused)):
            fails(small)
        assert stories.everything(small) == before

    def test_remains_of_an_act_that_others_follow_and_fail(self, small):
        before = stories.everything(small)
        with pytest.raises(Conflict), transaction() as session:
            for _ in range(2):
                contributions.submit(session, small.ref, task="ramp_0", party=2, seen=0, draft=0,
                                     answers=stories.answers("ramp_0"), actor=small.shop, key=key(), now=NOON)
        assert stories.everything(small) == before


class TestInvitations:
    @pytest.mark.parametrize(("answer", "moments"), [
        (lambda person: AcceptInvitation(person, "Tom", "hash"), (NOON, None, None)),
        (lambda person: DeclineInvitation(person, "hash"), (None, NOON, NOON)),
    ])
    def test_an_answer_ends_the_link(self, small, answer, moments):
        person = invited(small)
        with transaction() as session:
            progress.act(session, small.ref, answer(person), actor=None, key=key(), now=NOON)
        row = member(small, person)
        assert row.token_sha256 is None
        assert (row.accepted_at, row.declined_at, row.left_at) == moments

    def test_invited_again_with_other_parts(self, small):
        person = invited(small)
        old = member(small, person).token_sha256
        again = invited(small, person, parts=("champion", "signatory"))
        row = member(small, again)
        assert (again, row.parts.split()) == (person, ["champion", "signatory"])
        assert row.token_sha256 not in (None, old)

    def test_invited_again_after_no(self, small):
        person = invited(small)
        with transaction() as session:
            progress.act(session, small.ref, DeclineInvitation(person, "hash"), actor=None, key=key(), now=NOON)
        invited(small, person)
        row = member(small, person)
        assert (row.declined_at, row.left_at) == (None, None)
        assert row.token_sha256

    def test_answered_twice(self, small):
        person = invited(small)
        accepting = AcceptInvitation(person, "Tom", "hash")
        with transaction() as session:
            progress.act(session, small.ref, accepting, actor=None, key=key(), now=NOON)
        with pytest.raises(Ended), transaction() as session:
            progress.act(session, small.ref, accepting, actor=None, key=key(), now=NOON)


class TestMailsAndReminders:
    def test_an_act_leaves_its_mails_with_its_number(self, small):
        receipt = stories.submit(small, "credit")
        found = rows(small, Outbox, Outbox.seq == receipt.seq)
        assert {(mail.kind, mail.recipient, mail.subject, mail.state) for mail in found} == {
            ("submitted", small.shop, "task:credit:1", "waiting"),
            ("submitted", small.manager, "task:credit:1", "digest")}

    def test_nobody_is_reminded_of_what_is_done(self, small):
        planned = [reminder for reminder in reminders(small) if reminder.state == "planned"]
        stories.submit(small, "credit")
        assert planned
        assert {(reminder.subject, reminder.state) for reminder in reminders(small)} == {
            ("task:credit:1", "cancelled"), ("check:credit:1", "planned")}

    def test_what_comes_back_is_reminded_of_again(self, small):
        stories.submit(small, "credit")
        stories.take_back(small, "credit")
        assert {(reminder.subject, reminder.state) for reminder in reminders(small)} == {
            ("task:credit:1", "planned"), ("check:credit:1", "cancelled")}


class TestCompleteness:
    """P-22, in the whole run: see tests/support/recorded.py. Here, that it is watched."""

    def test_no_commit_of_a_story_changes_a_project_without_an_event(self, app, watch):
        before = watch.seen
        with app.app_context():
            small = stories.opened(2)
            stories.colleague(small, 2)
            stories.save(small, "credit", 0, "1")
            stories.submit(small, "credit", draft=1)
            stories.take_back(small, "credit")
            for step in stories.whole(small):
                step.do(key())
        assert watch.seen - before > 30

    @pytest.mark.parametrize("statement", [
        "UPDATE project SET title = 'x'", "UPDATE task SET reason = 'x'", "DELETE FROM comment",
        "INSERT INTO affected_group SELECT * FROM affected_group WHERE 1 = 0"])
    def test_one_that_does_would_not_pass(self, small, watch, statement):
        sly = {}
        exec(compile("def sly(session, statement): session.execute(statement)", str(ROOT / "cocreate" / "sly.py"),  # noqa: S102
                     "exec"), sly)
        with pytest.raises(AssertionError, match=r"without an event: \w+ by sly"), transaction() as session:
            sly["sly"](session, text(statement))
        watch.broken.pop()
        with transaction() as session:
            session.execute(text("UPDATE task SET reason = reason WHERE 1 = 0"))  # a test's own hand


# what the tests ask


def written_rows(sql, values):
    """(table, primary key) of every row that one statement of PostgreSQL writes, but what is cancelled."""
    found = []
    for part in re.split(r"\w+ AS \((?=INSERT|UPDATE|DELETE)", sql)[1:]:
        table = re.match(r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)", part)[1]
        keys = [column.name for column in db.metadata.tables[table].primary_key]
        if several := re.search(r"jsonb_to_recordset\(\$(\d+)", part):
            rows = json.loads(values[int(several[1]) - 1])
        elif into := re.match(r"INSERT INTO \w+ \((.*?)\) VALUES \((.*?)\)", part):
            names, places = (re.findall(r"\w+", one) for one in into.groups())
            rows = [{name: values[int(place) - 1] for name, place in zip(names, places, strict=True)}]
        else:
            rows = [{name: values[int(place) - 1] for name, place in re.findall(r'"(\w+)" = \$(\d+)', part)}]
        found += [(table, *(str(row[key]) for key in keys)) for row in rows if row.keys() >= set(keys)]
    return found


def invited(small, person=None, parts=("contributor",)):
    with transaction() as session:
        email = someone(session).email if person is None else session.get(people.Person, person).email
        return people.invite(session, small.ref, party=2, email=email, name="Tom Baker", parts=parts, greeting="Hello",
                             actor=small.shop, key=key(), now=NOON).values["person"]


def member(small, person):
    return rows(small, Member, Member.person == person)[0]


def reminders(small):
    return rows(small, Reminder, Reminder.subject.like("%:credit:1"))


def rows(small, model, *where):
    project = facts(small).project.id
    db.session.expunge_all()
    return list(db.session.scalars(select(model).where(model.project_id == project, *where)
                                   .order_by(*model.__table__.primary_key)))


def counted(small, *models):
    project = facts(small).project.id
    return [db.session.scalar(select(func.count()).select_from(model).where(model.project_id == project))
            for model in models]


@contextmanager
def counting_acts():
    """How many statements each transaction had in which an act wrote its event."""
    counts, running = [], []

    def ended(_connection):
        if any(re.search(r"INTO event\b", sql) for sql in running):
            counts.append(len(running))
        running.clear()

    def sent(_connection, _cursor, sql, *_):
        if not sql.startswith(("BEGIN", "PRAGMA")):
            running.append(sql)

    with listening(before_cursor_execute=sent, commit=ended, rollback=ended):
        yield counts


@contextmanager
def listening(**listeners):
    """To what is sent to the databases, and when a transaction ends."""
    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)


@pytest.fixture
def small(app):
    with app.app_context():
        yield stories.opened(2)
