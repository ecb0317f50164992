"""Reading a project as facts: one statement, whatever its size.

``look`` answers for somebody who is in the project; to anybody else the project does not exist.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, get_type_hints

import holidays
from sqlalchemy import Connection, Table
from sqlalchemy.orm import Session

from cocreate import driver
from cocreate.db import moment, table_of
from cocreate.domain.computed import with_computed
from cocreate.domain.moments import EPOCH
from cocreate.errors import NotFound
from cocreate.models.contracts import Accession, ContractVersion, Duty, Signature
from cocreate.models.projects import Absence, Party, Project
from cocreate.models.proposals import Proposal
from cocreate.models.talk import Nudge
from cocreate.models.work import Decision, Document, Figure, Task
from cocreate.services import definitions
from workflows.calendars import Calendar
from workflows.facts import (
    AbsenceFact,
    AccessionFact,
    ContractFact,
    ContractState,
    DecisionFact,
    DecisionState,
    DocumentFact,
    DutyFact,
    Facts,
    FigureFact,
    MemberFact,
    NudgeFact,
    PartyFact,
    ProjectFact,
    ProposalFact,
    ProposalState,
    SignatureFact,
    TaskFact,
    TaskState,
)

FACTS: tuple[tuple[str, type, Table], ...] = (
    ("parties", PartyFact, table_of(Party)),
    ("tasks", TaskFact, table_of(Task)),
    ("decisions", DecisionFact, table_of(Decision)),
    ("papers", ContractFact, table_of(ContractVersion)),
    ("signatures", SignatureFact, table_of(Signature)),
    ("accessions", AccessionFact, table_of(Accession)),
    ("documents", DocumentFact, table_of(Document)),
    ("proposals", ProposalFact, table_of(Proposal)),
    ("duties", DutyFact, table_of(Duty)),
    ("absences", AbsenceFact, table_of(Absence)),
    ("nudges", NudgeFact, table_of(Nudge)),
    ("figures", FigureFact, table_of(Figure)),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look gives: the facts, and the answer already given under the key, if any."""

    facts: Facts
    answered: tuple[str, str] | None  # (hash of the request, answer as JSON)


def look(session: Session, ref: str, *, person: int | None, now: datetime, key: str = "", lock: bool = False) -> Seen:
    """The facts of a project as they are; with ``lock`` as they stay until the transaction ends.

    Under the lock only figures are read that a condition looks at: acts shall not slow down with what was given. And it
    is never earlier than at the last event, whatever this machine's clock says: a record does not go backwards.
    person: who looks; None is the system itself.
    Raises: NotFound if there is no such project, or the person is not in it.
    """
    connection = session.connection()
    postgres = connection.dialect.name == "postgresql"
    facts = _statement(postgres, compared=lock), (ref, key)
    # The lock is a statement of its own: a sub-select beside FOR UPDATE keeps the snapshot from before the wait.
    statements = ((_LOCK, (ref,)), facts) if lock and postgres else (facts,)
    row = driver.execute(connection, *statements).fetchone()
    if row is None:
        raise NotFound
    return _seen(connection, row[0], person, now, lock)


def look_all(session: Session, refs: Sequence[str], *, person: int, now: datetime) -> list[Facts]:
    """The facts of several projects that a person is in, in this order, in one statement."""
    if not refs:
        return []
    connection = session.connection()
    postgres = connection.dialect.name == "postgresql"
    rows = driver.execute(connection, (_statement(postgres, several=True), (json.dumps(refs), ""))).fetchall()
    found = [_seen(connection, text, person, now).facts for (text,) in rows]
    place = {ref: number for number, ref in enumerate(refs)}
    return sorted(found, key=lambda facts: place[facts.project.ref])


def _seen(connection: Connection, text: str, person: int | None, now: datetime,
          lock: bool = False) -> Seen:
    project, sha256, host, answered, last_at, drafts, members, *rest = _decoded(text)
    if lock and last_at is not None:
        now = max(now, moment(last_at))
    members = tuple(sorted(map(_member, members), key=_standing))
    actor = next((member for member in members if member.person == person and member.present), None)
    if person is not None and actor is None:
        raise NotFound
    # Facts begin with their keys, so sorted they come in one order, however the rows lie.
    found = {name: tuple(map(_reader(fact), sorted(rows))) for (name, fact, _), rows in zip(FACTS, rest, strict=True)}
    definition = definitions.load(connection, (sha256,))[sha256]
    facts = with_computed(Facts(
        definition=definition, now=now, project=_reader(ProjectFact)(project), actor=actor,
        members=members, drafts={(task, party): number for task, party, number in drafts},
        calendars=(calendar(*host, now.year),), **found).lend())
    return Seen(facts, tuple(answered) if answered else None)


