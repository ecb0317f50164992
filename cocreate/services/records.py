"""The record of a project: its lines as one reader sees them, and the proof that it is whole."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.domain import audience
from cocreate.domain.chain import Break, Link, Opened, verify
from cocreate.domain.moments import EPOCH, MICROSECOND
from cocreate.domain.rights import invites
from cocreate.models.projects import Project
from cocreate.models.records import Event, EventDetail
from workflows.facts import Facts


@dataclass(frozen=True, slots=True)
class Line:
    """One event. ``act`` is "" where the reader may not see what happened; that it happened is shown to all."""

    seq: int
    at: datetime
    hash: str
    act: str
    party: int | None
    actor: str
    details: Mapping[str, Any]
    personal: Mapping[str, Any]


def lines(session: Session, facts: Facts, *, most: int | None = None) -> list[Line]:
    """The events of a project as the facts' actor sees them, newest first."""
    actor = facts.actor
    mask = audience.reader(party=actor.party, parts=actor.parts) if actor else 0
    rows = session.execute(
        select(Event, EventDetail)
        .outerjoin(EventDetail, (EventDetail.project_id == Event.project_id) & (EventDetail.seq == Event.seq)
                   & (EventDetail.sees.bitwise_and(mask) != 0))
        .where(Event.project_id == facts.project.id).order_by(Event.seq.desc()).limit(most))
    return [_line(row.Event, row.EventDetail, facts) for row in rows]


def check(session: Session, project_id: int) -> Break | None:
    """The first line of a project's record that does not fit, also against the head its row keeps."""
    ref, seq, head = session.execute(
        select(Project.ref, Project.version, Project.head).where(Project.id == project_id)).one()
    events = session.scalars(select(Event).where(Event.project_id == project_id).order_by(Event.seq))
    links = [Link(ref, e.seq, e.prev_hash, e.at, e.details_sha256, e.hash, e.format) for e in events]
    details = {d.seq: d for d in session.scalars(select(EventDetail).where(EventDetail.project_id == project_id))}
    found = verify(links, {d.seq: Opened(d.salt, d.details, d.personal_salt, d.personal) for d in details.values()},
                   head=(seq, head))
    sound = range(1, found.seq if found else len(links) + 1)
    return next((Break(n, "details") for n in sound if n not in details or not _says_its_details(details[n])),
                found or (Break(seq + 1, "head") if len(links) > seq else None))


def _says_its_details(row: EventDetail) -> bool:
    """Whether the columns beside the details, by which lines are found and hidden, are what these say."""
    said = json.loads(row.details)
    return bool(row.act == said["act"] and row.party == said["for"] and not row.sees & ~said["sees"])


def every_project(session: Session, ref: str | None = None) -> list[tuple[int, str, int]]:
    """(number, reference, events) of one project, or of all."""
    query = select(Project.id, Project.ref, Project.version).order_by(Project.id)
    return [(id_, name, version) for id_, name, version in session.execute(
        query.where(Project.ref == ref) if ref else query)]


def _line(event: Event, detail: EventDetail | None, facts: Facts) -> Line:
    if detail is None:
        return Line(event.seq, event.at, event.hash, "", None, "", {}, {})
    personal = json.loads(detail.personal) if detail.personal and not _kept_back(detail, facts) else {}
    return Line(event.seq, event.at, event.hash, detail.act, detail.party, personal.get("actor", ""),
                json.loads(detail.details), personal)


def _kept_back(detail: EventDetail, facts: Facts) -> bool:
    """Why somebody declined, or whom they named instead, is for who invites people there."""
    return detail.act == "decline_invitation" and facts.actor is not None and not invites(facts, detail.party)


def export(session: Session, facts: Facts) -> dict[str, Any]:
    """The whole chain, and the details the facts' actor may open, as plain values for a file."""
    actor = facts.actor
    mask = audience.reader(party=actor.party, parts=actor.parts) if actor else -1
    rows = session.execute(
        select(Event, EventDetail)
        .outerjoin(EventDetail, (EventDetail.project_id == Event.project_id) & (EventDetail.seq == Event.seq)
                   & (EventDetail.sees.bitwise_and(mask) != 0))
        .where(Event.project_id == facts.project.id).order_by(Event.seq))
    return {"format": 1, "project": facts.project.ref, "head": [facts.project.version, facts.project.head],
            "events": [_exported(row.Event, row.EventDetail, facts) for row in rows]}


def _exported(event: Event, detail: EventDetail | None, facts: Facts) -> dict[str, Any]:
    link = {"seq": event.seq, "prev_hash": event.prev_hash, "at_us": (event.at - EPOCH) // MICROSECOND,
            "details_sha256": event.details_sha256, "hash": event.hash}
    if detail is None:
        return link
    words = (None, None) if _kept_back(detail, facts) else (detail.personal_salt, detail.personal)
    return link | {"salt": detail.salt, "details": detail.details, "personal_salt": words[0], "personal": words[1]}
