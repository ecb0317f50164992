"""Values as people read them: dates, numbers, money, lists, in one reader's language and time zone.

Dates, times and quantities stay on one line: they have no-break spaces, and are for reading, not for comparing.
Works inside and outside a request. Not flask_babel's ``force_locale``: that changes the language of every thread.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from cocreate import clock
from cocreate.domain.saying import amount_text, figure_words
from cocreate.domain.unbroken import SPACE, unbroken, whole
from workflows.definition import Definition
from workflows.facts import FigureFact
from workflows.texts import say

OWN_CATALOGUES = Path(__file__).with_name("translations")
REGIONS = ("GB", "DE", "SE", "CH")  # whose numbers differ: 1,234.5; 1.234,5; 1 234,5; 1'234.5
SOON = timedelta(days=183)  # a date further away, before or after, is named with its year


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom something is written, and at what moment it is read."""

    language: str = "en"
    zone: str = "UTC"
    now: datetime = field(default_factory=lambda: clock.now(), compare=False)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def gettext(self, text: str, **values: object) -> str:
        """The text in the reader's language, its ``%(name)s`` filled in."""
        said = _catalogue(self.language).gettext(text)
        return said % values if values else said

    def ngettext(self, one: str, many: str, num: int, **values: object) -> str:
        return _catalogue(self.language).ngettext(one, many, num) % {"num": number(num, self), **values}


def day(of: date | datetime, reader: Reader, *, distance: bool = False, year: bool = False) -> str:
    """Such as "Fri 7 Feb"; beyond six months, or with ``year``, "Fri 7 Feb 2025"; with ``distance`` "Fri 7 Feb (in 3
    days)".
    """
    local = local_day(of, reader)
    said = _date(local, reader.language, year=year or abs(local - reader.today) > SOON)
    return f"{whole(said)} ({away(of, reader)})" if distance else whole(said)


def away(of: date | datetime, reader: Reader) -> str:
    """Such as "today", "in 3 days", "3 days ago"."""
    days = (local_day(of, reader) - reader.today).days
    match days:
        case 0:
            return reader.gettext("today")
        case 1:
            return reader.gettext("tomorrow")
        case -1:
            return reader.gettext("yesterday")
    if days > 0:
        return whole(reader.ngettext("in %(num)s day", "in %(num)s days", days))
    return whole(reader.ngettext("%(num)s day ago", "%(num)s days ago", -days))


def weekday(number: int, reader: Reader) -> str:
    """Such as "Monday", by its ISO number."""
    return format_date(date.fromisocalendar(2024, 1, number), "EEEE", locale=_locale(reader.language))


def clock_time(of: datetime, reader: Reader) -> str:
    """Such as "14:05", where the reader is."""
    return format_time(of.astimezone(ZoneInfo(reader.zone)), "HH:mm", locale=_locale(reader.language))


def day_time(of: datetime, reader: Reader) -> str:
    """Such as "Thu 3 Apr 14:05 (New York)": what is due, signed or recorded needs its hour and zone."""
    return f"{day(of, reader)} {clock_time(of, reader)}{SPACE}({whole(city(reader))})"


def city(reader: Reader) -> str:
    """How the reader's zone is called."""
    if reader.zone == "UTC":
        return reader.zone
    return get_timezone_location(ZoneInfo(reader.zone), locale=_locale(reader.language), return_city=True)


def language_name(code: str) -> str:
    """How a language calls itself."""
    locale = _locale(code)
    return str(locale.get_display_name(locale) or code)


def local_day(of: date | datetime, reader: Reader) -> date:
    return of.astimezone(ZoneInfo(reader.zone)).date() if isinstance(of, datetime) else of


def number(value: Decimal | int, reader: Reader) -> str:
    """Such as "18,400.5": every digit that was given, in the reader's format."""
    return format_decimal(value, locale=_locale(reader.language), decimal_quantization=False)


def quantity(value: Decimal | int, unit: str | None, reader: Reader) -> str:
    """Such as "13 t/h", "0.80 EUR", "12 years": a bare letter for a span of time is read as something else."""
    return whole(_quantity(value, unit, reader))


def figure(of: FigureFact, reader: Reader) -> str:
    """A value with all that makes it another one: "13 t/h per year, prices of 2026"."""
    return unbroken(figure_words(of, reader.language))


def _quantity(value: Decimal | int, unit: str | None, reader: Reader) -> str:
    said = amount_text(Decimal(value), unit, reader.language)
    several = int(value) if value == int(value) else 2  # 1.5 years are several
    match unit:
        case "a":
            return reader.ngettext("%(value)s year", "%(value)s years", several, value=said)
        case "month":
            return reader.ngettext("%(value)s month", "%(value)s months", several, value=said)
        case "d":
            return reader.ngettext("%(value)s day", "%(value)s days", several, value=said)
        case "h":
            return reader.ngettext("%(value)s hour", "%(value)s hours", several, value=said)
    return f"{said} {unit}" if unit else said


def stage(definition: Definition, key: str, reader: Reader) -> str:
    """What a stage or an end is called."""
    ends = {"agreed": reader.gettext("Agreed"), "declined": reader.gettext("Declined"),
            "withdrawn": reader.gettext("Withdrawn")}
    return ends.get(key) or definition.stage_name(key, reader.language)


def seat_taken(definition: Definition, seat: str, party: str, reader: Reader) -> str:
    """Which seat an organisation takes, and what that means where the template says it in a line."""
    taken = definition.parties[seat]
    name = say(taken.name, reader.language)
    if taken.purpose is None:
        return reader.gettext("%(party)s takes the seat '%(seat)s'.", party=party, seat=name)
    return reader.gettext("%(party)s takes the seat '%(seat)s': %(purpose)s", party=party, seat=name,
                          purpose=say(taken.purpose, reader.language))


