"""What a line never ends in the middle of."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cocreate import words
from cocreate.domain.answers import Answer
from cocreate.domain.saying import read_out, say
from cocreate.domain.unbroken import MOST, unbroken, with_versions
from cocreate.words import Reader
from workflows import fields as f
from workflows.facts import FigureFact

NOW = datetime(2025, 2, 5, 2, tzinfo=UTC)
READER = Reader("en", "America/New_York", NOW)


def kept(said):
    return said.replace("\N{NO-BREAK SPACE}", "_")


@pytest.mark.parametrize(("text", "together"), [
    ("It takes 1,200 t/a from 23 November 2026 on.", "It takes 1,200_t/a from 23_November_2026 on."),
    ("At most EUR 5,000.50 (12 months).", "At most EUR_5,000.50 (12_months)."),
    ("98 % of it, or 0,5 °C", "98_% of it, or 0,5_°C"),
    ("am 23. November 2026", "am 23._November_2026"),
    ("in 2019 2020 2021", "in 2019 2020 2021"),
    ("no number here", "no number here")])
def test_amounts_and_days_in_a_text_stay_whole(text, together):
    assert kept(unbroken(text)) == together
    assert unbroken(unbroken(text)) == unbroken(text)


def test_what_is_longer_than_a_narrow_line_may_break():
    long = "1,200 " + "x" * MOST
    assert unbroken(long) == long


def test_a_version_keeps_its_number():
    assert kept(with_versions("It is ready, version 1. Version 12 was not; a version of 2020.")) == (
        "It is ready, version_1. Version_12 was not; a version of 2020.")


def test_a_day_a_time_and_an_amount_are_each_whole():
    moment = datetime(2025, 4, 3, 18, 5, tzinfo=UTC)
    assert kept(words.day(date(2025, 2, 7), READER, distance=True)) == "Fri_7_Feb (in_3_days)"
    assert kept(words.day(date(2026, 2, 7), READER)) == "Sat_7_Feb_2026"
    assert kept(words.day_time(moment, READER)) == "Thu_3_Apr 14:05_(New_York)"
    assert kept(words.quantity(1200, "t/a", READER)) == "1,200_t/a"
    assert kept(words.quantity(12, "a", READER)) == "12_years"
    assert kept(words.size(120_000, READER)) == "120_kB"
    assert kept(words.minutes(15, READER)) == "about 15_minutes"
    assert kept(words.figure(FigureFact("a.b.c", 1, 1, Decimal(13), "t/h", period="a", price_year=2026), READER)) == (
        "13_t/h per year, prices of 2026")


def test_a_page_keeps_an_answer_together_and_a_contract_has_its_plain_words():
    money = f.Money.model_validate({"type": "money", "label": "Price"})
    answer = Answer(Decimal(5000), currency="EUR")
    assert (kept(read_out(money, answer, language="en")), say(money, answer)) == ("5,000_euros", "5,000 euros")


def test_what_people_wrote_is_shown_as_they_wrote_it():
    text = f.LongText.model_validate({"type": "long_text", "label": "Remark"})
    assert read_out(text, Answer("About 5 t"), language="en") == "About 5 t"
