"""Which files are taken, judged by their bytes: a name is only a claim.

Pure and bounded: reads, keeps nothing, unpacks piece by piece within limits and draws no picture. Every kind is read
to its end by its module of ``filetypes``, so that nothing can ride along. What is refused and why:
docs/decisions/0008.
"""

import mmap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import UnsupportedOperation
from typing import BinaryIO

from cocreate.domain.filetypes.contents import MEGABYTE, Content, Refusal
from cocreate.domain.filetypes.office import ODF, OOXML, office
from cocreate.domain.filetypes.pdfs import pdf
from cocreate.domain.filetypes.pictures import gif, heic, jpeg, png, webp
from cocreate.domain.filetypes.sniffing import BARRED, EICAR, ENCRYPTED, found_in, guess, nothing_else
from cocreate.domain.filetypes.texts import plain_text
from cocreate.domain.names import display_name
from cocreate.errors import Invalid


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that may be kept. ``renamed``: the shown name is not quite the given one."""

    name: str
    media_type: str
    renamed: bool


def check(name: str, file: BinaryIO, size: int, *, limit_mb: int) -> Accepted:
    """Whether this file is what its name says, is of a kind we take, and does nothing by itself.

    name: as the browser sent it. file: seekable, of ``size`` bytes; it is at its beginning again afterwards.
    Raises: Invalid, always with ``field`` ("file") and ``name`` (clean):
        upload.too_large (size_mb, limit_mb), upload.empty,
        upload.type (extension, kind: one of ``BARRED``'s or "unknown", takes: the extensions we take),
        upload.disguised (claims: extension, found: see ``found_in``),
        upload.active (what: script, launch, embedded, form, macro, external, command, entities, virus, hidden),
        upload.bomb (what: size, members, overlap, pixels, nested), upload.locked, upload.broken (why: one word).
    """
    shown, renamed = display_name(name)
    try:
        media_type = _judge(shown, file, size, limit_mb)
    except Refusal as refusal:
        raise Invalid(refusal.code, field="file", name=shown, **refusal.values) from refusal
    finally:
        file.seek(0)
    return Accepted(shown, media_type, renamed)


def _judge(name: str, file: BinaryIO, size: int, limit_mb: int) -> str:
    size = max(size, file.seek(0, 2))
    if size > limit_mb * MEGABYTE:
        raise Refusal("upload.too_large", size_mb=-(-size // MEGABYTE), limit_mb=limit_mb)
    if size == 0:
        raise Refusal("upload.empty")
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension not in TYPES:
        raise Refusal("upload.type", extension=extension, kind=BARRED.get(extension, "unknown"), takes=tuple(TYPES))
    kind = TYPES[extension]
    with _opened(file) as content:
        head = content[:4096]
        if EICAR in head[:128]:
            raise Refusal("upload.active", what="virus")
        found = found_in(head)
        if found == "old_office" and content.find(ENCRYPTED) >= 0:
            raise Refusal("upload.locked")
        if found not in kind.found:
            raise Refusal("upload.disguised", claims=extension, found=found or guess(head))
        if kind.found.isdisjoint({None, "office"}):
            nothing_else(content, extension)
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


# --- what we take --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Type:
    """A kind of file: what it is served as, what ``found_in`` may say, who reads it to its end."""

    media_type: str
    found: frozenset[str | None]
    look: Callable[[Content, str], None]


def _type(media_type: str, look: Callable[[Content, str], None], *found: str | None) -> _Type:
    return _Type(media_type, frozenset(found), look)


_AS_OFFICE, _AS_TEXT = ("office", "archive"), (None, "xml")
TYPES = {
    "pdf": _type("application/pdf", pdf, "pdf"),
    "png": _type("image/png", png, "png"),
    "jpg": _type("image/jpeg", jpeg, "jpeg"),
    "jpeg": _type("image/jpeg", jpeg, "jpeg"),
    "gif": _type("image/gif", gif, "gif"),
    "webp": _type("image/webp", webp, "webp"),
    "heic": _type("image/heic", heic, "heic"),
    "txt": _type("text/plain", plain_text, *_AS_TEXT),
    "csv": _type("text/csv", plain_text, *_AS_TEXT),
    "docx": _type(OOXML + "wordprocessingml.document", office, *_AS_OFFICE),
    "xlsx": _type(OOXML + "spreadsheetml.sheet", office, *_AS_OFFICE),
    "pptx": _type(OOXML + "presentationml.presentation", office, *_AS_OFFICE),
    "odt": _type(ODF + "text", office, *_AS_OFFICE),
    "ods": _type(ODF + "spreadsheet", office, *_AS_OFFICE),
    "odp": _type(ODF + "presentation", office, *_AS_OFFICE),
}
