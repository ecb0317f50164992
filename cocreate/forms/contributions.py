"""The form of a task: made from what the task asks, it turns what somebody typed into answers.

Texts are kept exactly as typed, readable or not. Reading never fails: what cannot be read is an error that
``validate`` shows at its input, all of them in one go.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as item
from datetime import date
from decimal import Decimal
from functools import cached_property, partial
from typing import Any, NamedTuple

from babel.numbers import get_decimal_symbol, get_group_symbol
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import (
    BooleanField,
    Field,
    FileField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.form import BaseForm
from wtforms.widgets import CheckboxInput, ListWidget

from cocreate.domain import answers as given
from cocreate.domain import countries
from cocreate.domain.answers import Answer, Answers, FileAnswer, Value
from cocreate.errors import Invalid
from workflows import fields as f
from workflows.definition import Task
from workflows.texts import say

LARGEST_DRAFT = 1_000_000  # characters of all texts together
IN_A_GROUP = 6
RADIOS = 6  # up to so many choices are shown at once
SIDE_BY_SIDE = 3  # up to so many, beside another field
SPARE_ROWS = 50  # kept above a table's most, so that nothing is lost before the error says so
REASON = 3  # characters
FILES = ".pdf,.png,.jpg,.jpeg,.webp,.csv,.xlsx,.ods,.odt,.docx,.txt"

Typed = dict[str, list[str]]


class Unreadable(ValueError):
    """A text that is no value of its field; the message says what to do."""


# --- texts -----------------------------------------------------------------------------------------------------------

_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LOST = dict.fromkeys([0, *range(0xD800, 0xE000)], "\ufffd")  # cannot be stored, or not be sent


def storable(text: str) -> str:
    """The text as typed; what no database or page can carry shows as the replacement character."""
    return text.translate(_LOST)


def read_text(text: str, *, most: int, lines: bool = False) -> str | None:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    hidden = {char for char in text if char in _REORDERING or char == "\ufffd" or (
        unicodedata.category(char) in ("Cc", "Cs", "Cn", "Co") and not (lines and char in "\n\t"))}
    if hidden:
        raise Unreadable(_("This text has characters that nobody can see or that change the order of others. "
                           "Type it again instead of pasting it."))
    if len(text) > most:
        raise Unreadable(_("Too long: %(have)d of %(most)d characters.", have=len(text), most=most))
    return text or None


# --- numbers and dates -----------------------------------------------------------------------------------------------

_SPACES = re.compile(r"[\s'’\u00a0\u202f\u2009]")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_DIGITS = (18, 12)  # before and after the decimal sign


def read_number(text: str, language: str, *, unit: str = "") -> Decimal | None:
    """A number in the reader's spelling or a plain one: "1.234,5" in German, "1,234.5" in English, "1 234.5".

    Raises: Unreadable, also where one sign could mean thousands or decimals and the reader's language does not tell.
    """
    plain = "".join(_ascii_digit(char) for char in text.strip().removesuffix(unit).strip())
    plain = plain.replace("\u2212", "-").removeprefix("+")
    if not plain:
        return None
    sign, body = ("-", plain[1:].lstrip()) if plain.startswith("-") else ("", plain)
    groups = _SPACES.split(body)
    if len(groups) > 1 and not _spaced(groups):
        raise Unreadable(_not_a_number(language))
    whole, decimals = _split("".join(groups), language, spaced=len(groups) > 1)
    if len(whole.lstrip("0")) > _DIGITS[0] or len(decimals) > _DIGITS[1]:
        raise Unreadable(_("Too many digits: at most %(before)d before and %(after)d after the decimal sign.",
                           before=_DIGITS[0], after=_DIGITS[1]))
    return Decimal(given.spelled(Decimal(f"{sign}{whole or '0'}.{decimals or '0'}")))


def typeable(number: Decimal, language: str) -> str:
    """The number as its reader would type it: ``read_number`` of it is the number."""
    whole, _point, decimals = given.spelled(number).partition(".")
    if not decimals:
        return given.number_text(number, language)
    decimals = decimals + "0" if len(decimals) == 3 else decimals
    return f"{whole}{get_decimal_symbol(given.locale_of(language))}{decimals}"


def _split(body: str, language: str, *, spaced: bool) -> tuple[str, str]:
    """Digits before and after the decimal sign."""
    signs = [char for char in body if char in ".,"]
    if not re.fullmatch(r"\d*(?:[.,]\d+)*", body) or not body:
        raise Unreadable(_not_a_number(language))
    if not signs:
        return body, ""
    last = body.rindex(signs[-1])
    whole, decimals = body[:last], body[last + 1:]
    if spaced and len(signs) == 1:
        return whole, decimals
    if len(set(signs)) == 2 and signs.count(signs[-1]) == 1 and _GROUPED.fullmatch(whole):
        return re.sub(r"[.,]", "", whole), decimals
    if len(set(signs)) == 1 and len(signs) > 1 and _GROUPED.fullmatch(body):
        return re.sub(r"[.,]", "", body), ""
    if len(signs) > 1:
        raise Unreadable(_not_a_number(language))
    if len(decimals) != 3 or not _GROUPED.fullmatch(body) or whole.startswith("0"):
        return whole, decimals
    if signs[0] == get_group_symbol(given.locale_of(language)):
        return whole + decimals, ""
    raise Unreadable(_("Read as %(large)s or as %(small)s? Write %(plain_large)s or %(plain_small)s.",
                       large=given.number_text(Decimal(whole + decimals), language),
                       small=given.number_text(Decimal(f"{whole}.{decimals}"), language),
                       plain_large=whole + decimals, plain_small=body + "0"))


def _spaced(groups: list[str]) -> bool:
    """Whether spaces stand only between thousands: 1 234 567.8."""
    first, *rest = groups
    *middle, last = rest
    return (re.fullmatch(r"\d{1,3}", first) is not None and all(re.fullmatch(r"\d{3}", each) for each in middle)
            and re.fullmatch(r"\d{3}(?:[.,]\d+)?", last) is not None)


def _ascii_digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if unicodedata.category(char) == "Nd" else char


def _not_a_number(language: str) -> str:
    example = given.number_text(Decimal("1234.5"), language)
    return _("This is not a number we can read. Write it like %(example)s.", example=example)


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_MONTHS = (re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})"), re.compile(r"(?P<m>\d{1,2})[./](?P<y>\d{4})"))


def read_date(text: str) -> date | None:
    if not (text := text.strip()):
        return None
    parts = _ISO.fullmatch(text)
    dotted = _DOTTED.fullmatch(text)
    numbers = parts.groups() if parts else dotted.groups()[::-1] if dotted else ()
    return _day(tuple(map(int, numbers)), _("Write the date as year-month-day, for example 2026-02-07."))


def read_month(text: str) -> date | None:
    if not (text := text.strip()):
        return None
    parts = next((found for each in _MONTHS if (found := each.fullmatch(text))), None)
    return _day((int(parts["y"]), int(parts["m"]), 1) if parts else (),
                _("Write the month as year-month, for example 2026-02."))


def _day(parts: tuple[int, ...], otherwise: str) -> date:
    try:
        year, month, day = parts
        if not 1900 <= year <= 2200:
            raise Unreadable(otherwise)
        return date(year, month, day)
    except ValueError:
        raise Unreadable(otherwise) from None


def read_year(text: str) -> int | None:
    if not (text := text.strip()):
        return None
    if not re.fullmatch(r"(19|20)[0-9]{2}", text):
        raise Unreadable(_("Write the price year with four digits, for example 2025."))
    return int(text)


# --- values of fields ------------------------------------------------------------------------------------------------


def read_value(field: given.AnyField, texts: list[str], language: str) -> Value | None:
    """What these texts mean for this field; None for nothing typed.

    Raises: Unreadable.
    """
    text = texts[0] if texts else ""
    match field:
        case f.ShortText(most=most) | f.LongText(most=most):
            return read_text(text, most=most, lines=isinstance(field, f.LongText))
        case f.Person() | f.Organisation() | f.Place():
            return read_text(text, most=200)
        case f.Whole() | f.Number() | f.Quantity() | f.Money() | f.Percent():
            return _within(field, read_number(text, language, unit=unit_words(field, language)), language)
        case f.Date() | f.Month() | f.WasteCode():
            return {"date": read_date, "month": read_month, "waste_code": _waste_code}[field.type](text)
        case f.Country():
            return _country(text, language)
        case f.YesNo():
            return {"": None, "yes": True, "no": False}[_chosen(text, ("yes", "no"))]
        case f.Choice(of=of):
            return _chosen(text, f.options(of)) or None
        case f.Choices(of=of):
            ticked = {_chosen(each, f.options(of)) for each in texts}
            return tuple(key for key in f.options(of) if key in ticked) or None
        case _:
            return None


def _chosen(text: str, of: Collection[str]) -> str:
    if text and text not in of:
        raise Unreadable(_("Choose one of the list."))
    return text


def _within(field: f.Figure, number: Decimal | None, language: str) -> Decimal | None:
    if number is None:
        return None
    if isinstance(field, f.Whole) and number != number.to_integral_value():
        raise Unreadable(_("Give a whole number."))
    unit = unit_words(field, language)
    least, most = (None if limit is None else Decimal(str(limit)) for limit in (field.min, field.max))
    least_words, most_words = (
        "" if limit is None else f"{given.number_text(limit, language)} {unit}".strip() for limit in (least, most))
    if (least is None or number >= least) and (most is None or number <= most):
        return number
    if least is not None and most is not None:
        raise Unreadable(_("It must be between %(least)s and %(most)s.", least=least_words, most=most_words))
    raise Unreadable(_("It must be %(least)s or more.", least=least_words) if least is not None
                     else _("It must be %(most)s or less.", most=most_words))


def _country(text: str, language: str) -> str | None:
    if not (text := text.strip()):
        return None
    if (code := countries.country_of(text, language)) is None:
        raise Unreadable(_("This is not the name of a country. Choose one of the list."))
    return code


_WASTE_CODE = re.compile(r"(\d{2})\s?(\d{2})\s?(\d{2})\s?(\*?)", re.ASCII)


def _waste_code(text: str) -> str | None:
    if not (text := text.strip()):
        return None
    if (parts := _WASTE_CODE.fullmatch(text)) is None:
        raise Unreadable(_("Write the code with six digits, and an asterisk if hazardous, for example 10 01 05."))
    return f"{parts[1]} {parts[2]} {parts[3]}{parts[4]}"


def unit_words(field: given.AnyField, language: str) -> str:
    """What stands in the box at the end of a number: "t/a", "EUR per year"."""
    if isinstance(field, f.Money):
        words = given.phrases(language)
        per = words.per.get(field.per, words.per_other.format(unit=field.per)) if field.per else ""
        return " ".join(filter(None, (field.currency, per)))
    return getattr(field, "unit", None) or ""


# --- inputs ----------------------------------------------------------------------------------------------------------


class _Texts(dict[str, list[str]]):
    """Typed texts as WTForms reads them."""

    def getlist(self, name: str) -> list[str]:
        return self.get(name, [])


class _Control(NamedTuple):
    """An input that is not bound to a form yet."""

    name: str
    make: Any


def _text(name: str, label: str, **attributes: Any) -> _Control:
    return _Control(name, StringField(label, render_kw={"autocomplete": "off", **attributes}))


def _select(name: str, label: str, choices: Any, *, blank: str | None = None, **attributes: Any) -> _Control:
    options = [("", blank), *choices] if blank is not None else list(choices)
    return _Control(name, SelectField(label, choices=_offered(options), validate_choice=False,
                                      render_kw=attributes or None))


def _part(make: Callable[..., _Control], name: str, label: str, of: str, *args: Any, **kwargs: Any) -> _Control:
    """An input beside another one; wherever it is named alone, it is named with that one."""
    return make(name, label, *args, **kwargs, **{"aria-label": f"{of}, {label}"})


def _offered(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


class _Ticks(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


_PICKED = {"date": re.compile(r"\d{4}-\d\d-\d\d"), "month": re.compile(r"\d{4}-\d\d")}


def _calendar(name: str, label: str, kind: str, typed: str, **attributes: Any) -> _Control:
    """The browser's own calendar, unless it would hide what was typed."""
    shown = kind if not typed or _PICKED[kind].fullmatch(typed) else "text"
    return _text(name, label, type=shown, **attributes)


