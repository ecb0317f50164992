"""Why a contribution is asked again, when the task itself no longer says it: it was submitted since, or taken back."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.models.records import Event, EventDetail


@dataclass(frozen=True, slots=True)
class SentBack:
    """Returned or opened again, and not accepted since. ``reason``: None for whoever may not read it."""

    act: str
    at: datetime
    by: int
    party: int | None
    reason: str | None
    marked: tuple[str, ...]


def last(session: Session, project: int, task: tuple[str, int], *, reader: int, before: int | None = None,
         ) -> SentBack | None:
    """The newest time that this task was sent back. reader: the audience of who reads it; before: an event."""
    rows = session.execute(
        select(EventDetail, Event.at)
        .join(Event, (Event.project_id == EventDetail.project_id) & (Event.seq == EventDetail.seq))
        .where(EventDetail.project_id == project, EventDetail.act.in_(("return", "reopen", "accept")),
               *([] if before is None else [EventDetail.seq < before]))
        .order_by(EventDetail.seq.desc()))
    for row, at in rows:
        details = json.loads(row.details)
        if (details.get("task"), details.get("of")) != task:
            continue
        if row.act == "accept":
            return None
        words = json.loads(row.personal) if row.personal and row.sees & reader else {}
        return SentBack(row.act, at, details["actor"], row.party, words.get("reason"),
                        tuple(details.get("marked", ())))
    return None
