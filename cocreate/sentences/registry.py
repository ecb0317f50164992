"""Which function speaks for which code."""

from collections.abc import Callable

from cocreate.sentences.speaker import Speaker

Speaks = Callable[[Speaker], str]

ERRORS: dict[str, Speaks] = {}


def explains(*codes: str) -> Callable[[Speaks], Speaks]:
    """Let a function make the sentence of these codes."""
    def register(function: Speaks) -> Speaks:
        ERRORS.update(dict.fromkeys(codes, function))
        return function

    return register
