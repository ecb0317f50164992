"""Puts the host's seal on what all who sign it have signed: outside any transaction, tried again until it is done.

Without a usable certificate nothing is sealed and nothing is lost: the contract stays signed, and waits. Only the first
sealed file that was committed counts.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from cocreate.db import db, end_reading, transaction
from cocreate.domain.contract import from_canonical
from cocreate.errors import CocreateError, Conflict
from cocreate.models.contracts import Accession, ContractVersion, Signature
from cocreate.models.hosts import Host
from cocreate.models.projects import Party, Project
from cocreate.models.records import Event
from cocreate.papers import paper_words, typesetting
from cocreate.services import accessions, contracts, files, progress
from cocreate.services.acts.accessions import SealAccession
from cocreate.services.acts.contracts import Seal
from cocreate.services.facts import look
from cocreate.storage import Store
from cocreate.words import language_name
from workflows.facts import Facts

if TYPE_CHECKING:
    from cocreate.papers.sealing import Certificate

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A contract, a short agreement or an accession (of ``party``) that is signed and that nobody has sealed."""

    ref: str
    paper: str
    version: int
    host_ref: str
    host: str
    attempts: int
    signed_at: datetime
    party: int | None = None


def run(store: Store, certificates: Path, *, self_made: bool, now: Callable[[], datetime],
        goes_on: Callable[[], bool] = lambda: True) -> int:
    """Seal every contract whose next attempt is due; how many were sealed.

    certificates: the folder with ``<host ref>.pem``. self_made: whether a missing one is made here (development).
    goes_on: asked before each, by a scheduler that may have to stop.
    """
    done, all_waiting = 0, waiting_for_seal(db.session())
    end_reading()
    for waiting in all_waiting:
        if due_at(waiting) > now():
            continue
        if not goes_on():
            break
        done += _seal(waiting, store, certificates, self_made=self_made, now=now())
    return done


def waiting_for_seal(session: Session) -> Sequence[Waiting]:
    """Everything that waits for its seal, oldest first."""
    signed = func.max(Signature.at)
    papers = session.execute(
        select(Project.ref, ContractVersion.paper, ContractVersion.number, Host.ref, Host.name,
               ContractVersion.seal_attempts, signed)
        .join(Project, Project.id == ContractVersion.project_id).join(Host, Host.id == ContractVersion.host_id)
        .join(Signature, (Signature.project_id == ContractVersion.project_id)
              & (Signature.paper == ContractVersion.paper) & (Signature.version == ContractVersion.number))
        .where(ContractVersion.state == "signed", ContractVersion.sealed_at.is_(None))
        .group_by(Project.ref, ContractVersion.paper, ContractVersion.number, Host.ref, Host.name,
                  ContractVersion.seal_attempts))
    accessions = session.execute(
        select(Project.ref, Accession.paper, Accession.version, Host.ref, Host.name, Accession.seal_attempts,
               Accession.at, Accession.party)
        .join(Project, Project.id == Accession.project_id).join(Host, Host.id == Accession.host_id)
        .where(Accession.sealed_at.is_(None)))
    return sorted((Waiting(*row) for row in (*papers, *accessions)), key=lambda one: one.signed_at)


def due_at(waiting: Waiting) -> datetime:
    """When the next attempt is: at once, then after pauses that double up to six hours."""
    pauses = (min(FIRST_PAUSE * 2 ** min(n, 20), LONGEST_PAUSE) for n in range(waiting.attempts))
    return waiting.signed_at + sum(pauses, timedelta())


def certificate(folder: Path, host_ref: str, host: str, *, self_made: bool, now: datetime) -> "Certificate":
    """The certificate of a host.

    Raises: CannotSeal if there is none and none may be made, or if it is not usable.
    """
    from cocreate.papers import sealing  # noqa: PLC0415 - it is read in for a tenth of a start, and few processes seal

    path = folder / f"{host_ref}.pem"
    if self_made and not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            sealing.save(sealing.self_made(host, now=now), path)
        except FileExistsError:
            log.info("another process has just made %s", path.name)
    return sealing.load(path)


def _seal(waiting: Waiting, store: Store, certificates: Path, *, self_made: bool, now: datetime) -> bool:
    try:
        sealed = sealed_files(
            db.session(), waiting.ref, waiting.version, paper=waiting.paper, party=waiting.party, store=store, now=now,
            certificate=certificate(certificates, waiting.host_ref, waiting.host, self_made=self_made, now=now))
        with transaction() as session:
            seal(session, waiting.ref, sealed, now=now)
    except Conflict as error:
        if error.code == "key.used":  # another scheduler was first: its file counts
            return False
        _failed(waiting, error.code)
    except CocreateError as error:
        _failed(waiting, error.code)
    except Exception as error:  # one contract that cannot be sealed must not stop all others
        log.exception("contract %s, version %s, could not be sealed", waiting.ref, waiting.version)
        _failed(waiting, f"our fault: {type(error).__name__}")
    else:
        return True
    return False


