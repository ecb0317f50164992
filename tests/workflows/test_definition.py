"""A definition as a frozen value: what it refuses, what it knows of itself, and what names it."""

import json

import pytest
from hypothesis import given
from pydantic import ValidationError

from tests.support.chance import definitions
from tests.support.facts import TWO_SIDES, definition
from workflows import library
from workflows.definition import Definition, Due, ReminderRule, Seat, Task, from_json


def changed(old: str, new: str) -> str:
    assert old in TWO_SIDES
    return TWO_SIDES.replace(old, new)


class TestRefuses:
    @pytest.mark.parametrize(("old", "new", "said"), [
        ("batch: {of: taker}", "batch: {of: taker, titel: x}", "Extra inputs"),
        ("batch: {of: taker}", "stream: {of: taker}", "'stream' is used in stages figures and trial"),
        ("passed: {of", "batch: {of", "'batch' is used in stages trial and trial"),
        ("batch: {of: taker}", "batch: {of: []}", "at least 1 item"),
        ("batch: {of: taker}", "batch: {of: taker, kind: review}", "a task of kind review needs reviews"),
        ("batch: {of: taker}", "batch: {of: taker, kind: sign}", "a task of kind sign needs agreement"),
        ("batch: {of: taker}", "batch: {of: taker, sample: false}", "sample is for a short agreement"),
        ("batch: {of: taker}", "batch: {of: taker, kind: canvas}", "a task of kind canvas needs boxes"),
        ("batch: {of: taker}", "Batch: {of: taker}", "should match pattern"),
        ("type: quantity, unit: t/a", "type: quantity", "unit"),
        ("type: quantity, unit: t/a", "type: quantity, unit: t, min: 2, max: 1", "min 2 is above max 1"),
        ("type: quantity, unit: t/a", "type: quantity, unit: t, max: -1", "min 0 is above max -1"),
        ("type: quantity, unit: t/a", "type: quantity, unit: t, min: 0, below_zero: true", "contradict each other"),
        ("batch: {of: taker}",
         "batch: {of: taker, kind: assessment, statements: {a: {text: Yes.}}, accepted_by: giver}",
         "an assessment has statements and no fields"),
        ("contract: prepared", "contract: written", "'prepared' or 'signed'"),
        ("mass: figures.stream.mass", "mass: figures.stream", "should match pattern"),
    ])
    def test_what_is_not_said_right(self, old, new, said):
        with pytest.raises(ValidationError, match=said):
            definition(changed(old, new))

    @pytest.mark.parametrize("rule", [
        {"on": "task_due"}, {"on": "task_due", "at": [1], "every": 2, "most": 1}, {"on": "task_overdue", "every": 2},
        {"on": "task_overdue", "every": 2, "most": 13}])
    def test_a_reminder_without_an_end(self, rule):
        with pytest.raises(ValidationError):
            ReminderRule.model_validate(rule)

    @pytest.mark.parametrize("after", ["stages", "task:", "task:A", "tomorrow"])
    def test_a_date_after_nothing(self, after):
        with pytest.raises(ValidationError):
            Due(days=1, after=after)

    def test_more_tasks_than_anybody_reads(self):
        tasks = {f"t{n}": {"of": "giver"} for n in range(2001)}
        data = {"parties": {"giver": {}}, "stages": {"a": {"tasks": tasks}, "b": {}},
                "transitions": {"on": {"from": "a", "to": "b"}}}
        with pytest.raises(ValidationError, match="at most 2,000"):
            definition(json.dumps(data))

    def test_a_change(self):
        with pytest.raises(ValidationError, match="frozen"):
            definition(TWO_SIDES).name = "Other"


class TestKnows:
    def test_who_contracts_signs_unless_it_says_how(self):
        assert Seat.model_validate({"name": "User", "contracting": True}).signs == "contract"
        assert Seat.model_validate({"name": "User", "contracting": True, "signs": "accession"}).signs == "accession"
        assert Seat.model_validate({"name": "User"}).signs is None

    def test_a_company_sits_there_unless_it_says_otherwise_and_then_only_its_hash_differs(self):
        assert Seat.model_validate({"name": "User"}).usually == "company"
        text = TWO_SIDES.replace("carrier: {", "carrier: {usually: public_body, ")
        assert definition(text).parties["carrier"].usually == "public_body"
        same = TWO_SIDES.replace("carrier: {", "carrier: {usually: company, ")
        assert definition(same).sha256 == definition(TWO_SIDES).sha256 != definition(text).sha256

    def test_one_seat_is_a_list_of_one(self):
        assert definition(TWO_SIDES).tasks["batch"][1].of == ["taker"]

    def test_its_order(self):
        found = definition(TWO_SIDES)
        assert found.first == "figures"
        assert list(found.order) == ["figures", "trial", "terms", "signature", "agreed", "declined", "withdrawn"]
        assert {key for key, way in found.transitions.items() if found.is_back(way)} == {"wrong", "anew"}

    def test_what_a_gate_is_about(self):
        found = definition(TWO_SIDES)
        assert found.about("picture") == ("stream", "need")  # nothing said: every task of its stage
        assert found.about("passed") == ("batch",)
        assert found.about("our_contract") == ()

    def test_names_of_stages_and_ends(self):
        found = definition(TWO_SIDES)
        assert [found.stage_name(key) for key in ("trial", "agreed", "not_reached")] == [
            "Trial", "Agreed", "not reached"]

    def test_every_field_in_order(self):
        assert [row[:3] for row in definition(TWO_SIDES).fields()] == [
            ("figures", "stream", "mass"), ("figures", "need", "value"), ("trial", "batch", "value"),
            ("trial", "haul", "value")]


class TestHash:
    @given(definitions())
    def test_stored_and_read_it_is_the_same(self, found):
        again = from_json(found.canonical())
        assert (again, again.sha256) == (found, found.sha256)

    def test_what_is_at_its_default_is_not_in_it(self):
        assert definition(changed("batch: {of: taker}", "batch: {of: [taker], required: true}")).sha256 == \
            definition(TWO_SIDES).sha256

    @pytest.mark.parametrize(("old", "new"), [
        ("$mass a year", "$mass a month"), ("at: [-2, 0]", "at: [-2]"), ("rule", "rule"),
        ("reopens: [stream, batch]", "reopens: [batch, stream]"), ("when: {contract: agreed}", "when: tasks")])
    def test_every_change_names_another(self, old, new):
        if old == new:
            data = TWO_SIDES.replace("  trial:\n    tasks:\n      batch: {of: taker}\n      haul: {of: carrier}",
                                     "  trial:\n    tasks:\n      haul: {of: carrier}\n      batch: {of: taker}")
        else:
            data = changed(old, new)
        assert definition(data).sha256 != definition(TWO_SIDES).sha256

    @pytest.mark.parametrize("key", library.names())
    def test_a_shipped_template_survives_its_own_bytes(self, key):
        assert Definition.model_validate_json(library.load(key).canonical()).sha256 == library.load(key).sha256


def test_every_kind_of_task_has_its_content():
    for kind, content in {"assessment": {"statements": {"a": {"text": "We can."}}}, "canvas": {"boxes": {"a": {
            "title": "Value"}}}, "review": {"reviews": "batch"}, "sign": {"agreement": "Quiet."}}.items():
        assert Task.model_validate({"title": "t", "why": "w", "of": "a", "due": {"days": 1}, "kind": kind} | content)
