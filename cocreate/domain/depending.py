"""What rests on a figure: the clauses that print it, the ways that look at it, the figures worked out from it."""

from collections.abc import Iterator
from typing import Literal

from workflows.conditions import FigureReaches, walk
from workflows.definition import Definition
from workflows.fields import Computed
from workflows.figures import bare, named

Kind = Literal["clause", "way", "figure"]


def depends_on(definition: Definition, path: str) -> Iterator[tuple[Kind, str]]:
    """Key of the clause, of the transition, or path of the computed field."""
    for key, clause in definition.clauses.items():
        if any(bare(need) == path for need in clause.needs.values()):
            yield "clause", key
    for key, way in definition.transitions.items():
        if any(path in _looks_at(node) for _, node in walk(way.when) if isinstance(node, FigureReaches)):
            yield "way", key
    for stage, task, key, field in definition.fields():
        if isinstance(field, Computed) and any(named(of, path) for of in field.of):
            yield "figure", f"{stage}.{task}.{key}"


def _looks_at(node: FigureReaches) -> set[str]:
    one = node.figure
    return {bare(each) for each in (one.path, one.at_least, one.at_most, one.above, one.below) if isinstance(each, str)}
