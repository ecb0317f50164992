"""The people of a project: inviting them, what they answer, and who is there."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from cocreate.domain.countries import zone_of
from cocreate.errors import Conflict, Ended, Invalid
from cocreate.models.hosts import Host, HostMember, Organisation
from cocreate.models.people import Person
from cocreate.models.projects import AffectedGroup, Member, Party, Project
from cocreate.models.records import Event, EventDetail
from cocreate.services import accounts, hashing, hosts, progress, returned, throttling
from cocreate.services.acts.change import Administrator
from cocreate.services.acts.neutral import HandOverNeutral, PersonArrival
from cocreate.services.acts.people import (
    AcceptInvitation,
    Arrival,
    ChangeParts,
    CorrectAddress,
    DeclineInvitation,
    HandOverProject,
    Invite,
    RemoveMember,
    Resend,
    WithdrawInvitation,
)
from cocreate.services.acts.sharing import EndSharing, ShareProject
from cocreate.services.acts.words_by_mail import SetWordsByMail
from cocreate.services.locks import lock_projects

INVITATION_LASTS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an invited person may read before they accept: nothing of the project's content."""

    ref: str
    person: int
    email: str
    name: str
    known: bool  # has a sign-in already
    title: str
    purpose: str
    host: str
    inviter: str
    invited_by: int | None
    party: str
    party_number: int
    parts: frozenset[str]
    greeting: str
    legal_note: str  # of the host
    token_sha256: str


def invite(session: Session, ref: str, *, party: int, email: str, name: str, parts: tuple[str, ...], greeting: str,
           language: str = "", actor: int, key: str, now: datetime) -> progress.Receipt:
    """Invite a person into a party; a known address is answered like an unknown one. Raises: TooOften."""
    person = newcomer(session, ref, email=email, name=name, language=language or "en", by=actor, now=now)
    _count_mail(session, actor, person, now)
    return progress.act(session, ref, Invite(person, name, party, parts, greeting, *new_link(now)), actor=actor,
                        key=key, now=now)


def resend(session: Session, ref: str, *, person: int, actor: int, key: str, now: datetime) -> progress.Receipt:
    """Mail an invited person a new link. Raises: TooOften."""
    _count_mail(session, actor, person, now)
    return progress.act(session, ref, Resend(person, *new_link(now)), actor=actor, key=key, now=now)


def withdraw(session: Session, ref: str, *, person: int, actor: int, key: str, now: datetime) -> progress.Receipt:
    """Take an invitation back before it is answered."""
    return progress.act(session, ref, WithdrawInvitation(person), actor=actor, key=key, now=now)


def correct_address(session: Session, ref: str, *, person: int, email: str, actor: int, key: str,
                    now: datetime) -> progress.Receipt:
    """Invite at another address instead; who has the first one is not in the project any more.

    Also somebody who has come in, where mails to them come back. Raises: TooOften.
    """
    to = newcomer(session, ref, email=email, name=name_of(session, person), by=actor, now=now)
    _count_mail(session, actor, to, now)
    return progress.act(session, ref, CorrectAddress(
        person, to, *new_link(now), returned.is_unreachable(session, person)), actor=actor, key=key, now=now)


def change_parts(session: Session, ref: str, *, person: int, parts: tuple[str, ...], actor: int, key: str,
                 now: datetime) -> progress.Receipt:
    return progress.act(session, ref, ChangeParts(person, parts), actor=actor, key=key, now=now)


def remove(session: Session, ref: str, *, person: int, to: int | None, actor: int, key: str,
           now: datetime) -> progress.Receipt:
    """Let a person go; their open tasks go to ``to``. How they sign in, and other projects, are not touched."""
    return progress.act(session, ref, RemoveMember(person, to), actor=actor, key=key, now=now)


