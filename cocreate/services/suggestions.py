"""Projects that customers suggest: they arrive as drafts on the desk of a host, with the customer's own words."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.domain.openings import Typed
from cocreate.domain.rights import Act, Right, right
from cocreate.errors import Forbidden, Invalid
from cocreate.models.hosts import Host, HostMember
from cocreate.models.people import Person
from cocreate.models.projects import Member, Party, Project
from cocreate.services import hosts, openings, outbox
from workflows.calendars import add_working_days, local_day

DAYS = 5  # working days in which a suggestion is answered
REASON = 10


@dataclass(frozen=True, slots=True)
class Addressee:
    """A host that one works with: who answers there, and by when."""

    ref: str
    host_id: int
    name: str
    manager: str
    by: date
    own: str  # organisation for which one asks


def addressees(session: Session, person: int, *, now: datetime) -> list[Addressee]:
    """The hosts of one's projects, where one's part may suggest one."""
    manager = select(Person.id, Person.name).subquery()
    rows = session.execute(
        select(Host, Member.parts, Party.name.label("own"), manager.c.name.label("manager"))
        .join(Project, Project.host_id == Host.id).join(Member, Member.project_id == Project.id)
        .join(manager, manager.c.id == Project.manager_id)
        .outerjoin(Party, (Party.project_id == Member.project_id) & (Party.number == Member.party))
        .where(Member.person == person, Member.accepted_at.is_not(None), Member.left_at.is_(None))
        .order_by(Project.opened_at.desc()))
    found: dict[int, Addressee] = {}
    for row in rows:
        if any(right(Act.SUGGEST, part) is not Right.NO for part in row.parts.split()):
            own = hosts.calendar_of(row.Host, now)
            found.setdefault(row.Host.id, Addressee(
                row.Host.ref, row.Host.id, row.Host.name, row.manager,
                add_working_days(local_day(now, row.Host.zone), DAYS, (own,)), row.own or ""))
    return sorted(found.values(), key=lambda one: one.name)


def suggest(session: Session, host_ref: str, *, title: str, words: str, person: int, key: str, now: datetime,
            ) -> Addressee:
    """Let it arrive on the desk, once for every ``key``, and write to every account manager of the host.

    Raises: Forbidden where the host is none that one works with, or one's part may not suggest.
    """
    to = next((one for one in addressees(session, person, now=now) if one.ref == host_ref), None)
    if to is None:
        raise Forbidden("only", act=Act.SUGGEST.value, persons=())
    who, email = session.execute(select(Person.name, Person.email).where(Person.id == person)).one()
    own = {"organisation": to.own, "name": who, "email": email} if to.own else {}
    if not openings.begin(session, to.host_id, Typed(own=own, fields={"title": title, "purpose": words}),
                          author=person, suggested=True, key=key, now=now)[1]:
        return to
    for manager in session.scalars(select(HostMember.person_id).where(
            HostMember.host_id == to.host_id, HostMember.role == hosts.ACCOUNT_MANAGER, HostMember.left_at.is_(None))):
        outbox.post_account(session, person_id=manager, kind="suggestion", now=now, values={
            "who": who, "own": to.own, "host": to.name, "title": title, "words": words, "by": to.by})
    return to


def answer(session: Session, ref: str, *, words: str, person: int, now: datetime) -> str:
    """Answer a suggestion without opening it; answers the name of who suggested it.

    Raises: NotFound; Invalid where the words are too short to be an answer.
    """
    there = openings.draft(session, ref, person=person)
    if len(words.strip()) < REASON:
        raise Invalid("reason.short", field="words", least=REASON)
    who = session.scalars(select(Person.name).where(Person.id == person)).one()
    host = session.scalars(select(Host.name).where(Host.id == there.host_id)).one()
    openings.end(session, ref, outcome=f"answered: {words.strip()}", person=person, now=now)
    outbox.post_account(session, person_id=there.author, kind="suggestion_answered", now=now, values={
        "who": who, "host": host, "title": there.typed.title, "words": words.strip()})
    return there.author_name
