"""The record: who sees which line, and that no alteration of it goes unnoticed."""

import json
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cocreate.db import WRITES, db, table_of
from cocreate.domain.chain import Break, commitment
from cocreate.models.projects import Project
from cocreate.models.records import Event, EventDetail
from cocreate.models.work import Contribution
from cocreate.services import records
from migrations.triggers import drop_triggers
from tests.support import stories
from tests.support.projects import key
from tests.support.stories import facts
from workflows.facts import Facts

EVENT, DETAIL, PROJECT = table_of(Event), table_of(EventDetail), table_of(Project)
RECEIPT = ("key", "request_sha256", "answer")  # what a repeated request is answered: no part of what happened


class TestLines:
    def test_newest_first_and_dense(self, told):
        lines = records.lines(db.session, facts(told))
        assert [line.seq for line in lines] == list(range(len(lines), 0, -1))

    def test_at_most_so_many(self, told):
        assert len(records.lines(db.session, facts(told), most=3)) == 3

    def test_of_one_kind_of_act(self, told):
        submitted = [one for one in records.lines(db.session, facts(told)) if one.act == "submit"]
        assert records.lines(db.session, facts(told), act="submit") == submitted != []

    def test_say_who_did_what(self, told):
        line = records.lines(db.session, facts(told), most=1)[0]
        assert (line.act, line.party, line.actor, line.details["last"]) == ("sign", 2, "Claire Duval", True)

    def test_details_hold_no_name_and_no_word(self, told):
        """Names and words are erasable, details are not."""
        for body in db.session.scalars(select(EventDetail.details).where(
                EventDetail.project_id == facts(told).project.id)):
            assert not any(words in body for words in ("Ingrid", "Claire", "Tornby", "Aurelis", stories.REASON))

    def test_what_a_reader_may_not_see_is_only_that_it_happened(self, altered):
        altered.set(DETAIL, 5, sees=1 << 2)  # party 1 alone
        mine, theirs = (line_five(altered, facts) for facts in (altered.maker, altered.shop))
        assert mine.act
        assert (theirs.act, theirs.actor, theirs.details, theirs.personal) == ("", "", {}, {})
        assert (theirs.at, theirs.hash) == (mine.at, mine.hash)

    def test_an_erased_name_leaves_the_line(self, altered):
        altered.set(DETAIL, 5, personal=None, personal_salt=None)
        line = line_five(altered, altered.maker)
        assert (line.actor, bool(line.act)) == ("", True)
        assert altered.check() is None

    def test_a_narrower_audience_too(self, altered):
        altered.set(DETAIL, 5, sees=1 << 2)
        assert altered.check() is None


class TestExport:
    def test_a_party_checks_the_whole_chain_and_opens_its_lines(self, told):
        data = json.loads(json.dumps(records.export(db.session, facts(told, person=told.shop))))
        assert data["head"] == [len(data["events"]), data["events"][-1]["hash"]]
        assert [event["seq"] for event in data["events"]] == list(range(1, len(data["events"]) + 1))
        assert {"salt", "details"} <= data["events"][-1].keys()

    def test_what_it_may_not_see_stays_out(self, altered):
        altered.set(DETAIL, 5, sees=1 << 2)
        data = records.export(altered.session, altered.shop)
        assert data["events"][4].keys() == {"seq", "prev_hash", "at_us", "details_sha256", "hash"}

    def test_every_salt_is_drawn_for_one_line_so_that_nobody_can_try_what_was_hidden_or_erased(self, told):
        events = records.export(db.session, facts(told))["events"]
        salts = [event[name] for event in events for name in ("salt", "personal_salt")]
        assert len(events) > 3 and len(set(salts)) == len(salts) == 2 * len(events)


class TestAnswers:
    """What a party gave: committed to for all, opened by itself alone (what a guess is worth to everybody else)."""

    def test_nobody_can_try_what_was_given_by_what_a_record_says(self, told):
        given = _given(told)
        assert len(given) > 2
        for person in (told.maker, told.shop):
            events = records.export(db.session, facts(told, person=person))["events"]
            said = " ".join(event.get("details", "") + (event.get("personal") or "") for event in events)
            for answers in given.values():
                assert sha256(answers.encode()).hexdigest() not in said
                assert not [name for name in re.findall(r"[0-9a-f]{64}", answers) if name in said]

    def test_each_party_opens_its_own_and_no_other(self, told):
        given = _given(told)
        for person, party in ((told.maker, 1), (told.shop, 2)):
            opened = {}
            for event in records.export(db.session, facts(told, person=person))["events"]:
                if "answers" in event:
                    said = json.loads(event["details"])
                    assert commitment(event["answers_salt"], event["answers"]) == said["answers_sha256"]
                    opened[said["task"], said.get("of", said["for"]), said["number"]] = event["answers"]
            assert opened == {name: answers for name, answers in given.items() if name[1] == party}

    def test_changed_in_the_database_are_found_at_their_line(self, altered):
        table = table_of(Contribution)
        rows = altered.session.execute(select(table).where(table.c.project_id == altered.id)).all()
        for row, column in ((row, column) for row in rows for column in ("answers", "salt")):
            with altered.undone():
                altered.session.execute(update(table).where(
                    table.c.project_id == altered.id, table.c.task == row.task, table.c.party == row.party,
                    table.c.number == row.number).values({column: row._mapping[column][::-1]}))
                assert altered.check().why == "answers"


