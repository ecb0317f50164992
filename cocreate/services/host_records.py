"""What was done at a host, by its administrators and by the operator: written with the act, read by administrators."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from cocreate.domain.hosts import HostAct
from cocreate.models.people import Person
from cocreate.models.records import HostEvent
from cocreate.services.locks import lock_host

PAGE = 50


@dataclass(frozen=True, slots=True)
class Done:
    """One line. ``personal`` is empty once its names were erased."""

    seq: int
    at: datetime
    by_operator: bool
    act: HostAct
    subject: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    personal: Mapping[str, Any]


def note(session: Session, host_id: int, act: HostAct, *, by: int | None, subject: str = "",
         before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None,
         personal: Mapping[str, Any] | None = None, now: datetime) -> None:
    """One line of the host's record, in the transaction of what it tells.

    by: the person who did it; None for a command of the operator. personal: names and addresses, which can be erased.
    """
    lock_host(session, host_id)
    last = session.scalar(select(func.max(HostEvent.seq)).where(HostEvent.host_id == host_id)) or 0
    actor = {} if by is None else {"actor": session.scalars(select(Person.name).where(Person.id == by)).one()}
    session.execute(insert(HostEvent).values(
        host_id=host_id, seq=last + 1, at=now, actor=by, act=act, subject=subject, before=_json(before or {}),
        after=_json(after or {}), personal=_json(actor | dict(personal or {}))))


def note_of(session: Session, host_id: int, act: HostAct, person: int, *, by: int | None,
            before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None,
            personal: Mapping[str, Any] | None = None, now: datetime) -> None:
    """The same, of what was done to a person; ``personal`` where they are called otherwise than by their account."""
    there = session.execute(select(Person.ref, Person.name).where(Person.id == person)).one()
    note(session, host_id, act, by=by, subject=there.ref, before=before, after=after,
         personal={"name": there.name, **(personal or {})}, now=now)


def lines(session: Session, host_id: int, *, below: int | None = None) -> tuple[list[Done], int | None]:
    """Newest first, ``PAGE`` of them from below this number; and below which one the next page begins."""
    rows = session.scalars(select(HostEvent).where(
        HostEvent.host_id == host_id, *([] if below is None else [HostEvent.seq < below]))
        .order_by(HostEvent.seq.desc()).limit(PAGE + 1)).all()
    found = [Done(row.seq, row.at, row.actor is None, HostAct(row.act), row.subject, json.loads(row.before),
                  json.loads(row.after), json.loads(row.personal or "{}")) for row in rows[:PAGE]]
    return found, found[-1].seq if len(rows) > PAGE else None


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True)
