"""The last day on which it can be decided whether a contract goes on."""

from datetime import date
from decimal import Decimal

import pytest

from cocreate.domain.answers import Answer
from cocreate.domain.deciding import last_day, moved
from workflows import library

SIGNED = date(2027, 3, 1)
START = Answer(date(2027, 1, 1))


def decided(key="customer_cooperation", after=None, **given):
    """The last day of the first rule of a template; given: field -> answer, 10 years with half a year's notice else."""
    definition = library.load(key)
    answers = {"start": START, "term": Answer(Decimal(10)), "notice": Answer(Decimal(6)), "option": Answer(Decimal(2))}
    return last_day(definition, definition.decide[0], lambda path: (answers | given).get(path.split(".")[2]),
                    signed=SIGNED, after=after)


class TestLastDay:
    def test_is_as_long_before_the_end_of_the_term_as_notice_takes(self):
        assert decided() == date(2036, 6, 30)  # the term ends with 2036: on 1 July it is too late

    def test_without_a_beginning_the_term_runs_from_the_last_signature(self):
        assert decided("take_back") == date(2036, 8, 31)

    @pytest.mark.parametrize("given", [
        {"option": Answer(Decimal(0))}, {"option": None}, {"term": Answer(not_available="not settled")},
        {"notice": None}, {"start": None}])
    def test_there_is_none_without_an_option_or_without_a_value(self, given):
        assert decided(**given) is None

    def test_there_is_none_where_no_calendar_has_the_day(self):
        assert decided(term=Answer(Decimal(9999))) is None

    def test_of_a_contract_that_goes_on_from_year_to_year_the_next_one_follows(self):
        assert decided("open", after=SIGNED) == date(2036, 6, 30)
        assert decided("open", after=date(2036, 6, 30)) == date(2037, 6, 30)
        assert decided("open", after=date(2040, 1, 1), start=Answer(date(2027, 2, 28)), notice=Answer(
            Decimal(1))) == date(2040, 1, 27)
        assert decided(after=date(2036, 6, 30)) is None  # an option is used once

    def test_of_a_shorter_month_its_last_day_counts(self):
        assert moved(date(2027, 8, 31), -6, 0) == date(2027, 2, 28)
        assert moved(date(2028, 2, 29), 12, 0) == date(2029, 2, 28)
        assert moved(date(2027, 1, 10), 0, -30) == date(2026, 12, 11)
