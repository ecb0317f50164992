"""Duties: what the parties owe by a day under the agreed terms."""

from datetime import datetime

from sqlalchemy.orm import Session

from cocreate.services import accounts, hashing, progress
from cocreate.services.acts.duties import HandDuty, LookAfter, ReportDuty, Successor
from cocreate.services.people import INVITATION_LASTS


def report(session: Session, ref: str, *, number: int, actor: int, key: str, now: datetime) -> progress.Receipt:
    """Say that a duty of one's own party is done."""
    return progress.act(session, ref, ReportDuty(number), actor=actor, key=key, now=now)


def look_after(session: Session, ref: str, *, to: int | None, name: str = "", email: str = "", actor: int, key: str,
               now: datetime) -> progress.Receipt:
    """Answer the yearly question for one's party: ``to`` a colleague, or somebody new at ``email``; else oneself."""
    successor = None
    if email:
        person, token = accounts.find_or_invite_person(session, email=email, name=name, now=now), hashing.new_token()
        successor = Successor(person, name, token, hashing.digest(token), now + INVITATION_LASTS)
    return progress.act(session, ref, LookAfter(to, successor), actor=actor, key=key, now=now)


def hand_on(session: Session, ref: str, *, number: int, person: int, actor: int, key: str,
            now: datetime) -> progress.Receipt:
    """Name the colleague who looks after a duty from now on."""
    return progress.act(session, ref, HandDuty(number, person), actor=actor, key=key, now=now)
