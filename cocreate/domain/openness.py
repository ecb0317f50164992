"""How open the parties are with each other: what the charter says of each kind of item, and what follows for a field.

The template says the most that others may see; the charter only narrows that. Who accepts a task sees what they accept,
and who signs sees what a clause needs.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from cocreate.domain import audience
from cocreate.domain.charter import KIND
from workflows.definition import Definition
from workflows.facts import Facts, MemberFact
from workflows.fields import File, Money, Quantity, Schedule, Table, TypedField, WasteCode

KINDS = ("costs", "composition", "volumes", "designs")
LEVELS = ("all", "some", "neutral", "own")
_BY_TYPE: tuple[tuple[type, str], ...] = (
    (Money, "costs"), (WasteCode, "composition"), (Quantity, "volumes"), (File, "designs"))
_CONTENTS = frozenset({"mg/kg", "g/kg", "g/t", "mg/l", "g/l", "ppm", "ppb"})  # how much of one thing is in another


def kind_of(field: TypedField) -> str:
    """Which kind of item a field is, by what it asks for; "" where the charter says nothing of it."""
    if field.matter:
        return field.matter
    if isinstance(field, Quantity) and field.unit in _CONTENTS:
        return "composition"
    if isinstance(field, Schedule):
        return "costs" if field.currency or field.per else "volumes"
    parts = list(field.columns.values()) if isinstance(field, Table) else [field]
    return next((kind for type_, kind in _BY_TYPE if any(isinstance(part, type_) for part in parts)), "")


def agreed(facts: Facts) -> Mapping[str, Any]:
    """What holds: kind of item -> "all", "neutral", "own" or the numbers of the parties beside the giver."""
    holds = facts.holding(KIND, "openness")
    kinds: Mapping[str, Any] = json.loads(holds.body).get("kinds", {}) if holds else {}
    return kinds


def narrows(facts: Facts, field: TypedField) -> bool:
    """Whether the charter lets fewer see this field than the template does."""
    return bool(agreed(facts).get(kind_of(field), "all") != "all")


def observers_talk(facts: Facts) -> bool:
    """Whether the parties agreed that those who only read may comment."""
    holds = facts.holding(KIND, "openness")
    return bool(holds and json.loads(holds.body).get("observers"))


def talks(facts: Facts, member: MemberFact | None) -> bool:
    """Whether the charter lets this observer take part in talks."""
    return member is not None and member.present and "observer" in member.parts and observers_talk(facts)


def of_field(facts: Facts, task_key: str, field_key: str, *, giver: int) -> int:
    """The audience of one field of a task that this party gives."""
    return of_fields(facts, task_key, (field_key,), giver=giver)[field_key]


def of_fields(facts: Facts, task_key: str, field_keys: Iterable[str], *, giver: int) -> dict[str, int]:
    """The audience of each of these fields of a task that this party gives."""
    sees = audience.audience(facts.definition.tasks[task_key][1].visible_to, facts, giver=giver)
    holds = agreed(facts)
    return {key: _of_field(facts, task_key, key, sees, holds, giver) for key in field_keys}


def _of_field(facts: Facts, task_key: str, field_key: str, sees: int, holds: Mapping[str, Any], giver: int) -> int:
    stage, task = facts.definition.tasks[task_key]
    field = task.fields[field_key]
    if field.visible_to is not None:
        sees &= audience.audience(field.visible_to, facts, giver=giver)
    level = holds.get(kind_of(field), "all") if holds else "all"
    if level == "all":
        return sees
    kept = _level(level, giver)
    if task.accepted_by != "nobody":
        kept |= audience.of_parties(party.number for party in facts.holders([task.accepted_by]))
    if f"{stage}.{task_key}.{field_key}" in in_contract(facts.definition):
        kept |= audience.of_parties(party.number for party in facts.contracting)
    return sees & kept


def _level(level: str | list[int], giver: int) -> int:
    match level:
        case "own":
            return audience.bit(giver)
        case "neutral":
            return audience.bit(giver) | audience.FACILITATOR
        case numbers:
            return audience.of_parties([giver, *(int(number) for number in numbers)])


def in_contract(definition: Definition) -> frozenset[str]:
    """Paths of the fields that a clause or an annex prints, or on whose answer it hangs: left out, it tells that."""
    return printed(definition) | definition.contract_hangs_on


def printed(definition: Definition) -> frozenset[str]:
    """Paths of the fields that a clause or an annex prints."""
    needs = (need.partition("@")[0] for clause in definition.clauses.values() for need in clause.needs.values())
    return frozenset((*needs, *(annex.of for annex in definition.annexes.values())))
