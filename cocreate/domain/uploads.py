"""Which files are taken, judged by their bytes: a name is only a claim.

Pure and bounded: reads, keeps nothing, unpacks at most ``UNPACKED`` bytes piece by piece and draws no picture. Every
kind is read to its end, so that nothing can ride along. What is refused and why: docs/decisions/0008.
"""

import mmap
import re
import stat
import struct
import zlib
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import UnsupportedOperation
from typing import BinaryIO
from urllib.parse import unquote
from xml.parsers import expat

import puremagic

from cocreate.domain.names import display_name
from cocreate.errors import Invalid

MEGABYTE = 1 << 20
UNPACKED = 200 * MEGABYTE  # of one office file, with what is embedded in it
MEMBERS = 5_000
RATIO = 100  # an honest spreadsheet packs 1:20
OBJECTS_UNPACKED = 128 * MEGABYTE  # the object streams of one PDF
PIXELS, SIDE, FRAMES = 100_000_000, 50_000, 2_000
_CHUNK, _PIECE = 1 << 18, 1 << 14  # bytes looked at together; bytes unpacked at once

Content = bytes | mmap.mmap


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that may be kept. ``renamed``: the shown name is not quite the given one."""

    name: str
    media_type: str
    renamed: bool


class _Refusal(Exception):
    """Why not; ``check`` adds the name and the field."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def check(name: str, file: BinaryIO, size: int, *, limit_mb: int) -> Accepted:
    """Whether this file is what its name says, is of a kind we take, and does nothing by itself.

    name: as the browser sent it. file: seekable, of ``size`` bytes; it is at its beginning again afterwards.
    Raises: Invalid, always with ``field`` ("file") and ``name`` (clean):
        upload.too_large (size_mb, limit_mb), upload.empty,
        upload.type (extension, kind: one of ``_BARRED``'s or "unknown", takes: the extensions we take),
        upload.disguised (claims: extension, found: see ``_found``),
        upload.active (what: script, launch, embedded, form, macro, external, command, entities, virus, hidden),
        upload.bomb (what: size, members, overlap, pixels, nested), upload.locked, upload.broken (why: one word).
    """
    shown, renamed = display_name(name)
    try:
        media_type = _judge(shown, file, size, limit_mb)
    except _Refusal as refusal:
        raise Invalid(refusal.code, field="file", name=shown, **refusal.values) from refusal
    finally:
        file.seek(0)
    return Accepted(shown, media_type, renamed)


