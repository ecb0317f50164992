"""Mails that came back. An address which a mail server refuses for good is remembered with its person and told once to
whoever looks after the project; board and page of people show it until a mail arrives or the address is corrected.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cocreate.db import insert_into
from cocreate.domain.hearing import Subject
from cocreate.models.mails import Outbox
from cocreate.models.people import Person
from cocreate.models.projects import Member, Project
from cocreate.services import outbox
from cocreate.services.outbox import Claimed

AGAIN = timedelta(days=30)  # after so long a mail that comes back is told once more


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Somebody of a project whose address does not work."""

    person: int
    name: str
    address: str
    why: str
    party: int | None


def refused(session: Session, mail: Claimed, reply: str, now: datetime) -> None:
    """A mail server said no for good. Of a mail about a project somebody is told, of others the health page tells."""
    email, since = session.execute(select(Person.email, Person.unreachable_at).where(
        Person.id == mail.recipient)).one()
    if since is None or now - since > AGAIN:
        since = now
    session.execute(update(Person).where(Person.id == mail.recipient).values(
        unreachable_at=since, unreachable_why=reply[:300]))
    project = session.get(Project, mail.project_id) if mail.project_id is not None else None
    if project is None or project.manager_id == mail.recipient:
        return
    # Told once, however many mails come back; once one has arrived, or after a long time, it is news again.
    seq = outbox.below_zero(f"came back {mail.recipient} {email} {since.isoformat()}")
    session.execute(insert_into(session, Outbox).values(outbox.row(
        project.id, project.host_id, seq, "mail_came_back", project.manager_id,
        str(Subject("member", str(mail.recipient))), {"reply": reply}, now)).on_conflict_do_nothing())


def arrived(session: Session, person: int) -> None:
    """A mail server took one after all."""
    session.execute(update(Person).where(Person.id == person, Person.unreachable_at.is_not(None))
                    .values(unreachable_at=None, unreachable_why=""))


def unreachable(session: Session, refs: Collection[str]) -> dict[str, tuple[Unreachable, ...]]:
    """Project -> the people in it, or invited, whom no mail reaches."""
    found: dict[str, tuple[Unreachable, ...]] = {}
    rows = session.execute(
        select(Project.ref, Person.id, Member.name, Person.email, Person.unreachable_why,
               Member.party)
        .join(Member, Member.project_id == Project.id).join(Person, Person.id == Member.person)
        .where(Project.ref.in_(refs), Member.left_at.is_(None), Person.unreachable_at.is_not(None))
        .order_by(Member.project_id, Person.unreachable_at))
    for ref, person, name, email, why, party in rows:
        found[ref] = (*found.get(ref, ()), Unreachable(person, name, email, why, party))
    return found


def unreachable_in(session: Session, ref: str) -> tuple[Unreachable, ...]:
    return unreachable(session, [ref]).get(ref, ())


def is_unreachable(session: Session, person: int) -> bool:
    return session.scalar(select(Person.unreachable_at).where(Person.id == person)) is not None
