"""The yearly question who looks after what a party still owes under its contract, answered by its champion."""

from dataclasses import dataclass
from datetime import datetime

from cocreate.domain.hearing import Subject
from cocreate.domain.rights import Act
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.change import Change, Letter
from cocreate.services.acts.inviting import invited
from cocreate.services.acts.people import heirs
from workflows.facts import Facts, MemberFact
from workflows.values import replace


@dataclass(frozen=True, slots=True)
class Successor:
    """Somebody new who shall look after a party's duties; ``token`` is mailed, only its hash is stored."""

    person: int
    name: str
    token: str
    token_sha256: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LookAfter:
    """The yearly answer of a champion: I do, a colleague does (``to``), or somebody new."""

    to: int | None = None
    successor: Successor | None = None


def look_after(facts: Facts, given: LookAfter) -> Change:
    """The party's open duties are confirmed for a year. A colleague becomes its champion in the actor's place; somebody
    new is invited to become one too, and until then the actor goes on.
    """
    actor = answering(facts)
    for duty in facts.duties:
        if duty.party == actor.party and duty.done_at is None:
            facts = facts.with_duty(replace(duty, confirmed_at=facts.now))
    change = Change(facts=facts, party=actor.party, details={"party": actor.party, "to": given.to})
    if given.successor is not None:
        return _invited(change, actor, given.successor)
    if given.to is None or given.to == actor.person:
        return change
    to = next((member for member in heirs(facts, actor) if member.person == given.to), None)
    if to is None:
        raise Invalid("substitute.not_here", field="who")
    left = actor.own - {"champion"} or frozenset({"observer"})
    after = facts.with_member(replace(actor, parts=left, lent=frozenset(), stands_for=frozenset())).with_member(
        replace(to, parts=to.own | {"champion"}, lent=frozenset(), stands_for=frozenset())).lend()
    return replace(change, facts=after, personal={"name": to.name}, letters=(
        Letter("handed_over", to.person, str(Subject("member", str(to.person), to.party))),))


def answering(facts: Facts) -> MemberFact:
    """The actor, who leads for a party that still owes something under a signed contract."""
    actor = facts.actor
    owing = {duty.party for duty in facts.duties if duty.done_at is None}
    if facts.project.outcome != "agreed" or actor is None or actor.party not in owing:
        raise Conflict("duty.done", at=facts.now)
    if "champion" not in actor.parts:
        raise Forbidden("only", act=Act.DUTY_DONE.value, persons=tuple(
            member.person for member in facts.people(actor.party, "champion")))
    return actor


def _invited(change: Change, actor: MemberFact, new: Successor) -> Change:
    facts = change.facts
    there = facts.member(new.person)
    waits = there is not None and there.accepted_at is None and there.party == actor.party  # invited, be it in vain
    if there is not None and there.left_at is None and not waits:
        raise Conflict("member.there" if there.party == actor.party else "member.elsewhere", person=there.person,
                       field="email")
    return invited(replace(change, details={**change.details, "to": new.person}, personal={"name": new.name}),
                   MemberFact(new.person, new.name, actor.party, frozenset({"champion"}), None), new)
