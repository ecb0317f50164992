"""What a party answered: typed values, their one spelling as text, the figures in them, and how they are said.

Every kind of task is a set of fields here (``fields_of``), so one mechanism serves forms, assessments and canvases.
"""

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal, InvalidOperation, localcontext
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any, NamedTuple, assert_never

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, get_currency_name

from cocreate.domain import countries, units
from workflows import fields as f
from workflows.definition import Task
from workflows.fields import TypedField
from workflows.texts import Text
from workflows.texts import say as text_of

GRADES = ("measured", "calculated", "estimated", "assumed")
PERIODS = ("h", "d", "month", "a", "once", "total")
SCORES = ("s1", "s2", "s3", "s4", "s5")  # keys of an assessment's choices; a key cannot begin with a digit
CANNOT_SAY = "cannot_say"


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
Value = str | Decimal | date | bool | tuple[str, ...] | tuple[Row, ...] | FileAnswer
Answers = Mapping[str, Answer]
NUMBERS = (f.Whole, f.Number, f.Quantity, f.Money, f.Percent)
AnyField = f.Base | f.Computed

# --- what a task asks ------------------------------------------------------------------------------------------------

_SCALE: dict[str, Text] = {
    "s1": {"en": "1, not at all", "de": "1, gar nicht"}, "s2": "2", "s3": "3", "s4": "4",
    "s5": {"en": "5, fully", "de": "5, voll und ganz"}, CANNOT_SAY: {"en": "Cannot say", "de": "Weiß nicht"},
}
_COMMENT: Text = {"en": "Why? Give an example", "de": "Warum? Nennen Sie ein Beispiel"}
_REVIEW: dict[str, TypedField] = {
    "verdict": f.Choice(type="choice", label={"en": "What do you say to it?", "de": "Was sagen Sie dazu?"},
                        of={"fine": {"en": "It is right as it is", "de": "Es stimmt so"},
                            "change": {"en": "Something has to change", "de": "Etwas muss sich ändern"}}),
    "remarks": f.LongText(type="long_text", required=False, label={"en": "Remarks", "de": "Anmerkungen"},
                          help={"en": "Name the place each remark is about.",
                                "de": "Nennen Sie zu jeder Anmerkung die Stelle."}),
}


def fields_of(task: Task) -> dict[str, TypedField]:
    """Everything the task asks, of whatever kind it is, in order."""
    match task.kind:
        case "form" | "document" | "sign":
            return dict(task.fields)
        case "assessment":
            asked: dict[str, TypedField] = {}
            for key, statement in task.statements.items():
                asked[key] = f.Choice(type="choice", label=statement.text, help=statement.help, of=_SCALE)
                asked[f"{key}_comment"] = f.LongText(type="long_text", label=_COMMENT, required=False, most=1000)
            return asked | task.fields
        case "canvas":
            boxes = {key: f.LongText(type="long_text", label=box.title, help=box.help)
                     for key, box in task.boxes.items()}
            return boxes | task.fields
        case "review":
            return _REVIEW | task.fields
        case _:
            assert_never(task.kind)


def may_be_absent(task: Task, key: str) -> bool:
    """Whether "not available" is an answer: a figure may be unknown, an opinion is one's own."""
    return key in task.fields and not isinstance(task.fields[key], f.Computed)


def is_required(field: AnyField) -> bool:
    if isinstance(field, f.Computed) or (isinstance(field, f.Table) and field.least == 0):
        return False
    return field.required


def columns_of(field: f.Table | f.Schedule) -> dict[str, f.Base]:
    """The columns of a row; a schedule has from, to and value."""
    match field:
        case f.Table():
            return dict(field.columns)
        case f.Schedule(currency=currency, per=per, unit=unit):
            money = currency is not None or per is not None
            value: f.Base
            if money:
                value = f.Money(type="money", label=_PHRASES_VALUE, currency=currency, per=per)
            elif unit:
                value = f.Quantity(type="quantity", label=_PHRASES_VALUE, unit=unit)
            else:
                value = f.Number(type="number", label=_PHRASES_VALUE)
            return {"from": f.Date(type="date", label={"en": "From", "de": "Von"}),
                    "to": f.Date(type="date", label={"en": "To", "de": "Bis"}, required=False), "value": value}


