"""A definition as YAML text: read with every mistake named at once, written so that a person can compare it.

A closed part of YAML 1.2: mappings, lists, scalars. Tags, anchors, aliases, several documents and keys given twice are
refused, so a text means what it shows. Nothing is evaluated; ``on``, ``yes`` and ``no`` are words.
"""

import difflib
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from workflows import conditions, definition, fields
from workflows.definition import Definition

LARGEST = 1_000_000  # bytes; the longest template with 200 stages has about half of it
DEEPEST = 40
MOST_ERRORS = 200

NOT_A_TEMPLATE = "This is not a template file."
_KEYS = {"format", "parties", "stages", "transitions"}  # a text with none of them is about something else

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class DefinitionError:
    """One mistake: where it is, and what would be right."""

    path: str  # "stages.pilot.tasks.report.fields.yield"; empty for the whole file
    line: int | None
    message: str
    example: str | None = None

    def __str__(self) -> str:
        where = ": ".join(part for part in (f"line {self.line}" if self.line else "", self.path) if part)
        text = f"{where}: {self.message}" if where else self.message
        return f"{text.rstrip('.')}. Example: {self.example}" if self.example else text


class DefinitionErrors(Exception):
    """The text is not a definition; every mistake that could be found in one reading."""

    def __init__(self, errors: Iterable[DefinitionError]) -> None:
        self.errors = tuple(sorted(errors, key=lambda error: error.line or 0))
        super().__init__("\n".join(map(str, self.errors)))


def read(text: str | bytes) -> Definition:
    """The definition a text describes.

    Raises: DefinitionErrors with all mistakes.
    """
    tree = _parse(_decoded(text))
    found = list(tree.errors)
    if not isinstance(tree.value, dict) or not _KEYS & tree.value.keys():
        raise DefinitionErrors(found or [DefinitionError("", 1, NOT_A_TEMPLATE)])
    try:
        read_ = Definition.model_validate(tree.value)
    except ValidationError as error:
        found += _translated(error, tree)
        found += _used_twice(tree, found)
    if found:
        raise DefinitionErrors(found[:MOST_ERRORS])
    return read_


