"""The scheduler: a process of its own that wakes up, does what is due, and sleeps again.

APScheduler only wakes us. What is due, who does it and what came of it are rows, so a killed scheduler loses nothing
and two of them do nothing twice.
"""

import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from functools import partial
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask
from sqlalchemy.exc import OperationalError

from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.errors import CocreateError
from cocreate.mail import NotDelivered, Transport, compose, transport
from cocreate.papers.copies import COPIES, Copies
from cocreate.rasterising.kept import PREVIEWS, Pictures
from cocreate.services import (
    absences,
    boards,
    digests,
    duties,
    expiring,
    health,
    holds,
    leases,
    letters,
    once,
    outbox,
    pacing,
    passing,
    reminders,
    returned,
    sealings,
    sign_ins,
    sweeping,
    throttling,
)
from cocreate.services.leases import Held
from cocreate.services.letters import MailContext
from cocreate.services.outbox import Claimed
from cocreate.settings import Settings
from cocreate.storage import LocalStore

log = logging.getLogger(__name__)

SECONDS, SECONDS_IN_DEVELOPMENT = 30, 2
RAN_EVERY = 10.0  # seconds
MAILS = 20  # claimed at once: a killed worker keeps so many waiting until their lease ends


@dataclass(slots=True)
class Turn:
    """The right to do one job, kept from tick to tick and renewed when half of its lease is gone."""

    settings: Settings
    held: Held
    stopping: threading.Event
    # Our own clock, not the database's: asking it before every mail would hold a transaction open while we send.
    since: float = field(default_factory=time.monotonic)
    ran: float = -RAN_EVERY

    def goes_on(self) -> bool:
        """Whether we run on and the job is still ours; asked before everything that must not happen in two places."""
        if self.stopping.is_set():
            return False
        before = time.monotonic()
        if before - self.since > leases.LIFE.total_seconds() / 2:
            with transaction() as session:
                held = leases.renew(session, self.held, leases.time(session))
            if held is None:
                log.warning("lost the lease of %s", self.held.job)
                return False
            self.held, self.since = held, before
        return True

    def ended(self) -> None:
        """The job came to its end; written down now and then, for the health page."""
        if time.monotonic() - self.ran < RAN_EVERY:
            return
        with transaction() as session:
            leases.ran(session, self.held, leases.time(session))
        self.ran = time.monotonic()


@dataclass(frozen=True, slots=True)
class Job:
    """Something done at every tick, under a lease of its name."""

    name: str
    work: Callable[[Turn], None]


def expire(turn: Turn) -> None:
    """What a day brings by itself: holds, waits, invitations and days to decide that are over, absences that begin
    and end.
    """
    session, moment = db.session(), now()
    acts = [*(partial(holds.expire, ref=ref, key=key) for ref, key in holds.due(session, moment)),
            *(partial(absences.turn, ref=ref, number=number, key=key)
              for ref, number, key in absences.due(session, moment)),
            *(partial(passing.expire, ref=ref, task=task, party=party, key=key)
              for ref, task, party, key in passing.due(session, moment)),
            *(partial(expiring.expire, ref=ref, given=given, key=key)
              for ref, given, key in expiring.due(session, moment)),
            *(partial(duties.decide_later, ref=ref, given=given, key=key)
              for ref, given, key in duties.due(session, moment))]
    session.rollback()
    for act in acts:
        if not turn.goes_on():
            return
        try:
            with transaction() as writing:
                act(writing, now=moment)
        except CocreateError as refused:  # somebody did it in the same moment
            log.info("%s: %s", act.func.__name__, refused)


def remind(turn: Turn) -> None:
    """Due reminders become waiting mails."""
    while turn.goes_on():
        with transaction() as session:
            if not reminders.claim_due(session, now()):
                return


def digest(turn: Turn) -> None:
    """Whose morning has come gets what happened since the last one."""
    while turn.goes_on():
        with transaction() as session:
            if not digests.claim_due(session, now()):
                return


