"""Comparing figures: a value with a limit, or with another value. What is missing or disputed is unknown.

Unknown and not(unknown) both refuse, each with its own sentence. Units are compared as they are written; whoever may
not see both figures is told neither.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from operator import ge, gt, le, lt

from workflows.conditions import Comparison
from workflows.facts import ALL, Facts, FigureFact
from workflows.facts.disputes import differ
from workflows.fields import Computed
from workflows.refusals import NONE, Reasons, Refusal

OPPOSITE = {"at_least": "below", "at_most": "above", "above": "at_most", "below": "at_least"}
_RELATIONS = {"at_least": ge, "at_most": le, "above": gt, "below": lt}


@dataclass(frozen=True, slots=True)
class _Limit:
    value: Decimal
    unit: str | None
    sees: int = ALL


def figure_reasons(facts: Facts, comparison: Comparison, relation: str, limit: Decimal | str) -> Reasons:
    """Why the figure does not reach the limit; of ``path@seat`` for every organisation in the seat."""
    compared = [path for path in (comparison.path, limit) if isinstance(path, str)]
    if any(_waived(facts, bare(path)) for path in compared):
        return NONE
    unknown = tuple(refusal for path in reversed(compared) for refusal in _unknown(facts, path))
    if unknown:
        return unknown
    limits = [_Limit(limit, comparison.unit)] if isinstance(limit, Decimal) else [
        _Limit(one.value, one.unit, one.sees) for one in _values(facts, limit)]
    found = ((figure, next(filter(None, (_lacks(facts, figure, relation, one) for one in limits)), None))
             for figure in _values(facts, comparison.path))
    return tuple(refusal for _, refusal in found if refusal is not None)


def _waived(facts: Facts, path: str) -> bool:
    """Whether all agreed to go on without it, or without something it is worked out from."""
    if facts.waived(path):
        return True
    _, key, name, *_ = path.split(".")
    field = facts.definition.tasks[key][1].fields.get(name) if key in facts.definition.tasks else None
    return isinstance(field, Computed) and any(_waived(facts, of) for of in field.of if of != path)


def bare(path: str) -> str:
    """The path without the seat whose value is meant."""
    return path.partition("@")[0]


def _values(facts: Facts, path: str) -> tuple[FigureFact, ...]:
    """The values that are compared: one; of ``path@seat`` one for each organisation in the seat."""
    figure, _, seat = path.partition("@")
    if not seat:
        return facts.values(figure)
    parties = {party.number for party in facts.holders([seat])}
    return tuple(one for one in facts.figures if one.path == figure and one.party in parties)


def _lacks(facts: Facts, figure: FigureFact, relation: str, limit: _Limit) -> Refusal | None:
    named = {"figure": figure.path, "since": facts.project.entered_at, "of": figure.party}
    sees = figure.sees & limit.sees
    if limit.unit is not None and figure.unit is not None and limit.unit != figure.unit:
        return Refusal("figure.units", figure.party, named | {"a": figure.unit, "b": limit.unit}, sees)
    if _RELATIONS[relation](figure.value, limit.value):
        return None
    return Refusal("figure.limit", figure.party, named | {
        "value": figure.value, "unit": figure.unit or "", "relation": relation, "limit": limit.value}, sees)


def _unknown(facts: Facts, path: str) -> Iterator[Refusal]:
    """What is missing before this figure is known: of a computed one, what it is worked out from."""
    values, seat = _values(facts, path), path.partition("@")[2]
    task, since = path.split(".")[1], facts.project.entered_at
    if seat:
        given = {figure.party for figure in values}
        missing = [party.number for party in facts.holders([seat]) if party.number not in given]
        yield from (_missing(path, party, since) for party in missing)
        if not values and not missing:
            yield _missing(path, None, since)
        return
    if differ(values):
        a, b = next(pair for pair in pairwise(values) if differ(pair))
        yield Refusal("figure.two_values", a.party, {
            "figure": path, "a": a, "source_a": a.source, "of": a.party,
            "b": b, "source_b": b.source, "other": b.party, "since": since},
            a.sees & b.sees)
    elif not values:
        field = facts.definition.tasks[task][1].fields.get(path.split(".")[2])
        needed = [of for of in field.of if not any(named(of, one.path) for one in facts.figures)] if isinstance(
            field, Computed) else []
        for one in needed or [path]:
            asked = facts.instances(one.split(".")[1])
            yield _missing(one, next((task.party for task in asked), None), since)


def named(path: str, figure: str) -> bool:
    """Whether a path of a definition, with or without a column, names this figure: stage.task.field(.row.column)."""
    have, want = figure.split("."), path.split(".")
    return have[:3] == want[:3] and (len(have) == 3 if len(want) == 3 else have[4:] == want[3:])


def _missing(path: str, party: int | None, since: datetime) -> Refusal:
    return Refusal("figure.missing", party, {"figure": bare(path), "task": path.split(".")[1], "of": party,
                                             "since": since})
