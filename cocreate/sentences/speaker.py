"""Who speaks: one reason before one reader, with its values as words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from cocreate import words
from cocreate.domain import audience
from cocreate.words import Reader
from workflows.facts import ALL, Facts
from workflows.fields import Table
from workflows.refusals import Refusal
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Act:
    """Where the reader can do something about it: a page below the room, and what its button says."""

    page: str  # "tasks/total_cost", "gates/common_picture", "contract", "contract/sign", "people"
    label: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One reason in words. ``party``: who can do something about it; None where nobody in particular can."""

    text: str
    party: int | None
    act: Act | None


Said = tuple[str, Act | None]


class NoFacts(Exception):
    """The sentence names things of a project, and whoever asked for it has none at hand."""


class Speaker:
    """One refusal before one reader: its values as words."""

    def __init__(self, refusal: Refusal, facts: Facts | None, reader: Reader, party: int | None, mask: int) -> None:
        self.refusal, self.reader, self.own, self.mask = refusal, reader, party, mask
        self._facts, self.values = facts, refusal.values
        self._ = reader.gettext

    @property
    def facts(self) -> Facts:
        if self._facts is None:
            raise NoFacts
        return self._facts

    @property
    def hidden(self) -> bool:
        return not self.refusal.sees & self._sees & self.mask

    @property
    def _sees(self) -> int:
        """The audience of the task, or of the one field of it, that the refusal is about."""
        key, giver, tasks = self.values.get("task"), self.values.get("of"), self.facts.definition.tasks
        if key not in tasks or giver is None:
            return ALL
        task = tasks[key][1]
        path = self.values.get("field") or self.values.get("document") or ""
        field = task.fields.get(path.split(".")[2] if "." in path else path)
        sees = audience.audience(task.visible_to, self.facts, giver=giver)
        return sees if field is None else sees & audience.audience(field.visible_to, self.facts, giver=giver)

    # names

    def party(self, name: str | int | None = "of") -> str:
        number = self.values.get(name) if isinstance(name, str) else name
        return self._("nobody yet") if number is None else self.facts.party(number).name

    @property
    def whose(self) -> str:
        """The party that can do something about it."""
        return self.party(self.refusal.party)

    def parties(self, numbers: Iterable[int]) -> str:
        return words.listed((self.party(number) for number in numbers), self.reader)

    def people(self, *persons: int | None, either: bool = False) -> str:
        names = [member.name for person in persons if (member := self.facts.member(person))]
        return words.listed(names, self.reader, either=either) if names else self._("nobody yet")

    def holding(self, part: str, party: int | None) -> str:
        """Who has this part, "Anna Berg or Jan Vos"; where nobody has it, who looks after the project."""
        found = self.facts.people(party, part) or tuple(m for m in self.facts.members if "manager" in m.parts)
        return self.people(*(m.person for m in found if m.left_at is None), either=True)

    # things

    @property
    def task(self) -> str:
        return self.task_title(self.values["task"])

    def task_title(self, key: str) -> str:
        return say(self.facts.definition.tasks[key][1].title, self.reader.language)

    @property
    def question(self) -> str:
        return say(self.facts.definition.gates[self.values["gate"]][1].question, self.reader.language)

    def field(self, path: str) -> str:
        """The label behind stage.task.field, with row and column where the path goes into a table."""
        _, task, key, *cell = path.split(".")
        field = self.facts.definition.tasks[task][1].fields[key]
        label = say(field.label, self.reader.language)
        if not cell:
            return label
        columns = field.columns if isinstance(field, Table) else {}
        column = say(columns[cell[-1]].label, self.reader.language) if cell[-1] in columns else cell[-1]
        return ", ".join((label, *cell[:-1], column))

    def thing(self, name: str) -> str:
        """What a decision was about: "baseline@1" or "contract"."""
        key = name.partition("@")[0]
        if key == "contract":
            return say(self.facts.definition.contract_title, self.reader.language)
        return self.task_title(key) if key in self.facts.definition.tasks else key

    # values

    def day(self, name: str) -> str:
        value: date | datetime | str = self.values[name]
        return words.day(date.fromisoformat(value) if isinstance(value, str) else value, self.reader)

    def who_by_when(self, people: str) -> str:
        """The words in brackets: "Renee Kim, due Fri 7 Feb"."""
        due = self.values.get("due")
        if due is None:
            return people
        if isinstance(due, datetime) and due < self.reader.now:
            return self._("%(person)s, was due %(date)s", person=people, date=self.day("due"))
        return self._("%(person)s, due %(date)s", person=people, date=self.day("due"))

    def quantity(self, value: Decimal | int, unit: str | None) -> str:
        return words.quantity(value, unit, self.reader)

    def because(self, name: str = "reason") -> str | None:
        """What somebody wrote, unless the reader may not see it."""
        return None if self.hidden else self.values.get(name)

    # ways out

    @property
    def to_task(self) -> Act:
        key = self.values["task"]
        own = self.refusal.party is not None and self.refusal.party == self.own
        return Act(f"tasks/{key}", self._("Open the task") if own else self._("See the task"))

    @property
    def to_gate(self) -> Act:
        own = self.refusal.party is not None and self.refusal.party == self.own
        return Act(f"gates/{self.values['gate']}", self._("Read and decide") if own else self._("See the decisions"))

    @property
    def to_people(self) -> Act:
        return Act("people", self._("See who is in it"))
