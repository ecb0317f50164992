"""What happened: the hash chain of a project with the details it commits to, and what was done at a host."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cocreate.db import Id, Model, Sha256
from cocreate.models.projects import inside_project


class Event(Model):
    """One link of the chain, and what its act answered. Never updated, never deleted: triggers see to it.

    A repeated request gets the answer given under its key, and has one effect.
    """

    __tablename__ = "event"
    __table_args__ = (
        inside_project(),
        UniqueConstraint("key", "project_id"),
        CheckConstraint("seq > 0", name="seq_positive"),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)  # dense, from 1
    host_id: Mapped[Id]
    format: Mapped[int] = mapped_column(default=1)
    prev_hash: Mapped[Sha256]
    at: Mapped[datetime]
    details_sha256: Mapped[Sha256]  # SHA-256(salt + details)
    hash: Mapped[Sha256]
    key: Mapped[str] = mapped_column(String(80))
    request_sha256: Mapped[Sha256]  # of actor, act and what was asked
    answer: Mapped[str]  # JSON


class EventDetail(Model):
    """What an event says. Hiding or erasing it breaks nothing in the chain."""

    __tablename__ = "event_detail"
    __table_args__ = (
        inside_project(),
        ForeignKeyConstraint(["project_id", "seq"], ["event.project_id", "event.seq"]),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[Id]
    act: Mapped[str] = mapped_column(String(40))
    party: Mapped[int | None]
    sees: Mapped[int]
    salt: Mapped[str] = mapped_column(String(32))
    details: Mapped[str]  # canonical JSON; holds personal_sha256, the commitment to the part below
    personal_salt: Mapped[str | None] = mapped_column(String(32))
    personal: Mapped[str | None]  # canonical JSON: names and words of people; erasable


class HostEvent(Model):
    """What an administrator did at a host, or its operator. Never updated but to erase names, never deleted."""

    __tablename__ = "host_event"
    __table_args__ = (CheckConstraint("seq > 0", name="seq_positive"),)

    host_id: Mapped[Id] = mapped_column(ForeignKey("host.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)  # dense, from 1
    at: Mapped[datetime]
    actor: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))  # None for a command of the operator
    act: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80), default="")  # a person's reference, a template's key
    before: Mapped[str]  # JSON: the values that changed, as they were
    after: Mapped[str]  # JSON: and as they are since
    personal: Mapped[str | None]  # JSON: names and addresses of people; erasable
