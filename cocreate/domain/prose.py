"""What people wrote, as it may stand in a document: cleaned, escaped, filled into a text, and its few marks read.

Pure. A value from the project is escaped when it is filled in and can never become markup; whatever is not bold, italic
or a list is words.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

# --- texts -----------------------------------------------------------------------------------------------------------

_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Embeddings, overrides and isolates reorder what stands around them: "100" could be read as "001".
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSEEN = frozenset({"Cc", "Cs", "Co", "Cn"})  # controls, lone surrogates, private use, unassigned


def clean(text: str) -> str:
    """The text in NFC, with one kind of line break; a character nobody can see prints as its number, [U+0000]."""
    return "".join(map(_seen, unicodedata.normalize("NFC", _BREAKS.sub("\n", text))))


def _seen(char: str) -> str:
    hidden = char in _REORDERING or (unicodedata.category(char) in _UNSEEN and char not in "\n\t")
    return f"[U+{ord(char):04X}]" if hidden else char


class Clean:
    """A frozen dataclass whose texts are all ``clean``: page, PDF and hash see the same characters."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for each in fields(self):  # type: ignore[arg-type]  # only dataclasses derive from this
            object.__setattr__(self, each.name, _cleaned(getattr(self, each.name)))


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return clean(value)
        case tuple():
            return tuple(map(_cleaned, value))
        case _:
            return value


# --- placeholders ----------------------------------------------------------------------------------------------------

# "\$" is a dollar sign of the text; a backslash must never reach into a value.
_PLACEHOLDER = re.compile(r"\\.|\$\$|\$(?:\{(?P<braced>\w+)\}|(?P<bare>[A-Za-z_][A-Za-z0-9_]*))", re.DOTALL)
_MARKUP = re.compile(r"[\\`*_\[\]<>#&!|~]")
_LEADING = re.compile(r"^(?:[-+=.)]|\d+(?=[.)]))")
_BARE_NUMBER = re.compile(r"^[ \t]*\d+$")


def placeholders(template: str) -> tuple[str, ...]:
    """The names a text uses, in their order, each once."""
    names = (match["braced"] or match["bare"] for match in _PLACEHOLDER.finditer(template))
    return tuple(dict.fromkeys(name for name in names if name))


def escape(value: str) -> str:
    """Markdown that shows exactly ``value``, wherever in a text it is put; its line breaks stay line breaks."""
    text = _MARKUP.sub(r"\\\g<0>", re.sub(r"[ \t]+", " ", clean(value).strip()))
    text = _LEADING.sub(lambda found: found[0] + "\\" if found[0].isdigit() else "\\" + found[0], text)
    return re.sub(r"[^\S\n]*\n[^\S\n]*", "\\\\\n", text)


def fill(template: str, words: Mapping[str, str]) -> str:
    """The template with every ``$name`` replaced once by its escaped words; ``$$`` is a dollar sign.

    Where a sentence of the template ends after words that have their own full stop, it has one.

    Raises: KeyError for a name without words.
    """
    done, at = "", 0
    for match in _PLACEHOLDER.finditer(template):
        done, at = done + template[at:match.start()], match.end()
        name = match["braced"] or match["bare"]
        if name is None:
            done += "$" if match[0] == "$$" else match[0]
            continue
        done += escape(_ended_once(words[name], template[at:at + 1]))
        if template[at:at + 1] in {".", ")"} and _BARE_NUMBER.match(done.rpartition("\n")[2]):
            done += "\\"  # "$year. Then" on a line of its own must not begin a list when the year is 2009
    return done + template[at:]


def _ended_once(words: str, following: str) -> str:
    """Of words that end with the full stop that follows them in the text, one is enough."""
    bare = words.rstrip().removesuffix(".")
    return bare if following == "." and bare.strip() else words


