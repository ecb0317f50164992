"""A workflow definition: the frozen value that a published template version is.

Outside it is YAML (``workflows.exchange``), inside canonical JSON whose SHA-256 names the version. Nothing here is
evaluated: conditions, rules and placeholders come from closed sets, texts are texts.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from workflows.conditions import DEPTH, NODES, Condition, FigureReaches, walk
from workflows.fields import Base, Computed, Figure, Hangs, Key, OnlyIf, Path, Strict, Table, TypedField, answers_of
from workflows.hanging import Part, parts
from workflows.texts import Language, Text, Words, say

Strategy = Literal[
    "industrial_symbiosis", "take_back", "platform", "customer_cooperation", "proximity", "value_network", "open"
]
Days = Annotated[int, Field(ge=0, le=2_000)]  # working days
TaskRef = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Many(Strict):
    """How many organisations one seat may hold."""

    min: int = Field(default=1, ge=1, le=40)
    max: int = Field(ge=1, le=40)


class Seat(Strict):
    """A place in the project for one organisation, or for several."""

    name: Text
    plural: Text | None = None
    purpose: Text | None = None  # why this seat exists, for who fills it
    contracting: bool = False
    required: bool = True
    many: Many | None = None
    side: Key | None = None
    signs: Literal["contract", "accession"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _contracting_signs(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("contracting") and data.get("signs") is None:
            return {**data, "signs": "contract"}
        return data


class Due(Strict):
    """A date in working days after an event or a day somebody named, or before the agreed signing date."""

    days: Days
    after: Annotated[str, StringConstraints(
        pattern=r"^(stage|project|task:[a-z0-9_]+|field:[a-z0-9_]+(\.[a-z0-9_]+){2})$")] = "stage"
    before: Literal["target"] | None = None


class Statement(Strict):
    """One line of an assessment, answered 1 to 5 or "cannot say"."""

    text: Text
    help: Text | None = None


class Box(Strict):
    """One field of a canvas."""

    title: Text
    help: Text | None = None


Audience = Literal["all", "own", "facilitator"] | list[Key]


class Task(Strict):
    """One contribution asked of every organisation in a seat."""

    title: Text
    why: Text
    minutes: int = Field(default=10, ge=1, le=600)
    of: Annotated[list[Key], Field(min_length=1)]
    kind: Literal["form", "document", "review", "assessment", "canvas", "sign"] = "form"
    help: Text | None = None
    unlocks: Text | None = None  # "Philips cannot start the offer before this"
    due: Due
    after: list[TaskRef] = []
    accepted_by: Key | Literal["nobody"] = "nobody"
    required: bool = True
    visible_to: Audience = "all"
    fields: dict[Key, TypedField] = {}
    statements: dict[Key, Statement] = {}
    boxes: dict[Key, Box] = {}
    reviews: TaskRef | None = None
    agreement: Text | None = None  # Markdown of a short agreement
    final: bool = False
    only_if: Hangs | None = None  # the answer, or the answers, without which nobody is asked for it

    @field_validator("of", mode="before")
    @classmethod
    def _one_seat_is_a_list(cls, of: Any) -> Any:
        return [of] if isinstance(of, str) else of

    @model_validator(mode="after")
    def _content_of_its_kind(self) -> "Task":
        content = {"form": self.fields, "assessment": self.statements, "canvas": self.boxes,
                   "review": self.reviews, "sign": self.agreement, "document": self.fields}
        if not content[self.kind]:
            needs = {"form": "fields", "assessment": "statements", "canvas": "boxes", "review": "reviews",
                     "sign": "agreement", "document": "fields"}[self.kind]
            raise ValueError(f"a task of kind {self.kind} needs {needs}")
        if self.kind == "assessment" and (self.fields or self.accepted_by != "nobody"):
            raise ValueError("an assessment has statements and no fields, and nobody accepts what people think")
        for name, field in self.fields.items():
            if (isinstance(field, Figure) and field.sums_to is not None) or getattr(field, "listed_in", None):
                raise ValueError(f"{name}: sums_to and listed_in are for a column of a table")
        if self.kind == "sign" and self.only_if:
            raise ValueError("a short agreement is for all it names; it has no only_if")
        return self

    def parts(self) -> Iterator[tuple[str, Base]]:
        """Every field, and every column of a table as "rows.columns.amount"."""
        for name, field in self.fields.items():
            yield name, field
            for key, column in field.columns.items() if isinstance(field, Table) else ():
                yield f"{name}.columns.{key}", column

    @property
    def waits_for(self) -> tuple[TaskRef, ...]:
        """The tasks that must be accepted before this one can start; nobody reviews what is not there."""
        return tuple(dict.fromkeys((*self.after, *([self.reviews] if self.reviews else ()))))


class AtLeast(Strict):
    at_least: int = Field(ge=1, le=200)
    of: Key | None = None


class Gate(Strict):
    """A question that a transition waits for, decided once per organisation."""

    question: Text
    help: Text | None = None
    of: Annotated[list[Key], Field(min_length=1)]
    rule: Literal["all", "any", "one_per_side"] | AtLeast = "all"
    veto: list[Key] = []
    about: list[TaskRef] | Literal["contract"] = []  # empty: every task of its stage
    due: Due


class Stage(Strict):
    """A state of the workflow."""

    name: Text
    purpose: Text
    target: Days
    tasks: dict[Key, Task] = {}
    gates: dict[Key, Gate] = {}
    contract: Literal["prepared", "signed"] | None = None  # what happens to the contract in this stage


class Transition(Strict):
    """A way from one stage to another."""

    name: Text | None = None
    from_: Key = Field(alias="from")
    to: Key
    when: Condition | None = None
    reason: Literal["required"] | None = None
    reopens: list[Key] = []
    automatic: bool = False
    by: list[Key] = []  # seats, or host; empty: every contracting party

    @model_validator(mode="after")
    def _bounded(self) -> "Transition":
        nodes = list(walk(self.when))
        if len(nodes) > NODES or any(depth > DEPTH for depth, _ in nodes):
            raise ValueError(f"a condition has at most {NODES} parts, nested at most {DEPTH} deep")
        return self


class Escalation(Strict):
    after: Days
    to: Literal["champion"]


Moment = Literal["task_due", "task_overdue", "decision_due", "decision_overdue", "signature_due", "signature_overdue",
                 "duty_due", "duty_overdue", "invitation_open"]


class ReminderRule(Strict):
    """When a person hears of what he owes: on days around the date, or every n working days after it."""

    on: Moment
    at: list[Annotated[int, Field(ge=-400, le=400)]] = []
    every: Annotated[int, Field(ge=1, le=250)] | None = None
    most: Annotated[int, Field(ge=1, le=12)] | None = None
    to: Literal["asked", "champion"] = "asked"
    then: Escalation | None = None

    @model_validator(mode="after")
    def _capped(self) -> "ReminderRule":
        if bool(self.at) == bool(self.every):
            raise ValueError("give either at or every")
        if self.every and not self.most:
            raise ValueError("every needs most: reminders without an end are noise")
        return self


Need = Annotated[
    str,
    StringConstraints(pattern=r"^([a-z0-9_]+(\.[a-z0-9_]+){2}(@[a-z0-9_]+)?|seat:[a-z0-9_]+|project:(title|purpose))$"),
]


class Clause(Strict):
    """A numbered part of the contract; every ``$name`` of its text is declared in ``needs``."""

    title: Text
    text: Text
    needs: dict[Key, Need] = {}
    only_if: Key | Hangs | None = None  # the optional seat, or the answers, without which the clause has no object
    optional: bool = False  # may be struck when a value is missing
    sample: bool = True


class Annex(Strict):
    """A table or schedule printed after the clauses."""

    title: Text
    of: Path
    only_if: Key | Hangs | None = None  # the optional seat, or the answers, without which the annex has no object


class DutyRule(Strict):
    """Rows of a table that become duties with party and date when the contract is agreed.

    party: who owes a row stands in this column, as a choice whose keys are seats or as the name of an organisation.
    """

    rows: Path
    what: Key
    party: Key
    due: Key


class DecideRule(Strict):
    """A day before which parties decide how the contract goes on: so long before the end of its term.

    start: a date or month; left out: the day of the last signature. only: a number; where it is 0 nothing is decided.
    goes_on_by: months by which it goes on where nobody decides, again and again; 0: then it has ended.
    """

    what: Text
    of: Annotated[list[Key], Field(min_length=1)]
    start: Path | None = None
    term: Path
    notice: Path
    only: Path | None = None
    goes_on_by: Annotated[int, Field(ge=0, le=1200)] = 0

    @field_validator("of", mode="before")
    @classmethod
    def _one_seat_is_a_list(cls, of: Any) -> Any:
        return [of] if isinstance(of, str) else of

    def named(self) -> Iterator[tuple[str, str]]:
        """(what, path) of everything it is worked out from."""
        for name in ("start", "term", "notice", "only"):
            if (path := getattr(self, name)) is not None:
                yield name, path


class PartyDetails(Strict):
    """Where each party that signs says what the contract prints of it."""

    signatory: Path | None = None  # who signs for it
    authority: Path | None = None  # on what authority
    address: Path | None = None  # its registered address: without it no version is made
    number: Path | None = None  # under which it is registered

    def named(self) -> Iterator[tuple[str, str]]:
        """(what, path) of everything that is asked."""
        for name in PartyDetails.model_fields:
            if (path := getattr(self, name)) is not None:
                yield name, path


Holders = list[Key] | None  # seats, host, facilitator; None: as in every project


class May(Strict):
    """Who may do what exists in every project; a template narrows it, never more. Empty: nobody may."""

    hold: Holders = None
    decline: Holders = None
    leave: Holders = None
    withdraw: Holders = None
    add_party: Holders = None

    def named(self) -> Iterator[tuple[str, list[Key]]]:
        """(act, who may) of all that is narrowed."""
        for act in type(self).model_fields:
            if (holders := getattr(self, act)) is not None:
                yield act, holders


class Definition(Strict):
    """A whole workflow, with everything its people read."""

    format: Literal[1]
    key: Key
    name: Text
    strategy: Strategy
    language: Language = "en"
    summary: Text
    ends_in: Text  # "an agreement on ..."
    parties: Annotated[dict[Key, Seat], Field(min_length=1, max_length=20)]
    stages: Annotated[dict[Key, Stage], Field(min_length=2, max_length=200)]
    transitions: Annotated[dict[Key, Transition], Field(min_length=1)]
    reminders: list[ReminderRule] = []
    contract_title: Text
    party_details: PartyDetails = PartyDetails()
    clauses: dict[Key, Clause] = {}
    annexes: dict[Key, Annex] = {}
    duties: list[DutyRule] = []
    decide: list[DecideRule] = []
    terminal: dict[Key, Literal["success", "failure"]]
    longest_hold: Days = 250
    may: May = May()

    @model_validator(mode="after")
    def _keys_are_unique(self) -> "Definition":
        seen: dict[str, str] = {}
        for stage_key, stage in self.stages.items():
            for key in (*stage.tasks, *stage.gates):
                if key in seen:
                    raise ValueError(f"'{key}' is used in stages {seen[key]} and {stage_key}; keys are unique")
                seen[key] = stage_key
        if len(self.tasks) > 2_000:
            raise ValueError(f"{len(self.tasks)} tasks; a definition has at most 2,000")
        return self

    @cached_property
    def tasks(self) -> dict[str, tuple[str, Task]]:
        """Task key -> (stage key, task)."""
        return {key: (stage_key, task) for stage_key, stage in self.stages.items() for key, task in stage.tasks.items()}

    @cached_property
    def gates(self) -> dict[str, tuple[str, Gate]]:
        """Gate key -> (stage key, gate)."""
        return {key: (stage_key, gate) for stage_key, stage in self.stages.items() for key, gate in stage.gates.items()}

    @cached_property
    def compared(self) -> frozenset[str]:
        """The tasks whose figures some condition looks at, be it through what is worked out from them."""
        paths = self._in_conditions()
        operands = (of for path in paths for computed in self._computed(path)
                    for of in self._field_of(computed).of)  # type: ignore[union-attr]  # it is computed
        return frozenset(path.split(".")[1] for path in (*paths, *operands))

    @cached_property
    def hanging(self) -> tuple[str, ...]:
        """The tasks that are asked only if something was answered so."""
        return tuple(key for key, (_, task) in self.tasks.items() if task.only_if)

    @cached_property
    def narrowed(self) -> Mapping[str, Mapping[str, Part]]:
        """Task -> its fields that hang on answers to other tasks, or have columns that do."""
        return {key: found for key, (stage, task) in self.tasks.items()
                if (found := parts(f"{stage}.{key}", task.fields))}

    def hangs(self) -> Iterator[tuple[str, OnlyIf]]:
        """(where it stands, on which answer) of all that is there only if something was answered so."""
        for key, (stage, task) in self.tasks.items():
            path = f"stages.{stage}.tasks.{key}"
            yield from ((path, one) for one in answers_of(task.only_if))
            yield from ((f"{path}.fields.{name}", one) for name, part in task.parts()
                        for one in answers_of(part.only_if))
        parts = [(f"clauses.{key}", clause.only_if) for key, clause in self.clauses.items()]
        parts += [(f"annexes.{key}", annex.only_if) for key, annex in self.annexes.items()]
        yield from ((path, one) for path, only_if in parts for one in answers_of(only_if))

    @cached_property
    def decisive(self) -> frozenset[str]:
        """Paths of the choices on which something hangs."""
        return frozenset(only_if.answer for _, only_if in self.hangs())

    @cached_property
    def contract_hangs_on(self) -> frozenset[str]:
        """Those of them by which a clause or an annex stands."""
        return frozenset(only_if.answer for where, only_if in self.hangs()
                         if where.startswith(("clauses.", "annexes.")))

    @cached_property
    def first(self) -> str:
        """The stage in which a project begins."""
        return next(iter(self.stages))

    @cached_property
    def order(self) -> dict[str, int]:
        """Stage key -> place, from 0; terminal stages follow."""
        return {key: place for place, key in enumerate((*self.stages, *self.terminal))}

    def is_back(self, transition: Transition) -> bool:
        return self.order[transition.to] < self.order[transition.from_]

    def stage_name(self, key: str, language: str = "en") -> str:
        if key in self.stages:
            return say(self.stages[key].name, language)
        return {"agreed": "Agreed", "declined": "Declined", "withdrawn": "Withdrawn"}.get(key, key.replace("_", " "))

    def fields(self) -> Iterator[tuple[str, str, str, TypedField]]:
        """(stage, task, field, what) of every field, in order."""
        for task_key, (stage_key, task) in self.tasks.items():
            for field_key, field in task.fields.items():
                yield stage_key, task_key, field_key, field

    @cached_property
    def shared_figures(self) -> frozenset[str]:
        """Paths that a clause or a condition takes as one figure of all parties, not as each seat's own."""
        needed = (need for clause in self.clauses.values() for need in clause.needs.values())
        compared = (node.figure.path for way in self.transitions.values() for _, node in walk(way.when)
                    if isinstance(node, FigureReaches))
        return frozenset(path for path in (*needed, *compared) if "@" not in path)

    def about(self, gate_key: str) -> tuple[str, ...]:
        """The tasks whose versions a decision at this gate binds to; none where it is about the contract."""
        stage_key, gate = self.gates[gate_key]
        if gate.about == "contract":
            return ()
        return tuple(gate.about) or tuple(self.stages[stage_key].tasks)

    @cached_property
    def watched(self) -> tuple[str, ...]:
        """Paths of the computed fields that a condition or a clause looks at, those they are worked out from first."""
        read = self._in_conditions()
        read += [need for clause in self.clauses.values() for need in clause.needs.values() if ":" not in need]
        found: dict[str, None] = {}
        for path in read:
            found |= dict.fromkeys(reversed([*self._computed(path.partition("@")[0])]))
        return tuple(found)

    def _in_conditions(self) -> list[str]:
        """The paths that conditions look at, without the seat whose value is meant."""
        return [path.partition("@")[0] for way in self.transitions.values() for _, one in walk(way.when)
                if isinstance(one, FigureReaches) for path in (one.figure.path, one.figure.limit[1])
                if isinstance(path, str)]

    def _computed(self, path: str, above: tuple[str, ...] = ()) -> Iterator[str]:
        """The path itself, if it is computed, and the computed ones below it; a circle ends where it closes."""
        field = self._field_of(path)
        if isinstance(field, Computed) and path not in above:
            yield path
            for of in field.of:
                yield from self._computed(of, (*above, path))

    def _field_of(self, path: str) -> TypedField | None:
        _, key, name, *_ = path.split(".")
        return self.tasks[key][1].fields.get(name) if key in self.tasks else None

    def canonical(self) -> bytes:
        """The bytes whose hash names this definition."""
        data = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=False).encode()

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.canonical()).hexdigest()


def from_json(body: str | bytes) -> Definition:
    """The definition of a stored version; it was valid when it was stored."""
    return Definition.model_validate_json(body)


__all__ = ["Annex", "Clause", "DecideRule", "Definition", "DutyRule", "Due", "Gate", "PartyDetails", "ReminderRule",
           "Seat", "Stage", "Task", "Transition", "Words", "from_json"]
