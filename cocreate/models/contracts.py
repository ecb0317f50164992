"""The contract and the short agreements: frozen versions, signatures, the codes mailed for them; duties that follow.

``paper`` is the key of a short agreement's task, "" for the contract.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cocreate.db import Id, Model, Sha256
from cocreate.models.projects import inside_project, of_party


class Sealable:
    """What waits for the seal of the host once it is signed, and has it."""

    sealed_at: Mapped[datetime | None] = mapped_column(sort_order=1)
    sealed_sha256: Mapped[Sha256 | None] = mapped_column(sort_order=1)
    evidence_sha256: Mapped[Sha256 | None] = mapped_column(sort_order=1)
    seal_attempts: Mapped[int] = mapped_column(default=0, sort_order=1)
    seal_error: Mapped[str | None] = mapped_column(sort_order=1)


class ContractVersion(Sealable, Model):
    """One frozen text with the PDF rendered once from it. Its bytes never change; it stands, is ended, or is signed."""

    __tablename__ = "contract_version"
    __table_args__ = (
        inside_project(),
        CheckConstraint("number > 0", name="number_positive"),
        Index("ix_contract_version_unsealed", "state", "sealed_at"),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    paper: Mapped[str] = mapped_column(String(40), primary_key=True, default="")
    number: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[Id]
    state: Mapped[str] = mapped_column(String(8))
    text: Mapped[str]  # canonical JSON, see cocreate.domain.contract
    content_sha256: Mapped[Sha256]  # without version and head: tells whether anything changed
    text_sha256: Mapped[Sha256]
    pdf_sha256: Mapped[Sha256]
    clauses: Mapped[int]
    sees: Mapped[int]  # who sees every value in it; who contracts or signs reads it as well
    frozen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None]


class Signature(Model):
    """One person's signature for one party, on exactly one text and one PDF."""

    __tablename__ = "signature"
    __table_args__ = (
        inside_project(),
        ForeignKeyConstraint(["project_id", "paper", "version"],
                             ["contract_version.project_id", "contract_version.paper", "contract_version.number"]),
        of_party(),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    paper: Mapped[str] = mapped_column(String(40), primary_key=True, default="")
    version: Mapped[int] = mapped_column(primary_key=True)
    party: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    host_id: Mapped[Id]
    seq: Mapped[int]  # its event
    at: Mapped[datetime]
    text_sha256: Mapped[Sha256]
    pdf_sha256: Mapped[Sha256]
    evidence: Mapped[str]  # JSON: name, basis, methods, statements, zone, device, address, opened at
    ended_at: Mapped[datetime | None]


class Accession(Sealable, Model):
    """What one organisation signed to accede to a sealed contract: a document of its own, with its exact bytes."""

    __tablename__ = "accession"
    __table_args__ = (
        inside_project(),
        ForeignKeyConstraint(["project_id", "paper", "version"],
                             ["contract_version.project_id", "contract_version.paper", "contract_version.number"]),
        of_party(),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    party: Mapped[int] = mapped_column(primary_key=True)
    paper: Mapped[str] = mapped_column(String(40), primary_key=True)
    host_id: Mapped[Id]
    version: Mapped[int]
    person: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    seq: Mapped[int]  # its event
    at: Mapped[datetime]
    text: Mapped[str]  # canonical JSON, see cocreate.domain.contract
    text_sha256: Mapped[Sha256]
    pdf_sha256: Mapped[Sha256]
    evidence: Mapped[str]  # JSON, as of a signature


class SigningCode(Model):
    """A code mailed for exactly one version and one person; slow-hashed, few tries, short life."""

    __tablename__ = "signing_code"
    __table_args__ = (inside_project(),)

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    paper: Mapped[str] = mapped_column(String(40), primary_key=True, default="")
    version: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[Id] = mapped_column(ForeignKey("person.id"), primary_key=True)
    host_id: Mapped[Id]
    code_hash: Mapped[str]
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class Duty(Model):
    """Something a party owes by a date: under the agreed terms, or because it took it on at a question before them."""

    __tablename__ = "duty"
    __table_args__ = (
        inside_project(),
        of_party(),
    )

    project_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[Id]
    party: Mapped[int]
    what: Mapped[str]  # as it stands in the contract, or in the words of who took it on
    due: Mapped[date]
    clause: Mapped[str | None] = mapped_column(String(40))
    gate: Mapped[str | None] = mapped_column(String(40))  # the question at which its party took it on
    done_at: Mapped[datetime | None]
    done_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]  # when its party last said who looks after it
    owner: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))  # who looks after it
    decide: Mapped[bool] = mapped_column(default=False)  # how the contract goes on; due on the last day for it
    goes_on_by: Mapped[int] = mapped_column(default=0)  # months to the next such day where nobody decides
    gives: Mapped[str | None]  # path of the value that was settled later
    outcome: Mapped[str | None] = mapped_column(String(6))  # see workflows.facts.Notice
    done_on: Mapped[date | None]  # when it was decided, as its party says
    said: Mapped[str | None]  # the value that was given, or words about what was decided
    doubted: Mapped[str | None]  # JSON: party -> why it does not see done what was reported
