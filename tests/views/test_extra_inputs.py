"""P-03: inputs that no form has change nothing, be they named like any column of any table.

Two tenants do the same; one of them sends, with every form, every column's name with an id or a word of the other.
"""

import json
from datetime import date

import pytest
from sqlalchemy import select

from cocreate.db import db
from cocreate.services import hosts, people
from tests.support import projects, stories
from tests.support.clock import NOON
from tests.support.people import entered, someone
from workflows.progression import subject

COLUMNS = sorted({column.name for table in db.metadata.tables.values() for column in table.columns})
SECRET = {"salt", "personal_salt", "hash", "prev_hash", "details_sha256", "head", "ref", "message_id", "details",
          "token_sha256", "email", "skeleton", "personal_sha256", "body", "request_sha256", "key_sha256"}
TABLES = ("project", "party", "member", "task", "contribution", "draft", "figure", "decision", "document",
          "document_version", "comment", "nudge", "proposal", "event_detail")


def test_other_inputs_change_nothing(app, session, clock):
    plain, attacked = (projects.open_small(session, definition=stories.definition()) for _ in range(2))
    session.commit()
    outcomes = []
    for small, extra in ((plain, {}), (attacked, hostile(session, plain))):
        outcomes.append(play(app, small, extra))
        session.rollback()
    assert outcomes[0] == outcomes[1]
    assert outcomes[0].count(303) >= 15  # the forms were right, so something could have been changed
    expected, found = (content(session, small) for small in (plain, attacked))
    for table, rows in expected.items():
        assert found[table] == rows, table


def test_nor_in_an_account_at_a_host_or_among_people(app, session):
    small, other = (projects.open_small(session) for _ in range(2))
    administrator, hand = someone(session, "Petra"), someone(session, "Hand")
    hosts.employ(session, small.host_id, administrator.id, hosts.ADMINISTRATOR, now=NOON)
    people.invite(session, small.ref, party=2, email=hand.email, name="Hand", parts=("observer",), greeting="",
                  actor=small.shop, key=projects.key(), now=NOON)
    session.commit()
    extra = hostile(session, other) | {"email": "mallory@evil.example", "role": "administrator"}
    for email, path, sent, may in (
        (small.emails[small.shop], "/account",
         {"name": "Claire R", "addressed": "", "language": "en", "zone": "Asia/Tokyo", "numbers": "", "theme": "dark",
          "digest": "weekly"}, {"person": {"name", "zone", "theme", "digest", "addressed", "numbers"}}),
        (administrator.email, "/admin/host",
         {"name": "Crate House", "country": "DE", "zone": "Europe/Berlin", "days": ["1", "2"], "second_step": "choice",
          "opens": [str(small.manager)], "legal_note": "Register 7", "sender_name": "", "sender_address": "",
          "greeting": "", "days_off": ""},
         {"host": {"name", "country", "zone", "working_days", "legal_note", "attach_signed"},
          "host_member": {"opens"}}),
        (small.emails[small.shop], f"/p/{small.ref}/people/{hand.id}/parts", {"parts": ["observer", "contributor"]},
         {"member": {"parts"}, "project": {"version", "head"}})):
        before = everything(session)
        assert entered(app, email).post(path, data=extra | sent).status_code == 303, path
        changed = differences(before, everything(session))
        assert changed and all(columns <= may.get(table, set()) for table, columns in changed.items()), (path, changed)


def everything(session):
    """(table, primary key) -> row, of what tells who may do what."""
    session.rollback()
    tables = [db.metadata.tables[name] for name in ("person", "host", "host_member", "member", "party", "project")]
    return {(table.name, *(row[column.name] for column in table.primary_key)): dict(row)
            for table in tables for row in session.execute(select(table)).mappings()}


def differences(before, after):
    """Table -> columns that changed; a row that came or went counts as all of its columns."""
    found = {}
    for key in before.keys() | after.keys():
        old, new = before.get(key, {}), after.get(key, {})
        if columns := {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}:
            found.setdefault(key[0], set()).update(columns)
    return found


