"""A small project of two parties, and its way to the signature: each step as its own function.

Everything happens in the transaction that is given; a test that lets others see it commits.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import count

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.domain.answers import Answer
from cocreate.models.projects import Member
from cocreate.services import (
    contracts,
    contributions,
    gates,
    hosts,
    openings,
    progress,
    signing,
    stages,
    templates,
)
from cocreate.services.acts.people import AcceptInvitation
from cocreate.services.facts import look
from cocreate.storage import LocalStore
from tests.support.clock import NOON
from tests.support.people import set_usual_password, someone
from workflows.exchange.yaml_text import read
from workflows.facts import Facts, TaskState
from workflows.progression import subject

# Three stages: figures, terms, signature. What the shop submits the maker accepts, and the other way round.
SMALL = """\
format: 1
key: returned_crates
name: Returned crates
strategy: take_back
summary: A maker takes its crates back and pays for those that can be used again.
ends_in: An agreement on return and credit
parties:
  maker: {name: Maker, contracting: true, side: making}
  shop: {name: Shop, contracting: true, side: using}
stages:
  figures:
    name: Figures
    purpose: One agreed picture of what comes back.
    target: 10
    tasks:
      returns:
        title: Crates per year
        why: The credit is calculated from it.
        of: shop
        due: {days: 5}
        accepted_by: maker
        fields:
          crates: {label: Crates that come back, type: quantity, unit: pieces/a, min: 0, grade: true, source: true}
      credit:
        title: Credit per crate
        why: The shop decides by it.
        of: maker
        due: {days: 5}
        accepted_by: shop
        fields:
          amount: {label: Credit, type: money, per: piece, min: 0}
          places:
            label: Places
            type: table
            columns:
              place: {label: Place, type: text}
              lorries: {label: Lorries, type: whole, min: 0}
  terms:
    name: Terms
    purpose: The contract, clause by clause.
    target: 5
    contract: prepared
    gates:
      our_contract: {question: Is this our contract?, of: [maker, shop], about: contract, due: {days: 3}}
  signature:
    name: Signature
    purpose: Both sign the same text.
    target: 5
    contract: signed
transitions:
  to_terms: {name: Go on to Terms, from: figures, to: terms, when: {all: [tasks]}}
  to_signature: {name: Go on to Signature, from: terms, to: signature, when: {all: [tasks, {contract: agreed}]}}
  agreed: {from: signature, to: agreed, automatic: true, when: {contract: signed}}
  figures_wrong: {name: Figures are wrong, from: terms, to: figures, reason: required, reopens: [returns, credit]}
  too_early: {name: Figures are wrong, from: signature, to: figures, reason: required, reopens: [returns, credit]}
reminders:
  - {on: task_due, at: [-2, 0]}
contract_title: Agreement on returned crates
clauses:
  parties:
    title: Who agrees
    needs: {maker: "seat:maker", shop: "seat:shop", purpose: "project:purpose"}
    text: |
      $maker and $shop agree on returned crates.

      Their purpose: $purpose
  credit:
    title: Credit
    needs: {maker: "seat:maker", crates: figures.returns.crates, amount: figures.credit.amount}
    text: "**$maker** takes back about $crates and pays $amount for each that can be used again."
  places:
    title: Places
    needs: {places: figures.credit.places}
    text: The crates are collected at the places of $places.
annexes:
  places: {title: Places and lorries, of: figures.credit.places}
terminal: {agreed: success, declined: failure, withdrawn: failure}
"""
# The same with a seat that nobody need hold.
WITH_CARRIER = SMALL.replace(
    "  shop: {name: Shop,", "  carrier: {name: Carrier, required: false}\n  shop: {name: Shop,")
# The same, and each side is asked who signs for it and where it is registered.
WHO_SIGNS = SMALL.replace("""\
    contract: prepared
""", """\
    contract: prepared
    tasks:
      signatories:
        title: Who signs
        why: A signature of somebody without authority binds nobody.
        of: [maker, shop]
        due: {days: 3}
        fields:
          name: {label: Name and function, type: text}
          basis: {label: On what authority, type: choice, of: {office: By office, proxy: Power of attorney}}
          address: {label: Registered address, type: text, certain: true}
          number: {label: Registration number, type: text, required: false}
""").replace("""\
clauses:
""", """\
party_details:
  signatory: terms.signatories.name
  authority: terms.signatories.basis
  address: terms.signatories.address
  number: terms.signatories.number
