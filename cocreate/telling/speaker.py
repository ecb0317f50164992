"""One line of the record before one reader: its values as words, and the register of how each act is told."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from cocreate import words
from cocreate.domain.asking import fields_of
from cocreate.domain.topics import OF_TASK, Topic
from cocreate.services.records import Line
from cocreate.words import Reader
from workflows.facts import Facts
from workflows.texts import say


class Speaker:
    """One event before one reader: its values as words."""

    def __init__(self, line: Line, facts: Facts, reader: Reader) -> None:
        self.line, self.facts, self.reader = line, facts, reader
        self.details: Mapping[str, Any] = line.details

    def gettext(self, text: str, **values: object) -> str:
        return self.reader.gettext(text, who=self.who, **values)

    @property
    def who(self) -> str:
        if self.details.get("actor") is None:
            by, host = (self.line.personal.get(key) for key in ("by", "host"))
            return words.administrator(by, host, self.reader) if by and host else str(by or "cocreate")
        name = self.line.actor or self.reader.gettext("Somebody whose name was erased")
        if (absent := self.details.get("stands_for")) is not None:
            return self.reader.gettext("%(person)s in place of %(absent)s", person=name, absent=self.member(absent))
        return name

    def named(self, key: str = "name", person: str = "person") -> str:
        """A person the event is about: by the name it had then, or has now."""
        return self.line.personal.get(key) or self.member(self.details.get(person))

    def day(self, key: str) -> str:
        return words.day(date.fromisoformat(self.details[key]), self.reader)

    def party(self, number: int | None) -> str:
        return next((p.name for p in self.facts.parties if p.number == number), "")

    def task(self) -> str:
        return self.title(str(self.details.get("task", "")))

    def duty(self) -> str:
        """What is owed, as it stands in the contract."""
        number = self.details.get("duty")
        return next((one.what for one in self.facts.duties if one.number == number), "")

    @property
    def paper(self) -> str:
        """The short agreement it is about; "" where it is the contract."""
        key = str(self.details.get("paper", ""))
        return self.title(key) if key else ""

    def title(self, key: str) -> str:
        """How a task is called."""
        found = self.facts.definition.tasks.get(key)
        return say(found[1].title, self.reader.language) if found else key

    def question(self, key: str) -> str:
        found = self.facts.definition.gates.get(key)
        return say(found[1].question, self.reader.language) if found else key

    def document(self) -> str:
        name = self.line.personal.get("name")
        return f"'{name}'" if name else self.reader.gettext("a document")

    def topic(self) -> str:
        """What was talked about: the task, the question, the document."""
        topic = Topic.parse(str(self.details.get("topic", "")))
        kind, key = (topic.kind, topic.key) if topic else ("", "")
        if kind in OF_TASK and key in self.facts.definition.tasks:
            return f"'{say(self.facts.definition.tasks[key][1].title, self.reader.language)}'"
        if kind == "gate":
            return f"'{self.question(key)}'"
        if kind == "clause" and key in self.facts.definition.clauses:
            return self.clause(key)
        return self.reader.gettext("a document") if kind == "document" else self.reader.gettext("the project")

    def clause(self, key: str) -> str:
        found = self.facts.definition.clauses.get(key)
        return f"'{say(found.title, self.reader.language) if found else key}'"

    def figures(self, paths: str) -> str:
        """What fields are called, by their paths."""
        labels = []
        for path in paths.partition("@")[0].split():
            _stage, task, key, *_rest = (*path.split("."), "", "")
            found = self.facts.definition.tasks.get(task)
            field = fields_of(found[1]).get(key) if found else None
            labels.append(f"'{say(field.label, self.reader.language)}'" if field else path)
        return words.listed(labels, self.reader)

    def stage(self, key: str) -> str:
        return words.stage(self.facts.definition, key, self.reader)

    def member(self, person: object) -> str:
        member = self.facts.member(person if isinstance(person, int) else None)
        return member.name if member else self.reader.gettext("somebody")


TELLINGS: dict[str, Callable[[Speaker], str]] = {}


def tells(act: str) -> Callable[[Callable[[Speaker], str]], Callable[[Speaker], str]]:
    """Registers how an act is told: past tense, the actor first."""
    def register(function: Callable[[Speaker], str]) -> Callable[[Speaker], str]:
        TELLINGS[act] = function
        return function

    return register
