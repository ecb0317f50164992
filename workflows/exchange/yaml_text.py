"""A definition as YAML text: read with every mistake named at once, written so that a person can compare it."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import yaml
from pydantic import ValidationError

from workflows.definition import Definition
from workflows.exchange.beyond import beyond
from workflows.exchange.mistakes import DefinitionError, DefinitionErrors
from workflows.exchange.translation import translated, used_twice
from workflows.exchange.tree import FLOAT, INT, NOT_A_TEMPLATE, decoded, parse, scalar

MOST_ERRORS = 200

_KEYS = {"format", "parties", "stages", "transitions"}  # a text with none of them is about something else


def read(text: str | bytes) -> Definition:
    """The definition a text describes.

    Raises: DefinitionErrors with all mistakes.
    """
    tree = parse(decoded(text))
    found = list(tree.errors)
    if not isinstance(tree.value, dict) or not _KEYS & tree.value.keys():
        raise DefinitionErrors(found or [DefinitionError("", None, NOT_A_TEMPLATE)])
    try:
        read_ = Definition.model_validate(tree.value)
    except ValidationError as error:
        twice = list(used_twice(tree))  # said better than by the model, which knows no lines
        found += [one for one in translated(error, tree) if not (twice and "keys are unique" in one.message)]
        found += twice
    if found:
        more = beyond(tree, found) if len(found) < MOST_ERRORS else ()  # else there is no place for them
        raise DefinitionErrors([*found, *more][:MOST_ERRORS])
    return read_


def lined(text: str | bytes) -> Callable[[str], int | None]:
    """For a text that ``read`` took: the line of a dotted path, or of the nearest thing above it that has one."""
    tree = parse(decoded(text))

    def line(path: str) -> int | None:
        place = tuple(int(part) if part.isdigit() else part for part in path.split("."))
        return tree.line(place) if place[:1] in tree.lines else None  # the first line says nothing of what is missing
    return line


def write(definition: Definition) -> str:
    """Canonical YAML: what is at its default is left out, so ``read(write(d))`` has the hash of ``d``."""
    data = definition.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    return yaml.dump(_plain(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.SafeDumper):
    """Quotes exactly what ``read`` would not take for a text."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:  # noqa: ARG002 - PyYAML's own name
        return super().increase_indent(flow, False)  # lists stand indented below their key

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's own name
        return True


_Dumper.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|)$"), None)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)$"), None)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(f"{INT.pattern}$"), None)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(f"{FLOAT.pattern}$"), None)


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
            if text == str(scalar(text)):
                return scalar(text)
            return text
        case float() if value.is_integer() and abs(value) < 1e15:
            return int(value)
    return value
