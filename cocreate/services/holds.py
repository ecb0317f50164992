"""Projects that rest until a day."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.models.hosts import Host
from cocreate.models.projects import Project
from cocreate.services import progress
from cocreate.services.acts.holds import Expire, Hold, Resume
from workflows.calendars import local_day


def hold(session: Session, ref: str, *, reason: str, until: date, actor: int, key: str,
         now: datetime) -> progress.Receipt:
    return progress.act(session, ref, Hold(reason, until), actor=actor, key=key, now=now)


def resume(session: Session, ref: str, *, actor: int, key: str, now: datetime) -> progress.Receipt:
    return progress.act(session, ref, Resume(), actor=actor, key=key, now=now)


def due(session: Session, now: datetime) -> list[tuple[str, str]]:
    """(project, key) of every hold whose day has come where its host is."""
    rows = session.execute(
        select(Project.ref, Project.hold_until, Project.held_at, Host.zone).join(Host, Host.id == Project.host_id)
        .where(Project.hold_until <= (now + timedelta(days=1)).date(), Project.ended_at.is_(None)))
    return [(row.ref, f"expire-{row.held_at.isoformat()}") for row in rows
            if row.hold_until <= local_day(now, row.zone)]


def expire(session: Session, ref: str, key: str, *, now: datetime) -> progress.Receipt:
    """Go on, because the day has come."""
    return progress.act(session, ref, Expire(), actor=None, key=key, now=now)
