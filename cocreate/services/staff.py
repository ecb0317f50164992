"""The people of a host: who works there, what they may do, and how somebody goes.

An account belongs to its person. A host decides over it only while the person has no other place here: otherwise the
administrator of one host could take the second step of another's away, or lock a customer's champion out.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import exists, func, or_, select, union, update
from sqlalchemy.orm import Session

from cocreate.domain.hosts import HostAct
from cocreate.errors import Conflict, Invalid, NotFound
from cocreate.models.hosts import Host, HostInvitation, HostMember, Organisation
from cocreate.models.people import Person, SignIn
from cocreate.models.projects import Member, Party, Project
from cocreate.services import (
    accounts,
    host_records,
    hosts,
    joining,
    openings_under_way,
    outbox,
    people,
    progress,
    second_steps,
    sign_ins,
    substitutes,
)
from cocreate.services.acts.sharing import EndRole, EndSharing
from cocreate.services.locks import lock_host, lock_projects

ROLES = (hosts.ADMINISTRATOR, hosts.ACCOUNT_MANAGER)
NAMED = 5  # projects that one mail names
_LOOKED_AFTER = or_(Project.ended_at.is_(None), Project.outcome == "agreed")


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody who works for the host, or did."""

    id: int
    ref: str
    name: str
    email: str
    roles: frozenset[str]
    projects: int  # to look after: running and agreed ones
    running: int  # of these
    method: str  # of the last sign-in: "password", "link", or "" where there was none
    signed_in_at: datetime | None
    seen_at: datetime | None  # when the page was last used
    second_step: bool
    invited: bool  # an invitation waits for an answer
    came_back: str  # what a mail server says of the address, for good; "" where mail arrives
    state: str  # "active", "invited", "no_password" (entered by the operator), "left" or "deactivated"


def all_of(session: Session, host_id: int) -> Sequence[Employee]:
    """Everybody who works or worked for a host, by name; who is gone comes last."""
    found = _employees(session, host_id)
    return sorted(found, key=lambda one: (one.state in ("left", "deactivated"), one.name.casefold()))


def one(session: Session, host_id: int, ref: str) -> Employee:
    """Raises: NotFound, also where the person works for another host."""
    found = _employees(session, host_id, ref)
    if not found:
        raise NotFound
    return found[0]


def works_elsewhere(session: Session, host_id: int, person: int) -> bool:
    """Whether the account also serves another host, or a project of one, or a party or all parties in a project here.

    An invitation that waits for an answer counts: it must stay possible to accept it.
    """
    others_party = exists().where(Party.project_id == Member.project_id, Party.number == Member.party,
                                  Organisation.id == Party.organisation, Organisation.own.is_(False))
    not_as_staff = or_(Member.host_id != host_id, Member.parts == "facilitator", others_party)
    return bool(session.scalar(select(or_(
        exists().where(HostMember.person_id == person, HostMember.host_id != host_id, HostMember.left_at.is_(None)),
        exists().where(Member.person == person, not_as_staff, Member.left_at.is_(None))))))


def invite(session: Session, host_id: int, *, email: str, name: str, roles: Collection[str],
           by: int, now: datetime) -> int:
    """Ask somebody to work for the host, and return who; a known address is answered like an unknown one.

    Raises: Conflict where they work here already.
    """
    person = _invite(session, host_id, email, name, roles, by, now)
    were_here = exists().where(HostMember.host_id == host_id, HostMember.person_id == person)
    host_records.note_of(
        session, host_id, HostAct.INVITED, person, by=by, personal={"name": name, "email": email}, now=now,
        after={"roles": sorted(roles)} | ({"again": True} if session.scalar(select(were_here)) else {}))
    return person


def _invite(session: Session, host_id: int, email: str, name: str, roles: Collection[str], by: int,
            now: datetime) -> int:
    _known(roles)
    lock_host(session, host_id)
    person = accounts.invite_person(session, email=email, name=name, by=by, now=now)
    if _works_here(session, host_id, person):
        raise Conflict("staff.works_here", field="email")
    if not works_elsewhere(session, host_id, person):
        accounts.reopen(session, person)
    joining.invite(session, host_id, person, name=name, roles=roles, by=by, now=now)
    return person


def send_again(session: Session, host_id: int, person: int, *, by: int, now: datetime) -> None:
    """Mail a new link to somebody who has not come yet; the earlier one ends. Raises: Conflict where nobody is asked.

    Whom the operator entered works here already, and only needs a password.
    """
    lock_host(session, host_id)
    waiting = session.get(HostInvitation, (host_id, person))
    if waiting is not None:
        joining.invite(session, host_id, person, name=waiting.name, roles=waiting.roles.split(), by=by, now=now)
    elif _works_here(session, host_id, person) and not session.get_one(Person, person).password_hash:
        accounts.welcome(session, person, now=now)
    else:
        raise Conflict("staff.not_invited")
    host_records.note_of(session, host_id, HostAct.INVITED_AGAIN, person, by=by,
                         personal={"name": waiting.name} if waiting else None, now=now)


