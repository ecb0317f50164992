"""Numbers as people write them, and the texts that can be kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.forms.reading import Unreadable, read_number, typeable


class TestNumbers:
    @pytest.mark.parametrize(("language", "text", "number"), [
        ("en", "1,234.5", "1234.5"), ("de", "1.234,5", "1234.5"), ("en", "1.234,5", "1234.5"), ("en", "1,234", "1234"),
        ("de", "1.234", "1234"), ("fr", "1 234,5", "1234.5"), ("fr", "1\u202f234\u00a0567", "1234567"),
        ("en", "1 234.567", "1234.567"), ("de-CH", "1'234.50", "1234.5"), ("en", "0.125", "0.125"), ("en", ".5", "0.5"),
        ("en", "16.2500", "16.25"), ("en", "1.234.567", "1234567"), ("en", "\u22125", "-5"), ("en", "+5", "5"),
        ("en", "١٢٣", "123"), ("en", "-0", "0"), ("en", "007", "7"), ("en", " 12 ", "12"), ("en", "12 t/a", "12"),
    ])
    def test_read(self, words, language, text, number):
        assert str(read_number(text, language, unit="t/a")) == number

    @pytest.mark.parametrize(("language", "text"), [
        ("en", "1.234"), ("de", "1,234"), ("fi", "1.234"), ("en", "1,2,3"), ("en", "1,23,456"), ("en", "1e5"),
        ("en", "12 34"), ("en", "1,234,5"), ("en", "0x10"), ("en", "NaN"), ("en", "Infinity"), ("en", "1_000"),
        ("en", "--1"), ("en", "1."), ("en", ","), ("en", "½"), ("en", "9" * 5000), ("en", "1 kg")])
    def test_refused(self, words, language, text):
        with pytest.raises(Unreadable):
            read_number(text, language, unit="t/a")

    @given(st.decimals(-10**17, 10**17, places=7, allow_nan=False), st.sampled_from(["en", "de", "fi", "fr", "de-CH"]))
    def test_written_for_a_reader_is_read(self, number, language):
        assert read_number(typeable(number, language), language) == number

    @given(st.text(max_size=30), st.sampled_from(["en", "de", "fr"]))
    def test_any_text_is_a_number_or_refused(self, language_app, text, language):
        with language_app.test_request_context():
            try:
                assert read_number(text, language) is None or read_number(text, language).is_finite()
            except Unreadable:
                pass
