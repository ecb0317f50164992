"""A small definition without a defect, and what is found in it after a change."""

from copy import deepcopy
from typing import Any

from workflows.definition import Definition
from workflows.verification import verify
from workflows.verification.findings import Finding


def task(of: str = "one", **more: Any) -> dict[str, Any]:
    return {"title": "Report", "why": "Needed.", "of": of, "due": {"days": 2},
            "fields": {"mass": {"type": "quantity", "unit": "kg", "label": "Mass", "max": 10},
                       "file": {"type": "file", "label": "File"}, "note": {"type": "text", "label": "Note"},
                       "day": {"type": "date", "label": "Day"}, "rows": ROWS}, **more}


ROWS = {"type": "table", "label": "Duties", "columns": {
    "what": {"type": "text", "label": "What"}, "day": {"type": "date", "label": "When"},
    "who": {"type": "choice", "label": "Who", "of": ["one", "two", "users"]}}}


def who(**more: Any) -> dict[str, Any]:
    """Asks each who signs where it is registered."""
    field = {"type": "text", "label": "Registered address", "certain": True}
    return {**task(), "of": ["one", "two"], "fields": {"address": {**field, **more}}}


def decide(**more: Any) -> dict[str, Any]:
    return {"what": "Go on", "of": "one", "term": "talk.first.mass", "notice": "talk.first.mass", **more}


def board(of: str, **more: Any) -> dict[str, Any]:
    """A canvas with a box of its own for a seat."""
    return {**task(), "kind": "canvas", "boxes": {"aim": {"title": "Aim", "of": of}}, "fields": {}, **more}


def agreement(text: str | dict[str, str]) -> dict[str, Any]:
    return {**task(), "kind": "sign", "agreement": text, "fields": {}}


def gate(**more: Any) -> dict[str, Any]:
    return {"question": "Is it right?", "of": ["one", "two"], "due": {"days": 1}, **more}


BASE: dict[str, Any] = {
    "format": 1, "key": "base", "name": "Base", "strategy": "open", "summary": "s", "ends_in": "An agreement",
    "parties": {"one": {"name": "One", "contracting": True, "side": "a"},
                "two": {"name": "Two", "contracting": True, "side": "b"},
                "guest": {"name": "Guest", "required": False},
                "users": {"name": "Users", "many": {"min": 1, "max": 5}}},
    "stages": {
        "talk": {"name": "Talk", "purpose": "p", "target": 5, "gates": {"talked": gate()},
                 "tasks": {"first": task(accepted_by="two"),
                           "second": task("two", accepted_by="one", after=["first"])}},
        "write": {"name": "Write", "purpose": "p", "target": 5, "contract": "prepared",
                  "gates": {"contract_agreed": gate(about="contract")}, "tasks": {"who": who()}},
        "sign": {"name": "Sign", "purpose": "p", "target": 2, "contract": "signed"}},
    "transitions": {
        "go": {"name": "Go on to Write", "from": "talk", "to": "write", "when": {"all": ["tasks", {"gate": "talked"}]}},
        "to_sign": {"from": "write", "to": "sign", "when": {"gate": "contract_agreed"}},
        "back": {"from": "write", "to": "talk", "reason": "required", "reopens": ["first", "talked"]},
        "done": {"from": "sign", "to": "agreed", "automatic": True, "when": {"contract": "signed"}}},
    "reminders": [{"on": "task_due", "at": [0]}, {"on": "decision_due", "at": [0]}, {"on": "signature_due", "at": [0]}],
    "contract_title": "C", "party_details": {"address": "write.who.address"},
    "clauses": {"all": {"title": "All", "text": "One delivers $mass.", "needs": {"mass": "talk.first.mass"}}},
    "terminal": {"agreed": "success", "declined": "failure"},
}


def findings(**changes: Any) -> tuple[Finding, ...]:
    """Of the base with changes: ``stages__talk__tasks__first={...}``; None takes a key away."""
    data = deepcopy(BASE)
    for path, value in changes.items():
        *way, last = path.split("__")
        place = data
        for key in way:
            place = place[key]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return verify(Definition.model_validate(data))


def codes(**changes: Any) -> list[str]:
    return [finding.code for finding in findings(**changes)]


def listed_in(of: str, *, task: str = "second") -> dict[str, Any]:
    """A table whose words come from a list."""
    columns = {"what": {"label": "What", "type": "text", "listed_in": of}}
    return {f"stages__talk__tasks__{task}__fields__listed": {"type": "table", "label": "L", "columns": columns}}


def worked_out(of: str, **more: Any) -> dict[str, Any]:
    """A third task whose number is worked out from another."""
    less = {"type": "computed", "operation": "sum", "of": [of], "label": "Less", **more}
    return {"stages__talk__tasks__third": {**task(), "fields": {"less": less}}}


def when(condition: Any) -> dict[str, Any]:
    return {"transitions__go__when": condition}