_PHRASES_VALUE: Text = {"en": "Value", "de": "Wert"}


def comments(task: Task) -> dict[str, str]:
    """Of an assessment: field of the comment to the statement it is about."""
    return {f"{key}_comment": key for key in task.statements}


def asked_because(task: Task, answers: Answers) -> tuple[str, ...]:
    """Fields that other answers make required: why a statement got 1 or 2."""
    return tuple(comment for comment, key in comments(task).items()
                 if (given := answers.get(key)) and given.value in SCORES[:2])


@dataclass(frozen=True, slots=True)
class Counts:
    """How many fields a version had to answer, how many have a value, and which were not available."""

    fields: int
    given: int
    missing: tuple[str, ...]


def counts(task: Task, answers: Answers) -> Counts:
    asked = _required(task, answers)
    missing = tuple(key for key in asked if key in answers and answers[key].not_available is not None)
    return Counts(len(asked), sum(key in answers for key in asked) - len(missing), missing)


def open_fields(task: Task, answers: Answers) -> tuple[str, ...]:
    """Required fields that have neither a value nor a reason; while there is one, nothing can be submitted."""
    return tuple(key for key in _required(task, answers) if key not in answers)


def _required(task: Task, answers: Answers) -> tuple[str, ...]:
    because = asked_because(task, answers)
    return tuple(key for key, field in fields_of(task).items() if is_required(field) or key in because)


def changed(task: Task, a: Answers, b: Answers) -> tuple[str, ...]:
    """Fields whose answer differs between two versions, in the task's order."""
    return tuple(key for key in fields_of(task) if a.get(key) != b.get(key))


# --- the one spelling ------------------------------------------------------------------------------------------------


def encode(answers: Answers) -> str:
    """Canonical JSON: equal answers are equal bytes, so a SHA-256 of it names a version."""
    plain = {key: _plain(answer) for key, answer in answers.items()}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def decode(text: str, task: Task) -> dict[str, Answer]:
    """The answers that ``encode`` wrote for this task, in the task's order.

    Raises: ValueError for anything else, be it a space; what is stored was written by ``encode``.
    """
    known = fields_of(task)
    data = json.loads(text)
    if not isinstance(data, dict) or data.keys() - known.keys():
        raise ValueError("not answers of this task")
    answers = {key: _answer(field, data[key]) for key, field in known.items() if key in data}
    if encode(answers) != text:
        raise ValueError("answers are not in their one spelling")
    return answers