def _input(field: f.Base, name: str, label: str, typed: str, language: str, *, cell: bool = False) -> _Control:
    """The main input of a field; in a table cell it is small and named by ``label`` alone."""
    named: dict[str, Any] = {"aria-label": label} if cell else {}
    match field:
        case f.LongText() if not cell:
            return _Control(name, TextAreaField(label, render_kw={"rows": 4}))
        case f.ShortText() | f.LongText() | f.Person() | f.Organisation() | f.Place() | f.WasteCode():
            return _text(name, label, **named)
        case f.Whole() | f.Number() | f.Quantity() | f.Money() | f.Percent():
            return _text(name, label, inputmode="numeric" if isinstance(field, f.Whole) else "decimal", **named)
        case f.Date() | f.Month():
            return _calendar(name, label, field.type, typed, **named)
        case f.Country() if cell:
            return _text(name, label, list="countries", **named)
        case f.Country():
            return _select(name, label, countries.choices(language), blank=_("Choose"))
        case f.Choices(of=of):
            return _Control(name, _Ticks(label, choices=_offered(_options(of, language)), validate_choice=False))
        case f.File():
            return _Control(name, FileField(label, render_kw={"accept": FILES}))
        case f.YesNo() | f.Choice():
            return _choice(field, name, label, language, named)
        case _:
            raise TypeError(f"no input for a {type(field).__name__}")


