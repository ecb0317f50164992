"""A project that is being opened, or that somebody suggests."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
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
    suggested: Mapped[bool] = mapped_column(default=False)
    typed: Mapped[str] = mapped_column(default="{}")  # JSON, see cocreate.domain.openings
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(200))  # the project's ref, or the answer given