def spelled(number: Decimal) -> str:
    """Every digit, no exponent, no zeros at the end, no minus before zero."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


_ABOUT = tuple(each.name for each in fields(Answer) if each.name != "value")


def _plain(answer: Answer) -> dict[str, Any]:
    plain = {name: _plain_value(getattr(answer, name)) for name in _ABOUT}
    plain["value"] = _plain_value(answer.value)
    return {name: value for name, value in plain.items() if value is not None}


def _plain_value(value: Any) -> Any:
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case None | bool() | int():
            return value
        case Decimal():
            return spelled(value)
        case date():
            return value.isoformat()
        case FileAnswer():
            return {each.name: _plain_value(getattr(value, each.name)) for each in fields(value)}
        case tuple():
            return [_plain_value(each) for each in value]
        case Mapping():
            return {key: _plain(cell) for key, cell in value.items()}
        case _:
            raise TypeError(f"not a value of an answer: {type(value).__name__}")


def _answer(field: AnyField, data: Any) -> Answer:
    if not isinstance(data, dict) or data.keys() - {*_ABOUT, "value"}:
        raise ValueError("not an answer")
    about = {name: data[name] for name in _ABOUT if name in data}
    if not all(isinstance(given, int if name == "price_year" else str) for name, given in about.items()):
        raise ValueError("not an answer")
    if "by" in about:
        about["by"] = date.fromisoformat(about["by"])
    return Answer(_value(field, data["value"]) if "value" in data else None, **about)


def _value(field: AnyField, data: Any) -> Value:
    match field, data:
        case (f.Choice(), str()) if data not in f.options(field.of):
            raise ValueError(f"{data} is no choice")
        case (f.ShortText() | f.LongText() | f.Choice() | f.Person() | f.Organisation() | f.Country() | f.Place()
              | f.WasteCode(), str()):
            return data
        case (f.Whole() | f.Number() | f.Quantity() | f.Money() | f.Percent(), str()):
            return _decimal(data)
        case (f.Date() | f.Month(), str()):
            return date.fromisoformat(data)
        case f.YesNo(), bool():
            return data
        case f.Choices(), list() if all(key in f.options(field.of) for key in data):
            return tuple(data)
        case f.File(), dict() if data.keys() == {each.name for each in fields(FileAnswer)}:
            return FileAnswer(**data)
        case (f.Table() | f.Schedule()), list():
            return tuple(_row(columns_of(field), row) for row in data)
        case _:
            raise ValueError(f"not a value of a {type(field).__name__}")


def _row(columns: Mapping[str, f.Base], data: Any) -> Row:
    if not isinstance(data, dict) or data.keys() - columns.keys():
        raise ValueError("not a row")
    return {key: _answer(column, data[key]) for key, column in columns.items() if key in data}


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text} is no number") from None
    if not number.is_finite():
        raise ValueError(f"{text} is no number")
    return number


# --- figures ---------------------------------------------------------------------------------------------------------


class FigureValue(NamedTuple):
    """One number of an answer: stage.task.field, in a table also .row.column, rows from 1."""

    path: str
    field: str
    value: Decimal
    unit: str | None
    period: str | None = None
    price_year: int | None = None
    source: str | None = None
    grade: str | None = None


def figures(stage_key: str, task_key: str, task: Task, answers: Answers) -> tuple[FigureValue, ...]:
    """Every number in the answers, also those in tables and schedules."""
    found: list[FigureValue] = []
    cells: list[tuple[str, AnyField, Answer]]
    for key, field in fields_of(task).items():
        if (answer := answers.get(key)) is None or answer.value is None:
            continue
        path = f"{stage_key}.{task_key}.{key}"
        if isinstance(field, f.Table | f.Schedule):
            columns = columns_of(field)
            cells = [(f"{path}.{number}.{name}", columns[name], cell)
                     for number, row in enumerate(rows_of(answer), 1) for name, cell in row.items()]
        else:
            cells = [(path, field, answer)]
        found += [FigureValue(where, key, given.value, unit_of(of, given), given.period, given.price_year,
                              given.source, given.grade)
                  for where, of, given in cells if isinstance(given.value, Decimal)]
    return tuple(found)


def unit_of(field: AnyField, answer: Answer) -> str | None:
    """The unit as a figure writes it; of money the currency, with what one amount is paid for: EUR/t."""
    if isinstance(field, f.Money):
        currency = answer.currency or field.currency or ""
        return f"{currency}/{field.per}" if field.per else currency
    return answer.unit or getattr(field, "unit", None)


def rows_of(answer: Answer) -> tuple[Row, ...]:
    rows = answer.value if isinstance(answer.value, tuple) else ()
    return tuple(row for row in rows if not isinstance(row, str))


def named(path: str, figure_path: str) -> bool:
    """Whether a path of a definition, with or without a column, names this figure."""
    have, want = figure_path.split("."), path.split(".")
    return have[:3] == want[:3] and (len(have) == 3 if len(want) == 3 else have[4:] == want[3:])


# --- computed fields -------------------------------------------------------------------------------------------------

Lookup = Callable[[str], Sequence[FigureValue]]


def compute(field: f.Computed, lookup: Lookup) -> Answer | None:
    """The value of a computed field; None as long as one of its figures is missing or the units do not fit.

    lookup: a path of the definition to the figures it names: one, or one for each row of a table.
    """
    given = [tuple(lookup(path)) for path in field.of]
    if not all(given):
        return None
    try:
        value, unit = _OPERATIONS[field.operation](given)
        return Answer(units.decimal_of(units.exactly(value, unit, field.unit or unit)), unit=field.unit or unit)
    except (ValueError, ZeroDivisionError):
        return None


Worked = tuple[Fraction, str | None]  # rounded once, at the end
Given = Sequence[Sequence[FigureValue]]


def _in(unit: str | None, given: Iterable[FigureValue]) -> list[Fraction]:
    return [units.exactly(Fraction(each.value), each.unit, unit) for each in given]


def _sum(given: Given) -> Worked:
    every = [each for path in given for each in path]
    if not every:
        raise ValueError("nothing to add")
    return sum(_in(every[0].unit, every), Fraction(0)), every[0].unit


def _difference(given: Given) -> Worked:
    """The first less all others."""
    value, unit = _sum(given[:1])
    return value - sum((units.exactly(*_sum([path]), unit) for path in given[1:]), Fraction(0)), unit


def _product(given: Given) -> Worked:
    return reduce(lambda a, b: (a[0] * b[0], units.product(a[1], b[1])), (_sum([path]) for path in given))


def _ratio(given: Given) -> Worked:
    """The first divided by the sum of all others."""
    above, below = _sum(given[:1]), _sum(given[1:])
    return above[0] / below[0], units.ratio(above[1], below[1])


def _share(given: Given) -> Worked:
    """The first as a percentage of all together."""
    (part, unit), (whole, its) = _sum(given[:1]), _sum(given)
    return part * 100 / units.exactly(whole, its, unit), "%"


def _mean(given: Given) -> Worked:
    value, unit = _sum(given)
    return value / sum(map(len, given)), unit


def _least(given: Given) -> Worked:
    unit = given[0][0].unit
    return min(number for path in given for number in _in(unit, path)), unit


def _greatest(given: Given) -> Worked:
    unit = given[0][0].unit
    return max(number for path in given for number in _in(unit, path)), unit


_OPERATIONS: dict[str, Callable[[Given], Worked]] = {
    "sum": _sum, "difference": _difference, "product": _product, "ratio": _ratio, "share": _share, "mean": _mean,
    "least": _least, "greatest": _greatest,
}

# --- in words --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Phrases:
    """What stands around a value, in one language."""

    per: Mapping[str, str]
    per_other: str
    once: str
    total: str
    prices: str
    grades: Mapping[str, str]
    yes: str
    no: str
    absent: str
    comes: str
    grade: str
    source: str
    period: str
    row: str
    times: Mapping[str, tuple[str, str]]


PHRASES = {
    "en": Phrases(
        {"a": "per year", "month": "per month", "d": "per day", "h": "per hour", "t": "per tonne",
         "kg": "per kilogram", "km": "per kilometre"},
        "per {unit}", "once", "in total", "prices of {year}",
        {"measured": "measured", "calculated": "calculated", "estimated": "estimated", "assumed": "assumed"},
        "Yes", "No", "Not available: {reason}", "comes by {date}", "How do you know?", "Source", "Period", "Row",
        {"h": ("hour", "hours"), "d": ("day", "days"), "month": ("month", "months"), "a": ("year", "years")}),
    "de": Phrases(
        {"a": "pro Jahr", "month": "pro Monat", "d": "pro Tag", "h": "pro Stunde", "t": "pro Tonne",
         "kg": "pro Kilogramm", "km": "pro Kilometer"},
        "pro {unit}", "einmalig", "insgesamt", "in Preisen von {year}",
        {"measured": "gemessen", "calculated": "berechnet", "estimated": "geschätzt", "assumed": "angenommen"},
        "Ja", "Nein", "Nicht verfügbar: {reason}", "kommt bis {date}", "Woher bekannt?", "Quelle", "Zeitraum", "Zeile",
        {"h": ("Stunde", "Stunden"), "d": ("Tag", "Tage"), "month": ("Monat", "Monate"), "a": ("Jahr", "Jahre")}),
}


def phrases(language: str) -> Phrases:
    """Those of ``language``; English where there are none."""
    return PHRASES.get(language) or PHRASES.get(language[:2]) or PHRASES["en"]


def say(field: AnyField, answer: Answer, *, language: str = "en", bare: bool = False) -> str:
    """The answer in words: "2,000,000 US dollars per year, prices of 2013, estimated"; of a table see ``rows``.

    bare: as a sentence of a contract uses it, without price year and grade; these stand beside the figure in its annex.
    """
    words = phrases(language)
    if answer.not_available is not None:
        reason = words.absent.format(reason=answer.not_available)
        return f"{reason}; {words.comes.format(date=_day(answer.by, language))}" if answer.by else reason
    match answer.value:
        case Decimal() as number:
            around = () if bare else _around(answer, words)
            return ", ".join(filter(None, (_amount(field, number, answer, language), *around)))
        case bool() as yes:
            return words.yes if yes else words.no
        case date() as day:
            return _month(day, language) if isinstance(field, f.Month) else _day(day, language)
        case FileAnswer(name=name):
            return name
        case str() as text:
            return _named(field, text, language)
        case tuple() as several:
            return ", ".join(_named(field, key, language) for key in several if isinstance(key, str))
        case _:
            return ""


def rows(field: f.Table | f.Schedule, answer: Answer, *, language: str = "en"
         ) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """A table in words: the heads of its columns, and its rows with one text for each.

    Unit, currency and price year stand in the head where the whole column shares them; grade, source and period get
    columns of their own where a row has them.
    """
    columns, given, words = columns_of(field), rows_of(answer), phrases(language)
    shared = {key: _shared(column, [row[key] for row in given if key in row], language)
              for key, column in columns.items()}
    heads = [", ".join(filter(None, (text_of(column.label, language), shared[key])))
             for key, column in columns.items()]
    said = [[_cell(column, row.get(key), shared[key], language) for key, column in columns.items()] for row in given]
    about: tuple[tuple[str, str, Mapping[str, str]], ...] = (
        ("period", words.period, _period_words(words)), ("grade", words.grade, words.grades),
        ("source", words.source, {}))
    for name, head, labels in about:
        found = [_of_row(row, name) for row in given]
        if any(found):
            heads.append(head)
            for cells, each in zip(said, found, strict=True):
                cells.append(labels.get(each, each))
    return tuple(heads), tuple(map(tuple, said))


@dataclass(frozen=True, slots=True)
class Shown:
    """One field's answer as a page reads it out; ``text`` is empty where there is none, or a table instead."""

    key: str
    label: str
    text: str = ""
    absent: bool = False  # not available; ``text`` says why
    source: str = ""
    file: FileAnswer | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[bool, ...] = ()  # of each column: whether its cells are numbers

    @property
    def empty(self) -> bool:
        return not (self.text or self.rows)


