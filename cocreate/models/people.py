"""People and how they sign in. A person is global: one sign-in, whoever invited them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cocreate.db import Id, Model, Ref, Sha256


class Person(Model):
    """Somebody with an address. Without a password they have only been invited."""

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),
                      Index("ix_person_digest", "zone", "digest_on"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    ref: Mapped[Ref] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    addressed: Mapped[str] = mapped_column(String(120), default="")  # "Dr Kim"; "" for the name
    password_hash: Mapped[str | None]
    totp_secret: Mapped[str | None]  # encrypted with a key that is not in the database
    totp_step: Mapped[int | None]  # the last time step used: a code counts once
    language: Mapped[str] = mapped_column(String(5), default="en")
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    numbers: Mapped[str] = mapped_column(String(5), default="")  # language whose numbers they read; "" for their own
    theme: Mapped[str] = mapped_column(String(5), default="")  # "", light or dark
    digest: Mapped[str] = mapped_column(String(8), default="")  # daily, weekly, never; "": as the part suggests
    digest_on: Mapped[date | None]  # the local day whose digest was made, or needed none
    unreachable_at: Mapped[datetime | None]  # since when the mail server says that there is no such address
    unreachable_why: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]


class RecoveryCode(Model):
    """One of ten codes for the day the telephone is lost; slow-hashed, used once."""

    __tablename__ = "recovery_code"

    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class SignIn(Model):
    """A session on the server; the cookie holds a random token of which only the hash is here."""

    __tablename__ = "sign_in"
    __table_args__ = (
        Index("ix_sign_in_person_id", "person_id"),
        CheckConstraint("method IN ('password', 'link')", name="method"),
    )

    token_sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    method: Mapped[str] = mapped_column(String(8))
    proved_at: Mapped[datetime | None]  # when the password was last shown; None: may read and contribute only
    second_factor_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # written at most once a minute
    ended_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(45), default="")


class FormAnswer(Model):
    """What a form was answered that is no act of a project: sent twice, it has one effect and the same answer."""

    __tablename__ = "form_answer"

    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    url: Mapped[str] = mapped_column(default="")  # where it led
    said: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class Token(Model):
    """A mailed secret for one purpose, used once; only its hash is stored."""

    __tablename__ = "token"
    __table_args__ = (
        Index("ix_token_person_id", "person_id"),
        CheckConstraint("purpose IN ('sign_in', 'reset')", name="purpose"),
    )

    token_sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Throttle(Model):
    """Failures counted per window and bucket, shared by all processes and kept over a restart."""

    __tablename__ = "throttle"

    bucket: Mapped[str] = mapped_column(String(80), primary_key=True)  # "password:person:7", "password:address:..."
    window: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]
