"""A project, and who is in it.

Everything inside a project has a natural key that begins with ``project_id`` and carries ``host_id``, so that a row
of one host can never point into another's.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cocreate.db import Id, Model, Ref, Sha256


def inside_project() -> ForeignKeyConstraint:
    """The reference every table inside a project carries."""
    return ForeignKeyConstraint(["host_id", "project_id"], ["project.host_id", "project.id"])


def of_party(column: str = "party") -> ForeignKeyConstraint:
    """The reference to one of the project's parties."""
    return ForeignKeyConstraint(["project_id", column], ["party.project_id", "party.number"])


_RESTS = text("hold_until IS NOT NULL")
_INVITED = text("token_sha256 IS NOT NULL")
_STAYS = text("left_at IS NULL")


class Project(Model):
    """The joint undertaking of a host, its customer and further parties, on one template version."""

    __tablename__ = "project"
    __table_args__ = (
        UniqueConstraint("host_id", "id"),
        ForeignKeyConstraint(["host_id", "template_id", "template_version"],
                             ["template_version.host_id", "template_version.template_id", "template_version.number"]),
        CheckConstraint("version >= 0", name="version_counts"),
        Index("ix_project_manager", "manager_id", "host_id", "ended_at"),
        Index("ix_project_hold", "hold_until", sqlite_where=_RESTS, postgresql_where=_RESTS),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    ref: Mapped[Ref] = mapped_column(unique=True)
    host_id: Mapped[Id] = mapped_column(ForeignKey("host.id"))
    template_id: Mapped[Id]
    template_version: Mapped[int]
    definition_sha256: Mapped[Sha256]
    title: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str]
    language: Mapped[str] = mapped_column(String(5))
    stage: Mapped[str] = mapped_column(String(40))
    visit: Mapped[int]  # counts stages entered
    entered_at: Mapped[datetime]
    version: Mapped[int]  # number of its last event
    head: Mapped[Sha256]  # hash of its last event
    target: Mapped[date]  # agreed signing date
    manager_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))  # account manager who looks after it
    opened_at: Mapped[datetime]
    hold_until: Mapped[date | None]
    held_at: Mapped[datetime | None]
    rested: Mapped[int] = mapped_column(default=0)  # working days since it came to this stage
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(40))
    public_buyer: Mapped[str] = mapped_column(String(16), default="no")  # no, before, during, after a tender
    currency: Mapped[str] = mapped_column(String(3), default="")  # amounts begin with it; "": each asks
    specimen: Mapped[bool] = mapped_column(default=False)  # played from a published case by command


class Party(Model):
    """An organisation in a seat; ``number`` is its place in the contract."""

    __tablename__ = "party"
    __table_args__ = (
        inside_project(),
        ForeignKeyConstraint(["host_id", "organisation"], ["organisation.host_id", "organisation.id"]),
        UniqueConstraint("organisation", "project_id"),  # nobody sits on both sides
        CheckConstraint("number BETWEEN 1 AND 60", name="number_fits_audience"),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[Id]
    seat: Mapped[str] = mapped_column(String(40))
    organisation: Mapped[Id]
    name: Mapped[str] = mapped_column(String(120))  # as it stands in the contract
    words_by_mail: Mapped[bool] = mapped_column(default=True)  # what its people write stands in mails
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Member(Model):
    """A person of the project: of one party, or of none (facilitator, account manager)."""

    __tablename__ = "member"
    __table_args__ = (
        inside_project(),
        of_party(),
        Index("ix_member_person", "person", sqlite_where=_STAYS, postgresql_where=_STAYS),
        Index("ix_member_invited", "expires_at", sqlite_where=_INVITED, postgresql_where=_INVITED),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    person: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    host_id: Mapped[Id]
    party: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(120))
    parts: Mapped[str] = mapped_column(String(80))  # "champion signatory contributor", facilitator, manager
    invited_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    invited_at: Mapped[datetime | None]
    greeting: Mapped[str] = mapped_column(default="")
    token_sha256: Mapped[Sha256 | None] = mapped_column(unique=True)  # of the invitation; gone once it is answered
    again_sha256: Mapped[Sha256 | None] = mapped_column(unique=True)  # of the link in the last reminder of it
    expires_at: Mapped[datetime | None]
    expired_at: Mapped[datetime | None]  # when the clock ended it, unanswered
    accepted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]


class Absence(Model):
    """A person's parts lent to a colleague of the same party for a time."""

    __tablename__ = "absence"
    __table_args__ = (
        inside_project(),
        ForeignKeyConstraint(["project_id", "person"], ["member.project_id", "member.person"]),
        ForeignKeyConstraint(["project_id", "substitute"], ["member.project_id", "member.person"]),
        CheckConstraint("until >= starts", name="ends_after_start"),
        Index("ix_absence_dates", "ended_at", "starts", "until"),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[Id]
    person: Mapped[Id]
    substitute: Mapped[Id]
    parts: Mapped[str] = mapped_column(String(80))
    starts: Mapped[date]
    until: Mapped[date]  # the last day
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class AffectedGroup(Model):
    """People whom the project touches and who have no seat, no decision and no mail."""

    __tablename__ = "affected_group"
    __table_args__ = (inside_project(),)

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(200))


class Seen(Model):
    """Up to which event a person has read the record of a project."""

    __tablename__ = "seen"
    __table_args__ = (inside_project(),)

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    person: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    host_id: Mapped[Id]
    seq: Mapped[int]
