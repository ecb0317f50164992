"""Freezing the contract, signing it, and refusing to.

A frozen version never changes. A signature counts only for exactly the text and the PDF its signatory saw.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from cocreate.db import table_of
from cocreate.domain.notices import Channel, Subject, recipients
from cocreate.domain.rights import Act
from cocreate.domain.turns import may_freeze
from cocreate.errors import Conflict, Forbidden, Invalid, Refused
from cocreate.models.contracts import ContractVersion, Signature, SigningCode
from cocreate.services.acts.change import Change, Letter, require, require_running, require_same
from cocreate.services.acts.contributions import REASON
from cocreate.services.writes import Insert, Put, Update
from workflows import engine, progression
from workflows.conditions import ContractIs
from workflows.facts import ContractFact, ContractState, DutyFact, Facts, SignatureFact
from workflows.guards import reasons


@dataclass(frozen=True, slots=True)
class Freeze:
    """Make a version ready to read and to sign. It was composed from the facts with the hash ``head``."""

    head: str
    number: int
    text: str  # canonical JSON
    content_sha256: str
    text_sha256: str
    pdf_sha256: str  # its bytes are in the store already
    clauses: int


@dataclass(frozen=True, slots=True)
class SendCode:
    """Mail a code for signing exactly this version; ``code_hash`` is stored, the code only mailed."""

    version: int
    code: str
    code_hash: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Sign:
    """Sign for one's own party.

    text_sha256, pdf_sha256: of what the signatory saw.
    evidence: JSON of who, on what basis, how they showed that it was they, and what they confirmed.
    code: whether a mailed code was used up for it.
    duties: (party, what, day) of the dated rows of the agreed terms; they begin with the last signature.
    """

    version: int
    text_sha256: str
    pdf_sha256: str
    evidence: str
    code: bool
    duties: tuple[tuple[int, str, date], ...] = ()


@dataclass(frozen=True, slots=True)
class RefuseToSign:
    """Do not sign, with a reason that all hear; the version ends and the contract opens again."""

    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Seal:
    """The host's seal is on the signed PDF; sealed file and evidence are in the store already."""

    version: int
    sealed_sha256: str
    evidence_sha256: str


def require_preparing(facts: Facts) -> None:
    """Raises what stands in the way of making any version ready: the stage, or that others may and this actor not."""
    require_running(facts)
    parties = tuple(party.number for party in facts.contracting)
    if not may_freeze(facts):
        raise Forbidden("only", act=Act.CLAUSES.value, persons=tuple(
            m.person for number in parties for m in facts.people(number, "champion")))
    if facts.definition.stages[facts.project.stage].contract != "prepared":
        raise Conflict("contract.not_here", stage=facts.project.stage)


def freeze(facts: Facts, given: Freeze) -> Change:
    require_preparing(facts)
    own = facts.actor.party if facts.actor else None
    require_same(given.head, facts.project.head, "project.moved")
    standing = facts.contract
    if standing is not None and standing.content_sha256 == given.content_sha256:
        raise Conflict("contract.same", n=standing.number)
    if standing is not None:
        facts = progression.end_contract(facts, "replaced")
    version = ContractFact(
        number=given.number, state=ContractState.FROZEN, content_sha256=given.content_sha256,
        text_sha256=given.text_sha256, pdf_sha256=given.pdf_sha256, frozen_at=facts.now, clauses=given.clauses)
    row = {"project_id": facts.project.id, "host_id": facts.project.host_id, "number": given.number,
           "state": version.state.value, "text": given.text, "content_sha256": given.content_sha256,
           "text_sha256": given.text_sha256, "pdf_sha256": given.pdf_sha256, "clauses": given.clauses,
           "frozen_at": facts.now, "seal_attempts": 0}
    return Change(
        facts=facts.with_contract(version), party=own, answer={"number": given.number},
        details={"version": given.number, "text_sha256": given.text_sha256, "pdf_sha256": given.pdf_sha256},
        rows=(Insert(table_of(ContractVersion), (row,)),))


def send_code(facts: Facts, given: SendCode) -> Change:
    contract, actor = _signable(facts, given.version)
    row = {"project_id": facts.project.id, "version": contract.number, "person": actor,
           "host_id": facts.project.host_id, "code_hash": given.code_hash, "sent_at": facts.now,
           "expires_at": given.expires_at, "tries": 0, "used_at": None}
    return Change(facts=facts, party=facts.actor.party if facts.actor else None, details={"version": contract.number},
                  rows=(Put(table_of(SigningCode), (row,)),),
                  letters=(Letter("signing_code", actor, str(Subject("signature", str(contract.number))),
                                  {"secret": given.code, "version": contract.number}),))


