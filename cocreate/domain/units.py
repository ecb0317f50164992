"""Units as people write them: the same dimension or not, and one in terms of the other.

pint knows what a unit is worth; which spellings count as that unit is said here, because its own reader takes
"units/a" for micronits per year. A name that is not listed is a counted thing of its own kind: "jobs" compare with
"jobs" only. Nothing a person typed reaches pint.
"""

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from pint import UnitRegistry

from cocreate.domain.countries import currencies

LONGEST = 80
ENDLESS = 28  # digits kept of a quotient that does not end

# Spelling to pint's name. A year has 365 days and a month is a twelfth of it: figures "per year" come from a calendar.
_SPELLINGS = {
    **dict.fromkeys(("t", "tonne", "tonnes"), "metric_ton"), "kt": "kilometric_ton", "Mt": "megametric_ton",
    "kg": "kilogram", "g": "gram", "mg": "milligram", "µg": "microgram", "μg": "microgram", "ug": "microgram",
    "km": "kilometer", "m": "meter", "cm": "centimeter", "mm": "millimeter", "µm": "micrometer", "μm": "micrometer",
    "ha": "hectare", **dict.fromkeys(("l", "L", "litre", "litres"), "liter"), "ml": "milliliter", "mL": "milliliter",
    "hl": "hectoliter",
    **dict.fromkeys(("a", "y", "yr", "year", "years"), "common_year"),
    **dict.fromkeys(("month", "months"), "common_month"),
    **dict.fromkeys(("week", "weeks"), "week"), **dict.fromkeys(("d", "day", "days"), "day"),
    **dict.fromkeys(("h", "hour", "hours"), "hour"), "min": "minute", "s": "second",
    "J": "joule", "kJ": "kilojoule", "MJ": "megajoule", "GJ": "gigajoule", "TJ": "terajoule", "PJ": "petajoule",
    "Wh": "watt_hour", "kWh": "kilowatt_hour", "MWh": "megawatt_hour", "GWh": "gigawatt_hour", "TWh": "terawatt_hour",
    "W": "watt", "kW": "kilowatt", "MW": "megawatt", "GW": "gigawatt",
    "Pa": "pascal", "kPa": "kilopascal", "MPa": "megapascal", "bar": "bar", "mbar": "millibar",
    "°C": "degree_Celsius", "K": "kelvin", "V": "volt", "A": "ampere", "Hz": "hertz", "mol": "mole", "lm": "lumen",
    "%": "percent", "‰": "permille", "ppm": "ppm",
}
_TOGETHER = {"tkm": (("t", 1), ("km", 1)), "pkm": (("person", 1), ("km", 1))}
_POWERS = str.maketrans("²³", "23")
_NAME = re.compile(r"([^\W\d]|[°%‰])([\w °.'’-]*?)(?:\^?(-?[1-9]))?")
_KNOWN_WITH_POWER = re.compile(r"([^\W\d]{1,3})\^?(-?[1-9])")


@dataclass(frozen=True, slots=True)
class Measure:
    """What one of a unit is: so many of a product of kinds, above a zero of its own for temperatures."""

    factor: Fraction
    kinds: tuple[tuple[str, int], ...]  # (kind, power), by name, without zeros
    zero: Fraction = Fraction(0)


def exactly(value: Fraction, a: str | None, b: str | None) -> Fraction:
    """``value`` of unit ``a`` in unit ``b``, without rounding.

    Raises: ValueError if the units measure different things.
    """
    of, into = measure(a), measure(b)
    if of.kinds != into.kinds:
        raise ValueError(f"{a} and {b} measure different things")
    return (value * of.factor + of.zero - into.zero) / into.factor


