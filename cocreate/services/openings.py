"""Opening a project: seats filled, people invited, the first stage begun."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.db import new_ref, table_of
from cocreate.domain import countries
from cocreate.domain.names import name_in_address, skeleton
from cocreate.errors import Conflict, Invalid
from cocreate.models.hosts import Host, Organisation
from cocreate.models.mails import Outbox
from cocreate.models.projects import AffectedGroup, Member, Party, Project
from cocreate.sentences import charter
from cocreate.services import facts, grounds, hosts, outbox, people, progress
from cocreate.services.accounts import one_address
from cocreate.services.acts.openings import Open
from cocreate.services.grounds import Grounds, Known
from cocreate.services.letters import MailContext, context
from cocreate.services.writes import Insert, send, send_first
from workflows.calendars import add_working_days, local_day, working_days_between
from workflows.definition import Definition
from workflows.texts import say

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # as in every reference


@dataclass(frozen=True, slots=True)
class Seating:
    """An organisation for a seat, and the champion to invite; no address: seated now, invited later."""

    seat: str
    organisation: str
    kind: str = "company"
    country: str = ""
    name: str = ""
    email: str = ""
    language: str = ""  # in which the champion is written to, if we do not know them yet


@dataclass(frozen=True, slots=True)
class NewProject:
    """What opening a project needs. ``own_seat`` is the host's; None where it only helps."""

    template: str
    title: str
    purpose: str
    target: date
    own_seat: str | None
    seats: tuple[Seating, ...]
    affected: tuple[str, ...] = ()
    greeting: str = ""
    public_buyer: str = "no"
    currency: str | None = None  # None: that of the host's country; "": each amount asks for its own
    language: str = "en"
    specimen: bool = False


def open_project(session: Session, host_id: int, new: NewProject, *, actor: int, key: str, now: datetime) -> str:
    """Open the project and invite its people, once for every ``key``; answers its reference.

    Raises: Forbidden unless the actor may open projects of the host; Invalid with the seat at fault; Conflict where
    an organisation's name only looks like a known one, or the key opened another project.
    """
    ref, connection = reference(host_id, actor, key), session.connection()
    found = grounds.look(connection, host_id, actor=actor, ref=ref, template=new.template,
                         names=[seating.organisation for seating in new.seats])
    if found.title is not None:
        if found.title != new.title:
            raise Conflict("key.used")
        return ref
    template_id, number, definition = found.template
    _check(definition, new)
    parties = _seat(session, host_id, found, new, now)
    currency = countries.currency_of(found.host.country, now.date()) if new.currency is None else new.currency
    project_id = send_first(connection, table_of(Project), {
        "ref": ref, "host_id": host_id, "template_id": template_id, "template_version": number,
        "definition_sha256": definition.sha256, "title": new.title, "purpose": new.purpose, "language": new.language,
        "stage": definition.first, "visit": 0, "entered_at": now, "version": 0, "head": "", "target": new.target,
        "manager_id": actor, "opened_at": now, "rested": 0, "public_buyer": new.public_buyer,
        "currency": currency, "specimen": new.specimen})
    inside: dict[str, Any] = {"project_id": project_id, "host_id": host_id}
    send(connection, None, [
        Insert(table_of(Party), tuple(inside | party for _seating, party in parties)),
        Insert(table_of(Member), (inside | _opener(found, parties, actor, now),)),
        Insert(table_of(AffectedGroup), tuple(inside | {"number": place, "name": name}
                                              for place, name in enumerate(new.affected, 1)))])
    proposed = charter.proposed(new.purpose, new.public_buyer, new.language)
    progress.act(session, ref, Open(definition.key, number, charter=proposed), actor=actor, key=f"open-{key}", now=now)
    # By their addresses, so that two who open projects with the same new people do not wait for each other.
    for seating, party in sorted((one for one in parties if one[0].email), key=lambda one: one_address(one[0].email)):
        people.invite(session, ref, party=party["number"], email=seating.email,
                      name=seating.name or name_in_address(seating.email), language=seating.language,
                      parts=("champion", "signatory", "contributor"), greeting=new.greeting, actor=actor,
                      key=f"invite-{party['number']}-{key}", now=now)
    return ref


