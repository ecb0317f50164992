"""Settings, from the environment or ``.env``; each is documented in docs/operating.md (a test compares)."""

import logging
import os
import re
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from dotenv import dotenv_values
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

log = logging.getLogger(__name__)

DEVELOPMENT_SECRET = "development-only-secret-never-used-in-production"  # noqa: S105 - refused in production


class Misconfigured(Exception):
    """The settings do not allow a start; the message says which and what to set."""


def _setting(name: str, default: str, why: str) -> str:
    return field(default=default, metadata={"name": name, "why": why})


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides. Everything is text here; properties give the typed values."""

    data: str = _setting("COCREATE_DATA", "instance", "folder of the database, files, keys and development mails")
    database: str = _setting("COCREATE_DATABASE", "", "database address; empty: SQLite in the data folder")
    mode: str = _setting("COCREATE_MODE", "development", "development or production")
    secret: str = _setting("COCREATE_SECRET", DEVELOPMENT_SECRET, "32 characters or more; signs cookies, encrypts")
    former_secret: str = _setting("COCREATE_FORMER_SECRET", "", "the one before, while the secret is being changed")
    base_url: str = _setting("COCREATE_BASE_URL", "", "address under which people reach this installation")
    trusted_hosts: str = _setting("COCREATE_TRUSTED_HOSTS", "", "further host names answered to, comma-separated")
    proxies: str = _setting("COCREATE_PROXIES", "", "number of proxies in front whose headers are believed")
    smtp: str = _setting("COCREATE_SMTP", "", "smtp://user:password@host:port or smtps://; empty: mails become files")
    sender: str = _setting("COCREATE_SENDER", "cocreate@localhost", "address mails come from")
    port: str = _setting("PORT", "8000", "port of `make run`")
    upload_mb: str = _setting("COCREATE_UPLOAD_MB", "25", "largest file in megabytes")
    project_mb: str = _setting("COCREATE_PROJECT_MB", "1000", "megabytes of files of one party in one project")
    free_mb: str = _setting("COCREATE_FREE_MB", "500", "megabytes of the disk that uploads leave free")
    log_level: str = _setting("COCREATE_LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR")
    unknown: tuple[str, ...] = ()  # what is called like a setting, and is none

    @classmethod
    def from_env(cls) -> "Settings":
        given = {**dotenv_values(".env"), **os.environ}
        known = {of.metadata["name"]: of.name for of in fields(cls) if of.metadata}
        named = {known[name]: value for name, value in given.items() if name in known and value is not None}
        return cls(**named, unknown=tuple(sorted(
            name for name in given if name.startswith("COCREATE_") and name not in known and name not in OF_TESTS)))

    @property
    def folder(self) -> Path:
        return Path(self.data).resolve()

    @property
    def production(self) -> bool:
        return self.mode == "production"

    @property
    def database_url(self) -> str:
        url = self.database or f"sqlite:///{self.folder / 'cocreate.sqlite'}"
        for short in ("postgres://", "postgresql://"):
            if url.startswith(short):
                return "postgresql+psycopg://" + url.removeprefix(short)
        return url

    @property
    def address(self) -> str:
        """Base of every link that is mailed."""
        return (self.base_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def hosts(self) -> list[str]:
        """Host names answered to; any other gets 400."""
        own = urlsplit(self.address).hostname or "127.0.0.1"
        return [own, *(name.strip() for name in self.trusted_hosts.split(",") if name.strip())]

    @property
    def https(self) -> bool:
        return self.address.startswith("https://")

    def check(self, *, debug: bool = False) -> None:
        """Refuse to start where a mistake would cost people dearly; elsewhere warn of what is called like a setting."""
        for said in [] if self.production else self.misspelt():
            log.warning("%s", said)
        if wrong := self.mistakes(debug=debug, mounts=MOUNTS.read_text("utf-8") if MOUNTS.exists() else ""):
            raise Misconfigured("cocreate does not start: " + " ".join(wrong))

    def mistakes(self, *, debug: bool = False, mounts: str = "") -> list[str]:
        """Each as a sentence that says what to set. mounts: what lies where, as Linux lists it."""
        wrong = self._unreadable()
        if self.production:
            wrong += self.misspelt()
            if self.secret == DEVELOPMENT_SECRET or len(self.secret) < 32:
                wrong.append("COCREATE_SECRET is missing or short; set 32 random characters or more.")
            if not self.base_url.startswith("https://"):
                wrong.append("COCREATE_BASE_URL is missing or not https; set the address people open.")
            if not self.proxies.isdigit():
                wrong.append("COCREATE_PROXIES is missing; set the number of proxies in front, 0 if none.")
            if not self.smtp:
                wrong.append("COCREATE_SMTP is missing; set the mail server.")
            if self.sender.endswith("@localhost"):
                wrong.append("COCREATE_SENDER is missing; set the address mails come from.")
            if self.database_url.startswith("sqlite") and file_system(
                    make_url(self.database_url).database or "/", mounts) in SHARES:
                wrong.append("COCREATE_DATABASE is SQLite on a network share, where it loses data; "
                             "set a local folder or PostgreSQL.")
            if debug:
                wrong.append("Debug mode is on; switch it off.")
        elif self.https and self.mode == "development":
            wrong.append("COCREATE_MODE is development, whose secret everybody knows and whose mails every "
                         "administrator reads; set production where people come over https.")
        return wrong

    def misspelt(self) -> list[str]:
        """What would be ignored without a word, each as a sentence; its value may be a password."""
        known = [of.metadata["name"] for of in fields(self) if of.metadata]
        return [f"{name} is no setting; " + (f"did you mean {near[0]}?" if near else "take it away.")
                for name in self.unknown for near in [get_close_matches(name, known, 1, 0.8)]]

    def _unreadable(self) -> list[str]:
        """What has no meaning, in any mode."""
        smtp, base = urlsplit(self.smtp), urlsplit(self.base_url.rstrip("/") or "http://127.0.0.1")
        bare = not (base.path or base.query or base.fragment or base.username)
        checks = (
            ("COCREATE_MODE", self.mode, self.mode in ("development", "production"), "development or production"),
            ("COCREATE_DATABASE", self.database, _names_a_database(self.database_url),
             "postgres://user:password@host/name, or nothing for SQLite"),
            ("COCREATE_BASE_URL", self.base_url,
             base.scheme in ("http", "https") and bool(base.hostname) and _port_is_one(base) and bare,
             "an address such as https://cocreate.example, with nothing behind it"),
            ("COCREATE_SMTP", self.smtp, not self.smtp or (
                smtp.scheme in ("smtp", "smtps") and bool(smtp.hostname) and _port_is_one(smtp)),
             "smtp://user:password@host:587 or smtps://..."),
            ("COCREATE_SENDER", self.sender, bool(re.fullmatch(r"[^@\s]+@[^@\s]+", self.sender)),
             "one address such as cocreate@cocreate.example"),
            ("PORT", self.port, self.port.isdecimal() and 0 < int(self.port) < 65536, "a number up to 65535"),
            *((name, value, value.isdecimal() and int(value) > 0, "a whole number of megabytes") for name, value in (
                ("COCREATE_UPLOAD_MB", self.upload_mb), ("COCREATE_PROJECT_MB", self.project_mb),
                ("COCREATE_FREE_MB", self.free_mb))),
            ("COCREATE_LOG_LEVEL", self.log_level, self.log_level in LOG_LEVELS, "one of " + ", ".join(LOG_LEVELS)))
        # What may hold a password is not repeated.
        return [f"{name} " + ("cannot be read" if name in WITH_PASSWORD else f"is '{value}'") + f"; set {right}."
                for name, value, good, right in checks if not good]


def _names_a_database(url: str) -> bool:
    try:
        return make_url(url).drivername in ("sqlite", "postgresql+psycopg")
    except (ArgumentError, ValueError):  # the second for a port that is no number
        return False


def _port_is_one(address: SplitResult) -> bool:
    try:
        return address.port != 0
    except ValueError:
        return False


OF_TESTS = frozenset({"COCREATE_CHROMIUM", "COCREATE_TEST_RUN"})
WITH_PASSWORD = frozenset({"COCREATE_DATABASE", "COCREATE_SMTP"})
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
MOUNTS = Path("/proc/self/mounts")
SHARES = frozenset("9p afs ceph cifs fuse.glusterfs fuse.sshfs glusterfs lustre ncpfs nfs nfs4 smb3 smbfs".split())


def file_system(path: str, mounts: str) -> str:
    """On which kind a file lies; "" where nothing is listed."""
    found = ("", "")
    for line in mounts.splitlines():
        _device, place, kind, *_rest = line.split(" ")
        place = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), place)
        if Path(path).is_relative_to(place) and len(place) >= len(found[0]):
            found = place, kind
    return found[1]
