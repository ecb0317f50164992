"""Reminders that have come due become waiting mails, each once and only while somebody still owes the thing.

A batch is three statements, whatever its size: read with every check, write the mails, close the reminders.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Exists, String, and_, case, cast, exists, literal, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from cocreate.models.contracts import ContractVersion, Duty, Signature
from cocreate.models.mails import Outbox, Reminder
from cocreate.models.people import Person
from cocreate.models.projects import Member, Project
from cocreate.models.work import Decision, Task
from cocreate.services import outbox
from workflows.facts import ContractState, DecisionState, TaskState

BATCH = 100

_KEY = (Reminder.project_id, Reminder.subject, Reminder.round, Reminder.rule, Reminder.occurrence, Reminder.recipient)


def claim_due(session: Session, now: datetime, batch: int = BATCH) -> int:
    """Turn up to ``batch`` due reminders into waiting mails; how many were looked at, 0 when none is due.

    Where several are due for one matter and person, as after a day without a scheduler, only the newest is sent.
    Reminders of a project on hold rest.
    """
    due = session.execute(_due(now).limit(batch)).all()
    if not due:
        return 0
    wanted = [row for row in due if row.owed and not row.newer]
    if wanted:
        insert = postgresql.insert if session.connection().dialect.name == "postgresql" else sqlite.insert
        # Its key is made from the reminder's: whoever comes second writes nothing.
        session.execute(insert(Outbox).values([_mail(row, now) for row in wanted]).on_conflict_do_nothing())
    _close(session, due, wanted)
    return len(due)


def _mail(row: Any, now: datetime) -> dict[str, Any]:
    kind = "invitation_again" if row.subject.startswith("member:") else row.kind
    announces = {"announces": row.announces} if row.announces else {}
    return outbox.row(row.project_id, row.host_id, _seq(row), kind, row.recipient, row.subject, announces, now)


def _seq(row: Any) -> int:
    """A number below zero that only this reminder has in its project."""
    key = f"{row.subject} {row.round} {row.rule} {row.occurrence.isoformat()} {row.recipient}"
    return -int.from_bytes(hashlib.sha256(key.encode()).digest()[:6]) - 1


def _close(session: Session, due: Sequence[Any], wanted: Sequence[Any]) -> None:
    sent = [tuple(row[:len(_KEY)]) for row in wanted]
    state = case((tuple_(*_KEY).in_(sent), "sent"), else_="cancelled") if sent else literal("cancelled")
    session.execute(update(Reminder).where(tuple_(*_KEY).in_([tuple(row[:len(_KEY)]) for row in due]))
                    .values(state=state), execution_options={"synchronize_session": False})


def _due(now: datetime) -> Any:
    later = aliased(Reminder)
    newer = exists().where(
        later.project_id == Reminder.project_id, later.subject == Reminder.subject,
        later.recipient == Reminder.recipient, later.state == "planned", later.due_at <= now,
        tuple_(later.due_at, later.rule) > tuple_(Reminder.due_at, Reminder.rule)).correlate(Reminder)
    owed = or_(*(one.correlate(Reminder) for one in _owed(now)))
    return (
        select(*_KEY, Reminder.host_id, Reminder.kind, Reminder.announces,
               and_(Project.ended_at.is_(None), _hears(), owed).label("owed"), newer.label("newer"))
        .join(Project, Project.id == Reminder.project_id)
        .where(Reminder.state == "planned", Reminder.due_at <= now, Project.hold_until.is_(None))
        .order_by(Reminder.due_at).with_for_update(of=Reminder, skip_locked=True))


def _hears() -> ColumnElement[bool]:
    """The recipient is still there; an invited one only for his invitation."""
    invited = Reminder.subject.like("member:%")
    return exists().where(
        Member.project_id == Reminder.project_id, Member.person == Reminder.recipient, Member.left_at.is_(None),
        or_(and_(invited, Member.accepted_at.is_(None)), and_(~invited, Member.accepted_at.is_not(None))),
        Person.id == Member.person, Person.deactivated_at.is_(None)).correlate(Reminder)


def _owed(now: datetime) -> tuple[Exists, ...]:
    """Each way in which what the reminder's subject names is still open, in the same round."""
    signed = exists().where(
        Signature.project_id == ContractVersion.project_id, Signature.version == ContractVersion.number,
        _is("signature", Signature.version, Signature.party), Signature.ended_at.is_(None),
    ).correlate(Reminder, ContractVersion)
    return (
        exists().where(
            Task.project_id == Reminder.project_id, _is("task", Task.key, Task.party), Task.round == Reminder.round,
            Task.state.in_([TaskState.OPEN, TaskState.RETURNED]),
            or_(Task.outside_until.is_(None), Task.outside_until < now.date())),
        exists().where(
            Decision.project_id == Reminder.project_id, _is("decision", Decision.gate, Decision.party),
            Decision.round == Reminder.round, Decision.state.in_([DecisionState.ASKED, DecisionState.LAPSED])),
        exists().where(
            ContractVersion.project_id == Reminder.project_id, ContractVersion.state == ContractState.FROZEN,
            Reminder.subject.like(_name("signature", ContractVersion.number) + ":%"), ~signed),
        exists().where(
            Duty.project_id == Reminder.project_id, _is("duty", Duty.number, Duty.party), Duty.done_at.is_(None)),
        exists().where(
            Member.project_id == Reminder.project_id, _is("member", Member.person), Member.token_sha256.is_not(None)),
    )


def _is(matter: str, *parts: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = Reminder.subject == _name(matter, *parts)
    return found


def _name(matter: str, *parts: Any) -> Any:
    """The text of a ``notices.Subject``, made by the database."""
    name: Any = literal(matter)
    for part in parts:
        name = name + ":" + cast(part, String)
    return name