def sign(facts: Facts, given: Sign) -> Change:
    contract, actor = _signable(facts, given.version)
    require_same(given.text_sha256, contract.text_sha256, "contract.changed", n=contract.number)
    require_same(given.pdf_sha256, contract.pdf_sha256, "contract.changed", n=contract.number)
    party = facts.actor.party if facts.actor and facts.actor.party is not None else 0
    signature = SignatureFact(contract.number, party, actor, facts.now, given.text_sha256, given.pdf_sha256)
    where = {"project_id": facts.project.id, "host_id": facts.project.host_id}
    row = where | {"version": contract.number, "party": party, "person": actor, "seq": facts.project.version + 1,
                   "at": facts.now, "text_sha256": given.text_sha256, "pdf_sha256": given.pdf_sha256,
                   "evidence": given.evidence}
    rows = [Insert(table_of(Signature), (row,))]
    if given.code:
        rows.append(Update(table_of(SigningCode), ({
            "project_id": facts.project.id, "version": contract.number, "person": actor, "used_at": facts.now},)))
    after = facts.with_signature(signature)
    last = not reasons(after, ContractIs(contract="signed"), after.project.stage)
    if last:
        after = after.with_contract(replace(contract, state=ContractState.SIGNED))
        for number, (owes, what, due) in enumerate(given.duties, 1):
            after = after.with_duty(DutyFact(number, owes, what, due))
    return Change(facts=after, party=party, rows=tuple(rows), answer={"last": last},
                  details={"version": contract.number, "text_sha256": given.text_sha256,
                           "pdf_sha256": given.pdf_sha256, "last": last,
                           "evidence_sha256": hashlib.sha256(given.evidence.encode()).hexdigest()})


def refuse_to_sign(facts: Facts, given: RefuseToSign) -> Change:
    contract, actor = _signable(facts, given.version, again=True)
    reason = given.reason.strip()
    if len(reason) < REASON:
        raise Invalid("reason.short", field="reason", least=REASON)
    after = progression.end_contract(facts, "refused")
    prepared = next(key for key, stage in facts.definition.stages.items() if stage.contract == "prepared")
    own = facts.actor.party if facts.actor else None
    subject = str(Subject("signature", str(contract.number), own))
    hear = recipients("signing_declined", members=facts.members, actor=actor, party=own)
    return Change(facts=progression.enter(after, prepared), party=own,
                  letters=tuple(Letter("signing_declined", person, subject) for person, channel in hear
                                if channel is Channel.MAIL),
                  details={"version": contract.number, "back": True}, personal={"reason": reason})


def seal(facts: Facts, given: Seal) -> Change:
    contract = facts.contract
    if contract is None or contract.number != given.version or contract.state is not ContractState.SIGNED:
        raise Conflict("contract.not_signed", n=given.version)
    row = {"project_id": facts.project.id, "number": given.version, "sealed_at": facts.now, "seal_error": None,
           "sealed_sha256": given.sealed_sha256, "evidence_sha256": given.evidence_sha256}
    subject = str(Subject("contract", str(given.version)))
    everybody = recipients("all_signed", members=facts.members, actor=None, party=None)
    letters = (*(Letter("all_signed", person, subject) for person, _ in everybody), *_asked_to_accede(facts))
    return Change(facts=facts, rows=(Update(table_of(ContractVersion), (row,)),), letters=letters,
                  details={"version": given.version, "sealed_sha256": given.sealed_sha256,
                           "evidence_sha256": given.evidence_sha256})


def _asked_to_accede(facts: Facts) -> Iterator[Letter]:
    """The signatories of those who accede by a document of their own: from now on they can."""
    number = facts.contract.number if facts.contract else 0
    for party in facts.acceding:
        for member in facts.people(party.number, "signatory"):
            yield Letter("please_sign", member.person, str(Subject("accession", str(number), party.number)))


def _signable(facts: Facts, version: int, *, again: bool = False) -> tuple[ContractFact, int]:
    """The version that stands and the signatory, if everything is as it must be to sign."""
    own = facts.actor.party if facts.actor else None
    signing = tuple(party.number for party in facts.signing)
    actor = require(facts, Act.SIGN, party=own if own in signing else next(iter(signing), None))
    contract = facts.contract
    require_same(version, contract.number if contract else 0, "contract.changed", n=version)
    if contract is None or not engine.waits_for_signatures(facts.definition, facts.project.stage):
        raise Refused(reasons(facts, ContractIs(contract="agreed"), facts.project.stage))
    if blocking := reasons(facts, ContractIs(contract="agreed"), facts.project.stage):
        raise Refused(blocking)
    if not again and facts.signature(own or 0) is not None:
        raise Conflict("contract.already_signed", n=contract.number)
    return contract, actor.person