def hostile(session, other):
    """Every column's name with what another tenant has there."""
    row = session.execute(select(db.metadata.tables["project"]).where(
        db.metadata.tables["project"].c.ref == other.ref)).mappings().one()
    theirs = {"project_id": row["id"], "host_id": row["host_id"], "person": other.shop, "asked": other.shop,
              "actor": other.shop, "owner": other.shop, "ref": other.ref, "stage": "signature", "state": "accepted",
              "sees": -1, "number": 99, "round": 7, "parts": "champion signatory manager", "settled": "true"}
    return {name: str(theirs.get(name, other.host_id)) for name in COLUMNS}


def play(app, small, extra):
    """One story through the pages; the status of every answer. None: an input of the form that stays empty."""
    said = []

    def room(person):
        client = entered(app, small.emails[person])

        def post(path, **data):
            sent = {name: text for name, text in {**extra, **data}.items() if text is not None}
            answer = client.post(f"/p/{small.ref}{path}", data=sent)
            said.append(answer.status_code)
            return answer
        return post

    shop, maker = room(small.shop), room(small.maker)
    given = {"f-crates": "9000", "f-crates-grade": "estimated", "f-crates-source": "Ramp, 2026"}
    offer = {"f-price": "1", "f-price-year": "2027", "f-margin": "12"}
    credit = {"f-amount": "0.80", "f-amount-currency": "EUR", "f-amount-year": "2027", "f-places-0-place": "Oslo",
              "f-places-0-lorries": "2"}
    shop("/tasks/returns/draft", party=2, draft=0, seen=0, **given)
    shop("/tasks/returns", party=2, draft=1, seen=0, key="a" * 20, **given)
    shop("/tasks/returns/take-back", party=2, seen=1, key="b" * 20)
    shop("/tasks/returns", party=2, draft=0, seen=1, key="c" * 20, reply=None, **given)
    maker("/tasks/returns/return", party=2, seen=2, key="d" * 20, reason="Only one ramp, it seems.", marked="crates")
    shop("/tasks/returns", party=2, draft=0, seen=2, key="e" * 20, unchanged="1", drop="1",
         reply=None)
    maker("/tasks/returns/accept", party=2, seen=3, key="f" * 20)
    maker("/tasks/offer/wait", party=1, outsider="the bank", until=date(2027, 3, 20).isoformat(), key="g" * 20)
    maker("/tasks/offer/wait/end", party=1, key="h" * 20)
    maker("/tasks/offer/help", party=1, text="Which prices do you mean?", who="all", key="i" * 20)
    maker("/tasks/offer", party=1, draft=0, seen=0, key="j" * 20, **offer)
    shop("/tasks/offer/accept", party=1, seen=1, key="k" * 20)
    maker("/tasks/credit", party=1, draft=0, seen=0, key="l" * 20, **credit)
    shop("/tasks/credit/accept", party=1, seen=1, key="m" * 20)
    with app.app_context():
        seen = subject(projects.facts(db.session(), small), "picture")
    maker("/gates/picture", seen=seen, answer="agreed", reason="", wanted="", key="n" * 20)
    maker("/talk", topic="task:returns:2", about="task:returns:2", text="Good to have it.", reply_to=None,
          mentions=None, key="o" * 20)
    shop("/tasks/returns/reopen", party=2, seen=3, reason="Two ramps were left out.", key="p" * 20)
    return said


def content(session, small):
    """The rows of a project, with people by what they are in it and without what is drawn by lot."""
    people = {small.manager: "manager", small.maker: "maker", small.shop: "shop"}
    project = db.metadata.tables["project"]
    identity = session.scalar(select(project.c.id).where(project.c.ref == small.ref))
    found = {}
    for name in TABLES:
        table = db.metadata.tables[name]
        own = table.c.id if name == "project" else table.c.project_id
        rows = session.execute(select(table).where(own == identity)).mappings().all()
        assert all(row["host_id"] == small.host_id for row in rows)
        persons = {column.name for column in table.columns
                   if any(key.column.table.name == "person" for key in column.foreign_keys)}
        drop = SECRET | {"project_id", "host_id", "id", "template_id", "organisation"}
        found[name] = sorted(json.dumps({key: people.get(value, value) if key in persons else value
                                         for key, value in row.items() if key not in drop}, default=str)
                             for row in rows)
    assert len(found["contribution"]) == 5 and found["comment"]
    return found


@pytest.fixture(autouse=True)
def _at_noon(clock):
    """Both stories happen at the same moment."""
