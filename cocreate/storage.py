"""Where the bytes of files lie: below their host's prefix, under their own hash, never under a name somebody typed.

A file is stored before the row that names it is written; what no row names is an orphan and is swept later. Objects
never change. S3 and its like come in through the same protocol.
"""

import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Protocol

from cocreate.errors import CocreateError

_HOST = re.compile(r"[0-9a-z]{26}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHELF = re.compile(r"[0-9a-f]{2}")
_NEW = ".new"  # objects on their way in or out; no host is called like this
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})  # the last two: a link in its place
_CHUNK = 1 << 18
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the row keeps of a file."""

    sha256: str
    size: int


class TooLarge(CocreateError):
    """More bytes came than were allowed; nothing was kept."""

    def __init__(self, limit: int) -> None:
        super().__init__("upload.too_large", limit_mb=round(limit / (1 << 20)))


class StoreFull(CocreateError):
    """No room for the file; nothing was kept."""

    def __init__(self) -> None:
        super().__init__("store.full")


class Missing(CocreateError):
    """A row names a file that is not there: a matter for the operator, not for who asked."""

    def __init__(self, host: str, sha256: str) -> None:
        super().__init__("store.missing", host=host, sha256=sha256)


class Store(Protocol):
    """``host`` is the host's random id, 26 letters and digits; ``sha256`` 64 hex digits. Else: ValueError."""

    def put(self, host: str, data: BinaryIO | bytes, *, limit: int | None = None) -> Stored:
        """Keep the bytes from where ``data`` stands to its end; they are safe on disk when this returns.

        limit: in bytes. Raises: TooLarge, StoreFull; nothing is left behind.
        """

    def open(self, host: str, sha256: str) -> BinaryIO:
        """The object for reading, seekable. Raises: Missing."""

    def read(self, host: str, sha256: str) -> bytes: ...

    def exists(self, host: str, sha256: str) -> bool: ...

    def size(self, host: str, sha256: str) -> int: ...

    def free(self) -> int:
        """Bytes that it still has room for."""

    def try_writing(self) -> str:
        """Why nothing can be written; "" where it can."""


