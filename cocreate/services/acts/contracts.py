"""Freezing the contract, signing it, and refusing to.

A frozen version never changes. A signature counts only for exactly the text and the PDF its signatory saw.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from cocreate.db import table_of
from cocreate.domain import explaining, going_back
from cocreate.domain.audience import ALL, of_task, takes_part
from cocreate.domain.hearing import Channel, Subject, recipients
from cocreate.domain.rights import Act
from cocreate.domain.turns import may_freeze
from cocreate.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from cocreate.models.contracts import ContractVersion, Signature, SigningCode
from cocreate.services.acts import changing
from cocreate.services.acts.change import Change, Letter, require, require_running, require_same
from cocreate.services.acts.changing import ToChange
from cocreate.services.acts.contributions import require_open
from cocreate.services.writes import Insert, Put, Update
from workflows import engine, progression
from workflows.conditions import ContractIs
from workflows.facts import ContractFact, ContractState, DutyFact, Facts, SignatureFact, TaskFact, TaskState
from workflows.guards import first_missing, reasons
from workflows.refusals import Refusal
from workflows.values import replace


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
    paper: str = ""  # key of a short agreement's task; "": the contract
    sees: int = ALL  # who may see every value in it


@dataclass(frozen=True, slots=True)
class Code:
    """Mail a code that counts for exactly this version; ``code_hash`` is stored, the code only mailed."""

    version: int
    code: str
    code_hash: str
    expires_at: datetime
    paper: str = ""


@dataclass(frozen=True, slots=True)
class SendCode(Code):
    """A code for signing."""


@dataclass(frozen=True, slots=True)
class NewDuty:
    """What a party owes, or has to decide, by a day under the terms that were agreed."""

    party: int
    what: str
    due: date
    clause: str | None
    decide: bool = False
    goes_on_by: int = 0  # months
    gives: str | None = None  # path of the value that was settled later


@dataclass(frozen=True, slots=True)
class Sign:
    """Sign for one's own party.

    text_sha256, pdf_sha256: of what the signatory saw.
    evidence: JSON of who, on what basis, how they showed that it was they, and what they confirmed.
    code: whether a mailed code was used up for it.
    duties: of the agreed terms; they begin with the last signature.
    """

    version: int
    text_sha256: str
    pdf_sha256: str
    evidence: str
    code: bool
    duties: tuple[NewDuty, ...] = ()
    paper: str = ""


@dataclass(frozen=True, slots=True)
class RefuseToSign:
    """Do not sign, with a reason that all hear; the version ends, and what was to be signed opens again.

    changes, wording: of the contract, what has to change.
    """

    version: int
    reason: str
    paper: str = ""
    changes: tuple[ToChange, ...] = ()
    wording: bool = False


@dataclass(frozen=True, slots=True)
class Seal:
    """The host's seal is on the signed PDF; sealed file and evidence are in the store already."""

    version: int
    sealed_sha256: str
    evidence_sha256: str
    paper: str = ""


def require_preparing(facts: Facts) -> None:
    """Raises what stands in the way of making any version ready: the stage, or that others may and this actor not."""
    require_running(facts)
    parties = tuple(party.number for party in facts.contracting)
    if not may_freeze(facts):
        raise Forbidden("only", act=Act.CLAUSES.value, persons=tuple(
            m.person for number in parties for m in facts.people(number, "champion")))
    if facts.definition.stages[facts.project.stage].contract != "prepared":
        raise Conflict("contract.not_here", stage=facts.project.stage)


def require_beginning(facts: Facts, paper: str) -> None:
    """Raises what stands in the way of making a short agreement ready to sign: whoever goes on to sign does."""
    task = _asked(facts, paper)
    require(facts, Act.SIGN, party=task.party)
    require_open(facts, task)


def freeze(facts: Facts, given: Freeze) -> Change:
    if given.paper:
        require_beginning(facts, given.paper)
    else:
        require_preparing(facts)
    own = facts.own
    require_same(given.head, facts.project.head, "project.moved")
    standing = facts.standing(given.paper)
    # The text of a short agreement is the template's: while one stands, nothing else can be meant.
    if standing is not None and (given.paper or standing.content_sha256 == given.content_sha256):
        raise Conflict("contract.same", n=standing.number)
    if standing is not None:
        facts = progression.end_contract(facts, "replaced")
    version = ContractFact(
        paper=given.paper,
        number=given.number, state=ContractState.FROZEN, content_sha256=given.content_sha256,
        text_sha256=given.text_sha256, pdf_sha256=given.pdf_sha256, frozen_at=facts.now, clauses=given.clauses)
    row = {"project_id": facts.project.id, "paper": given.paper, "number": given.number,
           "host_id": facts.project.host_id, "state": version.state.value, "text": given.text,
           "content_sha256": given.content_sha256, "text_sha256": given.text_sha256, "pdf_sha256": given.pdf_sha256,
           "clauses": given.clauses, "sees": given.sees, "frozen_at": facts.now, "seal_attempts": 0}
    return Change(
        facts=facts.with_contract(version), party=own, answer={"number": given.number},
        details=of_paper(given.paper, version=given.number, text_sha256=given.text_sha256, pdf_sha256=given.pdf_sha256),
        rows=(Insert(table_of(ContractVersion), (row,)),))


