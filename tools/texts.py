"""Every text for people, for translators: ``python -m tools.texts > messages.pot``.

Python is read from its syntax tree, since babel's own reader does not see into f-strings.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).parents[1]
ONE, ONE_OR_MANY = {"_", "_l", "N_", "gettext", "lazy_gettext"}, {"ngettext"}


def messages() -> Iterator[str | tuple[str, str]]:
    """A text, or its two forms where it depends on a number."""
    for path in sorted(ROOT.glob("cocreate/**/*.py")):
        yield from _in_python(path)
    for path in sorted({*ROOT.glob("templates/**/*.html"), *ROOT.glob("templates/mail/*.txt")}):
        yield from _in_template(path)


def _in_python(path: Path) -> Iterator[str | tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            texts = [one.value for one in node.args[:2]
                     if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            yield from _called(name, texts)


def _in_template(path: Path) -> Iterator[str | tuple[str, str]]:
    with path.open("rb") as file:
        for _line, name, given, _comments in babel_extract(file, [*ONE, *ONE_OR_MANY], [], {"trimmed": "true"}):
            texts = [one for one in (given if isinstance(given, tuple) else (given,)) if isinstance(one, str)]
            yield from _called(name, texts)


def _called(name: str | None, texts: list[str]) -> Iterator[str | tuple[str, str]]:
    if name in ONE and texts:
        yield texts[0]
    elif name in ONE_OR_MANY and len(texts) > 1:
        yield texts[0], texts[1]


def catalogue() -> Catalog:
    found = Catalog(project="cocreate", fuzzy=False)
    for message in messages():
        found.add(message)
    return found


if __name__ == "__main__":
    write_po(sys.stdout.buffer, catalogue(), omit_header=True, sort_output=True)
