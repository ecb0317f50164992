"""Texts become values: numbers in their reader's spelling, dates, codes and choices.

A text that is no value raises ``Unreadable``, whose message says what to do.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from babel.numbers import get_decimal_symbol, get_group_symbol
from flask_babel import gettext as _

from cocreate.domain import countries
from cocreate.domain.answers import AnyField, Value
from cocreate.domain.saying import figure_text, locale_of, number_text, period_choices, phrases, unit_word, with_unit
from cocreate.domain.spelling import spelled
from cocreate.domain.unbroken import whole
from workflows import fields as f
from workflows.texts import say


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


def read_reply(text: str) -> str | None:
    return read_text(text, most=2000, lines=True)


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
    return Decimal(spelled(Decimal(f"{sign}{whole or '0'}.{decimals or '0'}")))


def typeable(number: Decimal, language: str) -> str:
    """The number as its reader would type it: ``read_number`` of it is the number."""
    whole, _point, decimals = spelled(number).partition(".")
    if not decimals:
        return number_text(number, language)
    decimals = decimals + "0" if len(decimals) == 3 else decimals
    return f"{whole}{get_decimal_symbol(locale_of(language))}{decimals}"


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
    if signs[0] == get_group_symbol(locale_of(language)):
        return whole + decimals, ""
    raise Unreadable(_("Read as %(large)s or as %(small)s? Write %(plain_large)s or %(plain_small)s.",
                       large=number_text(Decimal(whole + decimals), language),
                       small=number_text(Decimal(f"{whole}.{decimals}"), language),
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
    example = number_text(Decimal("1234.5"), language)
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


def read_value(field: AnyField, texts: list[str], language: str) -> Value | None:
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
            if (other := _other_unit(text, field, language)) is not None:
                raise Unreadable(other)
            return _within(field, read_number(
                text, language, unit=_typed_unit(text, field, language)), language)
        case f.Date() | f.Month() | f.WasteCode():
            return {"date": read_date, "month": read_month, "waste_code": _waste_code}[field.type](text)
        case f.Country():
            return _country(text, language)
        case f.YesNo():
            return {"": None, "yes": True, "no": False}[chosen(text, ("yes", "no"))]
        case f.Choice(of=of):
            return chosen(text, f.options(of)) or None
        case f.Choices(of=of):
            ticked = {chosen(each, f.options(of)) for each in texts}
            return tuple(key for key in f.options(of) if key in ticked) or None
        case _:
            return None


def chosen(text: str, of: Collection[str]) -> str:
    if text and text not in of:
        raise Unreadable(_("'%(text)s' is not offered. Choose one of the list.", text=text[:60]))
    return text


def typed_choice(field: AnyField, words: str, language: str) -> str:
    """The text of an input for what somebody wrote elsewhere: of a choice its key, of anything else the words."""
    said = phrases(language)
    match field:
        case f.Choice(of=of):
            return _key_of(words, {key: say(text, language) for key, text in f.options(of).items()})
        case f.YesNo():
            return _key_of(words, {"yes": said.yes, "no": said.no})
        case _:
            return words


def typed_about(name: str, words: str, language: str) -> str:
    """The same for period, grade and source of a row."""
    offered = {"period": dict(period_choices(language)), "grade": dict(phrases(language).grades)}
    return _key_of(words, offered[name]) if name in offered else words


def _key_of(words: str, offered: Mapping[str, str]) -> str:
    return next((key for key, label in offered.items() if words.casefold() in (key.casefold(), label.casefold())),
                words)


def _within(field: f.Figure, number: Decimal | None, language: str) -> Decimal | None:
    if number is None:
        return None
    if isinstance(field, f.Whole) and number != number.to_integral_value():
        raise Unreadable(_("Give a whole number."))
    least, most = (None if limit is None else Decimal(str(limit)) for limit in (field.least, field.greatest))
    least_words, most_words = (
        "" if limit is None else _limit(field, limit, language) for limit in (least, most))
    if (least is None or number >= least) and (most is None or number <= most):
        return number
    if least is not None and most is not None:
        raise Unreadable(_("It must be between %(least)s and %(most)s.", least=least_words, most=most_words))
    raise Unreadable(_("It must be %(least)s or more.", least=least_words) if least is not None
                     else _("It must be %(most)s or less.", most=most_words))


def _typed_unit(text: str, field: f.Figure, language: str) -> str:
    """The unit that somebody typed after the number, as a word or as it is written."""
    unit = getattr(field, "unit", None) or ""
    spelt = (unit_words(field, language), *phrases(language).times.get(unit, ()), unit)
    return max((one for one in spelt if text.strip().endswith(one)), key=len, default="")


_WITH_WORDS = re.compile(r"(?P<number>.*\d)\s*(?P<words>[^\W\d].{0,40})", re.DOTALL)


def _other_unit(text: str, field: f.Figure, language: str) -> str | None:
    """What to do where a good number stands before something that is not the field's unit; None where none does."""
    found = None if _typed_unit(text, field, language) else _WITH_WORDS.fullmatch(text.strip())
    if found is None:
        return None
    try:
        read_number(found["number"], language)
    except Unreadable:
        return None
    if isinstance(field, f.Money) and field.currency is None:
        return _("Write the number alone: the currency is chosen beside it.")
    if unit := unit_words(field, language):
        return _("Give it in %(unit)s: '%(typed)s' is another unit.", unit=unit, typed=found["words"])
    return _("Write the number alone, without '%(typed)s'.", typed=found["words"])


def _limit(field: f.Figure, limit: Decimal, language: str) -> str:
    if isinstance(field, f.Money):
        return whole(f"{figure_text(field, limit, language)} {unit_words(field, language)}".strip())
    unit = getattr(field, "unit", None)
    return whole(with_unit(limit, unit, language)) if unit else figure_text(field, limit, language)


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


def unit_words(field: AnyField, language: str) -> str:
    """What stands in the box at the end of a number: "t/a", "years", "EUR per year"."""
    if isinstance(field, f.Money):
        words = phrases(language)
        per = words.per.get(field.per, words.per_other.format(unit=field.per)) if field.per else ""
        return " ".join(filter(None, (field.currency, per)))
    return unit_word(getattr(field, "unit", None), language)
