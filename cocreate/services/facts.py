"""Looking at a project as facts: for somebody who is in it; to anybody else it does not exist.

An act need not read again what its process knows. The head of a project's record names its facts, as a hash names a
definition: it commits, with salts, to everything that happened, and nothing changes without an event (P-22). So after
each act its facts are kept, and the next one, under the lock, reads the head: if it is theirs, they are true. Another
process that acted in between has moved it; an act that was rolled back leaves facts of a head that never comes. What
does change without an event is read every time: see ``reading.fleeting``.

While the lock and the look are on their way, an act is worked out with what is expected to be seen: the kept facts,
and what the last look saw besides. If that is what is seen, it counts; else it is worked out again.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple, TypeVar

import holidays
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from cocreate.db import driver
from cocreate.domain.computed import with_computed
from cocreate.errors import NotFound
from cocreate.services import definitions, reading
from cocreate.services.reading import Fleeting
from workflows.calendars import Calendar
from workflows.facts import Facts
from workflows.values import replace

T = TypeVar("T")

MOST = 300  # projects whose facts a process keeps
_KEPT: OrderedDict[str, "_Kept"] = OrderedDict()  # reference -> what was so under the lock, after the last event seen
_ASIDE: set[str] = set()  # references of projects that are taken back


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look gives: the facts, and the answer already given under the key, if any."""

    facts: Facts
    fleeting: Fleeting

    @property
    def answered(self) -> tuple[str, str] | None:
        """(hash of the request, answer as JSON)"""
        return self.fleeting.answered


class _Kept(NamedTuple):
    facts: Facts
    fleeting: Fleeting  # as it was seen last, answers left out


def look(session: Session, ref: str, *, person: int | None, now: datetime, key: str = "", lock: bool = False) -> Seen:
    """The facts of a project as they are; with ``lock`` as they stay until the transaction ends.

    person: who looks; None is the system itself.
    Raises: NotFound if there is no such project, or the person is not in it.
    """
    connection = session.connection()
    if lock:
        return look_locked(connection, ref, person=person, now=now, key=key)
    own = () if person is None else (str(person),)
    found = driver.execute(connection, (reading.whole(_postgres(connection), own=bool(own)), (ref, key, *own)))
    if not found:
        raise NotFound
    return _for(*_read(connection, found[0]), person, now)


def look_all(session: Session, refs: Sequence[str], *, person: int, now: datetime) -> list[Facts]:
    """The facts of several projects that a person is in, in this order, in one statement."""
    if not refs:
        return []
    connection = session.connection()
    sql = reading.whole(_postgres(connection), several=True)
    texts = driver.execute(connection, (sql, (json.dumps(refs), "")))
    found = [_for(*_read(connection, text), person, now).facts for text in texts]
    place = {ref: number for number, ref in enumerate(refs)}
    return sorted(found, key=lambda facts: place[facts.project.ref])


def look_locked(connection: Connection, ref: str, *, person: int | None, now: datetime, key: str = "") -> Seen:
    """``look`` with ``lock``, for acts: of figures only those that a condition looks at.

    Acts shall not slow down with what was given. And it is never earlier than at the last event, whatever this
    machine's clock says: a record does not go backwards.
    """
    return _Locked(connection, ref, person, now, key).seen()


def work_locked(connection: Connection, ref: str, work: Callable[[Facts], T], *, person: int | None, now: datetime,
                key: str) -> tuple[Seen, T | None]:
    """``look_locked``, and what ``work`` makes of it; nothing where the key was answered already.

    work: nothing but a function of the facts; it may be called twice.
    """
    looking = _Locked(connection, ref, person, now, key)
    tried = _tried(work, looking.expected) if looking.expected else None
    seen = looking.seen()
    if seen.answered is not None:
        return seen, None
    if tried is None or seen.facts is not looking.expected:
        return seen, work(seen.facts)
    return seen, tried.result()


def _tried(work: Callable[[Facts], T], facts: Facts) -> "Future[T]":
    """What came of it, or how it failed: who knows whether the facts are so."""
    outcome: Future[T] = Future()
    try:
        outcome.set_result(work(facts))
    except Exception as error:  # noqa: BLE001 - it is raised where the facts are so
        outcome.set_exception(error)
    return outcome


