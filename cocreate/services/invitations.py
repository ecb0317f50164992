"""Asking for a new invitation: whose link has ended names the address, and whoever invited it hears of it."""

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from cocreate.db import insert_into
from cocreate.domain.hearing import Subject
from cocreate.models.mails import Outbox
from cocreate.models.projects import Member, Project
from cocreate.services import outbox, sign_ins
from cocreate.services.sign_ins import Device


def ask_again(session: Session, email: str, *, device: Device, now: datetime) -> None:
    """Tell who invited this address to what it has not answered, once a day; nobody learns whether it is invited."""
    person = sign_ins.person_to_write_to(session, email, purpose="invitation", device=device, now=now)
    if person is None:
        return
    by = aliased(Member)
    rows = session.execute(
        select(Project.id, Project.host_id, Project.manager_id, by.person, Member.invited_at)
        .join(Member, Member.project_id == Project.id)
        .outerjoin(by, and_(by.project_id == Project.id, by.person == Member.invited_by, by.accepted_at.is_not(None),
                            by.left_at.is_(None)))
        .where(Member.person == person, Member.invited_at.is_not(None), Member.accepted_at.is_(None),
               Member.left_at.is_(None), or_(Project.ended_at.is_(None), Project.outcome == "agreed")))
    for project, host, manager, inviter, invited_at in rows.all():
        told = f"invitation wanted {person} {invited_at} {now.date()}"
        session.execute(insert_into(session, Outbox).values(outbox.row(
            project, host, outbox.below_zero(told), "invitation_wanted", inviter or manager,
            str(Subject("member", str(person))), {}, now)).on_conflict_do_nothing())
