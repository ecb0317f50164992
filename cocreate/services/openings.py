"""Opening a project: seats filled, people invited, the first stage begun."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.models.hosts import Host
from cocreate.models.projects import AffectedGroup, Member, Party, Project
from cocreate.services import hosts, people, progress, templates
from cocreate.services.acts.openings import Open
from cocreate.services.facts import _calendar as calendar
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
    language: str = "en"
    specimen: bool = False


def open_project(session: Session, host_id: int, new: NewProject, *, actor: int, key: str, now: datetime) -> str:
    """Open the project and invite its people, once for every ``key``; answers its reference.

    Raises: Forbidden unless the actor is an account manager of the host; Invalid with the seat at fault; Conflict where
    an organisation's name only looks like a known one, or the key opened another project.
    """
    if not hosts.has_role(session, host_id, actor, hosts.ACCOUNT_MANAGER):
        raise Forbidden("only", act="open_project", persons=())
    ref = _ref(host_id, actor, key)
    # One opening of a host at a time: the second of two clicks finds what the first one opened.
    session.execute(select(Host.id).where(Host.id == host_id).with_for_update())
    opened = session.scalar(select(Project.title).where(Project.ref == ref))
    if opened is not None:
        if opened != new.title:
            raise Conflict("key.used")
        return ref
    template = templates.by_key(session, host_id, new.template)
    _check(template.definition, new)
    project = Project(
        ref=ref, host_id=host_id, template_id=template.template_id, template_version=template.number,
        definition_sha256=template.definition.sha256, title=new.title, purpose=new.purpose, language=new.language,
        stage=template.definition.first, visit=0, entered_at=now, version=0, head="", target=new.target,
        manager_id=actor, opened_at=now, public_buyer=new.public_buyer, specimen=new.specimen)
    session.add(project)
    session.flush()  # everything inside it begins with its number
    parties = _seat(session, project, template.definition, new, now)
    _join_opener(session, project, parties, new, actor, now)
    for number, name in enumerate(new.affected, 1):
        session.add(AffectedGroup(project_id=project.id, number=number, host_id=host_id, name=name))
    session.flush()  # the first act reads them
    progress.act(session, project.ref, Open(template.key, template.number, charter=_charter(new)), actor=actor, key=f"open-{key}", now=now)
    for seating, party in parties:
        if seating.email:
            people.invite(session, project.ref, party=party.number, email=seating.email,
                          name=seating.name or seating.email.partition("@")[0],
                          parts=("champion", "signatory", "contributor"), greeting=new.greeting, actor=actor,
                          key=f"invite-{party.number}-{key}", now=now)
    return project.ref


def _ref(host_id: int, actor: int, key: str) -> str:
    """A reference that comes out the same when a form is sent twice; the key is as random as any."""
    number = int.from_bytes(hashlib.sha256(f"open {host_id} {actor} {key}".encode()).digest())
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(0, 130, 5))


def signing_date(session: Session, host_id: int, definition: Definition, *, now: datetime) -> date:
    """The first day on which a contract can be signed if every stage takes as long as planned."""
    host = session.get_one(Host, host_id)
    own = calendar(host.zone, host.working_days, host.country, now.year)
    return add_working_days(local_day(now, host.zone), days_needed(definition), (own,))


def days_left(session: Session, host_id: int, until: date, *, now: datetime) -> int:
    """Working days of the host from today to a day."""
    host = session.get_one(Host, host_id)
    own = calendar(host.zone, host.working_days, host.country, now.year)
    return working_days_between(local_day(now, host.zone), until, (own,))


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
    if sum(1 for key in filled if definition.parties[key].contracting) < 1:
        raise Invalid("seat.nobody_contracts", field="seats")
    for seating in new.seats:
        if seating.seat == new.own_seat:
            raise Invalid("seat.taken", field=seating.seat)


def _seat(session: Session, project: Project, definition: Definition, new: NewProject, now: datetime,
          ) -> list[tuple[Seating, Party]]:
    """The parties, numbered in the order of the template's seats."""
    own = hosts.own_organisation(session, project.host_id)
    order = list(definition.parties)
    seatings = list(new.seats)
    if new.own_seat:
        seatings.append(Seating(new.own_seat, own.name, own.kind, own.country))
    seatings.sort(key=lambda seating: order.index(seating.seat))
    parties: list[tuple[Seating, Party]] = []
    taken: dict[int, str] = {}
    for number, seating in enumerate(seatings, 1):
        organisation = hosts.enter_organisation(
            session, project.host_id, name=seating.organisation, kind=seating.kind, country=seating.country, now=now)
        if organisation.id in taken:
            raise Invalid("seat.twice", field=seating.seat, name=organisation.name,
                          seat=say(definition.parties[taken[organisation.id]].name, new.language))
        taken[organisation.id] = seating.seat
        party = Party(project_id=project.id, number=number, host_id=project.host_id, seat=seating.seat,
                      organisation=organisation.id, name=organisation.name, joined_at=now)
        session.add(party)
        parties.append((seating, party))
    session.flush()  # members refer to parties
    return parties


def _join_opener(session: Session, project: Project, parties: list[tuple[Seating, Party]], new: NewProject,
                 actor: int, now: datetime) -> None:
    """The account manager sits for the host, or helps without a seat."""
    own = next((party.number for seating, party in parties if seating.seat == new.own_seat), None)
    parts = "manager" if own is None else "champion signatory contributor manager"
    session.add(Member(project_id=project.id, person=actor, host_id=project.host_id, party=own,
                       name=people.name_of(session, actor), parts=parts, accepted_at=now))


def _charter(new: NewProject) -> tuple[tuple[str, str], ...]:
    """What is proposed for working together: the opener's words, and ours where there are none."""
    tender = {"before": "A public buyer takes part, before a tender: these are market talks. Nothing said here binds a "
                        "later award, and every bidder gets the same information.",
              "during": "A public buyer takes part in a tender. Talk about the offer only as the tender allows.",
              "after": "A public buyer takes part after the award. What must be published is published."}
    proposed = {
        "purpose": new.purpose,
        "decisions": "Each party decides for itself at every gate, through its signatory. Silence is not agreement.",
        "openness": "Every figure says where it comes from and how sure it is. What a task marks as a party's own stays "
                    "with that party; everything else is open to all parties of the project.",
        "sharing": "Costs and gains are shared so that no party is worse off than without the project. The figures are "
                   "agreed in the value case.",
        **({"public_buyer": tender[new.public_buyer]} if new.public_buyer in tender else {}),
    }
    return tuple((part, text) for part, text in proposed.items() if text)