def write(definition: Definition) -> str:
    """Canonical YAML: what is at its default is left out, so ``read(write(d))`` has the hash of ``d``."""
    data = definition.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    return yaml.dump(_plain(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the YAML, for editors that complete and check while one types."""
    schema = Definition.model_json_schema(by_alias=True)
    _allow_short_forms(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Template"}


# Reading: events, not nodes, so that nothing is built from what is refused -------------------------------------------

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,29})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]{0,29})(\.[0-9]{1,30})?([eE][-+]?[0-9]{1,3})?")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read."""

    value: dict[str, Any] | list[Any]
    place: Place
    key: str | None = None  # of a mapping: the key whose value comes next


@dataclass(slots=True)
class _Tree:
    value: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    errors: list[DefinitionError] = field(default_factory=list)

    def line(self, place: Place) -> int | None:
        """The line of the nearest thing that is there."""
        while place not in self.lines:
            if not place:
                return None
            place = place[:-1]
        return self.lines[place]

    def refuse(self, place: Place, line: int, message: str, example: str | None = None) -> None:
        self.errors.append(DefinitionError(_dotted(place), line, message, example))


def _decoded(text: str | bytes) -> str:
    if len(text if isinstance(text, bytes) else text.encode(errors="replace")) > LARGEST:
        raise DefinitionErrors([DefinitionError("", None, f"The file is larger than {LARGEST // 1_000_000} MB.")])
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DefinitionErrors([DefinitionError("", None, NOT_A_TEMPLATE)]) from None


def _parse(text: str) -> _Tree:
    tree = _Tree()
    try:
        _build(yaml.parse(text, Loader=_Loader), tree)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        tree.errors.append(DefinitionError("", line, f"{NOT_A_TEMPLATE} It cannot be read from here: {error.problem}."))
        tree.value = None
    except (yaml.YAMLError, UnicodeEncodeError):  # control characters, lone surrogates
        raise DefinitionErrors([DefinitionError("", None, NOT_A_TEMPLATE)]) from None
    return tree


def _build(events: Iterable[yaml.Event], tree: _Tree) -> None:
    """Fill ``tree`` from the events of one document."""
    open_: list[_Open] = []
    documents = 0
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 0
        match event:
            case yaml.DocumentStartEvent():
                documents += 1
                if documents > 1:
                    tree.refuse((), line, "A file holds one template; here a second document begins.")
                    return
            case yaml.AliasEvent():
                tree.refuse(_here(open_), line, "Aliases (*name) are not allowed; write the value out.")
                _put(open_, tree, None, line)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                _refuse_marks(event, _here(open_), tree, line)
                if len(open_) >= DEEPEST:
                    raise DefinitionErrors([*tree.errors, DefinitionError(_dotted(_here(open_)), line,
                                                                          f"Nested more than {DEEPEST} deep.")])
                inner: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
                place = _put(open_, tree, inner, line)
                open_.append(_Open(inner, place))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                open_.pop()
            case yaml.ScalarEvent():
                _refuse_marks(event, _here(open_), tree, line)
                if open_ and isinstance(open_[-1].value, dict) and open_[-1].key is None:
                    _key(open_[-1], event.value, tree, line)
                else:
                    _put(open_, tree, event.value if event.style else _scalar(event.value), line)


def _refuse_marks(event: Any, place: Place, tree: _Tree, line: int) -> None:
    if event.anchor is not None:
        tree.refuse(place, line, "Anchors (&name) are not allowed; write the value out where it is needed.")
    if event.tag is not None:
        tree.refuse(place, line, "Tags (!name) are not allowed; write the plain value.")


def _key(mapping: _Open, key: str, tree: _Tree, line: int) -> None:
    place = (*mapping.place, key)
    if key in mapping.value:
        tree.refuse(place, line, f"'{key}' stands here twice; first in line {tree.lines[place]}.")
    else:
        tree.lines[place] = line
    mapping.key = key


def _put(open_: list[_Open], tree: _Tree, value: Any, line: int) -> Place:
    """Hang ``value`` where the reading is, and return its place."""
    if not open_:
        tree.value = value
        tree.lines[()] = line
        return ()
    top = open_[-1]
    if isinstance(top.value, list):
        top.value.append(value)
        place: Place = (*top.place, len(top.value) - 1)
        tree.lines[place] = line
        return place
    if top.key is None:
        tree.refuse(top.place, line, "A key must be a word, not a list or a mapping.")
        key = f"?{line}"
    else:
        key, top.key = top.key, None
    top.value.setdefault(key, value)
    return (*top.place, key)


def _here(open_: list[_Open]) -> Place:
    if not open_:
        return ()
    top = open_[-1]
    if isinstance(top.value, list):
        return (*top.place, len(top.value))
    return top.place if top.key is None else (*top.place, top.key)


def _scalar(text: str) -> Any:
    """A plain scalar by the core schema of YAML 1.2; what looks like anything else is a text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text


# Mistakes in words ----------------------------------------------------------------------------------------------------

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
_PATTERNS = {
    r"^[a-z][a-z0-9_]{0,39}$": "is not a key: small letters, digits and _, beginning with a letter, at most 40",
    r"^[a-z][a-z0-9_]*$": "is not a key: small letters, digits and _, beginning with a letter",
    r"^[a-z0-9_]+(\.[a-z0-9_]+){2,3}$": "is not a path: write stage.task.field",
    r"^[A-Z]{3}$": "is not a currency: three capital letters, as in ISO 4217",
    r"^[a-z]{2}(-[A-Z]{2})?$": "is not a language: write en, de, pt-BR",
    r"^(stage|project|task:[a-z0-9_]+)$": "is not something that happens: write stage, project or task:KEY",
}
_NEED = "is not a value: write stage.task.field, stage.task.field@seat, seat:KEY, project:title or project:purpose"
_ENTRIES = "must have entries of its own (key: value)"
_WHOLE, _ANY_NUMBER = "must be a whole number", "must be a number"
_KIND = {  # pydantic's error type: what should be there
    "dict_type": _ENTRIES, "model_type": _ENTRIES, "model_attributes_type": _ENTRIES, "list_type": "must be a list",
    "string_type": "must be a text", "bool_type": "must be true or false", "bool_parsing": "must be true or false",
    "int_type": _WHOLE, "int_parsing": _WHOLE, "int_from_float": _WHOLE, "int_parsing_size": "is too large",
    "float_type": _ANY_NUMBER, "float_parsing": _ANY_NUMBER, "decimal_type": _ANY_NUMBER,
    "decimal_parsing": _ANY_NUMBER, "none_required": "must be left out",
}
_BOUND = {"greater_than_equal": ("small", "at least", "ge"), "greater_than": ("small", "above", "gt"),
          "less_than_equal": ("large", "at most", "le"), "less_than": ("large", "below", "lt")}
_BRANCH = {"dict_type", "model_type", "list_type", "string_type", "none_required", "decimal_type", "decimal_parsing"}


def _models() -> Iterator[type[BaseModel]]:
    for module in (definition, conditions, fields):
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, BaseModel):
                yield thing


_KNOWN = sorted({info.alias or name for model in _models() for name, info in model.model_fields.items()})


@dataclass(frozen=True, slots=True)
class _Found:
    """One of pydantic's errors with its place in the text."""

    place: Place
    choice: Place | None  # where one of several forms was tried
    kind: str
    context: Mapping[str, Any]
    value: Any


def _translated(error: ValidationError, tree: _Tree) -> Iterator[DefinitionError]:
    """One friendly error per place, not one per form that was tried there."""
    groups: dict[Place, list[_Found]] = {}
    for raw in error.errors(include_url=False):
        place, choice = _located(raw["loc"], raw["type"], tree.value)
        found = _Found(place, choice, raw["type"], raw.get("ctx", {}), raw["input"])
        groups.setdefault(place if choice is None else choice, []).append(found)
    for group in groups.values():
        for found in _spoken(group):
            yield _friendly(found, several=len(group) > 1, tree=tree)


def _spoken(group: list[_Found]) -> list[_Found]:
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


def _friendly(found: _Found, *, several: bool, tree: _Tree) -> DefinitionError:
    name = next((str(part) for part in reversed(found.place) if isinstance(part, str)), "")
    line = tree.line(found.place)
    example = _EXAMPLES.get(name) if found.place and found.place[-1] == name else None
    match found.kind:
        case "missing":
            return DefinitionError(_dotted(found.place[:-1]), line, f"{name} is missing", example)
        case "extra_forbidden":
            near = difflib.get_close_matches(name, _KNOWN, n=1, cutoff=0.7)
            hint = f"; did you mean '{near[0]}'?" if near and near[0] != name else ""
            return DefinitionError(_dotted(found.place[:-1]), line, f"'{name}' is not known here{hint}")
        case "union_tag_not_found":
            return DefinitionError(_dotted(found.place), line, "type is missing", _EXAMPLES["type"])
        case "union_tag_invalid":
            tag, known = str(found.context["tag"]), str(found.context["expected_tags"])
            message = f"'{_short(tag)}' is not a field type{_near(tag, known)}"
            return DefinitionError(_dotted(found.place), line, message, f"one of {known.replace(chr(39), '')}")
        case "value_error":
            return DefinitionError(_dotted(found.place), line, str(found.context["error"]))
    return DefinitionError(_dotted(found.place), line, _wrong(found, name, several), example)


def _wrong(found: _Found, name: str, several: bool) -> str:
    """What is wrong with a value that is there."""
    kind, value, context, shown = found.kind, found.value, found.context, f"'{_short(found.value)}'"
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
            return f"{shown} must be one of {context['expected']}{_near(str(value), str(context['expected']))}"
        case "string_pattern_mismatch":
            return f"{shown} {_PATTERNS.get(context['pattern'], _NEED)}"
        case "string_too_short" | "too_short":
            return f"{name} is empty" if context["min_length"] == 1 else f"needs at least {context['min_length']}"
        case "string_too_long" | "too_long":
            return f"has more than {context['max_length']} {'characters' if 'string' in kind else 'entries'}"
    return f"{shown} {_KIND.get(kind, 'is not possible here')}"


def _near(value: str, known: str) -> str:
    near = difflib.get_close_matches(value, re.findall(r"'([^']+)'", known), n=1, cutoff=0.7)
    return f"; did you mean '{near[0]}'?" if near else ""


def _short(value: Any) -> str:
    text = str(value) if not isinstance(value, dict | list) else "this"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _used_twice(tree: _Tree, found: list[DefinitionError]) -> Iterator[DefinitionError]:
    """Keys of tasks and gates that come twice, which the model tells only when nothing else is wrong."""
    if any("keys are unique" in error.message for error in found):
        return
    stages = tree.value.get("stages")
    first: dict[str, str] = {}
    for stage_key, stage in stages.items() if isinstance(stages, dict) else ():
        for part in ("tasks", "gates"):
            inner = stage.get(part) if isinstance(stage, dict) else None
            for key in inner if isinstance(inner, dict) else ():
                if key in first:
                    place = ("stages", stage_key, part, key)
                    yield DefinitionError(_dotted(place), tree.line(place),
                                          f"'{key}' is already used in stage {first[key]}; keys are unique")
                first.setdefault(key, stage_key)


def _dotted(place: Iterable[str | int]) -> str:
    return ".".join(_short(part) for part in place)


# Writing --------------------------------------------------------------------------------------------------------------


class _Dumper(yaml.SafeDumper):
    """Quotes exactly what ``read`` would not take for a text."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:  # noqa: ARG002 - PyYAML's own name
        return super().increase_indent(flow, False)  # lists stand indented below their key

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's own name
        return True


_Dumper.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|)$"), None)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)$"), None)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(f"{_INT.pattern}$"), None)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(f"{_FLOAT.pattern}$"), None)


_UNSEEN = re.compile(r"[^\S \n]|[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff]")


def _words(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # Other line breaks and invisible characters only survive as escapes.
    style = '"' if _UNSEEN.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _flow(represent: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Short collections of scalars on one line: ``{days: 10, after: stage}``."""
    def represented(dumper: yaml.SafeDumper, data: Any) -> Any:
        node = represent(dumper, data)
        inner = data.values() if isinstance(data, dict) else data
        node.flow_style = len(str(data)) <= 90 and not any(isinstance(one, dict | list) for one in inner)
        return node
    return represented


def _number(dumper: yaml.SafeDumper, value: Any) -> yaml.ScalarNode:
    kind = "int" if isinstance(value, int) else "float"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", repr(value))


_Dumper.add_representer(str, _words)
_Dumper.add_representer(float, _number)
_Dumper.add_representer(dict, _flow(yaml.SafeDumper.represent_dict))
_Dumper.add_representer(list, _flow(yaml.SafeDumper.represent_list))


def _plain(value: Any) -> Any:
    """Lists, dicts, texts and numbers only; a decimal in the shortest form that reads back as itself."""
    match value:
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case Decimal():
            text = str(value)
            if text == str(_scalar(text)):
                return _scalar(text)
            return text
        case float() if value.is_integer() and abs(value) < 1e15:
            return int(value)
    return value


def _allow_short_forms(schema: dict[str, Any]) -> None:
    """Add ``tasks`` for ``tasks: true`` and ``of: giver`` for ``of: [giver]``."""
    definitions = schema["$defs"]
    of = definitions["Task"]["properties"]["of"]
    definitions["Task"]["properties"]["of"] = {"anyOf": [{"type": "string"}, of]}
    for node in _nodes(schema):
        forms = node.get("anyOf", [])
        if {"$ref": "#/$defs/Tasks"} in forms:
            forms.append({"const": "tasks"})


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _nodes(inner)
