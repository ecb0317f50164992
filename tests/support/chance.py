"""Stories that nobody wrote: random acts over random small definitions."""

from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import strategies as st

from cocreate.errors import CocreateError
from cocreate.services.acts.contributions import Accept, Return, TakeBack
from cocreate.services.acts.stages import GoOn
from tests.support.facts import REASON, Story, definition
from workflows.definition import Definition
from workflows.facts import TaskFact


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """Small definitions: one to three stages of work, then the contract; with ways back that reopen this and that."""
    seats = {"giver": {"contracting": True, "side": "giving"}, "taker": {"contracting": True, "side": "taking"},
             "user": {"many": {"max": 3}, "side": "using"}, "guest": {"required": False}}
    names = [f"work{n}" for n in range(draw(st.integers(1, 3)))]
    stages: dict[str, Any] = {}
    ways: dict[str, Any] = {}
    earlier: list[str] = []
    for name in names:
        tasks = {f"{name}_t{n}": draw(_tasks(earlier[:])) for n in range(draw(st.integers(0, 2)))}
        gates = {f"{name}_g": draw(_gates([*earlier, *tasks]))} if draw(st.booleans()) else {}
        earlier += tasks
        stages[name] = {"tasks": tasks, "gates": gates}
        following = [*names, "terms"][len(stages)]
        conditions: list[Any] = ["tasks", *({"gate": key} for key in gates)]
        ways[f"from_{name}"] = {"from": name, "to": following, "when": {"all": conditions},
                                "automatic": bool(gates) and draw(st.booleans())}
    stages["terms"] = {"contract": "prepared", "gates": {"ours": {"of": ["giver", "taker"], "about": "contract"}}}
    stages["signature"] = {"contract": "signed"}
    ways |= {"to_signature": {"from": "terms", "to": "signature", "when": {"contract": "agreed"}},
             "agreed": {"from": "signature", "to": "agreed", "automatic": True, "when": {"contract": "signed"}}}
    things = [key for stage in stages.values() for kind in ("tasks", "gates") for key in stage.get(kind, {})]
    for here, there in draw(st.lists(st.tuples(*[st.sampled_from(list(stages))] * 2), max_size=3, unique=True)):
        if list(stages).index(there) < list(stages).index(here):
            later = [thing for thing in things if thing == "ours" or "terms" > there <= thing]
            ways[f"{here}_{there}"] = {"from": here, "to": there, "reason": "required", "reopens": draw(
                st.lists(st.sampled_from(later), max_size=3, unique=True))}
    inputs: dict[str, Any] = {"always": {"text": "We agree."}}
    for key in draw(st.lists(st.sampled_from(earlier), max_size=2, unique=True)) if earlier else []:
        stage = key.partition("_")[0]
        path = f"{stage}.{key}.value@{stages[stage]['tasks'][key]['of'][0]}"
        inputs[f"in_{key}"] = {"text": "$value", "needs": {"value": path}}
    return definition(yaml.safe_dump({
        "parties": seats, "stages": stages, "transitions": ways, "clauses": inputs, "reminders": [
            {"on": "task_due", "at": [-1, 0]}, {"on": "decision_due", "at": [0]}]}, sort_keys=False))


@st.composite
def _tasks(draw: st.DrawFn, earlier: list[str]) -> dict[str, Any]:
    return {"of": draw(st.lists(st.sampled_from(["giver", "taker", "user", "guest"]), min_size=1, max_size=2,
                                unique=True)),
            "accepted_by": draw(st.sampled_from(["nobody", "giver", "taker", "user"])),
            "required": draw(st.sampled_from([True, True, False])),
            "after": draw(st.lists(st.sampled_from(earlier), max_size=1)) if earlier else [],
            "due": {"days": draw(st.integers(0, 5)), "after": draw(st.sampled_from(["stage", "project"]))}}


@st.composite
def _gates(draw: st.DrawFn, tasks: list[str]) -> dict[str, Any]:
    rule = draw(st.sampled_from(["all", "any", "one_per_side", {"at_least": 1, "of": "user"}]))
    of = ["giver", "taker", "user"] if rule != "any" else ["giver", "taker"]
    return {"of": of, "rule": rule, "veto": draw(st.sampled_from([[], ["taker"]])),
            "about": draw(st.lists(st.sampled_from(tasks), max_size=2, unique=True)) if tasks else []}


Chance = tuple[int, int, int]


def chances(most: int = 25) -> st.SearchStrategy[list[Chance]]:
    return st.lists(st.tuples(st.integers(0, 13), st.integers(0, 60), st.integers(0, 60)), max_size=most)


def tell(story: Story, chances: list[Chance]) -> Iterator[Story]:
    """The story after every act that happened; most that people try is refused. Any other error is a defect."""
    for what, who, which in chances:
        try:
            _try(story, what, who, which)
        except CocreateError:
            continue
        yield story


def _try(story: Story, what: int, who: int, which: int) -> None:
    facts = story.facts
    things = story.all_turns()
    person = facts.members[who % len(facts.members)].person
    if what < 6 and things:
        asked, turn = things[which % len(things)]
        if turn.act in ("decide", "decide_again") and who % 3 == 0:
            story.decide(turn.key, "", "refused", person=asked)
        else:
            story.take(turn, asked)
    elif what < 9 and facts.tasks:
        _try_task(story, facts.tasks[which % len(facts.tasks)], what, person)
    else:
        _try_together(story, what, who, which, person)


def _try_task(story: Story, task: TaskFact, what: int, person: int) -> None:
    seen = max(one.number for one in story.facts.tasks if one.key == task.key and one.party == task.party)
    match what:
        case 6:
            story.submit(task.key, story.facts.party(task.party).name, person=person)
        case 7:
            story.act((TakeBack, Accept)[person % 2](task.key, task.party, seen), person)
        case _:
            story.act(Return(task.key, task.party, seen, REASON), person)


def _try_together(story: Story, what: int, who: int, which: int, person: int) -> None:
    facts, gates = story.facts, list(story.facts.definition.gates)
    parties = [party.name for party in facts.parties]
    match what:
        case 9:
            story.decide(gates[which % len(gates)], "", ("agreed", "refused", "reserved")[who % 3], person=person)
        case 10:
            ways = [key for key, way in facts.definition.transitions.items() if way.from_ == facts.project.stage]
            story.act(GoOn([*ways, "nowhere"][which % (len(ways) + 1)], facts.project.visit, REASON), person)
        case 11:
            (story.refuse_to_sign if who % 3 == 0 else story.freeze)(parties[which % len(parties)])
        case 12 if not facts.ended and len(parties) < 7:
            story.seat(("guest", "user")[which % 2])
        case 13 if not facts.ended:
            leaving = [party for party in facts.present if party.seat == "guest" or (
                party.seat == "user" and len(facts.holders(["user"])) > 1)]
            if leaving:
                story.leave(leaving[which % len(leaving)].name)
