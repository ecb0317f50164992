"""Who stands in for an account manager of a host, as its administrators name and end it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from cocreate.domain.hosts import HostAct
from cocreate.domain.leading import shared_with
from cocreate.errors import Invalid
from cocreate.models.people import Person
from cocreate.models.projects import Absence, Project
from cocreate.services import host_records, hosts, people, progress
from cocreate.services.acts.absences import ComeBack, JoinToStandIn, Substitute, lendable
from cocreate.services.acts.change import Administrator
from cocreate.services.facts import look
from cocreate.services.locks import lock_host, lock_projects


@dataclass(frozen=True, slots=True)
class StandIn:
    """Who stands in for whom, in how many projects that the absent one looks after."""

    substitute: str
    absent: str
    person: int  # the absent one
    starts: date
    until: date
    projects: int


def name(session: Session, host_id: int, person: int, *, to: int, until: date, by: int,
         now: datetime) -> int:
    """Let a colleague stand in until a day in everything this one looks after; how many projects it is.

    by: the administrator. Raises: Invalid where ``to`` is no other account manager of the host, or the day will
    not do; Conflict where ``to`` is in a project for another party.
    """
    lock_host(session, host_id)
    called = dict(people.account_managers(session, host_id)).get(to)
    if to == person or called is None:
        raise Invalid("staff.successor", field="to")
    refs = session.scalars(select(Project.ref).where(
        Project.host_id == host_id, Project.manager_id == person, Project.ended_at.is_(None))
        .order_by(Project.id)).all()
    lock_projects(session, refs)
    named = hosts.administrator(session, host_id, by)
    for ref in refs:
        facts = look(session, ref, person=None, now=now, lock=True).facts
        there, absent = facts.member(to), facts.member(person)
        key = uuid4().hex
        if there is None or there.left_at is not None or (
                absent and shared_with(facts, there) and there.party != absent.party):
            progress.act(session, ref, JoinToStandIn(to, called, person, named), actor=None, key=f"join-{key}", now=now)
        parts = lendable(absent) if absent else ()
        progress.act(session, ref, Substitute(person, to, parts, None, until, named), actor=None,
                     key=f"stand-in-{key}", now=now)
    host_records.note_of(session, host_id, HostAct.SUBSTITUTE, person, by=by, personal={"to": called}, now=now,
                         after={"to": people.ref_of(session, to), "until": until.isoformat(), "projects": refs})
    return len(refs)


def of(session: Session, host_id: int, person: int) -> Sequence[StandIn]:
    """Who stands in for somebody of the host, and for whom they do; soonest over first."""
    there, gone = aliased(Person), aliased(Person)
    rows = session.execute(
        select(there.name, gone.name, gone.id, Absence.starts, Absence.until, func.count())
        .join(Project, Project.id == Absence.project_id)
        .join(there, there.id == Absence.substitute).join(gone, gone.id == Absence.person)
        .where(_lent(host_id), or_(Absence.person == person, Absence.substitute == person))
        .group_by(there.id, gone.id, there.name, gone.name, Absence.starts, Absence.until)
        .order_by(Absence.until, there.name))
    return [StandIn(*row) for row in rows]


def end(session: Session, host_id: int, person: int, *, by: int, now: datetime) -> int:
    """Let nobody stand in for this one any more in what they look after; in how many projects somebody did."""
    lock_host(session, host_id)
    named = hosts.administrator(session, host_id, by)
    count = _come_back(session, [_lent(host_id), Absence.person == person], named, now)
    if count:
        host_records.note_of(session, host_id, HostAct.BACK, person, by=by, after={"projects": count}, now=now)
    return count


def end_with_role(session: Session, host_id: int, person: int, by: Administrator | None, now: datetime) -> None:
    """Who is no account manager any more stands in for none, also where that was still to begin."""
    _come_back(session, [Project.host_id == host_id, Absence.substitute == person, Absence.ended_at.is_(None),
                         Absence.parts.contains("manager")], by, now)


def _come_back(session: Session, where: Iterable[ColumnElement[bool]], by: Administrator | None, now: datetime) -> int:
    rows = session.execute(
        select(Project.ref, Absence.number).join(Absence, Absence.project_id == Project.id)
        .where(*where).order_by(Project.id, Absence.number)).all()
    lock_projects(session, list(dict.fromkeys(row.ref for row in rows)))
    for row in rows:
        progress.act(session, row.ref, ComeBack(row.number, by), actor=None, key=f"come-back-{uuid4().hex}", now=now)
    return len(rows)


def _lent(host_id: int) -> ColumnElement[bool]:
    """What an administrator lent, or can end: the parts of whoever looks after a project of the host."""
    return and_(Project.host_id == host_id, Absence.ended_at.is_(None), Absence.person == Project.manager_id)