def _choice(field: f.YesNo | f.Choice, name: str, label: str, language: str, named: dict[str, Any]) -> _Control:
    if isinstance(field, f.YesNo):
        words = given.phrases(language)
        options = [("yes", words.yes), ("no", words.no)]
    else:
        options = _options(field.of, language)
    if named or len(options) > RADIOS:
        return _select(name, label, options, blank="–" if named else _("Choose"), **named)
    if not field.required:
        options = [*options, ("", _("No answer"))]
    return _Control(name, RadioField(label, choices=_offered(options), validate_choice=False))


def _options(of: f.Options, language: str) -> list[tuple[str, str]]:
    return [(key, say(text, language)) for key, text in f.options(of).items()]


# --- what a page draws -----------------------------------------------------------------------------------------------


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
    read_back: str = ""


@dataclass
class Line:
    """One row of a table: its place, its inputs by column, then period, grade and source where a column asks."""

    index: str
    number: str  # from 1; "__number__" in the row that a page copies
    cells: dict[str, Any]
    about: dict[str, Any]
    errors: list[tuple[Any, str]] = item(default_factory=list)


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
    drop: Any = None
    file: FileAnswer | None = None
    marked: str | None = None  # the reason, if the field was marked when the task was returned
    columns: dict[str, f.Base] = item(default_factory=dict)
    heads: list[tuple[str, str, bool]] = item(default_factory=list)  # (words, unit, whether numbers)
    about_heads: dict[str, str] = item(default_factory=dict)
    lines: list[Line] = item(default_factory=list)
    blank: Line | None = None
    next: int = 0
    read_back: str = ""

    @property
    def is_absent(self) -> bool:
        return self.absent is not None and bool(self.absent.data)

    @property
    def sure(self) -> list[Any]:
        """The inputs of the fold "How sure is this?"."""
        return [each for each in (self.grade, self.source) if each is not None]

    @property
    def sure_open(self) -> bool:
        asked = self.field.grade or self.field.source
        return asked or any(each.data or each.errors for each in self.sure)

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
        yield from filter(_there, (*after, self.period, self.grade, self.source, self.drop, self.absent, self.why,
                                   self.by))


