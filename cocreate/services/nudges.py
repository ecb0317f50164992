"""Nudging who owes something."""

from datetime import datetime

from sqlalchemy.orm import Session

from cocreate.services import progress
from cocreate.services.acts.nudges import Nudge


def nudge(session: Session, ref: str, *, subject: str, party: int, words: str, actor: int, key: str,
          now: datetime) -> progress.Receipt:
    return progress.act(session, ref, Nudge(subject, party, words), actor=actor, key=key, now=now)
