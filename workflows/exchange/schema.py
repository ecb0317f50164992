"""The JSON Schema of a definition as YAML, for editors that complete and check while one types."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from workflows.definition import Definition
from workflows.exchange.mistakes import Place


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the YAML, for editors that complete and check while one types."""
    schema = Definition.model_json_schema(by_alias=True)
    _allow_short_forms(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Template"}


def allowed(place: Place, value: Any) -> tuple[str, ...]:
    """The keys that may stand at a place of a text; of a field those of its type. value: the whole text."""
    nodes = [*_forms(_schema(), value)]
    for part in place:
        below = [node.get("items") if isinstance(part, int) else node.get("properties", {}).get(part) or
                 next(iter(node.get("patternProperties", {}).values()), None) for node in nodes]
        value = value[part]
        nodes = [form for node in below if isinstance(node, dict) for form in _forms(node, value)]
    return tuple(dict.fromkeys(key for node in nodes for key in node.get("properties", {})))


@cache
def _schema() -> dict[str, Any]:
    return json_schema()


def _forms(node: dict[str, Any], value: Any) -> Iterator[dict[str, Any]]:
    """What may stand there, without the choices between."""
    if (ref := node.get("$ref")) is not None:
        yield from _forms(_schema()["$defs"][ref.rpartition("/")[2]], value)
    elif "discriminator" in node and isinstance(value, dict):
        if ref := node["discriminator"]["mapping"].get(value.get("type")):
            yield from _forms({"$ref": ref}, value)
    elif forms := node.get("anyOf", node.get("oneOf")):
        for form in forms:
            yield from _forms(form, value)
    else:
        yield node


def _allow_short_forms(schema: dict[str, Any]) -> None:
    """Add ``tasks`` for ``tasks: true`` and ``of: giver`` for ``of: [giver]``."""
    definitions = schema["$defs"]
    for name in ("Task", "Box"):
        of = definitions[name]["properties"]["of"]
        definitions[name]["properties"]["of"] = {"anyOf": [{"type": "string"}, of]}
    for node in _nodes(schema):
        forms = node.get("anyOf", [])
        if {"$ref": "#/$defs/Tasks"} in forms:
            forms.append({"const": "tasks"})


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _nodes(inner)