# the statement

_LOCK = "SELECT id FROM project WHERE ref = $1 FOR UPDATE"
_PROJECT = [field.name for field in fields(ProjectFact)]
_ZONE = "CASE WHEN q.activated_at IS NULL THEN '' ELSE q.zone END"  # who never signed in has chosen none
_MEMBER = ("person", "name", "party", "parts", "accepted_at", "left_at", "invited_at")


@cache
def _statement(postgres: bool, *, compared: bool = False, several: bool = False) -> str:
    """A row of one column for each project: everything as one JSON list.

    compared: only those figures. several: the reference is a JSON list of them.
    """
    array, group, mark = (
        ("json_build_array", "coalesce(json_agg({}), '[]')", "${}") if postgres
        else ("json_array", "json_group_array({})", "?{}"))

    def rows(columns: Sequence[str], source: str, where: str) -> str:
        each = group.format(f"{array}({', '.join(columns)})")
        return f"(SELECT {each} FROM {source} WHERE {where})"

    parts = [
        f"{array}({', '.join(f'p.{name}' for name in _PROJECT)})",
        "p.definition_sha256",
        f"(SELECT {array}(h.zone, h.working_days, h.country, h.days_off) FROM host h WHERE h.id = p.host_id)",
        f"(SELECT {array}(a.request_sha256, a.body) FROM answer a WHERE a.project_id = p.id "
        f"AND a.key = {mark.format(2)})",
        "(SELECT e.at FROM event e WHERE e.project_id = p.id AND e.seq = p.version)",
        rows(["d.task", "d.party", "d.number"], "draft d", "d.project_id = p.id AND d.owner = 0"),
        rows([*(f"m.{name}" for name in _MEMBER), _ZONE], "member m JOIN person q ON q.id = m.person",
             "m.project_id = p.id"),
    ]
    for name, fact, table in FACTS:
        where = "t.project_id = p.id"
        if name == "figures":
            where += " AND t.current" + (f" AND t.task IN ({_COMPARED[postgres]})" if compared else "")
        parts.append(rows([f't."{field.name}"' for field in fields(fact)], f"{table.name} t", where))
    text = "::text" if postgres else ""
    which = f"= {mark.format(1)}"
    if several:
        which = f"IN (SELECT value FROM {'json_array_elements_text($1::json)' if postgres else 'json_each(?1)'})"
    return f"SELECT {array}({', '.join(parts)}){text} FROM project p WHERE p.ref {which}"


# The tasks whose figures the conditions of the project's definition look at.
_COMPARED = {
    postgres: f"SELECT c.value FROM template_version v, {each}(v.compared{json_}) c "
              "WHERE v.template_id = p.template_id AND v.number = p.template_version"
    for postgres, each, json_ in ((True, "json_array_elements_text", "::json"), (False, "json_each", ""))}


# from JSON to values

_decoded = json.JSONDecoder(parse_float=Decimal).decode


def _member(values: list[Any]) -> MemberFact:
    person, name, party, parts, accepted_at, left_at, invited_at, zone = values
    return MemberFact(person, name, party, frozenset(parts.split()), _moment(accepted_at), _moment(left_at), zone,
                      invited_at=_moment(invited_at))


def _standing(member: MemberFact) -> tuple[Any, ...]:
    """Where a person stands among the people of a project: by party, as they were invited, by name."""
    return (member.party is None, member.party or 0, member.invited_at or EPOCH, member.name.casefold(), member.person)


@cache
def _reader(fact: type) -> Callable[[list[Any]], Any]:
    """How one row of JSON becomes a fact of this kind."""
    hints = get_type_hints(fact)
    special = tuple((place, read) for place, field in enumerate(fields(fact))
                    if (read := _special(str(hints[field.name]))) is not None)

    def reader(values: list[Any]) -> Any:
        for place, read in special:
            if values[place] is not None:
                values[place] = read(values[place])
        return fact(*values)

    return reader


def _special(hint: str) -> Callable[[Any], Any] | None:
    """How a JSON value becomes what is hinted; None where it is that already."""
    for name, read in (("datetime.datetime", moment), ("datetime.date", date.fromisoformat), ("Decimal", Decimal),
                       ("TaskState", TaskState), ("DecisionState", DecisionState), ("ContractState", ContractState),
                       ("ProposalState", ProposalState),
                       ("bool", bool)):
        if name in hint:
            return read
    return None


def _moment(value: Any) -> datetime | None:
    return None if value is None else moment(value)


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


__all__ = ["FACTS", "Project", "Seen", "look", "look_all"]
