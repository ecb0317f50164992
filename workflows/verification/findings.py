"""What a check answers with, and the words checks share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from workflows.definition import Definition
from workflows.texts import say

Level = Literal["error", "warning"]
Story = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect, or one thing an administrator should know."""

    level: Level
    code: str  # "stage.dead_end"
    path: str  # "stages.pilot.tasks.report"
    message: str
    story: Story = ()  # how a project comes there, one sentence each


def error(code: str, path: str, message: str, story: Story = ()) -> Finding:
    return Finding("error", code, path, message, story)


def warning(code: str, path: str, message: str, story: Story = ()) -> Finding:
    return Finding("warning", code, path, message, story)


def certain(d: Definition, seat: str) -> bool:
    """Whether somebody sits there in every project."""
    return seat in d.parties and d.parties[seat].required


def contracting(d: Definition) -> list[str]:
    return [key for key, seat in d.parties.items() if seat.contracting]


def seat_name(d: Definition, key: str) -> str:
    return f"'{say(d.parties[key].name)}'" if key in d.parties else f"'{key}'"


def listed(words: Sequence[str] | Mapping[str, object]) -> str:
    return ", ".join(words)
