"""Hosts: making one, who works there, and the organisations it entered."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cocreate.db import new_ref
from cocreate.domain.names import skeleton
from cocreate.errors import Conflict
from cocreate.models.hosts import Host, HostMember, Organisation

ADMINISTRATOR, ACCOUNT_MANAGER = "administrator", "account_manager"


def create_host(session: Session, *, name: str, country: str = "", zone: str = "UTC", kind: str = "company",
                now: datetime) -> Host:
    """A new tenant, with itself as its first organisation."""
    host = Host(ref=new_ref(), name=name, country=country, zone=zone, created_at=now)
    session.add(host)
    session.flush()  # the organisation needs its number
    enter_organisation(session, host.id, name=name, kind=kind, country=country, own=True, now=now)
    return host


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


def settle(session: Session, host_id: int, *, name: str, country: str, zone: str, working_days: str,
           legal_note: str) -> None:
    """What an administrator says of the host; dates that were set before stay as they are."""
    session.execute(update(Host).where(Host.id == host_id).values(
        name=name, country=country, zone=zone, working_days=working_days, legal_note=legal_note))


def hosts_of(session: Session, person_id: int, role: str) -> list[Host]:
    """The hosts for which a person has this role, by name."""
    return list(session.scalars(
        select(Host).join(HostMember, HostMember.host_id == Host.id)
        .where(HostMember.person_id == person_id, HostMember.role == role, HostMember.left_at.is_(None))
        .order_by(Host.name)))


def enter_organisation(session: Session, host_id: int, *, name: str, kind: str, country: str = "", own: bool = False,
                       now: datetime) -> Organisation:
    """The organisation of this name, entered now if the host does not know it yet.

    Raises: Conflict if a name that looks the same is spelt differently.
    """
    there = session.scalars(select(Organisation).where(
        Organisation.host_id == host_id, Organisation.skeleton == skeleton(name))).one_or_none()
    if there is not None:
        if there.name.casefold() != name.casefold():
            raise Conflict("organisation.looks_alike", name=there.name)
        return there
    organisation = Organisation(host_id=host_id, ref=new_ref(), name=name, skeleton=skeleton(name), kind=kind,
                                country=country, own=own, created_at=now)
    session.add(organisation)
    session.flush()  # parties refer to its number
    return organisation


def own_organisation(session: Session, host_id: int) -> Organisation:
    return session.scalars(select(Organisation).where(
        Organisation.host_id == host_id, Organisation.own.is_(True))).one()


def partners(session: Session, host_id: int) -> list[Organisation]:
    """The organisations that the host entered, without itself, by name."""
    return list(session.scalars(select(Organisation).where(
        Organisation.host_id == host_id, Organisation.own.is_(False)).order_by(Organisation.name)))