class LocalStore:
    """A folder: ``<host>/<aa>/<sha256>``, for its owner's eyes only. A symbolic link in it is refused."""

    def __init__(self, folder: Path) -> None:
        """Also clears what was left unfinished more than a day ago."""
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.clean()

    def put(self, host: str, data: BinaryIO | bytes, *, limit: int | None = None) -> Stored:
        _known(host)
        source = BytesIO(data) if isinstance(data, bytes) else data
        try:
            with self._in(_NEW, make=True) as new, _draft(new) as name:
                stored = _copy(source, new, name, limit)
                self._place(new, name, host, stored)
        except OSError as error:
            if error.errno in _FULL:
                raise StoreFull from error
            raise
        return stored

    def open(self, host: str, sha256: str) -> BinaryIO:
        _known(host, sha256)
        try:
            with self._in(host, sha256[:2]) as shelf:
                file = os.fdopen(os.open(sha256, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=shelf), "rb")
        except OSError as error:
            if error.errno in _ABSENT:
                raise Missing(host, sha256) from error
            raise
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            raise Missing(host, sha256)
        return file

    def read(self, host: str, sha256: str) -> bytes:
        with self.open(host, sha256) as file:
            return file.read()

    def exists(self, host: str, sha256: str) -> bool:
        try:
            self.open(host, sha256).close()
        except Missing:
            return False
        return True

    def size(self, host: str, sha256: str) -> int:
        with self.open(host, sha256) as file:
            return os.fstat(file.fileno()).st_size

    def free(self) -> int:
        return shutil.disk_usage(self.folder).free

    def try_writing(self) -> str:
        """Why nothing can be written, as the system says it; "" where it can."""
        try:
            with self._in(_NEW, make=True) as new, _draft(new) as name:
                _copy(BytesIO(b"x"), new, name, None)
        except OSError as error:
            return os.strerror(error.errno) if error.errno else type(error).__name__
        return ""

    def clean(self, *, older_than: timedelta = DAY) -> int:
        """Remove what a put never finished; how many there were."""
        with self._in(_NEW, make=True) as new:
            limit = _ago(new, older_than)
            left = [name for name in os.listdir(new) if _old(name, new, limit)]
            for name in left:
                with suppress(FileNotFoundError):  # another process starts as well
                    os.unlink(name, dir_fd=new)
        return len(left)

    def sweep(self, referenced: Collection[tuple[str, str]], *, older_than: timedelta = DAY) -> int:
        """Remove the objects that no row names; how many there were.

        referenced: (host, sha256) of every row, read before this call. Young objects stay: their row may be on its way.
        """
        gone = 0
        for host, sha256 in list(self._all()):
            if (host, sha256) not in referenced:
                gone += self._drop(host, sha256, older_than)
        return gone

    def _all(self) -> Iterator[tuple[str, str]]:
        for host in filter(_HOST.fullmatch, os.listdir(self.folder)):
            with self._in(host) as shelves:
                names = [name for name in os.listdir(shelves) if _SHELF.fullmatch(name)]
            for shelf_name in names:
                with self._in(host, shelf_name) as shelf:
                    yield from ((host, name) for name in os.listdir(shelf) if _SHA256.fullmatch(name))

    def _drop(self, host: str, sha256: str, older_than: timedelta) -> bool:
        """Taken aside first: a put of the same bytes that comes meanwhile makes it young, and it goes back."""
        aside = f"{sha256}.{secrets.token_hex(8)}"
        with self._in(host, sha256[:2]) as shelf, self._in(_NEW) as new:
            limit = _ago(new, older_than)
            if not _old(sha256, shelf, limit):
                return False
            os.rename(sha256, aside, src_dir_fd=shelf, dst_dir_fd=new)
            if not _old(aside, new, limit):
                os.rename(aside, sha256, src_dir_fd=new, dst_dir_fd=shelf)
                return False
            os.unlink(aside, dir_fd=new)
            os.fsync(shelf)
        return True

    def _place(self, new: int, name: str, host: str, stored: Stored) -> None:
        with self._in(host, stored.sha256[:2], make=True) as shelf:
            if not _touched(stored, shelf):
                os.rename(name, stored.sha256, src_dir_fd=new, dst_dir_fd=shelf)
            os.fsync(shelf)  # also of what was there: its own put may not have come this far

    @contextmanager
    def _in(self, *names: str, make: bool = False) -> Iterator[int]:
        """A folder below ours, opened name by name so that no link on the way is followed."""
        here = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for name in names:
                if make and _made(name, here):
                    os.fsync(here)
                there = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
                os.close(here)
                here = there
            yield here
        finally:
            os.close(here)


def _known(host: str, sha256: str | None = None) -> None:
    if not _HOST.fullmatch(host) or not (sha256 is None or _SHA256.fullmatch(sha256)):
        raise ValueError("not the id of a host, or not a SHA-256")


def _made(name: str, folder: int) -> bool:
    try:
        os.mkdir(name, 0o700, dir_fd=folder)
    except FileExistsError:
        return False
    return True


@contextmanager
def _draft(folder: int) -> Iterator[str]:
    """A name for an object on its way in; it is gone afterwards, whatever happened."""
    name = secrets.token_hex(16)
    try:
        yield name
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)


def _copy(source: BinaryIO, folder: int, name: str, limit: int | None) -> Stored:
    digest, size = hashlib.sha256(), 0
    target = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder)
    with os.fdopen(target, "wb", buffering=0) as file:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if limit is not None and size > limit:
                raise TooLarge(limit)
            digest.update(chunk)
            _write(file.fileno(), chunk)
        os.fsync(file.fileno())
    return Stored(digest.hexdigest(), size)


def _write(file: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(file, rest) :]


def _touched(stored: Stored, shelf: int) -> bool:
    """Whether the object is there already; if so it is young again, so that no sweep takes it."""
    try:
        found = os.stat(stored.sha256, dir_fd=shelf, follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode) or found.st_size != stored.size:
            return False  # a link, or torn by a failing disk: the rename replaces it
        os.utime(stored.sha256, dir_fd=shelf, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _old(name: str, folder: int, limit: float) -> bool:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime <= limit
    except FileNotFoundError:
        return False


def _ago(folder: int, age: timedelta) -> float:
    """That long ago by the clock of the file system, which stamped the files; it is not always ours."""
    os.utime(folder)
    return os.fstat(folder).st_mtime - age.total_seconds()
