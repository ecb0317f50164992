from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.domain import units


def same(a, b):
    return units.measure(a).kinds == units.measure(b).kinds


def convert(value, a, b):
    return units.decimal_of(units.exactly(Fraction(value), a, b))


class TestMoney:
    @pytest.mark.parametrize("unit", ["EUR", "EUR/t", "USD/kWh", "KRW per month", "CHF/t·km"])
    def test_is_an_amount_of_one_currency_also_for_each_of_something(self, unit):
        assert units.is_money(unit)

    @pytest.mark.parametrize("unit", [None, "", "t", "t/EUR", "%", "eur", "jobs", "EUR·t", "EUR2", "XYZ", "units"])
    def test_is_nothing_else(self, unit):
        assert not units.is_money(unit)


class TestSameDimension:
    @pytest.mark.parametrize(("a", "b"), [
        ("t/a", "t/year"), ("t/a", "t/yr"), ("t/a", "t per year"), ("t/a", "kg/d"), ("t/h", "t/a"), ("kWh", "GJ"),
        ("m3", "m³"), ("m3", "l"), ("tkm", "t·km"), ("%", "mg/kg"), ("°C", "K"), ("EUR/t", "EUR/kg"),
        ("units/a", "Units / year"), ("jobs", "JOBS"), ("t  dry matter", "t dry matter"), (None, "%"),
    ])
    def test_alike(self, a, b):
        assert same(a, b)

    @pytest.mark.parametrize(("a", "b"), [
        ("t", "t/a"), ("jobs", "units"), ("EUR", "USD"), ("EUR/t", "EUR/a"), ("t", "t dry matter"), ("kWh", "kW"),
        ("units/a", "nit/a"), ("units", None), ("m2", "m3"),
    ])
    def test_unlike(self, a, b):
        assert not same(a, b)

    @given(st.text(max_size=100))
    def test_any_text_is_a_unit_of_its_own_kind(self, text):
        assert same(text, text)

    @pytest.mark.parametrize("text", ["__import__('os')", "9**9**9", "a" * 10_000, "1e9999 kg", "\0", "/", "//"])
    def test_nothing_is_evaluated(self, text):
        assert not same(text, "kg")


class TestConvert:
    @pytest.mark.parametrize(("value", "a", "b", "expected"), [
        ("5", "t/h", "t/a", "43800"), ("1", "MWh", "GJ", "3.6"), ("20", "°C", "K", "293.15"), ("1", "l", "m3", "0.001"),
        ("12", "t/month", "t/a", "144"), ("25", "%", None, "0.25"), ("7", "jobs", "Jobs", "7"),
        ("3", "EUR/kg", "EUR/t", "3000"), ("0.1", "kg", "kg", "0.1"), ("0", "K", "°C", "-273.15"),
    ])
    def test_exactly(self, value, a, b, expected):
        assert convert(Decimal(value), a, b) == Decimal(expected)

    def test_what_never_ends_has_28_digits(self):
        assert str(convert(Decimal(1), "GJ", "kWh")) == "277.7777777777777777777777778"

    def test_different_things_are_refused(self):
        with pytest.raises(ValueError, match="t and kWh measure different things"):
            convert(Decimal(1), "t", "kWh")

    @given(st.decimals(-10**15, 10**15, places=6, allow_nan=False))
    def test_there_and_back(self, value):
        assert convert(convert(value, "t/a", "kg/a"), "kg/a", "t/a") == value

    @given(st.fractions())
    def test_a_number_that_ends_keeps_every_digit(self, number):
        ends = Fraction(number.numerator, 2 ** (number.denominator.bit_length() % 40))
        assert Fraction(units.decimal_of(ends)) == ends


class TestProducts:
    def test_of_units(self):
        assert units.product("t/a", "EUR/t") == "EUR/a"
        assert units.product("m", "m") == "m2"
        assert units.product(None, "EUR") == "EUR"
        assert units.ratio("EUR/a", "t/a") == "EUR/t"
        assert units.ratio("t", "t") is None
        assert units.ratio(None, "h") == "1/h"
