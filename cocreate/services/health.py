"""Whether anything goes unsent, unsealed or unsaved. Of mails only address and kind are read, of projects nothing.

What concerns the installation is the same for every host; mails, seals and files are the asking host's own.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from cocreate.domain.chain import Break
from cocreate.models.contracts import ContractVersion, Signature
from cocreate.models.hosts import Host, HostInvitation, HostMember
from cocreate.models.mails import AccountMail, Lease, Outbox
from cocreate.models.people import Person
from cocreate.models.projects import Project
from cocreate.services import leases, outbox, quotas, records
from cocreate.storage import Store

MOST = 20  # mails that are named
STILL = timedelta(minutes=5)  # a scheduler that has not run for so long has stopped
LATE = timedelta(minutes=15)  # a mail that waits for so long has a reason
CHECK_HOUR = 2  # UTC, once a night
CHECK_FILE = "record-check.json"
LONG_AGO = "1970-01-01T00:00:00+00:00"  # of a night that is still to come


@dataclass(frozen=True, slots=True)
class FailedMail:
    """One mail that did not go out."""

    address: str
    kind: str
    at: datetime
    reply: str
    ref: str | None  # of the person's page, where they work for the host


@dataclass(frozen=True, slots=True)
class Unsealed:
    """One contract that all have signed and nobody has sealed."""

    since: datetime
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class Files:
    """What the store holds for the host, and what the disk has left; sizes in bytes."""

    count: int
    size: int
    free: int
    most: int  # that one party has used in one project
    ref: str  # of that project; "" of none
    refused: str  # why nothing can be written, as the system says it; "" where it can


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that does not fit, by its project's reference."""

    ref: str
    seq: int
    why: str