def charter_part(key: str, reader: Reader, party: Callable[[int], str]) -> str:
    """A part of the charter inside a sentence, of one party where each has its own."""
    part, _, own = key.partition(":")
    known = {"purpose": reader.gettext("purpose"), "goals": reader.gettext("goals"),
             "decisions": reader.gettext("how we decide"), "openness": reader.gettext("openness"),
             "sharing": reader.gettext("sharing"), "public_buyer": reader.gettext("public buyer"),
             "words": reader.gettext("words we use"), "contacts": reader.gettext("contacts")}
    return f"{known.get(part, part)}, {party(int(own))}" if own.isdecimal() else known.get(part, part)


def size(count: int, reader: Reader) -> str:
    """Of a file, such as "120 kB", "3.4 MB"."""
    for unit, step in (("MB", 10**6), ("kB", 10**3)):
        if count >= step:
            return f"{number(round(Decimal(count) / step, 1), reader)}{SPACE}{unit}"
    return whole(reader.ngettext("%(num)s byte", "%(num)s bytes", count))


def minutes(count: int, reader: Reader) -> str:
    """Such as "about 15 minutes", "about 2 hours"."""
    if count >= 120 and count % 60 == 0:
        return unbroken(reader.ngettext("about %(num)s hour", "about %(num)s hours", count // 60))
    return unbroken(reader.ngettext("about %(num)s minute", "about %(num)s minutes", count))


def administrator(name: str, host: str, reader: Reader) -> str:
    """Who acts for a host without a place in the project, as record and mails name them."""
    return reader.gettext("%(name)s (administrator of %(host)s)", name=name, host=host)


def listed(names: Iterable[str], reader: Reader, *, either: bool = False) -> str:
    """Such as "A, B and C", or "A, B or C"."""
    return format_list(list(names), style="or" if either else "standard", locale=_list_locale(reader.language))


def some(names: Iterable[str], reader: Reader, *, most: int = 3) -> str:
    """The same, folded where there are many: "A, B, C and 6 more"; nobody is left out for being the only one more."""
    found = list(names)
    if len(found) <= most + 1:
        return listed(found, reader)
    more = len(found) - most
    return listed([*found[:most], reader.ngettext("%(num)s more", "%(num)s more", more)], reader)


def things(count: int, reader: Reader) -> str:
    """How many, at the beginning of a sentence: "One thing", "Two things"; beyond twelve in figures."""
    _ = reader.gettext
    spelled = (_("One thing"), _("Two things"), _("Three things"), _("Four things"), _("Five things"),
               _("Six things"), _("Seven things"), _("Eight things"), _("Nine things"), _("Ten things"),
               _("Eleven things"), _("Twelve things"))
    if 1 <= count <= len(spelled):
        return spelled[count - 1]
    return reader.ngettext("%(num)s thing", "%(num)s things", count)


def numbers(of: Sequence[int], reader: Reader) -> str:
    """Such as "1 to 3, 5 and 9": which ones, in as few words as possible."""
    runs: list[list[int]] = []
    for one in sorted(of):
        if runs and one == runs[-1][-1] + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    return listed((said for run in runs for said in _run(run, reader)), reader)


def _run(run: list[int], reader: Reader) -> list[str]:
    if len(run) < 3:
        return [number(one, reader) for one in run]
    return [reader.gettext("%(first)s to %(last)s", first=number(run[0], reader), last=number(run[-1], reader))]


def _date(of: date, language: str, *, year: bool) -> str:
    locale = _locale(language)
    if locale.language == "en":
        return format_date(of, "EEE d MMM yyyy" if year else "EEE d MMM", locale=locale)
    return format_skeleton("yMMMEd" if year else "MMMEd", of, locale=locale)


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@cache
def _list_locale(language: str) -> Locale:
    """English lists end "B and C"; a comma before the "and" is American."""
    locale = _locale(language)
    return Locale("en", "GB") if str(locale) == "en" else locale


_folders = [OWN_CATALOGUES]


def add_catalogues(folder: Path) -> None:
    """Translations of this installation, ``<language>/LC_MESSAGES/messages.mo`` below ``folder``, are found too."""
    if folder.is_dir() and folder not in _folders:
        _folders.append(folder)
        _catalogue.cache_clear()
        languages.cache_clear()


def translated(language: str, text: str) -> str:
    """As the catalogue of the language has it."""
    return _catalogue(language).gettext(text)


def tag(language: str, region: str) -> str:
    """A language with the numbers of a region, "en-DE": English with 1.234,5. Where there is no such: the language."""
    wanted = f"{language[:2]}-{region}" if region else language
    return wanted if str(_locale(wanted)) == wanted.replace("-", "_") else language


def number_formats(language: str) -> list[tuple[str, str]]:
    """(region, example) of each way to write numbers that can be had in a language, its own first."""
    example = Decimal("1234567.5")
    found = {format_decimal(example, locale=_locale(language)): ""}
    for region in REGIONS:
        if tag(language, region) != language:
            found.setdefault(format_decimal(example, locale=_locale(tag(language, region))), region)
    return [(region, said) for said, region in found.items()]


@cache
def languages() -> tuple[str, ...]:
    """In which pages and mails can be read, English first."""
    found = {path.parts[-3] for folder in _folders for path in folder.glob("*/LC_MESSAGES/messages.mo")}
    return ("en", *sorted(found - {"en"}))


@cache
def _catalogue(language: str) -> NullTranslations:
    found = [Translations.load(folder, [str(_locale(language))]) for folder in reversed(_folders)]
    return next((one for one in found if isinstance(one, Translations)), NullTranslations())
