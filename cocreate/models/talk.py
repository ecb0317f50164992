"""What people say to each other beside contributions: comments, calls for help, notes, concerns, nudges; and what they
have typed and not said.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cocreate.db import Id, Model
from cocreate.models.projects import inside_project


class Comment(Model):
    """Something said about a thing of the project, in one version of it.

    kind: comment (also with mentions), help (a call for it, open until resolved), note (a party's own), concern (open
    until resolved): only for its author and the people in ``mentions``; below it, in ``reply_to``, what they say of it:
    answer, again (its author's, after which it is open) and end. No audience holds these four, their numbers are below
    zero, and they are in no event.
    """

    __tablename__ = "comment"
    __table_args__ = (
        inside_project(),
        CheckConstraint("kind IN ('comment', 'help', 'note', 'concern', 'answer', 'again', 'end')", name="kind"),
        Index("ix_comment_subject", "project_id", "subject"),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # of its event
    host_id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(140))  # see domain.topics
    version: Mapped[int] = mapped_column(default=0)  # of what it is about
    reply_to: Mapped[int | None]
    party: Mapped[int | None]
    person: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    text: Mapped[str]
    mentions: Mapped[str] = mapped_column(default="")  # persons, separated by blanks
    sees: Mapped[int]
    resolved_at: Mapped[datetime | None]  # of a concern; a call for help is open while its task names it


class Nudge(Model):
    """A line of one's own words to who owes something: at most one per ask and party in two working days."""

    __tablename__ = "nudge"
    __table_args__ = (inside_project(),)

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(120), primary_key=True)
    party: Mapped[int] = mapped_column(primary_key=True)  # who is nudged
    host_id: Mapped[Id]
    at: Mapped[datetime]  # the last time
    person: Mapped[Id] = mapped_column(ForeignKey("person.id"))


class Unsaid(Model):
    """A comment, an entry or what a page asks that somebody has typed and not said: theirs only, on every device the
    same.
    """

    __tablename__ = "unsaid"
    __table_args__ = (inside_project(),)

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    person: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # of the form that saved it last
    host_id: Mapped[Id]
    subject: Mapped[str] = mapped_column(String(300))  # see services.unsaid: a topic or a page
    box: Mapped[str] = mapped_column(String(40), default="")  # of a canvas
    typed: Mapped[str]  # JSON: input name -> list of texts, as typed
    at: Mapped[datetime]
