"""What one party proposes and the others agree to: the one mechanism for everything that needs all of them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cocreate.db import Id, Model
from cocreate.models.projects import inside_project


class Proposal(Model):
    """A proposal with its answers; it takes effect in the act with which the last party agrees."""

    __tablename__ = "proposal"
    __table_args__ = (
        inside_project(),
        CheckConstraint("state IN ('open', 'agreed', 'refused', 'ended')", name="state"),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(1000))  # a path, or several; a clause, a part of the charter
    body: Mapped[str]  # JSON: what is proposed
    party: Mapped[int | None]  # who proposes; None: the host without a seat
    person: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    needs: Mapped[str] = mapped_column(String(200))  # numbers of the parties that must agree
    agreed: Mapped[str] = mapped_column(String(200))  # those that have
    state: Mapped[str] = mapped_column(String(8))
    since: Mapped[datetime]
    reason: Mapped[str | None]  # why it was refused
