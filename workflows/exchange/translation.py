"""Pydantic's errors as the mistakes of an author: one per place, in words, with its line."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from workflows.exchange.mistakes import DefinitionError, Place, dotted, short
from workflows.exchange.schema import allowed
from workflows.exchange.tree import Tree
from workflows.texts import meant

_EXAMPLES = {
    "format": "format: 1", "key": "key: industrial_symbiosis", "unit": "unit: kg", "type": "type: number",
    "label": "label: Mass per year", "of": "of: giver", "due": "due: {days: 10, after: stage}", "target": "target: 20",
    "when": "when: {all: [tasks, {gate: baseline_agreed}]}", "rule": "rule: all", "currency": "currency: EUR",
    "at": "at: [-7, -2, 0]", "needs": "needs: {price: value_case.sharing.price}", "path": "path: pilot.result.rate",
    "terminal": "terminal: {agreed: success, declined: failure, withdrawn: failure}", "strategy": "strategy: open",
    "columns": "columns: {item: {type: text, label: Item}}", "visible_to": "visible_to: [giver, taker]",
    "at_least": "at_least: 95", "source": "source: Yearly report 2024, page 12", "days": "days: 10",
    "name": "name: Pilot", "question": "question: Is this our common picture?", "title": "title: Total cost today",
    "why": "why: The offer is calculated from it.", "text": "text: The Customer pays $fee.", "on": "on: task_due",
    "after": "after: task:report", "about": "about: [report]", "tasks": "tasks: true", "contract": "contract: signed",
}
_FORMS = {  # what may stand there besides the words
    "accepted_by": "a seat", "about": "a list of tasks", "visible_to": "a list of seats",
    "rule": "{at_least: NUMBER, of: SEAT}",
}
_PATTERNS = {
    r"^[a-z][a-z0-9_]{0,39}$": "is not a key: small letters, digits and _, beginning with a letter, at most 40",
    r"^[a-z][a-z0-9_]*$": "is not a key: small letters, digits and _, beginning with a letter",
    r"^[a-z0-9_]+(\.[a-z0-9_]+){2,3}$": "is not a path: write stage.task.field",
    r"^[A-Z]{3}$": "is not a currency: three capital letters, as in ISO 4217",
    r"^[a-z]{2}(-[A-Z]{2})?$": "is not a language: write en, de, pt-BR",
    r"^(stage|project|task:[a-z0-9_]+|field:[a-z0-9_]+(\.[a-z0-9_]+){2})$":
        "is not something that happens: write stage, project, task:KEY or field:stage.task.field",
    r"^[a-z0-9_]+(\.[a-z0-9_]+){2}(@[a-z0-9_]+)?$": "is not a path: write stage.task.field or stage.task.field@seat",
}
_NEED = "is not a value: write stage.task.field, stage.task.field@seat, seat:KEY, project:title or project:purpose"
_ENTRIES = "must have entries of its own (key: value)"
_ITEMS = "must be a list: [one, two], or each on a line of its own behind '- '"
_WHOLE, _ANY_NUMBER = "must be a whole number", "must be a number"
_KIND = {  # pydantic's error type: what should be there
    "dict_type": _ENTRIES, "model_type": _ENTRIES, "model_attributes_type": _ENTRIES, "list_type": _ITEMS,
    "string_type": "must be a text", "bool_type": "must be true or false", "bool_parsing": "must be true or false",
    "int_type": _WHOLE, "int_parsing": _WHOLE, "int_from_float": _WHOLE, "int_parsing_size": "is too large",
    "float_type": _ANY_NUMBER, "float_parsing": _ANY_NUMBER, "decimal_type": _ANY_NUMBER,
    "decimal_parsing": _ANY_NUMBER, "finite_number": _ANY_NUMBER, "none_required": "must be left out",
}
_BOUND = {"greater_than_equal": ("small", "at least", "ge"), "greater_than": ("small", "above", "gt"),
          "less_than_equal": ("large", "at most", "le"), "less_than": ("large", "below", "lt")}
_BRANCH = {"dict_type", "model_type", "list_type", "string_type", "none_required", "decimal_type", "decimal_parsing"}


@dataclass(frozen=True, slots=True)
class Found:
    """One of pydantic's errors with its place in the text."""

    place: Place
    choice: Place | None  # where one of several forms was tried
    kind: str
    context: Mapping[str, Any]
    value: Any


def translated(error: ValidationError, tree: Tree) -> Iterator[DefinitionError]:
    """One friendly error per place, not one per form that was tried there."""
    for found, several in located(error, tree.value):
        yield _friendly(found, several=several, tree=tree)


def located(error: ValidationError, value: Any) -> Iterator[tuple[Found, bool]]:
    """What is wrong in a value, each at its place, and whether several forms might stand there."""
    groups: dict[Place, list[Found]] = {}
    for raw in error.errors(include_url=False):
        place, choice = _located(raw["loc"], raw["type"], value)
        found = Found(place, choice, raw["type"], raw.get("ctx", {}), raw["input"])
        groups.setdefault(place if choice is None else choice, []).append(found)
    for group in groups.values():
        for found in _spoken(group):
            yield found, len(group) > 1


