"""A mistake in the text of a definition: where it is, and what would be right."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class DefinitionError:
    """One mistake: where it is, and what would be right."""

    path: str  # "stages.pilot.tasks.report.fields.yield"; empty for the whole file
    line: int | None
    message: str
    example: str | None = None

    def __str__(self) -> str:
        where = ": ".join(part for part in (f"line {self.line}" if self.line else "", counted(self.path)) if part)
        text = f"{where}: {self.message}" if where else self.message
        if not self.example:
            return text
        return f"{text if text.endswith(('.', '?')) else f'{text}.'} Example: {self.example}"


class DefinitionErrors(Exception):
    """The text is not a definition; every mistake that could be found in one reading."""

    def __init__(self, errors: Iterable[DefinitionError]) -> None:
        self.errors = tuple(sorted(errors, key=lambda error: error.line or 0))
        super().__init__("\n".join(map(str, self.errors)))


def dotted(place: Iterable[str | int]) -> str:
    return ".".join(short(part) for part in place)


def counted(path: str) -> str:
    """A path for a reader, who counts from one: "reminders.0" is "reminders (entry 1)"."""
    return re.sub(r"\.(\d+)(?=\.|$)", lambda found: f" (entry {int(found[1]) + 1})", path)


def short(value: Any) -> str:
    text = "this" if isinstance(value, dict | list) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
