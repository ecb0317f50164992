"""Facts out of the database: the SQL that reads a project as one JSON text, and how that becomes values."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any, get_type_hints

from sqlalchemy import Table

from cocreate.db import moment, table_of
from cocreate.domain.moments import EPOCH
from cocreate.models.contracts import Accession, ContractVersion, Duty, Signature
from cocreate.models.projects import Absence, Party
from cocreate.models.proposals import Proposal
from cocreate.models.talk import Nudge
from cocreate.models.work import WHOLE_PARTY, Decision, Document, Figure, Task
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
from workflows.values import replace

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
class Fleeting:
    """What may change without an event of the project."""

    host: tuple[str, str, str, str]  # zone, working days, country, days off: see ``facts.calendar``
    answered: tuple[str, str] | None  # under the key that was asked for
    drafts: Mapping[tuple[str, int], int]
    drafted: Mapping[tuple[str, int], datetime]
    alone: Mapping[tuple[str, int, int], datetime]  # (task, party, person): drafts of those who answer alone
    zones: Mapping[int, str]  # person -> zone


# the statements

LOCK = "SELECT id FROM project WHERE ref = $1 FOR UPDATE"
_PROJECT = [field.name for field in fields(ProjectFact)]
_ZONE = "CASE WHEN q.activated_at IS NULL THEN '' ELSE q.zone END"  # who never signed in has chosen none
_MEMBER = ("person", "name", "party", "parts", "accepted_at", "left_at", "invited_at", "expired_at")


@cache
def whole(postgres: bool, *, compared: bool = False, several: bool = False, own: bool = False) -> str:
    """A row of one column for each project: everything as one JSON list.

    compared: only those figures. several: the reference is a JSON list of them. own: only of a project that the third
    value is in: reading all of a foreign one would take longer than finding none, and so tell that it is there.
    """
    dialect = Dialect(postgres)
    parts = [
        dialect.array(f"p.{name}" for name in _PROJECT),
        "p.definition_sha256",
        "(SELECT e.at FROM event e WHERE e.project_id = p.id AND e.seq = p.version)",
        dialect.rows([f"m.{name}" for name in _MEMBER], "member m", "m.project_id = p.id"),
        *_fleeting(dialect),
    ]
    for name, fact, table in FACTS:
        where = "t.project_id = p.id"
        if name == "figures":
            where += _COUNTS + (f" AND t.task IN ({_COMPARED[postgres]})" if compared else "")
        parts.append(dialect.rows([f't."{field.name}"' for field in fields(fact)], f"{table.name} t", where))
    which = f"IN ({dialect.texts(dialect.mark(1))})" if several else f"= {dialect.mark(1)}"
    mine = _OWN.format(dialect.mark(3)) if own else ""
    return dialect.select(parts, f"project p WHERE p.ref {which}{mine}")


@cache
def fleeting(postgres: bool) -> str:
    """The head of a project's record, and what may have changed without it."""
    dialect = Dialect(postgres)
    return dialect.select(["p.head", *_fleeting(dialect)], f"project p WHERE p.ref = {dialect.mark(1)}")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How either database makes JSON."""

    postgres: bool

    def mark(self, number: int) -> str:
        return f"{'$' if self.postgres else '?'}{number}"

    def array(self, columns: Iterable[str]) -> str:
        return f"{'json_build_array' if self.postgres else 'json_array'}({', '.join(columns)})"

    def rows(self, columns: Iterable[str], source: str, where: str) -> str:
        each = self.array(columns)
        group = f"coalesce(json_agg({each}), '[]')" if self.postgres else f"json_group_array({each})"
        return f"(SELECT {group} FROM {source} WHERE {where})"

    def texts(self, value: str) -> str:
        """The texts in a JSON list, as rows."""
        each = f"json_array_elements_text({value}::json)" if self.postgres else f"json_each({value})"
        return f"SELECT value FROM {each}"

    def select(self, parts: Iterable[str], source: str) -> str:
        """A row of one JSON list for each row of the source."""
        return f"SELECT {self.array(parts)}{'::text' if self.postgres else ''} FROM {source}"


def _fleeting(dialect: Dialect) -> list[str]:
    host = dialect.array(["h.zone", "h.working_days", "h.country", "h.days_off"])
    answer = dialect.array(["e.request_sha256", "e.answer"])
    return [
        f"(SELECT {host} FROM host h WHERE h.id = p.host_id)",
        f"(SELECT {answer} FROM event e WHERE e.project_id = p.id AND e.key = {dialect.mark(2)})",
        dialect.rows(["d.task", "d.party", "d.owner", "d.number", "d.at"], "draft d", "d.project_id = p.id"),
        dialect.rows(["m.person", _ZONE], "member m JOIN person q ON q.id = m.person", "m.project_id = p.id"),
    ]


_OWN = (" AND EXISTS (SELECT 1 FROM member m WHERE m.project_id = p.id AND m.person = {} "
        "AND m.accepted_at IS NOT NULL AND m.left_at IS NULL)")

# Figures of the version that its task is at; a round that was reopened stays at an older one.
_COUNTS = (" AND EXISTS (SELECT 1 FROM task k WHERE k.project_id = t.project_id AND k.key = t.task "
           "AND k.party = t.party AND k.number = t.number AND k.state <> 'superseded')")

# The tasks whose figures the conditions of the project's definition look at.
_COMPARED = {
    postgres: f"SELECT c.value FROM template_version v, {each}(v.compared{json_}) c "
              "WHERE v.template_id = p.template_id AND v.number = p.template_version"
    for postgres, each, json_ in ((True, "json_array_elements_text", "::json"), (False, "json_each", ""))}


# from JSON to values

_decoded = json.JSONDecoder(parse_float=Decimal).decode


def values_of(text: str) -> tuple[str, dict[str, Any], Fleeting]:
    """Of a whole project: the hash of its definition, its facts by name, as of its last event, and the rest."""
    project, sha256, last_at, members, host, answered, drafts, zones, *rest = _decoded(text)
    fleeting = _fleeting_values(host, answered, drafts, zones)
    # Facts begin with their keys, so sorted they come in one order, however the rows lie.
    found = {name: tuple(map(_reader(fact), sorted(rows))) for (name, fact, _), rows in zip(FACTS, rest, strict=True)}
    return sha256, {
        "project": _reader(ProjectFact)(project), "now": EPOCH if last_at is None else moment(last_at),
        "members": tuple(sorted(map(_member, members), key=_standing)), **found}, fleeting


def head_of(text: str) -> tuple[str, Fleeting]:
    """Of what ``fleeting`` read: the head, and the rest."""
    head, *rest = _decoded(text)
    return head, _fleeting_values(*rest)


def _fleeting_values(host: Any, answered: Any, drafts: Any, zones: Any) -> Fleeting:
    shared = [(task, party, number, at) for task, party, owner, number, at in drafts if owner == WHOLE_PARTY]
    return Fleeting(tuple(host), tuple(answered) if answered else None,
                    {(task, party): number for task, party, number, _at in shared},
                    {(task, party): moment(at) for task, party, _number, at in shared},
                    {(task, party, owner): moment(at) for task, party, owner, _number, at in sorted(drafts)
                     if owner != WHOLE_PARTY}, dict(zones))


def in_order(facts: Facts, known: Facts | None) -> Facts:
    """The facts after an act, as they would be read: each kind by its key, without the figures that are computed.

    known: in order already, those before the act.
    """
    ordered: dict[str, Any] = {
        name: tuple(sorted(found, key=_key(fact, table))) for name, fact, table in FACTS
        if len(found := getattr(facts, name)) > 1 and (known is None or found is not getattr(known, name))}
    ordered["figures"] = tuple(figure for figure in ordered.get("figures", facts.figures) if figure.number)
    if known is None or facts.members is not known.members:
        ordered["members"] = tuple(sorted(facts.members, key=_standing))
    return replace(facts, **ordered)


@cache
def _key(fact: type, table: Table) -> Callable[[Any], Any]:
    """Facts begin with their keys; the project's own is left out."""
    return attrgetter(*(field.name for field in fields(fact)[:len(table.primary_key) - 1]))


def _member(values: list[Any]) -> MemberFact:
    person, name, party, parts, accepted_at, left_at, invited_at, expired_at = values
    return MemberFact(person, name, party, frozenset(parts.split()), _moment(accepted_at), _moment(left_at),
                      invited_at=_moment(invited_at), expired_at=_moment(expired_at))


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
