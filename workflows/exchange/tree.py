"""YAML text as plain values, with the line of every one of them.

A closed part of YAML 1.2: mappings, lists, scalars. Tags, anchors, aliases, several documents and keys given twice are
refused, so a text means what it shows. Nothing is evaluated; ``on``, ``yes`` and ``no`` are words. It is read from
events, not nodes, so that nothing is built from what is refused.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from workflows.exchange.mistakes import DefinitionError, DefinitionErrors, Place, dotted

LARGEST = 1_000_000  # bytes; the longest template with 200 stages has about half of it
DEEPEST = 40
NOT_A_TEMPLATE = "This is not a template file."
NOT_UTF_8 = "This file is not written in UTF-8. Save it as UTF-8 in your editor, and import it again."
MOSTLY = ("Mostly a text needs quotes, since it holds a colon with a blank behind it or begins with a sign such as "
          "* % @ [, or the line is indented otherwise than those beside it.")
CUT_OFF = ("The text ends before ' #': YAML takes the rest of the line for a comment. Put the text in quotes, or the "
           "comment on a line of its own.")

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,29})")
FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]{0,29})(\.[0-9]{1,30})?([eE][-+]?[0-9]{1,3})?")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read."""

    value: dict[str, Any] | list[Any]
    place: Place
    key: str | None = None  # of a mapping: the key whose value comes next
    no_word: bool = False  # of a mapping: what stood where that key should be is none


@dataclass(slots=True)
class Tree:
    value: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    errors: list[DefinitionError] = field(default_factory=list)

    def line(self, place: Place) -> int | None:
        """The line of the nearest thing that is there."""
        while place not in self.lines:
            if not place:
                return None
            place = place[:-1]
        return self.lines[place]

    def refuse(self, place: Place, line: int, message: str, example: str | None = None) -> None:
        self.errors.append(DefinitionError(dotted(place), line, message, example))


def decoded(text: str | bytes) -> str:
    if len(text if isinstance(text, bytes) else text.encode(errors="replace")) > LARGEST:
        raise DefinitionErrors([DefinitionError("", None, f"The file is larger than {LARGEST // 1_000_000} MB.")])
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        ours = b"format:" in text.replace(b"\0", b"")  # in an encoding of two bytes, too
        raise DefinitionErrors([DefinitionError("", None, NOT_UTF_8 if ours else NOT_A_TEMPLATE)]) from None


def parse(text: str) -> Tree:
    tree = Tree()
    try:
        _build(yaml.parse(text, Loader=_Loader), tree, [*text.splitlines(), ""])
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        tree.errors.append(DefinitionError("", line, _unreadable(text, line, str(error.problem))))
        tree.value = None
    except (yaml.YAMLError, UnicodeEncodeError):  # control characters, lone surrogates
        raise DefinitionErrors([DefinitionError("", None, NOT_A_TEMPLATE)]) from None
    return tree


def _unreadable(text: str, line: int | None, problem: str) -> str:
    """Why the reading stopped, in words for what happens to everybody once."""
    here = text.split("\n")[line - 1:line] if line else []  # it may stop behind the last line
    if any("\t" in one[:len(one) - len(one.lstrip())] for one in here):
        return "A tab stands here; YAML is indented with blanks. Replace each tab by blanks."
    ours = "" if "format:" in text else f"{NOT_A_TEMPLATE} "
    return f"{ours}It cannot be read from here on: {problem}. {MOSTLY}"


def _build(events: Iterable[yaml.Event], tree: Tree, lines: list[str]) -> None:
    """Fill ``tree`` from the events of one document."""
    open_: list[_Open] = []
    documents = 0
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 0
        match event:
            case yaml.DocumentStartEvent():
                documents += 1
                if documents > 1:
                    tree.refuse((), line, "A file holds one template; here a second document begins.")
                    return
            case yaml.AliasEvent():
                tree.refuse(_here(open_), line, "Aliases (*name) are not allowed; write the value out.")
                _put(open_, tree, None, line)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                _refuse_marks(event, _here(open_), tree, line)
                if len(open_) >= DEEPEST:
                    raise DefinitionErrors([*tree.errors, DefinitionError(dotted(_here(open_)), line,
                                                                          f"Nested more than {DEEPEST} deep.")])
                inner: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
                place = _put(open_, tree, inner, line)
                open_.append(_Open(inner, place))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                open_.pop()
            case yaml.ScalarEvent():
                _refuse_marks(event, _here(open_), tree, line)
                if not event.style and " " in event.value:
                    _refuse_comment(event.end_mark, lines, _here(open_), tree)
                if open_ and isinstance(open_[-1].value, dict) and open_[-1].key is None:
                    _key(open_[-1], event.value, tree, line)
                else:
                    _put(open_, tree, event.value if event.style else scalar(event.value), line)


def _refuse_comment(end: Any, lines: list[str], place: Place, tree: Tree) -> None:
    """Behind several words without quotes: it may have been meant as a part of them."""
    if lines[end.line][end.column:].lstrip().startswith("#"):
        tree.refuse(place, end.line + 1, CUT_OFF)


def _refuse_marks(event: Any, place: Place, tree: Tree, line: int) -> None:
    if event.anchor is not None:
        tree.refuse(place, line, "Anchors (&name) are not allowed; write the value out where it is needed.")
    if event.tag is not None:
        tree.refuse(place, line, "Tags (!name) are not allowed; write the plain value.")


def _key(mapping: _Open, key: str, tree: Tree, line: int) -> None:
    place = (*mapping.place, key)
    if key in mapping.value:
        tree.refuse(place, line, f"'{key}' stands here twice; first in line {tree.lines[place]}.")
    else:
        tree.lines[place] = line
    mapping.key = key


def _put(open_: list[_Open], tree: Tree, value: Any, line: int) -> Place:
    """Hang ``value`` where the reading is, and return its place."""
    if not open_:
        tree.value = value
        tree.lines[()] = line
        return ()
    top = open_[-1]
    if isinstance(top.value, list):
        top.value.append(value)
        place: Place = (*top.place, len(top.value) - 1)
        tree.lines[place] = line
        return place
    if top.key is None:
        tree.refuse(top.place, line, "A key must be a word, not a list or a mapping.")
        top.key, top.no_word = "", True  # and what stands behind it is left out
        return (*top.place, "")
    key, top.key = top.key, None
    if top.no_word:
        top.no_word = False
    else:
        top.value.setdefault(key, value)
    return (*top.place, key)


def _here(open_: list[_Open]) -> Place:
    if not open_:
        return ()
    top = open_[-1]
    if isinstance(top.value, list):
        return (*top.place, len(top.value))
    return top.place if top.key is None else (*top.place, top.key)


def scalar(text: str) -> Any:
    """A plain scalar by the core schema of YAML 1.2; what looks like anything else is a text."""
    if text in _WORDS:
        return _WORDS[text]
    if INT.fullmatch(text):
        return int(text)
    if FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text