clauses:
""", 1)
_numbers = count(1)
_read = cache(read)  # hundreds of projects follow the same few


@dataclass(frozen=True, slots=True)
class Small:
    """One project as a test uses it: party 1 is the maker, party 2 the shop; each person holds all parts."""

    ref: str
    host_id: int
    manager: int  # person, without a seat
    maker: int  # person
    shop: int  # person
    emails: dict[int, str]
    store: LocalStore

    @property
    def people(self) -> dict[int, int]:
        """Party -> its person."""
        return {1: self.maker, 2: self.shop}


def key() -> str:
    """Fresh for every act."""
    return f"test-{next(_numbers)}"


def facts(session: Session, small: Small, *, person: int | None = None, now: datetime = NOON) -> Facts:
    return look(session, small.ref, person=person or small.maker, now=now).facts


def open_small(session: Session, *, now: datetime = NOON, definition: str = SMALL) -> Small:
    """A host with its template, and a project in its first stage; both sides have come in."""
    manager = someone(session, "Anna Berg", now)
    host = hosts.create_host(session, name=f"Crate Host {next(_numbers)}", country="NL", zone="Europe/Amsterdam",
                             now=now)
    hosts.employ(session, host.id, manager.id, hosts.ACCOUNT_MANAGER, now=now)
    draft = templates.save_draft(session, host.id, _read(definition), note="", actor=manager.id, now=now)
    templates.publish(session, host.id, draft.template_id, draft.number, now=now)
    addresses = [f"{name}{next(_numbers)}@crates.example" for name in ("maker", "shop")]
    ref = openings.open_project(session, host.id, openings.NewProject(
        template="returned_crates", title="Crates come back", purpose="Fewer new crates.",
        target=date(2027, 6, 1), own_seat=None, seats=(
            openings.Seating("maker", "Tornby Furniture", country="NO", name="Ingrid Solvik", email=addresses[0]),
            openings.Seating("shop", "Aurelis Hotels", country="ES", name="Claire Duval", email=addresses[1]))),
        actor=manager.id, key=key(), now=now)
    maker, shop = (come_in(session, ref, party, now) for party in (1, 2))
    return Small(ref, host.id, manager.id, maker, shop,
                 {manager.id: manager.email, maker: addresses[0], shop: addresses[1]},
                 current_app.extensions["store"])


def come_in(session: Session, ref: str, party: int, now: datetime) -> int:
    """What ``people.accept`` does, for a token that only a mail holds."""
    session.flush()  # invitations are read back
    member = next(m for m in look(session, ref, person=None, now=now).facts.members if m.party == party)
    set_usual_password(session, member.person, now)
    token = session.scalars(select(Member.token_sha256).where(
        Member.person == member.person, Member.token_sha256.is_not(None))).one()
    progress.act(session, ref, AcceptInvitation(member.person, member.name, token), actor=None, key=key(), now=now)
    return member.person


def answers(task: str, *, crates: int = 12_500, amount: str = "0.80") -> dict[str, Answer]:
    if task == "returns":
        return {"crates": Answer(value=Decimal(crates), unit="pieces/a", grade="measured", source="Ramp, 2026")}
    return {"amount": Answer(value=Decimal(amount), currency="EUR", price_year=2027),
            "places": Answer(value=tuple({"place": Answer(value=place), "lorries": Answer(value=Decimal(lorries))}
                                         for place, lorries in (("Oslo", 2), ("Bergen", 1))))}


def give(session: Session, small: Small, task: str, given: dict[str, Answer] | None = None, *,
         now: datetime = NOON) -> None:
    """Submit a task, and accept it on the other side."""
    here = facts(session, small, now=now)
    number = next(t.party for t in here.instances(task))
    there = here.task(task, number)
    contributions.submit(session, small.ref, task=task, party=number, seen=there.number, draft=0,
                         answers=given or answers(task), actor=small.people[number], key=key(), now=now)
    contributions.accept(session, small.ref, task=task, party=number, seen=there.number + 1,
                         actor=small.people[3 - number], key=key(), now=now)


def say_who_signs(session: Session, small: Small, party: int, name: str, address: str, *, number: str = "",
                  now: datetime = NOON) -> None:
    """One side's answer to the question of ``WHO_SIGNS``."""
    given = {"name": Answer(value=name), "basis": Answer(value="office"), "address": Answer(value=address)}
    seen = facts(session, small, now=now).task("signatories", party).number
    contributions.submit(session, small.ref, task="signatories", party=party, seen=seen, draft=0,
                         answers=given | ({"number": Answer(value=number)} if number else {}),
                         actor=small.people[party], key=key(), now=now)


def give_all(session: Session, small: Small, *, now: datetime = NOON) -> None:
    """Everything that is open in the running stage."""
    for task in [t for t in facts(session, small, now=now).tasks if t.state in (TaskState.OPEN, TaskState.RETURNED)]:
        give(session, small, task.key, now=now)


def go_on(session: Session, small: Small, transition: str, *, reason: str = "", now: datetime = NOON,
          actor: int | None = None) -> None:
    visit = facts(session, small, now=now).project.visit
    stages.go_on(session, small.ref, transition=transition, visit=visit, reason=reason, actor=actor or small.maker,
                 key=key(), now=now)


def freeze(session: Session, small: Small, *, now: datetime = NOON) -> int:
    """Make the next version ready to read; its number."""
    prepared = contracts.prepare(session, small.ref, store=small.store, actor=small.maker, now=now)
    return contracts.freeze(session, small.ref, prepared, actor=small.maker, key=key(), now=now).values["number"]


