"""Answers in words, in their reader's language: one by one, as tables, and two versions side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal, localcontext
from functools import cache, lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, get_currency_name

from cocreate.domain import countries, ours
from cocreate.domain.answers import NUMBERS, PERIODS, Answer, Answers, AnyField, FileAnswer, Kept, Row, Tally, rows_of
from cocreate.domain.asking import FEW, SCORES, as_asked, changed, columns_of, fields_of, idle
from cocreate.domain.figures import unit_of
from cocreate.domain.unbroken import unbroken
from cocreate.domain.units import ENDLESS, is_money
from workflows import fields as f
from workflows.definition import Task
from workflows.facts import FigureFact
from workflows.texts import say as text_of


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
    mean: str
    one_person: str
    people: str


def N_(text: str) -> str:
    """Marks what is translated later."""
    return text


_ENGLISH = Phrases(
    {"a": N_("per year"), "month": N_("per month"), "d": N_("per day"), "h": N_("per hour"), "t": N_("per tonne"),
     "kg": N_("per kilogram"), "km": N_("per kilometre")},
    N_("per {unit}"), N_("once"), N_("in total"), N_("prices of {year}"),
    {"measured": N_("measured"), "calculated": N_("calculated"), "estimated": N_("estimated"),
     "assumed": N_("assumed")},
    N_("Yes"), N_("No"), N_("Not available: {reason}"), N_("comes by {date}"), N_("How do you know?"), N_("Source"),
    N_("Period"), N_("Row"),
    {"h": (N_("hour"), N_("hours")), "d": (N_("day"), N_("days")), "month": (N_("month"), N_("months")),
     "a": (N_("year"), N_("years"))}, N_("{mean} on average"), N_("one person"), N_("{number} people"))


def translate_by(translate: Callable[[str, str], str]) -> None:
    """Let what stands in and around answers be said by ``translate(language, text)``."""
    ours.translate_by(translate)
    phrases.cache_clear()


@cache
def phrases(language: str) -> Phrases:
    """The English ones as the catalogue of ``language`` has them."""
    return Phrases(*(_translated(language, getattr(_ENGLISH, one.name)) for one in fields(Phrases)))


def _translated(language: str, said: Any) -> Any:
    match said:
        case str():
            return ours.translate(language, said)
        case tuple():
            return tuple(_translated(language, one) for one in said)
    return {name: _translated(language, one) for name, one in said.items()}


def say(field: AnyField, answer: Answer, *, language: str = "en", bare: bool = False) -> str:
    """The answer in words: "2,000,000 US dollars per year, prices of 2013, estimated"; of a table see ``rows``.

    bare: as a sentence of a contract uses it, without price year and grade; these stand beside the figure in its annex.
    """
    words = phrases(language)
    if answer.not_available is not None:
        reason = words.absent.format(reason=answer.not_available)
        return f"{reason}; {words.comes.format(date=day_text(answer.by, language))}" if answer.by else reason
    match answer.value:
        case Kept() as instead:
            return instead
        case Decimal() as number:
            around = () if bare else _around(answer, words)
            return ", ".join(filter(None, (_amount(field, number, answer, language), *around)))
        case bool() as yes:
            return words.yes if yes else words.no
        case date() as day:
            return _month(day, language) if isinstance(field, f.Month) else day_text(day, language)
        case FileAnswer(name=name):
            return name
        case str() as text:
            return _named(field, text, language)
        case Tally() as tally:
            return spread(field, tally, language=language)
        case tuple() as several:
            return ", ".join(_named(field, key, language) for key in several if isinstance(key, str))
        case _:
            return ""


def read_out(field: AnyField, answer: Answer, *, language: str) -> str:
    """The same as a page says it: its days and amounts stay on one line. What people wrote is as they wrote it."""
    said = say(field, answer, language=language)
    return said if isinstance(answer.value, str) else unbroken(said)


def spread(field: AnyField, tally: Tally, *, language: str = "en") -> str:
    """How the people of a party answered: "3.67 on average (3 people): 1 × 2, 2 × 4"; of two only the mean, so that
    nobody is named by it.
    """
    words, people = phrases(language), tally.people
    of = words.one_person if people == 1 else words.people.format(number=people)
    if tally.mean is None or people == 1:
        return f"{_named(field, tally.counts[0][0], language)} ({of})"
    mean = f"{words.mean.format(mean=number_text(tally.mean, language))} ({of})"
    if people < FEW:
        return mean
    labels = ((number, answer[1:] if answer in SCORES else _named(field, answer, language))
              for answer, number in tally.counts)
    return f"{mean}: {', '.join(f'{number} × {label}' for number, label in labels)}"


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
    """Every field of the task with its answer in words, in order; without what an answer made pointless."""
    pointless = idle(task, answers)
    return tuple(_shown(key, as_asked(task, key, answers), answers.get(key), language)
                 for key, field in fields_of(task).items()
                 if key in answers or not (isinstance(field, f.Computed) or key in pointless))


def compared(task: Task, before: Answers, after: Answers, *, language: str = "en") -> tuple[Compared, ...]:
    """Two versions field by field."""
    different = changed(task, before, after)
    old, new = ({one.key: one for one in shown(task, given, language=language)} for given in (before, after))
    nothing = {key: Shown(key, one.label) for key, one in (new | old).items()}
    return tuple(Compared(old.get(key, nothing[key]), new.get(key, nothing[key]), key in different)
                 for key in fields_of(task) if key in nothing)


def _shown(key: str, field: AnyField, answer: Answer | None, language: str) -> Shown:
    label = text_of(field.label, language)
    if answer is None:
        return Shown(key, label)
    if isinstance(field, f.Table | f.Schedule) and answer.value is not None:
        columns, lines = rows(field, answer, language=language)
        numbers = [isinstance(column, NUMBERS) for column in columns_of(field).values()]
        numbers += [False] * (len(columns) - len(numbers))
        lines = tuple(tuple(unbroken(cell) if is_number else cell for cell, is_number in zip(row, numbers, strict=True))
                      for row in lines)
        return Shown(key, label, columns=columns, rows=lines, numbers=tuple(numbers))
    return Shown(key, label, read_out(field, answer, language=language), absent=answer.not_available is not None,
                 source=answer.source or "", file=answer.value if isinstance(answer.value, FileAnswer) else None)


def locale_of(language: str) -> Locale:
    """The locale of a language; English dates put the day first."""
    try:
        return Locale.parse("en_GB" if language == "en" else language, sep="-" if "-" in language else "_")
    except (ValueError, UnknownLocaleError):
        return Locale.parse("en_GB")


def amount_text(number: Decimal, unit: str | None, language: str) -> str:
    """A number without its unit: money has its cents, on every page, in every mail and on paper."""
    return number_text(number, language, money=is_money(unit))


def number_text(number: Decimal, language: str, *, money: bool = False) -> str:
    """All digits of a number, in groups; an amount that is not whole has at least two. Of a quotient that does not end
    about five, as nobody means the others.
    """
    if len(number.as_tuple().digits) == ENDLESS and -ENDLESS < number.adjusted() < ENDLESS // 2:
        number = round(number, max(4, 4 - number.adjusted()))
    whole = number == number.to_integral_value()
    pattern = "#,##0.00##########" if money and not whole else "#,##0.############"
    with localcontext(prec=len(number.as_tuple().digits) + abs(number.adjusted()) + 20):  # babel rounds to 12 decimals
        return str(format_decimal(number, pattern, locale_of(language), decimal_quantization=False))


FIRST_YEAR, LAST_YEAR = 1900, 2200


def is_year(field: AnyField) -> bool:
    """Whether a whole number is the name of a year rather than how many of something there are."""
    return (isinstance(field, f.Whole) and field.unit is None and field.min is not None and field.max is not None
            and field.min >= FIRST_YEAR and field.max <= LAST_YEAR)


def figure_text(field: AnyField, number: Decimal, language: str) -> str:
    """The number of a field without its unit: a year is written without groups, money with its cents."""
    if is_year(field) and number == number.to_integral_value():
        return str(int(number))
    return number_text(number, language, money=isinstance(field, f.Money))


def with_unit(number: Decimal, unit: str | None, language: str) -> str:
    """Such as "13 t/h", "12 years"."""
    return " ".join(filter(None, (amount_text(number, unit, language), _unit(number, unit, phrases(language)))))


def figure_words(figure: FigureFact, language: str) -> str:
    """A value with all that makes it another one: "13 t/h per year, prices of 2026"."""
    words = phrases(language)
    value = " ".join(filter(None, (with_unit(figure.value, figure.unit, language),
                                   _period_words(words).get(figure.period or ""))))
    return f"{value}, {words.prices.format(year=figure.price_year)}" if figure.price_year else value


def unit_word(unit: str | None, language: str) -> str:
    """A unit beside a number that is not there yet: "years" for a, every other as it is written."""
    return phrases(language).times.get(unit or "", ("", unit or ""))[1]


def _amount(field: AnyField, number: Decimal, answer: Answer, language: str) -> str:
    words = phrases(language)
    if not isinstance(field, f.Money):
        unit = unit_of(field, answer)
        said = with_unit(number, unit, language) if unit else figure_text(field, number, language)
        return " ".join(filter(None, (said, _period_words(words).get(answer.period or ""))))
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


def day_text(day: date, language: str) -> str:
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
    return unit_word(getattr(column, "unit", None), language)


def _cell(column: AnyField, cell: Answer | None, shared: str, language: str) -> str:
    if cell is None:
        return ""
    if not isinstance(cell.value, Decimal):
        return say(column, cell, language=language)
    if isinstance(column, f.Money) and cell.currency and cell.currency not in shared:
        year = phrases(language).prices.format(year=cell.price_year) if cell.price_year else ""
        return ", ".join(filter(None, (f"{number_text(cell.value, language, money=True)} {cell.currency}", year)))
    return figure_text(column, cell.value, language)


def _of_row(row: Row, name: str) -> str:
    return next((given for cell in row.values() if (given := getattr(cell, name))), "")
