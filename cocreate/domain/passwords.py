"""Which passwords are taken: long ones that nobody tries first. No rules of composition.

Every refusal carries its reason. The list is described in NOTICE.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from cocreate.errors import Invalid

LEAST = 15  # characters where the password is all that is asked
LEAST_WITH_CODE = 10  # where an app code is asked too
MOST_BYTES = 1024

_LIST = Path(__file__).with_name("common_passwords.txt")
_DECORATION = 8  # so many further characters do not make a common password a good one
_OWN = 8  # so many characters must be there besides words that everybody knows of the person
_FREE = 6  # so many characters must not just follow from the one before
_ROWS = ("qwertzuiop", "qwertyuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", "1234567890")
_LEET = str.maketrans("4@3105$7", "aaeiosst")
_SERVICE = "cocreate"


def prepared(password: str) -> str:
    """The form in which a password is measured, hashed and compared, whatever keyboard it came from."""
    return unicodedata.normalize("NFKC", password)


def check(password: str, *, least: int, words: Iterable[str]) -> None:
    """Raise Invalid with the reason if this is not to become somebody's password.

    password: as ``prepared`` gives it.
    words: what is known of the person, such as name, address, organisation; taken apart at blanks and signs.
    """
    if len(password) < least:
        raise Invalid("password.too_short", field="password", length=len(password), least=least)
    if len(password.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise Invalid("password.too_long", field="password", most=MOST_BYTES)
    small = password.casefold()
    if small in common():
        raise Invalid("password.common", field="password")
    if _follows(small) or _made_of_common(small):
        raise Invalid("password.guessable", field="password")
    if word := _mostly_known(small, words):
        raise Invalid("password.about_you", field="password", word=word)


@cache
def common() -> frozenset[str]:
    return frozenset(_LIST.read_text("ascii").split())


def _follows(password: str) -> bool:
    """Whether nearly every character repeats, counts on, or lies beside the one before."""
    steps = {one + next_ for row in _ROWS for one, next_ in zip(row, row[1:], strict=False)}
    steps |= {step[::-1] for step in steps}
    free = sum(abs(ord(one) - ord(next_)) > 1 and one + next_ not in steps
               for one, next_ in zip(password, password[1:], strict=False))
    return 1 + free < _FREE or len(set(password)) < _FREE


def _made_of_common(password: str) -> bool:
    """Whether it is a common password repeated, decorated, written with signs, or two of them in a row."""
    return any(form in common() or any(form[:cut] in common() and form[cut:] in common() for cut in range(8, len(form)))
               for form in _forms(password))


def _forms(password: str) -> Iterator[str]:
    plain = password.translate(_LEET)
    for core in (re.sub(r"[\W\d_]+$", "", password), re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password)):
        if len(password) - len(core) <= _DECORATION:
            yield from (core, core.translate(_LEET))
    for form in (password, plain):
        yield form
        yield form[::-1]
        if repeated := re.fullmatch(r"(.+?)\1+", form):
            yield repeated[1]


def _mostly_known(password: str, words: Iterable[str]) -> str | None:
    """A known word without which too little would be left."""
    parts = {part for word in (*words, _SERVICE) for part in re.split(r"[\W_]+", prepared(word).casefold())
             if len(part) >= 4}
    found = sorted((part for part in parts if part in password), key=lambda part: (-len(part), part))
    left = password
    for part in found:
        left = left.replace(part, "")
    return found[0] if found and len(re.sub(r"[\W\d_]+", "", left)) < _OWN else None
