"""Projects that customers suggest: they arrive as drafts on the desk of a host, with the customer's own words."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from cocreate.domain import explaining
from cocreate.domain.openings import Typed
from cocreate.domain.rights import Act, Right, right
from cocreate.errors import Forbidden, NotFound
from cocreate.models.hosts import Host, HostMember
from cocreate.models.openings import Opening, Suggestion
from cocreate.models.people import Person
from cocreate.models.projects import Member, Party, Project
from cocreate.services import hosts, openings_under_way, outbox, throttling
from workflows.calendars import add_working_days, at, local_day

DAYS = 5  # working days in which a suggestion is answered


@dataclass(frozen=True, slots=True)
class Addressee:
    """A host that one works with: who answers there, and by when."""

    ref: str
    host_id: int
    name: str
    manager: str
    by: date
    own: str  # organisation for which one asks
    organisation: int | None


@dataclass(frozen=True, slots=True)
class Suggested:
    """What somebody of one's organisation suggested, in their words, and what became of it.

    own: it was oneself. by: the day until which an answer was promised. ended_at: when it was opened or answered.
    project: reference and title of the project that came of it, for who is in it. answer: why it was not opened.
    """

    title: str
    words: str
    host: str
    who: str
    own: bool
    made_at: datetime
    by: date
    ended_at: datetime | None
    project: tuple[str, str] | None
    answer: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What somebody suggested to one's host, in their words. by: until when an answer was promised."""

    title: str
    words: str
    who: str
    host: str
    by: datetime


def addressees(session: Session, person: int, *, now: datetime) -> list[Addressee]:
    """The hosts of one's projects, where one's part may suggest one."""
    manager = select(Person.id, Person.name).subquery()
    rows = session.execute(
        select(Host, Member.parts, Party.name.label("own"), Party.organisation, manager.c.name.label("manager"))
        .join(Project, Project.host_id == Host.id).join(Member, Member.project_id == Project.id)
        .join(manager, manager.c.id == Project.manager_id)
        .outerjoin(Party, (Party.project_id == Member.project_id) & (Party.number == Member.party))
        .where(Member.person == person, Member.accepted_at.is_not(None), Member.left_at.is_(None))
        .order_by(Project.opened_at.desc()))
    found: dict[int, Addressee] = {}
    for row in rows:
        if any(right(Act.SUGGEST, part) is not Right.NO for part in row.parts.split()):
            found.setdefault(row.Host.id, Addressee(
                row.Host.ref, row.Host.id, row.Host.name, row.manager, promised(row.Host, now), row.own or "",
                row.organisation))
    return sorted(found.values(), key=lambda one: one.name)


def suggest(session: Session, host_ref: str, *, title: str, words: str, person: int, key: str, now: datetime,
            ) -> Addressee:
    """Let it arrive on the desk, once for every ``key``, and write to every account manager of the host.

    Raises: Forbidden where the host is none that one works with, or one's part may not suggest; TooOften.
    """
    to = next((one for one in addressees(session, person, now=now) if one.ref == host_ref), None)
    if to is None:
        raise Forbidden("only", act=Act.SUGGEST.value, persons=())
    who, email = session.execute(select(Person.name, Person.email).where(Person.id == person)).one()
    own = {"organisation": to.own, "name": who, "email": email} if to.own else {}
    ref, new = openings_under_way.begin(session, to.host_id, Typed(own=own, fields={"title": title, "purpose": words}),
                                        author=person, suggested=True, key=key, now=now)
    if not new:
        return to
    throttling.take(session, [f"suggestion:{person}"], now)
    session.add(Suggestion(opening_id=session.scalars(select(Opening.id).where(Opening.ref == ref)).one(),
                           host_id=to.host_id, organisation=to.organisation, title=title, words=words, made_at=now))
    for manager in session.scalars(select(HostMember.person_id).where(
            HostMember.host_id == to.host_id, HostMember.role == hosts.ACCOUNT_MANAGER, HostMember.left_at.is_(None))):
        outbox.post_account(session, person_id=manager, kind="suggestion", now=now, values={
            "who": who, "own": to.own, "host": to.name, "title": title, "words": words, "by": to.by})
    return to


def answer(session: Session, ref: str, *, words: str, person: int, now: datetime) -> str:
    """Answer a suggestion without opening it; answers the name of who suggested it.

    Raises: NotFound, also of what nobody suggested; Invalid where the words are too short to be an answer.
    """
    there = openings_under_way.draft(session, ref, person=person)
    if there.suggested is None:
        raise NotFound
    explaining.needed(words, field="words")
    who = session.scalars(select(Person.name).where(Person.id == person)).one()
    host = session.scalars(select(Host.name).where(Host.id == there.host_id)).one()
    openings_under_way.end(session, ref, outcome="", person=person, now=now)
    session.execute(update(Suggestion).where(
        Suggestion.opening_id == select(Opening.id).where(Opening.ref == ref).scalar_subquery())
        .values(answer=words.strip()))
    outbox.post_account(session, person_id=there.author, kind="suggestion_answered", now=now, values={
        "who": who, "host": host, "title": there.asked, "words": words.strip()})
    return there.author_name


def unanswered(session: Session, person: int) -> list[Unanswered]:
    """What was suggested to the hosts whose account manager one is, and waits for an answer."""
    found = [one for one in openings_under_way.drafts(session, person) if one.suggested is not None]
    managed = {host.id: host for host in hosts.hosts_of(session, person, hosts.ACCOUNT_MANAGER)} if found else {}
    return [Unanswered(one.asked, one.words, one.by, managed[one.host_id].name,
                       _end(managed[one.host_id], one.suggested)) for one in found if one.suggested is not None]


def _end(host: Host, made_at: datetime) -> datetime:
    calendar = hosts.calendar_of(host, made_at)
    return at(promised(host, made_at), calendar.end, calendar.zone)


def made(session: Session, person: int) -> list[Suggested]:
    """What the people of one's organisations suggested, the newest first; without an organisation, one's own."""
    inside = and_(Member.person == person, Member.accepted_at.is_not(None), Member.left_at.is_(None))
    organisations = select(Party.organisation).join(
        Member, and_(Member.project_id == Party.project_id, Member.party == Party.number)).where(inside)
    rows = session.execute(
        select(Suggestion, Opening.author_id, Opening.ended_at, Person.name, Host, Project.ref, Project.title)
        .join(Opening, Opening.id == Suggestion.opening_id).join(Person, Person.id == Opening.author_id)
        .join(Host, Host.id == Suggestion.host_id)
        .outerjoin(Project, and_(Project.ref == Opening.outcome,
                                 Project.id.in_(select(Member.project_id).where(inside))))
        .where(or_(Suggestion.organisation.in_(organisations),
                   and_(Suggestion.organisation.is_(None), Opening.author_id == person)))
        .order_by(Suggestion.made_at.desc(), Suggestion.opening_id.desc()))
    return [Suggested(one.title, one.words, host.name, name, author == person, one.made_at,
                      promised(host, one.made_at), ended_at, (ref, title) if ref else None, one.answer or "")
            for one, author, ended_at, name, host, ref, title in rows]


def promised(host: Host, made_at: datetime) -> date:
    """Until when what is suggested now is answered."""
    return add_working_days(local_day(made_at, host.zone), DAYS, (hosts.calendar_of(host, made_at),))
