"""What one definition says otherwise than another: path by path, for who has to decide whether that is meant."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workflows.definition import Definition

LONGEST = 160  # characters of a value that are shown


@dataclass(frozen=True, slots=True)
class Difference:
    """One path that came, went or says something else. before, after: as they are written, cut short."""

    kind: Literal["added", "removed", "changed", "moved"]
    path: str
    before: str = ""
    after: str = ""


def between(old: Definition, new: Definition) -> tuple[Difference, ...]:
    """Every difference, in the order of the new definition; of what came or went as a whole only its own path."""
    return tuple(_compared("", _plain(old), _plain(new)))


def _plain(definition: Definition) -> Any:
    return definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _compared(path: str, old: Any, new: Any) -> Iterator[Difference]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _keys(path, old, new)
    elif isinstance(old, list) and isinstance(new, list) and any(isinstance(one, dict) for one in (*old, *new)):
        yield from _keys(path, _numbered(old), _numbered(new))
    elif old != new:
        yield Difference("changed", path, _short(old), _short(new))


def _keys(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    stay = [key for key in old if key in new]
    if stay != [key for key in new if key in old]:
        yield Difference("moved", path, ", ".join(old), ", ".join(new))
    for key, value in new.items():
        here = f"{path}.{key}" if path else key
        if key in old:
            yield from _compared(here, old[key], value)
        else:
            yield Difference("added", here, after=_short(value))
    for key, value in old.items():
        if key not in new:
            yield Difference("removed", f"{path}.{key}" if path else key, before=_short(value))


def _numbered(values: list[Any]) -> dict[str, Any]:
    return {str(number): value for number, value in enumerate(values)}


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST - 3]}..."