def account_managers(session: Session, host_id: int) -> list[tuple[int, str]]:
    """(person, name) of those who may look after a project of this host."""
    rows = session.execute(
        select(Person.id, Person.name).join(HostMember, HostMember.person_id == Person.id)
        .where(HostMember.host_id == host_id, HostMember.role == hosts.ACCOUNT_MANAGER, HostMember.left_at.is_(None),
               Person.deactivated_at.is_(None)).order_by(Person.name))
    return [(row.id, row.name) for row in rows]


def hand_over(session: Session, ref: str, host_id: int, *, to: int, actor: int | None, key: str, of: int | None = None,
              by: Administrator | None = None, now: datetime) -> progress.Receipt:
    """Let another account manager of the host look after a project. of: whose it is, where an administrator does it."""
    name = _colleague(session, host_id, to, "substitute.not_here")
    return progress.act(session, ref, HandOverProject(to, name, of, by), actor=actor, key=key, now=now)


def share(session: Session, ref: str, host_id: int, *, to: int, actor: int, key: str,
          now: datetime) -> progress.Receipt:
    """Let another account manager of the host in, beside the one who looks after the project."""
    return progress.act(session, ref, ShareProject(to, _colleague(session, host_id, to, "staff.successor")),
                        actor=actor, key=key, now=now)


def _colleague(session: Session, host_id: int, person: int, refusal: str) -> str:
    """The name of an account manager of the host."""
    name = dict(account_managers(session, host_id)).get(person)
    if name is None:
        raise Invalid(refusal, field="to")
    return name


def end_sharing(session: Session, ref: str, *, person: int, actor: int, key: str, now: datetime) -> progress.Receipt:
    return progress.act(session, ref, EndSharing(person), actor=actor, key=key, now=now)


def set_words_by_mail(session: Session, ref: str, *, words: bool, actor: int, key: str,
                      now: datetime) -> progress.Receipt:
    """Whether what the people of the actor's party write stands in mails."""
    return progress.act(session, ref, SetWordsByMail(words), actor=actor, key=key, now=now)


def arrival(session: Session, host_id: int, *, organisation: str, kind: str, country: str, email: str, name: str,
            by: int, now: datetime) -> Arrival:
    """The organisation and its first person, for the answer with which they come in."""
    try:
        there = hosts.enter_organisation(session, host_id, name=organisation, kind=kind, country=country, now=now)
    except Conflict as known:  # spelt otherwise: who proposes need not know how the host spells whom it knows
        there = hosts.enter_organisation(session, host_id, name=str(known.values["name"]), kind=kind, country=country,
                                         now=now)
    person = accounts.invite_person(session, email=email, name=name, by=by, now=now)
    return Arrival(there.id, person, *new_link(now))


def person_arrival(session: Session, *, email: str, name: str, by: int, now: datetime) -> PersonArrival:
    """The neutral person or the colleague, for the answer with which they are invited."""
    person = accounts.invite_person(session, email=email, name=name, by=by, now=now)
    return PersonArrival(person, *new_link(now))


def hand_over_neutral(session: Session, ref: str, *, email: str, name: str, greeting: str, actor: int, key: str,
                      now: datetime) -> progress.Receipt:
    """Invite who shall be the neutral person from now on; a known address is answered like an unknown one."""
    person = newcomer(session, ref, email=email, name=name, by=actor, now=now)
    return progress.act(session, ref, HandOverNeutral(person, name, greeting, *new_link(now)), actor=actor, key=key,
                        now=now)


def new_link(now: datetime) -> tuple[str, str, datetime]:
    """Of a new invitation: the token that is mailed, the hash by which it is known, and until when it is open."""
    token = hashing.new_token()
    return token, hashing.digest(token), now + INVITATION_LASTS


def newcomer(session: Session, ref: str, *, email: str, name: str, language: str = "en", by: int,
             now: datetime) -> int:
    """Whom somebody invites into a project, known or not. Raises: TooOften.

    The project comes first, as wherever somebody is let in under its lock: else each would wait for the other.
    """
    lock_projects(session, [ref])
    return accounts.invite_person(session, email=email, name=name, language=language, by=by, now=now)


