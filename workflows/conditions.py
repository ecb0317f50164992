"""The closed language of guards: what a transition may wait for.

A condition is data. Its meaning is in ``guards``; its refusal is one of the thirty sentences.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from workflows.fields import FigurePath, Key, Path, Strict, Unit
from workflows.texts import Text

DEPTH, NODES = 4, 50


class Tasks(Strict):
    """Every required task of the stage is accepted, for every organisation asked."""

    tasks: Literal[True]


class TaskAccepted(Strict):
    task: Key


class GateAgreed(Strict):
    gate: Key


class DocumentThere(Strict):
    """A file field or document task has a file, and it is accepted where the task asks for that."""

    document: Path


class Answered(Strict):
    """At least this share of the stage's required fields has a value, not "not available"."""

    answered: Annotated[Decimal, Field(gt=0, le=1)]


class Comparison(Strict):
    """A figure and its limit. Of ``path@seat`` each organisation in that seat has to reach it."""

    path: FigurePath
    at_least: Decimal | FigurePath | None = None
    at_most: Decimal | FigurePath | None = None
    above: Decimal | FigurePath | None = None
    below: Decimal | FigurePath | None = None
    unit: Unit | None = None

    @model_validator(mode="after")
    def _one_limit(self) -> "Comparison":
        if sum(limit is not None for limit in (self.at_least, self.at_most, self.above, self.below)) != 1:
            raise ValueError("give exactly one of at_least, at_most, above, below")
        return self

    @property
    def limit(self) -> tuple[str, Decimal | str]:
        """The relation and what it compares with: a number, or the path of another field."""
        for name in ("at_least", "at_most", "above", "below"):
            value = getattr(self, name)
            if value is not None:
                return name, value
        raise AssertionError("unreachable: one limit is validated")


class FigureReaches(Strict):
    figure: Comparison


class PartySeated(Strict):
    party: Key


class ContractIs(Strict):
    """No value is missing in it and a version is fixed; its text is agreed; all have signed."""

    contract: Literal["complete", "agreed", "signed"]


class Signed(Strict):
    """A short agreement: a task of kind ``sign``, signed by every party asked."""

    signed: Key


class DateWindow(Strict):
    not_before: str | None = None
    not_after: str | None = None
    why: Text | None = None


class DateReached(Strict):
    date: DateWindow


class All(Strict):
    all: Annotated[list["Condition"], Field(min_length=1)]


class Any_(Strict):
    any: Annotated[list["Condition"], Field(min_length=1)]


class Not(Strict):
    not_: Annotated["Condition", Field(alias="not")]

    @model_validator(mode="after")
    def _only_before_comparisons(self) -> "Not":
        if not isinstance(self.not_, FigureReaches | DateReached):
            raise ValueError("not may stand only before figure and date")
        return self


_BY_KEY: dict[str, type[Strict]] = {
    "tasks": Tasks, "task": TaskAccepted, "gate": GateAgreed, "document": DocumentThere, "answered": Answered,
    "figure": FigureReaches, "party": PartySeated, "contract": ContractIs, "signed": Signed, "date": DateReached,
    "all": All, "any": Any_, "not": Not,
}


def _read(value: Any) -> Any:
    """Choose the one model a condition's key names, so that a mistake is one error and not thirteen."""
    if isinstance(value, Strict):
        return value
    if value == "tasks":
        return Tasks(tasks=True)
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError(f"a condition is 'tasks' or has exactly one of: {', '.join(_BY_KEY)}")
    key = next(iter(value))
    if key not in _BY_KEY:
        raise ValueError(f"unknown condition '{key}'; known: {', '.join(_BY_KEY)}")
    return _BY_KEY[key].model_validate(value)


AnyCondition = (
    Tasks | TaskAccepted | GateAgreed | DocumentThere | Answered | FigureReaches | PartySeated | ContractIs
    | Signed | DateReached | All | Any_ | Not
)
Condition = Annotated[AnyCondition, BeforeValidator(_read)]
All.model_rebuild()
Any_.model_rebuild()
Not.model_rebuild()


def walk(condition: AnyCondition | None, depth: int = 1) -> Iterator[tuple[int, AnyCondition]]:
    """Every node with its depth, outermost first."""
    if condition is None:
        return
    yield depth, condition
    match condition:
        case All(all=inner) | Any_(any=inner):
            for one in inner:
                yield from walk(one, depth + 1)
        case Not(not_=one):
            yield from walk(one, depth + 1)


def all_of(condition: AnyCondition | None) -> Iterator[AnyCondition]:
    """What must hold whatever else does: not one of several ways."""
    if isinstance(condition, All):
        for one in condition.all:
            yield from all_of(one)
    elif condition is not None:
        yield condition
