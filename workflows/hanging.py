"""What is left of what a task asks where answers to other tasks made some of it pointless."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from workflows.fields import Base, OnlyIf, Table, answers_of


class Part(NamedTuple):
    """A field or a column: the answers to other tasks on which it hangs, and what it is where they were given so."""

    elsewhere: tuple[OnlyIf, ...]
    field: Base
    columns: Mapping[str, "Part"]  # of its columns those that hang on answers to other tasks


def parts(task: str, fields: Mapping[str, Any]) -> dict[str, Part]:
    """Which of these fields hang on answers to other tasks; task: the path of their own."""
    return {name: part for name, field in fields.items()
            if (part := _part(task, field)).elsewhere or part.columns}


def left(fields: Mapping[str, Any], hanging: Mapping[str, Part], hold: Callable[[tuple[OnlyIf, ...]], bool],
         ) -> dict[str, Any]:
    """The fields, or the columns, that are asked; hold: whether answers to other tasks were given so."""
    found = {}
    for name, field in fields.items():
        if (part := hanging.get(name)) is None:
            found[name] = field
        elif hold(part.elsewhere):
            found[name] = part.field.model_copy(update={
                "columns": left(part.field.columns, part.columns, hold),
            }) if isinstance(part.field, Table) and part.columns else part.field
    return found


def _part(task: str, field: Base) -> Part:
    own = [one for one in answers_of(field.only_if) if one.answer.startswith(f"{task}.")]
    elsewhere = tuple(one for one in answers_of(field.only_if) if one not in own)
    of_own = own if len(own) > 1 else next(iter(own), None)
    return Part(elsewhere, field.model_copy(update={"only_if": of_own}) if elsewhere else field,
                parts(task, field.columns) if isinstance(field, Table) else {})
