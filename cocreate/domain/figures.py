"""The numbers in answers, and those worked out from them."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import NamedTuple

from cocreate.domain import units
from cocreate.domain.answers import Answer, Answers, AnyField, rows_of
from cocreate.domain.asking import columns_of, fields_of
from workflows import fields as f
from workflows.definition import Task


class FigureValue(NamedTuple):
    """One number of an answer: stage.task.field, in a table also .row.column, rows from 1."""

    path: str
    field: str
    value: Decimal
    unit: str | None
    period: str | None = None
    price_year: int | None = None
    source: str | None = None
    grade: str | None = None


def figures(stage_key: str, task_key: str, task: Task, answers: Answers) -> tuple[FigureValue, ...]:
    """Every number in the answers, also those in tables and schedules."""
    found: list[FigureValue] = []
    cells: list[tuple[str, AnyField, Answer]]
    for key, field in fields_of(task).items():
        if (answer := answers.get(key)) is None or answer.value is None or isinstance(field, f.Computed):
            continue  # what is worked out is never given
        path = f"{stage_key}.{task_key}.{key}"
        if isinstance(field, f.Table | f.Schedule):
            columns = columns_of(field)
            cells = [(f"{path}.{number}.{name}", columns[name], cell)
                     for number, row in enumerate(rows_of(answer), 1) for name, cell in row.items()]
        else:
            cells = [(path, field, answer)]
        found += [FigureValue(where, key, given.value, unit_of(of, given), given.period, given.price_year,
                              given.source, given.grade)
                  for where, of, given in cells if isinstance(given.value, Decimal)]
    return tuple(found)


def unit_of(field: AnyField, answer: Answer) -> str | None:
    """The unit as a figure writes it; of money the currency, with what one amount is paid for: EUR/t."""
    if isinstance(field, f.Money):
        currency = answer.currency or field.currency or ""
        return f"{currency}/{field.per}" if field.per else currency
    return answer.unit or getattr(field, "unit", None)


# --- computed fields -----------------------------------------------------------------------------------------------


Lookup = Callable[[str], Sequence[FigureValue]]


def compute(field: f.Computed, lookup: Lookup) -> Answer | None:
    """The value of a computed field; None as long as one of its figures is missing or the units do not fit.

    lookup: a path of the definition to the figures it names: one, or one for each row of a table.
    """
    given = [tuple(lookup(path)) for path in field.of]
    if not all(given):
        return None
    try:
        value, unit = _OPERATIONS[field.operation](given)
        return Answer(units.decimal_of(units.exactly(value, unit, field.unit or unit)), unit=field.unit or unit)
    except (ValueError, ZeroDivisionError):
        return None


Worked = tuple[Fraction, str | None]  # rounded once, at the end
Given = Sequence[Sequence[FigureValue]]


def _in(unit: str | None, given: Iterable[FigureValue]) -> list[Fraction]:
    return [units.exactly(Fraction(each.value), each.unit, unit) for each in given]


def _sum(given: Given) -> Worked:
    every = [each for path in given for each in path]
    if not every:
        raise ValueError("nothing to add")
    return sum(_in(every[0].unit, every), Fraction(0)), every[0].unit


def _difference(given: Given) -> Worked:
    """The first less all others."""
    value, unit = _sum(given[:1])
    return value - sum((units.exactly(*_sum([path]), unit) for path in given[1:]), Fraction(0)), unit


def _product(given: Given) -> Worked:
    return reduce(lambda a, b: (a[0] * b[0], units.product(a[1], b[1])), (_sum([path]) for path in given))


def _ratio(given: Given) -> Worked:
    """The first divided by the sum of all others."""
    above, below = _sum(given[:1]), _sum(given[1:])
    return above[0] / below[0], units.ratio(above[1], below[1])


def _share(given: Given) -> Worked:
    """The first as a percentage of all together."""
    (part, unit), (whole, its) = _sum(given[:1]), _sum(given)
    return part * 100 / units.exactly(whole, its, unit), "%"


def _mean(given: Given) -> Worked:
    value, unit = _sum(given)
    return value / sum(map(len, given)), unit


def _least(given: Given) -> Worked:
    unit = given[0][0].unit
    return min(number for path in given for number in _in(unit, path)), unit


def _greatest(given: Given) -> Worked:
    unit = given[0][0].unit
    return max(number for path in given for number in _in(unit, path)), unit


_OPERATIONS: dict[str, Callable[[Given], Worked]] = {
    "sum": _sum, "difference": _difference, "product": _product, "ratio": _ratio, "share": _share, "mean": _mean,
    "least": _least, "greatest": _greatest,
}
