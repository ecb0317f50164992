"""Which function speaks for which code."""

from collections.abc import Callable

from cocreate.sentences.speaker import Said, Speaker

Speaks = Callable[[Speaker], str]
Refuses = Callable[[Speaker], Said]

ERRORS: dict[str, Speaks] = {}
REFUSALS: dict[str, Refuses] = {}


def explains(*codes: str) -> Callable[[Speaks], Speaks]:
    """Let a function make the sentence of these codes."""
    def register(function: Speaks) -> Speaks:
        ERRORS.update(dict.fromkeys(codes, function))
        return function

    return register


def says(code: str) -> Callable[[Refuses], Refuses]:
    """Let a function make the sentence of this reason of the rules, with where one can do something about it."""
    def register(function: Refuses) -> Refuses:
        REFUSALS[code] = function
        return function

    return register
