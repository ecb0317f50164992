"""The first pages of a PDF as pictures, drawn in a process of its own: what comes of it, and what may never come of it.

What people upload is drawn by a large library in C++. So it is drawn where it can do nothing: ``drawing.py`` has no
environment, a few seconds, little memory, no file it may open and one it may write. See docs/decisions/0020.
"""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from threading import BoundedSemaphore
from typing import BinaryIO

from cocreate.domain.uploads import check
from cocreate.errors import Invalid
from cocreate.rasterising import drawing

SECONDS = 8.0  # by the clock of the wall; the system ends the process after fewer of its own
PROGRAM = Path(drawing.__file__)
AT_ONCE = 1  # per process of ours: drawing never takes more than one core from the pages
WAITS = 3.0  # seconds for one's turn

_turn = BoundedSemaphore(AT_ONCE)
_WHY = {drawing.LOCKED: "locked", drawing.BROKEN: "broken"}


class NoPicture(Exception):
    """Nothing can be shown. why: locked, broken, heavy (it is so with every try), or busy (only now)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Drawn:
    """The first pages as PNG files, and how many pages there are."""

    pages: int
    pictures: tuple[bytes, ...]


def draw(pdf: BinaryIO, *, program: Path = PROGRAM, seconds: float = SECONDS) -> Drawn:
    """Draw the first pages of an open file.

    Raises: NoPicture.
    """
    if not _turn.acquire(timeout=WAITS):
        raise NoPicture("busy")
    try:
        with tempfile.TemporaryFile() as drawn:
            code = _run(program, pdf, drawn, seconds)
            if code != 0:
                raise NoPicture(_WHY.get(code, "heavy"))
            return _read(drawn)
    finally:
        _turn.release()


def _run(program: Path, pdf: BinaryIO, drawn: BinaryIO, seconds: float) -> int:
    """The exit code. The process is a group of its own: whatever it became ends with it."""
    process = subprocess.Popen(  # noqa: S603 - a program of our own
        [sys.executable, "-I", str(program)], stdin=pdf, stdout=drawn, stderr=subprocess.DEVNULL, env={}, cwd="/",
        start_new_session=True)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        raise NoPicture("busy") from None
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _read(drawn: BinaryIO) -> Drawn:
    """What the process wrote, believed no more than any other file that comes."""
    drawn.seek(0)
    pages = int.from_bytes(drawn.read(4), "big")
    pictures = []
    while size := int.from_bytes(drawn.read(4), "big"):
        pictures.append(drawn.read(size))
        try:
            check("page.png", BytesIO(pictures[-1]), size, limit_mb=drawing.LARGEST // 2**20)
        except Invalid:
            raise NoPicture("broken") from None
    if not 0 < len(pictures) <= min(pages, drawing.FIRST):
        raise NoPicture("broken")
    return Drawn(pages, tuple(pictures))


__all__ = ["Drawn", "NoPicture", "draw"]
