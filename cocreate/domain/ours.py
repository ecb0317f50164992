"""What we ask and say ourselves among the texts of a template: in English here, in other languages by the catalogue."""

from collections.abc import Callable

_translate: Callable[[str, str], str] = lambda _language, text: text  # noqa: E731


class Ours(dict[str, str]):
    """Stands where a template has a text in several languages: it has every one that the catalogue has."""

    def get(self, language: str, _default: object = None) -> str:
        return translate(language, self["en"])


def N_(text: str) -> Ours:
    """Marks a text of ours for the catalogue."""
    return Ours(en=text)


def translate(language: str, text: str) -> str:
    return _translate(language, text)


def translate_by(translate: Callable[[str, str], str]) -> None:
    """Let texts be said by ``translate(language, text)``. See ``saying.translate_by``."""
    global _translate
    _translate = translate
