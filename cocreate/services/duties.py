"""Duties: what the parties owe by a day, under the agreed terms or since they took it on before them."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.models.contracts import Duty
from cocreate.models.hosts import Host
from cocreate.models.projects import Project
from cocreate.services import accepted, composing, progress
from cocreate.services.acts.duties import (
    DecideLater,
    DoubtDuty,
    HandDuty,
    ReportDuty,
    SeeDuty,
    TakeBackReport,
    TakeOn,
)
from cocreate.services.acts.looking_after import LookAfter, Successor
from cocreate.services.facts import look
from cocreate.services.people import new_link, newcomer
from workflows.calendars import local_day
from workflows.facts import Notice
from workflows.values import replace


def take_on(session: Session, ref: str, *, gate: str, what: str, due: date, owner: int, actor: int, key: str,
            now: datetime) -> progress.Receipt:
    """Say at a question what one's own party does about it, and by when."""
    return progress.act(session, ref, TakeOn(gate, what, due, owner), actor=actor, key=key, now=now)


def report(session: Session, ref: str, *, number: int, notice: Notice | None = None, day: date | None = None,
           seen: str = "", words: str = "", actor: int, key: str, now: datetime) -> progress.Receipt:
    """Say that a duty of one's own party is done, or how it decided."""
    following = _following(session, ref, number, now) if notice is Notice.ON else None
    return progress.act(session, ref, ReportDuty(number, notice, day, words, seen, following), actor=actor, key=key,
                        now=now)


def take_back_report(session: Session, ref: str, *, number: int, reason: str, actor: int, key: str,
                     now: datetime) -> progress.Receipt:
    """Say that what one's own party reported or decided does not stand."""
    return progress.act(session, ref, TakeBackReport(number, reason), actor=actor, key=key, now=now)


def doubt(session: Session, ref: str, *, number: int, reason: str, actor: int, key: str,
          now: datetime) -> progress.Receipt:
    """Say that one's own party does not see done what another reported."""
    return progress.act(session, ref, DoubtDuty(number, reason), actor=actor, key=key, now=now)


def see(session: Session, ref: str, *, number: int, actor: int, key: str, now: datetime) -> progress.Receipt:
    """Say that one's own party sees it done after all."""
    return progress.act(session, ref, SeeDuty(number), actor=actor, key=key, now=now)


def look_after(session: Session, ref: str, *, to: int | None, name: str = "", email: str = "", actor: int, key: str,
               now: datetime) -> progress.Receipt:
    """Answer the yearly question for one's party: ``to`` a colleague, or somebody new at ``email``; else oneself."""
    successor = None
    if email:
        person = newcomer(session, ref, email=email, name=name, by=actor, now=now)
        successor = Successor(person, name, *new_link(now))
    return progress.act(session, ref, LookAfter(to, successor), actor=actor, key=key, now=now)


def hand_on(session: Session, ref: str, *, number: int, person: int, actor: int, key: str,
            now: datetime) -> progress.Receipt:
    """Name the colleague who looks after a duty from now on."""
    return progress.act(session, ref, HandDuty(number, person), actor=actor, key=key, now=now)


def due(session: Session, now: datetime) -> list[tuple[str, DecideLater, str]]:
    """(project, what is decided later, key) of every decision on a contract that goes on whose last day has passed."""
    rows = session.execute(
        select(Project.ref, Duty.number, Duty.due, Host.zone)
        .join(Project, Project.id == Duty.project_id).join(Host, Host.id == Project.host_id)
        .where(Duty.goes_on_by > 0, Duty.done_at.is_(None), Duty.due <= (now + timedelta(days=1)).date(),
               Project.outcome == "agreed")).all()
    return [(row.ref, DecideLater(row.number, row.due, following), f"later-{row.number}-{row.due.isoformat()}")
            for row in rows if row.due < local_day(now, row.zone)
            and (following := _following(session, row.ref, row.number, now)) is not None]


def _following(session: Session, ref: str, number: int, now: datetime) -> date | None:
    facts = look(session, ref, person=None, now=now).facts
    duty = next((one for one in facts.duties if one.number == number), None)
    if duty is None:
        return None
    following = composing.decided_again(facts, accepted.answers(session, facts), duty)
    # After a year without a scheduler the days of that year are past as well.
    while following is not None and following < facts.day(now):
        following = composing.decided_again(facts, accepted.answers(session, facts), replace(duty, due=following))
    return following


def decide_later(session: Session, ref: str, given: DecideLater, key: str, *, now: datetime) -> progress.Receipt:
    return progress.act(session, ref, given, actor=None, key=key, now=now)
