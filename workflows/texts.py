"""Texts a template says to people: one string, or one per language.

Inner layers carry them whole; a page chooses the reader's language with ``say``.
"""

import unicodedata
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints


def _printable(text: str) -> str:
    if any(unicodedata.category(char) == "Cc" and char not in "\n\t" for char in text):
        raise ValueError("holds a control character that nobody can see")
    return text


Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000),
                  AfterValidator(_printable)]
Text = Words | Annotated[dict[Language, Words], Field(min_length=1)]


def say(text: str | Mapping[str, str] | None, language: str = "en") -> str:
    """The text in ``language``; where it is missing, in the first language the template has."""
    if text is None:
        return ""
    if isinstance(text, str):
        return text
    return text.get(language) or text.get(language[:2]) or next(iter(text.values()))
