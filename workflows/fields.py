"""What a task may ask for: the closed set of field types.

A field says what is asked, never how it is drawn; forms/ makes an input of it and domain/ an answer.
"""

from collections.abc import Collection
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, field_validator, model_validator

from workflows.texts import Text, Words

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Unit = Annotated[Words, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Path = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+){2,3}$")]
AnswerPath = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+){2}$")]
FigurePath = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+){2}(@[a-z0-9_]+)?$")]


class Strict(BaseModel):
    """Frozen, and an unknown key is an error: a misspelt rule must never be silently no rule."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @field_validator("minutes", "days", "target", "longest_hold", "every", "most", "least", "goes_on_by", "min", "max",
                     "sums_to", "at_least", "at_most", "above", "below", mode="before", check_fields=False)
    @classmethod
    def _true_is_no_number(cls, value: Any) -> Any:
        if isinstance(value, bool):
            raise ValueError("true and false are no numbers; write one")
        return value


class Example(Strict):
    """A published value or sentence that stands beside a field and never becomes an answer."""

    text: Text
    source: Words


class OnlyIf(Strict):
    """A choice that was answered so, or otherwise; until it is answered what hangs on it is asked."""

    answer: AnswerPath
    is_: list[Key] = Field(default=[], alias="is")
    is_not: list[Key] = []

    @field_validator("is_", "is_not", mode="before")
    @classmethod
    def _one_word_is_a_list(cls, words: Any) -> Any:
        return [words] if isinstance(words, str) else words

    @model_validator(mode="after")
    def _one_way(self) -> "OnlyIf":
        if bool(self.is_) == bool(self.is_not):
            raise ValueError("give either is or is_not")
        return self

    def holds(self, chosen: Collection[str]) -> bool:
        return any(one in self.is_ if self.is_ else one not in self.is_not for one in chosen)


Hangs = OnlyIf | Annotated[list[OnlyIf], Field(min_length=2, max_length=4)]  # of several all have to hold


def answers_of(only_if: "Hangs | str | None") -> tuple[OnlyIf, ...]:
    """The answers on which something hangs; none where it is always there, or hangs on a seat."""
    if isinstance(only_if, OnlyIf):
        return (only_if,)
    return tuple(only_if) if isinstance(only_if, list) else ()


class Base(Strict):
    """What every field has."""

    figure: ClassVar[bool] = False  # one number that becomes a row of `figure`

    label: Text
    help: Text | None = None
    example: Example | None = None
    required: bool = True
    certain: bool = False  # "not available" is no answer: whoever is asked knows it
    only_if: Hangs | None = None  # the answer, or the answers, without which it is not asked
    group: Text | None = None
    visible_to: Literal["all", "own", "facilitator"] | list[Key] | None = None  # None: as the task
    matter: Literal["costs", "composition", "volumes", "designs"] | None = None  # kind of item; None: by its type


class UpTo(Strict):
    """What a column adds up to at most."""

    at_most: FiniteFloat


class Figure(Base):
    """A number that carries where it comes from."""

    figure: ClassVar[bool] = True
    floor: ClassVar[float | None] = None  # limits where the field says none
    ceiling: ClassVar[float | None] = None

    grade: bool = False  # ask whether it is measured, calculated, estimated or assumed
    source: bool = False
    period: bool = False
    min: FiniteFloat | None = None
    max: FiniteFloat | None = None
    below_zero: bool = False  # a gain, a temperature
    sums_to: FiniteFloat | UpTo | None = None  # of a column: what its rows add up to

    @property
    def least(self) -> float | None:
        """What a value must reach; None: nothing."""
        return self.floor if self.min is None and not self.below_zero else self.min

    @property
    def greatest(self) -> float | None:
        """What a value must not exceed; None: nothing."""
        return self.ceiling if self.max is None else self.max

    @model_validator(mode="after")
    def _range(self) -> "Figure":
        if self.below_zero and self.min is not None and self.min >= 0:
            raise ValueError(f"below_zero and min {self.min:g} contradict each other; leave one out")
        if self.least is not None and self.greatest is not None and self.least > self.greatest:
            raise ValueError(f"min {self.least:g} is above max {self.greatest:g}")
        return self


class ShortText(Base):
    type: Literal["text"]
    most: int = Field(default=200, ge=1, le=2_000)
    begins: Literal["currency"] | None = None  # what a new row begins with: the project's currency
    listed_in: Path | None = None  # of a column: the column of an earlier table whose words these are


class LongText(Base):
    type: Literal["long_text"]
    most: int = Field(default=4_000, ge=1, le=20_000)


class Whole(Figure):
    floor: ClassVar[float | None] = 0

    type: Literal["whole"]
    unit: Unit | None = None


class Number(Figure):
    type: Literal["number"]
    unit: Unit | None = None


class Quantity(Figure):
    floor: ClassVar[float | None] = 0

    type: Literal["quantity"]
    unit: Unit


class Money(Figure):
    floor: ClassVar[float | None] = 0

    type: Literal["money"]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None  # None: the giver chooses
    per: Unit | None = None  # "a", "t", "h": what one amount is paid for


class Percent(Figure):
    floor: ClassVar[float | None] = 0
    ceiling: ClassVar[float | None] = 100

    type: Literal["percent"]
    unit: ClassVar[str] = "%"


class Date(Base):
    type: Literal["date"]


class Month(Base):
    type: Literal["month"]


class YesNo(Base):
    type: Literal["yes_no"]


Options = dict[Key, Text] | list[Key]


def options(of: dict[str, Any] | list[str]) -> dict[str, Any]:
    """The choices in order; a plain list speaks for itself."""
    return of if isinstance(of, dict) else {key: key.replace("_", " ") for key in of}


def chosen(value: object) -> tuple[str, ...]:
    """The keys an answer to a choice stands for; those of yes and no are these words."""
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, tuple) else ()


class Choice(Base):
    type: Literal["choice"]
    of: Annotated[Options, Field(min_length=2, max_length=60)]


class Choices(Base):
    type: Literal["choices"]
    of: Annotated[Options, Field(min_length=2, max_length=60)]


class Person(Base):
    type: Literal["person"]


class Organisation(Base):
    type: Literal["organisation"]


class Country(Base):
    type: Literal["country"]


class Place(Base):
    type: Literal["place"]


class WasteCode(Base):
    type: Literal["waste_code"]


class File(Base):
    type: Literal["file"]
    contains: Text | None = None  # what the file must show


class Schedule(Base):
    """Dated rows of a quantity or an amount: 15 t/h, then 34, then 60."""

    type: Literal["schedule"]
    unit: Unit | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    per: Unit | None = None
    most: int = Field(default=40, ge=1, le=200)


Column = Annotated[
    ShortText | LongText | Whole | Number | Quantity | Money | Percent | Date | Month | YesNo | Choice
    | Country | Place | WasteCode | Person | Organisation,
    Field(discriminator="type"),
]


class Table(Base):
    type: Literal["table"]
    columns: Annotated[dict[Key, Column], Field(min_length=1, max_length=12)]
    least: int = Field(default=1, ge=0, le=200)
    most: int = Field(default=100, ge=1, le=500)

    @model_validator(mode="after")
    def _a_row_has_a_name(self) -> "Table":
        if next(iter(self.columns.values())).only_if:
            raise ValueError("the first column names its row; give only_if to another, or to the table")
        return self


class Computed(Base):
    """A number worked out from declared fields by one of a closed set of operations."""

    figure: ClassVar[bool] = True

    type: Literal["computed"]
    operation: Literal["sum", "difference", "product", "ratio", "share", "mean", "least", "greatest"]
    of: Annotated[list[Path], Field(min_length=1, max_length=20)]
    unit: Unit | None = None
    sums_to: FiniteFloat | None = None  # what a sum of fields of its own task has to be

    @model_validator(mode="after")
    def _nobody_is_asked(self) -> "Computed":
        if self.only_if:
            raise ValueError("nobody is asked for what is worked out; leave only_if out")
        if self.sums_to is not None and self.operation != "sum":
            raise ValueError("sums_to is for the operation sum")
        return self


TypedField = Annotated[
    ShortText | LongText | Whole | Number | Quantity | Money | Percent | Date | Month | YesNo | Choice | Choices
    | Person | Organisation | Country | Place | WasteCode | File | Table | Schedule | Computed,
    Field(discriminator="type"),
]
