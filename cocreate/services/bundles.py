"""The evidence bundle of a signed paper: everything that is needed to check it without this software, in one file.

A reader's bundle holds the record as that reader may see it: the whole chain, and the details of the lines that are
open to them.
"""

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.domain.contract import from_canonical
from cocreate.errors import NotFound
from cocreate.models.contracts import Accession, ContractVersion, Signature
from cocreate.papers import paper_words
from cocreate.services import accessions, contracts, records
from cocreate.services import files as files_of
from cocreate.storage import Store
from workflows.facts import Facts

CHECK = Path(__file__).parents[2] / "templates" / "contract" / "check.py"


def bundle(session: Session, facts: Facts, store: Store, number: int, *, paper: str = "",
           language: str = "en") -> tuple[str, bytes]:
    """(name, bytes) of the ZIP of a sealed version; ``language`` is that of its README.

    Raises: NotFound where the version is not sealed yet.
    """
    row = contracts.version(session, facts, number, paper=paper).row
    signatures = session.execute(select(Signature.seq, Signature.party, Signature.evidence).where(
        Signature.project_id == facts.project.id, Signature.paper == paper, Signature.version == number,
        Signature.ended_at.is_(None)).order_by(Signature.seq))
    return _bundle(session, facts, store, row, number, [tuple(one) for one in signatures], language)


def of_accession(session: Session, facts: Facts, store: Store, party: int, *, paper: str = "", language: str = "en",
                 ) -> tuple[str, bytes]:
    """The same of the document by which a party acceded, and the sealed agreement that it names.

    Raises: NotFound where there is none, or it is not sealed yet.
    """
    row = accessions.of_party(session, facts, party, paper)
    agreement = contracts.pdf(session, facts, store, row.version, kind="sealed", paper=paper)
    return _bundle(session, facts, store, row, row.version, [(row.seq, row.party, row.evidence)], language,
                   {"agreement.pdf": agreement}, of=facts.party(party).name)


def _bundle(session: Session, facts: Facts, store: Store, row: ContractVersion | Accession, number: int,
            signatures: list[tuple[Any, ...]], language: str, more: dict[str, bytes] | None = None, *, of: str = "",
            ) -> tuple[str, bytes]:
    """of: whose accession it is."""
    if row.sealed_at is None or row.sealed_sha256 is None or row.evidence_sha256 is None:
        raise NotFound
    prefix, title = files_of.prefix(session, row.host_id), from_canonical(row.text.encode()).title
    signed, sealed, evidence = (
        store.read(prefix, sha256) for sha256 in (row.pdf_sha256, row.sealed_sha256, row.evidence_sha256))
    files = {
        "README.txt": _readme(title, number, len(signed), language, with_agreement=bool(more)),
        "contract.pdf": sealed, "evidence.pdf": evidence, "text.json": row.text.encode(),
        "record.json": _json(records.export(session, facts)),
        # What each signatory showed and stated, as text whose hash is in the record.
        "signatures.json": _json([{"seq": seq, "party": party, "evidence": said} for seq, party, said in signatures]),
        "check.py": CHECK.read_bytes(), **(more or {}),
    }
    name = paper_words.bundle_name(language, f"{title}, {of}" if of else title, number)
    return name, _zip(files, row.sealed_at.timetuple()[:6])


def _readme(title: str, number: int, size: int, language: str, *, with_agreement: bool) -> bytes:
    lines = [*paper_words.bundle(language, title, number, with_agreement=with_agreement), ""]
    for place, (said, command) in enumerate(paper_words.steps(language, size), 1):
        lines += [f"{place}. {said}", *([f"       {command}"] if command else []), ""]
    return "\n".join(lines).encode()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _zip(files: dict[str, bytes], moment: tuple[int, ...]) -> bytes:
    """The same files give the same bytes: every entry has the date of the seal."""
    body = BytesIO()
    year, month, day, hour, minute, second = moment
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (year, month, day, hour, minute, second))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return body.getvalue()
