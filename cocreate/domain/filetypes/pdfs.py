"""PDF: nothing that acts, nothing carried along, nothing locked."""

import re
import zlib
from collections.abc import Iterator

from cocreate.domain.filetypes.contents import MEGABYTE, Content, Refusal, inflated, pieces
from cocreate.domain.filetypes.sniffing import nothing_after

OBJECTS_UNPACKED = 128 * MEGABYTE  # the object streams of one PDF


def _spelled(*names: str) -> bytes:
    """PDF lets any letter of a name be written as #41."""
    def letter(char: str) -> str:
        code = f"{ord(char):02x}"
        return f"(?:{char}|#" + "".join(f"[{digit}{digit.upper()}]" for digit in code) + ")"
    return b"|".join("".join(map(letter, name)).encode() for name in names)


_NAMES = re.compile(
    rb"/(?:(?P<script>" + _spelled("JavaScript", "Rendition", "ImportData") + rb")|(?P<launch>" + _spelled("Launch")
    + rb")|(?P<embedded>" + _spelled("EmbeddedFile", "FileAttachment", "RichMedia", "GoToE")
    + rb")|(?P<form>" + _spelled("XFA") + rb"))"
)
_LINE = re.compile(rb"[\r\n]")
_IS_ACTION = re.compile(rb"/(?:S|#53)[\s\0]*\Z")  # on the line of the name
_WAS_ACTION = re.compile(rb"/(?:S|#53)[\s\0]*(?:%.*)?\Z", re.DOTALL)  # on a line before it
_SAYS_NOTHING = re.compile(rb"[\s\0]*(?:%.*)?\Z", re.DOTALL)
_IS_ADDRESS = re.compile(rb"(?:://|\.[A-Za-z]{2,})[^\s\0()<>\[\]{}]*\Z")
_IS_FORM = re.compile(rb"[\s\0]*[\[<\d%]")
# Searched one by one: a pattern that begins with one fixed byte is several times as fast.
_PLAIN = (
    (re.compile(rb"\([\s\0]{0,20}(?i:javascript):"), "script"),
    (re.compile(rb"/" + _spelled("EF") + rb"[\s\0]{0,20}(?:<<|\d{1,10}[\s\0]\d{1,5}[\s\0]R)"),
     "embedded"),
)
_SHORT_SCRIPT = re.compile(rb"/" + _spelled("JS") + rb"[\s\0]*[(<\d%]")
_LOCK = re.compile(rb"/" + _spelled("Encrypt") + rb"[\s\0]{0,20}(?:<<|\d)")
_TWICE = re.compile(rb"/Fl(?:ateDecode)?[\s\0]{0,20}/Fl(?:ateDecode)?\b")
_OBJECT = re.compile(rb"(?<!end)obj")
_MARK = re.compile(rb"\((?:[^()\\]|\\.)*+\)|\\.|[()%]|endobj|(?<![A-Za-z/#])stream[ \t]*\r?\n?", re.DOTALL)
_LINE_END = re.compile(rb"[\r\n]|\Z")
_PACKED_OBJECTS = re.compile(rb"/(?:" + _spelled("ObjStm") + rb"|(?:" + _spelled("First") + rb")[\s\0]*[\d%])")
_ODD_FILTER = re.compile(
    rb"/(?:LZW|RunLength|RL\b|ASCII|A85|AHx|Crypt|DCT|JPX|JBIG2|CCF|DecodeParms[\s\0]*\d|Filter[\s\0]*\d"
    rb"|Predictor[\s\0]*(?!1\b))"
)
_MARKS, _HITS, _PACKS = 1_000_000, 2_000, 50_000


def pdf(content: Content, extension: str) -> None:
    """Refuse what acts, carries files, is locked, or is something else as well.

    The names are searched in every byte, for a reader may find an object anywhere; then in each packed stream.
    """
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise Refusal("upload.broken", why="cut")
    nothing_after(content, end + 5, extension)
    if _LOCK.search(content):
        raise Refusal("upload.locked")
    if _TWICE.search(content):
        raise Refusal("upload.bomb", what="nested")
    hits = _no_actions(content, _HITS)
    left, packs = OBJECTS_UNPACKED, 0
    for start, stop, body in _objects(content):
        if _SHORT_SCRIPT.search(content, start, stop):
            raise Refusal("upload.active", what="script")
        if body and _PACKED_OBJECTS.search(content, start, stop):
            left, hits = _unpack_objects(content, content[start:stop], body, left, hits)
            packs += 1
        if packs > _PACKS:
            raise Refusal("upload.broken", why="structure")


