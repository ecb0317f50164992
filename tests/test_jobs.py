"""The scheduler on real databases: nothing is lost, nothing is sent twice for nothing, one does each job."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from cocreate import clock, jobs
from cocreate.db import db, transaction
from cocreate.models.mails import AccountMail, Lease, Outbox
from cocreate.models.people import Person
from cocreate.models.work import Task
from cocreate.services import digests, leases, outbox
from tests.support.lighting import add, lighting, mail, reminder
from tests.support.stories import at_once

PAST = datetime(2027, 3, 1, 12, tzinfo=UTC)


class TestTick:
    def test_sends_what_waits(self, place, clock, smtp):
        app = place(smtp=smtp.url)
        waiting(app, mails=3)
        jobs.tick(app)
        assert len(smtp.received) == 3
        assert states(app) == {"sent": 3}

    def test_a_due_reminder_goes_out_in_the_same_tick(self, place, clock, smtp):
        app = place(smtp=smtp.url)
        with app.app_context(), transaction() as session:
            room = lighting(session)
            reminder(session, room, person=room.renee, due_at=PAST)
        jobs.tick(app)
        jobs.tick(app)
        assert [one.message["Subject"] for one in smtp.received] == ["In 4 days: Total cost today (Garage lighting)"]

    def test_asks_joined_to_one_mail_do_not_end_with_its_cause(self, place, clock, smtp):
        app = place(smtp=smtp.url, mode="production", secret="s" * 40, base_url="https://cocreate.example", proxies="0",
                    sender="cocreate@cocreate.example")
        clock.go(hours=3)  # in the morning in New York
        with app.app_context(), transaction() as session:
            room = lighting(session)
            add(session, room, Task, key="offer", party=2, round=1, state="accepted", since=PAST, due_at=None)
            for seq, task in enumerate(("offer", "cost"), 1):
                mail(session, room, "ask", room.renee, subject=f"task:{task}:2", seq=seq, now=PAST + timedelta(hours=2))
        jobs.tick(app)
        assert states(app) == {"dropped": 1, "sent": 1}
        assert any("Total cost today" in one.message["Subject"] for one in smtp.received)

    def test_mails_of_accounts_too(self, place, clock, smtp):
        app = place(smtp=smtp.url)
        with app.app_context(), transaction() as session:
            room = lighting(session)
            outbox.post_account(session, person_id=room.renee, kind="password_changed", values={"at": PAST}, now=PAST)
        jobs.tick(app)
        assert [one.message["Subject"] for one in smtp.received] == ["Your password was changed"]
        with app.app_context():
            assert db.session.scalars(select(AccountMail.state)).all() == ["sent"]

    def test_greylisted_it_comes_later_under_the_same_id(self, place, clock, smtp):
        app = place(smtp=smtp.url)
        waiting(app, mails=1)
        smtp.refusals.append("450 come back in a minute")
        jobs.tick(app)
        assert (states(app), smtp.received) == ({"waiting": 1}, [])
        clock.go(minutes=2)
        jobs.tick(app)
        assert states(app) == {"sent": 1}
        with app.app_context():
            fixed = db.session.scalars(select(Outbox.message_id)).one()
        assert smtp.received[0].message["Message-ID"] == f"<{fixed}@localhost>"

    def test_a_final_no_stops_with_its_reason(self, place, clock, smtp):
        app = place(smtp=smtp.url)
        waiting(app, mails=2)
        smtp.refusals.append("550 no such person")
        jobs.tick(app)
        assert states(app) == {"failed": 1, "sent": 1}
        with app.app_context():
            assert db.session.scalars(select(Outbox.reply).where(Outbox.state == "failed")).all() == [
                "550 no such person"]

    def test_one_mail_that_cannot_be_written_does_not_stop_the_others(self, place, clock, smtp, caplog):
        app = place(smtp=smtp.url)
        waiting(app, mails=2)
        with app.app_context(), transaction() as session:
            room = lighting(session)
            mail(session, room, "decision_agreed", room.anna, subject="decision:unknown:2")
        jobs.tick(app)
        assert states(app) == {"sent": 2, "waiting": 1}
        assert "could not be written" in caplog.text

    def test_one_that_cannot_be_read_does_not_either(self, place, clock, smtp, caplog):
        app = place(smtp=smtp.url)
        waiting(app, mails=2)
        with app.app_context(), transaction() as session:
            outbox.post_account(session, person_id=lighting(session).anna, kind="sign_in_link",
                                values={"until": "soon", "secret": "x"}, now=clock.moment)
        jobs.tick(app)
        assert states(app) == {"sent": 2}
        with app.app_context():
            assert db.session.execute(select(AccountMail.state, AccountMail.attempts)).one() == ("waiting", 1)
        assert "cannot be read" in caplog.text

    def test_nor_does_one_whose_link_was_locked_under_a_secret_that_is_lost(self, place, clock, smtp, caplog):
        app = place(smtp=smtp.url)
        with app.app_context(), transaction() as session:
            outbox.post_account(session, person_id=lighting(session).anna, kind="sign_in_link",
                                values={"until": clock.moment, "secret": "x"}, now=clock.moment)
        app = place(smtp=smtp.url, secret="another secret, since the first one is lost")
        waiting(app, mails=2)
        jobs.tick(app)
        assert states(app) == {"sent": 2}
        with app.app_context():
            assert db.session.execute(select(AccountMail.state, AccountMail.attempts)).one() == ("waiting", 1)
        assert "locked under another secret" in caplog.text

    def test_no_transaction_is_open_while_a_mail_is_sent(self, place, clock, monkeypatch):
        app, seen = place(), []
        waiting(app, mails=2)

        monkeypatch.setattr(os, "fsync", lambda _file: seen.append(db.session().in_transaction()))
        jobs.tick(app)
        assert seen == [False, False]

    def test_a_job_that_fails_does_not_stop_the_next(self, place, clock, caplog):
        def fail(_turn):
            raise RuntimeError("broken")

        app = place()
        waiting(app, mails=1)
        jobs.tick(app, [jobs.Job("broken", fail), *jobs.JOBS])
        assert states(app) == {"sent": 1}
        assert "job broken failed" in caplog.text
        with app.app_context():
            ran = dict(db.session.execute(select(Lease.job, Lease.ran_at)).all())
        assert ran["broken"] is None
        assert ran["mails"] is not None


    def test_a_database_that_is_away_is_one_line_and_not_one_for_each_job(self, new_app, caplog):
        scheduler = jobs.Scheduler(new_app("postgresql://nobody@127.0.0.1:1/nothing"))
        scheduler.tick()
        said = [(one.exc_info, one.getMessage()) for one in caplog.records if one.name == "cocreate.jobs"]
        assert len(said) == 1 and said[0][0] is None
        assert said[0][1].startswith("the database does not answer: ") and "\n" not in said[0][1]


class TestSeveral:
    def test_only_one_does_a_job(self, place, clock):
        app = place()
        first, second = jobs.Scheduler(app), jobs.Scheduler(app)
        first.tick()
        waiting(app, mails=1)
        second.tick()
        assert states(app) == {"waiting": 1}
        first.tick()
        assert states(app) == {"sent": 1}

    def test_a_paused_one_that_comes_back_stops(self, place, clock, monkeypatch):
        app = place()
        first, second = jobs.Scheduler(app), jobs.Scheduler(app)
        first.tick()
        expire_leases(app)
        second.tick()
        waiting(app, mails=1)
        monkeypatch.setattr(jobs.time, "monotonic", lambda real=time.monotonic: real() + 3600)
        first.tick()
        assert states(app) == {"waiting": 1}
        second.tick()
        assert states(app) == {"sent": 1}

    def test_five_at_once_send_each_mail_once(self, place, clock, smtp):
        app = place(smtp=smtp.url)
        waiting(app, mails=30)
        threads = [threading.Thread(target=jobs.tick, args=[app]) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        jobs.tick(app)
        ids = [one.message["Message-ID"] for one in smtp.received]
        assert (len(ids), len(set(ids))) == (30, 30)

    @pytest.mark.long
    def test_of_five_processes_one_sends_and_another_takes_over_from_a_dead_one(self, place):
        """P-13: within two leases."""
        app = place()
        waiting(app, mails=30)
        running = [child(app, "jobs.run(app)") for _ in range(5)]
        try:
            until_sent(app, 30, seconds=300)
            dead = next(one for one in running if one.pid == holder_of(app, "mails"))
            dead.kill()
            waiting(app, mails=1)
            until_sent(app, 31, seconds=2 * leases.LIFE.total_seconds())
            assert holder_of(app, "mails") in {one.pid for one in running if one is not dead}
        finally:
            for one in running:
                one.terminate()
        assert sorted(one.wait(timeout=120) for one in running) == [-signal.SIGKILL, 0, 0, 0, 0]
        assert sorted(sent(app).values()) == [1] * 31


class TestDigests:
    """P-10, P-13 for digests: one per reader and day, whoever makes them and whoever dies over it."""

    def test_two_without_a_lease_make_each_once(self, place, clock):
        app = place()
        people = readers(app, 3)

        def make():
            with transaction() as session:
                return digests.claim_due(session, TUESDAY, 2)

        for outcomes in (at_once(app, make, make, make) for _ in range(20)):
            assert not [one for one in outcomes if isinstance(one, Exception)]
            if not any(outcomes):
                break
        assert made(app) == dict.fromkeys(people, 1)

    def test_a_killed_one_is_made_by_the_next(self, place, clock):
        app = place()
        people = readers(app, 1)
        with app.app_context():
            digests.claim_due(db.session(), TUESDAY)
            db.session.rollback()  # killed before its commit
        with app.app_context(), transaction() as session:
            digests.claim_due(session, TUESDAY)
        assert made(app) == dict.fromkeys(people, 1)

    def test_after_a_weekend_without_a_scheduler_there_is_one(self, place, clock):
        app = place()
        people = readers(app, 1)
        clock.moment = TUESDAY + timedelta(days=7)
        jobs.tick(app)
        jobs.tick(app)
        assert made(app) == dict.fromkeys(people, 1)


TUESDAY = datetime(2027, 3, 2, 14, tzinfo=UTC)  # nine in New York, where all of them are


def readers(app, projects):
    """The champions of some projects, each with a line for the digest."""
    found = []
    with app.app_context(), transaction() as session:
        for _ in range(projects):
            room = lighting(session)
            found.append(room.renee)
            session.add(Outbox(**outbox.row(room.id, room.host_id, 1, "gone_on", room.renee, "stage:today", {}, PAST,
                                            state=outbox.FOR_DIGEST)))
    return found


def made(app):
    """How many digests each person got."""
    with app.app_context():
        return dict(db.session.execute(select(AccountMail.person_id, func.count()).where(AccountMail.kind == "digest")
                                       .group_by(AccountMail.person_id)).all())


class TestKilled:
    @pytest.mark.parametrize(("mails", "deaths"), [
        (6, (3, 1)),
        pytest.param(600, tuple(number % 19 + 1 for number in range(30)), marks=pytest.mark.long)])
    def test_nothing_is_lost_and_what_comes_twice_has_one_id(self, place, mails, deaths):
        app = place()
        waiting(app, mails=mails)
        kills = 0
        for number in deaths:  # dies after its n-th mail, between the yes and our commit
            killed = child(app, f"""
                import os, signal
                from cocreate.mail import Files
                real, sent = Files.deliver, []
                def deliver(self, message, to):
                    reply = real(self, message, to)
                    sent.append(to)
                    if len(sent) == {number}:
                        os.kill(os.getpid(), signal.SIGKILL)
                    return reply
                Files.deliver = deliver
                jobs.tick(app)
            """)
            kills += killed.wait() == -signal.SIGKILL
            expire_leases(app)
        jobs.tick(app)
        assert kills == len(deaths)
        assert states(app) == {"sent": mails}
        ids = sent(app)
        assert len(ids) == mails
        assert ids.total() - mails <= kills

    def test_asked_to_stop_it_ends_and_lets_go(self, place):
        app = place()
        waiting(app, mails=1)
        running = child(app, "jobs.run(app)")
        until = time.monotonic() + 30
        while states(app) != {"sent": 1} and time.monotonic() < until:
            time.sleep(0.05)
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=20) == 0
        assert states(app) == {"sent": 1}
        with app.app_context():
            now = datetime.now(UTC)
            assert all(lease.expires_at <= now for lease in db.session.scalars(select(Lease)))


def child(app, code):
    """A process of its own with the same settings, that runs ``code``."""
    settings = app.config["SETTINGS"]
    lines = "\n".join(line.removeprefix(" " * 16) for line in code.splitlines())
    start = (
        "from cocreate import create_app, jobs\nfrom cocreate.settings import Settings\n"
        f"app = create_app(Settings(data={settings.data!r}, database={settings.database!r}, "
        f"base_url='http://localhost'))\n")
    return subprocess.Popen([sys.executable, "-W", "ignore", "-c", start + lines],
                            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})


def waiting(app, *, mails):
    """Mails that wait, and no digest: by the real clock a Monday morning would bring some."""
    with app.app_context(), transaction() as session:
        room = lighting(session)
        session.execute(update(Person).values(digest="never"))
        for seq in range(1, mails + 1):
            mail(session, room, "resumed", room.anna, seq=seq, subject="stage:today", now=clock.now())


def states(app):
    with app.app_context():
        found = dict(db.session.execute(select(Outbox.state, func.count()).group_by(Outbox.state)).all())
        db.session.rollback()
        return found


def until_sent(app, number, *, seconds):
    until = time.monotonic() + seconds
    while states(app) != {"sent": number} and time.monotonic() < until:
        time.sleep(0.05)
    assert states(app) == {"sent": number}


def sent(app):
    """How often each Message-ID went out."""
    return Counter(message_from_bytes(path.read_bytes(), policy=policy.default)["Message-ID"]
                   for path in (Path(app.config["SETTINGS"].data) / "mail").glob("*.eml"))


def holder_of(app, job):
    """The process that does it."""
    with app.app_context():
        return int(db.session.scalars(select(Lease.holder).where(Lease.job == job)).one().split(":")[1])


def expire_leases(app):
    """As if an hour went by."""
    with app.app_context(), transaction() as session:
        session.execute(update(Lease).values(expires_at=PAST - timedelta(days=400)))
        for table in (Outbox, AccountMail):
            session.execute(update(table).values(lease_until=None))


@pytest.fixture
def place(fresh_database, new_app):
    """``place(smtp=...)``: an application on a database of its own."""
    return lambda **settings: new_app(fresh_database, **settings)
