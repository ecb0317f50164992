"""Mails that wait: written with the act that causes them, claimed and sent later, never lost.

Both tables, ``outbox`` and ``account_mail``, live by the same rules. What a mail says is read when it goes out:
``services.letters``. Nothing here sends; see ``cocreate.jobs``.
"""

import hashlib
import json
import logging
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from cocreate import vault
from cocreate.db import insert_into
from cocreate.domain.hearing import Subject
from cocreate.domain.moments import EPOCH, MICROSECOND
from cocreate.models.mails import AccountMail, Outbox

log = logging.getLogger(__name__)

SECRET = "secret"  # noqa: S105 - the name of the value that is encrypted, and wiped once it is sent
ALSO = "also"  # the name of the further asks that a mail stands for: of each kind, subject, number of the event
LEASE = timedelta(minutes=12)  # longer than a mail server may take after the final dot
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
GIVE_UP = timedelta(hours=72)  # after the first try


# waiting


FOR_DIGEST = "digest"  # the state of what is no mail of its own


def row(project_id: int, host_id: int, seq: int, kind: str, recipient: int, subject: str,
        values: Mapping[str, object], now: datetime, *, state: str = "waiting") -> dict[str, Any]:
    """The columns of one waiting mail of a project, or of one line for a digest, for a bulk write.

    seq: the event that caused it. subject: ``str(domain.hearing.Subject)``, or "".
    values: what the project's rows do not say; ``values["secret"]`` is a link or a code in plain text.
    """
    return {
        "project_id": project_id, "host_id": host_id, "seq": seq, "kind": kind, "recipient": recipient,
        "subject": subject, "values": _stored(values), "state": state, "attempts": 0,
        "message_id": _message_id(project_id, seq, kind, recipient, now),
        "next_try": now, "created_at": now,
    }


def below_zero(once: str) -> int:
    """The number in its project of what no event caused: these words have it alone, however often they are said."""
    return -int.from_bytes(hashlib.sha256(once.encode()).digest()[:6]) - 1


def post_account(session: Session, *, person_id: int, kind: str, values: Mapping[str, object], now: datetime) -> None:
    """Let a mail of no project wait; ``values["until"]``, a moment, is when it is of no use any more."""
    session.add(AccountMail(person_id=person_id, kind=kind, values=_stored(values), message_id=secrets.token_hex(20),
                            next_try=now, created_at=now))


def post_once(session: Session, once: str, *, person_id: int, kind: str, values: Mapping[str, object],
              now: datetime) -> None:
    """The same; but what is posted under this name was posted for good, however often it is asked for."""
    session.execute(insert_into(session, AccountMail).values(
        person_id=person_id, kind=kind, values=_stored(values), state="waiting", attempts=0,
        message_id=hashlib.sha256(f"{once} {person_id}".encode()).hexdigest()[:40], next_try=now,
        created_at=now).on_conflict_do_nothing())


def _message_id(project_id: int, seq: int, kind: str, recipient: int, now: datetime) -> str:
    """The left half of the Message-ID: this row's alone, also in a second installation, and the same at every try."""
    key = f"{project_id}:{seq}:{kind}:{recipient}:{(now - EPOCH) // MICROSECOND}"
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def _stored(values: Mapping[str, object]) -> str:
    secret = values.get(SECRET)
    locked = {} if secret is None else {SECRET: vault.lock(str(secret))}
    return _json({**values, **locked})


def _plain(value: object) -> str:
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case _:
            raise TypeError(f"{type(value).__name__} does not belong into a mail")


_json = json.JSONEncoder(default=_plain, ensure_ascii=False, sort_keys=True).encode


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

    @property
    def asks(self) -> tuple[tuple[str, Subject | None, int], ...]:
        """All that it stands for, its own first: kind, subject, number of the event."""
        also = ((kind, Subject.parse(subject), seq) for kind, subject, seq in self.values.get(ALSO, ()))
        return (self.kind, self.subject, self.seq), *also


def claim(session: Session, now: datetime, batch: int) -> tuple[Claimed, ...]:
    """Take up to ``batch`` due mails of each table; nobody else gets them before the lease ends.

    One whose secret no key of ours opens is tried again later: it keeps nobody else waiting.
    """
    taken = (*(_of_account(mail) for mail in _take(session, AccountMail, now, batch)),
             *(_of_project(mail) for mail in _take(session, Outbox, now, batch)))
    return tuple(opened for mail in taken if (opened := _opened_or_failed(session, mail, now)))


def _opened_or_failed(session: Session, mail: Claimed, now: datetime) -> Claimed | None:
    try:
        return _opened(mail)
    except vault.Unreadable:  # the former secret may still be put back into the settings
        log.error("mail %s (%s) was locked under another secret", mail.message_id, mail.kind)
        mark_failed(session, mail, now, "locked under another secret", permanent=False)
        return None


