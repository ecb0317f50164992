"""Inputs of a task's form, by the type of what is asked; none is bound to a form yet."""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _
from wtforms import FileField, RadioField, SelectChoice, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from cocreate.domain import countries
from cocreate.domain.saying import phrases
from cocreate.domain.uploads import TYPES
from workflows import fields as f
from workflows.texts import say

RADIOS = 6  # up to so many choices are shown at once
SIDE_BY_SIDE = 3  # up to so many, beside another field
# Phones offer their camera for media types, computers their files for extensions.
FILES = ",".join([*(f".{extension}" for extension in TYPES),
                  *sorted({kind.media_type for kind in TYPES.values() if kind.media_type.startswith("image/")})])


SUGGESTED: dict[type[f.Base], str] = {f.Person: "people", f.Organisation: "parties"}  # id of the list of names


class Control(NamedTuple):
    """An input that is not bound to a form yet."""

    name: str
    make: Any


def text(name: str, label: str, **attributes: Any) -> Control:
    return Control(name, StringField(label, render_kw={"autocomplete": "off", **attributes}))


def reply(party: str) -> Control:
    """Words to the party that returned what was given."""
    return Control("reply", TextAreaField(
        _("Your answer to %(party)s", party=party), render_kw={"rows": 3},
        description=_("It goes with what you submit, changed or not. It stands with that version and in the record.")))


def select(name: str, label: str, choices: Any, *, blank: str | None = None, **attributes: Any) -> Control:
    options = [SelectChoice("", blank)] if blank is not None else []
    options += [one if isinstance(one, SelectChoice) else SelectChoice(*one) for one in choices]
    return Control(name, SelectField(label, choices=options, validate_choice=False,
                                      render_kw=attributes or None))


def part(make: Callable[..., Control], name: str, label: str, of: str, *args: Any, **kwargs: Any) -> Control:
    """An input beside another one; wherever it is named alone, it is named with that one."""
    return make(name, label, *args, **kwargs, **{"aria-label": f"{of}, {label}"})


def offered(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


class Ticks(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


_PICKED = {"date": re.compile(r"\d{4}-\d\d-\d\d"), "month": re.compile(r"\d{4}-\d\d")}


def calendar(name: str, label: str, kind: str, typed: str, **attributes: Any) -> Control:
    """The browser's own calendar, unless it would hide what was typed."""
    return text(name, label, type=kind if not typed or _can_be_picked(kind, typed) else "text", **attributes)


def _can_be_picked(kind: str, typed: str) -> bool:
    """Whether the calendar shows it: a 31st of April it leaves empty, and what was typed would be gone."""
    try:
        date.fromisoformat(typed if kind == "date" else f"{typed}-01")
    except ValueError:
        return False
    return _PICKED[kind].fullmatch(typed) is not None


def input_of(field: f.Base, name: str, label: str, typed: str, language: str, *, cell: bool = False) -> Control:
    """The main input of a field; in a table cell it is small and named by ``label`` alone."""
    named: dict[str, Any] = {"aria-label": label} if cell else {}
    match field:
        case f.LongText() if not cell:
            return Control(name, TextAreaField(label, render_kw={"rows": 4}))
        case f.Person() | f.Organisation():
            return text(name, label, list=SUGGESTED[type(field)], **named)
        case f.ShortText() | f.LongText() | f.Place() | f.WasteCode():
            return text(name, label, **named)
        case f.Whole() | f.Number() | f.Quantity() | f.Money() | f.Percent():
            return text(name, label, inputmode="numeric" if isinstance(field, f.Whole) else "decimal", **named)
        case f.Date() | f.Month():
            return calendar(name, label, field.type, typed, **named)
        case f.Country() if cell:
            return text(name, label, list="countries", **named)
        case f.Country():
            return select(name, label, countries.choices(language), blank=_("Choose"))
        case f.Choices(of=of):
            return Control(name, Ticks(label, choices=offered(_options(of, language)), validate_choice=False))
        case f.File():
            return Control(name, FileField(label, render_kw={"accept": FILES}))
        case f.YesNo() | f.Choice():
            return _choice_of(field, name, label, language, named)
        case _:
            raise TypeError(f"no input for a {type(field).__name__}")


def one_of(names: Collection[str], name: str, label: str, typed: str) -> Control:
    """One of these names in a table cell; another that was typed before stays to be read."""
    shown = [*names, *([typed] if typed and typed not in names else [])]
    return select(name, label, [(one, one) for one in shown], blank="–", **{"aria-label": label})


def _choice_of(field: f.YesNo | f.Choice, name: str, label: str, language: str, named: dict[str, Any]) -> Control:
    if isinstance(field, f.YesNo):
        words = phrases(language)
        options = [("yes", words.yes), ("no", words.no)]
    else:
        options = _options(field.of, language)
    if named or len(options) > RADIOS:
        return select(name, label, options, blank="–" if named else _("Choose"), **named)
    if not field.required:
        options = [*options, ("", _("No answer"))]
    return Control(name, RadioField(label, choices=offered(options), validate_choice=False))


def _options(of: f.Options, language: str) -> list[tuple[str, str]]:
    return [(key, say(text, language)) for key, text in f.options(of).items()]
