"""Which columns of a table hold only numbers."""

import pytest

from cocreate.domain.numeric import numeric


@pytest.mark.parametrize("cell", ["2", "12,500 pieces/a", "1 234,5", "18 %", "\N{MINUS SIGN}3", "–", ""])
def test_a_number_with_its_unit_or_none(cell):
    assert numeric([("Oslo", cell)]) == [False, True]


@pytest.mark.parametrize("cell", ["two", "about 15", "23 October 2027", "0.80 euros per piece"])
def test_words_are_none(cell):
    assert numeric([("Oslo", "2"), ("Bergen", cell)]) == [False, False]


def test_without_rows_nobody_knows():
    assert numeric([]) == []