@dataclass(frozen=True, slots=True)
class Compared:
    """One field in two versions."""

    before: Shown
    after: Shown
    changed: bool


def shown(task: Task, answers: Answers, *, language: str = "en") -> tuple[Shown, ...]:
    """Every field of the task with its answer in words, in order."""
    return tuple(_shown(key, field, answers.get(key), language) for key, field in fields_of(task).items()
                 if not isinstance(field, f.Computed) or key in answers)


def compared(task: Task, before: Answers, after: Answers, *, language: str = "en") -> tuple[Compared, ...]:
    """Two versions field by field."""
    different = changed(task, before, after)
    return tuple(Compared(a, b, b.key in different) for a, b in zip(
        shown(task, before, language=language), shown(task, after, language=language), strict=True))


def _shown(key: str, field: AnyField, answer: Answer | None, language: str) -> Shown:
    label = text_of(field.label, language)
    if answer is None:
        return Shown(key, label)
    if isinstance(field, f.Table | f.Schedule) and answer.value is not None:
        columns, lines = rows(field, answer, language=language)
        numbers = [isinstance(column, NUMBERS) for column in columns_of(field).values()]
        numbers += [False] * (len(columns) - len(numbers))
        return Shown(key, label, columns=columns, rows=lines, numbers=tuple(numbers))
    return Shown(key, label, say(field, answer, language=language), absent=answer.not_available is not None,
                 source=answer.source or "", file=answer.value if isinstance(answer.value, FileAnswer) else None)