def _no_actions(text: Content, most: int) -> int:
    """How many names the file may still have that are looked at closely."""
    for hit in _NAMES.finditer(text):
        most -= 1
        if most < 0:
            raise Refusal("upload.broken", why="structure")
        before = text[max(0, hit.start() - 700) : hit.start()]
        if _counts(hit, before, text[hit.end() : hit.end() + 700]):
            raise Refusal("upload.active", what=hit.lastgroup)
    for pattern, what in _PLAIN:
        if pattern.search(text):
            raise Refusal("upload.active", what=what)
    return most


def _counts(hit: re.Match[bytes], before: bytes, after: bytes) -> bool:
    """Whether the name stands where it means something: not in an address such as .../Web/JavaScript/Guide."""
    if follows_action(before):
        return True
    match hit.lastgroup:
        case "form":
            return _IS_FORM.match(after) is not None
        case "launch":
            return False
        case _:
            return _IS_ADDRESS.search(before) is None


def follows_action(before: bytes) -> bool:
    """Whether /S stands before it, with nothing but space and comments between; every byte is looked at once."""
    *lines, last = _LINE.split(before)
    if _IS_ACTION.search(last):
        return True
    for line in reversed(lines) if not last.strip(b" \t\f\v\0") else ():
        if _WAS_ACTION.search(line):
            return True
        if not _SAYS_NOTHING.match(line):
            return False
    return False


def _objects(content: Content) -> Iterator[tuple[int, int, int]]:
    """Every object: where it starts, where it ends or its stream starts, and where that stream's bytes start or 0.

    Starts are looked for inside other objects too: what only looks like one costs work, so work is limited.
    """
    bytes_left, marks_left = 2 * len(content) + MEGABYTE, _MARKS
    for found in _OBJECT.finditer(content):
        start = found.end()
        stop, body, marks = _extent(content, start, marks_left)
        bytes_left, marks_left = bytes_left - (stop - start), marks_left - marks
        if bytes_left < 0 or marks_left <= 0:
            raise Refusal("upload.broken", why="structure")
        yield start, stop, body


def _extent(content: Content, at: int, most: int) -> tuple[int, int, int]:
    """The end of an object, the start of its stream or 0, and how many marks stood on the way.

    "stream" inside a string or a comment is only a word.
    """
    depth = 0
    for count in range(1, most + 1):
        if not (mark := _MARK.search(content, at)):
            return len(content), 0, count
        at, word = mark.end(), mark[0]
        if word in (b"(", b")"):
            depth = max(0, depth + (1 if word == b"(" else -1))
        elif not depth and word == b"%" and (line := _LINE_END.search(content, at)):
            at = line.end()
        elif not depth and word[:1] in b"es":
            return mark.start(), at if word[:1] == b"s" else 0, count
    return at, 0, most


def _unpack_objects(content: Content, about: bytes, body: int, left: int, hits: int) -> tuple[int, int]:
    """Look into one packed stream of objects; what may still be unpacked and looked at closely after it."""
    plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda code: bytes([int(code[1], 16)]), about)
    if _ODD_FILTER.search(plain):
        raise Refusal("upload.active", what="hidden")
    # /F is what some readers take for /Filter.
    packed = re.search(rb"/F(?:ilter)?[\s\0]*[\[/]", plain)
    end = len(content) if packed else content.find(b"endstream", body, body + MEGABYTE)
    if end < 0:
        raise Refusal("upload.broken", why="structure")
    before = b""
    for text in inflated(content, body, end, zlib.MAX_WBITS) if packed else pieces(content, body, end):
        left -= len(text)
        if left < 0:
            raise Refusal("upload.bomb", what="size")
        hits = _no_actions(before + text, hits)
        if _SHORT_SCRIPT.search(before + text):
            raise Refusal("upload.active", what="script")
        before = (before + text)[-1024:]
    return left, hits
