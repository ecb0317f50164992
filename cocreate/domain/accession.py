"""The document by which an organisation accedes to a contract that others have signed: of its own, naming the sealed
contract by its hashes, and changing nothing in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from cocreate.domain.contract import ClauseText, ContractText, Signatory
from cocreate.domain.prose import escape

TITLE = {"en": "Accession to: {title}"}
CLAUSES = {  # language -> key -> title and text
    "en": {
        "accession": ("Accession", (
            "{organisation} accedes as {role} to the agreement \"{title}\", version {version}, which was signed by "
            "{parties}. From this signature on the agreement binds {organisation} as {role} towards its parties, and "
            "them towards {organisation}.")),
        "object": ("The agreement acceded to", (
            "The text of the agreement has the fingerprint (SHA-256) {text}. The file that its parties signed has "
            "{pdf}; with the seal of {host} it has {sealed}. These three name it; any other text is another "
            "agreement.")),
        "effect": ("Nothing else is agreed", (
            "{organisation} has the sealed agreement and has read it. This accession changes nothing in it and adds "
            "nothing to it. What the agreement says of those who accede applies.")),
    },
}


@dataclass(frozen=True, slots=True)
class Sealed:
    """The contract acceded to, as it lies in the store: hashes of its text, of what was signed, and with the seal."""

    text: ContractText
    text_sha256: str
    pdf_sha256: str
    sealed_sha256: str


def accession_text(sealed: Sealed, party: int, signatories: tuple[str, ...], *, made_at: datetime) -> ContractText:
    """What one organisation signs to accede; the same values give the same text, so its hash is known before.

    Raises: StopIteration if the party is not named in the contract.
    """
    contract = sealed.text
    own = next(one for one in contract.parties if one.number == party)
    words = CLAUSES.get(contract.language, CLAUSES["en"])
    values = {
        "organisation": own.organisation, "role": own.role, "title": contract.title, "version": str(contract.version),
        "parties": ", ".join(one.organisation for one in contract.parties if one.signs), "host": contract.host,
        "text": sealed.text_sha256, "pdf": sealed.pdf_sha256, "sealed": sealed.sealed_sha256}
    clauses = tuple(_clause(key, number, title, text, values)
                    for number, (key, (title, text)) in enumerate(words.items(), 1))
    return replace(
        contract, title=TITLE.get(contract.language, TITLE["en"]).format(title=contract.title), clauses=clauses,
        annexes=(), figures=(), affected=(), frozen_at=made_at,
        parties=tuple(replace(one, signs=one.number == party, signatories=tuple(map(Signatory, signatories))
                              if one.number == party else ()) for one in contract.parties))


def _clause(key: str, number: int, title: str, text: str, values: Mapping[str, str]) -> ClauseText:
    return ClauseText(key, number, title, text.format(**{name: escape(value) for name, value in values.items()}))
