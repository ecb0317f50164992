"""Locks before an act's own: on a host, on projects, and last on people who are entered to be invited. In this order,
so that nobody waits in a ring.

SQLite has one writer at a time anyway.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.models.hosts import Host
from cocreate.models.projects import Project


def lock_host(session: Session, host_id: int) -> None:
    """One change of the host's people or openings at a time.

    Others may go on to name the host in rows of theirs: somebody who holds a project adds an organisation.
    """
    session.execute(select(Host.id).where(Host.id == host_id).with_for_update(key_share=True))


def lock_projects(session: Session, refs: Collection[str]) -> None:
    """All that a transaction acts on, oldest first: in which order it then acts does not matter."""
    session.execute(select(Project.id).where(Project.ref.in_(refs)).order_by(Project.id).with_for_update())
