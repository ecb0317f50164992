"""The record of a project: its lines as one reader sees them, and the proof that it is whole."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cocreate.domain import audience
from cocreate.domain.chain import Break, Link, Opened, opens, verify
from cocreate.domain.moments import EPOCH, MICROSECOND
from cocreate.domain.rights import invites
from cocreate.models.projects import Project
from cocreate.models.records import Event, EventDetail
from cocreate.models.work import Contribution
from workflows.facts import Facts

Given = Mapping[tuple[str, int, int], tuple[str, str]]  # task, party and number -> salt and answers


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


def lines(session: Session, facts: Facts, *, most: int | None = None, act: str = "") -> list[Line]:
    """The events of a project as the facts' actor sees them, newest first; of one kind of act, where that is named."""
    which = [EventDetail.act == act] if act else []
    rows = session.execute(_as_read(facts).where(*which).order_by(Event.seq.desc()).limit(most))
    return [_line(row.Event, row.EventDetail, facts) for row in rows]


def _as_read(facts: Facts) -> Select[Event, EventDetail]:
    """Every event, with its details where the facts' actor may see them."""
    return (select(Event, EventDetail)
            .outerjoin(EventDetail, (EventDetail.project_id == Event.project_id) & (EventDetail.seq == Event.seq)
                       & (EventDetail.sees.bitwise_and(audience.of_reader(facts)) != 0))
            .where(Event.project_id == facts.project.id))


def check(session: Session, project_id: int) -> Break | None:
    """The first line of a project's record that does not fit, also against the head its row keeps."""
    ref, seq, head = session.execute(
        select(Project.ref, Project.version, Project.head).where(Project.id == project_id)).one()
    events = session.scalars(select(Event).where(Event.project_id == project_id).order_by(Event.seq))
    links = [Link(ref, e.seq, e.prev_hash, e.at, e.details_sha256, e.hash, e.format) for e in events]
    details = {d.seq: d for d in session.scalars(select(EventDetail).where(EventDetail.project_id == project_id))}
    given = _given(session, project_id)
    found = verify(links, {d.seq: Opened(d.salt, d.details, d.personal_salt, d.personal) for d in details.values()},
                   head=(seq, head))
    sound = range(1, found.seq if found else len(links) + 1)
    return next((Break(n, why) for n in sound if (why := _tells_otherwise(details.get(n), given))),
                found or (Break(seq + 1, "head") if len(links) > seq else None))


def _tells_otherwise(row: EventDetail | None, given: Given) -> str:
    """What does not fit what a line says: that it is gone, the columns by which it is found and hidden, the answers."""
    if row is None:
        return "details"
    said = json.loads(row.details)
    if row.act != said["act"] or row.party != said["for"] or row.sees & ~said["sees"]:
        return "details"
    if "answers_sha256" not in said:
        return ""
    salt, answers = given.get(_version(said), ("", ""))
    return "" if opens(salt, answers, said["answers_sha256"]) else "answers"


def _given(session: Session, project_id: int, *, party: int | None = None) -> Given:
    """Every version that was given, or those of one party."""
    rows = session.execute(
        select(Contribution.task, Contribution.party, Contribution.number, Contribution.salt, Contribution.answers)
        .where(Contribution.project_id == project_id, *([] if party is None else [Contribution.party == party])))
    return {(row.task, row.party, row.number): (row.salt, row.answers) for row in rows}


def _version(said: Mapping[str, Any]) -> tuple[str, int, int]:
    return said["task"], said.get("of", said["for"]), said["number"]


def _opening(row: EventDetail, given: Given) -> dict[str, str]:
    """Salt and answers to which a line commits, where they are among those."""
    said = json.loads(row.details)
    there = given.get(_version(said)) if "answers_sha256" in said else None
    return {"answers_salt": there[0], "answers": there[1]} if there else {}


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
    """The whole chain, and what the facts' actor may open of it, as plain values for a file.

    What was given is opened by its own party alone: so it shows that its version is the one that was recorded.
    """
    actor = facts.actor
    given = _given(session, facts.project.id, party=actor.party) if actor and actor.party is not None else {}
    rows = session.execute(_as_read(facts).order_by(Event.seq))
    return {"format": 1, "project": facts.project.ref, "head": [facts.project.version, facts.project.head],
            "events": [_exported(row.Event, row.EventDetail, facts, given) for row in rows]}


def _exported(event: Event, detail: EventDetail | None, facts: Facts, given: Given) -> dict[str, Any]:
    link = {"seq": event.seq, "prev_hash": event.prev_hash, "at_us": (event.at - EPOCH) // MICROSECOND,
            "details_sha256": event.details_sha256, "hash": event.hash}
    if detail is None:
        return link
    words = (None, None) if _kept_back(detail, facts) else (detail.personal_salt, detail.personal)
    return link | {"salt": detail.salt, "details": detail.details, "personal_salt": words[0], "personal": words[1],
                   **_opening(detail, given)}
