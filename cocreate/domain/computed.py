"""Computed figures that a condition or a clause looks at, worked out from what the project knows now.

They are never stored: what they rest on may change, and then they are another number at once.
"""

from decimal import Decimal
from functools import reduce
from operator import and_

from cocreate.domain.figures import FigureValue, compute
from workflows.facts import Facts, FigureFact
from workflows.fields import Computed
from workflows.figures import named
from workflows.values import replace


def with_computed(facts: Facts) -> Facts:
    """The facts with every computed figure the definition watches, where what it rests on is known.

    Of a figure that several organisations give all values count; whoever may not see one of them sees none of it.
    """
    if not all(one.number for one in facts.figures):  # what was worked out before may rest on what is gone
        facts = replace(facts, figures=tuple(one for one in facts.figures if one.number))
    for path in facts.definition.watched:
        _, key, name = path.split(".")
        field = facts.definition.tasks[key][1].fields[name]
        if isinstance(field, Computed) and (figure := _worked_out(facts, path, key, field)) is not None:
            facts = facts.with_figures((figure,))
    return facts


def _worked_out(facts: Facts, path: str, key: str, field: Computed) -> FigureFact | None:
    used = {of: _counting(facts, of) for of in field.of}
    answer = compute(field, lambda of: [FigureValue(one.path, of.split(".")[2], one.value, one.unit)
                                        for one in used[of]])
    parties = facts.holders(facts.definition.tasks[key][1].of)
    if answer is None or not isinstance(answer.value, Decimal) or not parties:
        return None
    sees = reduce(and_, (one.sees for figures in used.values() for one in figures))
    return FigureFact(path, parties[0].number, 0, answer.value, answer.unit, sees=sees)


def _counting(facts: Facts, path: str) -> tuple[FigureFact, ...]:
    if path.count(".") == 2:
        return facts.values(path)
    return tuple(one for one in facts.figures if named(path, one.path))

