"""Templates as text, by command: what is wrong with one, and how editors learn what is right."""

import json

import pytest

from workflows import library
from workflows.exchange.schema import json_schema
from workflows.exchange.yaml_text import write


@pytest.fixture
def run(app):
    return app.test_cli_runner().invoke


class TestCheck:
    def test_a_sound_one_can_be_published(self, run, tmp_path):
        path = tmp_path / "open.yaml"
        path.write_text(write(library.load("open")), encoding="utf-8")
        result = run(args=["template", "check", str(path)])
        assert (result.exit_code, result.output) == (0, "It can be published.\n")

    def test_mistakes_are_named_with_their_lines(self, run, tmp_path):
        path = tmp_path / "open.yaml"
        path.write_text(write(library.load("open")).replace("strategy: open", "strategy: opne"), encoding="utf-8")
        result = run(args=["template", "check", str(path)])
        assert result.exit_code == 1
        assert result.output.startswith("line 4: strategy: 'opne' must be one of ")

    def test_a_finding_comes_with_its_story(self, run, tmp_path):
        path = tmp_path / "open.yaml"
        definition = library.load("open")
        ways = {key: way for key, way in definition.transitions.items() if key != "to_pilot"}
        path.write_text(write(definition.model_copy(update={"transitions": ways})), encoding="utf-8")
        result = run(args=["template", "check", str(path)])
        assert result.exit_code == 1
        assert "error: stages.pilot: No story leads to Pilot.\n" in result.output
        assert "    A project begins in Idea.\n" in result.output


def test_the_schema_is_printed(run):
    assert json.loads(run(args=["template", "schema"]).output) == json_schema()
