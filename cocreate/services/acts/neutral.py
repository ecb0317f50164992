"""The neutral person of a project: named when all parties agree, and handed on by who it is.

There is one at a time: who comes in as the neutral person takes the place of the one before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cocreate.domain.rights import Act
from cocreate.errors import Conflict, Forbidden
from cocreate.services.acts.change import Change, require
from cocreate.services.acts.inviting import invited
from workflows.facts import Facts, MemberFact
from workflows.values import replace

PART = "facilitator"


@dataclass(frozen=True, slots=True)
class HandOverNeutral:
    """Invite the person who shall be neutral from now on; until they come in, the actor stays."""

    person: int
    name: str
    greeting: str
    token: str
    token_sha256: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PersonArrival:
    """Whom an answer invites: the neutral person, or a colleague. Made by who calls."""

    person: int
    token: str
    token_sha256: str
    expires_at: datetime


def neutral(facts: Facts) -> MemberFact | None:
    """The neutral person who is there."""
    return next((m for m in facts.members if PART in m.own and m.present), None)


def hand_over_neutral(facts: Facts, given: HandOverNeutral) -> Change:
    actor = require(facts, Act.SUBSTITUTE, party=facts.own)
    if PART not in actor.own:
        there = neutral(facts)
        raise Forbidden("only", act=Act.SUBSTITUTE.value, persons=(there.person,) if there else ())
    return invite(Change(facts=facts, details={"person": given.person}, personal={"invited": given.name},
                         answer={"person": given.person}), given.name, given.greeting, given)


def arrive(change: Change, body: Mapping[str, Any], arrival: PersonArrival) -> Change:
    """The change with the neutral person invited: all have agreed."""
    return invite(change, body["name"], body.get("greeting", ""), arrival, by=body["by"])


def invite(change: Change, name: str, greeting: str, given: HandOverNeutral | PersonArrival, *, by: int | None = None,
           ) -> Change:
    """Nobody of a party is neutral, and whoever is invited already waits for an answer."""
    facts = change.facts
    there = facts.member(given.person)
    if there is not None and there.left_at is None:
        raise Conflict("member.there" if there.party is None else "member.elsewhere", person=there.person)
    for other in facts.members:  # an invitation nobody answered gives way to the next
        if PART in other.own and other.accepted_at is None and other.left_at is None:
            facts = facts.with_member(replace(other, left_at=facts.now))
    return invited(replace(change, facts=facts), MemberFact(given.person, name, None, frozenset({PART}), None), given,
                   greeting, by)


def relieve(facts: Facts, newcomer: MemberFact) -> Facts:
    """Who comes in as the neutral person takes the place of the one before."""
    if PART not in newcomer.own:
        return facts
    for other in facts.members:
        if PART in other.own and other.present and other.person != newcomer.person:
            facts = facts.with_member(replace(other, left_at=facts.now))
    return facts