def _failed(waiting: Waiting, why: str) -> None:
    db.session.rollback()  # what was read, also where the connection was lost meanwhile
    log.warning("contract %s, version %s, is not sealed yet: %s", waiting.ref, waiting.version, why)
    with transaction() as session:
        _note(session, waiting, why)


def _note(session: Session, waiting: Waiting, why: str) -> None:
    """Count the attempt, for the pause before the next and for the operator."""
    project = select(Project.id).where(Project.ref == waiting.ref).scalar_subquery()
    model, which = (Accession, Accession.party == waiting.party) if waiting.party is not None else (
        ContractVersion, ContractVersion.number == waiting.version)
    session.execute(
        update(model).where(model.project_id == project, model.paper == waiting.paper, which, model.sealed_at.is_(None))
        .values(seal_attempts=model.seal_attempts + 1, seal_error=why[:500]))


# the files


def sealed_files(session: Session, ref: str, number: int, *, store: Store, certificate: "Certificate",
                 now: datetime, paper: str = "", party: int | None = None) -> Seal | SealAccession:
    """Seal the signed PDF and make its evidence; both lie in the store when this answers.

    Everything is read first: no transaction waits for a seal. party: whose accession to the paper it is; None for
    the paper itself.
    """
    from cocreate.papers import sealing  # noqa: PLC0415 - as in certificate

    facts = look(session, ref, person=None, now=now).facts
    row: ContractVersion | Accession = accessions.of_party(session, facts, party, paper) if party is not None else \
        contracts.version(session, facts, number, paper=paper).row
    text, prefix = from_canonical(row.text.encode()), files.prefix(session, facts.project.host_id)
    signatures = tuple(_signature_rows(session, facts, paper, number, party))
    reservations = () if paper or party is not None else tuple(_reservation_rows(facts, number))
    end_reading()
    signed = store.read(prefix, row.pdf_sha256)
    if hashlib.sha256(signed).hexdigest() != row.pdf_sha256:
        raise Conflict("contract.bytes_differ", n=number)
    said = paper_words.paper(text.language)
    sealed = store.put(prefix, sealing.seal(
        signed, certificate=certificate, at=now, reason=said["seal_reason"].format(host=text.host)))
    evidence = typesetting.Evidence(
        contract_title=text.title, project_title=text.project_title, project_ref=ref, version=number,
        host=text.host, text_sha256=row.text_sha256, pdf_sha256=row.pdf_sha256,
        pdf_size=len(signed), sealed_sha256=sealed.sha256, certificate_sha256=certificate.sha256,
        parties=text.parties, signatures=signatures,
        head_seq=facts.project.version, head_hash=facts.project.head, made_at=now, language=text.language,
        specimen=text.specimen, reservations=reservations)
    proof = store.put(prefix, typesetting.evidence_pdf(evidence)).sha256
    return Seal(number, sealed.sha256, proof, paper) if party is None else \
        SealAccession(party, number, sealed.sha256, proof, paper)


def seal(session: Session, ref: str, sealed: Seal | SealAccession, *, now: datetime) -> progress.Receipt:
    """Keep the first sealed file; a second try under the same key gets the same answer."""
    what = sealed.version if isinstance(sealed, Seal) else f"accession-{sealed.party}"
    whose = f"seal-{sealed.paper}-{what}"
    return progress.act(session, ref, sealed, actor=None, key=whose, now=now)


def _signature_rows(session: Session, facts: Facts, paper: str, number: int, party: int | None,
                    ) -> Iterable[typesetting.SignatureRow]:
    model: Any
    model, which = (Accession, Accession.party == party) if party is not None else (
        Signature, (Signature.version == number) & Signature.ended_at.is_(None))
    found = session.execute(
        select(model, Party.name.label("party_name"), Event.hash)
        .join(Party, (Party.project_id == model.project_id) & (Party.number == model.party))
        .join(Event, (Event.project_id == model.project_id) & (Event.seq == model.seq))
        .where(model.project_id == facts.project.id, model.paper == paper, which).order_by(model.seq))
    for row, party_name, event_hash in found:
        said = json.loads(row.evidence)
        yield typesetting.SignatureRow(
            number=row.party, who=said["name"], party=party_name, basis=said["basis"], at=row.at, zone=said["zone"],
            methods=tuple(said["methods"]), statements=tuple(said["statements"]),
            language=language_name(said["language"]), address=said["address"], agent=said["agent"], seq=row.seq,
            hash=event_hash)


def _reservation_rows(facts: Facts, number: int) -> Iterable[typesetting.ReservationRow]:
    """Of who agreed to this version of the contract: its text, fixed before, does not hold what they reserved."""
    for one in facts.reserved():
        if one.subject == f"contract={number}":
            member = facts.member(one.person)
            yield typesetting.ReservationRow(
                number=one.party, party=facts.party(one.party).name, who=member.name if member else "", at=one.since,
                words=one.reason or "", body=one.body or "", on=one.decided_on)
