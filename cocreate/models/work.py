"""What parties owe and give: tasks, contributions, drafts, figures, documents, decisions.

``task`` and ``decision`` have the columns of ``workflows.facts.TaskFact`` and ``DecisionFact``.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cocreate.db import Id, Model, Sha256
from cocreate.models.projects import inside_project, of_party

WHOLE_PARTY = 0  # owner of a draft that a party has together
_WAITS = text("outside_until IS NOT NULL")


class Task(Model):
    """One contribution asked of one party, in one round."""

    __tablename__ = "task"
    __table_args__ = (
        inside_project(),
        of_party(),
        Index("ix_task_outside", "outside_until", sqlite_where=_WAITS, postgresql_where=_WAITS),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    party: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[Id]
    state: Mapped[str] = mapped_column(String(12))
    since: Mapped[datetime]
    due_at: Mapped[datetime | None]
    check_by: Mapped[datetime | None]
    number: Mapped[int] = mapped_column(default=0)
    asked: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None]
    fields: Mapped[int] = mapped_column(default=0)
    given: Mapped[int] = mapped_column(default=0)
    missing: Mapped[str] = mapped_column(default="")
    dates: Mapped[str] = mapped_column(default="{}")
    chosen: Mapped[str] = mapped_column(default="{}")
    entered_by: Mapped[int | None]
    outsider: Mapped[str | None] = mapped_column(String(200))
    outside_until: Mapped[date | None]
    wanted: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    wanted_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    wanted_name: Mapped[str | None] = mapped_column(String(120))
    shared: Mapped[str] = mapped_column(default="")
    help: Mapped[int | None]
    help_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    help_sees: Mapped[int] = mapped_column(default=0)
    helper: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    helpers: Mapped[str] = mapped_column(default="")
    voices: Mapped[str] = mapped_column(default="")
    written: Mapped[str] = mapped_column(default="")


class Contribution(Model):
    """One submitted version of what a party gave for a task; versions are dense over all rounds and never change."""

    __tablename__ = "contribution"
    __table_args__ = (
        inside_project(),
        ForeignKeyConstraint(["project_id", "task", "party", "round"],
                             ["task.project_id", "task.key", "task.party", "task.round"]),
        CheckConstraint("number > 0", name="number_positive"),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(40), primary_key=True)
    party: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[int]
    host_id: Mapped[Id]
    answers: Mapped[str]  # JSON, see cocreate.domain.answers
    salt: Mapped[str] = mapped_column(String(32))  # the event commits to salt + answers; only for who gave them
    person: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    for_party: Mapped[int | None]  # party that typed it in for this one; 0: somebody without a party did
    at: Mapped[datetime]
    sees: Mapped[int]  # audience, see cocreate.domain.audience
    narrower: Mapped[str] = mapped_column(default="{}")  # JSON: field -> audience, where fewer see it


class Draft(Model):
    """What a party has typed and not submitted: its own only, saved while typing, on every device the same."""

    __tablename__ = "draft"
    __table_args__ = (
        inside_project(),
        of_party(),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(40), primary_key=True)
    party: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[Id] = mapped_column(primary_key=True, default=WHOLE_PARTY)  # person, of an assessment
    host_id: Mapped[Id]
    typed: Mapped[str]  # JSON: input name -> list of texts, as typed
    files: Mapped[str] = mapped_column(default="{}")  # JSON: field -> {sha256, name, media_type, size}, in the store
    number: Mapped[int]  # counts saves; a form carries it
    person: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Entry(Model):
    """One note on a canvas: what one person wrote for their party. Never changed, withdrawn by who wrote it."""

    __tablename__ = "entry"
    __table_args__ = (
        inside_project(),
        of_party(),
        of_party("giver"),
        Index("ix_entry_task", "project_id", "task", "party"),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # of its event
    host_id: Mapped[Id]
    task: Mapped[str] = mapped_column(String(40))
    party: Mapped[int]  # that is asked for the canvas
    box: Mapped[str] = mapped_column(String(40))
    giver: Mapped[int]  # party of who wrote it
    person: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    text: Mapped[str]
    supports: Mapped[str] = mapped_column(default="")  # parties that stand behind it, separated by blanks
    withdrawn_at: Mapped[datetime | None]


class Figure(Model):
    """One number: value, unit, period, price year, source, grade, giver, and who sees it.

    It counts while its version is the one its task is at: see ``services.reading``.
    """

    __tablename__ = "figure"
    __table_args__ = (
        inside_project(),
        ForeignKeyConstraint(["project_id", "task", "party", "number"],
                             ["contribution.project_id", "contribution.task", "contribution.party",
                              "contribution.number"]),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)  # stage.task.field, or with row and column
    party: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # version of the contribution
    host_id: Mapped[Id]
    task: Mapped[str] = mapped_column(String(40))
    value: Mapped[Decimal]
    unit: Mapped[str | None] = mapped_column(String(80))
    period: Mapped[str | None] = mapped_column(String(120))
    price_year: Mapped[int | None]
    source: Mapped[str | None]
    grade: Mapped[str | None] = mapped_column(String(12))
    sees: Mapped[int]


class Decision(Model):
    """What one party says at a gate, in one round."""

    __tablename__ = "decision"
    __table_args__ = (
        inside_project(),
        of_party(),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    gate: Mapped[str] = mapped_column(String(40), primary_key=True)
    party: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[Id]
    state: Mapped[str] = mapped_column(String(12))
    since: Mapped[datetime]
    due_at: Mapped[datetime | None]
    subject: Mapped[str] = mapped_column(default="")
    person: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None]
    wanted: Mapped[str | None]
    outside: Mapped[bool] = mapped_column(default=False)
    changed: Mapped[str | None]
    body: Mapped[str | None] = mapped_column(String(200))
    decided_on: Mapped[date | None]
    document: Mapped[int | None]


class Document(Model):
    """A file of the project, with its versions."""

    __tablename__ = "document"
    __table_args__ = (inside_project(),)

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[Id]
    party: Mapped[int | None]  # whose it is; None: the facilitator's or the host's
    name: Mapped[str] = mapped_column(String(200))
    path: Mapped[str | None] = mapped_column(String(200))  # the field that asked for it
    newest: Mapped[int] = mapped_column(default=1)  # number of its latest version
    sees: Mapped[int]
    withdrawn_at: Mapped[datetime | None]


class DocumentVersion(Model):
    """One immutable version of a document; the bytes lie in the store under their hash."""

    __tablename__ = "document_version"
    __table_args__ = (
        inside_project(),
        ForeignKeyConstraint(["project_id", "document"], ["document.project_id", "document.number"]),
        CheckConstraint("number > 0", name="number_positive"),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    document: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # 1, 2, 3 ... without gaps
    host_id: Mapped[Id]
    sha256: Mapped[Sha256]
    name: Mapped[str] = mapped_column(String(200))  # as shown; cleaned
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    person: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Upload(Model):
    """The room that one file of a party takes, whatever became of it; gone when the file is. Outside any act."""

    __tablename__ = "upload"
    __table_args__ = (inside_project(),)

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    party: Mapped[int] = mapped_column(primary_key=True)  # 0: somebody without a party gave it
    sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    host_id: Mapped[Id]
    size: Mapped[int]
    at: Mapped[datetime]


class DocumentRead(Model):
    """Who has downloaded which version, for the first time when; written outside any act."""

    __tablename__ = "document_read"
    __table_args__ = (
        inside_project(),
        ForeignKeyConstraint(["project_id", "document", "version"],
                             ["document_version.project_id", "document_version.document", "document_version.number"]),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    document: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    host_id: Mapped[Id]
    party: Mapped[int | None]
    at: Mapped[datetime]
