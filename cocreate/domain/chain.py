"""The hash chain of a project's record: canonical bytes, links, verification. No database.

An event commits to its details by hash, the details commit to their personal part and to the answers that a party gave
the same way, each with a salt of its own. So a party verifies the whole chain and opens only its own lines, and erasing
a detail breaks nothing.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from cocreate.domain.moments import EPOCH, MICROSECOND

FORMAT = 1
START = "0" * 64  # what the first event follows
_SALT = re.compile(r"[0-9a-f]{32}")
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


@dataclass(frozen=True, slots=True)
class Link:
    """One event as stored. ``at`` is aware UTC; the hashes are hex."""

    ref: str
    seq: int
    prev_hash: str
    at: datetime
    details_sha256: str
    hash: str
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Opened:
    """The details of an event, where the reader may see them and they are not erased."""

    salt: str
    details: str
    personal_salt: str | None = None
    personal: str | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """The first line that does not fit, and why: gap, prev, hash, details, personal, head; or answers beside it."""

    seq: int
    why: str


def canonical(value: Mapping[str, Any]) -> str:
    """The one JSON text of a value: sorted keys, NFC, no floats, no spaces."""
    return _json(_plain(value))


def commitment(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def event_hash(*, ref: str, seq: int, prev_hash: str, at: datetime, details_sha256: str) -> str:
    """SHA-256 over format, project, number, previous hash, microseconds UTC and commitment, each length-prefixed."""
    micros = (at - EPOCH) // MICROSECOND
    parts = (str(FORMAT), ref, str(seq), prev_hash, str(micros), details_sha256)
    return hashlib.sha256("".join(f"{len(part.encode())}:{part}" for part in parts).encode()).hexdigest()


def verify(links: Iterable[Link], details: Mapping[int, Opened], *,
           head: tuple[int, str] | None = None) -> Break | None:
    """The first line that does not fit, or None where the chain is whole.

    links: in order of their numbers. details: those the reader may open, by number.
    head: number and hash kept elsewhere (project row, contract, mail); finds a cut tail and a rebuilt chain.
    """
    prev, expected = START, 1
    for link in links:
        if link.seq != expected:
            return Break(expected, "gap")
        if link.prev_hash != prev:
            return Break(link.seq, "prev")
        if link.format != FORMAT or link.hash != event_hash(
                ref=link.ref, seq=link.seq, prev_hash=link.prev_hash, at=link.at, details_sha256=link.details_sha256):
            return Break(link.seq, "hash")
        if (opened := details.get(link.seq)) is not None and (why := _does_not_open(link, opened)):
            return Break(link.seq, why)
        if head is not None and link.seq == head[0] and link.hash != head[1]:
            return Break(link.seq, "head")
        prev, expected = link.hash, expected + 1
    if head is not None and head[0] >= expected:
        return Break(expected, "head")
    return None


def _does_not_open(link: Link, opened: Opened) -> str | None:
    if not opens(opened.salt, opened.details, link.details_sha256):
        return "details"
    promised = json.loads(opened.details).get("personal_sha256")
    if opened.personal is None:
        return None  # erased, or there was none
    if opened.personal_salt is None or not opens(opened.personal_salt, opened.personal, promised):
        return "personal"
    return None


def opens(salt: str, text: str, promised: str) -> bool:
    # A salt of another length could have taken letters from the text, or given it some.
    return _SALT.fullmatch(salt) is not None and commitment(salt, text) == promised


def _plain(value: Any) -> Any:
    """What JSON knows; the commonest kinds first, by their exact type: an event has hundreds of values."""
    kind = type(value)
    if kind is str:
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if kind is int or kind is bool or value is None:
        return value
    if kind is dict:
        return {_plain(str(key)): _plain(one) for key, one in value.items()}
    if kind is list or kind is tuple:
        return [_plain(one) for one in value]
    if kind is Decimal:
        return str(value)
    if (names := _names(kind)) is not None:  # type: ignore[arg-type]  # classes do hash
        return {name: _plain(one) for name in names if (one := getattr(value, name)) is not None}
    return _plain_other(value)


@cache
def _names(kind: type) -> tuple[str, ...] | None:
    """Of the fields of a dataclass; None for anything else."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None


def _plain_other(value: Any) -> Any:
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case int():
            return int(value)
        case float():
            raise TypeError("a float has no canonical form")
        case Mapping():
            return _plain(dict(value))
        case frozenset() | set():
            return _plain(sorted(value))
        case list() | tuple():
            return _plain(list(value))
        case datetime():
            return value.isoformat()
        case _:
            return str(value)
