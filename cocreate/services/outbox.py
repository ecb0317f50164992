"""Mails that wait: written with the act that causes them, claimed and sent later, never lost.

Both tables, ``outbox`` and ``account_mail``, live by the same rules. Nothing here sends; see ``cocreate.jobs``.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from cocreate import vault
from cocreate.domain import audience
from cocreate.domain.moments import EPOCH, MICROSECOND
from cocreate.domain.notices import Subject
from cocreate.models.contracts import Duty, SigningCode
from cocreate.models.hosts import Host
from cocreate.models.mails import AccountMail, Outbox, Reminder
from cocreate.models.people import Person
from cocreate.models.projects import Member, Project
from cocreate.models.records import EventDetail
from cocreate.models.work import Draft
from cocreate.services.facts import look
from cocreate.words import Reader
from workflows.facts import DecisionState, Facts, TaskState

SECRET = "secret"  # noqa: S105 - the name of the value that is encrypted, and wiped once it is sent
LEASE = timedelta(minutes=12)  # longer than a mail server may take after the final dot
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
GIVE_UP = timedelta(hours=72)


# waiting


def row(project_id: int, host_id: int, seq: int, kind: str, recipient: int, subject: str,
        values: Mapping[str, object], now: datetime) -> dict[str, Any]:
    """The columns of one waiting mail of a project, for a bulk write.

    seq: the event that caused it. subject: ``str(domain.notices.Subject)``, or "".
    values: what the project's rows do not say; ``values["secret"]`` is a link or a code in plain text.
    """
    return {
        "project_id": project_id, "host_id": host_id, "seq": seq, "kind": kind, "recipient": recipient,
        "subject": subject, "values": _stored(values), "state": "waiting", "attempts": 0,
        "message_id": _message_id(project_id, seq, kind, recipient, now),
        "next_try": now, "created_at": now,
    }


def post_account(session: Session, *, person_id: int, kind: str, values: Mapping[str, object], now: datetime) -> None:
    """Let a mail of no project wait; ``values["until"]``, a moment, is when it is of no use any more."""
    session.add(AccountMail(person_id=person_id, kind=kind, values=_stored(values), message_id=secrets.token_hex(20),
                            next_try=now, created_at=now))


def _message_id(project_id: int, seq: int, kind: str, recipient: int, now: datetime) -> str:
    """The left half of the Message-ID: this row's alone, also in a second installation, and the same at every try."""
    key = f"{project_id}:{seq}:{kind}:{recipient}:{(now - EPOCH) // MICROSECOND}"
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def _stored(values: Mapping[str, object]) -> str:
    secret = values.get(SECRET)
    locked = {} if secret is None else {SECRET: vault.lock(str(secret))}
    return json.dumps({**values, **locked}, default=_plain, ensure_ascii=False, sort_keys=True)


def _plain(value: object) -> str:
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case _:
            raise TypeError(f"{type(value).__name__} does not belong into a mail")