def send_code(facts: Facts, given: SendCode) -> Change:
    contract, actor = require_signing(facts, given.version, given.paper)
    return mail_code(facts, given, actor, _subject("signature", given.paper, contract.number))


def mail_code(facts: Facts, given: Code, person: int, subject: str) -> Change:
    """A new code in place of the one before, and the letter with it."""
    row = {"project_id": facts.project.id, "paper": given.paper, "version": given.version, "person": person,
           "host_id": facts.project.host_id, "code_hash": given.code_hash, "sent_at": facts.now,
           "expires_at": given.expires_at, "tries": 0, "used_at": None}
    return Change(facts=facts, party=facts.own, details=of_paper(given.paper, version=given.version),
                  rows=(Put(table_of(SigningCode), (row,)),),
                  letters=(Letter("signing_code", person, subject, {
                      "secret": given.code, "version": given.version, "paper": given.paper}),))


def code_used(facts: Facts, paper: str, version: int, person: int) -> Update:
    return Update(table_of(SigningCode), ({
        "project_id": facts.project.id, "paper": paper, "version": version, "person": person,
        "used_at": facts.now},))


def sign(facts: Facts, given: Sign) -> Change:
    contract, actor = require_signing(facts, given.version, given.paper)
    require_same(given.text_sha256, contract.text_sha256, "contract.changed", n=contract.number)
    require_same(given.pdf_sha256, contract.pdf_sha256, "contract.changed", n=contract.number)
    party = facts.own or 0
    signature = SignatureFact(given.paper, contract.number, party, actor, facts.now, given.text_sha256,
                              given.pdf_sha256)
    where = {"project_id": facts.project.id, "paper": given.paper, "host_id": facts.project.host_id}
    row = where | {"version": contract.number, "party": party, "person": actor, "seq": facts.project.version + 1,
                   "at": facts.now, "text_sha256": given.text_sha256, "pdf_sha256": given.pdf_sha256,
                   "evidence": given.evidence}
    rows = [Insert(table_of(Signature), (row,))]
    if given.code:
        rows.append(code_used(facts, given.paper, contract.number, actor))
    after = facts.with_signature(signature)
    if given.paper:
        after = done(after, given.paper, contract.number)
    last = all(after.signature(one.number, given.paper) for one in after.signers(given.paper))
    if last:
        after = after.with_contract(replace(contract, state=ContractState.SIGNED))
        taken_on = max((one.number for one in facts.duties), default=0)
        for number, new in enumerate(given.duties, taken_on + 1):
            after = after.with_duty(DutyFact(number, new.party, new.what, new.due, new.clause, decide=new.decide,
                                             goes_on_by=new.goes_on_by, gives=new.gives))
    return Change(facts=after, party=party, rows=tuple(rows), answer={"last": last},
                  details=of_paper(given.paper, version=contract.number, text_sha256=given.text_sha256,
                              pdf_sha256=given.pdf_sha256, last=last,
                              evidence_sha256=hashlib.sha256(given.evidence.encode()).hexdigest()))


def done(facts: Facts, paper: str, version: int) -> Facts:
    """The own party has signed a short agreement, or acceded to it: that was what it was asked."""
    return facts.with_task(replace(_asked(facts, paper), state=TaskState.ACCEPTED, since=facts.now, number=version,
                                   reason=None, outsider=None, outside_until=None))


def refuse_to_sign(facts: Facts, given: RefuseToSign) -> Change:
    contract, actor = require_signing(facts, given.version, given.paper, again=True)
    reason = explaining.needed(given.reason)
    own = facts.own
    tasks = {} if given.paper else _to_change(facts, given, reason)
    subject = _subject("signature", given.paper, contract.number, own)
    hear = recipients("signing_declined", members=facts.members, actor=actor, party=own)
    change = Change(facts=facts, party=own,
                    sees=of_task(facts, _asked(facts, given.paper)) if given.paper else None,
                    letters=tuple(Letter("signing_declined", person, subject) for person, channel in hear
                                  if channel is Channel.MAIL and _takes_part(facts, person, given.paper)),
                    details=of_paper(given.paper, version=contract.number, back=True), personal={"reason": reason})
    if given.paper:  # stays asked, of all again
        return replace(change, facts=progression.end_agreement(facts, given.paper, "refused", reason))
    ended = progression.end_contract(facts, "refused:wording" if given.wording else "refused")
    return replace(changing.recorded(change, tasks, reason, wording=given.wording),
                   facts=progression.enter(changing.reopened(ended, tasks), facts.definition.prepares))


