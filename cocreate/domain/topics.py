"""What people talk about: a task, a place in it, a gate, a document, a clause. And who may therefore hear of it."""

from dataclasses import dataclass
from typing import Self

from cocreate.domain import audience, openness
from workflows import fields as f
from workflows.facts import DocumentFact, Facts

_SHAPES = {"task": (2, 2), "field": (3, 3), "row": (4, 4), "entry": (3, 3), "gate": (1, 1), "document": (1, 1),
           "clause": (1, 1)}
OF_TASK = frozenset({"task", "field", "row", "entry"})


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing, as one short text: "task:cost:2", "field:cost:2:staff", "row:cost:2:items:3" (counted from 1),
    "entry:canvas:2:17", "gate:picture", "document:3", "clause:price".

    key: of task, gate or clause, or a document's number. party: whose task. number: of a row, or of an entry.
    """

    kind: str
    key: str
    party: int | None = None
    field: str | None = None
    number: int | None = None

    def __str__(self) -> str:
        parts = (self.kind, self.key, self.party, self.field, self.number)
        return ":".join(str(part) for part in parts if part is not None)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None where it is no topic at all; whether there is such a thing, ``audience_of`` knows."""
        kind, *parts = text.split(":")
        least, most = _SHAPES.get(kind, (1, 0))
        if not least <= len(parts) <= most or not all(parts):
            return None
        if len(parts) == 1:
            return cls(kind, parts[0])
        key, party, *rest = parts
        number = rest.pop() if kind in ("row", "entry") else "0"
        if not all(one.isascii() and one.isdecimal() for one in (party, number)):
            return None
        return cls(kind, key, int(party), rest[0] if rest else None,
                   int(number) if kind in ("row", "entry") else None)

    @property
    def whole(self) -> "Topic":
        """What is shown on one page: fields, rows and entries belong to their task."""
        return Topic("task", self.key, self.party) if self.kind in OF_TASK else self


def audience_of(topic: Topic, facts: Facts) -> int:
    """Who may hear what is said about it: who may see the thing; 0 where there is no such thing."""
    definition = facts.definition
    match topic.kind:
        case "task" | "field" | "row" | "entry" if topic.party is not None and facts.task(topic.key, topic.party):
            return _of_task(topic, facts, topic.party)
        case "gate" if topic.key in definition.gates:
            return audience.everybody(facts)
        case "clause" if topic.key in definition.clauses:
            return audience.everybody(facts)
        case "document":
            document = document_of(topic, facts)
            return document.sees if document and document.withdrawn_at is None else 0
    return 0


def _of_task(topic: Topic, facts: Facts, party: int) -> int:
    task = facts.definition.tasks[topic.key][1]
    sees = audience.audience(task.visible_to, facts, giver=party)
    if topic.kind == "entry":
        return sees if task.kind == "canvas" else 0
    if topic.field is None:
        return sees
    field = task.fields.get(topic.field)
    if field is None or (topic.kind == "row" and not isinstance(field, f.Table | f.Schedule)):
        return 0
    return sees & openness.of_field(facts, topic.key, topic.field, giver=party)


def document_of(topic: Topic, facts: Facts) -> DocumentFact | None:
    return next((one for one in facts.documents if topic.kind == "document" and str(one.number) == topic.key), None)


def version_of(topic: Topic, facts: Facts) -> int:
    """The version that is being talked about now."""
    if topic.kind in OF_TASK and topic.party is not None:
        task = facts.task(topic.key, topic.party)
        return task.number if task else 0
    match topic.kind:
        case "document":
            document = document_of(topic, facts)
            return document.newest if document else 0
        case "clause":
            return facts.contract.number if facts.contract else 0
        case _:
            return 0
