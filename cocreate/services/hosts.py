"""Hosts: making one, who works there, and the organisations it entered."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cocreate.db import insert_into, new_ref
from cocreate.domain.hosts import HostAct, Said
from cocreate.domain.names import skeleton
from cocreate.domain.uploads import check
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.models.hosts import Host, HostMember, Organisation
from cocreate.models.people import Person
from cocreate.services import host_records
from cocreate.services.acts.change import Administrator
from cocreate.services.facts import calendar
from cocreate.services.locks import lock_host
from cocreate.storage import Store
from workflows.calendars import Calendar

ADMINISTRATOR, ACCOUNT_MANAGER = "administrator", "account_manager"
LOGO_BYTES = 200 * 1024  # it goes out with every mail
LOGO_TYPES = ("image/png", "image/jpeg")


@dataclass(frozen=True, slots=True)
class Logo:
    """What stands on contracts and mails; its bytes are in the host's store. Empty for none."""

    sha256: str | None = None
    media_type: str | None = None


def create_host(session: Session, *, name: str, country: str = "", zone: str = "UTC", kind: str = "company",
                first: int | None = None, now: datetime) -> Host:
    """A new tenant, with itself as its first organisation. first: who administers it and opens its projects."""
    host = Host(ref=new_ref(), name=name, country=country, zone=zone, created_at=now)
    session.add(host)
    session.flush()  # the organisation needs its number
    enter_organisation(session, host.id, name=name, kind=kind, country=country, own=True, now=now)
    after, roles = {"name": name, "country": country, "zone": zone}, (ADMINISTRATOR, ACCOUNT_MANAGER)
    if first is None:
        host_records.note(session, host.id, HostAct.CREATED, by=None, after=after, now=now)
        return host
    for role in roles:
        employ(session, host.id, first, role, now=now)
    host_records.note_of(session, host.id, HostAct.CREATED, first, by=None, after=after | {"roles": roles}, now=now)
    return host


def looking_like(session: Session, name: str) -> str | None:
    """The name of a host that is called so, or that looks the same."""
    return session.scalar(select(Organisation.name).where(
        Organisation.own.is_(True), Organisation.skeleton == skeleton(name)).limit(1))


def employ(session: Session, host_id: int, person_id: int, role: str, *, now: datetime) -> None:
    """Give a person a role at the host; a role they have had before comes back."""
    there = session.get(HostMember, (host_id, person_id, role))
    if there is None:
        session.add(HostMember(host_id=host_id, person_id=person_id, role=role, since=now))
    else:
        there.left_at = None
    session.flush()  # the role counts within this transaction


def has_role(session: Session, host_id: int, person_id: int, role: str) -> bool:
    there = session.get(HostMember, (host_id, person_id, role))
    return there is not None and there.left_at is None


def settle(session: Session, host_id: int, said: Said, *, logo: Logo | None = None, by: int | None = None,
           now: datetime) -> None:
    """Take what an administrator says of the host; dates that were set before, and contracts, stay as they are.

    logo: another one, or that there is none any more.
    Raises: Conflict where another organisation of the host is called alike; Invalid for a sender's address where none
    of its people gets mail: another host may be at home there, for which this installation may send.
    """
    lock_host(session, host_id)
    host = session.get_one(Host, host_id)
    if said.sender_address and said.sender_address != host.sender_address and not _at_home(
            session, host_id, said.sender_address):
        raise Invalid("sender.elsewhere", field="sender_address")
    own = own_organisation(session, host_id)
    there = session.scalar(select(Organisation.name).where(
        Organisation.host_id == host_id, Organisation.skeleton == skeleton(said.name), Organisation.id != own.id))
    if there is not None:
        raise Conflict("organisation.looks_alike", field="name", name=there)
    own.name, own.skeleton, own.country = said.name, skeleton(said.name), said.country
    values: dict[str, object] = {field.name: getattr(said, field.name) for field in fields(said)
                                 if field.name != "opens"}
    if logo is not None:
        values |= {"logo_sha256": logo.sha256, "logo_type": logo.media_type}
    before = {name: getattr(host, name) for name in values}
    session.execute(update(Host).where(Host.id == host_id).values(**values))
    may, may_not = _let_open(session, host_id, said.opens)
    changed = [name for name in values if before[name] != values[name] and name != "logo_type"]
    if changed or may or may_not:
        host_records.note(session, host_id, HostAct.CHANGED, by=by, before={name: before[name] for name in changed},
                          after={name: values[name] for name in changed}, now=now,
                          personal={key: names for key, names in (("may", may), ("may_not", may_not)) if names})


def _let_open(session: Session, host_id: int, people: Collection[int]) -> tuple[list[str], list[str]]:
    """Let these account managers open projects and no others; names of who may since, and of who may no more."""
    changed: tuple[list[str], list[str]] = [], []
    for member, name in session.execute(
            select(HostMember, Person.name).join(Person, Person.id == HostMember.person_id)
            .where(HostMember.host_id == host_id, HostMember.role == ACCOUNT_MANAGER).order_by(Person.name)):
        if member.opens != (member.person_id in people):
            member.opens = member.person_id in people
            if member.left_at is None:
                changed[0 if member.opens else 1].append(name)
    return changed


def _at_home(session: Session, host_id: int, address: str) -> bool:
    """Whether somebody who works for the host came by a mail to this domain, or to the one it is a part of."""
    domain = address.rpartition("@")[2]
    emails = session.scalars(select(Person.email).join(HostMember, HostMember.person_id == Person.id).where(
        HostMember.host_id == host_id, HostMember.left_at.is_(None), Person.deactivated_at.is_(None)))
    return any(f".{domain}".endswith(f".{email.rpartition('@')[2]}") for email in emails)


