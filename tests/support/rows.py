"""What a database would make of an act in a story of values: answers of every kind, and its rows as facts."""

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
    """The facts as the next look reads them: figures are rows of the act that no fact of it holds."""
    facts = change.facts
    for write in change.rows:
        table = getattr(getattr(write, "table", None), "name", "")
        if table == "contribution":
            for version in write.rows:
                facts = facts.without_figures(version["task"], version["party"])
        elif table == "figure":
            facts = facts.with_figures(
                FigureFact(row["path"], row["party"], row["number"], row["value"], row["unit"],
                           row["sees"], row["source"]) for row in write.rows)
    return with_computed(facts)


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()