@dataclass(frozen=True, slots=True)
class RecordCheck:
    """What the check of all records of a host said."""

    at: datetime
    projects: int
    broken: tuple[Broken, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """Every figure of the health page at one moment."""

    now: datetime
    jobs: tuple[tuple[str, datetime | None], ...]  # and when each came to its end
    waiting: int
    oldest: datetime | None
    refused: int  # of those that wait: tried, and not taken
    failed: int
    mails: tuple[FailedMail, ...]  # the newest failed ones, then those whose last try was refused
    unsealed: tuple[Unsealed, ...]
    files: Files
    database: str
    clock_off: timedelta  # the database's clock before ours
    checked: RecordCheck | None


def look(session: Session, host_id: int, folder: Path, store: Store, *, now: Callable[[], datetime]) -> Health:
    """Everything as it is for one host. now: asked twice, around the database's clock."""
    before = now()
    theirs = leases.time(session)
    after = now()
    ran: dict[str, datetime | None] = {
        row.job: row.ran_at for row in session.execute(select(Lease.job, Lease.ran_at))}
    waiting, oldest, refused = _waiting(session, host_id)
    failed, mails = _failed(session, host_id)
    host = session.get_one(Host, host_id)
    return Health(
        now=after, jobs=tuple((job, ran.get(job)) for job in leases.JOBS), waiting=waiting, oldest=oldest,
        refused=refused, failed=failed, mails=mails, unsealed=_unsealed(session, host_id),
        files=_files(session, folder / "files", store, host),
        database=_database(session), clock_off=theirs - (before + (after - before) / 2),
        checked=last_check(folder, host.ref))


def send_test(session: Session, person: int, *, now: datetime) -> None:
    """A mail to whoever asks for one."""
    outbox.post_account(session, person_id=person, kind="test", values={}, now=now)


# records


def check_host(session: Session, host_id: int, folder: Path, *, now: datetime) -> RecordCheck:
    """Verify the record of every project of one host, now, and keep what came of it; the nightly check stays due."""
    projects = [(id_, ref) for id_, ref in session.execute(
        select(Project.id, Project.ref).where(Project.host_id == host_id).order_by(Project.id))]
    found = ((ref, records.check(session, id_)) for id_, ref in projects)
    broken = tuple(_broken(ref, one) for ref, one in found if one is not None)
    kept = _kept(folder) or {"at": LONG_AGO, "hosts": {}}
    kept["hosts"][session.scalars(select(Host.ref).where(Host.id == host_id)).one()] = {
        "at": now.isoformat(), "projects": len(projects), "broken": [[one.ref, one.seq, one.why] for one in broken]}
    keep(folder, kept)
    return RecordCheck(now, len(projects), broken)


def check_due(folder: Path, now: datetime) -> bool:
    """Whether the check of this night is still to come."""
    night = now.replace(hour=CHECK_HOUR, minute=0, second=0, microsecond=0)
    night = night if night <= now else night - timedelta(days=1)
    kept = _kept(folder)
    return kept is None or datetime.fromisoformat(kept["at"]) < night


def check_all(session: Session, folder: Path, *, now: datetime, goes_on: Callable[[], bool]) -> int:
    """Verify every record and keep for each host what came of it; how many do not fit.

    goes_on: asked before each project. Stopped half-way, nothing is kept and the next one begins anew.
    """
    hosts = {host.id: host.ref for host in session.scalars(select(Host))}
    kept: dict[str, Any] = {ref: {"projects": 0, "broken": []} for ref in hosts.values()}
    broken = 0
    for id_, ref, host_id in session.execute(select(Project.id, Project.ref, Project.host_id)).all():
        if not goes_on():
            return broken
        mine = kept[hosts[host_id]]
        mine["projects"] += 1
        if (found := records.check(session, id_)) is not None:
            broken += 1
            mine["broken"].append([ref, found.seq, found.why])
        session.rollback()  # no transaction as long as the whole check
    keep(folder, {"at": now.isoformat(), "hosts": kept})
    return broken


def report(session: Session, folder: Path, host_id: int, ref: str, found: Break, *, now: datetime) -> None:
    """Somebody looked at a record that does not fit: from now on the health page of its host names it."""
    host = session.scalars(select(Host.ref).where(Host.id == host_id)).one()
    _tell(session, host, Broken(ref, found.seq, found.why), now)
    kept = _kept(folder) or {"at": now.isoformat(), "hosts": {}}
    mine = kept["hosts"].setdefault(host, {"projects": 1, "broken": []})
    if ref not in [one[0] for one in mine["broken"]]:
        mine["broken"].append([ref, found.seq, found.why])
        keep(folder, kept)


def tell(session: Session, folder: Path, *, now: datetime) -> None:
    """Mail what the last check found."""
    for host, mine in (_kept(folder) or {"hosts": {}})["hosts"].items():
        for one in mine["broken"]:
            _tell(session, host, Broken(*one), now)


def _tell(session: Session, host_ref: str, broken: Broken, now: datetime) -> None:
    """A mail to every administrator of the host, once for each line."""
    administrators = session.execute(
        select(HostMember.person_id, Host.name).join(Host, Host.id == HostMember.host_id)
        .where(Host.ref == host_ref, HostMember.role == "administrator", HostMember.left_at.is_(None))).all()
    for person, host in administrators:
        outbox.post_once(session, f"record {broken.ref} {broken.seq}", person_id=person, kind="record_broken", now=now,
                         values={"project": broken.ref, "line": broken.seq, "host": host})


def last_check(folder: Path, host_ref: str) -> RecordCheck | None:
    """What the last check said of one host: that of the night, or a later one of its own."""
    kept = _kept(folder)
    if kept is None or (kept["at"] == LONG_AGO and host_ref not in kept["hosts"]):
        return None
    mine = kept["hosts"].get(host_ref, {"projects": 0, "broken": []})
    return RecordCheck(datetime.fromisoformat(mine.get("at", kept["at"])), mine["projects"], tuple(
        Broken(*one) for one in mine["broken"]))


def _broken(ref: str, found: Break) -> Broken:
    return Broken(ref, found.seq, found.why)


def _kept(folder: Path) -> dict[str, Any] | None:
    try:
        kept: dict[str, Any] = json.loads((folder / CHECK_FILE).read_text("utf-8"))
        return kept
    except (FileNotFoundError, ValueError):
        return None


def keep(folder: Path, result: dict[str, Any]) -> None:
    new = folder / f"{CHECK_FILE}.new"
    new.write_text(json.dumps(result), "utf-8")
    os.replace(new, folder / CHECK_FILE)


# figures


def _waiting(session: Session, host_id: int) -> tuple[int, datetime | None, int]:
    """How many mails wait, since when the oldest does, and how many of them were tried and not taken."""
    counts = [session.execute(select(func.count(), func.min(table.created_at), func.count(table.reply)).where(
        table.state == "waiting", _of_host(table, host_id))).one() for table in (Outbox, AccountMail)]
    return (sum(count for count, _, _ in counts), min((oldest for _, oldest, _ in counts if oldest), default=None),
            sum(refused for _, _, refused in counts))


def _failed(session: Session, host_id: int) -> tuple[int, tuple[FailedMail, ...]]:
    """How many failed for good; and those to name, with the ones that will be tried again."""
    count = 0
    found: list[Any] = []
    for table, recipient in ((Outbox, Outbox.recipient), (AccountMail, AccountMail.person_id)):
        count += session.scalar(select(func.count()).select_from(table).where(
            table.state == "failed", _of_host(table, host_id))) or 0
        found += session.execute(
            select(Person.email, Person.ref, Person.id, table.kind, table.created_at, table.reply, table.state)
            .join(Person, Person.id == recipient)
            .where(_of_host(table, host_id), or_(table.state == "failed", (table.state == "waiting")
                                                 & table.reply.is_not(None)))
            .order_by(table.created_at.desc()).limit(MOST)).all()
    found.sort(key=lambda mail: (mail.state == "failed", mail.created_at), reverse=True)
    own = set(session.scalars(select(HostMember.person_id).where(HostMember.host_id == host_id)
                              .union(_invited(host_id))))
    return count, tuple(FailedMail(mail.email, mail.kind, mail.created_at, mail.reply or "",
                                   mail.ref if mail.id in own else None) for mail in found[:MOST])


def _of_host(table: type[Outbox] | type[AccountMail], host_id: int) -> ColumnElement[bool]:
    """Mails of the host's projects, of the accounts of its own people, and its invitations to work for it: whom others
    invite, or write to after they have gone, is no matter of theirs.
    """
    if table is Outbox:
        return Outbox.host_id == host_id
    works = select(HostMember.person_id).where(HostMember.host_id == host_id, HostMember.left_at.is_(None))
    invites = AccountMail.kind == "staff_invitation"
    return or_(~invites & AccountMail.person_id.in_(works), invites & AccountMail.person_id.in_(_invited(host_id)))


def _invited(host_id: int) -> Select[int]:
    return select(HostInvitation.person_id).where(HostInvitation.host_id == host_id)


def _unsealed(session: Session, host_id: int) -> tuple[Unsealed, ...]:
    signed = func.max(Signature.at)
    rows = session.execute(
        select(signed, ContractVersion.seal_attempts, ContractVersion.seal_error)
        .join(Signature, (Signature.project_id == ContractVersion.project_id)
              & (Signature.paper == ContractVersion.paper) & (Signature.version == ContractVersion.number))
        .where(ContractVersion.host_id == host_id, ContractVersion.state == "signed",
               ContractVersion.sealed_at.is_(None))
        .group_by(ContractVersion.project_id, ContractVersion.paper, ContractVersion.number,
                  ContractVersion.seal_attempts, ContractVersion.seal_error).order_by(signed))
    return tuple(Unsealed(since, attempts, error or "") for since, attempts, error in rows)


def _files(session: Session, folder: Path, store: Store, host: Host) -> Files:
    sizes = [path.stat().st_size for path in (folder / host.ref).glob("*/*") if path.is_file()]
    return Files(len(sizes), sum(sizes), store.free(), *quotas.most(session, host.id),
                 store.try_writing())


def _database(session: Session) -> str:
    dialect = session.connection().dialect
    version = ".".join(map(str, getattr(dialect, "server_version_info", None) or ()))
    name = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}.get(dialect.name, dialect.name)
    return f"{name} {version}".strip()