def correct_address(session: Session, host_id: int, person: int, *, email: str, by: int, now: datetime) -> int:
    """Invite at another address instead, with the same roles, and return who; no account moves to an address.

    Who has not come in goes with the wrong one; whom only no mail reaches stays until somebody lets them go.
    Raises: Conflict where mail arrives, and where the other one works here.
    """
    lock_host(session, host_id)
    there, waiting = session.get_one(Person, person), session.get(HostInvitation, (host_id, person))
    name, roles = (waiting.name, waiting.roles.split()) if waiting else (there.name, _roles(session, host_id, person))
    if waiting is not None:
        joining.end(session, host_id, person)
    elif not roles or (there.password_hash and there.unreachable_at is None):
        raise Conflict("staff.reached", field="email")
    to = _invite(session, host_id, email, name, roles, by, now)
    if waiting is None and not there.password_hash:
        _set_roles(session, host_id, person, (), now)
    host_records.note_of(session, host_id, HostAct.ADDRESS, person, by=by, after={"to": people.ref_of(session, to)},
                         personal={"name": name, "email": email, "former": there.email}, now=now)
    return to


def change_roles(session: Session, host_id: int, person: int, roles: Collection[str], *, by: int | None = None,
                 now: datetime) -> None:
    """Give somebody these roles and no others; all their sessions end with the same commit.

    by: the administrator, also for the record of projects that were shared with an account manager.

    Raises: Conflict for the last administrator, and where projects would be without an account manager.
    """
    _known(roles)
    lock_host(session, host_id)
    _require_here(session, host_id, person)
    if hosts.ADMINISTRATOR not in roles:
        _require_other_administrator(session, host_id, person)
    if hosts.ACCOUNT_MANAGER not in roles and (count := len(managed(session, host_id, person))):
        raise Conflict("staff.looks_after", field="roles", count=count)
    if hosts.ACCOUNT_MANAGER not in roles:
        _end_part(session, host_id, person, by, now)
    before = _roles(session, host_id, person)
    _set_roles(session, host_id, person, roles, now)
    sign_ins.end_all(session, person, now)
    host_records.note_of(session, host_id, HostAct.ROLES, person, by=by, before={"roles": sorted(before)},
                         after={"roles": sorted(roles)}, now=now)


def end_sessions(session: Session, host_id: int, person: int, *, by: int | None = None, now: datetime) -> None:
    """Sign somebody out everywhere; they are told by whom."""
    lock_host(session, host_id)
    _require_own(session, host_id, person)
    sign_ins.end_all(session, person, now)
    outbox.post_account(session, person_id=person, kind="signed_out", now=now,
                        values={"who": people.name_of_administrator(session, by), "at": now})
    host_records.note_of(session, host_id, HostAct.SESSIONS, person, by=by, now=now)


def reset_second_step(session: Session, host_id: int, person: int, *, by: int | None = None, now: datetime) -> None:
    """Take the second step of somebody who lost the telephone away; they are told by whom, and signed out."""
    lock_host(session, host_id)
    _require_own(session, host_id, person)
    second_steps.take_away(session, person, now, by=people.name_of_administrator(session, by))
    sign_ins.end_all(session, person, now)
    host_records.note_of(session, host_id, HostAct.SECOND_STEP, person, by=by, now=now)


def managed(session: Session, host_id: int, person: int) -> Sequence[str]:
    """References of what somebody looks after for a host: running projects, and agreed ones for their duties."""
    return session.scalars(select(Project.ref).where(
        Project.host_id == host_id, Project.manager_id == person, _LOOKED_AFTER).order_by(Project.id)).all()


def customers(session: Session, host_id: int, person: int) -> Sequence[Sequence[str]]:
    """Of each project that somebody looks after, with whom it is; its title is for those who are in it."""
    rows = session.execute(
        select(Project.id, Party.name).join(Party, Party.project_id == Project.id)
        .join(Organisation, Organisation.id == Party.organisation)
        .where(Project.host_id == host_id, Project.manager_id == person, _LOOKED_AFTER, Party.left_at.is_(None),
               Organisation.own.is_(False)).order_by(Project.id, Party.number))
    found: dict[int, list[str]] = {}
    for project, name in rows:
        found.setdefault(project, []).append(name)
    return list(found.values())


