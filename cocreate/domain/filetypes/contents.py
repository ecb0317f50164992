"""The bytes of a file to look at, and the word why it is not taken."""

import mmap
import struct
import zlib
from collections.abc import Iterator

MEGABYTE = 1 << 20
CHUNK, PIECE = 1 << 18, 1 << 14  # bytes looked at together; bytes unpacked at once

Content = bytes | mmap.mmap


class Refusal(Exception):
    """Why not; ``check`` adds the name and the field."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def numbers(layout: str, content: Content, at: int) -> tuple[int, ...]:
    """Numbers at a place, or the news that the file ends before."""
    piece = content[at : at + struct.calcsize(layout)]
    if at < 0 or len(piece) < struct.calcsize(layout):
        raise Refusal("upload.broken", why="cut")
    return struct.unpack(layout, piece)


def pieces(content: Content, at: int, stop: int) -> Iterator[bytes]:
    return (content[here : min(here + PIECE, stop)] for here in range(at, stop, PIECE))


def inflated(content: Content, at: int, stop: int, bits: int) -> Iterator[bytes]:
    """What was deflated, in pieces that stay small however much it is."""
    unpacker = zlib.decompressobj(bits)
    try:
        for piece in pieces(content, at, stop):
            packed = piece
            while packed and not unpacker.eof:
                yield unpacker.decompress(packed, CHUNK)
                packed = unpacker.unconsumed_tail
            if unpacker.eof:
                return
        yield unpacker.flush()
    except zlib.error as error:
        raise Refusal("upload.broken", why="packing") from error
    if not unpacker.eof:
        raise Refusal("upload.broken", why="cut")
