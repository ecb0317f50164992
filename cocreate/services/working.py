"""When a person works: on the days of their organisation, in the hours of their place."""

from collections.abc import Collection
from datetime import date, datetime, time
from functools import lru_cache

import holidays
from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.domain.countries import zone_of
from cocreate.models.hosts import Host, HostMember, Organisation
from cocreate.models.people import Person
from cocreate.models.projects import Member, Party
from workflows.calendars import WEEK, Calendar

MORNING, EVENING = time(8), time(18)  # between them a mail may come


def calendars(session: Session, persons: Collection[int], now: datetime) -> dict[int, Calendar]:
    """Each person's own: who works for a host keeps its days, all others those of their organisation's country."""
    people = session.execute(
        select(Person.id, Person.zone, Person.activated_at).where(Person.id.in_(persons))).all()
    countries: dict[int, str] = dict(session.execute(
        select(Member.person, Organisation.country)
        .join(Party, (Party.project_id == Member.project_id) & (Party.number == Member.party))
        .join(Organisation, Organisation.id == Party.organisation)
        .where(Member.person.in_(persons), Member.left_at.is_(None)).order_by(Member.project_id)).all())
    hosts = {person: (days, country, off) for person, days, country, off in session.execute(
        select(HostMember.person_id, Host.working_days, Host.country, Host.days_off)
        .join(Host, Host.id == HostMember.host_id)
        .where(HostMember.person_id.in_(persons), HostMember.left_at.is_(None)).order_by(Host.id.desc()))}
    found = {}
    for person, zone, activated_at in people:
        days, country, off = hosts.get(person, ("", countries.get(person, ""), ""))
        # Who has never signed in has chosen no zone.
        there = zone if activated_at else zone_of(countries.get(person, ""), zone)
        found[person] = _calendar(there, days, country, off, now.year)
    return found


@lru_cache(maxsize=1024)
def _calendar(zone: str, days: str, country: str, days_off: str, year: int) -> Calendar:
    """days: ISO week days, "" where the country's own count. days_off: further ones, as a host keeps them."""
    off = _holidays(country, year)
    week = frozenset(int(day) - 1 for day in days) if days else frozenset(range(7)) - off.weekend if off else WEEK
    return Calendar(zone, week, frozenset(off or ()) | frozenset(map(date.fromisoformat, days_off.split())), MORNING,
                    EVENING)


def _holidays(country: str, year: int) -> holidays.HolidayBase | None:
    try:
        return holidays.country_holidays(country, years=range(year, year + 2)) if country else None
    except NotImplementedError:  # the library does not know the country
        return None
