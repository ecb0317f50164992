"""Pictures of pages that were drawn once, and what could not be drawn: beside the store, made anew where they are lost.

They are derived, so they are no part of a backup, and go with the file they show.
"""

import os
import shutil
import tempfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cocreate.rasterising import Drawn, NoPicture, draw
from cocreate.storage import Store

PREVIEWS = "previews"  # in the data folder
_COUNT, _WHY = "pages", "why"


@dataclass(frozen=True, slots=True)
class Pages:
    """How many pages a file has, and how many of them there is a picture of."""

    all: int
    shown: int


class Pictures:
    """A folder: ``<host>/<sha256 of the file>/``, with a picture for each page that is shown, or why there is none.

    A folder appears whole or not at all.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def pages(self, store: Store, host: str, sha256: str) -> Pages:
        """Of a PDF in the store; drawn now where it never was.

        Raises: NoPicture; what is so with every try is not tried again.
        """
        place = self.folder / host / sha256
        with suppress(FileNotFoundError):
            return Pages(int((place / _COUNT).read_text("utf-8")), len(list(place.glob("*.png"))))
        with suppress(FileNotFoundError):
            raise NoPicture((place / _WHY).read_text("utf-8"))
        try:
            with store.open(host, sha256) as file:
                drawn = draw(file)
        except NoPicture as none:
            if none.why != "busy":
                self._keep(place, {_WHY: none.why.encode()})
            raise
        self._keep(place, _files(drawn))
        return Pages(drawn.pages, len(drawn.pictures))

    def picture(self, store: Store, host: str, sha256: str, number: int) -> bytes | None:
        """Of one page, from 1; None where there is none.

        Raises: NoPicture.
        """
        if not 1 <= number <= self.pages(store, host, sha256).shown:
            return None
        return (self.folder / host / sha256 / f"{number}.png").read_bytes()

    def sweep(self, named: Collection[tuple[str, str]]) -> None:
        """Remove the pictures of files that are not ``named`` (host, sha256) any more."""
        for place in self.folder.glob("*/*"):
            if (place.parent.name, place.name) not in named:
                shutil.rmtree(place, ignore_errors=True)

    def _keep(self, place: Path, files: dict[str, bytes]) -> None:
        """Raises: NoPicture where there is no room."""
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=".", dir=place.parent))
        try:
            for name, body in files.items():
                (new / name).write_bytes(body)
            with suppress(FileExistsError):
                os.rename(new, place)
        except OSError as error:
            if not place.exists():  # else somebody else was faster, with the same pictures
                raise NoPicture("busy") from error
        finally:
            shutil.rmtree(new, ignore_errors=True)


def _files(drawn: Drawn) -> dict[str, bytes]:
    return {_COUNT: str(drawn.pages).encode(), **{
        f"{number}.png": picture for number, picture in enumerate(drawn.pictures, 1)}}
