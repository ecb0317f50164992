"""Acceding to what others signed and what is sealed: the document, the mailed code, the signature, who has acceded.

``paper`` is the key of a short agreement's task, "" for the contract.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.domain import contract as domain
from cocreate.domain.accession import Sealed, accession_text
from cocreate.domain.contract import ContractParty, ContractText
from cocreate.errors import Conflict, NotFound
from cocreate.models.contracts import Accession
from cocreate.papers import paper_words, typesetting
from cocreate.services import accepted, contracts, describing, files, progress, signing
from cocreate.services.acts.accessions import Accede, AskAccessionCode, require_acceding
from cocreate.services.facts import look
from cocreate.storage import Store
from workflows.facts import Facts, PartyFact


@dataclass(frozen=True, slots=True)
class Document:
    """What one party signs to accede, with the exact bytes of its PDF."""

    text: ContractText
    text_sha256: str
    pdf: bytes
    sealed_sha256: str


def document(session: Session, facts: Facts, *, made_at: datetime, paper: str = "") -> Document:
    """The accession of the actor's party, made at a moment; the same moment gives the same bytes.

    Raises: what ``require_acceding`` raises; Conflict while the seal is not on what others signed.
    """
    standing = facts.standing(paper)
    contract, party, _ = require_acceding(facts, standing.number if standing else 0, paper)
    frozen = contracts.version(session, facts, contract.number, paper=paper)
    if frozen.row.sealed_sha256 is None:
        raise Conflict("contract.not_sealed", n=contract.number)
    text = accession_text(
        Sealed(frozen.text, frozen.row.text_sha256, frozen.row.pdf_sha256, frozen.row.sealed_sha256),
        _own(session, facts, frozen.text, party), paper_words.accession(facts.project.language), made_at=made_at)
    sha256 = domain.text_sha256(text)
    pdf = typesetting.contract_pdf(text, text_sha256=sha256, words=paper_words.accession_sheet(text.language))
    return Document(text, sha256, pdf, frozen.row.sealed_sha256)


def _own(session: Session, facts: Facts, signed: ContractText, party: PartyFact) -> ContractParty:
    """The party as what was signed names it, else as one that came later; with who signs for it now."""
    counting = accepted.answers(session, facts)
    named = next((one for one in signed.parties if one.number == party.number), None)
    if named is None:
        return describing.parties(session, facts, counting, [party], [party], required=False)[0]
    said = describing.details(facts, counting, party.number)
    return replace(named, signatories=describing.signatories(facts, said, party.number))


def send_code(session: Session, ref: str, *, version: int, actor: int, key: str, now: datetime, paper: str = "",
              ) -> progress.Receipt:
    """Mail a code that counts for acceding to this version, for ten minutes.

    Raises: TooOften.
    """
    code, hashed = signing.new_code(session, actor, now)
    return progress.act(session, ref, AskAccessionCode(version, code, hashed, now + signing.CODE_LASTS, paper),
                        actor=actor, key=key, now=now)


def accede(session: Session, ref: str, *, store: Store, seen: str, made_at: datetime, evidence: dict[str, object],
           code: bool, actor: int, key: str, now: datetime, paper: str = "") -> progress.Receipt:
    """Sign the accession of one's own party.

    seen, made_at: hash and moment of the document the page showed. Password and second factor were checked before.
    """
    facts = look(session, ref, person=actor, now=now).facts
    made = document(session, facts, made_at=made_at, paper=paper)
    stored = store.put(files.prefix(session, facts.project.host_id), made.pdf)
    return progress.act(session, ref, Accede(
        version=made.text.version, seen=seen, text=domain.canonical(made.text).decode(), text_sha256=made.text_sha256,
        pdf_sha256=stored.sha256, sealed_sha256=made.sealed_sha256,
        evidence=json.dumps(evidence, ensure_ascii=False, sort_keys=True), code=code, paper=paper),
        actor=actor, key=key, now=now)


def of_party(session: Session, facts: Facts, party: int, paper: str = "") -> Accession:
    """What a party signed to accede.

    Raises: NotFound.
    """
    row = session.scalars(select(Accession).where(
        Accession.project_id == facts.project.id, Accession.party == party, Accession.paper == paper)).one_or_none()
    if row is None:
        raise NotFound
    return row


def pdf(session: Session, facts: Facts, store: Store, party: int, *, kind: str = "signed", paper: str = "",
        ) -> tuple[str, bytes]:
    """Title and bytes: the document by which a party acceded as it was ``signed``, ``sealed``, or its ``evidence``.

    Raises: NotFound.
    """
    row = of_party(session, facts, party, paper)
    sha256 = {"signed": row.pdf_sha256, "sealed": row.sealed_sha256, "evidence": row.evidence_sha256}[kind]
    if sha256 is None:
        raise NotFound
    return domain.from_canonical(row.text.encode()).title, store.read(files.prefix(session, row.host_id), sha256)


def sealed(session: Session, facts: Facts, paper: str = "") -> frozenset[int]:
    """The parties whose accession to this paper has its seal."""
    if not facts.accessions:
        return frozenset()
    return frozenset(session.scalars(select(Accession.party).where(
        Accession.project_id == facts.project.id, Accession.paper == paper, Accession.sealed_at.is_not(None))))
