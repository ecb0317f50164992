"""Who does a job now: one holder at a time, by rows that both databases have.

``epoch`` counts holders: one that was paused, lost the lease and comes back has an older number and is refused.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.orm import Session

from cocreate import clock
from cocreate.db import insert_into
from cocreate.models.mails import Lease

LIFE = timedelta(seconds=60)
# What a scheduler does at every tick, in this order; each has a lease of its name.
JOBS = ("expiry", "reminders", "sealing", "digests", "mails", "tidying", "sweeping", "records")


@dataclass(frozen=True, slots=True)
class Held:
    """A lease as its holder knows it."""

    job: str
    holder: str
    epoch: int
    expires_at: datetime


def time(session: Session) -> datetime:
    """The moment as the database has it: the schedulers of several machines share one clock."""
    if session.connection().dialect.name != "postgresql":
        return clock.now()
    moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return moment.astimezone(UTC)


def acquire(session: Session, job: str, holder: str, now: datetime) -> Held | None:
    """The lease, new or renewed; None while somebody else has it."""
    until = now + LIFE
    statement = insert_into(session, Lease).values(job=job, holder=holder, epoch=1, expires_at=until)
    mine = Lease.holder == holder
    epoch = session.execute(statement.on_conflict_do_update(
        index_elements=[Lease.job],
        set_={"holder": holder, "expires_at": until,
              # A holder that let it run out may have been taken for dead: it counts as a new one.
              "epoch": Lease.epoch + case((mine & (Lease.expires_at >= now), 0), else_=1)},
        where=mine | (Lease.expires_at < now)).returning(Lease.epoch)).scalar()
    return None if epoch is None else Held(job, holder, epoch, until)


def renew(session: Session, held: Held, now: datetime) -> Held | None:
    """The same lease for longer; None where it was lost meanwhile."""
    until = now + LIFE
    renewed = session.execute(update(Lease).where(*_is(held)).values(expires_at=until).returning(Lease.epoch)).scalar()
    return None if renewed is None else Held(held.job, held.holder, held.epoch, until)


def ran(session: Session, held: Held, now: datetime) -> None:
    """The job came to its end; the health page shows when."""
    session.execute(update(Lease).where(*_is(held)).values(ran_at=now))


def release_all(session: Session, holder: str, now: datetime) -> None:
    """Let the next one have at once what this holder has."""
    session.execute(update(Lease).where(Lease.holder == holder, Lease.expires_at >= now)
                    .values(expires_at=now - timedelta(microseconds=1)))


def _is(held: Held) -> tuple[ColumnElement[bool], ...]:
    return Lease.job == held.job, Lease.holder == held.holder, Lease.epoch == held.epoch