def _spoken(group: list[Found]) -> list[Found]:
    """Of several forms tried at one place, what the author most likely meant."""
    if all(found.choice is None for found in group):
        return group
    deeper = [found for found in group if found.choice is not None and len(found.place) > len(found.choice)]
    if deeper:
        return deeper
    return [next((found for found in group if found.kind not in _BRANCH), group[0])]


def _located(loc: tuple[str | int, ...], kind: str, value: Any) -> tuple[Place, Place | None]:
    """Pydantic's location without the names of models and forms, and where a form was chosen."""
    place: list[str | int] = []
    choice: Place | None = None
    for position, part in enumerate(loc):
        last = position == len(loc) - 1
        if isinstance(value, dict) and part in value and not _is_tag(part, value, loc, position):
            place.append(part)
            value = value[part]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            place.append(part)
            value = value[part]
        elif last and kind == "missing":
            place.append(part)
        elif part != "[key]" and not _is_tag(part, value, loc, position) and choice is None:
            choice = tuple(place)
    return tuple(place), choice


def _is_tag(part: str | int, value: Any, loc: tuple[str | int, ...], position: int) -> bool:
    """Whether this part only says which field type was read."""
    below = position >= 2 and loc[position - 2] in ("fields", "columns")
    return below and isinstance(value, dict) and value.get("type") == part


def _friendly(found: Found, *, several: bool, tree: Tree) -> DefinitionError:
    name = next((str(part) for part in reversed(found.place) if isinstance(part, str)), "")
    line = tree.line(found.place)
    example = _EXAMPLES.get(name) if found.place and found.place[-1] == name and not _elsewhere(found.place) else None
    match found.kind:
        case "missing":
            return DefinitionError(dotted(found.place[:-1]), line, f"{name} is missing", example)
        case "extra_forbidden":
            possible = allowed(found.place[:-1], tree.value)
            message = f"'{name}' is not known here{meant(name, possible) or '.'}"
            return DefinitionError(dotted(found.place[:-1]), line, f"{message} Possible are: {', '.join(possible)}")
        case "union_tag_not_found":
            return DefinitionError(dotted(found.place), line, "type is missing", _EXAMPLES["type"])
        case "union_tag_invalid":
            tag, known = str(found.context["tag"]), str(found.context["expected_tags"])
            message = f"'{short(tag)}' is not a field type{_near(tag, known)}"
            return DefinitionError(dotted(found.place), line, message, f"one of {known.replace(chr(39), '')}")
        case "value_error":
            return DefinitionError(dotted(found.place), line, str(found.context["error"]))
    return DefinitionError(dotted(found.place), line, _wrong(found, name, several), example)


def _elsewhere(place: Place) -> bool:
    """Whether the word means something else there than in its example."""
    above = place[-2] if len(place) > 1 else ""
    return ((place[-1] == "tasks" and place[0] == "stages") or (place[-1] == "source" and above != "example")
            or (place[-1] == "after" and above == "then"))


def _wrong(found: Found, name: str, several: bool) -> str:
    """What is wrong with a value that is there."""
    kind, value, context = found.kind, found.value, found.context
    shown = name if isinstance(value, dict | list) else f"'{short(value)}'"
    if value is None:
        return f"{name} is empty; fill it or leave the line out"
    if kind in _BOUND:
        size, word, key = _BOUND[kind]
        return f"{shown} is too {size}; {word} {context[key]}"
    match kind:
        case "string_type" if isinstance(value, int | float):
            return f"{shown} is a number or true/false; put it in quotes to make it a text"
        case "string_type" if several:
            return "must be a text, or one text per language"
        case "literal_error":
            expected = str(context["expected"])
            words = f"one of {expected}" if " or " in expected else expected
            form = _FORMS.get(name, "") if several else ""
            between = ", or " if " or " in expected else " or "
            return f"{shown} must be {form}{between if form else ''}{words}{_near(str(value), expected)}"
        case "string_pattern_mismatch":
            return f"{shown} {_PATTERNS.get(context['pattern'], _NEED)}"
        case "string_too_short" | "too_short":
            return f"{name} is empty" if context["min_length"] == 1 else f"needs at least {context['min_length']}"
        case "string_too_long" | "too_long":
            return f"has more than {context['max_length']} {'characters' if 'string' in kind else 'entries'}"
    return f"{shown} {_KIND.get(kind, 'is not possible here')}"


def _near(value: str, known: str) -> str:
    return meant(value, re.findall(r"'([^']+)'", known))


def used_twice(tree: Tree) -> Iterator[DefinitionError]:
    """Keys of tasks and gates that come twice: the model tells one of them, and only when all else is right."""
    stages = tree.value.get("stages")
    first: dict[str, str] = {}
    for stage_key, stage in stages.items() if isinstance(stages, dict) else ():
        for part in ("tasks", "gates"):
            inner = stage.get(part) if isinstance(stage, dict) else None
            for key in inner if isinstance(inner, dict) else ():
                if key in first:
                    place = ("stages", stage_key, part, key)
                    yield DefinitionError(dotted(place), tree.line(place),
                                          f"'{key}' is already used in stage {first[key]}; keys are unique")
                first.setdefault(key, stage_key)
