"""The contract: composed from what was agreed, frozen, signed and sealed.

Composing and rendering happen outside the transaction; freezing then checks that nothing has happened meanwhile.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate import sealing, typesetting
from cocreate.domain import audience
from cocreate.domain import contract as domain
from cocreate.domain.answers import Answer, number_text, period_choices, phrases, rows, rows_of, say
from cocreate.domain.contract import (
    ContractParty,
    ContractText,
    FigureRow,
    Given,
    SettledLater,
    Signatory,
    Source,
    Table,
    Value,
)
from cocreate.domain.names import skeleton
from cocreate.errors import Conflict, Invalid, NotFound
from cocreate.models.contracts import ContractVersion, Signature, SigningCode
from cocreate.models.hosts import Host, Organisation
from cocreate.models.people import Person
from cocreate.models.projects import AffectedGroup, Party, Project
from cocreate.models.records import Event, EventDetail
from cocreate.services import contributions, hashing, progress, throttling
from cocreate.services.acts import contracts as acts
from cocreate.services.acts.contracts import Freeze, RefuseToSign, Seal, SendCode, Sign
from cocreate.services.facts import look
from cocreate.storage import Store
from workflows import fields as f
from workflows.facts import Facts, FigureFact, PartyFact
from workflows.texts import say as in_language

CODE_LASTS = timedelta(minutes=10)
CODE_TRIES = 5

Counting = dict[tuple[str, int], tuple[int, dict[str, Answer]]]


@dataclass(frozen=True, slots=True)
class Frozen:
    """One version with its text: what is read and signed."""

    row: ContractVersion
    text: ContractText


# composing


def compose(session: Session, facts: Facts) -> ContractText:
    """The contract as it would be frozen now, gaps and all."""
    project = session.execute(select(Project).where(Project.id == facts.project.id)).scalar_one()
    counting = contributions.counting(session, facts)
    language = facts.project.language
    clauses, annexes = domain.compose(
        facts.definition, _values(facts, counting, project, language),
        Given(seats=frozenset(party.seat for party in facts.present), tables=_tables(facts, counting, language),
              struck=_struck(facts)),
        language=language)
    return ContractText(
        project_ref=facts.project.ref, title=in_language(facts.definition.contract_title, language),
        project_title=project.title, purpose=project.purpose, language=language,
        host=session.scalars(select(Host.name).where(Host.id == project.host_id)).one(),
        template_name=in_language(facts.definition.name, language), template_sha256=facts.definition.sha256,
        version=1 + max((contract.number for contract in facts.contracts), default=0),
        frozen_at=facts.now.replace(microsecond=0), parties=_parties(session, facts),
        affected=_affected(session, facts), clauses=clauses, annexes=annexes,
        figures=_figures(facts, counting, language), head_seq=facts.project.version,
        head_hash=facts.project.head, specimen=project.specimen)


def _values(facts: Facts, counting: Counting, project: Project, language: str) -> dict[str, Value]:
    needs = {need for clause in facts.definition.clauses.values() for need in clause.needs.values()}
    return {need: value for need in needs if (value := _value(need, facts, counting, project, language)) is not None}


def _value(need: str, facts: Facts, counting: Counting, project: Project, language: str) -> Value | None:
    """What a clause's placeholder becomes; None where nothing was given."""
    if need.startswith("project:"):
        return Value(getattr(project, need.removeprefix("project:")))
    if need.startswith("seat:"):
        holders = facts.holders([need.removeprefix("seat:")])
        return Value(", ".join(party.name for party in holders)) if holders else None
    path, _, seat = need.partition("@")
    _, task, key = path.split(".")
    field = facts.definition.tasks[task][1].fields[key]
    annex = next((number for number, one in enumerate(facts.definition.annexes.values(), 1) if one.of == path), None)
    settled = facts.settled(path)
    if settled is not None:
        return _settled(facts, settled, language)
    parts, sources, missing = [], [], None
    for party in facts.present:
        number, answers = counting.get((task, party.number), (0, {}))
        answer = answers.get(key)
        if answer is None or (seat and party.seat != seat):
            continue
        if answer.not_available is not None:
            missing = answer.not_available
            continue
        words = say(field, answer, language=language, bare=True)
        parts.append(f"Annex {annex}" if annex else words)
        sources.append(Source(in_language(facts.definition.tasks[task][1].title, language),
                              f"tasks/{task}", number, party.name))
    if not parts:
        later = _later(facts, need)
        return Value(missing_reason=missing, later=later) if missing or later else None
    return Value("; ".join(dict.fromkeys(parts)), tuple(sources))


