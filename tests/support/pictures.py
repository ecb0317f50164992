"""PDFs with colours on their pages, and the colours in a picture of one."""

import struct
import zlib

from tests.support import handmade

RED, BLUE = (255, 0, 0), (0, 0, 255)
HALVES = b"1 0 0 rg 0 0 100 200 re f 0 0 1 rg 100 0 100 200 re f"


def page(content, media=b"[0 0 200 200]", *, root=b"", resources=b"", filtered=b"", further=(), count=1):
    """A PDF of ``count`` same pages."""
    kids = b" ".join(b"3 0 R" for _ in range(count))
    return handmade.bound(
        b"<</Type/Catalog/Pages 2 0 R%s>>" % root, b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count),
        b"<</Type/Page/Parent 2 0 R/MediaBox%s/Contents 4 0 R/Resources<<%s>>>>" % (media, resources),
        stream(content, filtered), *further)


def stream(body, about=b""):
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (about, len(body), body)


def pixels(png):
    """Width, height, and the colour at a place."""
    width, height = struct.unpack(">II", png[16:24])
    packed, at = b"", 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at:at + 8])
        packed += png[at + 8:at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    rows = zlib.decompress(packed)
    each = len(rows) // height
    step = (each - 1) // width
    return width, height, lambda x, y: tuple(rows[y * each + 1 + x * step:][:3])
