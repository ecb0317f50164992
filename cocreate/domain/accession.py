"""The document by which an organisation accedes to a contract that others have signed: of its own, naming the sealed
contract by its hashes, and changing nothing in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from cocreate.domain.contract import ClauseText, ContractText, Signatory
from cocreate.domain.prose import escape


@dataclass(frozen=True, slots=True)
class Words:
    """What an accession says, in one language. clauses: (key, title, text) with the names of ``accession_text``."""

    title: str
    clauses: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """The contract acceded to, as it lies in the store: hashes of its text, of what was signed, and with the seal."""

    text: ContractText
    text_sha256: str
    pdf_sha256: str
    sealed_sha256: str


def accession_text(sealed: Sealed, party: int, signatories: tuple[Signatory, ...], said: Words, *,
                   made_at: datetime) -> ContractText:
    """What one organisation signs to accede; the same values give the same text, so its hash is known before.

    Raises: StopIteration if the party is not named in the contract.
    """
    contract = sealed.text
    own = next(one for one in contract.parties if one.number == party)
    values = {
        "organisation": own.organisation, "role": own.role, "title": contract.title, "version": str(contract.version),
        "parties": ", ".join(one.organisation for one in contract.parties if one.signs), "host": contract.host,
        "text": sealed.text_sha256, "pdf": sealed.pdf_sha256, "sealed": sealed.sealed_sha256}
    clauses = tuple(_clause(key, number, title, text, values)
                    for number, (key, title, text) in enumerate(said.clauses, 1))
    parties = (replace(one, signs=one is own, signatories=signatories if one is own else ())
               for one in contract.parties)
    return replace(
        contract, title=said.title.format(title=contract.title), clauses=clauses,
        annexes=(), figures=(), affected=(), frozen_at=made_at, parties=tuple(parties))


def _clause(key: str, number: int, title: str, text: str, values: Mapping[str, str]) -> ClauseText:
    return ClauseText(key, number, title, text.format(**{name: escape(value) for name, value in values.items()}))
