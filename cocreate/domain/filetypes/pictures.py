"""Pictures, read block by block and never drawn: how large they are, and that nothing follows them."""

import re
import struct

from cocreate.domain.filetypes.contents import MEGABYTE, Content, Refusal, numbers
from cocreate.domain.filetypes.sniffing import nothing_after

PIXELS, SIDE, FRAMES = 100_000_000, 50_000, 2_000


def _size(width: int, height: int) -> None:
    if not width or not height:
        raise Refusal("upload.broken", why="size")
    if max(width, height) > SIDE or width * height > PIXELS:
        raise Refusal("upload.bomb", what="pixels", width=width, height=height)


def png(content: Content, extension: str) -> None:
    at, name = 8, b""
    while name != b"IEND":
        length, = numbers(">L", content, at)
        name = content[at + 4 : at + 8]
        if not name.isalpha() or (at == 8) != (name == b"IHDR"):
            raise Refusal("upload.broken", why="structure")
        if name == b"IHDR":
            _size(*numbers(">LL", content, 16))
        at += 12 + length
    if at > len(content):
        raise Refusal("upload.broken", why="cut")
    nothing_after(content, at, extension)


_JPEG_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)
_SEGMENTS = 100_000  # a photo has thirty
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def jpeg(content: Content, extension: str) -> None:
    if content[3:6] == b"\xe0/*" or content[4:6] == b"/*":  # its first length opens a comment of JavaScript
        raise Refusal("upload.disguised", claims=extension, found="program")
    at, sized, segments = 2, False, 0
    while marker := _JPEG_MARKER.search(content, at):
        kind, at = marker[1][0], marker.end()
        if kind == 0xD9:
            break
        length, = numbers(">H", content, at)
        segments += 1
        if segments > _SEGMENTS:
            raise Refusal("upload.broken", why="structure")
        if kind in _JPEG_FRAMES:
            height, width = numbers(">HH", content, at + 3)
            _size(width, height)
            sized = True
        at += length
    if not marker or not sized:
        raise Refusal("upload.broken", why="cut")
    rest = content[at : at + 65_536].lstrip(b"\0")
    # Phones add the same picture in other sizes, or the moment as a film.
    if not (rest.startswith(b"\xff\xd8\xff") or b"ftyp" in rest[:256] or content[-4:] == b"SEFT"):
        nothing_after(content, at, extension)


def gif(content: Content, extension: str) -> None:
    if content[6:8] == b"/*" or content[6:7] == b"=":  # its width opens a comment of JavaScript
        raise Refusal("upload.disguised", claims=extension, found="program")
    width, height, flags = numbers("<HHB", content, 6)
    _size(width, height)
    at, frames = 13 + _palette(flags), 0
    while (mark := content[at : at + 1]) != b";":
        if mark == b"!":
            at = _blocks_end(content, at + 2)
        elif mark == b",":
            frames += 1
            *_, width, height, flags = numbers("<4HB", content, at + 1)
            _size(width, height)
            at = _blocks_end(content, at + 11 + _palette(flags))
        else:
            raise Refusal("upload.broken", why="structure" if mark else "cut")
        if frames > FRAMES:
            raise Refusal("upload.bomb", what="pixels", width=width, height=height)
    nothing_after(content, at + 1, extension)


def _palette(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _blocks_end(content: Content, at: int) -> int:
    while length := content[at : at + 1]:
        at += 1 + length[0]
        if length == b"\0":
            return at
    raise Refusal("upload.broken", why="cut")


def webp(content: Content, extension: str) -> None:
    length, = numbers("<L", content, 4)
    match content[12:16]:
        case b"VP8 ":
            width, height = numbers("<HH", content, 26)
            _size(width & 0x3FFF, height & 0x3FFF)
        case b"VP8L":
            bits, = numbers("<L", content, 21)
            _size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case b"VP8X":
            wide, wider, high, higher = numbers("<HBHB", content, 24)
            _size((wide | wider << 16) + 1, (high | higher << 16) + 1)
        case _:
            raise Refusal("upload.broken", why="structure")
    if length + 8 > len(content):
        raise Refusal("upload.broken", why="cut")
    nothing_after(content, length + 8, extension)


_SPATIAL = re.compile(rb"ispe\0{4}(.{8})", re.DOTALL)


def heic(content: Content, _extension: str) -> None:
    at, sizes = 0, list[bytes]()
    while at < len(content):
        length, = numbers(">L", content, at)
        name = content[at + 4 : at + 8]
        if length == 1:
            length, = numbers(">Q", content, at + 8)
        length = length or len(content) - at
        if length < 8 or at + length > len(content) or not name.isalnum():
            raise Refusal("upload.broken", why="structure")
        if name == b"meta":
            sizes += _SPATIAL.findall(content, at, at + min(length, 8 * MEGABYTE))
        at += length
    if not sizes:
        raise Refusal("upload.broken", why="size")
    for each in sizes:
        _size(*struct.unpack(">LL", each))