def hand_over_all(session: Session, host_id: int, person: int, *, to: int, by: int | None = None,
                  now: datetime) -> int:
    """Let another account manager look after everything of this one, also what they began to open; how many projects.

    by: the administrator, who is not written to about it.
    Raises: Invalid where ``to`` is no other account manager of the host; Conflict where a project cannot change hands.
    """
    lock_host(session, host_id)
    refs = _hand_over_all(session, host_id, person, to, by, now)
    host_records.note_of(session, host_id, HostAct.HANDED_OVER, person, by=by, now=now, **_given(session, refs, to))
    return len(refs)


def _hand_over_all(session: Session, host_id: int, person: int, to: int, by: int | None,
                   now: datetime) -> Sequence[str]:
    if to == person or to not in dict(people.account_managers(session, host_id)):
        raise Invalid("staff.successor", field="to")
    refs = managed(session, host_id, person)
    lock_projects(session, refs)
    for ref in refs:
        people.hand_over(session, ref, host_id, to=to, actor=None, key=f"hand-over-{uuid4().hex}", of=person,
                         by=hosts.administrator(session, host_id, by), now=now)
    openings_under_way.pass_on(session, host_id, person, to=to)
    _tell_both(session, host_id, refs, (person, to), by, now)
    return refs


def _given(session: Session, refs: Sequence[str], to: int) -> dict[str, dict[str, Any]]:
    """What went to whom, for the record: titles are for those who are in the projects."""
    return {"after": {"projects": refs, "to": people.ref_of(session, to)},
            "personal": {"to": people.name_of(session, to)}}


def _tell_both(session: Session, host_id: int, refs: Sequence[str], pair: tuple[int, int], by: int | None,
               now: datetime) -> None:
    """Who looked after projects and who does now each hear of all of them in one mail about their account: whoever has
    left a project gets none of that. Both were in those that it names.
    """
    if not refs:
        return
    titles = session.scalars(select(Project.title).where(Project.ref.in_(refs)).order_by(Project.id).limit(NAMED)).all()
    who = people.name_of_administrator(session, by)
    host, gave, got = session.get_one(Host, host_id).name, *(people.name_of(session, one) for one in pair)
    for person, kind, other in ((pair[0], "projects_taken", got), (pair[1], "projects_given", gave)):
        if person != by:
            outbox.post_account(session, person_id=person, kind=kind, now=now, values={
                "who": who, "host": host, "other": other, "titles": titles, "count": len(refs)})


def deactivate(session: Session, host_id: int, person: int, *, to: int | None, by: int | None = None,
               now: datetime) -> None:
    """Let somebody go: projects change hands first. An account that also serves others only loses its roles here.

    Raises: Conflict for the last administrator; Invalid where projects need somebody and nobody is chosen.
    """
    lock_host(session, host_id)
    _require_here(session, host_id, person)
    _require_other_administrator(session, host_id, person)
    given: dict[str, dict[str, Any]] = {}
    if count := len(managed(session, host_id, person)):
        if to is None:
            raise Invalid("staff.projects", field="to", count=count)
        given = _given(session, _hand_over_all(session, host_id, person, to, by, now), to)
    _end_part(session, host_id, person, by, now)
    before = _roles(session, host_id, person)
    _set_roles(session, host_id, person, (), now)
    if elsewhere := works_elsewhere(session, host_id, person):
        sign_ins.end_all(session, person, now)
    else:
        accounts.deactivate(session, person, now)
    host_records.note_of(session, host_id, HostAct.DEACTIVATED, person, by=by, before={"roles": sorted(before)},
                         after={"account": not elsewhere, **given.get("after", {})}, personal=given.get("personal"),
                         now=now)


def _end_part(session: Session, host_id: int, person: int, by: int | None, now: datetime) -> None:
    """Who is no account manager any more reads nothing as one: neither what was shared with them, nor what has ended,
    nor where they only stand in.
    """
    named = hosts.administrator(session, host_id, by)
    substitutes.end_with_role(session, host_id, person, named, now)
    rows = session.execute(
        select(Project.ref, Project.ended_at).join(Member, Member.project_id == Project.id)
        .where(Project.host_id == host_id, or_(Project.ended_at.is_not(None), Project.manager_id != person),
               Member.person == person, Member.left_at.is_(None), Member.parts.contains("manager"))
        .order_by(Project.id)).all()
    lock_projects(session, [row.ref for row in rows])
    for row in rows:
        act = EndRole(person, named) if row.ended_at else EndSharing(person, named)
        progress.act(session, row.ref, act, actor=None, key=f"end-part-{uuid4().hex}", now=now)


