"""The evidence bundle of a signed paper: everything that is needed to check it without this software, in one file.

A reader's bundle holds the record as that reader may see it: the whole chain, and the details of the lines that are
open to them.
"""

import json
import zipfile
from io import BytesIO
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate import paper_words
from cocreate.errors import NotFound
from cocreate.models.contracts import Signature
from cocreate.services import contracts, records
from cocreate.storage import Store
from workflows.facts import Facts

CHECK = Path(__file__).parents[2] / "templates" / "contract" / "check.py"


def bundle(session: Session, facts: Facts, store: Store, number: int, *, paper: str = "",
           language: str = "en") -> tuple[str, bytes]:
    """(name, bytes) of the ZIP of a sealed version; ``language`` is that of its README.

    Raises: NotFound where the version is not sealed yet.
    """
    frozen = contracts.version(session, facts, number, paper=paper)
    if frozen.row.sealed_at is None:
        raise NotFound
    signed, sealed, evidence = (contracts.pdf(session, facts, store, number, kind=kind, paper=paper)
                                for kind in ("signed", "sealed", "evidence"))
    files = {
        "README.txt": _readme(frozen.text.title, number, len(signed), language),
        "contract.pdf": sealed, "evidence.pdf": evidence, "text.json": frozen.row.text.encode(),
        "record.json": _json(records.export(session, facts)),
        "signatures.json": _json(_signatures(session, facts, number, paper)), "check.py": CHECK.read_bytes(),
    }
    return f"{frozen.text.title}, {number}.zip", _zip(files, frozen.row.sealed_at.timetuple()[:6])


def _signatures(session: Session, facts: Facts, number: int, paper: str) -> list[dict[str, object]]:
    """What each signatory showed and stated, as text whose hash is in the record."""
    rows = session.execute(select(Signature.seq, Signature.party, Signature.evidence).where(
        Signature.project_id == facts.project.id, Signature.paper == paper, Signature.version == number,
        Signature.ended_at.is_(None)).order_by(Signature.seq))
    return [{"seq": row.seq, "party": row.party, "evidence": row.evidence} for row in rows]


def _readme(title: str, number: int, size: int, language: str) -> bytes:
    lines = [*paper_words.bundle(language, title, number), ""]
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