# --- blocks ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one face; a newline is a line break."""

    text: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A bulleted list, or a numbered one that begins at ``start``."""

    ordered: bool
    start: int
    items: tuple[tuple[Run, ...], ...]


Block = Paragraph | Listing

_MARKER = re.compile(r"^[ \t]*(?:(?P<bullet>[-*+])|(?P<number>\d{1,4})[.)])[ \t]+(?P<text>\S.*)$")
_TOKEN = re.compile(r"\\([!-/:-@\[-`{-~])|(\*{1,3}(?!\*))|(\*+)|([^\\*]+|\\)", re.DOTALL)


def blocks(body: str) -> tuple[Block, ...]:
    """The body as paragraphs and lists. Everything that is not bold, italic or a list is words."""
    return tuple(
        Paragraph(_runs(texts[0])) if kind is None
        else Listing(kind >= 0, max(kind, 0), tuple(map(_runs, texts)))
        for kind, texts in _grouped(body)
    )


def plain(body: str) -> str:
    """The same words without any markup, one empty line between blocks."""
    return "\n\n".join(map(_block_text, blocks(body)))


def _block_text(block: Block) -> str:
    match block:
        case Paragraph(runs):
            return _text(runs)
        case Listing(ordered, start, items):
            marks = (f"{start + place}." if ordered else "-" for place in range(len(items)))
            return "\n".join(f"{mark} {_text(item)}" for mark, item in zip(marks, items, strict=True))


def _text(runs: tuple[Run, ...]) -> str:
    return "".join(run.text for run in runs)


_BULLETS = -1  # the kind of a bulleted list; a numbered one has its first number, a paragraph None


def _grouped(body: str) -> Iterator[tuple[int | None, list[str]]]:
    """(kind, one text per item) of each block; texts still carry their inline markup."""
    kind: int | None = None
    texts: list[str] = []
    apart = False  # an empty line lies between
    for line, continues in _lines(body):
        if not line.strip() and not continues:
            apart = True
            continue
        marker = None if continues else _MARKER.match(line)
        if marker and marker["number"] and texts and not apart and kind is None and int(marker["number"]) != 1:
            marker = None  # a wrapped line such as "2009. Then" goes on with its sentence
        new = _kind(marker)
        if marker and texts and _goes_on(kind, new):
            texts.append(marker["text"])
        elif marker or apart or not texts:
            if texts:
                yield kind, texts
            kind, texts = new, [marker["text"] if marker else line.strip()]
        else:
            texts[-1] += ("\n" if continues else " ") + line.strip()
        apart = False
    if texts:
        yield kind, texts


def _kind(marker: re.Match[str] | None) -> int | None:
    if marker is None:
        return None
    return _BULLETS if marker["bullet"] else int(marker["number"])


def _goes_on(kind: int | None, new: int | None) -> bool:
    """A bullet goes on with bullets, a number with numbers."""
    return kind is not None and new is not None and (kind == _BULLETS) == (new == _BULLETS)


def _lines(body: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether the one before ended with a backslash (which is taken off)."""
    continues = False
    for line in body.split("\n"):
        breaks = (len(line) - len(line.rstrip("\\"))) % 2 == 1
        yield line[:-1] if breaks else line, continues
        continues = breaks


@dataclass(slots=True)
class _Mark:
    """Stars that may turn out to be words."""

    stars: int
    at: int  # index in the list of pieces


def _runs(text: str) -> tuple[Run, ...]:
    """Bold and italic of one paragraph or item; stars without a partner are words."""
    pieces: list[str | int] = []  # words, or +n / -n: n stars that open / close
    waiting: list[_Mark] = []
    for match in _TOKEN.finditer(text):
        escaped, stars, many, words = match.groups()
        if not stars:
            pieces.append(escaped or many or words)
            continue
        opens = not text[match.end():match.end() + 1].isspace() and match.end() < len(text)
        closes = match.start() > 0 and not text[match.start() - 1].isspace()
        _stars(len(stars), opens, closes, pieces, waiting)
    for mark in waiting:
        pieces[mark.at] = "*" * mark.stars
    return _merged(pieces)


def _stars(left: int, opens: bool, closes: bool, pieces: list[str | int], waiting: list[_Mark]) -> None:
    """Close what these stars can close, open with the rest."""
    while closes and waiting and waiting[-1].stars <= left:
        mark = waiting.pop()
        pieces.append(-mark.stars)
        left -= mark.stars
        if not left:
            return
    for stars in ((2, 1) if left == 3 else (left,)):
        if stars and opens:
            waiting.append(_Mark(stars, len(pieces)))
            pieces.append(stars)
        elif stars:
            pieces.append("*" * stars)


def _merged(pieces: list[str | int]) -> tuple[Run, ...]:
    runs: list[Run] = []
    bold = italic = False
    for piece in pieces:
        match piece:
            case int():
                bold, italic = (piece > 0, italic) if abs(piece) == 2 else (bold, piece > 0)
            case str():
                if runs and (runs[-1].bold, runs[-1].italic) == (bold, italic):
                    piece = runs.pop().text + piece
                runs.append(Run(piece, bold, italic))
    return tuple(runs)


__all__ = ["Block", "Clean", "Listing", "Paragraph", "Run", "blocks", "clean", "escape", "fill", "placeholders",
           "plain"]