def decimal_of(number: Fraction) -> Decimal:
    """Every digit of a number that ends, ``ENDLESS`` of one that does not."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    # Numerator and denominator are whole: as many digits as both have together are always enough where it ends.
    digits = ENDLESS if rest > 1 else len(str(number.numerator)) + number.denominator.bit_length() + 1
    return Context(prec=max(digits, ENDLESS)).divide(Decimal(number.numerator), Decimal(number.denominator))


def product(a: str | None, b: str | None) -> str | None:
    """The unit of a product, written plainly: t/a times EUR/t is EUR/a."""
    return _written(_joined(_parts(a), _parts(b), 1))


def ratio(a: str | None, b: str | None) -> str | None:
    return _written(_joined(_parts(a), _parts(b), -1))


def counted(unit: str | None) -> tuple[str, ...]:
    """The names in a unit that are no measures, as they are written."""
    return tuple(name for name, _power in _parts(unit) if name not in _SPELLINGS)


@lru_cache(maxsize=1024)
def is_money(unit: str | None) -> bool:
    """Whether a number of this unit is an amount of a currency, also one for each of something: "EUR", "EUR/t"."""
    above = [(name, power) for name, power in _parts(unit) if power > 0]
    return len(above) == 1 and above[0][0] in currencies() and above[0][1] == 1


@lru_cache(maxsize=1024)
def measure(unit: str | None) -> Measure:
    """What a unit is worth; None is a plain number."""
    parts = _parts(unit)
    if len(parts) == 1 and parts[0] == ("°C", 1):
        return Measure(*_worth("°C"))
    factor, kinds = Fraction(1), Counter[str]()
    for name, power in parts:
        worth, of, _ = _worth(name)
        factor *= worth**power
        for kind, times in of:
            kinds[kind] += times * power
    return Measure(factor, tuple(sorted((kind, times) for kind, times in kinds.items() if times)))


def _parts(unit: str | None) -> tuple[tuple[str, int], ...]:
    """(name, power) of each factor; what cannot be read is one name."""
    text = " ".join((unit or "").split()).translate(_POWERS)
    if not text:
        return ()
    found: list[tuple[str, int]] = []
    above, *below = re.split(r"/| per ", text) if len(text) <= LONGEST else [text]
    for sign, piece in ((1, above), *((-1, each) for each in below)):
        for name in re.split(r"[·*×]", piece):
            if name.strip() == "1" and piece is above:
                continue
            if (part := _part(name.strip())) is None:
                return ((text, 1),)
            found += [(each, power * sign) for each, power in part]
    return tuple(found)


def _part(name: str) -> tuple[tuple[str, int], ...] | None:
    if name in _TOGETHER:
        return _TOGETHER[name]
    if name in _SPELLINGS:
        return ((name, 1),)
    if (power := _KNOWN_WITH_POWER.fullmatch(name)) and power[1] in _SPELLINGS:
        return ((power[1], int(power[2])),)
    return ((name, 1),) if _NAME.fullmatch(name) else None


@lru_cache(maxsize=1024)
def _worth(name: str) -> tuple[Fraction, tuple[tuple[str, int], ...], Fraction]:
    """Factor, kinds and zero of one name."""
    if name not in _SPELLINGS:
        return Fraction(1), ((f"counted {name.casefold()}", 1),), Fraction(0)
    one = _registry().Quantity(Decimal(1), f"delta_{_SPELLINGS[name]}" if name == "°C" else _SPELLINGS[name])
    root = one.to_root_units()
    kinds = tuple(sorted((kind, int(str(power))) for kind, power in one.dimensionality.items()))
    return Fraction(root.magnitude), kinds, Fraction("273.15") if name == "°C" else Fraction(0)


@lru_cache(maxsize=1)
def _registry() -> UnitRegistry[Any]:
    registry: UnitRegistry[Any] = UnitRegistry(non_int_type=Decimal)
    registry.define("common_month = common_year / 12")
    return registry


def _joined(
    a: tuple[tuple[str, int], ...], b: tuple[tuple[str, int], ...], sign: int
) -> tuple[tuple[str, int], ...]:
    powers = Counter(dict.fromkeys((name for name, _ in (*a, *b)), 0))
    for name, power in a:
        powers[name] += power
    for name, power in b:
        powers[name] += power * sign
    return tuple((name, power) for name, power in powers.items() if power)


def _written(parts: tuple[tuple[str, int], ...]) -> str | None:
    above = "·".join(name + (str(power) if power > 1 else "") for name, power in parts if power > 0)
    below = "".join("/" + name + (str(-power) if power < -1 else "") for name, power in parts if power < 0)
    return (above or "1") + below if parts else None
