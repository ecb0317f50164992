"""The organisations for which one person acts, over all their projects: parts, colleagues, being away, leaving.

Each project is changed by its own act; together they are one transaction: one refusal keeps everything as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.domain.leading import in_charge
from cocreate.errors import Invalid, NotFound
from cocreate.models.hosts import Organisation
from cocreate.models.projects import Member, Party, Project
from cocreate.services import absences, people
from cocreate.services.acts.absences import absence_of, own_parts
from cocreate.services.acts.people import heirs, is_last_champion, tasks_of
from cocreate.services.facts import look_all
from cocreate.services.locks import lock_projects
from workflows.facts import AbsenceFact, Facts


@dataclass(frozen=True, slots=True)
class Place:
    """One's place in one project: the facts as one sees them."""

    facts: Facts
    person: int

    @property
    def parts(self) -> frozenset[str]:
        return self.facts.actor.own if self.facts.actor else frozenset()

    @property
    def absence(self) -> AbsenceFact | None:
        """One's own that runs or is to come."""
        return absence_of(self.facts, self.person)

    @property
    def colleagues(self) -> dict[int, str]:
        """Who is there for the same party."""
        own = self.facts.actor
        return {m.person: m.name for m in self.facts.members if own and own.party is not None and m.party == own.party
                and m.present and m.person != self.person}


@dataclass(frozen=True, slots=True)
class Membership:
    """An organisation and one's places in its projects, running ones first."""

    ref: str
    name: str
    places: tuple[Place, ...]

    @property
    def running(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if not place.facts.ended)


def of_person(session: Session, person: int, *, now: datetime) -> list[Membership]:
    """Every organisation one acts for, by name; what one looks after without a party belongs to none."""
    rows = session.execute(
        select(Organisation.ref, Organisation.name, Project.ref.label("project"))
        .join(Party, Party.organisation == Organisation.id).join(Project, Project.id == Party.project_id)
        .join(Member, (Member.project_id == Party.project_id) & (Member.party == Party.number))
        .where(Member.person == person, Member.accepted_at.is_not(None), Member.left_at.is_(None))
        .order_by(Organisation.name, Project.ended_at.is_not(None), Project.id)).all()
    every = look_all(session, [row.project for row in rows], person=person, now=now)
    found: dict[str, tuple[str, list[Place]]] = {}
    for row, facts in zip(rows, every, strict=True):
        found.setdefault(row.ref, (row.name, []))[1].append(Place(facts, person))
    return [Membership(ref, name, tuple(places)) for ref, (name, places) in found.items()]


def go_away(session: Session, person: int, *, to: int, starts: date | None, until: date, key: str, now: datetime,
            ) -> tuple[list[str], list[str]]:
    """Let a colleague stand in wherever they are in one's own party; (titles with, titles without a substitute).

    Raises: what ``absences.hand_over`` raises; Invalid where the colleague is nowhere.
    """
    places = [place for one in of_person(session, person, now=now) for place in one.running if own_parts_of(place)]
    covered = [place for place in places if to in place.colleagues]
    if not covered:
        raise Invalid("substitute.not_here", field="to")
    _lock(session, covered)
    for place in covered:
        absences.hand_over(session, place.facts.project.ref, person=person, to=to, parts=own_parts_of(place),
                           starts=starts, until=until, actor=person, key=key, now=now)
    return [place.facts.project.title for place in covered], [place.facts.project.title for place in places
                                                              if place not in covered]


def come_back(session: Session, person: int, *, key: str, now: datetime) -> int:
    """Take one's parts back everywhere; in how many projects."""
    away = [(place, place.absence) for one in of_person(session, person, now=now) for place in one.places
            if place.absence is not None and (not place.facts.ended or place.facts.project.outcome == "agreed")]
    _lock(session, [place for place, _ in away])
    for place, absence in away:
        if absence is not None:
            absences.come_back(session, place.facts.project.ref, number=absence.number, actor=person, key=key, now=now)
    return len(away)


def one(session: Session, person: int, ref: str, *, now: datetime) -> Membership:
    """Raises: NotFound for an organisation that is not one's own."""
    found = next((found for found in of_person(session, person, now=now) if found.ref == ref), None)
    if found is None or not found.running:
        raise NotFound
    return found


def stuck(membership: Membership) -> Sequence[Place]:
    """Where one cannot go yet: as the last champion, or as the one who looks after the project."""
    return [place for place in membership.running if place.facts.actor and (
        is_last_champion(place.facts, place.facts.actor) or in_charge(place.facts, place.facts.actor))]


def owed(membership: Membership) -> int:
    """How many open tasks somebody takes over."""
    return sum(len(tasks_of(place.facts, place.person)) for place in membership.running)


def takers(membership: Membership) -> dict[int, str]:
    """Who is there, in every project with an open task of one's own, to take it over."""
    found = [{m.person: m.name for m in heirs(place.facts, place.facts.actor)} for place in membership.running
             if place.facts.actor and tasks_of(place.facts, place.person)]
    return {person: name for person, name in found[0].items() if all(person in one for one in found)} if found else {}


def leave(session: Session, person: int, ref: str, *, to: int | None, key: str, now: datetime) -> Membership:
    """Go from every running project of an organisation; ``to`` gets what is open. What has ended stays readable.

    Raises: NotFound; Conflict for the last champion; Invalid where open tasks have no taker.
    """
    membership = one(session, person, ref, now=now)
    _lock(session, membership.running)
    for place in membership.running:
        people.remove(session, place.facts.project.ref, person=person, to=to, actor=person, key=key, now=now)
    return membership


def _lock(session: Session, places: Sequence[Place]) -> None:
    lock_projects(session, [place.facts.project.ref for place in places])


def own_parts_of(place: Place) -> tuple[str, ...]:
    """What can be handed over there."""
    return own_parts(place.facts.actor) if place.facts.actor else ()
