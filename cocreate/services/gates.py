"""Deciding for one's party at a gate."""

from datetime import datetime

from sqlalchemy.orm import Session

from cocreate.services import progress
from cocreate.services.acts.gates import Decide, DecideOutside


def decide(session: Session, ref: str, *, gate: str, seen: str, answer: str, reason: str = "", wanted: str = "",
           actor: int, key: str, now: datetime) -> progress.Receipt:
    """Agree, agree with a reservation, or do not agree, on exactly the versions in ``seen``."""
    return progress.act(session, ref, Decide(gate, seen, answer, reason, wanted), actor=actor, key=key, now=now)


def decide_outside(session: Session, ref: str, given: DecideOutside, *, actor: int, key: str,
                   now: datetime) -> progress.Receipt:
    """Record what a body of one's party decided outside; the file that shows it is in the store already."""
    return progress.act(session, ref, given, actor=actor, key=key, now=now)