class _Locked:
    """A look under the lock that is on its way, and what this process expects it to see, if anything."""

    def __init__(self, connection: Connection, ref: str, person: int | None, now: datetime, key: str) -> None:
        self._connection, self._person, self._now, self._kept = connection, person, now, _KEPT.get(ref)
        postgres = _postgres(connection)
        # The lock is a statement of its own: a sub-select beside FOR UPDATE keeps the snapshot from before the wait.
        lock = ((reading.LOCK, (ref,)),) if postgres else ()
        self._whole = (reading.whole(postgres, compared=True), (ref, key))
        asked = (reading.fleeting(postgres), (ref, key)) if self._kept else self._whole
        self._found = driver.ask(connection, *lock, asked)
        self.expected = self._expected() if postgres else None  # SQLite has answered by now

    def _expected(self) -> Facts | None:
        if self._kept is None or len(self._kept.facts.members) > len(self._kept.fleeting.zones):
            return None  # of who came in with the last act nothing was seen yet
        with suppress(NotFound):
            return self._for(*self._kept).facts
        return None

    def seen(self) -> Seen:
        """Raises: NotFound."""
        found, kept = self._found(), self._kept
        if not found:
            raise NotFound
        if kept:
            head, fleeting = reading.head_of(found[0])
            if head == kept.facts.project.head:
                if self.expected and fleeting == kept.fleeting:
                    return Seen(self.expected, fleeting)
                return self._for(kept.facts, fleeting)
            found = driver.execute(self._connection, self._whole)
        return self._for(*_read(self._connection, found[0]))

    def _for(self, facts: Facts, fleeting: Fleeting) -> Seen:
        return _for(facts, fleeting, self._person, max(self._now, facts.now))


def keep(facts: Facts, fleeting: Fleeting) -> None:
    """Remember the facts after an act, at the head that its event gave the record, and what was seen besides."""
    known = _KEPT.pop(facts.project.ref, None)  # what is kept again is the newest; another thread may have dropped it
    _KEPT[facts.project.ref] = _Kept(reading.in_order(facts, known.facts if known else None), fleeting)
    while len(_KEPT) > MOST + len(_ASIDE):
        _KEPT.popitem(last=False)


@contextmanager
def aside(ref: str) -> Iterator[None]:
    """A project that is opened and taken back: what it keeps meanwhile takes no place of another."""
    _ASIDE.add(ref)
    try:
        yield
    finally:
        _ASIDE.discard(ref)
        _KEPT.pop(ref, None)


def forget() -> None:
    """Keep nothing: for who writes past the record."""
    _KEPT.clear()


def _read(connection: Connection, text: str) -> tuple[Facts, Fleeting]:
    sha256, values, fleeting = reading.values_of(text)
    return Facts(definition=definitions.load(connection, (sha256,))[sha256], actor=None, **values), fleeting


def _for(facts: Facts, fleeting: Fleeting, person: int | None, now: datetime) -> Seen:
    """What this person sees at this moment. Computed figures are never kept: they follow from all the others."""
    members = facts.members
    if any(member.zone != fleeting.zones[member.person] for member in members):
        members = tuple(replace(member, zone=fleeting.zones[member.person]) for member in members)
    actor = next((member for member in members if member.person == person and member.present), None)
    if person is not None and actor is None:
        raise NotFound
    facts = replace(facts, now=now, actor=actor, members=members, drafts=fleeting.drafts,
                    drafted={**fleeting.drafted, **_own(fleeting, person)},
                    begun=frozenset((task, party) for task, party, _owner in fleeting.alone),
                    calendars=(calendar(*fleeting.host, now.year),))
    return Seen(with_computed(facts.lend()), fleeting)


def _own(fleeting: Fleeting, person: int | None) -> dict[tuple[str, int], datetime]:
    """When this person saved what they answer alone."""
    return {(task, party): at for (task, party, owner), at in fleeting.alone.items() if owner == person}


def _postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


# what is the same for many projects


@lru_cache(maxsize=1024)
def calendar(zone: str, working_days: str, country: str, days_off: str, year: int) -> Calendar:
    """The host's calendar for as far ahead as anything is due."""
    try:
        off = set(holidays.country_holidays(country, years=range(year - 1, year + 13))) if country else set()
    except NotImplementedError:  # the library does not know the country
        off = set()
    return Calendar(zone=zone, working_days=frozenset(int(day) - 1 for day in working_days),
                    holidays=frozenset(off.union(map(date.fromisoformat, days_off.split()))))

