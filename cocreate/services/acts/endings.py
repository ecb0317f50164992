"""Ending a project for all, or leaving it while it goes on."""

from dataclasses import dataclass

from cocreate.domain import explaining
from cocreate.domain.leading import in_charge
from cocreate.domain.rights import Act
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts import proposals
from cocreate.services.acts.change import Change, require, require_running
from cocreate.services.acts.inviting import let_go
from workflows import progression
from workflows.facts import Facts
from workflows.values import replace


@dataclass(frozen=True, slots=True)
class Decline:
    """End the project for all. ``title`` is the project's name as the person typed it."""

    title: str
    reason: str
    lessons: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawEarly:
    """Take the project back while nobody but the host's people has come in."""

    reason: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Go with one's party; the project goes on without it. ``open_tasks``: what shall become of what it owes."""

    reason: str
    open_tasks: str = ""


def may_decline(facts: Facts, party: int) -> bool:
    """Whether this party's no ends the project: it signs the contract, or the template cannot do without it."""
    return facts.definition.parties[facts.party(party).seat].contracting or not may_leave(facts, party)


def may_leave(facts: Facts, party: int) -> bool:
    """Whether the project can go on without this party: its seat may be empty, or enough others sit in it."""
    seat = facts.definition.parties[facts.party(party).seat]
    least = 0 if not seat.required else seat.many.min if seat.many else 1
    if len(facts.holders([facts.party(party).seat])) - 1 < least:
        return False
    return not seat.contracting or len(facts.contracting) > 2


def host_alone(facts: Facts) -> bool:
    """Whether nobody has come in but the host's people: those of no party, and of the account manager's."""
    own = {member.party for member in facts.members if "manager" in member.parts}
    return all(member.party is None or member.party in own for member in facts.members if member.accepted_at)


def decline(facts: Facts, given: Decline) -> Change:
    own = require_declining(facts)
    reason = explaining.why(given.reason)
    if given.title.split() != facts.project.title.split():
        raise Invalid("title.differs", field="title", title=facts.project.title)
    lessons = given.lessons.strip()
    return Change(facts=progression.enter(facts, "declined"), party=own,
                  personal={"reason": reason} | ({"lessons": lessons} if lessons else {}))


def withdraw_early(facts: Facts, given: WithdrawEarly) -> Change:
    actor = require(facts, Act.WITHDRAW_EARLY)
    if not host_alone(facts):
        raise Conflict("withdraw.others")
    reason = explaining.why(given.reason)
    return Change(facts=progression.enter(facts, "withdrawn"), party=actor.party, personal={"reason": reason})


def leave(facts: Facts, given: Leave) -> Change:
    own = require_leaving(facts)
    reason = explaining.why(given.reason)
    gone = [member for member in facts.members if member.party == own and member.left_at is None]
    facts, row = let_go(facts, *gone)
    facts = facts.with_party(replace(facts.party(own), left_at=facts.now))
    return Change(facts=proposals.without(facts, own), party=own,
                  personal={"reason": reason} | ({"open_tasks": given.open_tasks.strip()} if given.open_tasks else {}),
                  details={"persons": [member.person for member in gone]}, rows=(row,))


def require_declining(facts: Facts) -> int:
    """The actor's party, if its no ends the project."""
    own = _speaking_for(facts, Act.DECLINE)
    if not may_decline(facts, own):
        raise Conflict("party.optional", party=own)
    return own


def require_leaving(facts: Facts) -> int:
    """The actor's party, if the project can go on without it and without its people."""
    own = _speaking_for(facts, Act.LEAVE)
    if not may_leave(facts, own):
        raise Conflict("party.required", party=own)
    for member in facts.members:
        if member.party == own and member.present and in_charge(facts, member):
            raise Conflict("member.looks_after", person=member.person)
    return own


def _speaking_for(facts: Facts, act: Act) -> int:
    """The actor's party, for which they may say this. Raises: Forbidden, with who may."""
    require_running(facts)
    own = facts.own
    if own is None:
        raise Forbidden("only", act=act.value, persons=tuple(
            member.person for party in facts.contracting for member in facts.people(party.number, "champion")))
    require(facts, act, party=own)
    return own
