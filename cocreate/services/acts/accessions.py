"""Acceding to a paper that was signed and sealed: each organisation for itself, at any time, without a second party.

To the contract accedes whose seat says so, to a short agreement whoever came after all had signed it. That changes
nothing in what was signed but who is bound. ``paper`` is the key of a short agreement's task, "" for the contract.
"""

import hashlib
from dataclasses import dataclass

from cocreate.db import table_of
from cocreate.domain.hearing import Subject, signing
from cocreate.domain.rights import Act, may, who_may
from cocreate.errors import Conflict, Forbidden
from cocreate.models.contracts import Accession
from cocreate.services.acts.change import Change, require_running, require_same
from cocreate.services.acts.contracts import Code, code_used, done, mail_code, of_paper
from cocreate.services.writes import Insert, Update
from workflows.facts import AccessionFact, ContractFact, ContractState, Facts, PartyFact


@dataclass(frozen=True, slots=True)
class AskAccessionCode(Code):
    """A code for acceding."""


@dataclass(frozen=True, slots=True)
class Accede:
    """Sign the accession of one's own party. ``seen`` is the hash of the text the page showed.

    code: whether a mailed code was used.
    """

    version: int
    seen: str
    text: str
    text_sha256: str
    pdf_sha256: str
    sealed_sha256: str
    evidence: str
    code: bool
    paper: str = ""


@dataclass(frozen=True, slots=True)
class SealAccession:
    """The host's seal is on what a party signed to accede; sealed file and evidence are in the store already."""

    party: int
    version: int
    sealed_sha256: str
    evidence_sha256: str
    paper: str = ""


def ask_code(facts: Facts, given: AskAccessionCode) -> Change:
    contract, party, actor = require_acceding(facts, given.version, given.paper)
    subject = signing(given.paper, contract.number, party.number) if given.paper else Subject(
        "accession", str(contract.number), party.number)
    return mail_code(facts, given, actor, str(subject))


def accede(facts: Facts, given: Accede) -> Change:
    contract, party, actor = require_acceding(facts, given.version, given.paper)
    require_same(given.seen, given.text_sha256, "contract.changed", n=contract.number)
    where = {"project_id": facts.project.id, "host_id": facts.project.host_id}
    row = where | {"party": party.number, "paper": given.paper, "version": contract.number, "person": actor,
                   "seq": facts.project.version + 1, "at": facts.now, "text": given.text,
                   "text_sha256": given.text_sha256, "pdf_sha256": given.pdf_sha256, "evidence": given.evidence,
                   "seal_attempts": 0}
    rows = [Insert(table_of(Accession), (row,))]
    if given.code:
        rows.append(code_used(facts, given.paper, contract.number, actor))
    after = facts.with_accession(AccessionFact(party.number, given.paper, contract.number, actor, facts.now,
                                               given.text_sha256, given.pdf_sha256))
    if given.paper:
        after = done(after, given.paper, contract.number)
    return Change(facts=after, party=party.number, rows=tuple(rows),
                  details=of_paper(given.paper, version=contract.number, text_sha256=given.text_sha256,
                                   pdf_sha256=given.pdf_sha256, sealed_sha256=given.sealed_sha256,
                                   evidence_sha256=hashlib.sha256(given.evidence.encode()).hexdigest()))


def seal(facts: Facts, given: SealAccession) -> Change:
    there = facts.accession(given.party, given.paper)
    if there is None or there.version != given.version:
        raise Conflict("contract.not_signed", n=given.version)
    row = {"project_id": facts.project.id, "party": given.party, "paper": given.paper, "sealed_at": facts.now,
           "seal_error": None, "sealed_sha256": given.sealed_sha256, "evidence_sha256": given.evidence_sha256}
    return Change(facts=facts, party=given.party, rows=(Update(table_of(Accession), (row,)),),
                  details=of_paper(given.paper, version=given.version, sealed_sha256=given.sealed_sha256,
                                   evidence_sha256=given.evidence_sha256))


def require_acceding(facts: Facts, version: int, paper: str = "") -> tuple[ContractFact, PartyFact, int]:
    """What was signed, the party that may accede to it, and its signatory.

    Raises: Forbidden with those who can; Conflict where nothing was signed, the party has acceded, or the project does
    not run, of a short agreement.
    """
    if paper:  # the contract's parties accede when the project has ended
        require_running(facts)
    actor, contract, acceding = facts.actor, facts.standing(paper), facts.acceding(paper)
    party = next((one for one in acceding if actor and one.number == actor.party), None)
    if actor is None or party is None or not may(Act.SIGN, actor, party=party.number):
        raise Forbidden("only", act=Act.SIGN.value, persons=tuple(
            member.person for one in acceding for member in who_may(facts, Act.SIGN, party=one.number)
            if party is None or one == party))
    if contract is None or contract.state is not ContractState.SIGNED or contract.number != version:
        raise Conflict("contract.not_signed", n=version)
    if facts.accession(party.number, paper) is not None:
        raise Conflict("contract.already_signed", n=version)
    return contract, party, actor.person
