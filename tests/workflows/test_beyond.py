"""A malformed template: what is wrong in its well-formed parts is told in the same reading."""

import json
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.smallest import changed, mistakes
from workflows import library
from workflows.exchange.mistakes import DefinitionErrors, Place
from workflows.exchange.yaml_text import read


def test_a_wrong_name_is_told_with_what_is_malformed_elsewhere_in_the_order_of_the_text():
    text = changed("target: 5", "target: soon").replace("of: one\n", "of: on\n").replace("unit: kg, ", "")
    text = text.replace("{gate: ok}", "{gate: okk}").replace("to: agreed", "to: agred")
    assert mistakes(text.replace("mass: talk.report.yield", "mass: talk.report.yeild")) == [
        ("stages.talk.target", 13, "'soon' must be a whole number"),
        ("stages.talk.tasks.report.of", 19, "There is no seat 'on'; did you mean 'one'?"),
        ("stages.talk.tasks.report.fields.yield", 22, "unit is missing"),
        ("transitions.on.when", 27, "There is no gate 'okk'; did you mean 'ok'?"),
        ("transitions.done.to", 28, "There is no stage or end 'agred'; did you mean 'agreed'?"),
        ("clauses.all.needs.mass", 33, "There is no field 'talk.report.yeild'; did you mean 'talk.report.yield'?")]


def test_what_means_nothing_is_told_too():
    text = changed("target: 5", "target: soon").replace("{mass: talk.report.yield}",
                                                        "{mass: talk.report.yield, more: project:title}")
    assert mistakes(text)[1:] == [("clauses.all.needs.more", 33,
                                   "'more' is declared but $more is not in the text.")]


NOWHERE = "  else: {name: Else, purpose: Nobody comes here., target: 2}\n"


@pytest.mark.parametrize(("old", "new"), [
    ("target: 5", "target: soon"), ("unit: kg, ", ""), ("at: [-1]", "every: 1"), ("purpose: Say it.", "purpose: 5"),
    ("text: \"One delivers", "txt: \"One delivers"), ("due: {days: 2}", "due: {days: two}")])
def test_what_cannot_be_reached_or_left_is_told_beside_what_no_walk_looks_at(old, new):
    text = changed(old, new).replace("transitions:\n", f"{NOWHERE}transitions:\n")
    said = [(path, message) for path, _line, message in mistakes(text)]
    assert ("stages.else", "No story leads to Else.") in said
    stuck = changed(old, new).replace("to: agreed", "to: declined")
    assert [path for path, _line, message in mistakes(stuck) if "no success can be reached" in message] == [
        "stages.sign"]


@pytest.mark.parametrize(("old", "new"), [
    ("of: one\n", "of: on\n"), ("from: talk", "form: talk"), ("when: {contract: signed}", "when: {contract: sigend}"),
    ("about: contract, due", "abaut: contract, due"),
    ("report:\n        title: Report\n        why", "days:\n        why"),
    ("contracting: true}", "contracting: true, many: 5}")])
def test_no_way_is_walked_where_what_it_takes_cannot_be_read(old, new):
    text = changed(old, new).replace("transitions:\n", f"{NOWHERE}transitions:\n")
    text = text.replace("target: 5", "target: soon")
    assert not [message for _path, _line, message in mistakes(text) if "No story" in message or "success" in message]


@pytest.mark.parametrize(("old", "new"), [
    ("unit: kg, ", ""),  # a field that a clause and a condition name
    ("type: quantity, ", ""), ("type: quantity", "type: quantum"), ("max: 5", "max: 5, min: 6"),
    ("        fields:", "        feilds:"), ("        fields:", "        inputs:"),  # what holds it
    ("        of: one\n", ""), ("        of: one\n", "        of: [one, 5]\n"),
    ("        due: {days: 2}\n", ""), ("    tasks:", "    taks:"), ("    tasks:", "    things:"),
    ("of: [one], about", "of: one, about"), ("    contract: prepared", "    contract: prepard"),
    ("  one: {name: One, contracting: true}", "  one: {name: One, contracting: maybe}"),
    ("  one: {name: One, contracting: true}", "  one: 5"),
    ("  one: {name: One, contracting: true}", "  one: {contracting: true, many: {min: 5, max: 2}}"),
    ("parties:", "partis:"), ("parties:", "seats:"), ("stages:", "states:"), ("terminal: {", "ends: {"),
    ("transitions:", "moves:"), ("when: {all:", "wen: {all:"),
    ("when: {contract: signed}", "when: {contract: sigend}"),
    ("at: [-1]", "every: 1"), ("  all: {title: All, text:", "  all: {title: All, txt:"), ("clauses:", "terms:"),
    ("{figure: {path: talk.report.yield, at_least: 2.50}}", "{figure: {path: talk.report.yield}}"),
    ("format: 1", "format: 2"), ("talk:\n    name: Talk", "talk:"), ("  sign: {name: Sign,", "  sign: {nam: Sign,"),
])
def test_nothing_follows_from_what_is_malformed_but_there(old, new):
    with pytest.raises(DefinitionErrors) as caught:
        read(changed(old, new))
    assert not [error for error in caught.value.errors if re.search(r"no (seat|task|gate|stage|field) '|Exactly|"
                                                                      r"declared|nobody|certain|not asked",
                                                                      error.message)], str(caught.value)


@pytest.mark.parametrize("turn", [0, *(pytest.param(turn, marks=pytest.mark.long) for turn in range(1, 20))])
def test_a_shipped_template_malformed_anywhere_is_told_nothing_but_that(turn):
    chosen = random.Random(turn)
    for key in library.names():
        whole = library.load(key).model_dump(by_alias=True, exclude_defaults=True, mode="json")
        place = chosen.choice([one for one in places(whole) if isinstance(one[-1], str)])
        at = inner(whole, place[:-1])
        at[place[-1]] = {"furlong": "x"} if isinstance(at[place[-1]], str) else 0.5
        said = malformed(whole)
        follows = r"There is no|Exactly|certain|not asked|No story|never be taken|no success"
        assert not re.search(follows, said), f"{place}: {said}"


def malformed(whole: dict[str, Any]) -> str:
    """What is said of it; empty where it was well-formed after all."""
    try:
        read(json.dumps(whole))
    except DefinitionErrors as errors:
        return str(errors)
    return ""


def inner(value: Any, place: Place) -> Any:
    for part in place:
        value = value[part]
    return value


def places(value: Any, above: Place = ()) -> Iterator[Place]:
    for key, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*above, key)
        yield from places(one, (*above, key))