def keep_logo(store: Store, ref: str, name: str, file: BinaryIO, size: int) -> Logo:
    """Check and store a picture for contracts and mails.

    Raises: Invalid with the rule it breaks, TooLarge, StoreFull.
    """
    if size > LOGO_BYTES:
        raise Invalid("logo.large", field="logo", most=LOGO_BYTES // 1024)
    try:
        accepted = check(name, file, size, limit_mb=1)
    except Invalid as refused:
        if refused.code != "upload.type":
            raise
        raise Invalid("logo.type", field="logo") from None  # what documents may be is no help here
    if accepted.media_type not in LOGO_TYPES:
        raise Invalid("logo.type", field="logo")
    return Logo(store.put(ref, file, limit=LOGO_BYTES).sha256, accepted.media_type)


def logo(session: Session, store: Store, host_id: int) -> bytes:
    """What stands on contracts and mails; empty where the host has none."""
    host = session.get_one(Host, host_id)
    return store.read(host.ref, host.logo_sha256) if host.logo_sha256 else b""


def greeting(session: Session, host_id: int, person: int) -> str:
    """With what an invitation of this person begins: the host's standard text, for its own people."""
    works = session.scalar(select(HostMember.person_id).where(
        HostMember.host_id == host_id, HostMember.person_id == person, HostMember.left_at.is_(None)).limit(1))
    return session.get_one(Host, host_id).greeting if works else ""


def calendar_of(host: Host, now: datetime) -> Calendar:
    """When the people of a host work."""
    return calendar(host.zone, host.working_days, host.country, host.days_off, now.year)


def openers(session: Session, host_id: int) -> list[tuple[int, str, bool]]:
    """(person, name, may open projects) of every account manager of a host, by name."""
    rows = session.execute(
        select(Person.id, Person.name, HostMember.opens).join(HostMember, HostMember.person_id == Person.id)
        .where(HostMember.host_id == host_id, HostMember.role == ACCOUNT_MANAGER, HostMember.left_at.is_(None),
               Person.deactivated_at.is_(None)).order_by(Person.name))
    return [(row.id, row.name, row.opens) for row in rows]


def opening_for(session: Session, person_id: int) -> list[Host]:
    """The hosts for which a person may open projects, by name."""
    return list(session.scalars(
        select(Host).join(HostMember, HostMember.host_id == Host.id)
        .where(HostMember.person_id == person_id, HostMember.role == ACCOUNT_MANAGER, HostMember.left_at.is_(None),
               HostMember.opens.is_(True)).order_by(Host.name)))


def require_opener(session: Session, host_id: int, person_id: int) -> None:
    """Raises: Forbidden, with who may open projects."""
    may = {person: name for person, name, opens in openers(session, host_id) if opens}
    if person_id not in may:
        raise Forbidden("opener", names=tuple(may.values()))


def names(session: Session, ids: Collection[int]) -> dict[int, str]:
    return {row.id: row.name for row in session.execute(select(Host.id, Host.name).where(Host.id.in_(ids)))}


def hosts_of(session: Session, person_id: int, role: str) -> list[Host]:
    """The hosts for which a person has this role, by name."""
    return list(session.scalars(
        select(Host).join(HostMember, HostMember.host_id == Host.id)
        .where(HostMember.person_id == person_id, HostMember.role == role, HostMember.left_at.is_(None))
        .order_by(Host.name)))


def roles_of(session: Session, person_id: int) -> dict[str, list[str]]:
    """Name of each host for which a person works -> their roles there."""
    found: dict[str, list[str]] = {}
    for name, role in session.execute(
            select(Host.name, HostMember.role).join(HostMember, HostMember.host_id == Host.id)
            .where(HostMember.person_id == person_id, HostMember.left_at.is_(None))
            .order_by(Host.name, HostMember.role)):
        found.setdefault(name, []).append(role)
    return found


def enter_organisation(session: Session, host_id: int, *, name: str, kind: str, country: str = "", own: bool = False,
                       now: datetime) -> Organisation:
    """The organisation of this name, entered now if the host does not know it yet.

    Raises: Conflict if a name that looks the same is spelt differently.
    """
    known = select(Organisation).where(Organisation.host_id == host_id, Organisation.skeleton == skeleton(name))
    there = session.scalars(known).one_or_none()
    if there is None:
        session.execute(insert_into(session, Organisation).values(
            host_id=host_id, ref=new_ref(), name=name, skeleton=skeleton(name), kind=kind, country=country, own=own,
            created_at=now).on_conflict_do_nothing(index_elements=["skeleton", "host_id"]))
        there = session.scalars(known).one()  # perhaps as somebody else has entered it in this moment
    require_spelt(there.name, name)
    return there


def require_spelt(known: str, name: str) -> None:
    """Raises: Conflict if a known name only looks the same."""
    if known.casefold() != name.casefold():
        raise Conflict("organisation.looks_alike", name=known)


def own_organisation(session: Session, host_id: int) -> Organisation:
    return session.scalars(select(Organisation).where(
        Organisation.host_id == host_id, Organisation.own.is_(True))).one()


def partners(session: Session, host_id: int) -> list[Organisation]:
    """The organisations that the host entered, without itself, by name."""
    return list(session.scalars(select(Organisation).where(
        Organisation.host_id == host_id, Organisation.own.is_(False)).order_by(Organisation.name)))


def administrator(session: Session, host_id: int, by: int | None) -> Administrator | None:
    """As record and mails name them; None where it was the operator."""
    return None if by is None else Administrator(session.get_one(Person, by).name, session.get_one(Host, host_id).name)