def send_mails(turn: Turn) -> None:
    """Waiting mails go out, each outside any transaction; what came of each is recorded at once."""
    with transport(turn.settings) as way:
        while turn.goes_on():
            with transaction() as session:
                claimed = outbox.claim(session, now(), MAILS)
            if not claimed:
                return
            contexts = _contexts(claimed)
            known = [mail for mail in claimed if mail.message_id in contexts]
            _send_all(turn, way, _paced(turn.settings, known, contexts), contexts)


def _contexts(claimed: Sequence[Claimed]) -> Mapping[str, MailContext | None]:
    """What each is about; one that cannot be read is tried again later and keeps nobody else waiting."""
    try:
        return letters.contexts(db.session(), claimed, now())
    except Exception:
        log.exception("one of %s mails cannot be read", len(claimed))
    found: dict[str, MailContext | None] = {}
    for mail in claimed:
        try:
            found |= letters.contexts(db.session(), [mail], now())
        except Exception as error:  # noqa: BLE001
            db.session.rollback()
            with transaction() as session:
                outbox.mark_failed(session, mail, now(), f"cannot be read: {error!r}", permanent=False)
    return found


def _paced(settings: Settings, claimed: Sequence[Claimed], contexts: Mapping[str, MailContext | None],
           ) -> tuple[Claimed, ...]:
    """Those that go out now. One that has lost its cause is dropped before others are joined to it."""
    with transaction() as session:
        for mail in claimed:
            if contexts[mail.message_id] is None:
                outbox.mark_dropped(session, mail)
        going = tuple(mail for mail in claimed if contexts[mail.message_id] is not None)
        # Mails that become files disturb nobody, and a demo shall be walked at any hour.
        return pacing.pace(session, going, now()) if settings.production else going


def _send_all(turn: Turn, way: Transport, going: Sequence[Claimed],
              contexts: Mapping[str, MailContext | None]) -> None:
    for place, mail in enumerate(going):
        if not turn.goes_on() or now() >= mail.lease_until:
            with transaction() as session:
                outbox.give_back(session, going[place:])
            return
        if (context := contexts[mail.message_id]) is not None:
            _send(turn.settings, way, mail, letters.joined(context, mail))


def _send(settings: Settings, way: Transport, mail: Claimed, context: MailContext) -> None:
    """One mail; a duplicate can only come from a kill between the server's yes and our commit."""
    try:
        reply = way.deliver(compose(context, settings), context.to)
    except NotDelivered as error:
        log.warning("mail %s (%s) did not go out: %s", mail.message_id, mail.kind, error.reply)
        with transaction() as session:
            outbox.mark_failed(session, mail, now(), error.reply, permanent=error.permanent)
            if error.permanent:
                returned.refused(session, mail, error.reply, now())
    except Exception as error:  # one mail that cannot be written must not stop all others
        log.exception("mail %s (%s) could not be written", mail.message_id, mail.kind)
        with transaction() as session:
            outbox.mark_failed(session, mail, now(), f"our fault: {type(error).__name__}", permanent=False)
    else:
        with transaction() as session:
            outbox.mark_sent(session, mail, now(), reply)
            if context.unreachable:
                returned.arrived(session, context.person)


def seal(turn: Turn) -> None:
    """Contracts that all have signed get the seal of their host."""
    folder = turn.settings.folder
    sealings.run(LocalStore(folder / "files"), folder / "seal", self_made=not turn.settings.production, now=now,
                 goes_on=turn.goes_on)


def tidy(turn: Turn) -> None:
    """What no longer counts goes: ended sessions, tries and answers of yesterday, rows of the board."""
    if turn.goes_on():
        with transaction() as session:
            sign_ins.forget(session, now())
            throttling.forget(session, now())
            boards.forget(session, now())
            once.forget(session, now())


