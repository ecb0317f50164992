"""Whether the product ever changes a project, or a host, without an event in the same transaction: watched in the whole
run (P-22).

What a test writes by its own hand does not count; what code of the product writes does, whoever calls it.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from cocreate.services import facts
from tests.support.run import ROOT

WRITES = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")
OURS, TESTS = str(ROOT / "cocreate"), str(ROOT / "tests")
VERBS = ("INSERT", "UPDATE", "DELETE", "WITH")
# Beside the record: typing, reading, what the board keeps to be fast, and what
# the jobs note of their own work.
UNRECORDED = frozenset({
    "board_row", "draft", "unsaid", "seen", "document_read", "upload", "outbox", "reminder", "signing_code"})
# A concern is told to the people chosen; an event would tell everybody that there was one, and when.
SILENT = frozenset({"concerns._write"})
# What a job notes of its own tries.
NOTES = frozenset({"sealings._note"})
# What administrators decide: people, settings, templates.
OF_HOSTS = frozenset({"host", "host_member", "host_invitation", "template", "template_version"})
# Parts of an administrator's act, which only a test does alone.
PARTS = frozenset({"hosts.employ", "templates.ship"})
BELOW = ("db.", "writes.")  # whoever calls these writes


class Watch:
    """The transactions of every engine of this process."""

    def __init__(self) -> None:
        self.broken: list[str] = []
        self.seen = 0  # transactions that changed a project, with their event
        self._written: dict[int, dict[str, str]] = {}

    def wrote(self, connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        tables = set(WRITES.findall(statement)) if statement.split(None, 1)[0] in VERBS else ()
        if not tables:
            return
        if writers := _writers():
            tables = tables - OF_HOSTS if writers[-1] in PARTS else tables
            self._written.setdefault(id(connection), {}).update(dict.fromkeys(tables, writers[0]))
        else:  # past the record: what the process knows of the project may be wrong now
            facts.forget()

    def committed(self, connection: Any) -> None:
        written = self._written.pop(id(connection), {})
        for tables, record in ((_inside(), "event"), (OF_HOSTS, "host_event")):
            changed = written.keys() & tables
            if changed and record in written:
                self.seen += 1
            elif changed:
                self.broken.append(", ".join(f"{table} by {written[table]}" for table in sorted(changed)))
                raise AssertionError(f"changed without an {record}: {self.broken[-1]}")

    def undone(self, connection: Any) -> None:
        self._written.pop(id(connection), None)


@cache  # asked at every end of a transaction
def _inside() -> frozenset[str]:
    from cocreate.db import db
    return frozenset(table.name for table in db.metadata.sorted_tables
                     if "project_id" in table.c) - UNRECORDED - {"event", "event_detail"} | {"project"}


def _writers() -> list[str]:
    """The function of the product that writes, and all that called it; none where a test does, or what must not be
    recorded.
    """
    frame: FrameType | None = sys._getframe(2)
    found: list[str] = []
    while frame is not None:
        module, function = _module(frame.f_code.co_filename), frame.f_code.co_name
        if module == TESTS:
            break
        if module:
            name = f"{module}.{function}"
            if name in SILENT | NOTES:
                return []
            if found or not name.startswith(BELOW):
                found.append(name)
        frame = frame.f_back
    return found


@cache  # asked for every function on the way to every statement
def _module(path: str) -> str:
    """Of the product, or ``TESTS``, or ""."""
    if path.startswith(OURS):
        return "db" if path.startswith(f"{OURS}/db/") else Path(path).stem
    return TESTS if path.startswith(TESTS) else ""


@contextmanager
def watching() -> Iterator[Watch]:
    """Whatever breaks the promise fails where it does; and at the end, should somebody have caught that."""
    watch = Watch()
    listeners = (("before_cursor_execute", watch.wrote), ("commit", watch.committed), ("rollback", watch.undone))
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield watch
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)
    assert watch.broken == []
