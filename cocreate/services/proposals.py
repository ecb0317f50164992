"""Proposals: what needs every party."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cocreate.errors import Invalid
from cocreate.services import people, progress
from cocreate.services.acts.neutral import PersonArrival
from cocreate.services.acts.people import Arrival
from cocreate.services.acts.proposals import KINDS, Answer, Propose, TakeBackProposal, lacks
from cocreate.services.facts import look
from workflows.facts import Facts, ProposalState


def propose(session: Session, ref: str, *, kind: str, subject: str, body: Mapping[str, Any], actor: int, key: str,
            now: datetime) -> progress.Receipt:
    """Propose something; ``body`` as its kind wants it, with the reason."""
    arrival = None
    if kind in KINDS and KINDS[kind].arrives:
        facts = look(session, ref, person=actor, now=now, lock=True).facts
        there = facts.member(people.with_address(session, body["email"]))
        if there is not None and there.left_at is None:
            raise Invalid("member.elsewhere", field="email", person=there.person)
        if {party.number for party in facts.present} <= {facts.own}:
            arrival = _arrival(session, facts, kind, body, actor, now)
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    return progress.act(session, ref, Propose(kind, subject, text, arrival), actor=actor, key=key, now=now)


def answer(session: Session, ref: str, *, number: int, agree: bool, reason: str = "", actor: int, key: str,
           now: datetime) -> progress.Receipt:
    """Agree for one's party, or not; the last yes lets in whom it is about."""
    facts = look(session, ref, person=actor, now=now, lock=True).facts
    proposal = next((p for p in facts.proposals if p.number == number), None)
    arrival = None
    if (agree and proposal is not None and KINDS[proposal.kind].arrives and proposal.state is ProposalState.OPEN
            and lacks(proposal) <= {facts.own}):
        arrival = _arrival(session, facts, proposal.kind, json.loads(proposal.body), actor, now)
    return progress.act(session, ref, Answer(number, agree, reason, arrival), actor=actor, key=key, now=now)


def take_back(session: Session, ref: str, *, number: int, actor: int, key: str, now: datetime) -> progress.Receipt:
    """Ask nobody any more what the actor proposed."""
    return progress.act(session, ref, TakeBackProposal(number), actor=actor, key=key, now=now)


def _arrival(session: Session, facts: Facts, kind: str, body: Mapping[str, Any], by: int,
             now: datetime) -> Arrival | PersonArrival:
    """Who comes in with this answer: an organisation with its champion, the neutral person, or a colleague."""
    if kind in ("neutral", "colleague"):
        return people.person_arrival(session, email=body["email"], name=body["name"], by=by, now=now)
    return people.arrival(session, facts.project.host_id, organisation=body["name"], kind=body["kind"],
                          country=body["country"], email=body["email"], name=body["champion"], by=by,
                          now=now)