def _settled(facts: Facts, figure: FigureFact, language: str) -> Value:
    """A figure that had two values, as all agreed it is."""
    task = figure.path.split(".")[1]
    proposal = facts.holding("settle", figure.path)
    words = f"{number_text(figure.value, language)} {figure.unit or ''}".strip()
    return Value(words, (Source(in_language(facts.definition.tasks[task][1].title, language),
                                f"proposals/{proposal.number}" if proposal else "", 1, ""),))


def _later(facts: Facts, need: str) -> SettledLater | None:
    """What all contracting parties agreed about a value that will be given after signature."""
    proposal = facts.holding("later", need)
    if proposal is None:
        return None
    body = json.loads(proposal.body)
    return SettledLater(who=body["who"], by=body["by"], rule=body["rule"])


def _struck(facts: Facts) -> dict[str, str]:
    """Clause -> why all contracting parties agreed to do without it."""
    return {key: json.loads(proposal.body)["reason"] for key in facts.definition.clauses
            if (proposal := facts.holding("strike", key)) is not None}


def _tables(facts: Facts, counting: Counting, language: str) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for annex in facts.definition.annexes.values():
        _, task, key = annex.of.split(".")
        field = facts.definition.tasks[task][1].fields[key]
        if not isinstance(field, f.Table | f.Schedule):
            raise TypeError(f"annex of {annex.of}: verified to be a table or a schedule")
        for party in facts.present:
            answer = counting.get((task, party.number), (0, {}))[1].get(key)
            if answer is None or answer.value is None:
                continue
            columns, lines = rows(field, answer, language=language)
            there = found.get(annex.of)
            found[annex.of] = Table(tuple(columns), (*(there.rows if there else ()), *map(tuple, lines)))
        if annex.of not in found and (later := _later(facts, annex.of)) is not None:
            found[annex.of] = Table((), (), domain.phrases(language).later.format(
                who=later.who, by=later.by, rule=later.rule))
    return found


def _figures(facts: Facts, counting: Counting, language: str) -> tuple[FigureRow, ...]:
    """The numbers that clauses rest on, each with where it comes from."""
    needed = {need.partition("@")[0] for clause in facts.definition.clauses.values() for need in clause.needs.values()}
    found: list[FigureRow] = []
    for stage, task, key, field in facts.definition.fields():
        if f"{stage}.{task}.{key}" not in needed or not field.figure:
            continue
        for party in facts.present:
            answer = counting.get((task, party.number), (0, {}))[1].get(key)
            if answer is not None and answer.value is not None:
                bare = replace(answer, period=None, price_year=None, grade=None)  # these have columns of their own
                found.append(FigureRow(
                    label=in_language(field.label, language), value=say(field, bare, language=language), unit="",
                    period=dict(period_choices(language)).get(answer.period or "", ""),
                    price_year=str(answer.price_year or ""),
                    grade=phrases(language).grades[answer.grade] if answer.grade else "", source=answer.source or "",
                    giver=party.name))
    return tuple(found)


def _parties(session: Session, facts: Facts) -> tuple[ContractParty, ...]:
    kinds = {number: (kind, country) for number, kind, country in session.execute(
        select(Party.number, Organisation.kind, Organisation.country)
        .join(Organisation, Organisation.id == Party.organisation).where(Party.project_id == facts.project.id))}
    return tuple(ContractParty(
        number=party.number, seat=party.seat,
        role=in_language(facts.definition.parties[party.seat].name, facts.project.language), organisation=party.name,
        kind=kinds[party.number][0], country=kinds[party.number][1], signs=party in facts.signing,
        signatories=tuple(Signatory(m.name) for m in facts.people(party.number, "signatory"))
        if party in facts.signing else ()) for party in facts.present)