def agree(session: Session, small: Small, party: int, *, gate: str = "our_contract", now: datetime = NOON) -> None:
    """One side decides yes on the versions as they are."""
    gates.decide(session, small.ref, gate=gate, seen=subject(facts(session, small, now=now), gate), answer="agreed",
                 actor=small.people[party], key=key(), now=now)


def sign_all(session: Session, small: Small, *, now: datetime = NOON) -> None:
    """From the stage of the contract to its last signature."""
    freeze(session, small, now=now)
    for party in small.people:
        agree(session, small, party, now=now)
    go_on(session, small, "to_signature", now=now)
    for party in small.people:
        sign(session, small, party, now=now)


def sign(session: Session, small: Small, party: int, *, now: datetime = NOON) -> progress.Receipt:
    """Sign what stands, as somebody whose password and code were right."""
    standing = facts(session, small, now=now).contract
    return signing.sign(session, small.ref, version=standing.number, text_sha256=standing.text_sha256,
                          pdf_sha256=standing.pdf_sha256, evidence=evidence(small, party, now), code=False,
                          actor=small.people[party], key=key(), now=now)


def evidence(small: Small, party: int, now: datetime = NOON) -> dict[str, object]:
    return {"name": "Ingrid Solvik" if party == 1 else "Claire Duval", "basis": "managing director",
            "methods": ["password and code from an app"], "statements": ["I have read version 1."],
            "zone": "Europe/Oslo", "language": "en", "address": "192.0.2.7", "agent": "Firefox on Linux",
            "opened_at": now.isoformat()}


# The way as far as a test needs it


def in_terms(session: Session, *, now: datetime = NOON, definition: str = SMALL) -> Small:
    """All figures accepted; the contract can be made ready."""
    small = open_small(session, now=now, definition=definition)
    give_all(session, small, now=now)
    go_on(session, small, "to_terms", now=now)
    return small


def with_gap(session: Session, *, now: datetime = NOON, definition: str = SMALL) -> Small:
    """In the stage of the contract, and nobody counted the crates."""
    small = open_small(session, now=now, definition=definition)
    give(session, small, "returns", {"crates": Answer(not_available="nobody counted")}, now=now)
    give(session, small, "credit", now=now)
    go_on(session, small, "to_terms", now=now)
    return small


def frozen(session: Session, *, now: datetime = NOON, definition: str = SMALL) -> Small:
    """Version 1 is ready to read."""
    small = in_terms(session, now=now, definition=definition)
    freeze(session, small, now=now)
    return small


def ready_to_sign(session: Session, *, now: datetime = NOON) -> Small:
    """Version 1 is agreed by both and waits for two signatures."""
    small = frozen(session, now=now)
    for party in small.people:
        agree(session, small, party, now=now)
    go_on(session, small, "to_signature", now=now)
    return small


def one_signed(session: Session, *, now: datetime = NOON) -> Small:
    """Ready to sign, and the maker has."""
    small = ready_to_sign(session, now=now)
    sign(session, small, 1, now=now)
    return small


def agreed_with_one_to_accede(session: Session, *, named: str = "", now: datetime = NOON) -> Small:
    """Signed by the maker alone: the shop accedes to what is sealed, by a document of its own.

    named: whom the shop has said to sign for it.
    """
    definition = WHO_SIGNS if named else SMALL
    small = in_terms(session, now=now, definition=definition.replace("side: using", "side: using, signs: accession"))
    if named:
        say_who_signs(session, small, 1, "Ingrid Solvik", "Storgata 1, Oslo", now=now)
        say_who_signs(session, small, 2, named, "Gran Via 3, Madrid", now=now)
    freeze(session, small, now=now)
    for party in small.people:
        agree(session, small, party, now=now)
    go_on(session, small, "to_signature", now=now)
    sign(session, small, 1, now=now)
    return small


def in_a_crowd(session: Session, *, now: datetime = NOON) -> Small:
    """Just opened for a maker and four shops; nobody has come in, the account manager reads."""
    small = open_small(session, now=now, definition=SMALL.replace(
        "shop: {name: Shop,", "shop: {name: Shop, many: {min: 1, max: 4},"))
    return replace(small, ref=openings.open_project(session, small.host_id, openings.NewProject(
        template="returned_crates", title="Crates of many", purpose="Fewer new crates.", target=date(2027, 6, 1),
        own_seat=None, seats=(openings.Seating("maker", "Tornby Furniture", country="NO"), *(
            openings.Seating("shop", f"Shop {number}", country="ES") for number in range(1, 5)))),
        actor=small.manager, key=key(), now=now))


def agreed(session: Session, *, now: datetime = NOON) -> Small:
    """Signed by both, not sealed yet."""
    small = ready_to_sign(session, now=now)
    for party in small.people:
        sign(session, small, party, now=now + timedelta(minutes=party))
    return small