def _known(roles: Collection[str]) -> None:
    if not roles or not set(roles) <= set(ROLES):
        raise Invalid("staff.roles", field="roles")


def _require_other_administrator(session: Session, host_id: int, person: int) -> None:
    others = session.scalar(select(func.count()).select_from(HostMember).join(Person).where(
        HostMember.host_id == host_id, HostMember.role == hosts.ADMINISTRATOR, HostMember.left_at.is_(None),
        HostMember.person_id != person, Person.deactivated_at.is_(None), Person.password_hash.is_not(None)))
    if not others and hosts.has_role(session, host_id, person, hosts.ADMINISTRATOR):
        raise Conflict("staff.last_administrator", field="roles")


def _works_here(session: Session, host_id: int, person: int) -> bool:
    return bool(_roles(session, host_id, person))


def _roles(session: Session, host_id: int, person: int) -> list[str]:
    return [role for role in ROLES if hosts.has_role(session, host_id, person, role)]


def _require_here(session: Session, host_id: int, person: int) -> None:
    """Who was only asked, or has gone, does not get a role by an act of somebody else, and keeps the account."""
    if not _works_here(session, host_id, person):
        raise Conflict("staff.not_here")


def _require_own(session: Session, host_id: int, person: int) -> None:
    _require_here(session, host_id, person)
    if works_elsewhere(session, host_id, person):
        raise Conflict("staff.elsewhere")


def _set_roles(session: Session, host_id: int, person: int, roles: Collection[str], now: datetime) -> None:
    session.execute(update(HostMember).where(
        HostMember.host_id == host_id, HostMember.person_id == person, HostMember.role.not_in(roles),
        HostMember.left_at.is_(None)).values(left_at=now))
    session.expire_all()
    for role in roles:
        hosts.employ(session, host_id, person, role, now=now)


def _employees(session: Session, host_id: int, ref: str | None = None) -> list[Employee]:
    asked = {row.person_id: row for row in session.scalars(
        select(HostInvitation).where(HostInvitation.host_id == host_id))}
    were = set(session.scalars(select(HostMember.person_id).where(HostMember.host_id == host_id)))
    here = union(select(HostMember.person_id).where(HostMember.host_id == host_id),
                 select(HostInvitation.person_id).where(HostInvitation.host_id == host_id))
    query = select(Person).where(Person.id.in_(here))
    found = session.scalars(query if ref is None else query.where(Person.ref == ref)).all()
    ids = [person.id for person in found]
    roles: dict[int, set[str]] = {}
    for person_id, role in session.execute(select(HostMember.person_id, HostMember.role).where(
            HostMember.host_id == host_id, HostMember.left_at.is_(None))):
        roles.setdefault(person_id, set()).add(role)
    projects = {row.manager_id: (row.number, row.number - row.ended) for row in session.execute(
        select(Project.manager_id, func.count().label("number"), func.count(Project.ended_at).label("ended"))
        .where(Project.host_id == host_id, _LOOKED_AFTER).group_by(Project.manager_id))}
    last = {row.person_id: row for row in session.execute(  # the newest comes last and stays
        select(SignIn.person_id, SignIn.method, SignIn.created_at,
               func.max(SignIn.seen_at).over(partition_by=SignIn.person_id).label("seen_at"))
        .where(SignIn.person_id.in_(ids)).order_by(SignIn.created_at, SignIn.seen_at))}
    return [_employee(person, roles.get(person.id, set()), asked.get(person.id), person.id in were,
                      projects.get(person.id, (0, 0)), last.get(person.id)) for person in found]


def _employee(person: Person, roles: set[str], asked: HostInvitation | None, was: bool,
              projects: tuple[int, int], last: Any) -> Employee:
    """was: has or had a role here. Of the account of who was only asked nothing is told, and of who has gone nothing of
    what they do with it since.
    """
    if not was and asked is not None:
        return Employee(person.id, person.ref, asked.name, person.email, frozenset(asked.roles.split()), 0, 0, "",
                        None, None, False, True, _came_back(person), "invited")
    last = last if roles else None
    return Employee(
        person.id, person.ref, person.name, person.email, frozenset(asked.roles.split() if asked else roles), *projects,
        last.method if last else "", last.created_at if last else None, last.seen_at if last else None,
        bool(roles) and person.totp_secret is not None,
        asked is not None, _came_back(person), "invited" if asked is not None else _state(person, roles))


def _came_back(person: Person) -> str:
    return "" if person.unreachable_at is None else person.unreachable_why


def _state(person: Person, roles: set[str]) -> str:
    if person.deactivated_at is not None:
        return "deactivated"
    if not roles:
        return "left"
    return "active" if person.password_hash is not None else "no_password"