def locale_of(language: str) -> Locale:
    """The locale of a language; English dates put the day first."""
    try:
        return Locale.parse("en_GB" if language == "en" else language, sep="-" if "-" in language else "_")
    except (ValueError, UnknownLocaleError):
        return Locale.parse("en_GB")


def number_text(number: Decimal, language: str, *, money: bool = False) -> str:
    """All digits of a number, in groups; an amount that is not whole has at least two."""
    whole = number == number.to_integral_value()
    pattern = "#,##0.00##########" if money and not whole else "#,##0.############"
    with localcontext(prec=len(number.as_tuple().digits) + abs(number.adjusted()) + 20):  # babel rounds to 12 decimals
        return str(format_decimal(number, pattern, locale_of(language), decimal_quantization=False))


def _amount(field: AnyField, number: Decimal, answer: Answer, language: str) -> str:
    words = phrases(language)
    if not isinstance(field, f.Money):
        return " ".join(filter(None, (number_text(number, language), _unit(number, unit_of(field, answer), words),
                                      _period_words(words).get(answer.period or ""))))
    currency = answer.currency or field.currency or ""
    name = get_currency_name(currency, count=number, locale=locale_of(language)) if currency else ""
    per = _per(field.per, words) if field.per else ""
    return " ".join(filter(None, (number_text(number, language, money=True), name, per,
                                  _period_words(words).get(answer.period or ""))))


