"""Going on without a party's signature under a short agreement, where all who are asked to sign agree to that.

An authority may read what others give and yet be able to sign no such text. The subject is "paper@party".
"""

from collections.abc import Mapping
from typing import Any

from cocreate.errors import Conflict, Invalid
from workflows import progression
from workflows.facts import OWED, Facts, PartyFact, ProposalFact, ProposalState, TaskFact

UNSIGNED = "unsigned"


def about(paper: str, party: int) -> str:
    return f"{paper}@{party}"


def asked(facts: Facts, subject: str) -> TaskFact | None:
    """The signature that a proposal is about, while its party owes it."""
    paper, _, party = subject.rpartition("@")
    known = facts.definition.tasks.get(paper)
    if known is None or known[1].kind != "sign":
        return None
    return next((task for task in facts.instances(paper) if str(task.party) == party and task.state in OWED), None)


def are_left(facts: Facts, paper: str) -> bool:
    """Whether two who sign are left without one party."""
    return len(facts.instances(paper)) > 2


def check(facts: Facts, subject: str, _body: Mapping[str, Any]) -> None:
    task = asked(facts, subject)
    if task is None:
        raise Invalid("proposal.unknown", field="kind")
    if not are_left(facts, task.key):
        raise Conflict("agreement.two_left")


def among(facts: Facts, subject: str) -> tuple[PartyFact, ...]:
    """Who has to agree: everybody who is asked to sign it, and is still there."""
    numbers = {task.party for task in facts.instances(subject.rpartition("@")[0])}
    return tuple(party for party in facts.present if party.number in numbers)


def effect(facts: Facts, proposal: ProposalFact) -> Facts:
    """Who has signed meanwhile stays bound."""
    task = asked(facts, proposal.subject)
    return progression.excuse(facts, task) if task else facts


def excused(facts: Facts, paper: str) -> tuple[PartyFact, ...]:
    """The parties without whose signature all agreed to go on."""
    subjects = {one.subject for one in facts.proposals
                if one.kind == UNSIGNED and one.state is ProposalState.AGREED}
    signing = {task.party for task in facts.instances(paper)}
    return tuple(party for party in facts.present
                 if about(paper, party.number) in subjects and party.number not in signing)
