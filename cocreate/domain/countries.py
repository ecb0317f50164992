"""Countries as ISO 3166-1 writes them, named in the reader's language."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from importlib.resources import files

from babel import Locale
from babel.numbers import get_currency_name, get_territory_currencies

_IN_USE = date(2025, 1, 1)

# Assigned officially, as of 2024; babel's own list also has regions, withdrawn codes and test entries.
CODES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA
    CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA
    GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
    KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS
    MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS
    RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW
    TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()
)


def _lines() -> list[tuple[str, str]]:
    """(country, zone), as the time zone database lists them."""
    lines = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(country, zone) for country, _place, zone, *_rest in rows]


def zone_of(country: str, otherwise: str) -> str:
    """Where somebody of that country probably is, until they say it themselves."""
    return next(iter(zones_of(country)), otherwise)


@lru_cache(maxsize=1)
def _of_country() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for country, zone in _lines():
        found[country] = (*found.get(country, ()), zone)
    return found


def zones_of(country: str) -> tuple[str, ...]:
    """Every zone of that country, the one of most people first."""
    return _of_country().get(country, ())


def zones_beside(zone: str) -> tuple[str, ...]:
    """A zone, then the others of its country."""
    return (zone, *(one for zones in _of_country().values() if zone in zones for one in zones if one != zone))


def name(code: str, language: str = "en") -> str:
    """The country's name; the code itself where the language has none."""
    return str(Locale.parse(language, sep="-").territories.get(code, code))


@lru_cache(maxsize=16)
def choices(language: str = "en") -> tuple[tuple[str, str], ...]:
    """(code, name) of every country, by name."""
    return tuple(sorted(((code, name(code, language)) for code in CODES), key=lambda pair: pair[1].casefold()))


def currency_of(country: str, day: date) -> str:
    """What is paid with there on that day; "" where that is not known."""
    return next(iter(get_territory_currencies(country, day) if country else ()), "")


@lru_cache(maxsize=16)
def currency_choices(language: str = "en") -> tuple[tuple[str, str], ...]:
    """(code, "EUR, Euro") of every currency in use."""
    return tuple((code, f"{code}, {currency_name(code, language)}") for code in currencies())


def currencies_of(codes: Iterable[str], day: date) -> tuple[str, ...]:
    """What is paid with in these countries, each once."""
    return tuple(dict.fromkeys(filter(None, (currency_of(country, day) for country in codes))))


def currency_name(code: str, language: str = "en") -> str:
    """The currency's name; the code itself where the language has none."""
    return str(get_currency_name(code, locale=Locale.parse(language, sep="-")))


@lru_cache(maxsize=1)
def currencies() -> tuple[str, ...]:
    """ISO 4217 codes of the currencies in use in these countries."""
    return tuple(sorted({code for country in CODES for code in get_territory_currencies(country, _IN_USE, _IN_USE)}))


def country_of(text: str, language: str = "en") -> str | None:
    """The code of a country given by code or name; None if there is no such country."""
    if (code := text.upper()) in CODES:
        return code
    wanted = text.casefold()
    return next((code for code, called in choices(language) if called.casefold() == wanted), None)
