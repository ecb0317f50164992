"""Reminders that have come due become waiting mails, each once and only while somebody still owes the thing.

A batch is four statements, whatever its size: read with every check, read who else hears of it, write the mails, close
the reminders. A reminder of an invitation needs one more: it carries a link of its own.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Exists, String, and_, case, cast, exists, literal, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from cocreate.db import insert_into
from cocreate.domain.hearing import KINDS, Channel, Subject, recipients
from cocreate.models.contracts import ContractVersion, Duty, Signature
from cocreate.models.hosts import Host
from cocreate.models.mails import Outbox, Reminder
from cocreate.models.people import Person
from cocreate.models.projects import Member, Party, Project
from cocreate.models.work import Decision, Task
from cocreate.services import hashing, outbox
from workflows.calendars import local_day
from workflows.facts import OWED, UNDECIDED, ContractState, MemberFact, TaskState

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
    wanted = [row for row in due if row.owed and not row.newer and not _waits_outside(row, now)]
    if wanted:
        mails = [_mail(session, row, now) for row in wanted] + _lines(session, wanted, now)
        # Its key is made from the reminder's: whoever comes second writes nothing.
        session.execute(insert_into(session, Outbox).values(mails).on_conflict_do_nothing())
    _close(session, due, wanted)
    return len(due)


def _waits_outside(row: Any, now: datetime) -> bool:
    """Whether its task waits for somebody outside, until the end of a day where the host is."""
    return row.outside_until is not None and row.outside_until >= local_day(now, row.zone)


def _mail(session: Session, row: Any, now: datetime) -> dict[str, Any]:
    kind = _kind(row)
    values: dict[str, object] = {"announces": row.announces} if row.announces else {}
    if kind == "invitation_again":
        values[outbox.SECRET] = _new_link(session, row)
    return outbox.row(row.project_id, row.host_id, _seq(row), kind, row.recipient, row.subject, values, now)


def _kind(row: Any) -> str:
    """The kind of mail that a reminder becomes."""
    if row.kind == "unanswered":
        return "invitation_unanswered"
    if row.subject.startswith("member:"):
        return "invitation_again"
    if row.subject.startswith("duty:") and row.kind != "escalation":
        return "duty_overdue" if row.kind == "overdue" else "duty_due"
    return str(row.kind)


def _new_link(session: Session, row: Any) -> str:
    """A link for this reminder alone. The one in the first mail works on: who finds that first is not sent away."""
    token = hashing.new_token()
    session.execute(update(Member).where(Member.project_id == row.project_id, Member.person == row.recipient)
                    .values(again_sha256=hashing.digest(token)), execution_options={"synchronize_session": False})
    return token


def _lines(session: Session, wanted: Sequence[Any], now: datetime) -> list[dict[str, Any]]:
    """A line in the digests of those who hear of a reminder to somebody else."""
    told = [row for row in wanted if _kind(row) in KINDS]
    if not told:
        return []
    members: dict[int, list[MemberFact]] = {}
    for row in session.execute(
            select(Member.project_id, Member.person, Member.party, Member.parts, Member.accepted_at)
            .where(Member.project_id.in_({row.project_id for row in told}), Member.left_at.is_(None))):
        members.setdefault(row.project_id, []).append(
            MemberFact(row.person, "", row.party, frozenset(row.parts.split()), row.accepted_at))
    mailed = {(row.project_id, row.subject, row.recipient) for row in wanted}
    return [outbox.row(row.project_id, row.host_id, _seq(row), _kind(row), person, row.subject, {}, now,
                       state=outbox.FOR_DIGEST)
            for row in told for person, channel in recipients(
                _kind(row), members=tuple(members.get(row.project_id, ())), actor=None, party=_party(row),
                asked=(row.recipient,))
            if channel is Channel.DIGEST and (row.project_id, row.subject, person) not in mailed]


def _party(row: Any) -> int | None:
    subject = Subject.parse(row.subject)
    return subject.party if subject else None


def _seq(row: Any) -> int:
    return outbox.below_zero(f"{row.subject} {row.round} {row.rule} {row.occurrence.isoformat()} {row.recipient}")


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
    owed = or_(*(one.correlate(Reminder) for one in _owed()))
    outside = select(Task.outside_until).where(
        Task.project_id == Reminder.project_id, _is("task", Task.key, Task.party),
        Task.round == Reminder.round).correlate(Reminder).scalar_subquery()
    return (
        select(*_KEY, Host.zone, outside.label("outside_until"), Reminder.host_id, Reminder.kind, Reminder.announces,
               and_(or_(Project.ended_at.is_(None), Reminder.subject.like("dut%")), _hears(), owed).label("owed"),
               newer.label("newer"))
        .join(Project, Project.id == Reminder.project_id).join(Host, Host.id == Reminder.host_id)
        .where(Reminder.state == "planned", Reminder.due_at <= now, Project.hold_until.is_(None))
        .order_by(Reminder.due_at).with_for_update(of=Reminder, skip_locked=True))


def _hears() -> ColumnElement[bool]:
    """The recipient is still there; an invited one only for his invitation."""
    invited = and_(Reminder.subject.like("member:%"), Reminder.kind != "unanswered")
    return exists().where(
        Member.project_id == Reminder.project_id, Member.person == Reminder.recipient, Member.left_at.is_(None),
        or_(and_(invited, Member.accepted_at.is_(None)), and_(~invited, Member.accepted_at.is_not(None))),
        Person.id == Member.person, Person.deactivated_at.is_(None)).correlate(Reminder)


def _owed() -> tuple[Exists, ...]:
    """Each way in which what the reminder's subject names is still open, in the same round."""
    signed = exists().where(
        Signature.project_id == ContractVersion.project_id, Signature.paper == ContractVersion.paper,
        Signature.version == ContractVersion.number,
        _is("signature", Signature.version, Signature.party), Signature.ended_at.is_(None),
    ).correlate(Reminder, ContractVersion)
    return (
        exists().where(
            Task.project_id == Reminder.project_id, _is("task", Task.key, Task.party), Task.round == Reminder.round,
            Task.state.in_([TaskState.OPEN, TaskState.RETURNED, TaskState.ENTERED])),
        exists().where(
            Task.project_id == Reminder.project_id, _is("check", Task.key, Task.party), Task.number == Reminder.round,
            Task.state == TaskState.SUBMITTED),
        exists().where(
            Task.project_id == Reminder.project_id, Party.project_id == Reminder.project_id, Party.left_at.is_(None),
            Reminder.subject == literal("entries:") + Task.key + "@" + cast(Task.party, String) + ":" + cast(
                Party.number, String),
            Task.round == Reminder.round, Task.state.in_(OWED)),
        exists().where(
            Decision.project_id == Reminder.project_id, _is("decision", Decision.gate, Decision.party),
            Decision.round == Reminder.round, Decision.state.in_(UNDECIDED)),
        exists().where(
            ContractVersion.project_id == Reminder.project_id, ContractVersion.paper == "",
            ContractVersion.state == ContractState.FROZEN,
            Reminder.subject.like(_name("signature", ContractVersion.number) + ":%"), ~signed),
        exists().where(
            Duty.project_id == Reminder.project_id, _is("duty", Duty.number, Duty.party), Duty.done_at.is_(None)),
        exists().where(
            Duty.project_id == Reminder.project_id, Duty.done_at.is_(None),
            Reminder.subject.like("duties:%:" + cast(Duty.party, String))),
        exists().where(
            Member.project_id == Reminder.project_id, _is("member", Member.person), Member.token_sha256.is_not(None)),
    )


def _is(matter: str, *parts: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = Reminder.subject == _name(matter, *parts)
    return found


def _name(matter: str, *parts: Any) -> Any:
    """The text of a ``hearing.Subject``, made by the database."""
    name: Any = literal(matter)
    for part in parts:
        name = name + ":" + cast(part, String)
    return name
