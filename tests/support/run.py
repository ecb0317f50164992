"""The folder of one test run, shared by the process that started it and the workers of xdist."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.support import postgres

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "COCREATE_TEST_RUN"


class Run:
    """Short path: PostgreSQL's socket lies below it, and a socket's path has at most 103 bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name.replace("-", "_")

    @classmethod
    def begin(cls) -> "Run":
        prefix = f"cc-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}-"
        for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
            if not _alive(int(left.name.removeprefix(prefix))):  # a killed run leaves its server behind
                cls(left).end()
        folder = Path(tempfile.gettempdir()) / f"{prefix}{os.getpid()}"
        folder.mkdir(mode=0o755)
        os.environ[VARIABLE] = str(folder)  # inherited by the workers
        return cls(folder)

    @classmethod
    def current(cls) -> "Run":
        return cls(Path(os.environ[VARIABLE]))

    def end(self) -> None:
        postgres.stop(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)

    def made(self, name: str) -> str:
        """A folder of this run."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        return str(folder)

    def first(self, what: str) -> bool:
        """Whether nobody in this run, in whichever worker, has asked for this before."""
        mark = Path(self.made("first")) / hashlib.sha256(what.encode()).hexdigest()
        try:
            mark.touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def once(self, name: str, make: Callable[[], str]) -> str:
        """What ``make`` gave whichever process asked first; the others wait for it."""
        answer = self.folder / f"{name}.once"
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not answer.exists():
                answer.write_text(make())
            return answer.read_text()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's, but alive
        pass
    return True
