"""What a party answered: typed values, each with what belongs to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workflows import fields as f

GRADES = ("measured", "calculated", "estimated", "assumed")
PERIODS = ("h", "d", "month", "a", "once", "total")


class Kept(str):
    """Instead of a value that was given and that a reader may not see: words that say so."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """A file that was given; document and version are None until the project has it as a document."""

    document: int | None
    version: int | None
    sha256: str
    name: str
    media_type: str
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Tally:
    """How the people of a party answered one statement: (answer, how many), from the lowest; s1 to s5 are scores."""

    counts: tuple[tuple[str, int], ...]

    @property
    def people(self) -> int:
        return sum(number for _, number in self.counts)

    @property
    def scores(self) -> Iterator[int]:
        """Every score once for each person who gave it; who cannot say gives none."""
        for answer, number in self.counts:
            if answer[1:].isdecimal():
                yield from [int(answer[1:])] * number

    @property
    def mean(self) -> Decimal | None:
        """Of those who could say, to two decimals."""
        scores = tuple(self.scores)
        return (Decimal(sum(scores)) / len(scores)).quantize(Decimal("0.01")) if scores else None


@dataclass(frozen=True, slots=True)
class Answer:
    """One field's answer: a value with what belongs to it, or why there is none.

    value: texts, country, code and choice as str, numbers as Decimal, a month as its first day, several choices as
    the tuple of their keys, a table or schedule as a tuple of rows: column to Answer, without the empty cells.
    """

    value: "Value | None" = None
    unit: str | None = None
    currency: str | None = None
    period: str | None = None
    price_year: int | None = None
    source: str | None = None
    grade: str | None = None
    not_available: str | None = None  # the reason
    by: date | None = None  # when it will come

    def __post_init__(self) -> None:
        if (self.value is None) == (self.not_available is None):
            raise ValueError("an answer has a value, or a reason why it has none")


Row = Mapping[str, Answer]
Value = str | Decimal | date | bool | tuple[str, ...] | tuple[Row, ...] | FileAnswer | Tally
Answers = Mapping[str, Answer]
Counting = Mapping[tuple[str, int], tuple[int, Answers]]  # (task, party) -> the version that counts, and its answers
NUMBERS = (f.Whole, f.Number, f.Quantity, f.Money, f.Percent)
AnyField = f.Base | f.Computed


def answer_at(counting: Counting, path: str, party: int) -> Answer | None:
    """What counts of a party at stage.task.field."""
    _, task, key, *_ = path.split(".")
    _, answers = counting.get((task, party), (0, {}))
    return answers.get(key)


def rows_of(answer: Answer) -> tuple[Row, ...]:
    rows = answer.value if isinstance(answer.value, tuple) else ()
    return tuple(row for row in rows if not isinstance(row, str))
