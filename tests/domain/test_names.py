import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.domain.names import (
    content_disposition,
    display_name,
    holds_name,
    initials,
    mixed_script,
    name_in_address,
    skeleton,
)


class TestDisplayName:
    @pytest.mark.parametrize("name", [
        "report.pdf", "合同.pdf", "عقد.pdf", "Müller & Söhne (2).xlsx", "a.b.c.csv", "नमस्ते.txt",
    ])
    def test_an_ordinary_name_stays(self, name):
        assert display_name(name) == (name, False)

    @pytest.mark.parametrize(("name", "clean"), [
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\plan.pdf", "plan.pdf"),
        ("plans/", "plans"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("in\u200bvoice\ufeff.pdf", "invoice.pdf"),
        ("\u2066a\u2069.pdf", "a.pdf"),
        ("a.pdf\0.exe", "a.pdf.exe"),
        ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie: b.pdf"),
        ("report.pdf. . .", "report.pdf"),
        (".htaccess", "file.htaccess"),
        ("...", "file"),
        ("", "file"),
        ("..", "file"),
        ("\u202e", "file"),
        ("CON", "_CON"),
        ("nul.tar.pdf", "_nul.tar.pdf"),
        ("com1 .txt", "_com1 .txt"),
        ("lpt¹.txt", "_lpt¹.txt"),
        ("a" + "\u0301" * 500 + ".pdf", "á" + "\u0301" * 8 + ".pdf"),
        ("\ud800.pdf", "file.pdf"),
    ])
    def test_what_is_hidden_or_harmful_goes(self, name, clean):
        assert display_name(name) == (clean, True)

    @pytest.mark.parametrize(("name", "clean"), [
        ("Zu\u0308rich.pdf", "Zürich.pdf"),  # as a Mac sends it
        ("Screenshot 9.41\u202fAM.png", "Screenshot 9.41 AM.png"),
        ("  a  b.pdf ", "a b.pdf"),
    ])
    def test_a_change_nobody_sees_is_not_told(self, name, clean):
        assert display_name(name) == (clean, False)

    def test_a_long_name_keeps_its_extension(self):
        clean, changed = display_name("合" * 300 + ".docx")
        assert (len(clean), clean[-6:], changed) == (200, "合.docx", True)

    def test_a_long_name_is_not_cut_before_a_mark(self):
        clean, _ = display_name("a" * 195 + "x\u0331\u0332\u0333" + ".pdf")
        assert clean == "a" * 195 + ".pdf"

    @given(st.text(max_size=400))
    def test_any_text_gives_a_name_that_is_its_own_name(self, text):
        clean, _ = display_name(text)
        assert display_name(clean) == (clean, False)
        assert 0 < len(clean) <= 200
        assert not set("/\\") & set(clean)
        assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Cn") for char in clean)


class TestContentDisposition:
    @pytest.mark.parametrize(("name", "header"), [
        ("plan.pdf", "attachment; filename=\"plan.pdf\"; filename*=UTF-8''plan.pdf"),
        ("合同.pdf", "attachment; filename=\"file.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C.pdf"),
        ("Zürich 1.pdf", "attachment; filename=\"Zurich 1.pdf\"; filename*=UTF-8''Z%C3%BCrich%201.pdf"),
        ('a"; x="b.pdf', "attachment; filename=\"a__ x=_b.pdf\"; filename*=UTF-8''a%22%3B%20x%3D%22b.pdf"),
        ("a\r\nB: c.pdf", "attachment; filename=\"aB: c.pdf\"; filename*=UTF-8''aB%3A%20c.pdf"),
    ])
    def test_it_is_an_attachment_with_both_names(self, name, header):
        assert content_disposition(name) == header

    @given(st.text(max_size=300))
    def test_it_is_always_one_line_of_ascii(self, name):
        header = content_disposition(name)
        assert header.isascii()
        assert header.isprintable()
        assert header.count('"') == 2


class TestLikeness:
    @pytest.mark.parametrize(("one", "other"), [
        ("Acme", "Аcme"),  # Cyrillic А
        ("Acme", "ΑCME"),  # Greek Α
        ("COPE", "СОРЕ"),  # all Cyrillic
        ("Acme A/S", "acme as"),
        ("Tornby Furniture", "TORNBY-FURNITURE "),
        ("Acme", "Ａｃｍｅ"),
        ("Acme", "Ac\u200bme"),
        ("νέα", "ΝΈΑ"),
        ("Straße", "STRASSE"),
        ("S. A. X.", "SAX"),
    ])
    def test_alike_names_have_one_skeleton(self, one, other):
        assert skeleton(one) == skeleton(other)

    @pytest.mark.parametrize(("one", "other"), [
        ("Müller", "Muller"), ("C&A", "CA"), ("三星", "三菱"), ("Acme 1", "Acme 2"),
    ])
    def test_different_names_stay_different(self, one, other):
        assert skeleton(one) != skeleton(other)

    def test_a_name_of_signs_has_one_too(self):
        assert skeleton("!!!") == "!!!"

    @pytest.mark.parametrize("name", ["Аcme", "Acmе Ltd", "АСМЕ Furniture", "Philιps"])
    def test_mixed_alphabets_are_seen(self, name):
        assert mixed_script(name)

    @pytest.mark.parametrize("name", [
        "Acme", "Газпром", "Газпром International", "NECソリューション", "Nguyễn", "Ελλάς", "3M", "",
    ])
    def test_honest_names_are_not_flagged(self, name):
        assert not mixed_script(name)


@pytest.mark.parametrize(("text", "name", "held"), [
    ("Dr. Anne Berg, managing director", "Anne Berg", True), ("ANNE  BERG", "Anne Berg", True),
    ("Marianne Berger", "Anne Berg", False), ("Jan Maier, CEO", "Jan Mai", False),
    ("Anne Maria Berg", "Anne Berg", False),
    ("Anne Berg", "", False), ("", "Anne Berg", False),
])
def test_a_name_stands_in_a_text_word_by_word(text, name, held):
    assert holds_name(text, name) is held


@pytest.mark.parametrize(("email", "name"), [
    ("pavel.partner@rolling.example", "Pavel Partner"), ("r.kim@wmata.example", "R Kim"),
    ("info@wmata.example", "Info"),
    ("anne_berg-moe@tornby.example", "Anne Berg Moe"), ("DUVAL@aurelis.example", "DUVAL"), ("...@x.example", "..."),
    ("steam+plant.no2@x.example", "Steam+plant No2"),
])
def test_an_address_alone_gives_a_name_to_begin_with(email, name):
    assert name_in_address(email) == name


@pytest.mark.parametrize(("name", "letters"), [
    ("Tornby Furniture", "TF"), ("Hyosung", "Hy"), ("van der Berg", "VD"), ("WMATA", "WM"), ("3M Company", "3C"),
    ("三星电子", "三星"), ("Газпром Нефть", "Га"), ("नमस्ते", "नम"), ("X", "X"), ("", "?"), ("***", "?"), ("ibm", "Ib"),
    ("O'Neill-Group", "ON"), ("Zu\u0308rich", "Zü"),
])
def test_initials(name, letters):
    assert initials(name) == letters
