"""A number with all that belongs to it: unit, currency and price year, period, source and grade."""

from decimal import Decimal
from functools import partial
from typing import Any

from flask_babel import gettext as _

from cocreate.domain import countries
from cocreate.domain.answers import GRADES, PERIODS, Answer
from cocreate.domain.saying import period_choices, phrases
from cocreate.forms import likely
from cocreate.forms.bound import Bound
from cocreate.forms.entries import Entry, Line
from cocreate.forms.inputs import Control, part, select, text
from cocreate.forms.reading import chosen, read_text, read_year, unit_words
from workflows import fields as f


def build(bound: Bound, entry: Entry, name: str) -> None:
    """Give the entry of a number its inputs beside the main one."""
    field = entry.field
    entry.kind, entry.wide, entry.unit = "number", False, unit_words(field, bound.language)
    if isinstance(field, f.Money):
        build_money(bound, entry, name, asks_currency=field.currency is None)
    if field.period:
        entry.period = bound.bind(about(bound, "period", f"{name}-period", _("For which period?"), entry.label))
    entry.grade = bound.bind(about(bound, "grade", f"{name}-grade", _("How do you know?"), entry.label))
    entry.source = bound.bind(about(bound, "source", f"{name}-source", _("Source"), entry.label))


def build_money(bound: Bound, entry: Entry, name: str, *, asks_currency: bool) -> None:
    """Currency and price year, of one amount or of a whole table."""
    if asks_currency:
        bound.texts.setdefault(f"{name}-currency", [bound.currency])
        codes = likely.first((bound.currency, *bound.likely), [(code, code) for code in countries.currencies()])
        entry.currency = bound.bind(part(select, f"{name}-currency", _("Currency"), entry.label, codes,
                                         blank=_("Currency")))
    entry.year = bound.bind(part(text, f"{name}-year", _("Prices of the year"), entry.label, inputmode="numeric",
                                 maxlength=4))


def about(bound: Bound, what: str, name: str, label: str, of: str) -> Control:
    """The input for period, grade or source of a number."""
    if what == "source":
        return part(text, name, label, of, list="sources")
    words = phrases(bound.language).grades
    choices = {"period": period_choices(bound.language), "grade": [(key, words[key]) for key in GRADES]}
    return part(select, name, label, of, choices[what], blank=_("Choose"))


def read(bound: Bound, entry: Entry) -> Answer | None:
    """The number with all that belongs to it; whatever is wrong or missing is found in this one reading."""
    field, wrong = entry.field, len(bound.found)
    value = bound.value(entry.control, field)
    if not (bound.text(entry.control).strip() or _said(bound, entry) or not entry.optional):
        return None
    around: dict[str, Any] = read_money(bound, entry) if isinstance(field, f.Money) else {"unit": field.unit}
    for name in ("period", "grade", "source"):
        if (control := getattr(entry, name)) is not None:
            around[name] = read_about(bound, name, control, asked=getattr(field, name))
    if value is None and entry.optional and not bound.is_wrong(entry.control):
        bound.wrong(entry.control, _("The value is missing. Give it, or clear what stands beside it."))
    return Answer(value, **around) if isinstance(value, Decimal) and len(bound.found) == wrong else None


def _said(bound: Bound, entry: Entry) -> bool:
    """Whether something was said about a value, but for the currency that was there before."""
    beside = (entry.year, entry.period, entry.grade, entry.source)
    return any(control is not None and bound.text(control).strip() for control in beside)


def read_money(bound: Bound, entry: Entry) -> dict[str, Any]:
    """Currency and price year."""
    currency = getattr(entry.field, "currency", None)
    if entry.currency is not None:
        currency = bound.text(entry.currency)
        if currency not in countries.currencies():
            bound.wrong(entry.currency, _("Choose the currency."))
    year = bound.read(entry.year, read_year)
    if year is None and not bound.text(entry.year).strip():
        bound.wrong(entry.year, _("Say of which year these prices are."))
    return {"currency": currency, "price_year": year}


def read_about(bound: Bound, name: str, control: Any, *, asked: bool, line: Line | None = None) -> str | None:
    """Period, grade or source; ``asked`` where it may not be left out."""
    if name == "source":
        said = bound.read(control, partial(read_text, most=500), line)
    else:
        said = bound.read(control, partial(chosen, of=GRADES if name == "grade" else PERIODS), line) or None
    if asked and not bound.text(control).strip():
        bound.wrong(control, {"source": _("Say where this figure comes from."), "grade": _("Say how you know it."),
                              "period": _("Say for which period it is.")}[name], line)
    return said