def _unit(number: Decimal, unit: str | None, words: Phrases) -> str | None:
    """A span of time as a word, since "within 12 d" is no sentence; every other unit as it is written."""
    one, many = words.times.get(unit or "", (unit, unit))
    return one if number == 1 else many


def _around(answer: Answer, words: Phrases) -> tuple[str, str]:
    return (words.prices.format(year=answer.price_year) if answer.price_year else "",
            words.grades[answer.grade] if answer.grade else "")


def _per(unit: str, words: Phrases) -> str:
    return words.per.get(unit) or words.per_other.format(unit=unit)


def _period_words(words: Phrases) -> dict[str, str]:
    return {**{key: words.per[key] for key in ("h", "d", "month", "a")}, "once": words.once, "total": words.total}


@lru_cache(maxsize=16)
def period_choices(language: str) -> tuple[tuple[str, str], ...]:
    """(period, words) in the order in which a form offers them."""
    said = _period_words(phrases(language))
    return tuple((key, said[key]) for key in PERIODS)


def _named(field: AnyField, text: str, language: str) -> str:
    match field:
        case f.Choice() | f.Choices():
            return text_of(f.options(field.of).get(text, text), language)
        case f.Country():
            return countries.name(text, language)
        case _:
            return text


def _day(day: date, language: str) -> str:
    return format_date(day, "long", locale_of(language))


def _month(day: date, language: str) -> str:
    return format_skeleton("yMMMM", day, locale=locale_of(language))


def _shared(column: AnyField, cells: Sequence[Answer], language: str) -> str:
    """What all cells of a column have in common, for its head: "EUR per year, prices of 2026"."""
    words = phrases(language)
    if isinstance(column, f.Money):
        common = {(cell.currency, cell.price_year) for cell in cells if cell.value is not None}
        if len(common) != 1:
            return _per(column.per, words) if column.per else ""
        currency, year = common.pop()
        money = " ".join(filter(None, (currency, _per(column.per, words) if column.per else "")))
        return ", ".join(filter(None, (money, words.prices.format(year=year) if year else "")))
    return getattr(column, "unit", None) or ""


def _cell(column: AnyField, cell: Answer | None, shared: str, language: str) -> str:
    if cell is None:
        return ""
    if not isinstance(cell.value, Decimal):
        return say(column, cell, language=language)
    if isinstance(column, f.Money) and cell.currency and cell.currency not in shared:
        year = phrases(language).prices.format(year=cell.price_year) if cell.price_year else ""
        return ", ".join(filter(None, (f"{number_text(cell.value, language, money=True)} {cell.currency}", year)))
    return number_text(cell.value, language, money=isinstance(column, f.Money))


def _of_row(row: Row, name: str) -> str:
    return next((given for cell in row.values() if (given := getattr(cell, name))), "")


def with_files(answers: Answers, documents: Mapping[str, tuple[int, int]]) -> dict[str, Answer]:
    """The answers once the project has their files: field to (document, version)."""
    return {key: replace(answer, value=replace(answer.value, document=documents[key][0], version=documents[key][1]))
            if key in documents and isinstance(answer.value, FileAnswer) else answer
            for key, answer in answers.items()}
