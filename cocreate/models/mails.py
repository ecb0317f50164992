"""What will be sent and when: reminders, the outbox, mails of no project, and who does the work."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cocreate.db import Id, Model
from cocreate.models.projects import inside_project


class Reminder(Model):
    """A dated message to a named person about something he owes; re-checked before it is sent."""

    __tablename__ = "reminder"
    __table_args__ = (
        inside_project(),
        Index("ix_reminder_planned", "due_at", sqlite_where=text("state = 'planned'"),
              postgresql_where=text("state = 'planned'")),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(100), primary_key=True)  # "task:key:party"
    round: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[int] = mapped_column(primary_key=True)
    occurrence: Mapped[date] = mapped_column(primary_key=True)  # the local day: a doubled hour gives one row
    recipient: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    host_id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(16))
    due_at: Mapped[datetime]
    announces: Mapped[date | None]  # the day on which the champion is written to
    state: Mapped[str] = mapped_column(String(12), default="planned")  # planned, sent, cancelled


class Sendable:
    """What waits to be sent, is claimed, tried and in the end sent, failed or dropped."""

    values: Mapped[str] = mapped_column(default="{}", sort_order=1)  # JSON; a secret is encrypted, and wiped once sent
    message_id: Mapped[str] = mapped_column(String(120), unique=True, sort_order=1)
    state: Mapped[str] = mapped_column(String(12), default="waiting", sort_order=1)  # ... sent, failed, dropped
    attempts: Mapped[int] = mapped_column(default=0, sort_order=1)
    next_try: Mapped[datetime] = mapped_column(sort_order=1)
    lease_until: Mapped[datetime | None] = mapped_column(sort_order=1)
    created_at: Mapped[datetime] = mapped_column(sort_order=1)
    sent_at: Mapped[datetime | None] = mapped_column(sort_order=1)
    reply: Mapped[str | None] = mapped_column(String(300), sort_order=1)


class Outbox(Sendable, Model):
    """A mail of a project, or a line of a digest (states digest, told): the event that caused it, a row per person."""

    __tablename__ = "outbox"
    __table_args__ = (
        inside_project(),
        Index("ix_outbox_waiting", "next_try", sqlite_where=text("state = 'waiting'"),
              postgresql_where=text("state = 'waiting'")),
        Index("ix_outbox_digest", "recipient", sqlite_where=text("state = 'digest'"),
              postgresql_where=text("state = 'digest'")),
        Index("ix_outbox_sent", "recipient", "sent_at", sqlite_where=text("state = 'sent'"),
              postgresql_where=text("state = 'sent'")),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)  # the event, or -n for the n-th reminder
    kind: Mapped[str] = mapped_column(String(24), primary_key=True)
    recipient: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    host_id: Mapped[Id]
    subject: Mapped[str] = mapped_column(String(220), default="")  # as long as the path of a figure


class AccountMail(Sendable, Model):
    """A mail of no project: sign-in link, new password, new device."""

    __tablename__ = "account_mail"
    __table_args__ = (
        Index("ix_account_mail_waiting", "next_try", sqlite_where=text("state = 'waiting'"),
              postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(24))


class Lease(Model):
    """Who does a job now; ``epoch`` fences off a holder that was paused and came back."""

    __tablename__ = "lease"

    job: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    epoch: Mapped[int]
    expires_at: Mapped[datetime]
    ran_at: Mapped[datetime | None]  # last run that came to its end



