"""Parts handed over, and the days on which that begins and ends."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from cocreate.models.hosts import Host
from cocreate.models.projects import Absence, Project
from cocreate.services import progress
from cocreate.services.acts.absences import ComeBack, Substitute, TurnAbsence
from workflows.calendars import local_day


def hand_over(session: Session, ref: str, *, person: int, to: int, parts: Sequence[str], starts: date | None,
              until: date | None, actor: int, key: str, now: datetime) -> progress.Receipt:
    """Hand a person's parts to a colleague: until a day, or for good where there is none."""
    return progress.act(session, ref, Substitute(person, to, tuple(parts), starts, until), actor=actor, key=key,
                        now=now)


def come_back(session: Session, ref: str, *, number: int, actor: int, key: str, now: datetime) -> progress.Receipt:
    return progress.act(session, ref, ComeBack(number), actor=actor, key=key, now=now)


def due(session: Session, now: datetime) -> list[tuple[str, int, str]]:
    """(project, number, key) of every absence that begins or is over today where its host is."""
    soon = (now + timedelta(days=1)).date()
    rows = session.execute(
        select(Project.ref, Absence, Host.zone).join(Project, Project.id == Absence.project_id)
        .join(Host, Host.id == Project.host_id)
        .where(or_(Project.ended_at.is_(None), Project.outcome == "agreed"), Absence.ended_at.is_(None), or_(
            and_(Absence.began_at.is_(None), Absence.starts <= soon), Absence.until < soon)))
    return [(row.ref, row.Absence.number, f"absence-{row.Absence.number}-{turn}") for row in rows
            if (turn := _turn(row.Absence, local_day(now, row.zone)))]


def _turn(absence: Absence, today: date) -> str:
    if today > absence.until:
        return "ends"
    return "begins" if absence.began_at is None and today >= absence.starts else ""


def turn(session: Session, ref: str, number: int, key: str, *, now: datetime) -> progress.Receipt:
    """Begin or end an absence, because the day has come."""
    return progress.act(session, ref, TurnAbsence(number), actor=None, key=key, now=now)
