"""Draws the first pages of the PDF on its standard input: a program of its own, that imports nothing of ours.

Writes to its standard output the number of pages, then each picture after its length, as four bytes each. Ends with
LOCKED or BROKEN where the file is so; where a limit is reached the system ends it.
"""

import resource
import struct
import sys
import zlib
from contextlib import suppress
from typing import Any

FIRST = 3  # pages
WIDE, HIGH = 1000, 1600  # pixels at most, whatever size a page claims to have
LOCKED, BROKEN = 3, 4
LARGEST = 20 * 2**20  # bytes of all pictures
MEMORY = 400 * 2**20  # bytes of address space; macOS does not hold to it, so there the time is the limit
TIME = 2  # seconds of the processor


def confine() -> None:
    """From here on no file and no connection can be opened, no process begun, and little be taken."""
    limits = {"RLIMIT_AS": MEMORY, "RLIMIT_CPU": TIME, "RLIMIT_FSIZE": LARGEST, "RLIMIT_CORE": 0, "RLIMIT_NPROC": 0,
              "RLIMIT_NOFILE": 3}
    for name, most in limits.items():
        with suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (most, most))


def draw(body: bytes, pdfium: Any) -> list[bytes]:
    document = pdfium.PdfDocument(body)
    found = [struct.pack(">I", len(document))]
    for number in range(min(len(document), FIRST)):
        page = document[number]
        width, height = page.get_size()
        scale = min((WIDE - 1) / max(width, 1), (HIGH - 1) / max(height, 1))  # rounded up to whole pixels
        bitmap = page.render(scale=scale, rev_byteorder=True)
        picture = png(bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels, bytes(bitmap.buffer))
        found += [struct.pack(">I", len(picture)), picture]
    return found


def png(width: int, height: int, stride: int, channels: int, pixels: bytes) -> bytes:
    """Of rows of red, green, blue, each perhaps followed by a byte that says nothing."""
    colour = {1: 0, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + pixels[row * stride:row * stride + width * channels] for row in range(height))
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)),
             (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts)


def main() -> int:
    import pypdfium2  # noqa: PLC0415 - it opens its library, which nothing can after ``confine``

    body = sys.stdin.buffer.read()
    confine()
    try:
        pictures = draw(body, pypdfium2)
    except pypdfium2.PdfiumError as error:
        return LOCKED if "password" in str(error).lower() else BROKEN
    sys.stdout.buffer.write(b"".join(pictures))
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
