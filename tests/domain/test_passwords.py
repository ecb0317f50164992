"""Which passwords are taken, and why others are not."""

import pytest

from cocreate.domain import passwords
from cocreate.errors import Invalid

KNOWN = ("Renee Kim", "r.kim@wmata.example", "Washington Metro")


def refusal(password, least=passwords.LEAST):
    """Why the password is not taken; None where it is."""
    try:
        passwords.check(passwords.prepared(password), least=least, words=KNOWN)
    except Invalid as refused:
        return refused
    return None


class TestTaken:
    @pytest.mark.parametrize("password", [
        "correct horse battery staple",
        "vier Wörter ohne Zusammenhang",
        "七つの海を渡る青い鳥の長い物語です",
        "the garage of wmata needs better light",  # a known word among many others
        "k7#pQ2!mZ9$xV4&",
        "sunshine on 14 unrelated Tuesdays",
        " leading and trailing blanks ",
    ])
    def test_long_and_not_tried_first(self, password):
        assert refusal(password) is None

    def test_ten_characters_where_a_code_is_asked_too(self):
        assert refusal("x7kPm2qzRt", passwords.LEAST_WITH_CODE) is None
        assert refusal("x7kPm2qzR", passwords.LEAST_WITH_CODE).values["least"] == 10
        assert refusal("x7kPm2qzRt").values["least"] == 15


class TestRefused:
    def test_a_short_one_is_told_how_short(self):
        assert refusal("only eleven").values == {"field": "password", "length": 11, "least": 15}

    def test_a_very_long_one(self):
        assert refusal("ab1c d2ef " * 103).code == "password.too_long"

    @pytest.mark.parametrize("password", ["manchesterunited", "1q2w3e4r5t6y7u8i", "PASSWORDPASSWORD"])
    def test_a_stolen_one(self, password):
        assert refusal(password).code == "password.common"

    @pytest.mark.parametrize("password", [
        "password1234567", "P@ssw0rd!2027!!", "!!manchesterunited!!", "baseballbaseball", "sunshinepassword",
        "aaaaaaaaaaaaaaa", "abcdefghijklmno", "987654321098765", "qwertzuiopasdfg", "ababababababababab",
        "drowssap1234567",
    ])
    def test_one_that_adds_little_to_a_stolen_one(self, password):
        assert refusal(password).code in ("password.guessable", "password.common")

    @pytest.mark.parametrize(("password", "word"), [
        ("wmata-wmata-2027!", "wmata"),
        ("Washington Metro 1", "washington"),
        ("cocreate 2027 cocreate", "cocreate"),
    ])
    def test_one_that_everybody_guesses_who_knows_the_person(self, password, word):
        refused = refusal(password)
        assert (refused.code, refused.values["word"]) == ("password.about_you", word)


class TestForm:
    def test_two_ways_to_type_a_letter_are_one(self):
        assert passwords.prepared("caf\u0065\u0301") == passwords.prepared("caf\u00e9")

    def test_full_width_letters_are_letters(self):
        assert passwords.prepared("\uff50\uff41\uff53\uff53") == "pass"


class TestList:
    def test_is_long_enough_to_matter(self):
        assert len(passwords.common()) >= 10_000

    def test_holds_nothing_that_is_refused_for_its_length_anyway(self):
        assert min(map(len, passwords.common())) >= 8
