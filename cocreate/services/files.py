"""Files that people give: checked, stored under their hash, and handed out again to those who may see them."""

from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.domain.uploads import Accepted
from cocreate.errors import NotFound
from cocreate.models.hosts import Host
from cocreate.models.people import Person
from cocreate.models.work import DocumentVersion
from cocreate.services.acts.contributions import NewFile
from cocreate.storage import Store
from workflows.facts import DocumentFact, Facts


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a document, with its author."""

    row: DocumentVersion
    by: str


def keep(store: Store, prefix: str, field: str, file: BinaryIO, accepted: Accepted, *, limit_mb: int) -> NewFile:
    """Store a file that was checked; a contribution or a document then refers to it.

    Raises: TooLarge, StoreFull; then nothing is kept.
    """
    stored = store.put(prefix, file, limit=limit_mb * 2**20)
    return NewFile(field, stored.sha256, accepted.name, accepted.media_type, stored.size)


def prefix(session: Session, host_id: int) -> str:
    """The part of the store that is a host's."""
    return session.scalars(select(Host.ref).where(Host.id == host_id)).one()


def visible(facts: Facts, mask: int) -> tuple[DocumentFact, ...]:
    """The documents a reader may see."""
    return tuple(document for document in facts.documents if document.sees & mask and document.withdrawn_at is None)


def versions(session: Session, facts: Facts, number: int, mask: int) -> tuple[DocumentFact, list[VersionRow]]:
    """A document with its versions, newest first.

    Raises: NotFound also where the reader may not see it.
    """
    document = next((one for one in visible(facts, mask) if one.number == number), None)
    if document is None:
        raise NotFound
    rows = session.execute(
        select(DocumentVersion, Person.name).join(Person, Person.id == DocumentVersion.person)
        .where(DocumentVersion.project_id == facts.project.id, DocumentVersion.document == number)
        .order_by(DocumentVersion.number.desc()))
    return document, [VersionRow(row.DocumentVersion, row.name) for row in rows]
