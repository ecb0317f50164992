"""Ending a project, or leaving it."""

from datetime import datetime

from sqlalchemy.orm import Session

from cocreate.services import progress
from cocreate.services.acts.endings import Decline, Leave, WithdrawEarly


def decline(session: Session, ref: str, *, title: str, reason: str, lessons: str, actor: int, key: str,
            now: datetime) -> progress.Receipt:
    return progress.act(session, ref, Decline(title, reason, lessons), actor=actor, key=key, now=now)


def withdraw_early(session: Session, ref: str, *, reason: str, actor: int, key: str,
                   now: datetime) -> progress.Receipt:
    return progress.act(session, ref, WithdrawEarly(reason), actor=actor, key=key, now=now)


def leave(session: Session, ref: str, *, reason: str, open_tasks: str = "", actor: int, key: str,
          now: datetime) -> progress.Receipt:
    return progress.act(session, ref, Leave(reason, open_tasks), actor=actor, key=key, now=now)
