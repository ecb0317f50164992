"""The JSON Schema of a definition as YAML, for editors that complete and check while one types."""

from collections.abc import Iterator
from typing import Any

from workflows.definition import Definition


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the YAML, for editors that complete and check while one types."""
    schema = Definition.model_json_schema(by_alias=True)
    _allow_short_forms(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Template"}


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
