"""The shipped templates: what a practitioner recognises in them, and that nothing is asked or printed in vain."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files

import pytest

from cocreate.domain import audience, charter, openness
from cocreate.domain import composing as domain
from cocreate.domain.answers import Answer
from cocreate.domain.asking import as_asked, fields_of, idle, open_fields
from cocreate.domain.composing import compose
from cocreate.papers.paper_words import phrases
from tests.support.facts import facts_of
from workflows import conditions as c
from workflows import fields as f
from workflows import library
from workflows.definition import Definition, Seat, Task
from workflows.facts import ProposalFact, ProposalState, TaskFact, TaskState
from workflows.fields import Path
from workflows.texts import Text, each, language_of, say
from workflows.verification.hanging import hanging, offers

STAGES = ["idea", "partners", "baseline", "design", "value_case", "pilot", "terms", "signature"]
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

# What must be settled in each trade; the clauses that do it, none of which may be struck.
MANDATORY = {
    "industrial_symbiosis": {"subject", "quantity", "handover", "quality", "data", "price", "indicators", "status",
                             "liability", "interruption", "term", "team"},
    "take_back": {"subject", "ownership", "take_back", "quality", "data", "price", "indicators", "liability", "exit",
                  "governance", "security"},
    "platform": {"subject", "ownership", "quality", "data", "price", "indicators", "liability", "exit", "governance",
                 "competition"},
    "customer_cooperation": {"subject", "ownership", "take_back", "quality", "data", "ip", "price", "indicators",
                             "liability", "exit", "governance", "security"},
    "proximity": {"subject", "take_back", "quality", "price", "indicators", "liability", "exit"},
    "value_network": {"subject", "ownership", "take_back", "quality", "data", "ip", "price", "indicators", "liability",
                      "exit", "governance", "security", "competition"},
    "open": {"subject", "price", "indicators", "liability", "exit", "governance"},
}
OPTIONAL = {
    "industrial_symbiosis": {"know_how", "security"}, "take_back": {"repair_data"},
    "platform": {"end_of_use", "ip"}, "customer_cooperation": set(),
    "proximity": {"data", "governance", "security", "competition"}, "value_network": set(), "open": {"security"},
}
# Clauses that stand only after some answer.
ANSWERED = {
    "industrial_symbiosis": {"waste", "chemical", "competition"}, "take_back": {"deposit", "wiping"},
    "platform": {"base_fee", "hours"},
    "customer_cooperation": {"marking", "competition"}, "proximity": {"packaging", "tender"}, "value_network": set(),
    "open": {"take_back", "competition"},
}
NOTHING = {"none", "no", "nothing", "neither", "never", "without"}
# Choices with such an answer on which nothing hangs: what is said there is only read.
READ_ONLY = {
    "industrial_symbiosis": {"partners.team.visit", "baseline.stream_data.route"},
    "take_back": {"idea.in_use.today"},
    "platform": {"idea.wanted.today", "partners.team.rivals", "partners.team.board"},
    "customer_cooperation": {"baseline.demand.metered", "design.service_levels.energy"},
    "proximity": set(), "value_network": set(), "open": set(),
}
EXTRA_GATES = {
    "industrial_symbiosis": ("design", "status_decided"), "take_back": ("design", "not_waste"),
    "platform": ("design", "competition_clear"), "customer_cooperation": ("design", "ip_declared"),
    "proximity": ("design", "no_preference"), "value_network": ("design", "competition_clear"),
}
READ, ASK = 200, Decimal("0.4")  # words a minute; minutes a question takes at the least
NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")


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


class TestClauses:
    def test_number(self, shipped):
        assert 12 <= len(shipped.clauses) <= 20

    def test_what_the_trade_must_settle_can_not_be_struck(self, shipped):
        assert MANDATORY[shipped.key] <= shipped.clauses.keys()
        assert not any(shipped.clauses[key].optional or shipped.clauses[key].only_if for key in MANDATORY[shipped.key])

    def test_what_it_may_settle_can_be_struck(self, shipped):
        assert all(shipped.clauses[key].optional for key in OPTIONAL[shipped.key])

    def test_tables_are_annexes(self, shipped):
        """A table has no words that could stand in a sentence."""
        annexed = {annex.of for annex in shipped.annexes.values()}
        for clause in shipped.clauses.values():
            for path in (need.partition("@")[0] for need in clause.needs.values() if ":" not in need):
                if isinstance(field(shipped, path), f.Table | f.Schedule):
                    assert path in annexed
        used = {need.partition("@")[0] for clause in shipped.clauses.values() for need in clause.needs.values()}
        assert annexed <= used

    def test_an_annex_is_never_empty_because_nobody_was_asked(self, shipped):
        for annex in shipped.annexes.values():
            task = shipped.tasks[annex.of.split(".")[1]][1]
            assert field(shipped, annex.of).required and task.required
            assert all(shipped.parties[seat].required for seat in task.of)

    def test_a_limit_that_the_pilot_shows_wrong_is_changed_after_it(self):
        """A figure by another value; the table of limits, which has none, by the words that come after the pilot."""
        definition = library.load("industrial_symbiosis")
        quality = definition.clauses["quality"]
        of_pilot = [name for name, need in quality.needs.items() if need == "terms.quality_terms.changed_limits"]
        assert of_pilot and f"${of_pilot[0]}" in say(quality.text)
        assert definition.order["pilot"] < definition.order["terms"]

    def test_no_published_figure_stands_in_a_clause(self, shipped):
        published = {number for key in library.names() for _, _, _, one in library.load(key).fields() if one.example
                     for number in NUMBER.findall(say(one.example.text))}
        assert published
        for clause in shipped.clauses.values():
            assert not published & set(NUMBER.findall(say(clause.text)))

    def test_prices_of_suppliers_are_never_printed_for_each_other(self):
        definition = library.load("proximity")
        private = {key for key, (_, task) in definition.tasks.items() if task.visible_to == ["buyer"]}
        assert {"supplier_offer", "supply_terms", "supplier_profile"} <= private
        assert not any(need.split(".")[1] in private for clause in definition.clauses.values()
                       for need in clause.needs.values() if "." in need)


class TestPointless:
    """Whatever an answer makes pointless is neither asked nor printed."""

    def test_every_answer_that_means_nothing_says_what_hangs_on_it(self, shipped):
        found = {f"{stage}.{task}.{key}" for stage, task, key, one in shipped.fields() if NOTHING & {*offers(one)}}
        assert found - shipped.decisive == READ_ONLY[shipped.key]

    def test_the_clauses_that_hang_on_an_answer(self, shipped):
        found = {key for key, clause in shipped.clauses.items() if isinstance(clause.only_if, f.OnlyIf)}
        assert found == ANSWERED[shipped.key]

    def test_after_each_answer_exactly_what_hangs_on_it_is_there(self, shipped):
        found = [*shipped.hangs()]
        for path in shipped.decisive:
            for said in offers(field(shipped, path)):
                there = Given(shipped, path, said)
                assert {where for where, _ in found if where not in there.all} == {
                    where for where, only_if in found if only_if.answer == path and not only_if.holds((said,))}
                assert there.printed <= there.asked

    def test_whoever_sees_whether_something_is_there_sees_the_answer(self, shipped):
        """Also where the charter keeps every kind of item to its own party: all see what is asked, and who contracts
        reads which clauses stand.
        """
        facts = facts_of(shipped, SEATS["several"](shipped))
        kept = json.dumps({"text": "W", "kinds": dict.fromkeys(openness.KINDS, "own")})
        facts = replace(facts, proposals=(ProposalFact(
            1, charter.KIND, "openness", kept, 1, 1, facts.now, "1", "1", ProposalState.AGREED, facts.now),))
        everybody = audience.everybody(facts)
        signing = audience.of_parties(party.number for party in facts.contracting)
        for where, only_if in shipped.hangs():
            _, task, key = only_if.answer.split(".")
            sees = [openness.of_field(facts, task, key, giver=party.number)
                    for party in facts.holders(shipped.tasks[task][1].of)]
            wanted = everybody if where.startswith("stages.") else signing
            assert sees and {one & wanted for one in sees} == {wanted}, where

    def test_is_closed(self, shipped):
        """No clause prints, and nothing is worked out from, what is not asked after every answer."""
        assert not [*hanging(shipped)]


class Given:
    """A project with every seat filled in which one choice was answered, and nothing else."""

    def __init__(self, definition: Definition, path: Path, said: str) -> None:
        _, key, name = path.split(".")
        facts = facts_of(definition, SEATS["several"](definition))
        for party in facts.holders(definition.tasks[key][1].of):
            facts = facts.with_task(TaskFact(key, party.number, 1, TaskState.ACCEPTED, facts.now, None, number=1,
                                             chosen=json.dumps({name: [said]})))
        values = {"yes": True, "no": False}
        answers = {name: Answer((said,) if isinstance(field(definition, path), f.Choices) else values.get(said, said))}
        self.all: set[str] = set()
        self.asked: set[str] = set()
        for task, (stage, whole) in definition.tasks.items():
            asked = facts.asked(task)
            if not asked:
                continue
            where = f"stages.{stage}.tasks.{task}"
            now = facts.task_of(TaskFact(task, asked[0].number, 1, TaskState.OPEN, facts.now, None))
            fields = now.fields.keys() - (idle(whole, answers) if task == key else frozenset())
            columns = {f"{one}.columns.{column}" for one in fields if isinstance(now.fields[one], f.Table)
                       for column in as_asked(now, one, answers if task == key else {}).columns}
            self.all |= {where, *(f"{where}.fields.{one}" for one in fields | columns)}
            self.asked |= {f"{stage}.{task}.{one}" for one in fields}
        clauses, annexes, _ = compose(definition, {}, domain.Given(
            frozenset(definition.parties), chosen={path: frozenset([said])}), phrases("en"), language="en")
        standing = [one.key for one in clauses if one.state != "struck"]
        self.all |= {f"clauses.{one}" for one in standing} | {f"annexes.{one.key}" for one in annexes if one.gaps}
        self.printed = {need.partition("@")[0] for one in standing for need in definition.clauses[one].needs.values()
                        if ":" not in need}
        self.printed |= {definition.annexes[one.key].of for one in annexes if one.gaps}


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


def field(definition: Definition, path: Path) -> f.TypedField:
    _, task, name = path.split(".")
    return definition.tasks[task][1].fields[name]


def table(definition: Definition, path: Path) -> f.Table:
    stage, task, _ = path.split(".")
    assert task in definition.stages[stage].tasks
    found = field(definition, path)
    assert isinstance(found, f.Table)
    return found


def _least(seat: Seat) -> int:
    return (seat.many.min if seat.many else 1) if seat.required else 0


def _several(seat: Seat) -> int:
    return min(seat.many.max, seat.many.min + 1) if seat.many else 1


SEATS = {"least": lambda definition: {key: _least(seat) for key, seat in definition.parties.items()},
         "several": lambda definition: {key: _several(seat) for key, seat in definition.parties.items()}}
