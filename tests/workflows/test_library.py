"""The shipped templates: what a practitioner recognises in them, and that nothing is asked or printed in vain."""

from decimal import Decimal
from importlib.resources import files

import pytest

from cocreate.domain.asking import fields_of, open_fields
from tests.support.shipped import STAGES, field
from workflows import conditions as c
from workflows import fields as f
from workflows import library
from workflows.definition import Definition, Task
from workflows.fields import Path
from workflows.texts import Text, each, language_of, say

TARGETS = {
    "industrial_symbiosis": [10, 10, 30, 40, 15, 60, 20, 10],
    "take_back": [10, 10, 15, 20, 15, 90, 20, 10],
    "platform": [10, 10, 20, 25, 15, 40, 20, 10],
    "customer_cooperation": [10, 10, 20, 30, 15, 60, 20, 10],
    "proximity": [10, 10, 15, 20, 15, 60, 20, 10],
    "value_network": [10, 20, 30, 20, 25, 40, 40, 10],
    "open": [10, 10, 20, 20, 15, 40, 20, 10],
}

# Where a published case finds its place, in every template the same: path of the table and its columns.
TABLES = {
    "baseline.flows.rows": {"name": "text", "from": "text", "to": "text", "quantity": "number", "unit": "text",
                            "period": "text", "waste_code": "waste_code", "source": "text"},
    "value_case.money.rows": {"party": "text", "item": "text", "amount": "number", "currency": "text", "year": "whole",
                              "period": "text", "source": "text"},
    "value_case.results.rows": {"indicator": "text", "value": "number", "unit": "text", "source": "text"},
    "design.barriers.rows": {"barrier": "text", "how_resolved": "long_text", "source": "text"},
    "terms.terms_sheet.rows": {"form": "text", "term": "text", "pricing_basis": "long_text", "ownership": "long_text",
                               "take_back": "long_text", "indicators": "long_text", "source": "text"},
}
FIRST = {"name", "item", "indicator", "barrier", "form"}  # of a row nothing else must be known ...
NUMBERS = {"amount", "value"}  # ... but money without an amount and a result without a value say nothing

EXTRA_GATES = {
    "industrial_symbiosis": ("design", "status_decided"), "take_back": ("design", "not_waste"),
    "platform": ("design", "competition_clear"), "customer_cooperation": ("design", "ip_declared"),
    "proximity": ("design", "no_preference"), "value_network": ("design", "competition_clear"),
}
READ, ASK = 200, Decimal("0.4")  # words a minute; minutes a question takes at the least


class TestEvery:
    def test_is_found_under_its_key(self, shipped):
        assert library.load(shipped.key) is shipped
        assert shipped.strategy == shipped.key

    def test_speaks_the_language_it_says(self, shipped):
        """Also where a field is called "name": what stands in it are no languages."""
        texts = each("", shipped.model_dump(mode="json", by_alias=True, exclude_defaults=True))
        assert {language_of(text, "en", shipped.language) for _path, text in texts} == {"en"}

    def test_backbone(self, shipped):
        assert [*shipped.stages] == STAGES
        assert [stage.target for stage in shipped.stages.values()] == TARGETS[shipped.key]

    def test_asks_for_a_form_a_person_fills_in_one_sitting(self, shipped):
        assert all(len(task.fields) <= 10 and task.minutes <= 60 for _, task in shipped.tasks.values())

    def test_can_be_walked_by_hand(self, shipped):
        assert len(shipped.tasks) <= 41
        assert max(asked(shipped, seat) for seat in shipped.parties) <= 36

    def test_says_why_and_where_to_find_it(self, shipped):
        assert all(say(task.why).endswith(".") and say(task.help) for _, task in shipped.tasks.values())
        assert all(say(gate.question).endswith("?") and say(gate.help) for _, gate in shipped.gates.values())
        assert all(say(seat.purpose) for seat in shipped.parties.values())

    def test_minutes_are_honest(self, shipped):
        short = {key: needed(task) for key, (_, task) in shipped.tasks.items() if task.minutes < needed(task)}
        assert not short

    def test_every_example_names_its_source(self, shipped):
        examples = [field.example for _, _, _, field in shipped.fields() if field.example]
        assert len(examples) >= 5
        assert all("," in example.source for example in examples)

    def test_who_is_asked_who_signs_reads_that_each_party_signs_once(self, shipped):
        asked = shipped.party_details.signatory.split(".")[1]
        assert "Each party signs here once" in say(shipped.tasks[asked][1].help, "en")

    def test_every_text_that_a_clause_prints_says_how_it_could_read(self, shipped):
        printed = {need.partition("@")[0] for clause in shipped.clauses.values() for need in clause.needs.values()}
        bare = [f"{task}.{key}" for stage, task, key, one in shipped.fields() if f"{stage}.{task}.{key}" in printed
                and isinstance(one, f.ShortText | f.LongText) and not one.help and not one.example]
        assert bare == []

    def test_people_and_places_have_fields_of_their_own(self, shipped):
        kinds = {type(field) for _, _, _, field in shipped.fields()}
        assert {f.Table, f.Schedule, f.Person, f.Place, f.Computed} <= kinds

    def test_every_kind_of_task_is_used(self, shipped):
        assert {task.kind for _, task in shipped.tasks.values()} >= {"form", "review", "assessment", "canvas", "sign"}

    def test_whoever_reads_what_others_give_keeps_it_to_itself_also_who_takes_a_seat_later(self, shipped):
        """Its text says that everybody has to be safe before costs, volumes and drawings are opened."""
        ((stage, agreement),) = [(stage, task) for stage, task in shipped.tasks.values()
                                 if "protect what they learn" in str(task.agreement)]
        reading = {seat for seat in shipped.parties for _stage, task in shipped.tasks.values()
                   if seat not in task.of and task.fields and (task.visible_to == "all" or seat in task.visible_to)}
        assert reading <= set(agreement.of) and agreement.required and agreement.accede
        assert "accedes by a document of its own" in str(agreement.agreement)
        assert shipped.order[stage] < shipped.order["baseline"]

    def test_reviews_come_before_the_gate_of_their_stage(self, shipped):
        for key, (stage, task) in shipped.tasks.items():
            if task.kind == "review":
                assert any(key in shipped.about(gate) or one.about == "contract"
                           for gate, one in shipped.stages[stage].gates.items())

    def test_ways_back(self, shipped):
        back = {(way.from_, way.to) for way in shipped.transitions.values() if shipped.is_back(way)}
        assert back == {("value_case", "baseline"), ("pilot", "design"), ("terms", "value_case"),
                        ("signature", "terms")}
        assert all(way.reason and way.reopens for way in shipped.transitions.values() if shipped.is_back(way))

    def test_limits(self, shipped):
        when = {(way.from_, way.to): [one for _, one in c.walk(way.when)] for way in shipped.transitions.values()}
        assert any(isinstance(one, c.Answered) for one in when["baseline", "design"])
        for step in (("value_case", "pilot"), ("pilot", "terms")):
            assert any(isinstance(one, c.FigureReaches) for one in when[step])

    def test_the_gate_its_trade_adds(self, shipped):
        if shipped.key in EXTRA_GATES:
            stage, gate = EXTRA_GATES[shipped.key]
            assert gate in shipped.stages[stage].gates
            asked_for = [one.gate for way in shipped.transitions.values() for _, one in c.walk(way.when)
                         if isinstance(one, c.GateAgreed)]
            assert gate in asked_for

    def test_each_side_accepts_what_the_other_says_of_today(self, shipped):
        contracting = {key for key, seat in shipped.parties.items() if seat.contracting}
        accepted = {(seat, task.accepted_by) for task in shipped.stages["baseline"].tasks.values() for seat in task.of}
        for seat in contracting:
            assert any(of == seat and by in contracting - {seat} for of, by in accepted)

    def test_asks_how_ready_each_contracting_party_is(self, shipped):
        tasks = [task for _, task in shipped.tasks.values() if task.kind == "assessment"]
        assert [set(task.of) for task in tasks] == [{k for k, seat in shipped.parties.items() if seat.contracting}]
        assert len(tasks[0].statements) == 24


