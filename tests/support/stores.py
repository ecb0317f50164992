"""Stores that are not as one would wish: put one in ``app.extensions["store"]``."""

import os
from datetime import timedelta
from pathlib import Path

from cocreate.storage import LocalStore, StoreFull


class Full(LocalStore):
    """A disk without room."""

    def put(self, *_given, **_more):
        raise StoreFull


class Slow(LocalStore):
    """While it keeps a file, somebody else does something: one of ``meanwhile`` for each file."""

    def __init__(self, folder, *meanwhile):
        super().__init__(folder)
        self.meanwhile = list(meanwhile)

    def put(self, *given, **more):
        stored = super().put(*given, **more)
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return stored


def age(path: Path, by: timedelta = timedelta(days=2)) -> None:
    moment = path.lstat().st_mtime - by.total_seconds()
    os.utime(path, (moment, moment), follow_symlinks=False)