def _judge(name: str, file: BinaryIO, size: int, limit_mb: int) -> str:
    size = max(size, file.seek(0, 2))
    if size > limit_mb * MEGABYTE:
        raise _Refusal("upload.too_large", size_mb=-(-size // MEGABYTE), limit_mb=limit_mb)
    if size == 0:
        raise _Refusal("upload.empty")
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension not in TYPES:
        raise _Refusal("upload.type", extension=extension, kind=_BARRED.get(extension, "unknown"), takes=tuple(TYPES))
    kind = TYPES[extension]
    with _opened(file) as content:
        head = content[:4096]
        if _EICAR in head[:128]:
            raise _Refusal("upload.active", what="virus")
        found = _found(head)
        if found == "old_office" and content.find(_ENCRYPTED) >= 0:
            raise _Refusal("upload.locked")
        if found not in kind.found:
            raise _Refusal("upload.disguised", claims=extension, found=found or _guess(head))
        if kind.found.isdisjoint({None, "office"}):
            _nothing_else(content, extension)
        kind.look(content, extension)
    return kind.media_type


@contextmanager
def _opened(file: BinaryIO) -> Iterator[Content]:
    """The bytes to look at in any order, without a second copy in memory where the file lies on disk."""
    file.seek(0)
    try:
        number = file.fileno()
    except UnsupportedOperation:
        yield file.read()
        return
    file.flush()
    with mmap.mmap(number, 0, access=mmap.ACCESS_READ) as content:
        yield content


# --- what it is ------------------------------------------------------------------------------------------------------

_EICAR = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # a docx with a password is an old office file around one
_SIGNATURES = tuple((found, re.compile(pattern, re.DOTALL)) for found, pattern in (
    ("program", rb"MZ.{0,62}\0|\x7fELF|[\xce\xcf]\xfa\xed\xfe|\xfe\xed\xfa[\xce\xcf]|\xca\xfe\xba\xbe|#!|<\?php"
                rb"|L\0\0\0\x01\x14\x02\0"),
    ("pdf", rb"(?:\xef\xbb\xbf)?\s{0,16}%PDF-[12]\.\d"),
    ("png", rb"\x89PNG\r\n\x1a\n"),
    ("jpeg", rb"\xff\xd8\xff"),
    ("gif", rb"GIF8[79]a"),
    ("webp", rb"RIFF.{4}WEBP"),
    ("heic", rb".{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)"),
    ("office", rb"PK\x03\x04.{26}(?:\[Content_Types\]\.xml|_rels/|docProps/|word/|xl/|ppt/|mimetypeapplication)"),
    ("archive", rb"PK(?:\x03\x04|\x05\x06|\x07\x08)|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\x1f\x8b\x08|BZh[1-9]|\xfd7zXZ\0"
                rb"|MSCF\0|.{257}ustar"),
    ("old_office", rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ("rtf", rb"\{\\rtf"),
))
_MARKUP = re.compile(
    rb"\s*(?:<\?xml.{0,200}?\?>\s*)?(?:<!--.{0,2000}?-->\s*)*"
    rb"<(?:(?P<drawing>svg[\s>]|!doctype\s+svg)|(?P<web_page>(?:!doctype\s+html|html|head|body|script|iframe)[\s>/])"
    rb"|(?P<xml>[a-z!?]))",
    re.DOTALL | re.IGNORECASE,
)
_BARRED = {
    extension: kind
    for kind, extensions in {
        "program": "exe com bat cmd msi scr pif lnk dll js jse mjs vbs vbe wsf hta ps1 sh py pl rb php jar apk app dmg"
                   " deb rpm reg cpl msc chm swf class iso img vhd",
        "web_page": "html htm xhtml mht mhtml xml xsl url",
        "drawing": "svg svgz",
        "archive": "zip rar 7z gz tgz bz2 xz tar cab",
        "macro": "docm dotm xlsm xltm xlam xlsb pptm potm ppsm ppam",
        "old_office": "doc dot xls xlt ppt pps rtf",
        "picture": "bmp tif tiff psd avif raw dng",
        "video": "mp4 mov avi mkv mp3 wav m4a webm",
    }.items()
    for extension in extensions.split()
}


def _found(head: bytes) -> str | None:
    """A kind we take ("office" for any of six), "text"'s None, or what people disguise: program, web_page, archive."""
    for found, pattern in _SIGNATURES:
        if pattern.match(head):
            return found
    markup = _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf"))
    return markup.lastgroup if markup else None


def _guess(head: bytes) -> str:
    """A word for what is none of ours."""
    if b"\0" not in head:
        with suppress(UnicodeDecodeError):
            getincrementaldecoder("utf-8")().decode(head)
            return "text"
    with suppress(puremagic.PureError):
        return _BARRED.get(puremagic.from_string(head).lstrip("."), "unknown")
    return "unknown"


# The end of a zip's list of contents lies in the last 64 KB; other archives are found anywhere in a file.
_ARCHIVE_END, _ARCHIVES = b"PK\x05\x06", (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_PAGE = re.compile(rb"<(?:script|\?php|html|iframe|!doctype\s+html)[\s>/]", re.IGNORECASE)


def _nothing_else(content: Content, claims: str) -> None:
    """Refuse what is two kinds at once."""
    if _ARCHIVE_END in content[-65_557:] or any(content.find(archive) >= 0 for archive in _ARCHIVES):
        raise _Refusal("upload.disguised", claims=claims, found="archive")
    if _PAGE.search(content, 0, 1024 if claims == "pdf" else len(content)):
        raise _Refusal("upload.disguised", claims=claims, found="web_page")
    if claims != "pdf" and b"%PDF-" in content[:1024]:
        raise _Refusal("upload.disguised", claims=claims, found="pdf")


def _nothing_after(content: Content, end: int, claims: str) -> None:
    """Refuse what follows the end of a file, unless it is padding."""
    for at in range(end, len(content), _CHUNK):
        if rest := content[at : at + _CHUNK].strip(b"\0\t\n\f\r "):
            raise _Refusal("upload.disguised", claims=claims, found=_found(rest) or _guess(rest[:4096]))


# --- texts -----------------------------------------------------------------------------------------------------------

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_DDE_CELL = re.compile(r"(?:\A|[,;\t\n\"])[ \"]{0,3}[=+\-@][^,;\n|]{1,60}\|\s*'")  # =cmd|'/C calc'!A0


def _text(content: Content, extension: str) -> None:
    """UTF-8, or UTF-16 with its mark; nothing a terminal or a spreadsheet would act on."""
    utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    decoder = getincrementaldecoder("utf-16" if utf16 else "utf-8")()
    before = ""
    for at in range(0, len(content), _CHUNK):
        try:
            text = decoder.decode(content[at : at + _CHUNK], final=at + _CHUNK >= len(content))
        except UnicodeDecodeError as error:
            raise _Refusal("upload.broken", why="encoding") from error
        if _CONTROL.search(text):
            raise _Refusal("upload.broken", why="binary")
        if at == 0 and (found := _found(text[:4096].encode("utf-8", "replace"))) not in (None, "xml"):
            raise _Refusal("upload.disguised", claims=extension, found=found)
        if extension == "csv" and _DDE_CELL.search(before + text):
            raise _Refusal("upload.active", what="command")
        before = text[-80:]


# --- pictures --------------------------------------------------------------------------------------------------------


def _size(width: int, height: int) -> None:
    if not width or not height:
        raise _Refusal("upload.broken", why="size")
    if max(width, height) > SIDE or width * height > PIXELS:
        raise _Refusal("upload.bomb", what="pixels", width=width, height=height)


def _fields(layout: str, content: Content, at: int) -> tuple[int, ...]:
    """Numbers at a place, or the news that the file ends before."""
    piece = content[at : at + struct.calcsize(layout)]
    if at < 0 or len(piece) < struct.calcsize(layout):
        raise _Refusal("upload.broken", why="cut")
    return struct.unpack(layout, piece)


def _png(content: Content, extension: str) -> None:
    at, name = 8, b""
    while name != b"IEND":
        length, = _fields(">L", content, at)
        name = content[at + 4 : at + 8]
        if not name.isalpha() or (at == 8) != (name == b"IHDR"):
            raise _Refusal("upload.broken", why="structure")
        if name == b"IHDR":
            _size(*_fields(">LL", content, 16))
        at += 12 + length
    if at > len(content):
        raise _Refusal("upload.broken", why="cut")
    _nothing_after(content, at, extension)


_JPEG_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)
_SEGMENTS = 100_000  # a photo has thirty
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _jpeg(content: Content, extension: str) -> None:
    if content[3:6] == b"\xe0/*" or content[4:6] == b"/*":  # its first length opens a comment of JavaScript
        raise _Refusal("upload.disguised", claims=extension, found="program")
    at, sized, segments = 2, False, 0
    while marker := _JPEG_MARKER.search(content, at):
        kind, at = marker[1][0], marker.end()
        if kind == 0xD9:
            break
        length, = _fields(">H", content, at)
        segments += 1
        if segments > _SEGMENTS:
            raise _Refusal("upload.broken", why="structure")
        if kind in _JPEG_FRAMES:
            height, width = _fields(">HH", content, at + 3)
            _size(width, height)
            sized = True
        at += length
    if not marker or not sized:
        raise _Refusal("upload.broken", why="cut")
    rest = content[at : at + 65_536].lstrip(b"\0")
    # Phones add the same picture in other sizes, or the moment as a film.
    if not (rest.startswith(b"\xff\xd8\xff") or b"ftyp" in rest[:256] or content[-4:] == b"SEFT"):
        _nothing_after(content, at, extension)


def _gif(content: Content, extension: str) -> None:
    if content[6:8] == b"/*" or content[6:7] == b"=":  # its width opens a comment of JavaScript
        raise _Refusal("upload.disguised", claims=extension, found="program")
    width, height, flags = _fields("<HHB", content, 6)
    _size(width, height)
    at, frames = 13 + _palette(flags), 0
    while (mark := content[at : at + 1]) != b";":
        if mark == b"!":
            at = _blocks_end(content, at + 2)
        elif mark == b",":
            frames += 1
            *_, width, height, flags = _fields("<4HB", content, at + 1)
            _size(width, height)
            at = _blocks_end(content, at + 11 + _palette(flags))
        else:
            raise _Refusal("upload.broken", why="structure" if mark else "cut")
        if frames > FRAMES:
            raise _Refusal("upload.bomb", what="pixels", width=width, height=height)
    _nothing_after(content, at + 1, extension)


def _palette(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _blocks_end(content: Content, at: int) -> int:
    while length := content[at : at + 1]:
        at += 1 + length[0]
        if length == b"\0":
            return at
    raise _Refusal("upload.broken", why="cut")


def _webp(content: Content, extension: str) -> None:
    length, = _fields("<L", content, 4)
    match content[12:16]:
        case b"VP8 ":
            width, height = _fields("<HH", content, 26)
            _size(width & 0x3FFF, height & 0x3FFF)
        case b"VP8L":
            bits, = _fields("<L", content, 21)
            _size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case b"VP8X":
            wide, wider, high, higher = _fields("<HBHB", content, 24)
            _size((wide | wider << 16) + 1, (high | higher << 16) + 1)
        case _:
            raise _Refusal("upload.broken", why="structure")
    if length + 8 > len(content):
        raise _Refusal("upload.broken", why="cut")
    _nothing_after(content, length + 8, extension)


_SPATIAL = re.compile(rb"ispe\0{4}(.{8})", re.DOTALL)


def _heic(content: Content, _extension: str) -> None:
    at, sizes = 0, list[bytes]()
    while at < len(content):
        length, = _fields(">L", content, at)
        name = content[at + 4 : at + 8]
        if length == 1:
            length, = _fields(">Q", content, at + 8)
        length = length or len(content) - at
        if length < 8 or at + length > len(content) or not name.isalnum():
            raise _Refusal("upload.broken", why="structure")
        if name == b"meta":
            sizes += _SPATIAL.findall(content, at, at + min(length, 8 * MEGABYTE))
        at += length
    if not sizes:
        raise _Refusal("upload.broken", why="size")
    for each in sizes:
        _size(*struct.unpack(">LL", each))


# --- PDF -------------------------------------------------------------------------------------------------------------


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
_IS_ACTION = re.compile(rb"/(?:S|#53)(?:[\s\0]|%[^\r\n]*[\r\n])*\Z")
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


def _pdf(content: Content, extension: str) -> None:
    """Refuse what acts, carries files, is locked, or is something else as well.

    The names are searched in every byte, for a reader may find an object anywhere; then in each packed stream.
    """
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise _Refusal("upload.broken", why="cut")
    _nothing_after(content, end + 5, extension)
    if _LOCK.search(content):
        raise _Refusal("upload.locked")
    if _TWICE.search(content):
        raise _Refusal("upload.bomb", what="nested")
    _no_actions(content)
    left, packs = OBJECTS_UNPACKED, 0
    for start, stop, body in _objects(content):
        if _SHORT_SCRIPT.search(content, start, stop):
            raise _Refusal("upload.active", what="script")
        if body and _PACKED_OBJECTS.search(content, start, stop):
            left, packs = _unpack_objects(content, content[start:stop], body, left), packs + 1
        if packs > _PACKS:
            raise _Refusal("upload.broken", why="structure")


def _no_actions(text: Content) -> None:
    for hits, hit in enumerate(_NAMES.finditer(text)):
        if hits > _HITS:
            raise _Refusal("upload.broken", why="structure")
        before = text[max(0, hit.start() - 700) : hit.start()]
        if _counts(hit, before, text[hit.end() : hit.end() + 700]):
            raise _Refusal("upload.active", what=hit.lastgroup)
    for pattern, what in _PLAIN:
        if pattern.search(text):
            raise _Refusal("upload.active", what=what)


def _counts(hit: re.Match[bytes], before: bytes, after: bytes) -> bool:
    """Whether the name stands where it means something: not in an address such as .../Web/JavaScript/Guide."""
    if _IS_ACTION.search(before):
        return True
    match hit.lastgroup:
        case "form":
            return _IS_FORM.match(after) is not None
        case "launch":
            return False
        case _:
            return _IS_ADDRESS.search(before) is None


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
            raise _Refusal("upload.broken", why="structure")
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


def _unpack_objects(content: Content, about: bytes, body: int, left: int) -> int:
    """Look into one packed stream of objects; the bytes that may still be unpacked after it."""
    plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda code: bytes([int(code[1], 16)]), about)
    if _ODD_FILTER.search(plain):
        raise _Refusal("upload.active", what="hidden")
    # /F is what some readers take for /Filter.
    packed = re.search(rb"/F(?:ilter)?[\s\0]*[\[/]", plain)
    end = len(content) if packed else content.find(b"endstream", body, body + MEGABYTE)
    if end < 0:
        raise _Refusal("upload.broken", why="structure")
    before = b""
    for text in _inflated(content, body, end, zlib.MAX_WBITS) if packed else _pieces(content, body, end):
        left -= len(text)
        if left < 0:
            raise _Refusal("upload.bomb", what="size")
        _no_actions(before + text)
        if _SHORT_SCRIPT.search(before + text):
            raise _Refusal("upload.active", what="script")
        before = (before + text)[-1024:]
    return left


def _pieces(content: Content, at: int, stop: int) -> Iterator[bytes]:
    return (content[here : min(here + _PIECE, stop)] for here in range(at, stop, _PIECE))


def _inflated(content: Content, at: int, stop: int, bits: int) -> Iterator[bytes]:
    """What was deflated, in pieces that stay small however much it is."""
    unpacker = zlib.decompressobj(bits)
    try:
        for piece in _pieces(content, at, stop):
            packed = piece
            while packed and not unpacker.eof:
                yield unpacker.decompress(packed, _CHUNK)
                packed = unpacker.unconsumed_tail
            if unpacker.eof:
                return
        yield unpacker.flush()
    except zlib.error as error:
        raise _Refusal("upload.broken", why="packing") from error
    if not unpacker.eof:
        raise _Refusal("upload.broken", why="cut")


# --- office files: the zip -------------------------------------------------------------------------------------------

_END, _ENTRY, _LOCAL = "<L4H2LH", "<L6H3L5H2L", "<L5H3L2H"
_END_SIGN, _ENTRY_SIGN, _LOCAL_SIGN = 0x06054B50, 0x02014B50, 0x04034B50
_DEFLATED, _STORED = 8, 0
_LOCKED, _SIZES_FOLLOW = 1, 8  # flags
_FOLLOWING = 24  # bytes after a member that repeat its sizes, at most


@dataclass(frozen=True, slots=True)
class _Member:
    """One file in a zip; ``start`` is where its packed bytes lie."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    start: int


@dataclass(slots=True)
class _Room:
    """What may still be unpacked, embedded files included."""

    size: int = UNPACKED
    members: int = MEMBERS


def _zip(content: Content, extension: str, room: _Room) -> list[_Member]:
    """The members of a zip that is nothing but one file after the other, then the list of them.

    Readers of zips disagree about everything else: gaps, overlaps, names told twice, what stands before or after.
    """
    sign, disk, _, here, count, length, at, comment = _fields(_END, content, len(content) - 22)
    if sign != _END_SIGN or comment:
        if content[:4] != b"PK\x03\x04" or _ARCHIVE_END in content[-65_557:]:
            raise _Refusal("upload.disguised", claims=extension, found="archive")
        raise _Refusal("upload.broken", why="cut")
    room.members -= count
    if room.members < 0:
        raise _Refusal("upload.bomb", what="members")
    if disk or here != count or at + length != len(content) - 22:
        raise _Refusal("upload.broken", why="structure")
    listed_at, members = at, []
    for _ in range(count):
        member, at = _listed(content, at)
        members.append(member)
    members.sort(key=lambda member: member.offset)
    _tiled(members, listed_at)
    _modest(members, len(content), room)
    names = {member.name.lower() for member in members}
    if at != listed_at + length or len(names) != len(members):
        raise _Refusal("upload.broken", why="structure")
    return members


def _listed(content: Content, at: int) -> tuple[_Member, int]:
    """One line of the list, compared with what stands before the member itself; and where the next line is."""
    sign, _, _, flags, method, _, _, crc, packed, size, name_length, extra, comment, disk, _, mode, offset = _fields(
        _ENTRY, content, at)
    raw = content[at + 46 : at + 46 + name_length]
    own_sign, _, own_flags, own_method, _, _, _, _, _, own_length, own_extra = _fields(_LOCAL, content, offset)
    same = own_length == name_length and content[offset + 30 : offset + 30 + name_length] == raw
    if sign != _ENTRY_SIGN or own_sign != _LOCAL_SIGN or disk or not same or method != own_method:
        raise _Refusal("upload.broken", why="structure")
    if (flags | own_flags) & _LOCKED:
        raise _Refusal("upload.locked")
    if method not in (_STORED, _DEFLATED) or (method == _STORED and packed != size):
        raise _Refusal("upload.broken", why="packing")
    if stat.S_ISLNK(mode >> 16):
        raise _Refusal("upload.broken", why="names")
    member = _Member(_safe(raw), flags, method, crc, packed, size, offset, offset + 30 + name_length + own_extra)
    return member, at + 46 + name_length + extra + comment


def _safe(raw: bytes) -> str:
    """The name of a member, if it stays inside wherever somebody unpacks it."""
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        name = raw.decode("cp437")
    parts = name.removesuffix("/").split("/")
    if re.search(r"[\x00-\x1f\\:]", name) or any(part in ("", ".", "..") for part in parts):
        raise _Refusal("upload.broken", why="names")
    return name


def _tiled(members: list[_Member], end: int) -> None:
    at, slack = 0, 0
    for member in members:
        if member.offset < at:
            raise _Refusal("upload.bomb", what="overlap")
        if member.offset > at + slack:
            raise _Refusal("upload.broken", why="structure")
        at, slack = member.start + member.packed, _FOLLOWING if member.flags & _SIZES_FOLLOW else 0
    if not at <= end <= at + slack:
        raise _Refusal("upload.bomb", what="overlap") if end < at else _Refusal("upload.broken", why="structure")


def _modest(members: list[_Member], packed: int, room: _Room) -> None:
    """The sizes a zip tells, before anything is unpacked; ``_unpacked`` holds it to them."""
    size = sum(member.size for member in members)
    room.size -= size
    if room.size < 0 or size > max(10 * MEGABYTE, RATIO * packed):
        raise _Refusal("upload.bomb", what="size")


def _unpacked(content: Content, member: _Member) -> Iterator[bytes]:
    """A member in pieces, exactly as long and with the checksum as told."""
    size, crc = 0, 0
    stop = member.start + member.packed
    stored = member.method == _STORED
    pieces = _pieces(content, member.start, stop) if stored else _inflated(content, member.start, stop, -zlib.MAX_WBITS)
    for piece in pieces:
        size, crc = size + len(piece), zlib.crc32(piece, crc)
        if size > member.size:
            raise _Refusal("upload.bomb", what="size")
        yield piece
    if size != member.size or crc != member.crc:
        raise _Refusal("upload.broken", why="packing")


# --- office files: what is in it -------------------------------------------------------------------------------------

_OOXML, _ODF = "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument."
_MAIN = {
    _OOXML + "wordprocessingml.document.main+xml": "docx",
    _OOXML + "spreadsheetml.sheet.main+xml": "xlsx",
    _OOXML + "presentationml.presentation.main+xml": "pptx",
    _ODF + "text": "odt",
    _ODF + "spreadsheet": "ods",
    _ODF + "presentation": "odp",
}
_MACRO_PART = re.compile(
    r"(?:^|/)(?:vbaProject|vbaData|macrosheets/|activeX/)|^Scripts/."
    r"|^(?:Basic|Dialogs)/(?!.*(?:script|dialog)-l[bc]\.xml$|(?:[^/]+/)?$)", re.IGNORECASE)
_PROGRAM_PART = re.compile(r"\.(?:" + "|".join(
    extension for extension, kind in _BARRED.items()
    if kind in ("program", "web_page", "archive", "macro") and extension != "xml") + r")$", re.IGNORECASE)
_EMBEDDED_PART = re.compile(r"(?:^|/)embeddings/[^/]+\.(docx|xlsx|pptx)$", re.IGNORECASE)
_NEVER_INSIDE = frozenset({"program", "web_page", "archive", "office", "old_office", "pdf", "rtf"})
_PART = 16 * MEGABYTE  # list of relationships, list of types; a sheet with 65,000 links has 10 MB
_NESTED = 20 * MEGABYTE
_DEPTH = 8

# A word that is quick to find, and what it has to look like to count.
_IN_XML = tuple((word, re.compile(pattern), what) for word, pattern, what in (
    (b"<!DOCTYPE", rb"<!DOCTYPE", "entities"),
    (b"<!ENTITY", rb"<!ENTITY", "entities"),
    (b"DDE", rb"<(?:\w{1,40}:)?instrText[^<>]{0,200}>\s{0,200}DDE", "command"),
    (b"DDE", rb":instr=[\"']\s{0,200}DDE", "command"),
    (b"ddeLink", rb"<(?:[\w.-]{1,40}:)?ddeLink\b", "command"),
    (b"dde-source", rb"<(?:[\w.-]{1,40}:)?dde-source\b", "command"),
    (b"event-listener", rb"<(?:[\w.-]{1,40}:)?event-listener\s", "macro"),
    (b"vnd.sun.star.script:", rb"=[\"']vnd\.sun\.star\.script:", "macro"),
    (b"floating-frame", rb"<(?:[\w.-]{1,40}:)?floating-frame\b", "external"),
    (b"plugin", rb"<(?:[\w.-]{1,40}:)?plugin\s", "embedded"),
    (b"applet", rb"<(?:[\w.-]{1,40}:)?applet\s", "embedded"),
    (b"section-source", rb"<(?:[\w.-]{1,40}:)?section-source\s[^<>]{0,500}href=[\"'](?:\w{2,10}:|//|\\\\)", "external"),
))
_ENCODING = re.compile(rb"<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w.-]+)")
_ENCODINGS = frozenset(b"utf-8 utf-16 utf-16le utf-16be us-ascii ascii iso-8859-1 windows-1252".split())


def _office(content: Content, extension: str, room: _Room | None = None) -> None:
    """OOXML and ODF: a zip without tricks, of the kind it claims, without macros, programs and remote templates."""
    nested = room is not None
    room = room or _Room()
    members = _zip(content, extension, room)
    names = {member.name for member in members}
    kept: dict[str, bytes] = {}
    for member in members:
        _harmless_name(member.name)
        part = _scan(content, member)
        if part or member.name == "mimetype":
            kept[member.name] = part
        if embedded := _EMBEDDED_PART.search(member.name):
            if nested or member.size > _NESTED:
                raise _Refusal("upload.active", what="embedded")
            _office(b"".join(_unpacked(content, member)), embedded[1].lower(), room)
    found = _odf_kind(kept, names) if "mimetype" in names else _ooxml_kind(kept, names)
    if found != extension:
        raise _Refusal("upload.disguised", claims=extension, found=found)


def _harmless_name(name: str) -> None:
    if _MACRO_PART.search(name):
        raise _Refusal("upload.active", what="macro")
    if _PROGRAM_PART.search(name):
        raise _Refusal("upload.active", what="embedded")


def _scan(content: Content, member: _Member) -> bytes:
    """Read a member once; the whole of it if it is one of the few that say how the others belong together."""
    small = member.name == "mimetype" or member.name.endswith((".rels", "[Content_Types].xml", "META-INF/manifest.xml"))
    if small and member.size > _PART:
        raise _Refusal("upload.bomb", what="size")
    kept, before, to_utf8 = [], b"", None
    for number, piece in enumerate(_unpacked(content, member)):
        if number == 0:
            _harmless_head(piece[:4096], member.name)
            to_utf8 = _xml(piece[:4096], member.name)
        if to_utf8:
            text = to_utf8(piece)
            _harmless_xml(before + text)
            before = text[-1024:]
        if small:
            kept.append(piece)
    return b"".join(kept)


def _harmless_head(head: bytes, name: str) -> None:
    if _EICAR in head[:128]:
        raise _Refusal("upload.active", what="virus")
    fine = {"office": _EMBEDDED_PART.search(name), "archive": name.lower().endswith((".emz", ".wmz"))}
    if (found := _found(head)) in _NEVER_INSIDE and not fine.get(found):
        raise _Refusal("upload.active", what="embedded")


def _xml(head: bytes, name: str) -> Callable[[bytes], bytes] | None:
    """How to bring a member into UTF-8 if it is XML, whatever it is called."""
    wide = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(head[:2])
    if wide:
        decode = getincrementaldecoder(wide)("replace").decode
        return lambda piece: decode(piece).encode("utf-8", "replace")
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        told = _ENCODING.search(head)
        if told and told[1].lower() not in _ENCODINGS:
            raise _Refusal("upload.broken", why="encoding")
        return bytes
    if name.lower().endswith((".xml", ".rels")) and head:
        raise _Refusal("upload.broken", why="encoding")
    return None


def _harmless_xml(text: bytes) -> None:
    for word, pattern, what in _IN_XML:
        if word in text and pattern.search(text):
            raise _Refusal("upload.active", what=what)


def _ooxml_kind(kept: dict[str, bytes], names: set[str]) -> str:
    if not {"[Content_Types].xml", "_rels/.rels"} <= names:
        return "archive"
    kinds = list[str]()

    def seen(_name: str, about: dict[str, str]) -> None:
        media_type = about.get("ContentType", "")
        if re.search("macroEnabled|vbaProject|activeX|macrosheet", media_type, re.IGNORECASE):
            raise _Refusal("upload.active", what="macro")
        if media_type in _MAIN:
            kinds.append(_MAIN[media_type])

    _elements(kept["[Content_Types].xml"], seen)
    for name, part in kept.items():
        if name.endswith(".rels"):
            _elements(part, _harmless_relation)
    return kinds[0] if len(kinds) == 1 else "archive"


def _odf_kind(kept: dict[str, bytes], names: set[str]) -> str:
    if b":encryption-data" in kept.get("META-INF/manifest.xml", b""):
        raise _Refusal("upload.locked")
    if not {"content.xml", "META-INF/manifest.xml"} <= names:
        return "archive"
    return _MAIN.get(kept["mimetype"].decode("ascii", "replace").strip(), "archive")


_INSIDE_REFUSED = {
    "vbaproject": "macro", "wordvbadata": "macro", "xlmacrosheet": "macro", "xlintlmacrosheet": "macro",
    "attachedtoolbars": "macro", "activexcontrolbinary": "macro", "control": "macro", "oleobject": "embedded",
    "afchunk": "embedded",
}
_LOCAL_TARGET = re.compile(r"(?:file:/{3}(?![/\\]))|(?:[A-Za-z]:[/\\])|(?![/\\]{2})(?![A-Za-z][\w+.-]*:)")
_WEB_TARGET = re.compile(r"https?://", re.IGNORECASE)
_LINK_REFUSED = re.compile(r"\s*(?:javascript|vbscript|data|ms-[\w-]+|search-ms|mhtml):", re.IGNORECASE)


def _harmless_relation(_name: str, about: dict[str, str]) -> None:
    """A relationship of a part: into the file to something quiet, or out of it as a link a person follows."""
    kind, target = about.get("Type", "").rpartition("/")[2].lower(), unquote(about.get("Target", ""))
    outside = about.get("TargetMode", "").lower() == "external"
    if kind in _INSIDE_REFUSED:
        raise _Refusal("upload.active", what=_INSIDE_REFUSED[kind])
    if not outside:
        return
    local, web = _LOCAL_TARGET.match(target) is not None, _WEB_TARGET.match(target) is not None
    match kind:
        case "hyperlink":
            fine = not _LINK_REFUSED.match(target)
        case "externallinkpath" | "xlpathmissing" | "xlstartup" | "xlexternallinkpath":
            fine = True  # another workbook; the spreadsheet asks before it looks there
        case "image" | "video" | "audio" | "media":
            fine = local or web
        case "attachedtemplate":
            fine = local  # Word writes the author's own Normal.dotm here
        case _:
            fine = False
    if not fine:
        raise _Refusal("upload.active", what="external")


def _elements(part: bytes, seen: Callable[[str, dict[str, str]], None]) -> None:
    """Read a small XML without entities; its declared types of document were refused before."""
    depth = 0

    def start(name: str, about: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEPTH:
            raise _Refusal("upload.broken", why="structure")
        seen(name, about)

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(part, True)
    except expat.ExpatError as error:
        raise _Refusal("upload.broken", why="structure") from error


# --- what we take ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Type:
    """A kind of file: what it is served as, what ``_found`` may say, who reads it to its end."""

    media_type: str
    found: frozenset[str | None]
    look: Callable[[Content, str], None]


def _type(media_type: str, look: Callable[[Content, str], None], *found: str | None) -> _Type:
    return _Type(media_type, frozenset(found), look)


_AS_OFFICE, _AS_TEXT = ("office", "archive"), (None, "xml")
TYPES = {
    "pdf": _type("application/pdf", _pdf, "pdf"),
    "png": _type("image/png", _png, "png"),
    "jpg": _type("image/jpeg", _jpeg, "jpeg"),
    "jpeg": _type("image/jpeg", _jpeg, "jpeg"),
    "gif": _type("image/gif", _gif, "gif"),
    "webp": _type("image/webp", _webp, "webp"),
    "heic": _type("image/heic", _heic, "heic"),
    "txt": _type("text/plain", _text, *_AS_TEXT),
    "csv": _type("text/csv", _text, *_AS_TEXT),
    "docx": _type(_OOXML + "wordprocessingml.document", _office, *_AS_OFFICE),
    "xlsx": _type(_OOXML + "spreadsheetml.sheet", _office, *_AS_OFFICE),
    "pptx": _type(_OOXML + "presentationml.presentation", _office, *_AS_OFFICE),
    "odt": _type(_ODF + "text", _office, *_AS_OFFICE),
    "ods": _type(_ODF + "spreadsheet", _office, *_AS_OFFICE),
    "odp": _type(_ODF + "presentation", _office, *_AS_OFFICE),
}
