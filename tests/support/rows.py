"""What a database would make of an act in a story of values: answers of every kind, and its rows as facts."""

import json
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from cocreate.domain.answers import Answer, FileAnswer
from cocreate.domain.computed import with_computed
from cocreate.services.acts import Change
from workflows.facts import Facts, FigureFact


def answer_to(asked: Any, value: Any) -> Answer:
    match asked.type:
        case "file":
            return Answer(FileAnswer(None, None, hash_of(str(value)), "file.pdf", "application/pdf", 3))
        case "text" | "long_text":
            return Answer(value or "A word")
        case "date":
            return Answer(value or date(2027, 6, 1))
        case "choice":
            return Answer(value or next(iter(asked.of)))
    if isinstance(value, tuple):
        return Answer(value)
    if value == "not available":
        return Answer(not_available="nobody measures it")
    return Answer(Decimal(str(1 if value is None else value)))


def with_rows(change: Change) -> Facts:
    """The facts as the next look reads them: the figures of a version stand in its row, and in no fact of the act."""
    facts = change.facts
    for write in change.rows:
        for version in write.rows if write.table.name == "contribution" else ():
            facts = facts.without_figures(version["task"], version["party"]).with_figures(figures_in(version))
    return with_computed(facts)


def figures_in(version: Any) -> list[FigureFact]:
    return [FigureFact(path, party, number, Decimal(value), *more)
            for path, party, number, value, *more in json.loads(version["figures"])]


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()
