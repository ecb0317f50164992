"""Coming to work for a host: a mailed link asks, and the role begins when the person says yes.

Whoever invites learns nothing about an account that was there before: neither that it is, nor its name.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, aliased

from cocreate.domain.hosts import HostAct
from cocreate.errors import Ended
from cocreate.models.hosts import Host, HostInvitation
from cocreate.models.people import Person
from cocreate.services import accounts, hashing, host_records, hosts, outbox
from cocreate.services.locks import lock_host

LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Joining:
    """What an invited colleague may read before they accept."""

    host_id: int
    host: str
    zone: str
    legal_note: str
    person: int
    email: str
    name: str
    known: bool  # has a sign-in already
    inviter: str
    roles: tuple[str, ...]


def invite(session: Session, host_id: int, person: int, *, name: str, roles: Collection[str], by: int,
           now: datetime) -> None:
    """Mail a link with which somebody begins to work for the host; an earlier one ends."""
    host, inviter = session.get_one(Host, host_id), session.get_one(Person, by)
    end(session, host_id, person)
    token, until = hashing.new_token(), now + LASTS
    session.execute(insert(HostInvitation).values(
        host_id=host_id, person_id=person, name=name, roles=" ".join(sorted(roles)), invited_by=by,
        token_sha256=hashing.digest(token), expires_at=until))
    outbox.post_account(session, person_id=person, kind="staff_invitation", now=now, values={
        "secret": token, "until": until, "host_id": host_id, "host": host.name, "who": inviter.name, "name": name,
        "roles": sorted(roles)})


def take_back(session: Session, host_id: int, person: int, *, by: int, now: datetime) -> None:
    """End an invitation that waits; one that was answered meanwhile, or taken back, is none any more."""
    lock_host(session, host_id)
    waiting = session.get(HostInvitation, (host_id, person))
    if waiting is None:
        return
    end(session, host_id, person)
    host_records.note_of(session, host_id, HostAct.TAKEN_BACK, person, by=by, before={"roles": waiting.roles.split()},
                         personal={"name": waiting.name}, now=now)


def end(session: Session, host_id: int, person: int) -> None:
    """Its link opens nothing any more, and a mail that waits does not go out."""
    session.execute(delete(HostInvitation).where(HostInvitation.host_id == host_id,
                                                 HostInvitation.person_id == person))


def invitation(session: Session, token: str, *, now: datetime) -> Joining:
    """What a mailed link opens; reading changes nothing. Raises: Ended, the same for every reason."""
    inviter = aliased(Person)
    row = session.execute(
        select(HostInvitation, Host, Person, inviter.name.label("inviter"))
        .join(Host, Host.id == HostInvitation.host_id).join(Person, Person.id == HostInvitation.person_id)
        .join(inviter, inviter.id == HostInvitation.invited_by)
        .where(HostInvitation.token_sha256 == hashing.digest(token), HostInvitation.expires_at > now,
               Person.deactivated_at.is_(None))).first()
    if row is None:
        raise Ended("invitation")
    given, host, person = row.HostInvitation, row.Host, row.Person
    return Joining(host.id, host.name, host.zone, host.legal_note, person.id, person.email, given.name,
                   person.password_hash is not None, row.inviter, tuple(given.roles.split()))


def accept(session: Session, token: str, *, name: str = "", password: str | None = None, now: datetime) -> Joining:
    """Begin to work for the host; who is new sets name and password in the same step.

    password: None where the person has signed in. Raises: Ended; Invalid if the password will not do.
    """
    given = invitation(session, token, now=now)
    if password is not None and given.known:
        raise Ended("invitation")  # a mailed link must not replace a password
    lock_host(session, given.host_id)  # before its row, as who takes it back or sends it again
    used = session.scalar(delete(HostInvitation).where(HostInvitation.token_sha256 == hashing.digest(token))
                          .returning(HostInvitation.person_id))
    if used is None:
        raise Ended("invitation")
    if password is not None:
        accounts.activate(session, given.person, name=name, password=password, zone=given.zone, context=(given.host,),
                          now=now)
    for role in given.roles:
        hosts.employ(session, given.host_id, given.person, role, now=now)
    host_records.note_of(session, given.host_id, HostAct.JOINED, given.person, by=given.person,
                         after={"roles": given.roles}, now=now)
    return given
