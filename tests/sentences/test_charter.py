"""What is proposed for working together when a project is opened."""

import pytest

from cocreate.sentences.charter import proposed
from tests.support import languages


class TestProposed:
    def test_purpose_is_the_openers_and_left_out_where_there_is_none(self):
        assert [part for part, _ in proposed("Fewer crates.", "no", "en")] == [
            "purpose", "decisions", "openness", "sharing"]
        assert dict(proposed("Fewer crates.", "no", "en"))["purpose"] == "Fewer crates."
        assert "purpose" not in dict(proposed("", "no", "en"))

    @pytest.mark.parametrize(("when", "words"), [
        ("before", "market talks"), ("during", "only as the tender allows"), ("after", "after the award")])
    def test_a_public_buyer_is_told_what_a_tender_allows(self, when, words):
        assert words in dict(proposed("", when, "en"))["public_buyer"]

    @pytest.mark.usefixtures("house")  # an installation with one more language
    def test_is_in_the_language_of_the_project(self):
        assert [text[0] for _part, text in proposed("", "during", languages.CODE)] == ["["] * 4
