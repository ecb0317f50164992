"""The JSON Schema of a definition as YAML, for editors that complete and check while one types."""

import math
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from workflows.definition import Definition
from workflows.exchange.mistakes import Place

NOT_WELL_FORMED = "not_well_formed"
_WORDS = (NOT_WELL_FORMED, ".".join([NOT_WELL_FORMED] * 3), "stage", "en", "EUR")  # one for every pattern


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the YAML, for editors that complete and check while one types."""
    schema = Definition.model_json_schema(by_alias=True)
    _allow_short_forms(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Template"}


def allowed(place: Place, value: Any) -> tuple[str, ...]:
    """The keys that may stand at a place of a text; of a field those of its type. value: the whole text."""
    return tuple(dict.fromkeys(key for node in _nodes_at(place, value) for key in node.get("properties", {})))


def must_stand(place: Place, value: Any) -> bool:
    """Whether something has to be at this place: an entry of a list, or a key that is required or freely named."""
    above = _nodes_at(place[:-1], value)
    return isinstance(place[-1], int) or any(
        place[-1] in node.get("required", ()) or "patternProperties" in node for node in above)


def stand_in(place: Place, value: Any) -> Any:
    """The least that may stand at this place; its words are NOT_WELL_FORMED."""
    return _least(next((node for node in _nodes_at(place, value) if node.get("type") != "null"), {}))


def _nodes_at(place: Place, value: Any) -> list[dict[str, Any]]:
    nodes = [*_forms(_schema(), value)]
    for part in place:
        below = [node.get("items") if isinstance(part, int) else node.get("properties", {}).get(part) or
                 next(iter(node.get("patternProperties", {}).values()), None) for node in nodes]
        value = _inner(value, part)
        nodes = [form for node in below if isinstance(node, dict) for form in _forms(node, value)]
    return nodes


def _inner(value: Any, part: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) and part < len(value) else None


def _least(node: dict[str, Any]) -> Any:
    node = next(form for form in _forms(node, None) if form.get("type") != "null")
    if "const" in node or "enum" in node:
        return node.get("const", node.get("enum", [None])[0])
    match node.get("type"):
        case "integer" | "number":
            return min(node.get("minimum", node.get("exclusiveMinimum", -1) + 1), node.get("maximum", math.inf))
        case "boolean":
            return True
        case "array":
            return [_least(node["items"])] * node.get("minItems", 1)
        case "object":
            free: dict[str, Any] = next(iter(node.get("patternProperties", {}).values()), {})
            return {key: _least(node["properties"][key]) for key in node.get("required", ())} | {
                f"{NOT_WELL_FORMED}_{number}": _least(free) for number in range(node.get("minProperties", 0))}
    return next((word for word in _WORDS if re.search(node.get("pattern", ""), word)), NOT_WELL_FORMED)


@cache
def _schema() -> dict[str, Any]:
    return json_schema()


def _forms(node: dict[str, Any], value: Any) -> Iterator[dict[str, Any]]:
    """What may stand there, without the choices between."""
    if (ref := node.get("$ref")) is not None:
        yield from _forms(_schema()["$defs"][ref.rpartition("/")[2]], value)
    elif "discriminator" in node and isinstance(value, dict):
        if ref := node["discriminator"]["mapping"].get(str(value.get("type"))):
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