def _to_change(facts: Facts, given: RefuseToSign, reason: str) -> dict[TaskFact, str]:
    """What has to change before all sign. Raises: Invalid where nothing is chosen."""
    found = changing.chosen(going_back.accepted(going_back.of_refusing(facts)), given.changes, reason)
    if not found and not given.wording:
        raise Invalid("back.nothing", field="wording")
    return found


def seal(facts: Facts, given: Seal) -> Change:
    contract = facts.standing(given.paper)
    if contract is None or contract.number != given.version or contract.state is not ContractState.SIGNED:
        raise Conflict("contract.not_signed", n=given.version)
    row = {"project_id": facts.project.id, "paper": given.paper, "number": given.version,
           "sealed_at": facts.now, "seal_error": None, "sealed_sha256": given.sealed_sha256,
           "evidence_sha256": given.evidence_sha256}
    subject = _subject("contract", given.paper, given.version)
    everybody = recipients("all_signed", members=facts.members, actor=None, party=None)
    letters = [Letter("all_signed", person, subject) for person, _ in everybody
               if _takes_part(facts, person, given.paper)]
    if not given.paper:
        letters += _asked_to_accede(facts)
    return Change(facts=facts, rows=(Update(table_of(ContractVersion), (row,)),), letters=tuple(letters),
                  details=of_paper(given.paper, version=given.version, sealed_sha256=given.sealed_sha256,
                              evidence_sha256=given.evidence_sha256))


def _takes_part(facts: Facts, person: int, paper: str) -> bool:
    """Of the contract everybody hears, of a short agreement those of whom it is asked, and who helps."""
    return not paper or takes_part(facts, facts.member(person), paper)


def _asked_to_accede(facts: Facts) -> Iterator[Letter]:
    """The signatories of those who accede by a document of their own: from now on they can."""
    number = facts.contract.number if facts.contract else 0
    for party in facts.acceding():
        for member in facts.people(party.number, "signatory"):
            yield Letter("please_sign", member.person, str(Subject("accession", str(number), party.number)))


def of_paper(paper: str, **details: object) -> dict[str, object]:
    """What the record says of an act; which short agreement it was about, where it was about one."""
    return details | ({"paper": paper} if paper else {})


def _subject(matter: str, paper: str, version: int, party: int | None = None) -> str:
    return str(Subject("agreement", paper, party) if paper else Subject(matter, str(version), party))


def _asked(facts: Facts, paper: str) -> TaskFact:
    """What the own party is asked to sign; of somebody who is not, what another is."""
    if paper not in facts.definition.tasks or facts.definition.tasks[paper][1].kind != "sign":
        raise NotFound
    asked = facts.instances(paper)
    own = facts.own
    task = next((one for one in asked if one.party == own), next(iter(asked), None))
    if task is None:
        raise NotFound
    return task


def require_signing(facts: Facts, version: int, paper: str, *, again: bool = False) -> tuple[ContractFact, int]:
    """The version that stands and the signatory, if everything is as it must be to sign.

    again: also where the own party has signed, so that it can be taken back.
    """
    own = facts.own
    signing = tuple(party.number for party in facts.signers(paper))
    actor = require(facts, Act.SIGN, party=own if own in signing else next(iter(signing), None))
    contract = facts.standing(paper)
    require_same(version, contract.number if contract else 0, "contract.changed", n=version)
    if contract is None or (found := blocking(facts, paper)):
        raise Refused(found if contract else reasons(facts, ContractIs(contract="agreed"), facts.project.stage))
    if contract.state is not ContractState.FROZEN or (not again and facts.signature(own or 0, paper) is not None):
        raise Conflict("contract.already_signed", n=contract.number)
    return contract, actor.person


def blocking(facts: Facts, paper: str) -> tuple[Refusal, ...]:
    """Why what stands cannot be signed now."""
    if paper:
        earlier = first_missing(facts, _asked(facts, paper))
        return () if earlier is None else (Refusal("task.must_follow", earlier.party, {
            "task": paper, "of": earlier.party, "earlier": earlier.key, "since": earlier.since}),)
    agreed = reasons(facts, ContractIs(contract="agreed"), facts.project.stage)
    here = engine.waits_for_signatures(facts.definition, facts.project.stage)
    return agreed or (() if here else reasons(facts, ContractIs(contract="signed"), facts.project.stage))