def _there(control: Any) -> bool:
    return control is not None


@dataclass
class Group:
    """A sheet of at most six fields. ``title`` may be empty; a table has a sheet of its own."""

    title: str
    entries: list[Entry]


# --- the form --------------------------------------------------------------------------------------------------------

_CELL = re.compile(r"f-([a-z][a-z0-9_]*)-([0-9]{1,4})-[a-z_][a-z0-9_]*")


class ContributionForm:
    """One task's form with what was typed in it.

    typed: input name to texts, from a request or a draft. files: field to the file the draft has, as FileAnswer or
    its fields. uploads: the request's files by input name. currency: chosen where nobody has chosen one yet.
    marked: field to the reason for which it was returned, or "". computed: values of computed fields.
    """

    def __init__(
        self, task: Task, *, language: str = "en", typed: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None, uploads: Mapping[str, Any] | None = None, currency: str = "",
        marked: Mapping[str, str] | None = None, computed: Mapping[str, Answer] | None = None,
        published: Mapping[str, str] | None = None,
    ) -> None:
        self.task, self.language, self.currency = task, language, currency
        self.fields = given.fields_of(task)
        self.form_errors: list[str] = []
        self._marked, self._computed, self._uploads = marked or {}, computed or {}, uploads or {}
        self._published = published or {}  # what a published case has for a field, in place of the template's example
        self._texts = _Texts({name: [storable(text) for text in texts] for name, texts in _lists(typed or {}).items()})
        self.rearranged = self._rearrange()
        self._files = {key: _file(each) for key, each in (files or {}).items()
                       if isinstance(self.fields.get(key), f.File) and f"f-{key}-drop" not in self._texts}
        self._base = BaseForm({})
        self._names: list[str] = []
        self._found: list[tuple[str, Any, str, Line | None]] = []  # field, input, message, row of a table
        self.entries = [self._entry(key, field) for key, field in self.fields.items()]
        self._answers = {entry.key: answer for entry in self.entries if (answer := self._read(entry)) is not None}
        for entry in self.entries:
            entry.read_back = self._read_back(entry)
            if entry.control is not None:
                entry.control.read_back = entry.read_back

    # what was typed

    def typed(self) -> Typed:
        """What to keep as the draft: the texts of this form's inputs and no others.

        Raises: Invalid if it is more than a draft holds.
        """
        several = {entry.control.name for entry in self.entries if isinstance(entry.control, _Ticks)}
        kept = {name: texts if name in several else texts[:1] for name in self._names
                if (texts := self._texts.get(name)) is not None}
        if sum(len(name) + sum(map(len, texts)) for name, texts in kept.items()) > LARGEST_DRAFT:
            raise Invalid("contribution.too_long", most=LARGEST_DRAFT)
        return kept

    @property
    def uploaded(self) -> dict[str, Any]:
        """Field to the file that came with this request; store them, then make the form again with ``files``."""
        return {key: upload for key, field in self.fields.items() if isinstance(field, f.File)
                and (upload := self._uploads.get(f"f-{key}")) is not None and upload.filename}

    @property
    def files(self) -> dict[str, FileAnswer]:
        """Field to the file the draft keeps; one ticked for removal is gone."""
        return dict(self._files)

    # what it means

    def answers(self) -> dict[str, Answer]:
        """Everything that could be read; complete and right only after ``validate`` said so."""
        return dict(self._answers)

    def validate(self) -> bool:
        """Whether it can be submitted; if not, every input has its errors."""
        failed = {key for key, *_rest in self._found}
        for entry in self.entries:
            if entry.key in self.open and entry.key not in failed:
                self._found.append((entry.key, entry.control, self._missing(entry), None))
        for _key, control, message, line in self._found:
            control.errors = [*control.errors, message]
            if line is not None:
                line.errors.append((control, message))
        self._found.clear()
        return not any(control.errors for control in self)

    @cached_property
    def open(self) -> tuple[str, ...]:
        """Required fields that have neither a value that can be read nor a reason."""
        return given.open_fields(self.task, self._answers)

    @property
    def open_sentence(self) -> str:
        """For the bar: "2 fields are open: Mass per year, Cost."; empty when nothing is."""
        if not self.open:
            return ""
        names = ", ".join(say(self.fields[key].label, self.language) for key in self.open)
        return ngettext("One field is open: %(names)s.", "%(num)d fields are open: %(names)s.", len(self.open),
                        names=names)

    # for pages

    def __iter__(self) -> Iterator[Any]:
        return (control for group in self.groups for entry in group.entries for control in entry.inputs)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    @cached_property
    def groups(self) -> list[Group]:
        """Marked fields first, then groups as the template names them, six at most; tables alone."""
        marked = [entry for entry in self.entries if entry.marked is not None]
        groups = [Group(_("Marked for you to look at"), marked)] if marked else []
        last: object = None
        for entry in self.entries:
            if entry.marked is not None:
                continue
            title = say(entry.field.group, self.language) if entry.field.group else ""
            alone = entry.kind == "table"
            of = (title, entry.key if alone else "")
            if of != last or len(groups[-1].entries) == IN_A_GROUP:
                groups.append(Group(title or (entry.label if alone else ""), []))
            groups[-1].entries.append(entry)
            last = of
        return groups

    @property
    def names_countries(self) -> tuple[tuple[str, str], ...]:
        """Countries for the cells of tables, where there are such cells."""
        asked = any(isinstance(column, f.Country) for entry in self.entries for column in entry.columns.values())
        return countries.choices(self.language) if asked else ()

    # making inputs

    def _rearrange(self) -> bool:
        """Add or remove the row for which a button without JavaScript asked."""
        add, remove = (self._texts.pop(name, [""])[0] for name in ("add-row", "remove-row"))
        if isinstance(self.fields.get(add), f.Table | f.Schedule):
            following = [*self._indexes(add), *(["0"] if not self._indexes(add) else [])]
            first = next(iter(given.columns_of(self.fields[add])))  # type: ignore[arg-type]
            for index in following:
                self._texts.setdefault(f"f-{add}-{index}-{first}", [""])
            self._texts[f"f-{add}-{int(following[-1]) + 1}-{first}"] = [""]
        elif remove:
            for name in [name for name in self._texts if name.startswith(f"f-{remove}-")]:
                if _CELL.fullmatch(name) and name.rsplit("-", 1)[0] == f"f-{remove}":
                    del self._texts[name]
        return bool(add or remove)

    def _indexes(self, key: str) -> list[str]:
        found = {str(int(match[2])) for name in self._texts if (match := _CELL.fullmatch(name)) and match[1] == key}
        return sorted(found, key=int)

    def _bind(self, control: _Control) -> Any:
        bound: Field = control.make.bind(form=self._base, name=control.name, prefix="")
        bound.process(self._texts)
        if not isinstance(bound, FileField):  # its bytes are no text of the draft
            self._names.append(control.name)
        return bound

    def _typed_in(self, name: str) -> str:
        return next(iter(self._texts.get(name, ())), "")

    def _entry(self, key: str, field: Any) -> Entry:
        name, label = f"f-{key}", say(field.label, self.language)
        entry = Entry(key, field, "text", label, say(field.help, self.language),
                      optional=not given.is_required(field), marked=self._marked.get(key))
        if key in given.comments(self.task):
            entry.help = _("Needed if you choose 1 or 2.")
        if key in self._published:
            entry.published = self._published[key]
        elif field.example:
            entry.published = f"{say(field.example.text, self.language)} ({field.example.source})"
        match field:
            case f.Computed():
                entry.kind = "computed"
                return entry
            case f.Table() | f.Schedule():
                self._table(entry, name)
            case f.File():
                entry.kind, entry.file = "file", self._files.get(key)
                entry.help = " ".join(filter(None, (say(field.contains, self.language), entry.help)))
                entry.control = self._bind(_input(field, name, label, "", self.language))
                if entry.file:
                    entry.drop = self._bind(_Control(f"{name}-drop", BooleanField(_("Remove this file"))))
            case _:
                entry.control = self._bind(_input(field, name, label, self._typed_in(name), self.language))
                entry.kind = {"SelectField": "select", "RadioField": "choices", "_Ticks": "choices"}.get(
                    entry.control.type, "text")
                entry.wide = isinstance(field, f.LongText | f.ShortText) or (
                    entry.kind == "choices" and len(entry.control.choices) > SIDE_BY_SIDE)
        if field.figure:
            self._figure(entry, name)
        if entry.kind != "table":
            self._dress(entry)
        # An optional field may just stay empty.
        if given.may_be_absent(self.task, key) and (not entry.optional or f"{name}-na" in self._texts):
            self._absence(entry, name)
        return entry

    def _dress(self, entry: Entry) -> None:
        """What the macros for fields look for at an input."""
        entry.control.description, entry.control.unit = entry.help, entry.unit
        entry.control.published, entry.control.flags.optional = entry.published, entry.optional or None

    def _figure(self, entry: Entry, name: str) -> None:
        """What belongs to a number."""
        field = entry.field
        entry.kind, entry.wide, entry.unit = "number", False, unit_words(field, self.language)
        if isinstance(field, f.Money):
            self._money(entry, name, asks_currency=field.currency is None, of=entry.label)
        if field.period:
            entry.period = self._bind(self._about("period", f"{name}-period", _("For which period?"), entry.label))
        entry.grade = self._bind(self._about("grade", f"{name}-grade", _("How do you know?"), entry.label))
        entry.source = self._bind(self._about("source", f"{name}-source", _("Source"), entry.label))

    def _money(self, entry: Entry, name: str, *, asks_currency: bool, of: str) -> None:
        if asks_currency:
            self._texts.setdefault(f"{name}-currency", [self.currency])
            first = [self.currency] if self.currency in countries.currencies() else []
            codes = [*first, *(code for code in countries.currencies() if code not in first)]
            entry.currency = self._bind(_part(
                _select, f"{name}-currency", _("Currency"), of, [(code, code) for code in codes], blank=_("Currency")))
        entry.year = self._bind(_part(_text, f"{name}-year", _("Prices of the year"), of, inputmode="numeric",
                                      maxlength=4))

    def _about(self, about: str, name: str, label: str, of: str) -> _Control:
        """The input for period, grade or source of a number."""
        if about == "source":
            return _part(_text, name, label, of)
        words = given.phrases(self.language).grades
        choices = {"period": given.period_choices(self.language), "grade": [(key, words[key]) for key in given.GRADES]}
        return _part(_select, name, label, of, choices[about], blank=_("Choose"))

    def _absence(self, entry: Entry, name: str) -> None:
        entry.absent = self._bind(_Control(f"{name}-na", BooleanField(_("Not available"))))
        entry.why = self._bind(_part(_text, f"{name}-na-why", _("Why, and who might know?"), entry.label))
        by = f"{name}-na-by"
        entry.by = self._bind(_part(_calendar, by, _("Will come by"), entry.label, "date", self._typed_in(by)))

    def _table(self, entry: Entry, name: str) -> None:
        field = entry.field
        entry.kind, entry.control = "table", Anchor(name, Named(entry.label))
        entry.columns = given.columns_of(field)
        entry.heads = [(say(column.label, self.language), unit_words(column, self.language),
                        isinstance(column, given.NUMBERS)) for column in entry.columns.values()]
        entry.about_heads = {about: label for about, label in (
            ("period", _("For which period?")), ("grade", _("How do you know?")), ("source", _("Source")))
            if any(getattr(column, about, False) for column in entry.columns.values())}
        money = [column for column in entry.columns.values() if isinstance(column, f.Money)]
        if money:
            self._money(entry, name, of=entry.label, asks_currency=any(each.currency is None for each in money))
        least, most = (field.least, field.most) if isinstance(field, f.Table) else (1, field.most)
        indexes = self._indexes(entry.key)[:most + SPARE_ROWS] or [str(place) for place in range(max(least, 1))]
        entry.lines = [self._line(entry, index, str(number)) for number, index in enumerate(indexes, 1)]
        entry.next = int(indexes[-1]) + 1
        entry.blank = self._line(entry, "__index__", "__number__")

    def _line(self, entry: Entry, index: str, number: str) -> Line:
        row = f"f-{entry.key}-{index}"
        place = _("%(table)s, row %(number)s", table=entry.label, number=number)
        cells = {}
        for (key, column), (head, unit, _numbers) in zip(entry.columns.items(), entry.heads, strict=True):
            label = ", ".join(filter(None, (place, head, unit)))
            cells[key] = self._bind(_input(column, f"{row}-{key}", label, self._typed_in(f"{row}-{key}"),
                                           self.language, cell=True))
        about = {key: self._bind(self._about(key, f"{row}-_{key}", head, place))
                 for key, head in entry.about_heads.items()}
        return Line(index, number, cells, about)

    # reading

    def _wrong(self, entry: Entry, control: Any, message: str, line: Line | None = None) -> None:
        self._found.append((entry.key, control, message, line))

    def _try(self, entry: Entry, control: Any, read: Callable[[str], Any], line: Line | None = None) -> Any:
        """What ``read`` makes of the input's text; None where it cannot."""
        try:
            return read(self._typed_in(control.name))
        except Unreadable as why:
            self._wrong(entry, control, str(why), line)
            return None

    def _read_value(self, entry: Entry, control: Any, field: given.AnyField, line: Line | None = None) -> Value | None:
        texts = self._texts.getlist(control.name)
        return self._try(entry, control, lambda _first: read_value(field, texts, self.language), line)

    def _read(self, entry: Entry) -> Answer | None:
        wrong, answer = len(self._found), None
        if entry.is_absent:
            answer = self._read_absence(entry)
        elif entry.kind == "computed":
            return None
        elif entry.kind == "table":
            answer = self._read_table(entry)
        elif entry.kind == "file":
            answer = Answer(entry.file) if entry.file else None
        else:
            value = self._read_value(entry, entry.control, entry.field)
            answer = None if value is None else self._with_about(entry, value)
        return answer if len(self._found) == wrong else None

    def _read_absence(self, entry: Entry) -> Answer:
        why = self._try(entry, entry.why, partial(read_text, most=1000))
        by = self._try(entry, entry.by, read_date)
        if len(why or "") < REASON and not any(control is entry.why for _key, control, *_rest in self._found):
            self._wrong(entry, entry.why, _("Say why, in a few words, and who might know."))
        return Answer(not_available=why or "?", by=by)

    def _with_about(self, entry: Entry, value: Value) -> Answer:
        field = entry.field
        if not isinstance(value, Decimal):
            return Answer(value)
        about: dict[str, Any] = self._read_money(entry) if isinstance(field, f.Money) else {"unit": field.unit}
        for name in ("period", "grade", "source"):
            if (control := getattr(entry, name)) is not None:
                about[name] = self._read_about(entry, name, control, asked=getattr(field, name))
        return Answer(value, **about)

    def _read_money(self, entry: Entry) -> dict[str, Any]:
        currency = getattr(entry.field, "currency", None)
        if entry.currency is not None:
            currency = self._typed_in(entry.currency.name)
            if currency not in countries.currencies():
                self._wrong(entry, entry.currency, _("Choose the currency."))
        year = self._try(entry, entry.year, read_year)
        if year is None and not self._typed_in(entry.year.name).strip():
            self._wrong(entry, entry.year, _("Say of which year these prices are."))
        return {"currency": currency, "price_year": year}

    def _read_about(self, entry: Entry, name: str, control: Any, *, asked: bool, line: Line | None = None
                    ) -> str | None:
        text = self._typed_in(control.name)
        if name == "source":
            read = self._try(entry, control, partial(read_text, most=500), line)
        else:
            allowed = given.GRADES if name == "grade" else given.PERIODS
            read = self._try(entry, control, partial(_chosen, of=allowed), line) or None
        if asked and not text.strip():
            self._wrong(entry, control, {"source": _("Say where this figure comes from."),
                                         "grade": _("Say how you know it."),
                                         "period": _("Say for which period it is.")}[name], line)
        return read

    def _read_table(self, entry: Entry) -> Answer | None:
        wrong, field = len(self._found), entry.field
        filled = [line for line in entry.lines
                  if any(text.strip() for cell in line.cells.values() for text in self._texts.getlist(cell.name))]
        if not filled:
            return None
        money = any(isinstance(column, f.Money) and self._typed_in(line.cells[key].name).strip()
                    for line in filled for key, column in entry.columns.items())
        shared = self._read_money(entry) if money else {}
        rows = tuple(self._read_line(entry, line, shared) for line in filled)
        least = field.least if isinstance(field, f.Table) else 1
        if len(rows) < least:
            self._wrong(entry, entry.control, _("Give at least %(least)d rows.", least=least))
        if len(rows) > field.most:
            self._wrong(entry, entry.control, _("At most %(most)d rows; there are %(have)d.", most=field.most,
                                                have=len(rows)))
        return Answer(rows) if len(self._found) == wrong else None

    def _read_line(self, entry: Entry, line: Line, shared: dict[str, Any]) -> dict[str, Answer]:
        row: dict[str, Answer] = {}
        for (key, column), (head, *_rest) in zip(entry.columns.items(), entry.heads, strict=True):
            cell = line.cells[key]
            before = len(self._found)
            value = self._read_value(entry, cell, column, line)
            if value is None:
                if column.required and len(self._found) == before:
                    self._wrong(entry, cell, _("%(column)s is missing. Give a value, or remove the row.", column=head),
                                line)
                continue
            row[key] = Answer(value, **self._about_cell(entry, line, column, value, shared))
        if isinstance(entry.field, f.Schedule) and "from" in row and "to" in row:
            if row["to"].value < row["from"].value:  # type: ignore[operator]  # both are dates
                self._wrong(entry, line.cells["to"], _("The end is before the beginning."), line)
        return row

    def _about_cell(self, entry: Entry, line: Line, column: Any, value: Value, shared: dict[str, Any]
                    ) -> dict[str, Any]:
        if not isinstance(value, Decimal):
            return {}
        about = dict(shared) if isinstance(column, f.Money) else {"unit": column.unit}
        if isinstance(column, f.Money) and column.currency:
            about["currency"] = column.currency
        for name, control in line.about.items():
            if getattr(column, name) and not any(control is each for _key, each, *_rest in self._found):
                about[name] = self._read_about(entry, name, control, asked=True, line=line)
        return about

    def _missing(self, entry: Entry) -> str:
        if entry.key in given.comments(self.task):
            return _("You chose 1 or 2: say why, so that the others understand it.")
        if entry.absent is None:
            return _("Give an answer.")
        if entry.kind == "file":
            return _("Choose a file, or tick “Not available” and say why.")
        if entry.kind == "table":
            return _("Fill in a row, or tick “Not available” and say why.")
        return _("Give a value, or tick “Not available” and say why.")

    def _read_back(self, entry: Entry) -> str:
        answer = self._computed.get(entry.key) if entry.kind == "computed" else self._answers.get(entry.key)
        if answer is None or answer.value is None:
            return ""
        words = given.say(entry.field, answer, language=self.language)
        if entry.kind == "computed":
            return words
        return _("Read as %(words)s", words=words) if isinstance(answer.value, Decimal | date) else ""


