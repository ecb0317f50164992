"""What a page draws of a task's form: its fields with their inputs, in sheets of at most six."""

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as item
from typing import Any, NamedTuple

from cocreate.domain.answers import FileAnswer
from workflows import fields as f

IN_A_GROUP = 6


class Named(NamedTuple):
    text: str


@dataclass
class Anchor:
    """What an error of a whole table is about; it looks like an input to the summary of errors."""

    id: str
    label: Named
    errors: list[str] = item(default_factory=list)
    render_kw: None = None
    widget: None = None


@dataclass
class Line:
    """One row of a table: its place, its inputs by column, then period, grade and source where a column asks."""

    index: str
    number: str  # from 1; "__number__" in the row that a page copies
    cells: dict[str, Any]
    about: dict[str, Any]
    errors: list[tuple[Any, str]] = item(default_factory=list)

    def sort_errors(self) -> None:
        """As the columns stand: they were found as the inputs were read."""
        order = [id(each) for each in (*self.cells.values(), *self.about.values())]
        self.errors.sort(key=lambda error: order.index(id(error[0])))


@dataclass(frozen=True)
class Hanging:
    """On what a field or a column hangs."""

    on: tuple[tuple[str, tuple[str, ...]], ...] = ()  # inputs that all ask for it, by one of these
    when: str = ""  # ... said in words
    elsewhere: bool = False  # it hangs on an answer of another task too


@dataclass
class Entry:
    """One field as the page draws it.

    kind: text, number, choice (select, radio or boxes), file, table or computed. control: its main input.
    """

    key: str
    field: Any
    kind: str
    label: str
    help: str
    optional: bool
    published: str = ""
    unit: str = ""
    wide: bool = True
    control: Any = None
    currency: Any = None
    year: Any = None
    period: Any = None
    source: Any = None
    grade: Any = None
    absent: Any = None
    why: Any = None
    by: Any = None
    file: FileAnswer | None = None
    marked: bool = False  # when the task was returned
    columns: dict[str, f.Base] = item(default_factory=dict)
    heads: list[tuple[str, str, bool]] = item(default_factory=list)  # (words, unit, whether numbers)
    hanging: dict[str, Hanging] = item(default_factory=dict)  # columns that hang on inputs above the table
    idle_columns: frozenset[str] = frozenset()  # ... those which these made pointless
    about_heads: dict[str, str] = item(default_factory=dict)
    lines: list[Line] = item(default_factory=list)
    blank: Line | None = None
    next: int = 0
    sheet: str = ""  # pasted, and not put into the table yet
    read_back: str = ""
    hangs: Hanging = Hanging()
    idle: bool = False  # that answer made it pointless

    @property
    def is_absent(self) -> bool:
        return self.absent is not None and bool(self.absent.data)

    @property
    def sure(self) -> list[Any]:
        """The inputs of the fold "How sure is this?"."""
        return [each for each in (self.grade, self.source) if each is not None]

    @property
    def sure_open(self) -> bool:
        """While something in it is missing, wrong or marked: what is there stands in the words that are read back."""
        asked = self.field.grade or self.field.source
        return self.marked or any(each.errors or (asked and not each.data) for each in self.sure)

    @property
    def column_words(self) -> list[str]:
        """When a column is asked that hangs on an input above."""
        return [one.when for one in self.hanging.values() if one.when]

    @property
    def reads_back(self) -> bool:
        """Whether the value stands in words under its input: what may be read in more than one way."""
        return self.kind == "number" or isinstance(self.field, f.Date | f.Month)

    @property
    def inputs(self) -> Iterator[Any]:
        """Every input, in the order of the page."""
        before = (self.currency, self.year) if self.kind == "table" else ()
        yield from filter(_there, before)
        if self.control is not None:
            yield self.control
        for line in self.lines:
            yield from (*line.cells.values(), *line.about.values())
        after = () if self.kind == "table" else (self.currency, self.year)
        yield from filter(_there, (*after, self.period, self.grade, self.source, self.absent, self.why, self.by))


def _there(control: Any) -> bool:
    return control is not None


@dataclass
class Group:
    """A sheet of at most six fields. ``title`` may be empty; a table has a sheet of its own."""

    title: str
    entries: list[Entry]

    @property
    def idle(self) -> bool:
        return all(entry.idle for entry in self.entries)
