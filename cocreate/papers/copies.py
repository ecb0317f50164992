"""Copies of a paper to check, each typeset once: beside the store, made anew where they are lost.

They are derived, so they are no part of a backup; all go once a day, when files are swept, and when an application
starts: with other software they may look otherwise.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

COPIES = "copies"  # in the data folder


class Copies:
    """A folder: ``<host>/<sha256 of what is in it>``; a copy appears whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def of(self, host: str, what: str, make: Callable[[], bytes]) -> bytes:
        """The bytes that were made of ``what`` before, else what ``make`` makes now."""
        place = self.folder / host / hashlib.sha256(what.encode()).hexdigest()
        with suppress(OSError):
            if body := place.read_bytes():
                return body
        body = make()
        with suppress(OSError):  # no room: then it is made anew
            self._keep(place, body)
        return body

    def sweep(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _keep(self, place: Path, body: bytes) -> None:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, new = tempfile.mkstemp(dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())  # else the name may outlive the bytes where the power fails
            os.rename(new, place)
        finally:
            Path(new).unlink(missing_ok=True)
