"""The document by which an organisation accedes to a paper that others have signed.

It is of its own, names the sealed paper by its hashes, and changes nothing in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from cocreate.domain.contract import ClauseText, ContractParty, ContractText
from cocreate.domain.prose import escape


@dataclass(frozen=True, slots=True)
class Words:
    """What an accession says, in one language. clauses: (key, title, text) with the names of ``accession_text``."""

    title: str
    clauses: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """The paper acceded to, as it lies in the store: hashes of its text, of what was signed, and with the seal."""

    text: ContractText
    text_sha256: str
    pdf_sha256: str
    sealed_sha256: str


def accession_text(sealed: Sealed, own: ContractParty, said: Words, *, made_at: datetime) -> ContractText:
    """What one organisation signs to accede; the same values give the same text, so its hash is known before.

    own: the party that accedes, with who signs for it; what others signed may not name it.
    """
    contract = sealed.text
    values = {
        "organisation": own.organisation, "role": own.role, "title": contract.title, "version": str(contract.version),
        "parties": ", ".join(one.organisation for one in contract.parties if one.signs), "host": contract.host,
        "text": sealed.text_sha256, "pdf": sealed.pdf_sha256, "sealed": sealed.sealed_sha256}
    clauses = tuple(_clause(key, number, title, text, values)
                    for number, (key, title, text) in enumerate(said.clauses, 1))
    others = (replace(one, signs=False, signatories=()) for one in contract.parties if one.number != own.number)
    parties = sorted((*others, replace(own, signs=True)), key=lambda one: one.number)
    return replace(
        contract, title=said.title.format(title=contract.title), clauses=clauses,
        annexes=(), figures=(), affected=(), frozen_at=made_at, parties=tuple(parties))


def _clause(key: str, number: int, title: str, text: str, values: Mapping[str, str]) -> ClauseText:
    return ClauseText(key, number, title, text.format(**{name: escape(value) for name, value in values.items()}))
