"""How much room the files of a party may take in a project: counted when they come, also those of drafts and those that
a draft replaced, until they are swept. No act counts anything.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.orm import Session

from cocreate.db import insert_into
from cocreate.errors import Invalid
from cocreate.models.hosts import Host
from cocreate.models.projects import Project
from cocreate.models.work import Upload
from cocreate.services.acts.contributions import NO_PARTY
from cocreate.storage import DAY, Store, StoreFull
from workflows.facts import Facts

MEGABYTE = 2**20
_CHUNK = 2**18


def sha256_of(file: BinaryIO) -> str:
    """Its hash; it is at its beginning again afterwards."""
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def require_free(store: Store, size: int, free_mb: int) -> None:
    """What is kept free is for everything that is no upload: seals, and a database on the same disk."""
    if store.free() - size < free_mb * MEGABYTE:
        raise StoreFull


def take(session: Session, facts: Facts, name: str, sha256: str, size: int, *, limit_mb: int, now: datetime) -> None:
    """Count a file that is about to be kept; what the party gave before takes no room again.

    Two at once may both find the last room: the limit is passed by no more than what comes at the same moment.
    Raises: Invalid with what is used; then nothing is counted.
    """
    party = NO_PARTY if facts.own is None else facts.own
    used, known = session.execute(
        select(func.coalesce(func.sum(Upload.size), 0), func.count().filter(Upload.sha256 == sha256))
        .where(Upload.project_id == facts.project.id, Upload.party == party)).one()
    if known:
        return
    if used + size > limit_mb * MEGABYTE:
        raise Invalid("upload.quota", field="file", name=name, size_mb=_megabytes(size), party=party,
                      used_mb=_megabytes(int(used)), limit_mb=limit_mb)
    session.execute(insert_into(session, Upload).values(
        project_id=facts.project.id, party=party, sha256=sha256, host_id=facts.project.host_id, size=size, at=now,
    ).on_conflict_do_nothing())


def most(session: Session, host_id: int) -> tuple[int, str]:
    """The most that one party has used in one project of the host, and which project it is; (0, "") of none."""
    used = func.sum(Upload.size)
    found = session.execute(
        select(used, Project.ref).join(Project, Project.id == Upload.project_id).where(Upload.host_id == host_id)
        .group_by(Upload.project_id, Upload.party, Project.ref).order_by(used.desc()).limit(1)).first()
    return (int(found[0]), found[1]) if found else (0, "")


def forget(session: Session, named: Collection[tuple[str, str]], store: Store, now: datetime) -> None:
    """What no row names and is no longer there takes no room.

    named: (host, sha256) of every file that a row names. A file counted within the day may be on its way.
    """
    rows = session.execute(select(Upload, Host.ref).join(Host, Host.id == Upload.host_id).where(Upload.at < now - DAY))
    gone = [row for row, ref in rows if (ref, row.sha256) not in named and not store.exists(ref, row.sha256)]
    session.execute(delete(Upload).where(tuple_(Upload.project_id, Upload.party, Upload.sha256).in_(
        [(one.project_id, one.party, one.sha256) for one in gone])))


def _megabytes(size: int) -> int:
    return -(-size // MEGABYTE)
