"""Invitations that end unanswered, as an act of the clock."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cocreate.models.projects import Member, Project
from cocreate.services import progress
from cocreate.services.acts.expiring import ExpireInvitation


def due(session: Session, now: datetime) -> list[tuple[str, ExpireInvitation, str]]:
    """(project, what ends, key) of every invitation whose last moment has passed; ended projects ask nobody in."""
    rows = session.execute(
        select(Project.ref, Member.person, Member.invited_at, Member.invited_by, Member.expires_at)
        .join(Project, Project.id == Member.project_id)
        .where(Member.token_sha256.is_not(None), Member.expires_at <= now, Member.accepted_at.is_(None),
               Member.left_at.is_(None), or_(Project.ended_at.is_(None), Project.outcome == "agreed")))
    return [(row.ref, ExpireInvitation(row.person, row.invited_at, row.invited_by),
             f"invitation-{row.person}-{row.expires_at.isoformat()}") for row in rows]


def expire(session: Session, ref: str, given: ExpireInvitation, key: str, *, now: datetime) -> progress.Receipt:
    return progress.act(session, ref, given, actor=None, key=key, now=now)
