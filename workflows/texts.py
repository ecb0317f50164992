"""Texts a template says to people: one string, or one per language.

Inner layers carry them whole; a page chooses the reader's language with ``say``.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints


def _printable(text: str) -> str:
    if any(unicodedata.category(char) == "Cc" and char not in "\n\t" for char in text):
        raise ValueError("holds a control character that nobody can see")
    return text


_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
Language = Annotated[str, StringConstraints(pattern=f"^{_LANGUAGE.pattern}$")]
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


def language_of(text: str | Mapping[str, str] | None, language: str, own: str) -> str:
    """In which language ``say`` says it; own: the template's, in which its plain texts are written."""
    if not text or isinstance(text, str):
        return own
    return next((one for one in (language, language[:2]) if text.get(one)), next(iter(text)))


def near(word: str, known: Iterable[str]) -> str:
    """The known word that is written most like this one; empty where none is near."""
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.7)), "")


def meant(word: str, known: Iterable[str]) -> str:
    """Such as "; did you mean 'in_use'?" for what is not among the known words; empty where none is near."""
    return f"; did you mean '{one}'?" if (one := near(word, known)) not in ("", word) else ""


# The keys of a definition under which a text stands.
TEXTS = frozenset({"name", "plural", "title", "purpose", "summary", "ends_in", "why", "help", "unlocks", "question",
                   "label", "text", "agreement", "contract_title", "published", "group", "placeholder"})


def each(path: str, value: Any) -> Iterator[tuple[str, str | Mapping[str, str]]]:
    """(path, text) of everything people read in a definition, given as plain values."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        here = f"{path}.{key}" if path else str(key)
        # A field or a box may be called like a key of texts: its own keys are no languages.
        if key in TEXTS and (isinstance(inner, str) or (
                isinstance(inner, dict) and inner and all(map(_LANGUAGE.fullmatch, inner)))):
            yield here, inner
        else:
            yield from each(here, inner)