def _affected(session: Session, facts: Facts) -> tuple[str, ...]:
    return tuple(session.scalars(select(AffectedGroup.name).where(AffectedGroup.project_id == facts.project.id)
                                 .order_by(AffectedGroup.number)))


# freezing


def prepare(session: Session, ref: str, *, store: Store, actor: int, now: datetime) -> Freeze:
    """Compose and render the next version; its PDF lies in the store when this answers.

    Raises: Invalid with the clauses at fault where a value is missing: a blank is never signable. Conflict where the
    version that stands says the same.
    """
    facts = look(session, ref, person=actor, now=now).facts
    acts.require_preparing(facts)
    text = compose(session, facts)
    if not domain.signable(text):
        raise Invalid("contract.gaps", numbers=tuple(c.number for c in text.clauses if c.gaps and c.state == "given"))
    if says_the_same(facts, text):
        raise Conflict("contract.same", n=text.version - 1)
    text_sha256 = domain.text_sha256(text)
    pdf = typesetting.contract_pdf(text, text_sha256=text_sha256)
    stored = store.put(_prefix(session, facts.project.host_id), pdf)
    return Freeze(head=facts.project.head, number=text.version, text=domain.canonical(text).decode(),
                  content_sha256=domain.content_sha256(text), text_sha256=text_sha256, pdf_sha256=stored.sha256,
                  clauses=len(text.clauses))


def freeze(session: Session, ref: str, prepared: Freeze, *, actor: int, key: str, now: datetime) -> progress.Receipt:
    """Make the prepared version the one that is read and signed."""
    return progress.act(session, ref, prepared, actor=actor, key=key, now=now)


def says_the_same(facts: Facts, text: ContractText) -> bool:
    """Whether the version that stands has these very words."""
    return facts.contract is not None and facts.contract.content_sha256 == domain.content_sha256(text)


def version(session: Session, facts: Facts, number: int | None = None) -> Frozen:
    """One frozen version; the newest where none is named.

    Raises: NotFound.
    """
    query = select(ContractVersion).where(ContractVersion.project_id == facts.project.id)
    query = query.where(ContractVersion.number == number) if number else query.order_by(ContractVersion.number.desc())
    row = session.scalars(query.limit(1)).first()
    if row is None:
        raise NotFound
    return Frozen(row, domain.from_canonical(row.text.encode()))


def pdf(session: Session, facts: Facts, store: Store, number: int, *, kind: str) -> bytes:
    """The bytes of a version: ``signed`` as its signatories saw them, ``sealed``, or ``evidence``."""
    row = version(session, facts, number).row
    sha256 = {"signed": row.pdf_sha256, "sealed": row.sealed_sha256, "evidence": row.evidence_sha256}.get(kind)
    if sha256 is None:
        raise NotFound
    return store.read(_prefix(session, row.host_id), sha256)


def copy_to_check(session: Session, facts: Facts, number: int) -> tuple[ContractText, bytes]:
    """A version, or the text as it would be frozen next, and its PDF with "not signed" on every page.

    Raises: NotFound.
    """
    text = compose(session, facts)
    if number != text.version:
        text = version(session, facts, number).text
    return text, typesetting.contract_pdf(text, text_sha256=domain.text_sha256(text), mark="not signed")


# signing


def require_signable(facts: Facts, *, version: int, text_sha256: str, pdf_sha256: str) -> None:
    """Raises what ``sign`` would raise now, before anybody is asked for a password."""
    acts.sign(facts, Sign(version, text_sha256, pdf_sha256, "", code=False))


