"""The shipped templates are walked to their end by people, over every way back and where little is known."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count

import pytest

from cocreate.domain.answers import Answer, Answers
from cocreate.domain.asking import columns_of, fields_of, may_be_absent
from cocreate.domain.turns import Turn, turns
from cocreate.services.acts.contributions import Submit
from cocreate.services.acts.stages import GoOn
from tests.support.facts import REASON, Story, champion, facts_of
from tests.support.shipped import SEATS, STAGES
from workflows import conditions as c
from workflows import engine
from workflows import fields as f
from workflows.definition import Definition

KNOWN = {"fill_in", "again", "check", "decide", "decide_again", "complete", "freeze", "sign", "go_on"}


class TestWalk:
    """The pure acts, from the opening to the last signature."""

    @pytest.mark.parametrize("seats", ["least", "several"])
    def test_to_the_end_with_values(self, shipped, seats):
        story = walk(shipped, seats=SEATS[seats](shipped), scarce=False)
        assert story.facts.project.outcome == "agreed"

    @pytest.mark.parametrize("seats", ["least", "several"])
    def test_to_the_end_where_little_is_known(self, shipped, seats):
        """Everything "not available" that no limit asks for."""
        story = walk(shipped, seats=SEATS[seats](shipped), scarce=True)
        assert story.facts.project.outcome == "agreed"

    def test_over_every_way_back(self, shipped):
        back = [key for key, way in shipped.transitions.items() if shipped.is_back(way)]
        story = walk(shipped, seats={}, scarce=False, back=back)
        assert story.facts.project.outcome == "agreed"
        assert story.facts.project.visit == len(STAGES) + 1 + again(shipped)

    def test_a_baseline_without_figures_goes_no_further(self, shipped):
        story = walk(shipped, seats={}, scarce=True, baseline=False)
        assert story.stage == "baseline"
        codes = {refusal.code for way in engine.ways(story.facts) if not way.back for refusal in way.refusals}
        assert codes == {"answered.limit", "value.not_available"}


def again(definition: Definition) -> int:
    """Stages entered a second time when every way back is taken once: the one it leads to, and on from there."""
    order = definition.order
    return sum(order[way.from_] - order[way.to] + 1 for way in definition.transitions.values()
               if definition.is_back(way))


def walk(definition: Definition, *, seats: dict[str, int], scarce: bool, baseline: bool = True,
         back: list[str] | None = None) -> Story:
    """Everybody does what it is their turn to do, until the end or until nobody has a turn."""
    story, left, person = Story(facts_of(definition, seats)).open(), list(back or ()), 0
    limits = limits_of(definition)
    for _ in count():
        way = next((key for key in left if definition.transitions[key].from_ == story.stage and moves(story)), None)
        if way:
            left.remove(way)
            party = story.facts.contracting[0].number
            wording = story.stage == "signature"  # from there one says what has to change
            story.act(GoOn(way, story.facts.project.visit, REASON, wording=wording), champion(party))
            continue
        found = next(whose(story, person), None)
        if found is None or story.facts.ended:
            return story
        person, turn = found
        if turn.act in ("fill_in", "again") and definition.tasks[turn.key][1].kind != "sign":
            submit(story, turn, person, limits, scarce=scarce, baseline=baseline)
        else:
            story.take(turn, person)
    raise AssertionError("unreachable")


def moves(story: Story) -> bool:
    """Whether the project could go on now: a way back is taken late, when most is at stake."""
    return story.stage == "signature" or any(turn.act == "go_on" for _, turn in whose(story))


def whose(story: Story, first: int = 0):
    """(person, turn) of everybody, one after the other; from this person on."""
    for member in sorted(story.facts.members, key=lambda one: one.person < first):
        facts = replace(story.facts, actor=member)
        yield from ((member.person, turn) for turn in turns(facts, member.person) if turn.act in KNOWN)


def submit(story: Story, turn: Turn, person: int, limits: dict[str, Decimal], *, scarce: bool, baseline: bool) -> None:
    stage, task = story.facts.definition.tasks[turn.key]
    known = not scarce or (stage == "baseline" and baseline)
    answers: Answers = {
        key: answer(one, limits.get(f"{stage}.{turn.key}.{key}"))
        if known or f"{stage}.{turn.key}.{key}" in limits or not may_be_absent(task, key)
        else Answer(not_available="Nobody has measured it")
        for key, one in fields_of(task).items() if not isinstance(one, f.Computed | f.File)
        and not (scarce and not one.required)}
    for rule in story.facts.definition.duties:  # whoever owes is one of the project
        key = rule.rows.removeprefix(f"{stage}.{turn.key}.")
        if isinstance(rows := getattr(answers.get(key), "value", None), tuple) and rule.party in rows[0]:
            owner = Answer(story.facts.present[0].name)
            answers[key] = Answer(tuple({**row, rule.party: owner} for row in rows))
    seen = story.facts.task(turn.key, turn.party)
    story.act(Submit(turn.key, turn.party, seen.number, 0, answers, entries=task.kind == "canvas"), person)


def limits_of(definition: Definition) -> dict[str, Decimal]:
    """Path of every figure a limit looks at, or of what it is worked out from -> a value that meets it."""
    found: dict[str, Decimal] = {}
    for way in definition.transitions.values():
        for _, one in c.walk(way.when):
            if isinstance(one, c.FigureReaches):
                relation, limit = one.figure.limit
                value = Decimal(50) if isinstance(limit, str) else limit + {"above": 1, "below": -1}.get(relation, 0)
                found |= given(definition, one.figure.path, value) | ({limit: value} if isinstance(limit, str) else {})
    return found


def given(definition: Definition, path: str, value: Decimal) -> dict[str, Decimal]:
    """What has to be answered for a figure to be so."""
    match definition.tasks[path.split(".")[1]][1].fields[path.split(".")[2]]:
        case f.Computed(operation="difference", of=(most, less)):
            return {most: value + 1, less: Decimal(1)}
        case f.Computed(operation="ratio", of=(part, whole), unit="%"):
            return {part: value, whole: Decimal(100)}
        case f.Computed(operation="mean", of=(one,)):
            return {one: value}
        case f.Computed():
            raise AssertionError(path)
    return {path: value}


def answer(one: f.Base, value: Decimal | None = None) -> Answer:
    match one:
        case f.Table() | f.Schedule():
            return Answer(({name: answer(column) for name, column in columns_of(one).items()},))
        case f.Choice(of=of):
            return Answer([*of][-1])
        case f.Choices(of=of):
            return Answer((next(iter(of)),))
        case f.YesNo():
            return Answer(False)
        case f.Date() | f.Month():
            return Answer(date(2027, 6, 1))
        case f.Money():
            return Answer(Decimal(1) if value is None else value, currency="EUR", price_year=2026)
        case f.Figure(min=least):
            least = Decimal(str(least or 1))
            return Answer(max(least, Decimal(1)) if value is None else value)
        case f.Country():
            return Answer("DK")
        case f.WasteCode():
            return Answer("10 01 05")
        case _:
            return Answer("A word")
