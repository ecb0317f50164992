"""The first act of a project: its first stage begins and everybody's first tasks are asked."""

import json
from dataclasses import dataclass

from cocreate.domain import charter
from cocreate.services.acts.change import Change
from workflows import progression
from workflows.facts import Facts, ProposalFact, ProposalState


@dataclass(frozen=True, slots=True)
class Open:
    """Open a project whose parties are seated. The opener's right was checked against the host."""

    template: str
    number: int
    charter: tuple[tuple[str, str], ...] = ()  # part -> words proposed by who opens


def open_(facts: Facts, given: Open) -> Change:
    after = progression.enter(_propose_charter(facts, given), facts.definition.first)
    return Change(
        facts=after, party=facts.own,
        details={"template": given.template, "number": given.number, "sha256": facts.definition.sha256,
                 "seats": {str(party.number): party.seat for party in facts.parties}},
        personal={"title": facts.project.title, "parties": {str(p.number): p.name for p in facts.parties}})


def _propose_charter(facts: Facts, given: Open) -> Facts:
    """What the host proposes for working together; nothing of it holds until all agree."""
    own = facts.own
    person = facts.actor.person if facts.actor else 0
    needs = " ".join(str(party.number) for party in facts.present)
    for number, (part, text) in enumerate(given.charter, 1):
        facts = facts.with_proposal(ProposalFact(
            number=number, kind=charter.KIND, subject=part, body=json.dumps({"text": text}, ensure_ascii=False),
            party=own, person=person, at=facts.now, needs=needs, agreed=str(own) if own is not None else "",
            state=ProposalState.OPEN, since=facts.now))
    return facts
