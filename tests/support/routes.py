"""Every address of the application, filled with the ids of a world: for tests that leave none out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter
from werkzeug.test import TestResponse

from tests.support.worlds import World

SAFE = ("GET", "POST")  # HEAD and OPTIONS do no more than GET
MISSING = "0" * 26  # a reference that nobody has
NOBODY = 2**40  # a person that is not there


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address."""

    endpoint: str
    method: str
    path: str
    of: frozenset[str]  # names of its ids

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint}"


def ids(world: World) -> dict[str, Mapping[str, Any]]:
    """Blueprint, or endpoint where it differs -> what stands for its ids."""
    room = {"ref": world.ref, "other": 2, "party": 2, "person": world.hand, "subject": "task:returns:2",
            "field": "crates", "part": "purpose", "kind": "check"}
    return {
        "room": room | {"key": "returns"},
        "room.gate": room | {"key": "picture"}, "room.gate_outside": room | {"key": "picture"},
        "room.go_on": room | {"key": "to_terms"}, "room.go_back": room | {"key": "too_early"},
        "desk": {"ref": world.opening, "step": "seats"}, "desk.hand_over": {"ref": world.ref},
        "admin": {"ref": world.template, "key": "returns", "name": "x.eml"},
        "portal": {"token": "x" * 43}, "auth": {"token": "x" * 43}, "account": {"ref": world.ref},
        **{f"admin.person{end}": {"ref": world.manager_ref} for end in (
            "", "_roles", "_again", "_send", "_take_back", "_address", "_sessions", "_second_step", "_hand_over",
            "_deactivate")},
    }


def routes(app: Flask, world: World, **instead: Any) -> Iterator[Route]:
    """All but those of assets. instead: other ids, by name."""
    known = ids(world)
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule)):
        if rule.endpoint == "asset":
            continue
        given = known.get(rule.endpoint) or known.get(rule.endpoint.split(".")[0], {})
        fixed = rule.defaults or {}  # what an address says without naming it
        chosen = {name: instead.get(name, given.get(name, _any(rule._converters[name])))
                  for name in rule.arguments if name not in fixed} | fixed
        for method in sorted((rule.methods or set()) & set(SAFE)):
            yield Route(rule.endpoint, method, rule.build(chosen)[1], frozenset(rule.arguments) - fixed.keys())


def _any(converter: BaseConverter) -> Any:
    """Some id, where it does not matter which."""
    match converter:
        case IntegerConverter():
            return 1
        case AnyConverter():
            return sorted(converter.items)[0]
    return "x"


# Something for every field there is, so that no form stops before the thing it is about is looked up.
TYPED = {
    "key": "k" * 20, "party": "2", "to": "1", "topic": "task:returns:2", "text": "Words that are long enough.",
    "words": "Words that are long enough.", "reason": "Words that are long enough.", "kind": "comment",
    "name": "Tom Baker", "email": "tom@crates.example", "title": "Title", "answer": "agreed", "number": "1",
    "seen": "1", "visit": "1", "draft": "0", "subject": "purpose", "body": "Board", "until": "2027-03-20",
}


def ask(client: FlaskClient, route: Route, **more: Any) -> TestResponse:
    if route.method == "POST":
        more.setdefault("data", dict(TYPED))
    return client.open(route.path, method=route.method, **more)


_BY_CHANCE = (
    (re.compile(r'<input [^>]*name="(?:key|csrf_token|typed)"[^>]*>'), ""),
    (re.compile(r"\b[0-9A-Z]{4}\b(?=;)"), "NUMBER"))


def said(answer: TestResponse, *ids: object) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of an answer, without what chance and the given ids make of them.

    Also without what the asker sent, sealed to be sent again.
    """
    headers = {name: _masked(value, ids) for name, value in answer.headers if name not in ("Date", "Set-Cookie")}
    return answer.status_code, headers | {"Content-Length": ""}, _masked(answer.get_data(as_text=True), ids)


def _masked(text: str, ids: tuple[object, ...]) -> str:
    for pattern, instead in _BY_CHANCE:
        text = pattern.sub(instead, text)
    for one in ids:
        text = text.replace(str(one), "ID")
    return text
