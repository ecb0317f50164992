"""A number whose giver chooses the unit: beside a field, and after the number in a row."""

from decimal import Decimal

import pytest

from cocreate.domain.answers import Answer
from cocreate.domain.figures import figures
from cocreate.domain.saying import rows, say
from cocreate.forms.typed import typed_of
from tests.support.asking import asking

ASKED = asking(
    stream={"type": "quantity", "unit": "t/a", "or_units": ["m³/a", "Nm³/a", "MWh/a"]},
    price={"type": "money", "currency": "EUR", "per": "t", "or_per": ["m³", "Nm³", "MWh"]},
    content={"type": "table", "columns": {
        "substance": {"label": "Substance", "type": "text"},
        "content": {"label": "Content", "type": "quantity", "unit": "mg/kg", "or_units": ["mg/l", "mg/Nm³"]}}},
    steps={"type": "schedule", "currency": "EUR", "per": "t", "or_per": ["MWh"]},
)
TYPED = {"f-stream": "120", "f-stream-measure": "MWh/a", "f-price": "38.5", "f-price-measure": "MWh",
         "f-price-year": "2027", "f-content-0-substance": "Lead", "f-content-0-content": "12",
         "f-content-1-substance": "Dust", "f-content-1-content": "5 mg/Nm3", "f-steps-year": "2027",
         "f-steps-0-from": "2028-01-01", "f-steps-0-value": "40 per MWh"}


class TestGiven:
    def test_what_was_chosen_goes_with_the_number(self, form):
        made = form(ASKED, TYPED)
        assert made.validate()
        answers = made.answers()
        assert answers["stream"] == Answer(Decimal(120), unit="MWh/a")
        assert (answers["price"].value, answers["price"].unit) == (Decimal("38.5"), "MWh")
        assert [row["content"].unit for row in answers["content"].value] == ["mg/kg", "mg/Nm³"]
        assert answers["steps"].value[0]["value"].unit == "MWh"
        assert {one.unit for one in figures("baseline", "stream", ASKED, answers)} == {
            "MWh/a", "EUR/MWh", "mg/kg", "mg/Nm³"}

    @pytest.mark.parametrize(("words", "unit"), [
        ("120", "t/a"), ("120 t/a", "t/a"), ("120 m3/a", "m³/a"), ("120 Nm³/a", "Nm³/a"), ("120 MWh/a", "MWh/a")])
    def test_what_is_written_after_the_number_counts(self, form, words, unit):
        made = form(ASKED, TYPED | {"f-stream": words, "f-stream-measure": "t/a"})
        assert made.answers()["stream"] == Answer(Decimal(120), unit=unit)

    def test_nothing_else_is_a_unit(self, form):
        assert "stream" not in form(ASKED, TYPED | {"f-stream": "120 barrels/a"}).answers()
        assert not form(ASKED, TYPED | {"f-stream-measure": "barrels/a"}).validate()

    @pytest.mark.parametrize("language", ["en", "de"])
    def test_an_earlier_version_comes_back_as_typed(self, form, language):
        answers = form(ASKED, TYPED).answers()
        assert form(ASKED, typed_of(ASKED, answers, language=language), language=language).answers() == answers


class TestSaid:
    def test_is_read_back_with_its_unit(self, form):
        made = form(ASKED, TYPED)
        assert made.read_back()["f-stream-read"] == "Read as 120 MWh/a"
        assert "per MWh" in say(ASKED.fields["price"], made.answers()["price"])

    def test_stands_in_the_head_where_all_share_it_else_in_each_cell(self, form):
        answers = form(ASKED, TYPED).answers()
        assert rows(ASKED.fields["content"], answers["content"]) == (
            ("Substance", "Content"), (("Lead", "12 mg/kg"), ("Dust", "5 mg/Nm³")))
        heads, _ = rows(ASKED.fields["steps"], answers["steps"])
        assert heads[-1] == "Value, EUR per MWh, prices of 2027"

    def test_a_row_says_which_units_it_takes(self, form):
        assert form(ASKED).entries[2].heads[1][1] == \
            "mg/kg; another is written after the number: mg/l, mg/Nm³"
