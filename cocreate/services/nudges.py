"""Nudging who owes something."""

from datetime import datetime

from sqlalchemy.orm import Session

from cocreate.domain.nudges import LACKS
from cocreate.services import missing, progress
from cocreate.services.acts.nudges import Nudge
from cocreate.services.facts import look
from workflows.refusals import Refusal


def nudge(session: Session, ref: str, *, subject: str, party: int, words: str, actor: int, key: str,
          now: datetime) -> progress.Receipt:
    lacked = _lacked(session, ref, actor, now) if subject.startswith(f"{LACKS}:") else ()
    return progress.act(session, ref, Nudge(subject, party, words, lacked), actor=actor, key=key, now=now)


def _lacked(session: Session, ref: str, actor: int, now: datetime) -> tuple[Refusal, ...]:
    """What the contract lacks, which no fact says; it stays so, for the project is locked first."""
    look(session, ref, person=actor, now=now, lock=True)
    return missing.known(session, look(session, ref, person=actor, now=now).facts).missing or ()
