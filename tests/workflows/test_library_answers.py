"""What hangs on an answer in the shipped templates: what it makes pointless is neither asked nor printed."""

import json
from dataclasses import replace

from cocreate.domain import audience, charter, openness
from cocreate.domain import composing as domain
from cocreate.domain.answers import Answer
from cocreate.domain.asking import as_asked, idle
from cocreate.domain.composing import compose
from cocreate.papers.paper_words import phrases
from tests.support.facts import facts_of
from tests.support.shipped import SEATS, field
from workflows import fields as f
from workflows.definition import Definition
from workflows.facts import ProposalFact, ProposalState, TaskFact, TaskState
from workflows.fields import Path
from workflows.verification.hanging import hanging, offers

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