def typed_of(task: Task, answers: Answers, *, language: str = "en") -> Typed:
    """Texts that a reader would have typed to give these answers: an earlier version as a draft."""
    typed: Typed = {}
    for key, field in given.fields_of(task).items():
        if (answer := answers.get(key)) is None:
            continue
        name = f"f-{key}"
        if answer.not_available is not None:
            typed |= {f"{name}-na": ["y"], f"{name}-na-why": [answer.not_available]}
            if answer.by:
                typed[f"{name}-na-by"] = [answer.by.isoformat()]
        elif isinstance(field, f.Table | f.Schedule):
            typed |= _typed_rows(name, field, answer, language)
        elif not isinstance(answer.value, FileAnswer):
            typed |= _typed_value(name, field, answer, language)
    return typed


def _typed_rows(name: str, field: f.Table | f.Schedule, answer: Answer, language: str) -> Typed:
    typed: Typed = {}
    columns = given.columns_of(field)
    for index, row in enumerate(given.rows_of(answer)):
        for column, cell in row.items():
            texts = _typed_value(f"{name}-{index}-{column}", columns[column], cell, language)
            for each, said in texts.items():
                about = each.removeprefix(f"{name}-{index}-{column}")
                where = {"-currency": f"{name}-currency", "-year": f"{name}-year"}.get(
                    about, f"{name}-{index}-_{about[1:]}" if about else each)
                typed[where] = said
    return typed


