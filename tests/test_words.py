"""Dates, numbers and lists as people read them."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from cocreate import words
from cocreate.domain import saying, units
from cocreate.words import Reader
from tests.support.spaces import spaced
from tools.texts import messages
from workflows.facts import FigureFact

READER = Reader("en", "America/New_York", datetime(2025, 2, 5, 2, tzinfo=UTC))  # there it is still the 4th
GERMAN = Reader("de", "Europe/Berlin", READER.now)


@pytest.mark.parametrize(("of", "said"), [
    (date(2025, 2, 7), "Fri 7 Feb (in 3 days)"), (date(2025, 2, 4), "Tue 4 Feb (today)"),
    (date(2025, 2, 5), "Wed 5 Feb (tomorrow)"), (date(2025, 2, 3), "Mon 3 Feb (yesterday)"),
    (date(2025, 1, 31), "Fri 31 Jan (4 days ago)"), (date(2025, 9, 15), "Mon 15 Sep 2025 (in 223 days)"),
    (datetime(2025, 2, 8, 3, tzinfo=UTC), "Fri 7 Feb (in 3 days)")])
def test_day(of, said):
    assert spaced(words.day(of, READER, distance=True)) == said


def test_the_year_is_named_beyond_six_months():
    assert [spaced(words.day(date(2025, month, 1), READER)) for month in (8, 9)] == ["Fri 1 Aug", "Mon 1 Sep 2025"]


def test_a_moment_has_its_hour_and_place():
    moment = datetime(2025, 4, 3, 18, 5, tzinfo=UTC)
    assert spaced(words.day_time(moment, READER)) == "Thu 3 Apr 14:05 (New York)"
    assert spaced(words.day_time(moment, GERMAN)) == "Do., 3. Apr. 20:05 (Berlin)"
    assert spaced(words.day_time(moment, Reader("en", "UTC", READER.now))) == "Thu 3 Apr 18:05 (UTC)"


@pytest.mark.parametrize(("value", "unit", "said"), [
    (12, "a", "12 years"), (1, "a", "1 year"), (Decimal("1.5"), "d", "1.5 days"), (Decimal("1.0"), "h", "1 hour"),
    (3, "month", "3 months"), (13, "t/h", "13 t/h"), (5, None, "5")])
def test_spans_of_time_are_words(value, unit, said):
    assert spaced(words.quantity(value, unit, READER)) == said


@pytest.mark.parametrize(("value", "english", "german"), [
    (18400, "18,400", "18.400"), (Decimal("1200.50"), "1,200.5", "1.200,5"),
    (Decimal("0.000123456789"), "0.000123456789", "0,000123456789"), (Decimal("1E+3"), "1,000", "1.000")])
def test_number(value, english, german):
    assert (words.number(value, READER), words.number(value, GERMAN)) == (english, german)


@pytest.mark.parametrize(("count", "said"), [
    (1, "One thing"), (2, "Two things"), (3, "Three things"), (12, "Twelve things"), (13, "13 things"),
    (1200, "1,200 things")])
def test_how_many_things_begin_a_sentence(count, said):
    assert words.things(count, READER) == said


@pytest.mark.parametrize(("amount", "unit", "english", "german"), [
    (Decimal("0.8"), "EUR", "0.80 EUR", "0,80 EUR"), (Decimal("1200.5"), "USD/t", "1,200.50 USD/t", "1.200,50 USD/t"),
    (Decimal("0.1234"), "EUR", "0.1234 EUR", "0,1234 EUR"), (2000, "EUR", "2,000 EUR", "2.000 EUR"),
    (Decimal("0.8"), "t/EUR", "0.8 t/EUR", "0,8 t/EUR"), (Decimal("0.8"), "t", "0.8 t", "0,8 t")])
def test_an_amount_of_money_has_its_cents_wherever_it_is_said(amount, unit, english, german):
    assert [spaced(words.quantity(amount, unit, reader)) for reader in (READER, GERMAN)] == [english, german]
    figure = FigureFact("today.cost.energy", 1, 1, Decimal(amount), unit)
    assert (saying.figure_words(figure, "en"), saying.figure_words(figure, "de")) == (english, german)


@pytest.mark.parametrize(("number", "said"), [
    (Fraction(7630, 78), "97.8205 %"), (Fraction(1, 30_000), "0.000033333 %"),
    (Fraction(10**20, 3), f"{10**20 // 3:,}"),
    (Fraction(1, 8), "0.125 %"), (Fraction(20000001, 7), "2,857,143 %")])
def test_of_a_quotient_that_does_not_end_as_many_digits_are_said_as_mean_something(number, said):
    value = units.decimal_of(number)
    assert spaced(words.quantity(value, "%", READER)).startswith(said)
    assert saying.with_unit(value, "%", "en").startswith(said)


@pytest.mark.parametrize(("names", "said"), [
    ([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")])
def test_list(names, said):
    assert words.listed(names, READER) == said


def test_one_of_several():
    assert words.listed(["A", "B", "C"], READER, either=True) == "A, B or C"
    assert words.listed(["A", "B", "C"], GERMAN, either=True) == "A, B oder C"


@pytest.mark.parametrize(("of", "said"), [
    (range(1, 15), "1 to 14"), ([9, 1, 2], "1, 2 and 9"), ([1, 2, 4, 5, 6, 9], "1, 2, 4 to 6 and 9")])
def test_numbers(of, said):
    assert words.numbers(list(of), READER) == said


@pytest.mark.parametrize(("count", "said"), [
    (1, "about 1 minute"), (15, "about 15 minutes"), (90, "about 90 minutes"), (120, "about 2 hours")])
def test_minutes(count, said):
    assert spaced(words.minutes(count, READER)) == said


def test_an_unknown_language_is_english():
    assert spaced(words.day(date(2025, 2, 7), Reader("xx", "UTC", READER.now))) == "Fri 7 Feb"


def test_a_file_has_a_size_that_people_know():
    assert [spaced(words.size(count, READER)) for count in (1, 27, 120_300, 3_420_000)] == [
        "1 byte", "27 bytes", "120.3 kB", "3.4 MB"]


def test_no_text_makes_a_genitive_of_a_name():
    """Half of the names that end in s would have it wrong, and other languages have no such thing."""
    texts = [text for message in messages() for text in ([message] if isinstance(message, str) else message)]
    assert [text for text in texts if re.search(r"%\(\w+\)s['\u2019]s\b", text)] == []
