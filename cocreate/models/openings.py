"""A project that is being opened, or that somebody suggests."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cocreate.db import Id, Model, Ref


class Opening(Model):
    """The four steps of opening, saved as they were typed; a suggestion is one that a customer began."""

    __tablename__ = "opening"
    __table_args__ = (Index("ix_opening_host_id", "host_id", "ended_at"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    ref: Mapped[Ref] = mapped_column(unique=True)
    host_id: Mapped[Id] = mapped_column(ForeignKey("host.id"))
    author_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    typed: Mapped[str] = mapped_column(default="{}")  # JSON, see cocreate.domain.openings
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(26))  # the project's ref


class Suggestion(Model):
    """What a customer suggested, in their own words: those of the opening go on with whoever opens it."""

    __tablename__ = "suggestion"
    __table_args__ = (
        ForeignKeyConstraint(["host_id", "organisation"], ["organisation.host_id", "organisation.id"]),
        Index("ix_suggestion_organisation", "organisation"),
    )

    opening_id: Mapped[Id] = mapped_column(ForeignKey("opening.id"), primary_key=True)
    host_id: Mapped[Id]
    organisation: Mapped[Id | None]  # whose people see what became of it; none: only who made it does
    title: Mapped[str] = mapped_column(String(120))
    words: Mapped[str]
    made_at: Mapped[datetime]
    answer: Mapped[str | None]  # of the host, which does not open it
