"""Proposing, and agreeing or not: what needs every party takes effect when the last one agrees.

The kinds are in ``KINDS``: who must agree, and what happens then. A new kind is a line there.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cocreate.domain.rights import Act
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.change import Change, require, require_running
from cocreate.services.acts.contributions import REASON
from workflows import progression
from workflows.facts import Facts, ProposalFact, ProposalState


@dataclass(frozen=True, slots=True)
class Propose:
    """Propose something; ``body`` is JSON, see the kind."""

    kind: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Agree to a proposal for one's party, or not, with the reason."""

    number: int
    agree: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of proposal needs and does."""

    act: Act
    effect: Callable[[Facts, ProposalFact], Facts]
    contracting: bool = False  # only contracting parties must agree


def propose(facts: Facts, given: Propose) -> Change:
    kind = KINDS.get(given.kind)
    if kind is None:
        raise Invalid("proposal.unknown", field="kind")
    own = facts.actor.party if facts.actor else None
    actor = require(facts, kind.act, party=own)
    body: Mapping[str, Any] = json.loads(given.body)
    if given.kind != "charter" and len(str(body.get("reason", "")).strip()) < REASON:
        raise Invalid("reason.short", field="reason", least=REASON)
    parties = facts.contracting if kind.contracting else facts.present
    facts = _end_earlier(facts, given.kind, given.subject)
    proposal = ProposalFact(
        number=1 + max((p.number for p in facts.proposals), default=0), kind=given.kind, subject=given.subject,
        body=given.body, party=own, person=actor.person, at=facts.now,
        needs=_numbers(party.number for party in parties), agreed=_numbers([own] if own is not None else []),
        state=ProposalState.OPEN, since=facts.now)
    after = _settled(facts.with_proposal(proposal), proposal, kind)
    return Change(facts=after, party=own, answer={"number": proposal.number},
                  details={"proposal": proposal.number, "kind": given.kind, "subject": given.subject},
                  personal={"body": given.body})


def answer(facts: Facts, given: Answer) -> Change:
    require_running(facts)
    proposal = next((p for p in facts.proposals if p.number == given.number), None)
    if proposal is None or proposal.state is not ProposalState.OPEN:
        raise Conflict("proposal.ended", number=given.number)
    kind = KINDS[proposal.kind]
    own = facts.actor.party if facts.actor else None
    if own not in proposal.parties:
        raise Forbidden("only", act=kind.act.value, persons=tuple(
            m.person for number in proposal.parties for m in facts.people(number, "champion")))
    require(facts, kind.act, party=own)
    details = {"proposal": proposal.number, "kind": proposal.kind, "subject": proposal.subject, "agree": given.agree}
    if not given.agree:
        reason = given.reason.strip()
        if len(reason) < REASON:
            raise Invalid("reason.short", field="reason", least=REASON)
        refused = replace(proposal, state=ProposalState.REFUSED, since=facts.now, reason=reason)
        return Change(facts=facts.with_proposal(refused), party=own, details=details, personal={"reason": reason})
    agreed = replace(proposal, agreed=_numbers({*proposal.agreeing, own or 0}))
    return Change(facts=_settled(facts.with_proposal(agreed), agreed, kind), party=own, details=details)


def _settled(facts: Facts, proposal: ProposalFact, kind: Kind) -> Facts:
    """The facts after an agreement: with the last one the proposal takes effect."""
    if set(proposal.parties) - set(proposal.agreeing):
        return facts
    done = replace(proposal, state=ProposalState.AGREED, since=facts.now)
    return kind.effect(facts.with_proposal(done), done)


def _end_earlier(facts: Facts, kind: str, subject: str) -> Facts:
    """A new proposal about the same thing takes the place of an open one."""
    for proposal in facts.proposals:
        if (proposal.kind, proposal.subject, proposal.state) == (kind, subject, ProposalState.OPEN):
            facts = facts.with_proposal(replace(proposal, state=ProposalState.ENDED, since=facts.now))
    return facts


def _numbers(numbers: Any) -> str:
    return " ".join(str(number) for number in sorted(numbers))


def _nothing_more(facts: Facts, _proposal: ProposalFact) -> Facts:
    """The agreed proposal itself is the effect: guards, charter and contract read it."""
    return facts


def _withdraw(facts: Facts, _proposal: ProposalFact) -> Facts:
    return progression.enter(facts, "withdrawn")


def _reword(facts: Facts, _proposal: ProposalFact) -> Facts:
    """A clause that changes ends the version that was made of it."""
    return progression.end_contract(facts, "clause")


KINDS: dict[str, Kind] = {
    "withdraw": Kind(Act.WITHDRAW, _withdraw),
    "waive": Kind(Act.WAIVE, _nothing_more, contracting=True),
    "settle": Kind(Act.SETTLE, _nothing_more, contracting=True),
    "charter": Kind(Act.CHARTER, _nothing_more),
    "later": Kind(Act.CLAUSES, _reword, contracting=True),
    "strike": Kind(Act.CLAUSES, _reword, contracting=True),
}