def send_code(session: Session, ref: str, *, version: int, actor: int, key: str, now: datetime) -> progress.Receipt:
    """Mail a code that counts for exactly this version and this person, for ten minutes.

    Raises: TooOften.
    """
    throttling.take(session, [f"signing-code:{actor}"], now)
    code = f"{secrets.randbelow(10**8):08d}"
    return progress.act(session, ref, SendCode(version, code, hashing.slow(code), now + CODE_LASTS), actor=actor,
                        key=key, now=now)


def check_code(session: Session, ref: str, *, version: int, code: str, actor: int, now: datetime) -> bool:
    """Whether this is the code that was mailed. Commit also when it is not: the try counts."""
    row = session.scalars(
        select(SigningCode).join(Project, Project.id == SigningCode.project_id)
        .where(Project.ref == ref, SigningCode.version == version, SigningCode.person == actor)
        .with_for_update()).one_or_none()
    if row is None or row.used_at is not None or row.expires_at < now or row.tries >= CODE_TRIES:
        return False
    row.tries += 1
    session.flush()  # counted before it is looked at
    return hashing.matches(row.code_hash, re.sub(r"\s", "", code))


def code_waits(session: Session, facts: Facts, *, version: int, actor: int) -> bool:
    """Whether a code was mailed that can still be used."""
    return session.scalar(select(SigningCode.person).where(
        SigningCode.project_id == facts.project.id, SigningCode.version == version, SigningCode.person == actor,
        SigningCode.used_at.is_(None), SigningCode.expires_at >= facts.now, SigningCode.tries < CODE_TRIES)) is not None


def sign(session: Session, ref: str, *, version: int, text_sha256: str, pdf_sha256: str, evidence: dict[str, object],
         code: bool, actor: int, key: str, now: datetime) -> progress.Receipt:
    """Sign for one's own party; the last signature takes the project to agreed.

    Password and second factor were checked by the caller in a transaction of their own, where a wrong try counts.
    """
    body = json.dumps(evidence, ensure_ascii=False, sort_keys=True)
    # Read before the lock: what duties rest on is in the frozen text, and a change of it ends the version.
    facts = look(session, ref, person=actor, now=now).facts
    request = Sign(version, text_sha256, pdf_sha256, body, code, duties(facts, contributions.counting(session, facts)))
    return progress.act(session, ref, request, actor=actor, key=key, now=now)


def duties(facts: Facts, counting: Counting) -> tuple[tuple[int, str, date], ...]:
    """(party, what, day) of every dated row that the definition makes a duty, in the order of their days."""
    found: list[tuple[int, str, date]] = []
    for rule in facts.definition.duties:
        _, task, key = rule.rows.split(".")
        for party in facts.present:
            answer = counting.get((task, party.number), (0, {}))[1].get(key)
            for row in rows_of(answer) if answer is not None else ():
                what, due = row.get(rule.what), row.get(rule.due)
                if what is not None and due is not None and isinstance(due.value, date):
                    named = row.get(rule.party)
                    found.append((_who_owes(facts, named, party), str(what.value), due.value))
    return tuple(sorted(found, key=lambda duty: duty[2]))


def _who_owes(facts: Facts, named: Answer | None, giver: PartyFact) -> int:
    """The party a row names, by its name or its seat; the one that wrote the row where it names none of the project."""
    words = skeleton(str(named.value)) if named is not None else ""
    for party in facts.present:
        role = in_language(facts.definition.parties[party.seat].name, facts.project.language)
        if words in (skeleton(party.name), skeleton(role), skeleton(party.seat)):
            return party.number
    return giver.number


def refuse_to_sign(session: Session, ref: str, *, version: int, reason: str, actor: int, key: str,
                   now: datetime) -> progress.Receipt:
    return progress.act(session, ref, RefuseToSign(version, reason), actor=actor, key=key, now=now)


@dataclass(frozen=True, slots=True)
class Unwilling:
    """Somebody did not sign a version, and said why."""

    party: int | None
    person: str
    reason: str
    at: datetime


