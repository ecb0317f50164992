"""Hosts, their people, and the organisations they entered."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cocreate.db import Id, Model, Ref, Sha256

KINDS = ("company", "customer", "partner", "public_body", "ngo", "community", "recycler", "facilitator")


class Host(Model):
    """An organisation that opens projects and owns templates: a tenant."""

    __tablename__ = "host"
    __table_args__ = (CheckConstraint("second_step IN ('choice', 'required')", name="second_step"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    ref: Mapped[Ref] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2), default="")  # whose holidays count
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    working_days: Mapped[str] = mapped_column(String(7), default="12345")  # ISO week days
    days_off: Mapped[str] = mapped_column(default="")  # further ones, ISO dates separated by blanks
    sender_name: Mapped[str] = mapped_column(String(120), default="")  # of mails; "" for the host's own name
    sender_address: Mapped[str] = mapped_column(String(254), default="")  # "" for that of the installation
    greeting: Mapped[str] = mapped_column(default="")  # with which an invitation begins, if nobody writes another
    legal_note: Mapped[str] = mapped_column(default="")
    attach_signed: Mapped[bool] = mapped_column(default=False)  # the sealed contract, to the mail that all have signed
    second_step: Mapped[str] = mapped_column(String(8), default="choice")  # of its own people
    logo_sha256: Mapped[Sha256 | None]
    logo_type: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[datetime]


class HostMember(Model):
    """A person who works for the host: an administrator, an account manager, or both."""

    __tablename__ = "host_member"
    __table_args__ = (
        Index("ix_host_member_person_id", "person_id"),
        CheckConstraint("role IN ('administrator', 'account_manager')", name="role"),
    )

    host_id: Mapped[Id] = mapped_column(ForeignKey("host.id"), primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16), primary_key=True)
    opens: Mapped[bool] = mapped_column(default=True)  # an account manager may open projects
    since: Mapped[datetime]
    left_at: Mapped[datetime | None]


class HostInvitation(Model):
    """Somebody asked to work for the host; gone once it is answered. Its link is mailed, and only its hash is here."""

    __tablename__ = "host_invitation"

    host_id: Mapped[Id] = mapped_column(ForeignKey("host.id"), primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))  # as whoever invites calls them: the account's may be another
    roles: Mapped[str] = mapped_column(String(40))  # separated by blanks
    invited_by: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    token_sha256: Mapped[Sha256] = mapped_column(unique=True)
    expires_at: Mapped[datetime]


class Organisation(Model):
    """A company, customer, partner, public body, NGO or community, as one host entered it."""

    __tablename__ = "organisation"
    __table_args__ = (
        UniqueConstraint("host_id", "id"),
        UniqueConstraint("skeleton", "host_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    host_id: Mapped[Id] = mapped_column(ForeignKey("host.id"))
    ref: Mapped[Ref] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(120))
    skeleton: Mapped[str] = mapped_column(String(120))  # the name as an eye reads it: one per host
    kind: Mapped[str] = mapped_column(String(16))
    country: Mapped[str] = mapped_column(String(2), default="")
    own: Mapped[bool] = mapped_column(default=False)  # the host itself
    created_at: Mapped[datetime]


class Template(Model):
    """A workflow template of a host; its versions never change once published."""

    __tablename__ = "template"
    __table_args__ = (UniqueConstraint("key", "host_id"), UniqueConstraint("host_id", "id"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    host_id: Mapped[Id] = mapped_column(ForeignKey("host.id"))
    ref: Mapped[Ref] = mapped_column(unique=True)
    key: Mapped[str] = mapped_column(String(40))
    retired_at: Mapped[datetime | None]


class TemplateVersion(Model):
    """One definition: a draft until it is published, then for ever as it is."""

    __tablename__ = "template_version"
    __table_args__ = (
        ForeignKeyConstraint(["host_id", "template_id"], ["template.host_id", "template.id"]),
        UniqueConstraint("host_id", "template_id", "number"),
        CheckConstraint("number > 0", name="number_positive"),
    )

    template_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[Id]
    definition: Mapped[str]  # canonical JSON
    sha256: Mapped[Sha256]
    compared: Mapped[str] = mapped_column(default="[]")  # JSON: the tasks whose figures its conditions look at
    note: Mapped[str] = mapped_column(default="")
    saved_by: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
