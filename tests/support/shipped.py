"""The shipped templates: their stages, how many sit in their seats, and a field by its path."""

from workflows import fields as f
from workflows.definition import Definition, Seat
from workflows.fields import Path

STAGES = ["idea", "partners", "baseline", "design", "value_case", "pilot", "terms", "signature"]


def field(definition: Definition, path: Path) -> f.TypedField:
    _, task, name = path.split(".")
    return definition.tasks[task][1].fields[name]


def _least(seat: Seat) -> int:
    return (seat.many.min if seat.many else 1) if seat.required else 0


def _several(seat: Seat) -> int:
    return min(seat.many.max, seat.many.min + 1) if seat.many else 1


SEATS = {"least": lambda definition: {key: _least(seat) for key, seat in definition.parties.items()},
         "several": lambda definition: {key: _several(seat) for key, seat in definition.parties.items()}}
