"""What can be read and means nothing: names without an end, signs that turn a text round, units with a gap."""

import re
from collections import Counter
from collections.abc import Iterator

from workflows.definition import Definition
from workflows.fields import Base, Choice, Choices
from workflows.texts import each
from workflows.verification.findings import Finding, error, listed

LONGEST = 200  # characters of what stands in a heading, a list or the subject of a mail
_NAMES = frozenset({"name", "plural", "title", "contract_title", "label", "group"})
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def plain(d: Definition) -> Iterator[Finding]:
    for path, text in each("", d.model_dump(by_alias=True, exclude_defaults=True)):
        name = path.rpartition(".")[2]
        for language, words in {"": text}.items() if isinstance(text, str) else text.items():
            where = f"{path}.{language}".rstrip(".")
            if name in _NAMES and len(words) > LONGEST:
                yield error("text.long", where, f"A {name.replace('_', ' ')} has at most {LONGEST} characters; this "
                                                f"has {len(words)}. Say it in fewer, and the rest in a text below it.")
            if _TURNING.search(words):
                yield error("text.turned", where, "This holds a sign that nobody can see and that turns the order of "
                                                  "the letters round. Take it out: type the text anew.")
    for key, (stage, task) in d.tasks.items():
        path = f"stages.{stage}.tasks.{key}"
        if task.visible_to == []:
            yield error("visible.nobody", f"{path}.visible_to", _NOBODY)
        for name, field in task.parts():
            yield from _field(field, f"{path}.fields.{name}")


_NOBODY = "An empty list lets nobody see this. Name seats, write own, or leave visible_to out."


def _field(field: Base, path: str) -> Iterator[Finding]:
    if field.visible_to == []:
        yield error("visible.nobody", f"{path}.visible_to", _NOBODY)
    for name in ("unit", "per"):
        unit = getattr(field, name, None)
        if unit and not all(part.strip() for part in unit.split("/")):
            yield error("unit.gap", f"{path}.{name}", f"'{unit}' has nothing before or behind a '/'. Write it as kg or "
                                                      "pieces/a.")
    if isinstance(field, Choice | Choices) and isinstance(field.of, list):
        if twice := [key for key, times in Counter(field.of).items() if times > 1]:
            yield error("choice.twice", f"{path}.of", f"{listed(twice)} is offered twice. Offer each once.")