def sweep(turn: Turn) -> None:
    """Once a day files go that no row names."""
    folder = turn.settings.folder
    if turn.goes_on() and (gone := sweeping.sweep(
            LocalStore(folder / "files"), Pictures(folder / PREVIEWS), Copies(folder / COPIES), now=now)):
        log.info("%s files that nothing names are gone", gone)


def check_records(turn: Turn) -> None:
    """Once a night every record is verified; the health page says what came of it, and a mail if one does not fit."""
    if health.check_due(turn.settings.folder, now()):
        broken = health.check_all(db.session(), turn.settings.folder, now=now(), goes_on=turn.goes_on)
        if broken:
            with transaction() as session:
                health.tell(session, turn.settings.folder, now=now())
            log.error("%s records do not fit; the health page of their hosts names them", broken)


JOBS = tuple(map(Job, leases.JOBS, (expire, remind, seal, digest, send_mails, tidy, sweep, check_records)))


class Scheduler:
    """One process that does the jobs, with the leases it holds."""

    def __init__(self, app: Flask, does: Sequence[Job] = JOBS) -> None:
        self.app, self.does, self.stopping = app, does, threading.Event()
        self.holder = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"  # new at every start
        self._turns: dict[str, Turn] = {}

    def tick(self) -> None:
        """Every job once, unless another scheduler is at it. One that fails is logged and does not stop the next; that
        the database is away is said once, in one line.
        """
        said = ""
        for job in self.does:
            with self.app.app_context():
                try:
                    self._do(job)
                except OperationalError as error:
                    if not _away(error):
                        log.exception("job %s failed", job.name)
                    elif said != (said := str(error.orig).partition("\n")[0]):
                        log.error("the database does not answer: %s", said)
                    db.session.rollback()
                except Exception:
                    log.exception("job %s failed", job.name)
                    db.session.rollback()

    def _do(self, job: Job) -> None:
        turn = self._turns.get(job.name)
        if turn is None or not turn.goes_on():
            self._turns.pop(job.name, None)
            turn = self._acquired(job)
        if turn is not None:
            job.work(turn)
            turn.ended()

    def _acquired(self, job: Job) -> Turn | None:
        if self.stopping.is_set():
            return None
        since = time.monotonic()
        with transaction() as session:
            held = leases.acquire(session, job.name, self.holder, leases.time(session))
        if held is None:
            return None
        self._turns[job.name] = Turn(self.app.config["SETTINGS"], held, self.stopping, since)
        return self._turns[job.name]

    def run(self) -> None:
        """Tick until asked to stop; what is under way is finished, what was only claimed is given back."""
        production = self.app.config["SETTINGS"].production
        every = IntervalTrigger(seconds=SECONDS if production else SECONDS_IN_DEVELOPMENT, timezone=UTC)
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # that a tick is still at work is no news
        clockwork = BackgroundScheduler(timezone=UTC)
        clockwork.add_job(self.tick, every, next_run_time=now(), coalesce=True, max_instances=1,
                          misfire_grace_time=None)
        with _signals(self.stopping):
            clockwork.start()
            log.info("scheduler %s runs", self.holder)
            self.stopping.wait()
            clockwork.shutdown(wait=True)
        with self.app.app_context(), transaction() as session:
            leases.release_all(session, self.holder, leases.time(session))


def _away(error: OperationalError) -> bool:
    """Whether it never came to a connection, or that broke: no statement of ours is wrong then."""
    return error.statement is None or error.connection_invalidated


def tick(app: Flask, does: Sequence[Job] = JOBS) -> None:
    """Every job once, as a scheduler of its own that then lets go."""
    scheduler = Scheduler(app, does)
    scheduler.tick()
    with app.app_context(), transaction() as session:
        leases.release_all(session, scheduler.holder, leases.time(session))


def run(app: Flask) -> None:
    Scheduler(app).run()


@contextmanager
def _signals(stopping: threading.Event) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