def _count_mail(session: Session, actor: int, person: int, now: datetime) -> None:
    """One more mail by somebody to somebody who may never have asked for one."""
    throttling.take(session, [f"invitation:{actor}:{person}"], now)


def with_address(session: Session, email: str) -> int | None:
    """The person who has this address, if there is one."""
    return session.scalar(select(Person.id).where(Person.email == accounts.one_address(email)))


def address_of(session: Session, person: int) -> str:
    return session.scalars(select(Person.email).where(Person.id == person)).one()


@dataclass(frozen=True, slots=True)
class Mine:
    """The invitation to one project of somebody who is signed in: that shows as much as the link in the mail."""

    ref: str
    person: int


def invitation(session: Session, link: str | Mine, *, now: datetime) -> Invitation:
    """The invitation that a mailed token opens, or the person's own; reading changes nothing.

    Raises: Ended if it was answered, withdrawn, is too old or never was: the same for all.
    """
    row = session.execute(_invitations(_which(link))).first()
    found = _open(row, now) if row is not None else None
    if found is None:
        raise Ended("invitation")
    return found if isinstance(link, Mine) else replace(found, token_sha256=hashing.digest(link))


def waiting_for(session: Session, person: int, *, now: datetime) -> list[Invitation]:
    """What somebody who has an account is invited to and has not answered, oldest first."""
    rows = session.execute(_invitations(and_(Member.person == person, Member.token_sha256.is_not(None)))
                           .order_by(Member.invited_at, Member.project_id))
    return [found for row in rows if (found := _open(row, now)) is not None]


def _which(link: str | Mine) -> ColumnElement[bool]:
    if isinstance(link, Mine):
        return and_(Project.ref == link.ref, Member.person == link.person, Member.token_sha256.is_not(None))
    # The link of the first mail, or of the last reminder of it; both end with the first one's.
    return or_(Member.token_sha256 == hashing.digest(link),
               and_(Member.again_sha256 == hashing.digest(link), Member.token_sha256.is_not(None)))


def _invitations(which: ColumnElement[bool]) -> Select[Member, Project, Person, str, str, str, str]:
    inviter = aliased(Person)
    return (
        select(Member, Project, Person, Party.name.label("party_name"), Host.name.label("host"), Host.legal_note,
               inviter.name.label("inviter"))
        .join(Project, Project.id == Member.project_id).join(Person, Person.id == Member.person)
        .join(Host, Host.id == Project.host_id)
        .outerjoin(Party, (Party.project_id == Member.project_id) & (Party.number == Member.party))
        .outerjoin(inviter, inviter.id == Member.invited_by)
        .where(which))


def _open(row: Any, now: datetime) -> Invitation | None:
    """The invitation, if it can still be answered."""
    member, project, person = row.Member, row.Project, row.Person
    if (member.expires_at is None or member.expires_at < now or member.left_at is not None
            or (project.ended_at is not None and project.outcome != "agreed") or person.deactivated_at is not None):
        return None
    return Invitation(
        ref=project.ref, person=person.id, email=person.email, name=member.name,
        known=person.password_hash is not None, title=project.title, purpose=project.purpose, host=row.host,
        inviter=row.inviter or row.host, invited_by=member.invited_by, party=row.party_name or "",
        party_number=member.party or 0, parts=frozenset(member.parts.split()), greeting=member.greeting,
        legal_note=row.legal_note, token_sha256=member.token_sha256)


