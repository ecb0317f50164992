"""What the board keeps, so that a page of fifty projects reads fifty rows and not fifty projects."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cocreate.db import Id, Model
from cocreate.models.projects import inside_project


class BoardRow(Model):
    """One project as one account manager's board last said it; said anew once an event, a day or the reader differs."""

    __tablename__ = "board_row"
    __table_args__ = (inside_project(),)

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    person: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    host_id: Mapped[Id]
    version: Mapped[int]  # of the project
    reader: Mapped[str] = mapped_column(String(80))  # language and zone of the words
    until: Mapped[datetime]  # when it says something else even if nothing happens
    waits_for: Mapped[str] = mapped_column(String(10))
    since: Mapped[datetime]
    next_at: Mapped[datetime | None]
    signing: Mapped[date]
    names: Mapped[str]  # of parties and people, to be found by
    words: Mapped[str]  # JSON
