"""The way: seats, stages with their tasks and gates, the transitions between them, and when somebody is reminded."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from workflows.conditions import DEPTH, NODES, Condition, walk
from workflows.fields import Base, Figure, Hangs, Key, Strict, Table, TypedField
from workflows.texts import Text

Days = Annotated[int, Field(ge=0, le=2_000)]  # working days
TaskRef = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Many(Strict):
    """How many organisations one seat may hold."""

    min: int = Field(default=1, ge=1, le=40)
    max: int = Field(ge=1, le=40)

    @model_validator(mode="after")
    def _range(self) -> "Many":
        if self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        return self


Kind = Literal["company", "public_body", "ngo", "community", "recycler", "partner"]  # of an organisation


class Seat(Strict):
    """A place in the project for one organisation, or for several."""

    name: Text
    plural: Text | None = None
    purpose: Text | None = None  # why this seat exists, for who fills it
    usually: Kind = "company"  # what kind of organisation mostly sits there: preset for a new one
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
    """One field of a canvas. of: the seats of which an entry is awaited in it; empty: anybody's will do."""

    title: Text
    help: Text | None = None
    of: list[Key] = []

    @field_validator("of", mode="before")
    @classmethod
    def _one_seat_is_a_list(cls, of: Any) -> Any:
        return [of] if isinstance(of, str) else of


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
    sample: bool = True  # of a short agreement: sample wording that counsel should read
    accede: bool = False  # to a short agreement that all have signed, whoever joins in a later stage
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
        if self.kind != "sign" and not self.sample:
            raise ValueError("sample is for a short agreement; a clause has its own")
        if self.kind != "sign" and self.accede:
            raise ValueError("accede is for a short agreement; of the contract a seat says it")
        if self.kind == "sign" and self.only_if:
            raise ValueError("a short agreement is for all it names; it has no only_if")
        return self

    def parts(self) -> Iterator[tuple[str, Base]]:
        """Every field, and every column of a table as "rows.columns.amount"."""
        for name, field in self.fields.items():
            yield name, field
            for key, column in field.columns.items() if isinstance(field, Table) else ():
                yield f"{name}.columns.{key}", column

    def seen_by(self, field: Base) -> Audience:
        """Who sees one of its fields: fewer than see the task, where the field says so."""
        return self.visible_to if field.visible_to is None else field.visible_to

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