def _given(told):
    """(task, party, number) -> the answers, of every version."""
    rows = db.session.execute(select(Contribution.task, Contribution.party, Contribution.number, Contribution.answers)
                              .where(Contribution.project_id == facts(told).project.id))
    return {(task, party, number): answers for task, party, number, answers in rows}


class TestCheck:
    def test_a_whole_record(self, told):
        assert records.check(db.session, facts(told).project.id) is None

    def test_every_project_or_one(self, told):
        ref, number = told.ref, facts(told).project
        assert records.every_project(db.session, ref) == [(number.id, ref, number.version)]
        assert (number.id, ref, number.version) in records.every_project(db.session)
        assert records.every_project(db.session, "0" * 26) == []

    @pytest.mark.parametrize("column", [column for table in (EVENT, DETAIL) for column in table.columns
                                        if column.name not in ("project_id", "host_id", *RECEIPT)], ids=str)
    def test_an_altered_cell(self, altered, column):
        """Of any row: refused by its references, or found at its line."""
        for seq in altered.seqs:
            with altered.undone():
                try:
                    altered.set(column.table, seq, **{column.name: other(column)})
                except IntegrityError:
                    assert column.name == "seq"
                else:
                    found = altered.check()
                    assert found is not None and found.seq == seq

    @pytest.mark.parametrize("table", [DETAIL, EVENT], ids=["details", "event"])
    def test_a_removed_row(self, altered, table):
        for seq in altered.seqs:
            with altered.undone():
                altered.remove(seq, seq, event=table is EVENT)
                assert altered.check().seq == seq

    def test_two_lines_swapped(self, altered):
        rows = [dict(row._mapping) for row in altered.session.execute(
            select(EVENT).where(EVENT.c.project_id == altered.id).order_by(EVENT.c.seq))]
        altered.remove(1, len(rows))
        rows[3]["seq"], rows[4]["seq"] = 5, 4
        altered.session.execute(insert(EVENT), rows)
        assert altered.check().seq <= 4

    @pytest.mark.parametrize("most", [1, 5])
    def test_a_tail_cut_off(self, altered, most):
        last = altered.seqs[-1] - most
        altered.remove(last + 1, altered.seqs[-1])
        assert altered.check() == Break(last + 1, "head")

    def test_lines_beyond_the_head(self, altered):
        """Somebody turned the project's row back."""
        head = altered.session.scalar(select(EVENT.c.hash).where(EVENT.c.project_id == altered.id, EVENT.c.seq == 4))
        altered.session.execute(update(PROJECT).where(PROJECT.c.id == altered.id).values(version=4, head=head))
        assert altered.check() == Break(5, "head")

    def test_a_line_added_at_the_end(self, altered):
        last = altered.seqs[-1]
        row = altered.session.execute(select(EVENT).where(EVENT.c.project_id == altered.id, EVENT.c.seq == last)).one()
        altered.session.execute(insert(EVENT), [{**row._mapping, "seq": last + 1, "prev_hash": row.hash, "key": key()}])
        assert altered.check().seq == last + 1

    def test_a_chain_made_anew(self, altered):
        """Found by the head that is kept elsewhere."""
        altered.session.execute(update(PROJECT).where(PROJECT.c.id == altered.id).values(head="0" * 64))
        assert altered.check() == Break(altered.seqs[-1], "head")


@dataclass(frozen=True, slots=True)
class Altered:
    """A record without its guards, in a transaction that is never committed."""

    session: Session
    maker: Facts
    shop: Facts

    @property
    def id(self):
        return self.maker.project.id

    @property
    def seqs(self):
        return range(1, self.maker.project.version + 1)

    def set(self, table, seq, /, **values):
        self.session.execute(update(table).where(table.c.project_id == self.id, table.c.seq == seq).values(values))

    def remove(self, first, last, *, event=True):
        for table in (DETAIL, EVENT) if event else (DETAIL,):
            self.session.execute(delete(table).where(table.c.project_id == self.id, table.c.seq.between(first, last)))

    def check(self):
        self.session.expunge_all()
        return records.check(self.session, self.id)

    @contextmanager
    def undone(self):
        point = self.session.begin_nested()
        yield
        point.rollback()


def line_five(altered, facts):
    return next(line for line in records.lines(altered.session, facts) if line.seq == 5)


def other(column):
    """Another value, as somebody would write it who wants it to be true."""
    match column.name:
        case "seq":
            return 900
        case "at":
            return datetime(2027, 3, 1, 11, tzinfo=UTC)
        case "sees":
            return column.op("|")(1 << 50)
        case "party":
            return func.coalesce(column, 0) + 1
        case "format":
            return 2
        case "act":
            return "seal"
        case "details":
            return func.replace(column, '"actor":', '"actor":1')
        case "personal":
            return '{"actor":"Somebody else"}'
    return "f" * 32 if "salt" in column.name else "f" * 64


@pytest.fixture
def told(app):
    """A project with its whole story; the tests leave it as it is."""
    with app.app_context():
        if app not in TOLD:
            TOLD[app] = stories.opened()
            for step in stories.whole(TOLD[app]):
                step.do(key())
        yield TOLD[app]


TOLD = {}


@pytest.fixture
def altered(told):
    maker, shop = (facts(told, person=person) for person in (told.maker, told.shop))
    db.session.rollback()
    with db.engine.connect().execution_options(**{WRITES: True}) as connection:
        drop_triggers(connection)
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield Altered(session, maker, shop)
