"""A small project in which everything can happen: every kind of task, a short agreement, a seat that accedes."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

from sqlalchemy.orm import Session

from cocreate.db import new_ref
from cocreate.domain.names import skeleton
from cocreate.models.hosts import Organisation
from cocreate.services import hosts, openings, progress, templates
from cocreate.services.acts.people import AcceptInvitation, Invite
from tests.support.clock import NOON
from tests.support.facts import definition
from tests.support.people import someone
from tests.support.rows import hash_of

EVERYTHING = """
key: everything
parties:
  maker: {contracting: true, side: making}
  shop: {contracting: true, side: using, many: {max: 3}}
  carrier: {required: false, signs: accession}
stages:
  figures:
    tasks:
      returns: {of: shop, accepted_by: maker, fields: {crates: {type: quantity, unit: pieces/a}, when: {type: date}}}
      credit: {of: maker, accepted_by: shop, after: [returns], due: {days: 2, after: "task:returns"},
               fields: {amount: {type: percent}, proof: {type: file, required: false}}}
      weight: {of: [maker, shop], fields: {each: {type: quantity, unit: kg}}}
      mood: {of: [maker, shop], kind: assessment, required: false, statements: {open: {text: They tell us.}}}
      board: {of: maker, kind: canvas, required: false, boxes: {aim: {title: Aim}, wins: {title: Wins, of: shop}}}
    gates:
      picture: {of: [maker, shop], about: [returns, credit]}
      any_of: {of: [maker, shop, carrier], rule: any, veto: [maker]}
  trial:
    tasks:
      secrecy: {of: [maker, shop, carrier], kind: sign, accede: true, agreement: We keep it to ourselves.}
      batch: {of: shop, accepted_by: maker, fields: {rate: {type: percent}}}
      haul: {of: carrier, required: false}
      check: {of: maker, kind: review, reviews: returns}
    gates: {passed: {of: [maker, shop], about: [batch], rule: one_per_side}}
  terms:
    contract: prepared
    gates: {our_contract: {of: [maker, shop], about: contract}}
  signature: {contract: signed}
transitions:
  to_trial: {from: figures, to: trial, when: {all: [tasks, {gate: picture}]}}
  to_terms: {from: trial, to: terms, when: {all: [tasks, {gate: passed}, {figure: {path: trial.batch.rate, above: 0}}]}}
  to_signature: {from: terms, to: signature, when: {contract: agreed}}
  agreed: {from: signature, to: agreed, automatic: true, when: {contract: signed}}
  wrong: {from: trial, to: figures, reason: required, reopens: [returns, picture]}
  anew: {from: terms, to: figures, reason: required, reopens: [returns, weight, batch]}
  again: {from: signature, to: terms, reason: required, reopens: []}
reminders:
  - {"on": task_due, at: [-1, 0]}
  - {"on": task_overdue, every: 2, most: 2, then: {after: 1, to: champion}}
  - {"on": decision_due, at: [-1, 0]}
  - {"on": invitation_open, at: [2, 4]}
clauses:
  crates: {needs: {crates: figures.returns.crates, rate: trial.batch.rate}, text: "$crates a year, $rate"}
"""
DAY = timedelta(days=1)
TEAM = {"Champion": ("champion", "contributor"), "Signer": ("signatory",), "Hand": ("contributor",)}
SEATS = (("maker", "Tornby"), ("shop", "Aurelis"), ("shop", "Bendix"), ("carrier", "Cargo"))
_numbers: Iterator[int] = count(1)


def opened(session: Session, parties: int) -> tuple[str, list[int], list[int], list[int]]:
    """Its reference, who is in it, who is not yet, and organisations without a seat; each in an order of its own."""
    manager = someone(session, "Anna Berg").id
    host = hosts.create_host(session, name=f"Everything {next(_numbers)}", country="NL", zone="UTC", now=NOON).id
    hosts.employ(session, host, manager, hosts.ACCOUNT_MANAGER, now=NOON)
    templates.ship(session, host, definition(EVERYTHING), actor=manager, now=NOON)
    ref = openings.open_project(session, host, openings.NewProject(
        template="everything", title="Everything", purpose="All of it.", target=date(2027, 12, 1), own_seat=None,
        seats=tuple(openings.Seating(seat, name, country="NL") for seat, name in SEATS[:parties])),
        actor=manager, key=f"open-{next(_numbers)}", now=NOON)
    there = [manager]
    for party in range(1, parties + 1):
        lead = manager
        for name, parts in TEAM.items():
            there.append(_come_in(session, ref, party, f"{name} {party}", parts, by=lead))
            lead = there[-1] if lead == manager else lead
    strangers = [someone(session, f"Stranger {number}").id for number in range(12)]
    return ref, there, strangers, [_organisation(session, host, f"Newcomer Company {number}") for number in range(3)]


def _come_in(session: Session, ref: str, party: int, name: str, parts: tuple[str, ...], *, by: int) -> int:
    person = someone(session, name).id
    for request, actor in ((Invite(person, name, party, parts, "", "t", hash_of(name), NOON + 14 * DAY), by),
                           (AcceptInvitation(person, name, "h"), None)):
        progress.act(session, ref, request, actor=actor, key=f"come-{next(_numbers)}", now=NOON)
    return person


def _organisation(session: Session, host: int, name: str) -> int:
    row = Organisation(host_id=host, ref=new_ref(), created_at=NOON, name=name, skeleton=skeleton(name), kind="company",
                       country="NL")
    session.add(row)
    session.flush()  # its number is asked for
    return row.id
