"""Numbers: what is compared is a number of one unit that can reach its limit, what is worked out can be worked out."""

from collections.abc import Iterator
from decimal import Decimal

from workflows import conditions as c
from workflows.definition import Definition
from workflows.fields import Computed, Figure, Money, Number, Percent, Quantity, Schedule, Table, TypedField, Whole
from workflows.verification.findings import Finding, error, warning
from workflows.verification.names import field_at
from workflows.verification.tasks import circles


def computed(d: Definition) -> Iterator[Finding]:
    """What a computed field rests on is numbers that are given before it, and not itself."""
    below: dict[str, list[str]] = {}
    for stage, key, name, field in d.fields():
        if not isinstance(field, Computed):
            continue
        path = f"stages.{stage}.tasks.{key}.fields.{name}.of"
        below[f"{stage}.{key}.{name}"] = [of for of in field.of if isinstance(field_at(d, of), Computed)]
        for of in field.of:
            used = field_at(d, of)
            if used is not None and not isinstance(used, Figure | Computed):
                what = "a table; name its column" if isinstance(used, Table | Schedule) else "no number"
                yield error("computed.no_number", path, f"'{of}' is {what}.")
            elif field.sums_to is not None and of.split(".")[:2] != [stage, key]:
                yield error("computed.elsewhere", path, f"'{of}' is asked in another task; sums_to needs all in one.")
            elif used is not None and d.order[of.split(".")[0]] > d.order[stage]:
                yield error("computed.later", path, f"'{of}' is given only in {d.stage_name(of.split('.')[0])}.")
    for circle in circles(below):
        stage, key, name = circle[0].split(".")
        yield error("computed.circle", f"stages.{stage}.tasks.{key}.fields.{name}.of",
                    f"These are worked out from each other: {' -> '.join((*circle, circle[0]))}.")


def comparisons(d: Definition, comparison: c.Comparison, path: str) -> Iterator[Finding]:
    bare = comparison.path.partition("@")[0]
    field = field_at(d, bare)
    if field is None:
        return
    yield from _whose(d, comparison, path)
    if not isinstance(field, Figure | Computed):
        yield error("figure.no_number", path, f"'{comparison.path}' is not a single number.")
        return
    relation, limit = comparison.limit
    if isinstance(limit, Decimal):
        if comparison.unit is not None and not _same_unit(_unit(field), comparison.unit):
            yield error("figure.units", path,
                         f"'{comparison.path}' is in {_unit(field) or 'no unit'}, the limit in {comparison.unit}.")
        if _outside(field, relation, limit):
            words = relation.replace("_", " ")
            yield error("figure.never", path, f"'{comparison.path}' can never be {words} {limit}.")
        return
    other = field_at(d, limit.partition("@")[0])
    if other is not None and not isinstance(other, Figure | Computed):
        yield error("figure.no_number", path, f"'{limit}' is not a single number.")
    elif other is not None and not _same_unit(_unit(field), _unit(other)):
        yield error("figure.units", path, f"'{comparison.path}' is in {_unit(field) or 'no unit'}, "
                                           f"'{limit}' in {_unit(other) or 'no unit'}.")


def _unit(field: TypedField) -> str | None:
    """The unit a value will have; ``?`` stands for the currency its giver chooses."""
    match field:
        case Money(currency=currency, per=per):
            return f"{currency or '?'}/{per}" if per else currency or "?"
        case Percent():
            return "%"
        case Quantity(unit=unit) | Number(unit=unit) | Whole(unit=unit) | Computed(unit=unit):
            return unit
    return None


def _same_unit(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return one == other
    (currency, _, per), (currency2, _, per2) = one.partition("/"), other.partition("/")
    return per == per2 and (currency == currency2 or "?" in (currency, currency2))


def _outside(field: TypedField, relation: str, limit: Decimal) -> bool:
    if not isinstance(field, Figure):
        return False
    most, least = field.greatest, field.least
    match relation:
        case "at_least":
            return most is not None and Decimal(str(most)) < limit
        case "above":
            return most is not None and Decimal(str(most)) <= limit
        case "at_most":
            return least is not None and Decimal(str(least)) > limit
    return least is not None and Decimal(str(least)) >= limit


def _whose(d: Definition, comparison: c.Comparison, path: str) -> Iterator[Finding]:
    """Where several organisations give a figure, it is said whose is meant."""
    for one in (comparison.path, comparison.limit[1]):
        if not isinstance(one, str):
            continue
        figure, _, seat = one.partition("@")
        asked = d.tasks[figure.split(".")[1]][1].of if field_at(d, figure) is not None else []
        if seat and asked and seat not in asked:
            yield error("figure.not_asked", path, f"'{seat}' is not asked for '{figure}'.")
        elif not seat and asked and (len(asked) > 1 or any(of in d.parties and d.parties[of].many for of in asked)):
            yield warning("figure.whose", path, f"Several organisations give '{figure}'. Say whose is meant, "
                                                f"{figure}@{asked[0]}, or they have to agree on one value.")
