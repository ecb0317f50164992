"""The question where each party is registered, for a template that asks nobody and whose contract could not say it."""

from typing import Any

from workflows.definition import Definition
from workflows.texts import Text

TASK, FIELD = "registered_address", "address"
DAYS = 5


def can_ask(definition: Definition) -> bool:
    """Whether the question is missing and there is a place for it."""
    return (definition.party_details.address is None and TASK not in definition.tasks
            and any(seat.signs for seat in definition.parties.values()) and _place(definition) is not None)


def asking(definition: Definition, *, title: Text, why: Text, label: Text) -> Definition:
    """The same with a task that asks everybody who signs, before the first paper; every paper says the answer."""
    data: dict[str, Any] = definition.model_dump(by_alias=True, exclude_defaults=True)
    place = _place(definition)
    tasks = data["stages"][place].setdefault("tasks", {})
    papers = {key for key, task in definition.stages[place or ""].tasks.items() if task.kind == "sign"}
    asked = {seat for key in papers for seat in tasks[key]["of"]}
    asked |= {seat for seat, one in definition.parties.items() if one.signs}
    data["stages"][place]["tasks"] = {
        TASK: {"title": title, "why": why, "minutes": 5, "due": {"days": DAYS},
               "of": [seat for seat in definition.parties if seat in asked],
               "fields": {FIELD: {"type": "text", "label": label, "certain": True}}},
        **{key: {**task, "after": [*task.get("after", ()), TASK]} if key in papers else task
           for key, task in tasks.items()}}
    data["party_details"] = {**data.get("party_details", {}), "address": f"{place}.{TASK}.{FIELD}"}
    return Definition.model_validate(data)


def _place(definition: Definition) -> str | None:
    """The stage of the first short agreement, where one comes before the contract; else that of the contract."""
    if not definition.prepares:
        return None
    signed = (key for key, stage in definition.stages.items()
              if any(task.kind == "sign" for task in stage.tasks.values()))
    return min((definition.prepares, *signed), key=definition.order.__getitem__)


__all__ = ["asking", "can_ask"]
