"""The first act of a project: its first stage begins and everybody's first tasks are asked."""

from dataclasses import dataclass

from cocreate.services.acts.change import Change
from workflows import progression
from workflows.facts import Facts


@dataclass(frozen=True, slots=True)
class Open:
    """Open a project whose parties are seated. The opener's right was checked against the host."""

    template: str
    number: int


def open_(facts: Facts, given: Open) -> Change:
    after = progression.enter(facts, facts.definition.first)
    return Change(
        facts=after, party=facts.actor.party if facts.actor else None,
        details={"template": given.template, "number": given.number, "sha256": facts.definition.sha256,
                 "seats": {str(party.number): party.seat for party in facts.parties}},
        personal={"title": facts.project.title, "parties": {str(p.number): p.name for p in facts.parties}})