def accept(session: Session, link: str | Mine, *, name: str, password: str | None, now: datetime) -> Invitation:
    """Come in; who is new sets name and password in the same step.

    password: None where the person has signed in already.
    Raises: Ended; Invalid if the password will not do.
    """
    given = _locked(session, link, now)
    if password is not None:
        if given.known:
            raise Ended("invitation")  # somebody with a sign-in shows it; a mailed link must not replace a password
        accounts.activate(session, given.person, name=name, password=password, zone=_zone(session, given),
                          context=(given.party, given.host), now=now)
    # Inside the act nobody is a member yet: the token is the right to come in.
    progress.act(session, given.ref, AcceptInvitation(given.person, name, given.token_sha256), actor=None,
                 key=_key("accept", given.token_sha256), now=now)
    return given


def _locked(session: Session, link: str | Mine, now: datetime) -> Invitation:
    """The invitation under the project's lock: in the same moment a newer link may have ended this one."""
    ref = invitation(session, link, now=now).ref
    lock_projects(session, [ref])
    return invitation(session, link, now=now)


def decline(session: Session, link: str | Mine, *, words: str, now: datetime) -> Invitation:
    given = _locked(session, link, now)
    progress.act(session, given.ref, DeclineInvitation(given.person, given.token_sha256, words), actor=None,
                 key=_key("decline", given.token_sha256), now=now)
    return given


def answered(session: Session, ref: str, token: str, answer: str) -> tuple[int, str] | None:
    """(person, address) of whoever has given this answer to an invitation: for a form that was sent twice.

    answer: "accept" or "decline".
    """
    row = session.execute(
        select(EventDetail.details)
        .join(Event, (Event.project_id == EventDetail.project_id) & (Event.seq == EventDetail.seq))
        .join(Project, Project.id == Event.project_id)
        .where(Project.ref == ref, Event.key == f"{progress.SYSTEM}{_key(answer, hashing.digest(token))}")).first()
    if row is None:
        return None
    person = json.loads(row.details)["person"]
    return person, session.scalars(select(Person.email).where(Person.id == person)).one()


def came_in(session: Session, token: str, *, person: int) -> str | None:
    """The project into which this person came by this link: whoever opens the mail once more is led there."""
    refs = session.scalars(
        select(Project.ref)
        .join(Member, (Member.project_id == Project.id) & (Member.person == person) & Member.left_at.is_(None))
        .join(Event, Event.project_id == Project.id)
        .where(Event.key == f"{progress.SYSTEM}{_key('accept', hashing.digest(token))}"))
    return next((ref for ref in refs if (answered(session, ref, token, "accept") or (None,))[0] == person), None)


def _key(answer: str, token_sha256: str) -> str:
    return f"{answer}-{token_sha256[:32]}"


def name_of(session: Session, person: int) -> str:
    return session.scalars(select(Person.name).where(Person.id == person)).one()


def name_of_administrator(session: Session, by: int | None) -> str:
    """As mails about an account name them; "" where it was the operator."""
    return "" if by is None else name_of(session, by)


def ref_of(session: Session, person: int) -> str:
    return session.scalars(select(Person.ref).where(Person.id == person)).one()


def addresses(session: Session, project_id: int) -> dict[int, str]:
    """Under which address each person of a project is written to, by person."""
    rows = session.execute(select(Person.id, Person.email).join(Member, Member.person == Person.id).where(
        Member.project_id == project_id, Member.left_at.is_(None)))
    return {row.id: row.email for row in rows}


def affected(session: Session, project_id: int) -> list[str]:
    """The affected groups of a project, in the order in which they were named."""
    return list(session.scalars(select(AffectedGroup.name).where(AffectedGroup.project_id == project_id)
                                .order_by(AffectedGroup.number)))


def _zone(session: Session, given: Invitation) -> str:
    """The time zone of somebody new: of their organisation's country, else of the host."""
    country, zone = session.execute(
        select(Organisation.country, Host.zone).select_from(Project).join(Host, Host.id == Project.host_id)
        .outerjoin(Party, (Party.project_id == Project.id) & (Party.number == given.party_number))
        .outerjoin(Organisation, Organisation.id == Party.organisation).where(Project.ref == given.ref)).one()
    return zone_of(country or "", zone)
