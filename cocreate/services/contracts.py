"""The contract and the short agreements before it: composed from what was agreed, frozen, kept.

``paper`` is the key of a short agreement's task, "" for the contract. Composing and rendering happen outside the
transaction; freezing then checks that nothing has happened meanwhile.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate import vault
from cocreate.domain import audience
from cocreate.domain import contract as domain
from cocreate.domain.contract import ContractText
from cocreate.domain.lacking import lacking
from cocreate.errors import Conflict, Forbidden, Invalid, NotFound
from cocreate.models.contracts import ContractVersion
from cocreate.papers import paper_words, typesetting
from cocreate.papers.copies import Copies
from cocreate.services import composing, files, hosts, progress
from cocreate.services.acts import contracts as acts
from cocreate.services.acts.contracts import Freeze
from cocreate.services.composing import compose, whole
from cocreate.services.facts import look
from cocreate.services.files import prefix
from cocreate.storage import Store
from workflows.facts import Facts


@dataclass(frozen=True, slots=True)
class Frozen:
    """One version with its text: what is read and signed."""

    row: ContractVersion
    text: ContractText


# freezing


def prepare(session: Session, ref: str, *, store: Store, actor: int, now: datetime, paper: str = "") -> Freeze:
    """Compose and render the next version; its PDF lies in the store when this answers.

    Raises: Invalid with the first thing that is missing: a blank is never signable, nor a name that cannot sign.
    Conflict where the version that stands says the same.
    """
    facts = look(session, ref, person=actor, now=now).facts
    if paper:
        acts.require_beginning(facts, paper)
    else:
        acts.require_preparing(facts)
    # The same where a freezing is sent twice, so not drawn by chance.
    salt = vault.stamp(f"text {ref} {paper} {facts.project.head}")[:32]
    text = replace(whole(session, facts, paper), salt=salt)
    if next(lacking(text, facts), None) is not None:
        raise next(lacking(compose(session, facts, paper), facts), None) or Invalid("contract.lacks")
    standing = facts.standing(paper)
    if standing is not None and (paper or says_the_same(facts, text)):
        raise Conflict("contract.same", n=standing.number)
    text_sha256 = domain.text_sha256(text)
    pdf = typesetting.contract_pdf(text, text_sha256=text_sha256,
                                   logo=hosts.logo(session, store, facts.project.host_id))
    stored = store.put(files.prefix(session, facts.project.host_id), pdf)
    return Freeze(head=facts.project.head, number=text.version, text=domain.canonical(text).decode(),
                  content_sha256=domain.content_sha256(text), text_sha256=text_sha256, pdf_sha256=stored.sha256,
                  clauses=len(text.clauses), paper=paper,
                  sees=audience.ALL if paper else composing.who_sees(session, facts))


def freeze(session: Session, ref: str, prepared: Freeze, *, actor: int, key: str, now: datetime) -> progress.Receipt:
    """Make the prepared version the one that is read and signed."""
    return progress.act(session, ref, prepared, actor=actor, key=key, now=now)


def says_the_same(facts: Facts, text: ContractText) -> bool:
    """Whether the version that stands has these very words."""
    return facts.contract is not None and facts.contract.content_sha256 == domain.content_sha256(text)


def may_read(facts: Facts, row: ContractVersion) -> bool:
    """Whether the facts' actor reads this version: who sees all that it prints, and whoever contracts or signs."""
    return bool(row.sees & audience.of_reader(facts)) or facts.own in {
        party.number for party in (*facts.bound, *facts.signers(row.paper), *facts.acceding(row.paper))}


def version(session: Session, facts: Facts, number: int | None = None, *, paper: str = "") -> Frozen:
    """One frozen version; the newest where none is named.

    Raises: NotFound; Forbidden where it prints what the reader may not see.
    """
    found = row(session, facts, number, paper=paper)
    if not may_read(facts, found):
        raise Forbidden("contract.kept", n=found.number)
    return Frozen(found, domain.from_canonical(found.text.encode()))


def row(session: Session, facts: Facts, number: int | None = None, *, paper: str = "") -> ContractVersion:
    """What is known of a version to everybody in the project, whoever may read its text.

    Raises: NotFound.
    """
    query = select(ContractVersion).where(ContractVersion.project_id == facts.project.id,
                                          ContractVersion.paper == paper)
    query = query.where(ContractVersion.number == number) if number else query.order_by(ContractVersion.number.desc())
    found = session.scalars(query.limit(1)).first()
    if found is None:
        raise NotFound
    return found


def pdf(session: Session, facts: Facts, store: Store, number: int, *, kind: str, paper: str = "") -> bytes:
    """The bytes of a version: ``signed`` as its signatories saw them, ``sealed``, or ``evidence``."""
    found = row(session, facts, number, paper=paper) if kind == "evidence" else version(
        session, facts, number, paper=paper).row
    sha256 = {"signed": found.pdf_sha256, "sealed": found.sealed_sha256, "evidence": found.evidence_sha256}.get(kind)
    if sha256 is None:
        raise NotFound
    return store.read(files.prefix(session, found.host_id), sha256)


def copy_to_check(session: Session, facts: Facts, store: Store, copies: Copies, number: int, *,
                  paper: str = "") -> tuple[ContractText, bytes]:
    """A version, or the text as it would be frozen next, and its PDF with "not signed" on every page.

    Typeset once: of a text that is not frozen also where only the hour and the head of the record are later.
    Raises: NotFound.
    """
    text = compose(session, facts, paper)
    if number != text.version:
        text = version(session, facts, number, paper=paper).text
        what = f"frozen {domain.text_sha256(text)}"
    else:
        what = f"next {number} {facts.project.ref} {paper} {domain.content_sha256(text)}"
    logo = hosts.logo(session, store, facts.project.host_id)
    return text, copies.of(prefix(session, facts.project.host_id), f"{what} {sha256(logo).hexdigest()}", lambda: (
        typesetting.contract_pdf(text, text_sha256=domain.text_sha256(text), logo=logo,
                                 mark=paper_words.paper(text.language)["not_signed"])))
