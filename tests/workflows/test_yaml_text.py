"""Templates as text: every mistake named, nothing evaluated, the same hash after writing."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.smallest import SMALL, changed, mistakes
from workflows import library
from workflows.definition import Definition, Seat, from_json
from workflows.exchange.mistakes import DefinitionErrors, counted
from workflows.exchange.schema import json_schema
from workflows.exchange.tree import CUT_OFF, LARGEST, MOSTLY, NOT_A_TEMPLATE, NOT_UTF_8
from workflows.exchange.yaml_text import lined, read, write

DOCS = Path(__file__).parents[2] / "docs"


class TestRead:
    def test_small(self):
        definition = read(SMALL)
        assert definition.reminders[0].on == "task_due"  # "on" is a word here, not a yes
        assert definition.tasks["report"][1].of == ["one"]

    def test_bytes_with_and_without_a_mark(self):
        assert read(SMALL.encode()).sha256 == read(b"\xef\xbb\xbf" + SMALL.encode()).sha256

    def test_says_what_is_missing_where_with_an_example(self):
        with pytest.raises(DefinitionErrors) as caught:
            read(changed("unit: kg, ", ""))
        assert str(caught.value) == \
            "line 22: stages.talk.tasks.report.fields.yield: unit is missing. Example: unit: kg"

    def test_all_mistakes_at_once(self):
        text = changed("target: 5", "target: soon").replace("why: It is needed.", "why:")
        assert mistakes(text.replace("purpose: Sign it.,", "").replace("name: One,", "name: One, requird: true,")) == [
            ("parties.one", 8, "'requird' is not known here; did you mean 'required'? Possible are: name, plural, "
             "purpose, usually, contracting, required, many, side, signs"),
            ("stages.talk.target", 13, "'soon' must be a whole number"),
            ("stages.talk.tasks.report.why", 18, "why is empty; fill it or leave the line out"),
            ("stages.sign", 25, "purpose is missing")]

    @pytest.mark.parametrize(("old", "new", "path", "message"), [
        ("format: 1", "format: 2", "format", "'2' must be 1"),
        ("name: One,", "name: One, many: {min: 5, max: 2},", "parties.one.many", "min 5 is above max 2"),
        ("of: one\n", "of: one\n        accepted_by: 5\n", "stages.talk.tasks.report.accepted_by",
         "'5' must be a seat or 'nobody'"),
        ("of: one\n", "of: one\n        visible_to: most\n", "stages.talk.tasks.report.visible_to",
         "'most' must be a list of seats, or one of 'all', 'own' or 'facilitator'"),
        ("type: quantity", "type: quantum", "stages.talk.tasks.report.fields.yield", "'quantum' is not a field type"),
        ("type: quantity, ", "", "stages.talk.tasks.report.fields.yield", "type is missing"),
        ("max: 5", "max: 5, min: 6", "stages.talk.tasks.report.fields.yield", "min 6 is above max 5"),
        ("name: Small", "name: 2024", "name", "'2024' is a number or true/false; put it in quotes"),
        ("name: Small", "name: {en: Small, de: }", "name.de", "de is empty"),
        ("due: {days: 2}", "minutes: true\n        due: {days: 2}", "stages.talk.tasks.report.minutes",
         "true and false are no numbers"),
        ("max: 5", "max: true", "stages.talk.tasks.report.fields.yield.max", "true and false are no numbers"),
        ("name: Small", "name: [Small]", "name", "must be a text, or one text per language"),
        ("due: {days: 2}", "due: {days: -1}", "stages.talk.tasks.report.due.days", "'-1' is too small; at least 0"),
        ("tasks, {gate", "task, {gate", "transitions.on.when.all.0", "a condition is 'tasks' or has exactly one of"),
        ("{gate: ok}", "{gat: ok}", "transitions.on.when.all.1", "unknown condition 'gat'"),
        ("{gate: ok}", "{not: {gate: ok}}", "transitions.on.when.all.1", "not may stand only before figure and date"),
        ("path: talk.report.yield", "path: yield", "transitions.on.when.all.2.figure.path", "'yield' is not a path"),
        ("mass: talk.report.yield", "mass: yield", "clauses.all.needs.mass", "'yield' is not a value"),
        ("      ok:", "      report:", "stages.talk.gates.report", "'report' is already used in stage talk"),
        ("contract_title:", "duties: {rows: talk.report.yield}\ncontract_title:", "duties",
         "duties must be a list: [one, two], or each on a line of its own behind '- '"),
        ("at: [-1]", "every: 1", "reminders.0", "every needs most"),
        ("name: One,", "name: One, usually: public-body,", "parties.one.usually",
         "'public-body' must be one of 'company', 'public_body', 'ngo', 'community', 'recycler' or 'partner'; "
         "did you mean 'public_body'?"),
    ])
    def test_friendly(self, old, new, path, message):
        text = changed(old, new).replace("{gate: report}", "{gate: ok}")
        assert any(found[0] == path and found[2].startswith(message) for found in mistakes(text)), mistakes(text)

    def test_a_key_used_twice_is_told_once_where_it_comes_again_whatever_else_is_wrong(self):
        twice = changed("      ok:", "      report:").replace("{gate: report}", "{gate: ok}")
        said = [(path, line) for path, line, message in mistakes(twice) if "unique" in message]
        assert said == [("stages.talk.gates.report", 24)]
        assert [(path, line) for path, line, message in mistakes(twice.replace("target: 2", "target: -2"))
                if "unique" in message] == said

    def test_an_example_follows_a_whole_sentence(self):
        with pytest.raises(DefinitionErrors) as raised:
            read(changed("strategy: open", "strategy: opne"))
        assert str(raised.value).endswith("did you mean 'open'? Example: strategy: open")

    @pytest.mark.parametrize(("old", "new", "possible"), [
        ("unit: kg", "unit: kg, furlong: 1", "'furlong' is not known here. Possible are: label, help, "),
        ("needs: {mass", "wants: {mass", "Possible are: title, text, needs, "),
        ("at_least: 2.50", "at_least: 2.50, units: kg", "mean 'unit'? Possible are: path, at_least, at_most, ")])
    def test_says_of_an_unknown_key_which_are_possible_there(self, old, new, possible):
        assert any(possible in message for _path, _line, message in mistakes(changed(old, new)))

    def test_tells_the_lines_of_what_it_has_read(self):
        line = lined(SMALL)
        assert (line("stages.talk.tasks.report.of"), line("reminders.0.at"), line("party_details.address")) == (
            19, 30, None)

    def test_a_key_that_is_no_word_is_told_once_and_alone(self):
        assert mistakes(changed("name: Small", "[name]: {en: Small}")) == [
            ("", 1, "name is missing"), ("", 3, "A key must be a word, not a list or a mapping.")]

    @pytest.mark.parametrize(("old", "new"), [
        ("target: 5", "target: 5\n    tasks: 7"), ("type: quantity", "type: quantity, source: maybe")])
    def test_an_example_is_one_of_that_place(self, old, new):
        with pytest.raises(DefinitionErrors) as caught:
            read(changed(old, new))
        assert {error.example for error in caught.value.errors} == {None}

    def test_people_count_from_one(self):
        assert counted("decide.1.of.0") == "decide (entry 2).of (entry 1)" and counted("a.b2.c") == "a.b2.c"

    def test_a_key_given_twice_is_refused_with_both_lines(self):
        assert ("stages.talk.purpose", 13, "'purpose' stands here twice; first in line 12.") in \
            mistakes(changed("    purpose: Say it.\n", "    purpose: Say it.\n    purpose: Again.\n"))

    @pytest.mark.parametrize("text", ["We ask for item # 7.", "We ask\n      for item  # 7."])
    def test_a_text_is_never_cut_off_by_a_comment_without_a_word(self, text):
        line = 12 + text.count("\n")
        assert ("stages.talk.purpose", line, CUT_OFF) in mistakes(changed("Say it.\n", f"{text}\n"))

    @pytest.mark.parametrize(("text", "said"), [
        ('"We ask for item # 7."', "We ask for item # 7."), ("We ask for item#7.", "We ask for item#7."),
        ("Say  # or sing", "Say"), ("Say it.\n    # Or sing it.", "Say it.")])
    def test_where_nothing_is_cut_off_a_comment_is_one(self, text, said):
        assert read(changed("Say it.\n", f"{text}\n")).stages["talk"].purpose == said


class TestHostile:
    @pytest.mark.parametrize("text", [b"\xff\xfe\x00\x01", "", "hello", "- a\n- b", "a: 1", "\x00", b"%PDF-1.7 \xc4",
                                      "\ud800"])
    def test_something_else(self, text):
        assert [message for _, _, message in mistakes(text)] == [NOT_A_TEMPLATE]

    @pytest.mark.parametrize(("wrong", "line"), [
        ("name: a: b", 2), ("name: * a", 2), ("name: [a", 3), ("name: 'a's b'", 2), ("name: a\n  key: b", 3)])
    def test_not_yaml_says_what_it_mostly_is(self, wrong, line):
        (_, where, said), *_ = mistakes(f"format: 1\n{wrong}\n")
        assert where == line and said.startswith("It cannot be read from here on: ") and said.endswith(MOSTLY)

    @pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
    def test_another_encoding(self, encoding):
        assert mistakes(changed("name: One,", "name: Gehäuse,").encode(encoding))[0][2] == NOT_UTF_8

    def test_a_tab(self):
        said = "A tab stands here; YAML is indented with blanks. Replace each tab by blanks."
        assert mistakes(changed("    name: Talk", "\tname: Talk"))[0][1:] == (11, said)

    def test_too_large(self):
        assert mistakes("# " + "x" * LARGEST) == [("", None, "The file is larger than 1 MB.")]

    def test_aliases_cannot_multiply(self):
        bomb = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcdef", "bcdefg", strict=True))
        assert any("Aliases" in message for _, _, message in mistakes(bomb))
        assert any("Anchors" in message for _, _, message in mistakes(bomb))

    @pytest.mark.parametrize("value", ["!!python/object/apply:os.system [id]", "!!str Small", "! Small", "!x {a: 1}"])
    def test_tags(self, value):
        assert any("Tags" in message for _, _, message in mistakes(changed("name: Small", f"name: {value}")))

    @pytest.mark.parametrize("text", ["[" * 20_000, "{a: " * 20_000, "- " * 20_000])
    def test_depth(self, text):
        assert any("Nested" in message for _, _, message in mistakes(text))

    def test_two_documents(self):
        assert any("second document" in message for _, _, message in mistakes(f"{SMALL}---\n{SMALL}"))

    def test_texts_stay_texts(self):
        hostile = "${7*7} {{7*7}} <script>alert(1)</script> __import__('os').system('id')"
        assert read(changed("summary: As little as there can be.", f'summary: "{hostile}"')).summary == hostile


class TestWrite:
    @pytest.mark.parametrize("key", library.names())
    def test_shipped_templates_come_back_with_their_hash(self, key):
        definition = library.load(key)
        assert read(write(definition)).sha256 == definition.sha256
        assert write(read(write(definition))) == write(definition)

    def test_numbers_stay_numbers(self):
        text = write(read(SMALL))
        assert "at_least: 2.5" in text
        assert "max: 5" in text

    @pytest.mark.parametrize("limit", ["2.50", "100", "1E+3", "0.000001", "12345678901234567890.123456789", "-0"])
    def test_a_decimal_comes_back_digit_for_digit(self, limit):
        definition = read(changed("at_least: 2.50", f'at_least: "{limit}"'))
        assert read(write(definition)).sha256 == definition.sha256
        assert str(Decimal(limit)) in definition.canonical().decode()

    @given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), min_size=1,
                   max_size=200).filter(str.strip))
    def test_any_text_comes_back(self, text):
        definition = Definition.model_validate({**read(SMALL).model_dump(by_alias=True), "summary": text,
                                                "name": {"en": text, "de": "no"}})
        again = read(write(definition))
        assert again.summary == definition.summary
        assert again.sha256 == definition.sha256 == from_json(definition.canonical()).sha256

    def test_who_contracts_signs_even_if_nothing_is_written(self):
        assert Seat(name="One", contracting=True, signs=None).signs == "contract"


class TestSchema:
    def test_the_one_for_editors_is_that_of_the_code(self):
        assert json.loads((DOCS / "template.schema.json").read_text(encoding="utf-8")) == json_schema()

    def test_knows_the_short_forms(self):
        schema = json_schema()
        assert {"type": "string"} in schema["$defs"]["Task"]["properties"]["of"]["anyOf"]
        assert {"const": "tasks"} in schema["$defs"]["All"]["properties"]["all"]["items"]["anyOf"]
        assert schema["additionalProperties"] is False
