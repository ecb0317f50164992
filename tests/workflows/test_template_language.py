"""docs/template-language.md says what the language is: every key, no other, and examples that are right."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from workflows import conditions, fields
from workflows.conditions import Condition
from workflows.definition import Definition, stages, terms, whole
from workflows.exchange.schema import json_schema
from workflows.exchange.tree import parse
from workflows.exchange.yaml_text import read
from workflows.fields import Base, Figure, TypedField
from workflows.verification import verify

MANUAL = (Path(__file__).parents[2] / "docs" / "template-language.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"```yaml\n(.*?)```", MANUAL, re.DOTALL)
FRAGMENTS = re.findall(r"```\n(.*?)```", re.sub(r"```yaml\n.*?```\n", "", MANUAL, flags=re.DOTALL), re.DOTALL)
PROSE = re.sub(r"^```.*?^```\n", "", MANUAL, flags=re.DOTALL | re.MULTILINE)
SECTIONS = dict(re.findall(r"^##+ (.+?)\n(.*?)(?=^##|\Z)", PROSE, re.DOTALL | re.MULTILINE))
TYPES: tuple[type[Base], ...] = get_args(get_args(TypedField)[0])
MODELS: dict[str, tuple[type[BaseModel], ...]] = {
    "The head": (Definition, whole.May),
    "Parties": (stages.Seat, stages.Many),
    "Stages": (stages.Stage,),
    "Tasks": (stages.Task, stages.Statement, stages.Box),
    "Fields": (*TYPES, fields.Example, fields.UpTo),
    "What hangs on an answer": (fields.OnlyIf,),
    "Gates": (stages.Gate, stages.AtLeast),
    "Dates": (stages.Due,),
    "Transitions": (stages.Transition,),
    "Conditions": (*conditions._BY_KEY.values(), conditions.Comparison, conditions.DateWindow),
    "Reminders": (stages.ReminderRule, stages.Escalation),
    "The contract": (terms.Clause, terms.Annex, terms.DutyRule, terms.DecideRule, terms.PartyDetails),
}
# What is written as code and is neither a key nor a value with a name.
OTHER = {"yes", "no", "true", "false", "en", "_", "host", "project", "stage", "a", "d"}
GENERAL = {"[...]": "[tasks]", "not: ...": "not: {date: {not_after: 2027-06-30}}", "PATH": "terms.signatories.proof",
           "KEY": "returns", "SEAT": "carrier"}


class TestKeys:
    def test_of_everything_that_is_written_have_a_section(self):
        described = {model.__name__ for models in MODELS.values() for model in models}
        assert described == {*json_schema()["$defs"], "Definition"}

    @pytest.mark.parametrize("section", MODELS)
    def test_all_stand_in_their_section(self, section):
        assert {key for model in MODELS[section] for key in keys(model)} - words(SECTIONS[section]) == set()

    @pytest.mark.parametrize("section", MODELS)
    def test_its_table_has_no_other(self, section):
        known = {key for model in MODELS[section] for key in keys(model)}
        assert {code for row in rows(SECTIONS[section], "key") for code in codes(row[0])} <= known

    def test_of_a_type_stand_in_its_row(self):
        said = {name: words(row[1]) for row in rows(SECTIONS["Fields"], "type") for name in codes(row[0])}
        own = {get_args(one.model_fields["type"].annotation)[0]: keys(one) - keys(Figure) - {"type"} for one in TYPES}
        assert {name: missing for name in own if (missing := own[name] - said.get(name, set()))} == {}
        assert said.keys() == own.keys()

    def test_and_values_are_all_that_is_called_so(self):
        assert {code for code in codes(PROSE) if re.fullmatch(r"[a-z_]+", code)} - vocabulary(json_schema()) == OTHER


class TestExamples:
    """Each is read as what stands at its place in a template."""

    def test_the_whole_one_is_a_template_without_findings(self):
        assert verify(read(EXAMPLE)) == ()

    @pytest.mark.parametrize("fragment", FRAGMENTS)
    def test_that_stand_apart(self, fragment):
        found = load(fragment)
        for key, value in found.items():
            model = TypeAdapter(whole.May if key == "may" else TypedField)
            again = model.dump_python(model.validate_python(value), mode="json", by_alias=True, exclude_unset=True)
            assert set(again) == set(value), key  # every key was taken for one of its own
        assert found

    def test_of_conditions(self):
        examples = [code for row in rows(SECTIONS["Conditions"], "condition") for code in codes(row[0])]
        assert len(examples) > len(conditions._BY_KEY)
        for example in examples:
            for general, one in GENERAL.items():
                example = example.replace(general, one)
            TypeAdapter(Condition).validate_python(load(f"when: {example}")["when"])

    def test_of_keys(self):
        found = [(section, key, example) for section in SECTIONS if section != "Conditions"
                 for key, example in values(section)]
        assert len(found) > 15
        models = [model for models in MODELS.values() for model in models]
        assert [one for one in found if not any(takes(model, *one[1:]) for model in models)] == []


def keys(model: type[BaseModel]) -> set[str]:
    return {info.alias or name for name, info in model.model_fields.items()}


def codes(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


def words(text: str) -> set[str]:
    return {word for code in codes(text) for word in re.findall(r"[a-z_]+", code)}


def rows(text: str, head: str) -> list[list[str]]:
    """The rows of the tables whose first heading begins so, in cells."""
    tables = [[[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()]
              for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)]
    return [row for first, _line, *rest in tables if first[0].startswith(head) for row in rest]


def values(section: str) -> Iterator[tuple[str, Any]]:
    """(key, example) of everything written as "key: value", or as a mapping or list after its key."""
    key, known = "", {key for model in MODELS.get(section, ()) for key in keys(model)}
    for code in codes(SECTIONS[section]):
        if re.match(r"[a-z_]+: ", code):
            yield from load(code).items()
        elif code[0] in "{[":
            yield key, load(f"example: {code}")["example"]
        elif code in known:
            key = code


def load(text: str) -> dict[str, Any]:
    tree = parse(text)
    assert tree.errors == []
    found: dict[str, Any] = tree.value
    return found


def takes(model: type[BaseModel], key: str, value: Any) -> bool:
    """Whether this may stand there; what else the model needs is no matter."""
    name = next((name for name, info in model.model_fields.items() if (info.alias or name) == key), None)
    if name is None:
        return False
    try:
        model.model_validate({key: value})
    except ValidationError as errors:
        return all(error["loc"][0] != key for error in errors.errors() if error["loc"])
    return True


def vocabulary(schema: Any) -> set[str]:
    """Every key and every value with a name."""
    if isinstance(schema, list):
        return set().union(*map(vocabulary, schema))
    if not isinstance(schema, dict):
        return set()
    own = {*schema.get("properties", {}), *schema.get("enum", ()), schema.get("const")}
    return {word for word in own if isinstance(word, str)}.union(*map(vocabulary, schema.values()))
