"""Files that no row names: left by a kill between the file and its row, by a draft that went, by a logo that changed.

A file comes first and its row after it, so a row never lacks its file. What stays without a row for a day goes, once a
day; whoever gives the same bytes meanwhile makes the file young again.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from cocreate.db import db, end_reading, transaction
from cocreate.models.contracts import Accession, ContractVersion
from cocreate.models.hosts import Host
from cocreate.models.work import Contribution, DocumentVersion, Draft
from cocreate.papers.copies import Copies
from cocreate.rasterising.kept import Pictures
from cocreate.services import quotas
from cocreate.storage import LocalStore, Missing

EVERY = timedelta(days=1)
MARK = "swept"  # beside the hosts' folders: when it was done last
_SHA256 = re.compile(r"\b[0-9a-f]{64}\b")

# Columns that name a file, and texts that may: JSON in which a file is named by its hash.
NAMES = (ContractVersion.pdf_sha256, ContractVersion.sealed_sha256, ContractVersion.evidence_sha256,
         Accession.pdf_sha256, Accession.sealed_sha256, Accession.evidence_sha256, DocumentVersion.sha256)
_TEXTS = (Draft.files, Contribution.answers)


def sweep(store: LocalStore, pictures: Pictures, copies: Copies, *, now: Callable[[], datetime]) -> int:
    """Remove what no row has named for a day, if it is time again, with its pictures; how many there were.

    All copies to check go with it: they are made anew.
    """
    if not _due(store.folder / MARK, now()):
        return 0
    found = named(db.session())
    end_reading()
    gone = store.sweep(found)
    pictures.sweep(found)
    copies.sweep()
    with transaction() as session:
        quotas.forget(session, found, store, now())
    (store.folder / MARK).write_text(now().isoformat(), "utf-8")
    return gone


def named(session: Session) -> set[tuple[str, str]]:
    """(host, sha256) of every file that a row names."""
    rows = union(select(Host.ref, Host.logo_sha256), *(
        select(Host.ref, column).join(Host, Host.id == column.class_.host_id).distinct() for column in NAMES))
    found = {(host, sha256) for host, sha256 in session.execute(rows) if sha256}
    for column in _TEXTS:
        texts = session.execute(select(Host.ref, column).join(Host, Host.id == column.class_.host_id))
        found.update((host, sha256) for host, text in texts for sha256 in _SHA256.findall(text))
    return found


def missing(session: Session, store: LocalStore) -> list[tuple[str, str]]:
    """(host, sha256) of every file that a row names and that is not there, or not with these bytes."""
    found = []
    for host, sha256 in sorted(named(session)):
        try:
            whole = hashlib.sha256(store.read(host, sha256)).hexdigest() == sha256
        except Missing:
            whole = False
        if not whole:
            found.append((host, sha256))
    return found


def _due(mark: Path, now: datetime) -> bool:
    try:
        return datetime.fromisoformat(mark.read_text("utf-8")) + EVERY <= now
    except (FileNotFoundError, ValueError):
        return True
