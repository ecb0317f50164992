"""Rows of a table or a schedule: made, added and removed, and read."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from cocreate.domain.answers import NUMBERS, Answer, Row
from cocreate.domain.asking import begins_with_currency, columns_of, idle_columns
from cocreate.domain.names import skeleton
from cocreate.domain.saying import read_out
from cocreate.forms import figures
from cocreate.forms.bound import Bound
from cocreate.forms.entries import Anchor, Entry, Line, Named
from cocreate.forms.inputs import input_of, one_of
from cocreate.forms.reading import typed_about, typed_choice, unit_words
from cocreate.forms.typed import Typed
from workflows import fields as f
from workflows.texts import say

SPARE_ROWS = 50  # kept above a table's most, so that nothing is lost before the error says so

BLANK = "__index__"  # of the row that a page copies
_CELL = re.compile(r"f-([a-z][a-z0-9_]*)-([0-9]{1,4})-[a-z_][a-z0-9_]*")


def rearrange(texts: Typed, fields: dict[str, f.TypedField], language: str, currency: str = "") -> bool:
    """Add or remove the row for which a button without JavaScript asked, or put in the rows that were pasted.

    currency: of the project; rows that are pasted without one get it.
    """
    add, remove, paste = (texts.pop(name, [""])[0] for name in ("add-row", "remove-row", "paste-rows"))
    table, pasted = fields.get(add), fields.get(paste)
    if isinstance(table, f.Table | f.Schedule):
        following = _indexes(texts, add) or ["0"]
        first = next(iter(columns_of(table)))
        for index in following:
            texts.setdefault(f"f-{add}-{index}-{first}", [""])
        texts[f"f-{add}-{int(following[-1]) + 1}-{first}"] = [""]
    elif remove:
        for name in [name for name in texts if name.startswith(f"f-{remove}-")]:
            if _CELL.fullmatch(name) and name.rsplit("-", 1)[0] == f"f-{remove}":
                del texts[name]
    elif isinstance(pasted, f.Table | f.Schedule):
        _paste(texts, paste, pasted, next(iter(texts.pop(f"sheet-{paste}", [])), ""), language, currency)
    return bool(add or remove or paste)


def _paste(texts: Typed, key: str, table: f.Table | f.Schedule, pasted: str, language: str, currency: str) -> None:
    """Rows as a spreadsheet copies them, after those that have a text; one that only repeats the heads is left out."""
    columns = {name: column for name, column in columns_of(table).items() if name not in idle_columns(
        table, lambda other: [text for text in texts.get(f"f-{other}", ()) if text])}
    heads = [say(column.label, language).casefold() for column in columns.values()]
    about = _about(columns)
    names = [*columns, *(f"_{name}" for name in about)]
    try:
        rows = [[" ".join(cell.split()) for cell in row] for row in csv.reader(io.StringIO(pasted), delimiter="\t")]
    except csv.Error:  # a cell as long as a book
        return
    rows = [row for row in rows if any(row) and not _repeats(row, heads)]
    used = _indexes(texts, key)
    empty = [index for index in used
             if not any((text := texts.get(f"f-{key}-{index}-{name}", [""])[0].strip())
                        and not _begun(columns.get(name), text, currency) for name in names)]
    for name in [name for name in texts if name.startswith(tuple(f"f-{key}-{index}-" for index in empty))]:
        if _CELL.fullmatch(name):
            del texts[name]
    start = max((int(index) for index in used if index not in empty), default=-1) + 1
    for number, row in enumerate(rows[:table.most + SPARE_ROWS], start):
        for name, cell in zip(names, row, strict=False):
            field = columns.get(name)
            texts[f"f-{key}-{number}-{name}"] = [
                typed_choice(field, cell, language) if field else typed_about(name[1:], cell, language)]
        for name in filter(lambda name: begins_with_currency(columns[name]), columns):
            said = texts.setdefault(f"f-{key}-{number}-{name}", [""])
            texts[f"f-{key}-{number}-{name}"] = said if said[0] else [currency]


def _repeats(row: list[str], heads: list[str]) -> bool:
    """Whether a row is the heads again, perhaps shorter: each of its cells begins with the word of its column."""
    said = [(cell.casefold().split()[0], head.split()[0]) for cell, head in zip(row, heads, strict=False) if cell]
    return len(said) == len(heads) > 1 and all(cell.strip(",:;") == head.strip(",:;") for cell, head in said)


def _begun(column: f.Base | None, text: str, currency: str) -> bool:
    """Whether this text is only what a row begins with."""
    return begins_with_currency(column) and text == currency


def _about(columns: Mapping[str, f.Base]) -> list[str]:
    """Which of period, grade and source the rows of a table say."""
    return [name for name in ("period", "grade", "source")
            if any(getattr(column, name, False) for column in columns.values())]


def _indexes(texts: Typed, key: str) -> list[str]:
    found = {str(int(match[2])) for name in texts if (match := _CELL.fullmatch(name)) and match[1] == key}
    return sorted(found, key=int)


def build(bound: Bound, entry: Entry, name: str) -> None:
    """Give the entry its columns, and a row of inputs for every row that has a text, or as many as are asked."""
    field = entry.field
    entry.kind, entry.control = "table", Anchor(name, Named(entry.label))
    entry.columns = columns_of(field)
    entry.heads = [(_head(column, bound.language), unit_words(column, bound.language),
                    isinstance(column, NUMBERS)) for column in entry.columns.values()]
    words = {"period": _("For which period?"), "grade": _("How do you know?"), "source": _("Source")}
    entry.about_heads = {name: words[name] for name in _about(entry.columns)}
    money = [column for column in entry.columns.values() if isinstance(column, f.Money)]
    if money:
        figures.build_money(bound, entry, name, asks_currency=any(each.currency is None for each in money))
    least = field.least if isinstance(field, f.Table) else 1
    indexes = _indexes(bound.texts, entry.key)[:field.most + SPARE_ROWS]
    indexes = indexes or [str(place) for place in range(max(least, 1))]
    entry.lines = [_line(bound, entry, index, str(number)) for number, index in enumerate(indexes, 1)]
    entry.next = int(indexes[-1]) + 1
    entry.sheet = bound.named(f"sheet-{entry.key}")
    entry.blank = _line(bound, entry, BLANK, "__number__")


def _head(column: f.Base, language: str) -> str:
    words = say(column.label, language)
    return words if column.required else _("%(column)s (optional)", column=words)


def _line(bound: Bound, entry: Entry, index: str, number: str) -> Line:
    row = f"f-{entry.key}-{index}"
    begun = _begin(bound, entry, row)
    place = _("%(table)s, row %(number)s", table=entry.label, number=number)
    cells = {}
    for (key, column), (_head, unit, _numbers) in zip(entry.columns.items(), entry.heads, strict=True):
        label = ", ".join(filter(None, (place, say(column.label, bound.language), unit)))
        name = f"{row}-{key}"
        typed = bound.named(name)
        offered = bound.owing.bound if _owes(bound, entry, key) else bound.owing.lists.get((entry.key, key), ())
        cells[key] = bound.bind(one_of(offered, name, label, typed) if offered else
                                input_of(column, name, label, typed, bound.language, cell=True))
    about = {key: bound.bind(figures.about(bound, key, f"{row}-_{key}", head, place))
             for key, head in entry.about_heads.items()}
    if index == BLANK:  # copied by the page, no part of the draft
        for name in begun:
            del bound.texts[name]
    return Line(index, number, cells, about)


def _owes(bound: Bound, entry: Entry, column: str) -> bool:
    """Whether one of the parties is chosen in this column."""
    return bool(bound.owing.bound) and (entry.key, column) in bound.owing.columns and isinstance(
        entry.columns[column], f.Organisation | f.ShortText)


def _begin(bound: Bound, entry: Entry, row: str) -> list[str]:
    """Give a row in which nothing stands yet what it begins with; answers the inputs that got it."""
    names = [f"{row}-{key}" for key, column in entry.columns.items() if begins_with_currency(column)]
    if not bound.currency or any(bound.named(f"{row}-{key}").strip() for key in entry.columns):
        return []
    begun = [name for name in names if name not in bound.texts]
    bound.texts |= {name: [bound.currency] for name in begun}
    return begun


def read(bound: Bound, entry: Entry) -> Answer | None:
    """The rows in which something stands; None where there is none, or one of them is wrong."""
    wrong, field = len(bound.found), entry.field
    filled = [line for line in entry.lines if any(
        _has_text(bound, cell) and not _begun(entry.columns[key], bound.text(cell).strip(), bound.currency)
        for key, cell in line.cells.items() if key not in entry.idle_columns)]
    if not filled:
        return None
    money = any(isinstance(column, f.Money) and (column.required or _has_text(bound, line.cells[key]))
                for line in filled for key, column in _asked(entry))
    shared = figures.read_money(bound, entry) if money else {}
    rows = tuple(_read_line(bound, entry, line, shared) for line in filled)
    least = field.least if isinstance(field, f.Table) else 1
    if len(rows) < least:
        bound.wrong(entry.control, _("Give at least %(least)d rows.", least=least))
    if len(rows) > field.most:
        bound.wrong(entry.control, _("At most %(most)d rows; there are %(have)d.", most=field.most, have=len(rows)))
    if len(bound.found) == wrong:
        _add_up(bound, entry, rows)
    return Answer(rows) if len(bound.found) == wrong else None


def _add_up(bound: Bound, entry: Entry, rows: tuple[Row, ...]) -> None:
    """Say what a column adds up to, where it has to be something else."""
    for key, column in entry.columns.items():
        given = [row[key] for row in rows if key in row and isinstance(row[key].value, Decimal)]
        if not isinstance(column, f.Figure) or column.sums_to is None or not given:
            continue
        total, most = sum((Decimal(str(one.value)) for one in given), Decimal(0)), isinstance(column.sums_to, f.UpTo)
        limit = Decimal(str(column.sums_to.at_most if isinstance(column.sums_to, f.UpTo) else column.sums_to))
        if total == limit or (most and total < limit):
            continue
        words = {"column": say(column.label, bound.language), **{
            name: read_out(column, Answer(value, unit=given[0].unit), language=bound.language)
            for name, value in (("sum", total), ("limit", limit))}}
        at_most = _("'%(column)s' adds up to %(sum)s; together it can be %(limit)s at most. Correct a row.", **words)
        bound.wrong(entry.control, at_most if most else _(
            "'%(column)s' adds up to %(sum)s; together it has to be %(limit)s. Correct a row.", **words))


def _asked(entry: Entry) -> Iterator[tuple[str, f.Base]]:
    """The columns that no answer above made pointless."""
    return ((key, column) for key, column in entry.columns.items() if key not in entry.idle_columns)


def _has_text(bound: Bound, cell: Any) -> bool:
    return any(text.strip() for text in bound.texts.getlist(cell.name))


def _read_line(bound: Bound, entry: Entry, line: Line, shared: dict[str, Any]) -> dict[str, Answer]:
    about = {name: figures.read_about(bound, name, control, line=line, asked=any(
        getattr(column, name, False) and (column.required or _has_text(bound, line.cells[key]))
        for key, column in _asked(entry))) for name, control in line.about.items()}
    row: dict[str, Answer] = {}
    heads = dict(zip(entry.columns, entry.heads, strict=True))
    for key, column in _asked(entry):
        cell, head = line.cells[key], heads[key][0]
        value = bound.value(cell, column, line)
        if value is not None:
            beside = _beside(column, about, shared) if isinstance(value, Decimal) else {}
            row[key] = Answer(value, **beside)
            if _owes(bound, entry, key) and not bound.owing.knows(str(value)):
                bound.wrong(cell, _("'%(name)s' is no party that the contract binds. Choose who owes it.",
                                    name=value), line)
            if (words := bound.owing.lists.get((entry.key, key))) and skeleton(str(value)) not in map(skeleton, words):
                bound.wrong(cell, _("'%(name)s' is not in the list. Choose one of: %(words)s.", name=value,
                                    words=", ".join(words)), line)
        elif column.required and not bound.is_wrong(cell):
            bound.wrong(cell, _("%(column)s is missing. Give a value, or remove the row.", column=head), line)
    if isinstance(entry.field, f.Schedule) and "from" in row and "to" in row:
        if row["to"].value < row["from"].value:  # type: ignore[operator]  # both are dates
            bound.wrong(line.cells["to"], _("The end is before the beginning."), line)
    return row


def _beside(column: Any, about: dict[str, str | None], shared: dict[str, Any]) -> dict[str, Any]:
    """What belongs to a number in this column."""
    beside = dict(shared) if isinstance(column, f.Money) else {"unit": column.unit}
    if isinstance(column, f.Money) and column.currency:
        beside["currency"] = column.currency
    return beside | {name: said for name, said in about.items() if getattr(column, name)}
