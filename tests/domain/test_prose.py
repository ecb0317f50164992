"""What people wrote, as it may stand in a document: filled in, read as blocks, cleaned."""

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cocreate.domain.contract import ClauseText, numbered
from cocreate.domain.prose import Listing, Paragraph, Run, blocks, clean, escape, fill, placeholders, plain


class TestFill:
    def test_two_dollars_are_one_and_a_price_is_no_name(self):
        assert fill("$$fee, $5 and ${fee}s", {"fee": "9"}) == "$fee, $5 and 9s"

    def test_a_value_is_filled_in_once(self):
        assert plain(fill("$a $b", {"a": "$b", "b": "$a"})) == "$b $a"

    def test_a_sentence_that_ends_with_somebodys_sentence_has_one_full_stop(self):
        assert fill("It is: $a. Then.", {"a": "Cost of both sides."}) == "It is: Cost of both sides. Then."
        assert fill("$a, $b", {"a": "Cost.", "b": "Volume."}) == "Cost., Volume."

    def test_names_are_found_in_order_each_once(self):
        assert placeholders("$b ${a} $$c \\$d $b $5") == ("b", "a")

    @pytest.mark.parametrize("template", [
        "pays $a.", "$a", "$a. Then", "**$a**", "*$a* and ***$a***", "- $a\n- b", "1. x\n$a\n\n2. y", "x\n$a$a",
        "$a) y", "\\$a$a", "\\\\$a", "one\n\n$a\n\ntwo", "-$a", "1.$a", "*$a$a*",
    ])
    @given(value=st.text(alphabet="ab1234567890*_-+.)(\\`#<>[]!|~=$\n \t\u200b\u2028", min_size=1).filter(str.strip)
           | st.text(min_size=1).filter(lambda text: clean(text).strip()))
    @example(value="1").via("a number before a full stop")
    @example(value="- x").via("a bullet")
    @example(value="1. x").via("a number")
    @example(value=". x").via("the end of a number")
    @example(value="a\\").via("a backslash before the next character")
    @example(value="x\n\n- y\n1. z\n# h").via("lines that look like blocks")
    def test_a_value_never_becomes_markup(self, template, value):
        assert shape(fill(template, {"a": value})) == shape(fill(template, {"a": "x"}))

    @given(value=st.text())
    @example(value="a\r\xa0b").via("a line that begins with a space of another kind")
    def test_a_value_is_read_as_it_was_written(self, value):
        lines = [re.sub("[ \t]+", " ", line).strip() for line in clean(value).strip().split("\n")]
        assert plain(escape(value)) == "\n".join(lines)


class TestBlocks:
    def test_paragraphs_are_parted_by_empty_lines(self):
        assert blocks("one\ntwo\n\nthree") == (Paragraph((Run("one two"),)), Paragraph((Run("three"),)))

    def test_bold_and_italic(self):
        assert blocks("a **b *c* d** *e*") == (Paragraph((
            Run("a "), Run("b ", True), Run("c", True, True), Run(" d", True), Run(" "), Run("e", italic=True),
        )),)

    def test_lists_end_with_a_list_of_the_other_kind(self):
        assert blocks("3. a\n4. b\n- c\n  more") == (
            Listing(True, 3, ((Run("a"),), (Run("b"),))), Listing(False, 0, ((Run("c more"),),)),
        )

    def test_a_wrapped_year_does_not_begin_a_list(self):
        assert blocks("in the year\n2009. Then") == (Paragraph((Run("in the year 2009. Then"),)),)

    @pytest.mark.parametrize(
        "body", ["# head", "2 * 3 * 4", "a_b_c", "<b>x</b>", "![x](y)", "`x`", "****", "**a", "a*"]
    )
    def test_everything_else_is_words(self, body):
        assert blocks(body) == (Paragraph((Run(body),)),)

    def test_paragraphs_are_numbered_where_there_are_several(self):
        clause = ClauseText("a", 4, "A", "one\n\n- x\n\ntwo")
        assert [number for number, _ in numbered(clause)] == ["4.1", "", "4.2"]
        assert [number for number, _ in numbered(replace(clause, body="one"))] == [""]

    @given(body=st.text(alphabet="a *-1.\n\\"))
    def test_no_word_is_lost(self, body):
        assert plain(body).count("a") == body.count("a")


class TestClean:
    @given(st.text())
    def test_cleaning_twice_changes_nothing(self, raw):
        assert clean(clean(raw)) == clean(raw)

    @given(st.text())
    def test_what_is_clean_can_be_seen_and_written(self, raw):
        assert not {unicodedata.category(char) for char in clean(raw) if char not in "\n\t"} & {"Cc", "Cs", "Co", "Cn"}
        clean(raw).encode()

    def test_what_cannot_be_seen_prints_as_its_number(self):
        assert clean("a\x00\u202e001\r\nb") == "a[U+0000][U+202E]001\nb"


def shape(body):
    """Blocks without their words: kinds, numbers of items, faces."""
    return [
        (block.ordered, block.start, [[(run.bold, run.italic) for run in item] for item in block.items])
        if isinstance(block, Listing) else [(run.bold, run.italic) for run in block.runs]
        for block in blocks(body)
    ]