class TestTables:
    """A published case goes into any template without being translated."""

    @pytest.mark.parametrize("path", TABLES)
    def test_columns_are_the_same_everywhere(self, shipped, path):
        found = table(shipped, path)
        assert {name: column.type for name, column in found.columns.items()} == TABLES[path]
        assert {name for name, column in found.columns.items() if column.required} <= FIRST | NUMBERS
        assert all(column.required for name, column in found.columns.items() if name in NUMBERS)
        assert found.required and found.least == 1

    def test_duties_name_what_who_and_when(self, shipped):
        (rule,) = shipped.duties
        assert (rule.rows, rule.what, rule.party, rule.due) == ("terms.obligations.rows", "what", "party", "due")
        assert isinstance(table(shipped, rule.rows).columns["due"], f.Date)


class TestRules:
    """Who decides how, where the trade demands more than everybody."""

    def test_a_platform_is_decided_by_its_users_and_stopped_by_anybody(self):
        gates = library.load("platform").gates
        for key in ("rules_agreed", "worth_it"):
            assert gates[key][1].rule.of == "user"
            assert set(gates[key][1].veto) == {"owner", "operator", "user"}
        assert library.load("platform").parties["user"].signs == "accession"

    def test_a_network_is_unanimous_on_goal_key_and_contract(self):
        gates = {key: gate.rule for key, (_, gate) in library.load("value_network").gates.items()}
        assert {key for key, rule in gates.items() if rule == "all"} == {"purpose_confirmed", "worth_it",
                                                                         "contract_agreed"}
        assert all(rule.at_least == 2 for rule in gates.values() if rule != "all")

    def test_one_slow_supplier_does_not_hold_all(self):
        gates = {key: gate.rule for key, (_, gate) in library.load("proximity").gates.items()}
        assert {key for key, rule in gates.items() if rule != "one_per_side"} == {"contract_agreed"}


class TestUnknown:
    @pytest.mark.parametrize("key", ["none", "../library/industrial_symbiosis", "", "__init__"])
    def test_is_a_key_error(self, key):
        with pytest.raises(KeyError):
            library.load(key)

    def test_all_seven_and_nothing_else_lie_in_the_folder(self):
        names = {entry.name for entry in files(library).iterdir()} - {"__init__.py", "__pycache__"}
        assert names == {f"{key}.yaml" for key in TARGETS}


def asked(definition: Definition, seat: str) -> int:
    """How often one organisation in a seat has to give something."""
    return sum(seat in task.of for _, task in definition.tasks.values() if task.required)


def needed(task: Task) -> Decimal:
    """Minutes that reading and answering take at the least."""
    texts: list[Text | None] = [task.title, task.why, task.help, task.agreement]
    for one in fields_of(task).values():
        texts += [one.label, getattr(one, "help", None)]
    words = sum(len(say(text).split()) for text in texts)
    return Decimal(words) / READ + ASK * len(open_fields(task, {}))


def table(definition: Definition, path: Path) -> f.Table:
    stage, task, _ = path.split(".")
    assert task in definition.stages[stage].tasks
    found = field(definition, path)
    assert isinstance(found, f.Table)
    return found
