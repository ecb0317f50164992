"""Transitions: who takes them, what they wait for, what they reopen, and that what goes by itself comes to rest."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from workflows import conditions as c
from workflows.definition import Definition, Transition
from workflows.fields import Computed, Figure, File, Money, Number, Percent, Quantity, TypedField, Whole
from workflows.verification.findings import Finding, certain, error, listed, warning
from workflows.verification.names import field_at
from workflows.verification.tasks import circles


def guarded(d: Definition) -> Iterator[Finding]:
    """Conditions and transitions."""
    for key, transition in d.transitions.items():
        path = f"transitions.{key}"
        if transition.by and not any(seat == "host" or certain(d, seat) for seat in transition.by):
            yield error("transition.nobody_certain", f"{path}.by", "Every seat that may take this may stay empty.")
        for _, condition in c.walk(transition.when):
            yield from _condition(d, condition, f"{path}.when")
        yield from _reopened(d, transition, path)
        if transition.automatic and transition.when is None:
            yield warning("automatic.at_once", path, "This waits for nothing: its stage is left at once.")


def _reopened(d: Definition, transition: Transition, path: str) -> Iterator[Finding]:
    if transition.to not in d.stages:
        return
    for one in transition.reopens:
        stage = (d.tasks.get(one) or d.gates.get(one) or (transition.to, None))[0]
        if d.order[stage] < d.order[transition.to]:
            yield error("reopens.unanswerable", f"{path}.reopens",
                         f"This reopens '{one}' of {d.stage_name(stage)} but leads to {d.stage_name(transition.to)}, "
                         "where nobody is asked for it.")


def _condition(d: Definition, condition: c.AnyCondition, path: str) -> Iterator[Finding]:
    match condition:
        case c.DocumentThere(document=document):
            field = field_at(d, document)
            if field is not None and not isinstance(field, File):
                yield error("document.not_file", path, f"'{document}' is not a file.")
        case c.Signed(signed=key) if key in d.tasks and d.tasks[key][1].kind != "sign":
            yield error("signed.not_agreement", path, f"'{key}' is not a task of kind sign.")
        case c.FigureReaches(figure=comparison):
            yield from _comparison(d, comparison, path)
        case c.DateReached(date=window):
            yield from _window(window, path)


def _window(window: c.DateWindow, path: str) -> Iterator[Finding]:
    days = [day for day in (window.not_before, window.not_after) if day is not None]
    wrong = [day for day in days if not _is_date(day)]
    if wrong or not days:
        yield error("date.unreadable", path, f"{listed(wrong) or 'The window'} is not a date. Write it as 2027-03-31.")
    elif len(days) == 2 and days[0] > days[1]:
        yield error("date.never", path, "The window ends before it begins.")


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _comparison(d: Definition, comparison: c.Comparison, path: str) -> Iterator[Finding]:
    field = field_at(d, comparison.path)
    if field is None:
        return
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
    other = field_at(d, limit)
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
    most, least = field.max, field.min
    match relation:
        case "at_least":
            return most is not None and Decimal(str(most)) < limit
        case "above":
            return most is not None and Decimal(str(most)) <= limit
        case "at_most":
            return least is not None and Decimal(str(least)) > limit
    return least is not None and Decimal(str(least)) >= limit


def automatic(d: Definition) -> Iterator[Finding]:
    """What goes on by itself comes to rest."""
    following: dict[str, list[str]] = {}
    for transition in d.transitions.values():
        if transition.automatic:
            following.setdefault(transition.from_, []).append(transition.to)
    for circle in circles({**{to: [] for all_ in following.values() for to in all_}, **following}):
        names = " -> ".join(d.stage_name(stage) for stage in (*circle, circle[0]))
        yield error("automatic.circle", f"stages.{circle[0]}", f"Automatic transitions can go round: {names}.")
    for stage, ways in following.items():
        if len(ways) > 1:
            yield warning("automatic.several", f"stages.{stage}",
                           "Several automatic transitions leave this stage; if two hold at once, the first is taken.")
