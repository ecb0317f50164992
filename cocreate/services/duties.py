"""Duties: what the parties owe by a day under the agreed terms."""

from datetime import datetime

from sqlalchemy.orm import Session

from cocreate.services import progress
from cocreate.services.acts.duties import ReportDuty


def report(session: Session, ref: str, *, number: int, actor: int, key: str, now: datetime) -> progress.Receipt:
    """Say that a duty of one's own party is done."""
    return progress.act(session, ref, ReportDuty(number), actor=actor, key=key, now=now)