def unwilling(session: Session, facts: Facts) -> dict[int, Unwilling]:
    """Version -> who did not sign it; all parties may read that."""
    actor = facts.actor
    mask = audience.reader(party=actor.party, parts=actor.parts) if actor else 0
    rows = session.execute(
        select(EventDetail, Event.at)
        .join(Event, (Event.project_id == EventDetail.project_id) & (Event.seq == EventDetail.seq))
        .where(EventDetail.project_id == facts.project.id, EventDetail.act == "refuse_to_sign",
               EventDetail.sees.bitwise_and(mask) != 0))
    found = {}
    for detail, at in rows:
        said = json.loads(detail.personal) if detail.personal else {}
        found[json.loads(detail.details)["version"]] = Unwilling(
            detail.party, said.get("actor", ""), said.get("reason", ""), at)
    return found


# sealing


def unsealed(session: Session) -> list[tuple[str, int]]:
    """(project, version) of every contract that all have signed and nobody has sealed."""
    return [(ref, number) for ref, number in session.execute(
        select(Project.ref, ContractVersion.number).join(Project, Project.id == ContractVersion.project_id)
        .where(ContractVersion.state == "signed", ContractVersion.sealed_at.is_(None))
        .order_by(ContractVersion.frozen_at))]


def sealed_files(session: Session, ref: str, number: int, *, store: Store, certificate: sealing.Certificate,
                 now: datetime) -> Seal:
    """Seal the signed PDF and make its evidence; both lie in the store when this answers."""
    facts = look(session, ref, person=None, now=now).facts
    frozen = version(session, facts, number)
    prefix = _prefix(session, facts.project.host_id)
    signed = store.read(prefix, frozen.row.pdf_sha256)
    if hashlib.sha256(signed).hexdigest() != frozen.row.pdf_sha256:
        raise Conflict("contract.bytes_differ", n=number)
    sealed = store.put(prefix, sealing.seal(
        signed, certificate=certificate, at=now, reason=f"Seal of {frozen.text.host}: the file has not changed"))
    evidence = typesetting.Evidence(
        contract_title=frozen.text.title, project_title=frozen.text.project_title, project_ref=ref, version=number,
        host=frozen.text.host, text_sha256=frozen.row.text_sha256, pdf_sha256=frozen.row.pdf_sha256,
        pdf_size=len(signed), sealed_sha256=sealed.sha256, certificate_sha256=certificate.sha256,
        parties=frozen.text.parties, signatures=tuple(_signature_rows(session, facts, number)),
        head_seq=facts.project.version, head_hash=facts.project.head, made_at=now, specimen=frozen.text.specimen)
    return Seal(number, sealed.sha256, store.put(prefix, typesetting.evidence_pdf(evidence)).sha256)


def seal(session: Session, ref: str, files: Seal, *, now: datetime) -> progress.Receipt:
    """Keep the first sealed file; a second try under the same key gets the same answer."""
    return progress.act(session, ref, files, actor=None, key=f"seal-{files.version}", now=now)


def _signature_rows(session: Session, facts: Facts, number: int) -> Iterable[typesetting.SignatureRow]:
    found = session.execute(
        select(Signature, Person.name, Party.name.label("party_name"), Event.hash)
        .join(Person, Person.id == Signature.person)
        .join(Party, (Party.project_id == Signature.project_id) & (Party.number == Signature.party))
        .join(Event, (Event.project_id == Signature.project_id) & (Event.seq == Signature.seq))
        .where(Signature.project_id == facts.project.id, Signature.version == number, Signature.ended_at.is_(None))
        .order_by(Signature.seq))
    for row in found:
        said = json.loads(row.Signature.evidence)
        yield typesetting.SignatureRow(
            number=row.Signature.party, who=said["name"], party=row.party_name, basis=said["basis"],
            at=row.Signature.at, zone=said["zone"], methods=tuple(said["methods"]),
            statements=tuple(said["statements"]), language=said["language"], address=said["address"],
            agent=said["agent"], seq=row.Signature.seq, hash=row.hash)


def _prefix(session: Session, host_id: int) -> str:
    return session.scalars(select(Host.ref).where(Host.id == host_id)).one()