def claim_along(session: Session, going: Sequence[tuple[Claimed, Collection[str]]], now: datetime,
                ) -> tuple[Claimed, ...]:
    """Take what else waits for the readers of mails that go out, due or put off: of each, of its project and of kinds
    that it may speak for.
    """
    if not going:
        return ()
    fits = or_(*(and_(Outbox.project_id == mail.project_id, Outbox.recipient == mail.recipient, Outbox.kind.in_(kinds))
                 for mail, kinds in going))
    return tuple(_of_project(mail) for mail in _take(session, Outbox, now, ALL, fits))


ALL = 1000  # of what waits for the readers of one batch


def _take(session: Session, table: Any, now: datetime, batch: int, which: ColumnElement[bool] | None = None,
          ) -> Sequence[Any]:
    # In a CTE: PostgreSQL may run a sub-select with LIMIT several times, and lock more rows than asked for.
    due = (select(table.message_id)
           .where(table.state == "waiting", table.next_try <= now if which is None else which,
                  or_(table.lease_until.is_(None), table.lease_until < now))
           .order_by(table.next_try).limit(batch).with_for_update(skip_locked=True).cte("due"))
    return session.execute(
        update(table).where(table.message_id.in_(select(due.c.message_id)))
        .values(lease_until=now + LEASE, attempts=table.attempts + 1)
        .returning(*table.__table__.columns)).all()


def read(mail: Outbox | AccountMail) -> Claimed:
    """A waiting mail as it would be sent, without taking it."""
    return _opened(_of_project(mail) if isinstance(mail, Outbox) else _of_account(mail))


def _of_account(mail: Any) -> Claimed:
    return Claimed(AccountMail, mail.message_id, mail.kind, mail.person_id, json.loads(mail.values), mail.attempts,
                   mail.created_at, mail.lease_until)


def _of_project(mail: Any) -> Claimed:
    return Claimed(Outbox, mail.message_id, mail.kind, mail.recipient, json.loads(mail.values), mail.attempts,
                   mail.created_at, mail.lease_until, mail.project_id, mail.seq, Subject.parse(mail.subject))


def _opened(mail: Claimed) -> Claimed:
    """With its secret as it will be read."""
    locked = mail.values.get(SECRET)
    return mail if locked is None else replace(mail, values={**mail.values, SECRET: vault.unlock(locked)})


# what came of it


def mark_sent(session: Session, mail: Claimed, now: datetime, reply: str) -> None:
    """It is out, whoever holds the lease by now: nobody shall send it again."""
    session.execute(update(mail.table).where(mail.table.message_id == mail.message_id,
                                             mail.table.state == "waiting")
                    .values(**_closed(mail, "sent", reply), sent_at=now))


def mark_failed(session: Session, mail: Claimed, now: datetime, reply: str, *, permanent: bool) -> None:
    """It did not go out: for good, or until the next try, which waits longer each time."""
    # Not by its age: a mail that was put off over a long weekend would have a single try.
    if permanent or sum(map(_wait, range(1, mail.attempts)), timedelta()) >= GIVE_UP:
        _mark(session, mail, _closed(mail, "failed", reply))
    else:
        _mark(session, mail, {"next_try": now + _wait(mail.attempts), "lease_until": None, "reply": reply[:300]})


def _wait(attempt: int) -> timedelta:
    """How long after this attempt the next one is."""
    return min(FIRST_WAIT * int(2 ** min(attempt - 1, 20)), LONGEST_WAIT)


def mark_dropped(session: Session, mail: Claimed) -> None:
    """Its cause is gone, or its recipient."""
    _mark(session, mail, _closed(mail, "dropped", None))


def put_off(session: Session, mail: Claimed, until: datetime) -> None:
    """Nothing was tried, and nothing shall be before a moment."""
    _mark(session, mail, {"lease_until": None, "attempts": mail.attempts - 1, "next_try": until})


def join(session: Session, first: Claimed, further: Claimed) -> None:
    """One claimed mail speaks for another, which is not sent; ``first`` has its values already."""
    # Whoever lost the first to another worker must not drop what that one does not speak for.
    if _mark(session, first, {"values": _stored(first.values)}):
        _mark(session, further, _closed(further, "dropped", None))


def give_back(session: Session, mails: Sequence[Claimed]) -> None:
    """Nothing was tried: the next worker may have them at once."""
    for mail in mails:
        _mark(session, mail, {"lease_until": None, "attempts": mail.attempts - 1})


def _mark(session: Session, mail: Claimed, values: dict[str, Any]) -> bool:
    """Whether it was still ours."""
    # A worker whose lease has ended must not overwrite what the next one did.
    marked = session.execute(
        update(mail.table).where(mail.table.message_id == mail.message_id, mail.table.state == "waiting",
                                 mail.table.lease_until == mail.lease_until)
        .values(**values).returning(mail.table.message_id)).all()
    return bool(marked)


def _closed(mail: Claimed, state: str, reply: str | None) -> dict[str, Any]:
    kept = {name: value for name, value in mail.values.items() if name != SECRET}
    return {"state": state, "lease_until": None, "values": _stored(kept), "reply": reply[:300] if reply else None}