def letters(session: Session, host_id: int, new: NewProject, *, actor: int, now: datetime) -> list[MailContext]:
    """The invitations as they would arrive, in the order of the contract.

    It opens the project to write them: roll back what it did. As somebody whom nobody knows would get them: what is in
    an account that an address has already, be it a name or a language, is not for who only typed the address.
    """
    key, own = f"look-{new_ref()}", people.address_of(session, actor)
    unknown = {address: f"{new_ref()}@nobody.invalid" for seating in new.seats if seating.email
               and (address := one_address(seating.email)) != own}
    seats = tuple(replace(
        seating, name=seating.name or name_in_address(seating.email), email=unknown.get(
            one_address(seating.email), seating.email)) if seating.email else seating for seating in new.seats)
    with facts.aside(reference(host_id, actor, key)):
        ref = open_project(session, host_id, replace(new, seats=seats), actor=actor, key=key, now=now)
    session.flush()  # the mails are read back
    project = session.scalars(select(Project.id).where(Project.ref == ref)).one()
    rows = session.scalars(select(Outbox).where(Outbox.project_id == project, Outbox.kind == "invitation")
                           .order_by(Outbox.seq))
    known = {nobody: address for address, nobody in unknown.items()}
    found = [context(session, outbox.read(row), now) for row in rows]
    return sorted((replace(one, to=known[one.to]) for one in found if one is not None),
                  key=lambda one: one.subject.party or 0 if one.subject else 0)


def reference(host_id: int, actor: int, key: str) -> str:
    """A reference that comes out the same when a form is sent twice; the key is as random as any."""
    number = int.from_bytes(hashlib.sha256(f"open {host_id} {actor} {key}".encode()).digest())
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(0, 130, 5))


def signing_date(session: Session, host_id: int, definition: Definition, *, now: datetime) -> date:
    """The first day on which a contract can be signed if every stage takes as long as planned."""
    host = session.get_one(Host, host_id)
    return add_working_days(local_day(now, host.zone), days_needed(definition), (hosts.calendar_of(host, now),))


def days_left(session: Session, host_id: int, until: date, *, now: datetime) -> int:
    """Working days of the host from today to a day; none where that has passed."""
    host = session.get_one(Host, host_id)
    return max(0, working_days_between(local_day(now, host.zone), until, (hosts.calendar_of(host, now),)))


def days_needed(definition: Definition) -> int:
    """Working days the template takes from opening to the last signature."""
    way = [key for key in definition.stages if definition.order[key] <= _signing(definition)]
    return sum(definition.stages[key].target for key in way)


def _signing(definition: Definition) -> int:
    return next((definition.order[key] for key, stage in definition.stages.items() if stage.contract == "signed"),
                len(definition.stages))


def _check(definition: Definition, new: NewProject) -> None:
    """Seats exist, required ones are filled, one organisation sits once."""
    filled = {seating.seat for seating in new.seats} | ({new.own_seat} if new.own_seat else set())
    for key in filled:
        if key not in definition.parties:
            raise Invalid("seat.unknown", field=key)
    for key, seat in definition.parties.items():
        if seat.required and key not in filled:
            raise Invalid("seat.required", field=key, seat=say(seat.name, new.language))
    for key, seat in definition.parties.items():
        taken = sum(seating.seat == key for seating in new.seats) + (key == new.own_seat)
        if taken > (seat.many.max if seat.many else 1):
            raise Invalid("seat.full", field=key, seat=say(seat.name, new.language))
    if sum(1 for key in filled if definition.parties[key].contracting) < 1:
        raise Invalid("seat.nobody_contracts", field="seats")


def _seat(session: Session, host_id: int, found: Grounds, new: NewProject, now: datetime,
          ) -> list[tuple[Seating, dict[str, Any]]]:
    """The parties, numbered in the order of the template's seats."""
    host, definition = found.host, found.template[2]
    order = list(definition.parties)
    seatings = list(new.seats)
    if new.own_seat:
        seatings.append(Seating(new.own_seat, host.name, host.kind, host.country))
    seatings.sort(key=lambda seating: order.index(seating.seat))
    parties: list[tuple[Seating, dict[str, Any]]] = []
    taken: dict[int, str] = {}
    for number, seating in enumerate(seatings, 1):
        organisation = _organisation(session, host_id, found, seating, now)
        if organisation.id in taken:
            raise Invalid("seat.twice", field=seating.seat, name=organisation.name,
                          seat=say(definition.parties[taken[organisation.id]].name, new.language))
        taken[organisation.id] = seating.seat
        parties.append((seating, {"number": number, "seat": seating.seat, "organisation": organisation.id,
                                  "name": organisation.name, "words_by_mail": True, "joined_at": now}))
    return parties


def _organisation(session: Session, host_id: int, found: Grounds, seating: Seating, now: datetime,
                  ) -> Known | Organisation:
    known = found.organisations.get(skeleton(seating.organisation))
    if known is None:
        return hosts.enter_organisation(session, host_id, name=seating.organisation, kind=seating.kind,
                                        country=seating.country, now=now)
    hosts.require_spelt(known.name, seating.organisation)
    return known


def _opener(found: Grounds, parties: list[tuple[Seating, dict[str, Any]]], actor: int, now: datetime) -> dict[str, Any]:
    """The account manager sits for the host, or helps without a seat."""
    own = next((party["number"] for _seating, party in parties if party["organisation"] == found.host.id), None)
    parts = "manager" if own is None else "champion signatory contributor manager"
    return {"person": actor, "party": own, "name": found.opener, "parts": parts, "greeting": "",
            "accepted_at": now}