# claiming


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that is ours to send until ``lease_until``."""

    table: type[Outbox] | type[AccountMail]
    message_id: str
    kind: str
    recipient: int
    values: Mapping[str, Any] = field(repr=False)  # secrets opened
    attempts: int
    created_at: datetime
    lease_until: datetime
    project_id: int | None = None
    seq: int = 0
    subject: Subject | None = None


def claim(session: Session, now: datetime, batch: int) -> tuple[Claimed, ...]:
    """Take up to ``batch`` due mails of each table; nobody else gets them before the lease ends."""
    return (*(_claimed(AccountMail, mail, mail.person_id) for mail in _take(session, AccountMail, now, batch)),
            *(_claimed(Outbox, mail, mail.recipient, project_id=mail.project_id, seq=mail.seq,
                       subject=Subject.parse(mail.subject)) for mail in _take(session, Outbox, now, batch)))


def _take(session: Session, table: Any, now: datetime, batch: int) -> Sequence[Any]:
    # In a CTE: PostgreSQL may run a sub-select with LIMIT several times, and lock more rows than asked for.
    due = (select(table.message_id)
           .where(table.state == "waiting", table.next_try <= now,
                  or_(table.lease_until.is_(None), table.lease_until < now))
           .order_by(table.next_try).limit(batch).with_for_update(skip_locked=True).cte("due"))
    return session.execute(
        update(table).where(table.message_id.in_(select(due.c.message_id)))
        .values(lease_until=now + LEASE, attempts=table.attempts + 1)
        .returning(*table.__table__.columns)).all()


def read(mail: Outbox) -> Claimed:
    """A waiting mail as it would be sent, without taking it."""
    return _claimed(Outbox, mail, mail.recipient, project_id=mail.project_id, seq=mail.seq,
                    subject=Subject.parse(mail.subject))


def _claimed(table: type[Outbox] | type[AccountMail], mail: Any, recipient: int, **more: Any) -> Claimed:
    values = json.loads(mail.values)
    if SECRET in values:
        values[SECRET] = vault.unlock(values[SECRET])
    return Claimed(table, mail.message_id, mail.kind, recipient, values, mail.attempts, mail.created_at,
                   mail.lease_until, **more)


# what came of it


def mark_sent(session: Session, mail: Claimed, now: datetime, reply: str) -> None:
    """It is out, whoever holds the lease by now: nobody shall send it again."""
    session.execute(update(mail.table).where(mail.table.message_id == mail.message_id,
                                             mail.table.state == "waiting")
                    .values(**_closed(mail, "sent", reply), sent_at=now))


def mark_failed(session: Session, mail: Claimed, now: datetime, reply: str, *, permanent: bool) -> None:
    """It did not go out: for good, or until the next try, which waits longer each time."""
    if permanent or now - mail.created_at >= GIVE_UP:
        _mark(session, mail, _closed(mail, "failed", reply))
    else:
        wait = min(FIRST_WAIT * 2 ** min(mail.attempts - 1, 20), LONGEST_WAIT)
        _mark(session, mail, {"next_try": now + wait, "lease_until": None, "reply": reply[:300]})


def mark_dropped(session: Session, mail: Claimed) -> None:
    """Its cause is gone, or its recipient."""
    _mark(session, mail, _closed(mail, "dropped", None))


def give_back(session: Session, mails: Sequence[Claimed]) -> None:
    """Nothing was tried: the next worker may have them at once."""
    for mail in mails:
        _mark(session, mail, {"lease_until": None, "attempts": mail.attempts - 1})


def _mark(session: Session, mail: Claimed, values: dict[str, Any]) -> None:
    # A worker whose lease has ended must not overwrite what the next one did.
    session.execute(update(mail.table).where(mail.table.message_id == mail.message_id, mail.table.state == "waiting",
                                             mail.table.lease_until == mail.lease_until).values(**values))


def _closed(mail: Claimed, state: str, reply: str | None) -> dict[str, Any]:
    kept = {name: value for name, value in mail.values.items() if name != SECRET}
    return {"state": state, "lease_until": None, "values": _stored(kept), "reply": reply[:300] if reply else None}


# what a mail is about


@dataclass(frozen=True, slots=True)
class Happened:
    """The event behind a mail, as far as its recipient may read it."""

    at: datetime
    act: str
    actor: int | None
    party: int | None
    details: Mapping[str, Any]
    words: Mapping[str, Any]  # names, reasons: what people wrote


@dataclass(frozen=True, slots=True)
class MailContext:
    """Everything a mail is composed from. ``facts`` and what follows are only there for mails of a project."""

    kind: str
    message_id: str
    to: str  # address
    person: int
    name: str
    reader: Reader
    values: Mapping[str, Any] = field(repr=False)
    facts: Facts | None = None
    host: str = ""
    seq: int = 0
    subject: Subject | None = None
    happened: Happened | None = None
    sender: str = ""  # name of the person who caused it; "" for the product itself
    reply_to: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)  # what only this kind of mail needs


def context(session: Session, mail: Claimed, now: datetime) -> MailContext | None:
    """What one mail is about; None where it has lost its cause or its recipient."""
    return contexts(session, [mail], now)[mail.message_id]


def contexts(session: Session, mails: Sequence[Claimed], now: datetime) -> dict[str, MailContext | None]:
    """By message id. Each project is read once, however many of the mails are about it."""
    people = {person.id: person for person in session.scalars(
        select(Person).where(Person.id.in_({mail.recipient for mail in mails})))}
    projects = {row.id: row for row in session.execute(
        select(Project.id, Project.ref, Host.name.label("host")).join(Host, Host.id == Project.host_id)
        .where(Project.id.in_({mail.project_id for mail in mails if mail.project_id is not None})))}
    facts = {key: look(session, project.ref, person=None, now=now).facts for key, project in projects.items()}
    found: dict[str, MailContext | None] = {}
    for mail in mails:
        person = people[mail.recipient]
        base = MailContext(mail.kind, mail.message_id, person.email, person.id, person.name,
                           Reader(person.language, person.zone, now), mail.values, seq=mail.seq, subject=mail.subject)
        if person.deactivated_at is not None:
            found[mail.message_id] = None
        elif mail.project_id is None:
            found[mail.message_id] = base if _in_time(mail, now) else None
        else:
            found[mail.message_id] = _of_project(session, mail, base, facts[mail.project_id],
                                                 projects[mail.project_id].host)
    return found


def _in_time(mail: Claimed, now: datetime) -> bool:
    until = mail.values.get("until")
    return until is None or now < datetime.fromisoformat(until)


def _of_project(session: Session, mail: Claimed, base: MailContext, facts: Facts, host: str) -> MailContext | None:
    if not _may_hear(mail, facts) or not still(mail.kind, mail.subject, facts):
        return None
    more = _more(session, mail, facts)
    if more is None:
        return None
    happened = _happened(session, mail, facts)
    sender = facts.member(happened.actor) if happened else None
    writes = sender or next((m for m in facts.members if "manager" in m.parts and m.present), None)
    reply_to = session.scalar(select(Person.email).where(Person.id == writes.person)) if writes else None
    return MailContext(
        base.kind, base.message_id, base.to, base.person, base.name, base.reader, base.values, facts=facts, host=host,
        seq=base.seq, subject=base.subject, happened=happened, sender=sender.name if sender else "",
        reply_to=reply_to if reply_to != base.to else None, more=more)


_INVITING = frozenset({"invitation", "invitation_again"})


def _may_hear(mail: Claimed, facts: Facts) -> bool:
    """Whether the recipient is still somebody to whom the project may say this."""
    member = facts.member(mail.recipient)
    if member is None or member.left_at is not None:
        return False
    return (mail.kind in _INVITING) != member.present


# Mails that ask for something: without it they are noise. All others tell what happened, and that stays true.
_TASK_STATES = {
    "ask": (TaskState.OPEN, TaskState.RETURNED), "returned": (TaskState.RETURNED,),
    "submitted": (TaskState.SUBMITTED,), "entered": (TaskState.ENTERED,),
}
_REMINDING = frozenset({"due_soon", "due_today", "overdue", "escalation"})
_ASKING = frozenset({"decision_asked", "decision_lapsed", "please_sign", "ready_to_read", "signing_code",
                     "signature_ended"})
_OPEN_DECISION = (DecisionState.ASKED, DecisionState.LAPSED)


def still(kind: str, subject: Subject | None, facts: Facts) -> bool:
    """Whether what a mail asks for is still owed."""
    if kind not in _TASK_STATES and kind not in _REMINDING and kind not in _ASKING:
        return True
    if facts.ended or (facts.on_hold and kind in _REMINDING) or subject is None:
        return False
    match subject.matter:
        case "task":
            task = facts.task(subject.key, subject.party or 0)
            return task is not None and task.state in _TASK_STATES.get(kind, _TASK_STATES["ask"])
        case "decision":
            decision = facts.decision(subject.key, subject.party or 0)
            return decision is not None and decision.state in _OPEN_DECISION
        case "contract":
            return facts.contract is not None and str(facts.contract.number) == subject.key
        case "signature" if kind == "signature_ended":
            return True
        case "signature":
            standing = facts.contract is not None and str(facts.contract.number) == subject.key
            return standing and facts.signature(subject.party or 0) is None
        case _:
            return True


def _happened(session: Session, mail: Claimed, facts: Facts) -> Happened | None:
    """The event; its words only where the recipient is in its audience. Reminders (seq below 0) have none."""
    row = session.get(EventDetail, (mail.project_id, mail.seq)) if mail.seq > 0 else None
    if row is None:
        return None
    member = facts.member(mail.recipient)
    sees = bool(member and row.sees & audience.reader(party=member.party, parts=member.parts))
    details = json.loads(row.details)
    words = json.loads(row.personal) if row.personal and sees else {}
    return Happened(mail.created_at, row.act, details.get("actor"), row.party, details, words)


def _more(session: Session, mail: Claimed, facts: Facts) -> dict[str, Any] | None:
    """What only this kind of mail needs; None where it has no sense any more."""
    here: list[ColumnElement[bool]] = [Member.project_id == mail.project_id, Member.person == mail.recipient]
    match mail.kind:
        case "invitation" | "invitation_again":
            invited = session.execute(select(Member.greeting, Member.invited_at, Member.expires_at, Member.token_sha256,
                                             Member.invited_by).where(*here)).one()
            token = mail.values.get(SECRET)
            if invited.token_sha256 is None or (token and _sha256(token) != invited.token_sha256):
                return None  # answered, withdrawn, or replaced by a newer one
            return {"greeting": invited.greeting, "invited_at": invited.invited_at, "until": invited.expires_at,
                    "by": invited.invited_by}
        case "signing_code":
            code = session.get(SigningCode, (mail.project_id, mail.values.get("version"), mail.recipient))
            good = code is not None and code.used_at is None and facts.now < code.expires_at
            return {"until": code.expires_at} if code is not None and good else None
        case "due_soon" | "due_today" | "overdue" | "escalation" if mail.subject and mail.subject.matter == "task":
            draft = session.scalar(select(Draft.at).where(
                Draft.project_id == mail.project_id, Draft.task == mail.subject.key,
                Draft.party == mail.subject.party))
            return {"draft_at": draft, "times": _times_reminded(session, mail)}
        case "escalation":
            return {"draft_at": None, "times": _times_reminded(session, mail)}
        case "all_signed":
            duties = session.execute(select(Duty.what, Duty.party, Duty.due).where(Duty.project_id == mail.project_id)
                                     .order_by(Duty.due, Duty.number).limit(3)).all()
            return {"duties": tuple((duty.what, duty.party, duty.due) for duty in duties)}
        case _:
            return {"draft_at": None, "times": 0}


def _times_reminded(session: Session, mail: Claimed) -> int:
    return session.scalar(select(func.count()).select_from(Reminder).where(and_(
        Reminder.project_id == mail.project_id, Reminder.subject == str(mail.subject), Reminder.state == "sent",
        Reminder.kind != "escalation"))) or 0


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
