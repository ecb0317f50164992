"""Mails that wait: claimed once, retried, given up, and only sent while they have a cause and a recipient."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from cocreate import vault
from cocreate.models.contracts import ContractVersion, SigningCode
from cocreate.models.mails import Outbox
from cocreate.models.people import Person
from cocreate.models.projects import Member, Project
from cocreate.models.work import Task
from cocreate.services import hashing, letters, outbox
from tests.support.clock import NOON
from tests.support.lighting import PHILIPS, add, event, lighting, mail

LATER = NOON + outbox.LEASE + timedelta(seconds=1)


class TestRow:
    def test_message_id_is_fixed_and_its_own(self):
        ids = [outbox.row(1, 1, seq, kind, person, "", {}, NOON)["message_id"]
               for seq, kind, person in ((1, "ask", 1), (1, "ask", 1), (2, "ask", 1), (1, "hold", 1), (1, "ask", 2))]
        assert ids[0] == ids[1]
        assert len(set(ids)) == 4

    def test_secret_is_stored_encrypted(self, app):
        stored = outbox.row(1, 1, 1, "invitation", 1, "", {"secret": "token", "more": 2}, NOON)["values"]
        assert "token" not in stored
        assert vault.unlock(json.loads(stored)["secret"]) == "token"

    def test_what_is_no_plain_value_is_refused(self):
        with pytest.raises(TypeError):
            outbox.row(1, 1, 1, "ask", 1, "", {"thing": object()}, NOON)


class TestClaim:
    def test_takes_each_mail_once(self, session, room):
        ids = {mail(session, room, "hold", person) for person in (room.anna, room.renee)}
        assert {claimed.message_id for claimed in claim(session, room)} == ids
        assert claim(session, room) == []

    def test_takes_it_again_when_the_lease_has_ended(self, session, room):
        mail(session, room, "hold", room.anna)
        first, = claim(session, room)
        again, = claim(session, room, LATER)
        assert (again.message_id, again.attempts) == (first.message_id, 2)

    def test_takes_no_more_than_a_batch(self, session, room):
        for seq in range(1, 6):
            mail(session, room, "hold", room.anna, seq=seq)
        # Other tests may have left mails behind on this database; ours are the newest of them.
        session.execute(update(Outbox).where(Outbox.project_id != room.id).values(state="sent"))
        assert len([one for one in outbox.claim(session, NOON, 3) if one.table is Outbox]) == 3

    def test_opens_secrets(self, session, room):
        outbox.post_account(session, person_id=room.renee, kind="reset", values={"secret": "s3", "until": LATER},
                            now=NOON)
        session.flush()
        claimed, = (one for one in outbox.claim(session, NOON, 100) if one.recipient == room.renee)
        assert claimed.values["secret"] == "s3"
        assert "s3" not in repr(claimed)


def test_the_longest_path_of_a_figure_is_a_subject(session, room):
    path = ".".join([*["k" * 40] * 3, "500", "c" * 40])
    mail(session, room, "two_values", room.renee, subject=f"figure:{path}")
    assert only_mail(session, room).subject == f"figure:{path}"


class TestMarks:
    def test_sent_wipes_the_secret(self, session, room):
        mail(session, room, "signing_code", room.grace, secret="123456", version=1)
        claimed, = claim(session, room)
        outbox.mark_sent(session, claimed, NOON, "250 OK")
        row = only_mail(session, room)
        assert (row.state, row.reply, row.sent_at, json.loads(row.values)) == ("sent", "250 OK", NOON, {"version": 1})

    def test_retries_wait_longer_each_time(self, session, room):
        mail(session, room, "hold", room.anna)
        now, waits = NOON, []
        for _ in range(9):
            claimed, = claim(session, room, now)
            outbox.mark_failed(session, claimed, now, "450 later", permanent=False)
            row = only_mail(session, room)
            waits.append((row.next_try - now).total_seconds() / 60)
            now = row.next_try
        assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
        assert only_mail(session, room).reply == "450 later"

    def test_gives_up_after_three_days(self, session, room):
        mail(session, room, "hold", room.anna)
        now = NOON
        while only_mail(session, room).state == "waiting":
            claimed, = claim(session, room, now)
            outbox.mark_failed(session, claimed, now, "450 later", permanent=False)
            last, now = now, only_mail(session, room).next_try
        assert timedelta(hours=72) <= last - NOON < timedelta(hours=73)

    def test_days_in_which_it_was_put_off_do_not_count(self, session, room):
        mail(session, room, "hold", room.anna)
        tuesday = NOON + timedelta(days=4)  # a long weekend later
        claimed, = claim(session, room, tuesday)
        outbox.mark_failed(session, claimed, tuesday, "450 greylisted", permanent=False)
        assert (only_mail(session, room).state, only_mail(session, room).next_try) == (
            "waiting", tuesday + timedelta(minutes=1))

    def test_a_final_no_is_kept_with_its_reply(self, session, room):
        mail(session, room, "invitation", room.anna, secret="token")
        claimed, = claim(session, room)
        outbox.mark_failed(session, claimed, NOON, "550 no such person", permanent=True)
        row = only_mail(session, room)
        assert (row.state, row.reply, row.values) == ("failed", "550 no such person", "{}")

    def test_a_worker_whose_lease_has_ended_changes_nothing(self, session, room):
        mail(session, room, "hold", room.anna)
        late, = claim(session, room)
        current, = claim(session, room, LATER)
        outbox.mark_failed(session, late, LATER, "550 no", permanent=True)
        assert only_mail(session, room).state == "waiting"
        outbox.mark_sent(session, current, LATER, "250 OK")
        outbox.mark_dropped(session, late)
        assert only_mail(session, room).state == "sent"

    def test_given_back_it_is_there_at_once(self, session, room):
        mail(session, room, "hold", room.anna)
        outbox.give_back(session, claim(session, room))
        claimed, = claim(session, room)
        assert claimed.attempts == 1


class TestContext:
    def test_says_who_did_what_and_why(self, session, room):
        event(session, room, actor=room.anna, party=PHILIPS, reason="Only one garage?")
        state(session, room, "returned")
        context = about(session, room, "returned", room.renee, subject="task:cost:2")
        assert (context.sender, context.host, context.reader.zone) == (
            "Anna Berg", "Philips Lighting", "America/New_York")
        assert context.reply_to.startswith("anna.berg")
        assert context.happened.words["reason"] == "Only one garage?"

    def test_leaves_out_what_the_recipient_may_not_read(self, session, room):
        event(session, room, actor=room.anna, party=PHILIPS, sees=4, reason="Between us")  # bit of party 1
        state(session, room, "returned")
        assert about(session, room, "returned", room.renee, subject="task:cost:2").happened.words == {}

    def test_who_has_left_hears_nothing(self, session, room):
        session.execute(update(Member).where(Member.person == room.renee).values(left_at=NOON))
        assert about(session, room, "hold", room.renee) is None

    def test_who_was_deactivated_hears_nothing(self, session, room):
        session.execute(update(Person).where(Person.id == room.renee).values(deactivated_at=NOON))
        assert about(session, room, "hold", room.renee) is None

    def test_who_has_not_accepted_gets_the_invitation_only(self, session, room):
        invite(session, room)
        assert about(session, room, "hold", room.renee) is None
        context = about(session, room, "invitation", room.renee, secret="token")
        assert context.more["greeting"] == "See you on Monday."

    @pytest.mark.parametrize("changes", [
        {"token_sha256": None, "accepted_at": NOON}, {"token_sha256": None, "left_at": NOON},
        {"token_sha256": hashing.digest("newer")}])
    def test_an_invitation_that_was_answered_or_replaced_is_not_sent(self, session, room, changes):
        invite(session, room)
        session.execute(update(Member).where(Member.person == room.renee).values(**changes))
        assert about(session, room, "invitation", room.renee, secret="token") is None

    @pytest.mark.parametrize(("kind", "reached", "still"), [
        ("ask", "open", True), ("ask", "returned", True), ("ask", "submitted", False), ("ask", "accepted", False),
        ("overdue", "open", True), ("overdue", "accepted", False), ("returned", "submitted", False),
        ("submitted", "submitted", True), ("submitted", "returned", False), ("accepted", "accepted", True),
        ("accepted", "superseded", True)])
    def test_what_is_asked_must_still_be_owed(self, session, room, kind, reached, still):
        state(session, room, reached)
        context = about(session, room, kind, room.anna, subject="task:cost:2")
        assert (context is not None) == still

    def test_of_several_asks_those_are_named_that_are_still_owed(self, session, room):
        """Whatever is done first: the mail ends only with the last of them."""
        state(session, room, "accepted")
        also = [("ask", "task:offer:1", 1), ("decision_asked", "decision:common:2", 1)]
        context = about(session, room, "ask", room.renee, subject="task:cost:2", also=also)
        assert (context.kind, str(context.subject), context.also) == ("decision_asked", "decision:common:2", ())
        state(session, room, "open")
        context = about(session, room, "ask", room.renee, seq=2, subject="task:cost:2", also=also)
        # What cannot be decided while it is worked on is mailed anew once it can be.
        assert (str(context.subject), [kind for kind, *_ in context.also]) == ("task:cost:2", [])

    def test_nothing_is_asked_after_the_end(self, session, room):
        session.execute(update(Project).where(Project.id == room.id).values(ended_at=NOON, outcome="declined"))
        assert about(session, room, "ask", room.renee, subject="task:cost:2") is None
        assert about(session, room, "declined", room.renee, seq=2) is not None

    def test_reminders_rest_with_the_project(self, session, room):
        session.execute(update(Project).where(Project.id == room.id).values(hold_until=NOON.date()))
        assert about(session, room, "overdue", room.renee, subject="task:cost:2") is None

    def test_signing_is_asked_of_the_standing_version_only(self, session, room):
        freeze(session, room, 1)
        assert about(session, room, "please_sign", room.grace, subject="signature:1:2") is not None
        assert about(session, room, "please_sign", room.grace, seq=2, subject="signature:2:2") is None

    def test_a_code_that_has_ended_is_not_sent(self, session, room):
        freeze(session, room, 1)
        add(session, room, SigningCode, version=1, person=room.grace, code_hash="h", sent_at=NOON,
            expires_at=NOON + timedelta(minutes=10))
        session.flush()
        mail(session, room, "signing_code", room.grace, subject="contract:1", secret="123456", version=1)
        claimed, = claim(session, room)
        assert letters.context(session, claimed, NOON).more["until"] == NOON + timedelta(minutes=10)
        assert letters.context(session, claimed, NOON + timedelta(minutes=11)) is None

    def test_a_link_that_has_ended_is_not_sent(self, session, room):
        until = NOON + timedelta(minutes=10)
        outbox.post_account(session, person_id=room.renee, kind="sign_in_link",
                            values={"secret": "t", "until": until}, now=NOON)
        session.flush()
        claimed, = (one for one in outbox.claim(session, NOON, 100) if one.recipient == room.renee)
        assert letters.context(session, claimed, NOON) is not None
        assert letters.context(session, claimed, until) is None

    def test_reads_each_project_once(self, session, room, query_counter):
        for person in (room.anna, room.jan, room.renee, room.grace):
            mail(session, room, "hold", person)
        claimed = claim(session, room)
        with query_counter() as counted:
            letters.contexts(session, claimed, NOON)
        assert sum("FROM draft" in statement for statement in counted.statements) <= 1


def claim(session, room, now=NOON):
    """Due mails of this project; others of this database are left alone."""
    session.execute(update(Outbox).where(Outbox.project_id != room.id, Outbox.state == "waiting").values(state="sent"))
    return [one for one in outbox.claim(session, now, 100) if one.project_id == room.id]


def about(session, room, kind, person, *, seq=1, **more):
    message_id = mail(session, room, kind, person, seq=seq, **more)
    claimed, = (one for one in claim(session, room) if one.message_id == message_id)
    return letters.context(session, claimed, NOON)


def only_mail(session, room):
    session.expire_all()
    return session.scalars(select(Outbox).where(Outbox.project_id == room.id)).one()


def state(session, room, reached):
    session.execute(update(Task).where(Task.project_id == room.id).values(state=reached))


def invite(session, room):
    session.execute(update(Member).where(Member.person == room.renee).values(
        accepted_at=None, token_sha256=hashing.digest("token"), greeting="See you on Monday.", invited_by=room.anna,
        invited_at=NOON, expires_at=NOON + timedelta(days=14)))


def freeze(session, room, number):
    add(session, room, ContractVersion, number=number, state="frozen", text="{}", content_sha256="c" * 64,
        text_sha256="3f9a77c2" * 8, pdf_sha256="b" * 64, clauses=4, sees=-1, frozen_at=NOON)
    session.flush()


@pytest.fixture
def room(session):
    return lighting(session)
