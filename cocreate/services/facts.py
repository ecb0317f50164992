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
from sqlalchemy import Connection, Row, Table, select
from sqlalchemy.orm import Session

from cocreate.db import moment, table_of
from cocreate.errors import NotFound
from cocreate.models.contracts import ContractVersion, Duty, Signature
from cocreate.models.hosts import TemplateVersion
from cocreate.models.projects import Absence, Party, Project
from cocreate.models.proposals import Proposal
from cocreate.models.talk import Nudge
from cocreate.models.work import Decision, Document, Figure, Task
from workflows.calendars import Calendar
from workflows.definition import Definition, from_json
from workflows.facts import (
    AbsenceFact,
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
    ("contracts", ContractFact, table_of(ContractVersion)),
    ("signatures", SignatureFact, table_of(Signature)),
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

    person: who looks; None is the system itself.
    Raises: NotFound if there is no such project, or the person is not in it.
    """
    connection = session.connection()
    postgres = connection.dialect.name == "postgresql"
    if lock and postgres:
        # In a statement of its own: a sub-select beside FOR UPDATE keeps the snapshot from before the wait.
        connection.exec_driver_sql("SELECT id FROM project WHERE ref = %(ref)s FOR UPDATE", {"ref": ref})
    row = connection.exec_driver_sql(_statement(postgres), {"ref": ref, "key": key}).first()
    if row is None:
        raise NotFound
    return _seen(connection, row, person, now)


def _seen(connection: Connection, row: Row[Any], person: int | None, now: datetime) -> Seen:
    project = _project(row.project)
    members = tuple(_member(values) for values in sorted(_load(row.members)))
    actor = next((member for member in members if member.person == person and member.present), None)
    if person is not None and actor is None:
        raise NotFound
    host = json.loads(row.host)
    facts = Facts(
        definition=_definition(connection, row.definition_sha256), now=now, project=project, actor=actor,
        members=members, drafts={(task, party): number for task, party, number in _load(row.drafts)},
        calendars=(_calendar(*host, now.year),),
        # Facts begin with their keys, so sorted they come in one order, however the rows lie.
        **{name: tuple(_decode(fact, values) for values in sorted(_load(getattr(row, name))))
           for name, fact, _ in FACTS}).lend()
    return Seen(facts, tuple(json.loads(row.answered)) if row.answered else None)


# the statement

_PROJECT = [field.name for field in fields(ProjectFact)]
_MEMBER = ("person", "name", "party", "parts", "accepted_at", "left_at")


@cache
def _statement(postgres: bool) -> str:
    array, group, text, mark = (
        ("json_build_array", "coalesce(json_agg({}), '[]')", "::text", "%({})s") if postgres
        else ("json_array", "json_group_array({})", "", ":{}"))

    def rows(columns: Sequence[str], source: str, where: str) -> str:
        values = group.format(f"{array}({', '.join(columns)})")
        return f"(SELECT {values}{text} FROM {source} WHERE {where})"

    parts = [
        f"{array}({', '.join(f'p.{name}' for name in _PROJECT)}){text} AS project",
        "p.definition_sha256 AS definition_sha256",
        f"(SELECT {array}(h.zone, h.working_days, h.country){text} FROM host h WHERE h.id = p.host_id) AS host",
        rows([*(f"m.{name}" for name in _MEMBER), "q.zone"], "member m JOIN person q ON q.id = m.person",
             "m.project_id = p.id") + " AS members",
        rows(["d.task", "d.party", "d.number"], "draft d", "d.project_id = p.id") + " AS drafts",
        f"(SELECT {array}(a.request_sha256, a.body){text} FROM answer a WHERE a.project_id = p.id "
        f"AND a.key = {mark.format('key')}) AS answered",
    ]
    for name, fact, table in FACTS:
        current = " AND t.current" if table is table_of(Figure) else ""
        parts.append(rows([f't."{field.name}"' for field in fields(fact)], f"{table.name} t",
                          f"t.project_id = p.id{current}") + f" AS {name}")
    return f"SELECT {', '.join(parts)} FROM project p WHERE p.ref = {mark.format('ref')}"


# from JSON to values


def _load(text: str) -> list[list[Any]]:
    rows: list[list[Any]] = json.loads(text, parse_float=Decimal)
    return rows


def _project(text: str) -> ProjectFact:
    project: ProjectFact = _decode(ProjectFact, json.loads(text))
    return project


def _member(values: list[Any]) -> MemberFact:
    person, name, party, parts, accepted_at, left_at, zone = values
    return MemberFact(person, name, party, frozenset(parts.split()), _moment(accepted_at), _moment(left_at), zone)


def _decode(fact: type, values: list[Any]) -> Any:
    return fact(*(read(value) if read and value is not None else value
                  for read, value in zip(_readers(fact), values, strict=True)))


@cache
def _readers(fact: type) -> tuple[Callable[[Any], Any] | None, ...]:
    """For each field of a fact, how its JSON value is read; None where it is one already."""
    hints = get_type_hints(fact)
    return tuple(_reader(str(hints[field.name])) for field in fields(fact))


def _reader(hint: str) -> Callable[[Any], Any] | None:
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

_DEFINITIONS: dict[str, Definition] = {}  # hash -> definition; a stored one never changes


def _definition(connection: Connection, sha256: str) -> Definition:
    definition = _DEFINITIONS.get(sha256)
    if definition is None:
        body = connection.execute(
            select(TemplateVersion.definition).where(TemplateVersion.sha256 == sha256).limit(1)).scalar_one()
        definition = _DEFINITIONS[sha256] = from_json(body)
    return definition


@lru_cache(maxsize=1024)
def _calendar(zone: str, working_days: str, country: str, year: int) -> Calendar:
    """The host's calendar for as far ahead as anything is due."""
    try:
        off = frozenset(holidays.country_holidays(country, years=range(year - 1, year + 13))) if country else None
    except NotImplementedError:  # the library does not know the country
        off = None
    return Calendar(zone=zone, working_days=frozenset(int(day) - 1 for day in working_days),
                    holidays=off or frozenset())


__all__ = ["FACTS", "Project", "Seen", "look"]
