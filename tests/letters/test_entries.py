"""What is written to who has boxes of their own on the canvas of another: an ask, reminders, and no more."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from cocreate.domain.hearing import Subject
from cocreate.models.mails import Outbox
from cocreate.models.work import Task
from cocreate.services import canvases, outbox, reminders
from cocreate.services import letters as reading
from tests.support import projects
from tests.support.clock import NOON
from tests.support.mailed import body, mailed, written
from tests.support.stories import with_boxes

OURS = "entries:board@1:2"


class TestLetters:
    def test_an_ask_comes_when_the_canvas_can_be_written_on(self, session):
        message = mailed(session, small := begun(session), small.shop, "ask")
        assert "Awaited of Aurelis Hotels on 'On one page'" in " ".join(body(message).split())

    @pytest.mark.parametrize(("kind", "words"), [
        ("ask", "an entry in 'What the shop "
                "wins' and 'What worries us'. ● Tornby Furniture submits it then."),
        ("due_soon", "One line in each is enough."),
        ("due_today", "Awaited of Aurelis Hotels on 'On one page'"),
        ("overdue", "an entry of Aurelis Hotels was awaited until Mon 8 Mar in 'What the shop wins' and 'What worries "
                    "us'. Since then ● Tornby Furniture waits."),
        ("escalation", "It holds up ● Tornby Furniture. This is the last reminder: you lead for Aurelis Hotels"),
        ("nudge", "waits for 'On one page' and writes:")])
    def test_each_says_what_and_where(self, session, kind, words):
        small = begun(session)
        row = session.scalars(select(Outbox).where(Outbox.recipient == small.shop, Outbox.kind == "ask")).one()
        context = reading.context(session, outbox.read(row), NOON)
        message = written(replace(context, kind=kind, subject=Subject.parse(OURS), also=()))
        said = " ".join(body(message).split())
        assert words in said and "On one page" in message["Subject"], said
        assert "/tasks/board?party=1" in said and "not submitted" not in said and "Pass it on" not in said
        assert kind == "nudge" or "It stops when Aurelis Hotels has written there." in said


class TestReminders:
    def test_come_until_all_is_written(self, session, small):
        for box in ("wins", "fear"):
            canvases.add(session, small.ref, task="board", party=1, box=box, text="Mud", actor=small.shop,
                         key=projects.key(), now=NOON)
        assert (OURS, small.shop) not in due(session)

    def test_go_to_who_leads_for_the_party(self, session, small):
        assert (OURS, small.shop) in due(session)

    def test_lose_their_cause_with_the_canvas_submitted(self, session, small):
        session.flush()
        session.execute(update(Task).where(Task.key == "board").values(state="submitted"))
        assert OURS not in {subject for subject, _person in due(session)}


def begun(session):
    """The canvas could be written on only after the crates were accepted."""
    small = with_boxes(session, after=["returns"])
    projects.give(session, small, "returns")
    session.flush()
    return small


def due(session, *, days=5):
    """Subject and recipient of the reminders that have become mails by then."""
    session.flush()
    while reminders.claim_due(session, NOON + timedelta(days=days)):  # other tests on this database left some, too
        pass
    return {tuple(row) for row in session.execute(select(Outbox.subject, Outbox.recipient).where(Outbox.seq < 0))}


@pytest.fixture
def small(session):
    return with_boxes(session)
