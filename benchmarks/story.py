"""Workload W1: twelve stages from idea to agreed, two parties, 28 durable steps for each project.

1 create, 8 contributions of 10 fields, 3 gates decided by 2 parties each, 2 documents, 11 transitions. The same list of
steps drives the limit, the floor and the product.
"""

from collections.abc import Iterator
from typing import Any, Literal

from workflows.definition import Definition

STAGES = [f"s{number}" for number in range(1, 12)]
CONTRIBUTIONS = {"s1": 1, "s2": 2, "s3": 1, "s4": 2, "s5": 1, "s6": 2, "s7": 1, "s8": 2}  # stage -> party asked
GATES = ("s3", "s6", "s9")
DOCUMENTS = {"s4": 1, "s7": 2}

NEXT_OF = dict(zip(STAGES, [*STAGES[1:], "agreed"], strict=True))
Step = tuple[Literal["contribute", "document", "decide", "advance"], str, int]


def steps() -> Iterator[Step]:
    """Everything after the creation, in order: (what, stage, party)."""
    for stage in STAGES:
        if stage in CONTRIBUTIONS:
            yield "contribute", stage, CONTRIBUTIONS[stage]
        if stage in DOCUMENTS:
            yield "document", stage, DOCUMENTS[stage]
        if stage in GATES:
            yield "decide", stage, 1
            yield "decide", stage, 2
        yield "advance", stage, 1


STEPS = tuple(steps())
COUNT = 1 + len(STEPS)


def tasks_of(stage: str) -> list[tuple[str, int]]:
    """(key, party) of what is given in a stage."""
    return [(f"{kind}_{stage}", parties[stage]) for kind, parties in (("c", CONTRIBUTIONS), ("d", DOCUMENTS))
            if stage in parties]


def definition() -> Definition:
    """The workload as a template of ours."""
    seats = {1: "giver", 2: "taker"}
    fields = {f"f{n}": {"label": f"Figure {n}", "type": "quantity", "unit": "t/a"} for n in range(10)}
    file = {"file": {"label": "File", "type": "file"}}

    def task(party: int, asked: dict[str, Any]) -> dict[str, Any]:
        return {"title": "W1", "why": "W1", "of": seats[party], "due": {"days": 5}, "fields": asked}

    stages = {stage: {
        "name": stage, "purpose": "One of eleven.", "target": 10,
        "tasks": ({f"c_{stage}": task(CONTRIBUTIONS[stage], fields)} if stage in CONTRIBUTIONS else {})
        | ({f"d_{stage}": task(DOCUMENTS[stage], file)} if stage in DOCUMENTS else {}),
        "gates": {f"g_{stage}": {"question": "Go?", "of": ["giver", "taker"], "due": {"days": 3}}}
        if stage in GATES else {}} for stage in STAGES}
    ways = {f"to_{there}": {"from": here, "to": there, "when": {
        "all": ["tasks", *([{"gate": f"g_{here}"}] if here in GATES else [])]}}
        for here, there in zip(STAGES, [*STAGES[1:], "agreed"], strict=True)}
    return Definition.model_validate({
        "format": 1, "key": "bench", "name": "Bench", "strategy": "open", "summary": "W1.", "ends_in": "an end",
        "contract_title": "None", "stages": stages, "transitions": ways,
        "parties": {"giver": {"name": "Giver", "contracting": True}, "taker": {"name": "Taker", "contracting": True}},
        "reminders": [{"on": "task_due", "at": [-2, 0]}], "terminal": {"agreed": "success", "withdrawn": "failure"}})