def _typed_value(name: str, field: given.AnyField, answer: Answer, language: str) -> Typed:
    match answer.value:
        case bool() as yes:
            texts = ["yes" if yes else "no"]
        case Decimal() as number:
            texts = [typeable(number, language)]
        case date() as day:
            texts = [day.isoformat()[:7] if isinstance(field, f.Month) else day.isoformat()]
        case tuple() as several:
            texts = [key for key in several if isinstance(key, str)]
        case str() as text:
            texts = [text]
        case _:
            texts = []
    about = {"currency": answer.currency, "period": answer.period, "year": answer.price_year,
             "source": answer.source, "grade": answer.grade}
    return {name: texts, **{f"{name}-{key}": [str(each)] for key, each in about.items() if each is not None}}


def _lists(typed: Mapping[str, Any]) -> Typed:
    """Input name to texts, from a request's MultiDict or from a draft; what is no text is dropped."""
    pairs = typed.lists() if hasattr(typed, "lists") else typed.items()
    return {name: [text for text in ([texts] if isinstance(texts, str) else texts) if isinstance(text, str)]
            for name, texts in pairs if isinstance(name, str) and isinstance(texts, str | list | tuple)}


def _file(each: Any) -> FileAnswer:
    if isinstance(each, FileAnswer):
        return each
    return replace(FileAnswer(None, None, "", "", "", 0), **each)
