"""Why a contribution is asked again, when the task itself no longer says it: it was submitted since, or taken back.

And what was answered to that, version by version.
"""

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
    number: int  # the version that was sent back


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
                        tuple(details.get("marked", ())), details["number"])
    return None


def replies(session: Session, project: int, task: tuple[str, int], *, reader: int) -> dict[int, str]:
    """Version -> the words that were submitted with it, as far as this audience reads them."""
    rows = session.execute(
        select(EventDetail.details, EventDetail.personal)
        .where(EventDetail.project_id == project, EventDetail.act == "submit", EventDetail.party == task[1],
               EventDetail.personal.contains('"reply":'), EventDetail.sees.bitwise_and(reader) != 0))
    told = ((json.loads(details), json.loads(personal or "{}")) for details, personal in rows)
    return {said["number"]: words["reply"] for said, words in told if said["task"] == task[0] and "reply" in words}
