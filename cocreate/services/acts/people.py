"""The people of a project: inviting them and what they answer, changing their parts, letting them go, handing over."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cocreate.db import table_of
from cocreate.domain.leading import in_charge, is_first, led, shared_with
from cocreate.domain.rights import Act
from cocreate.errors import Conflict, Ended, Forbidden, Invalid
from cocreate.models.projects import Member, Party
from cocreate.services.acts import neutral
from cocreate.services.acts.absences import end_of
from cocreate.services.acts.change import Administrator, Change, named, require, require_running
from cocreate.services.acts.inviting import come_in, invited, let_go, letter
from cocreate.services.writes import Insert, Update
from workflows import progression
from workflows.facts import OWED, Facts, MemberFact, PartyFact, TaskFact
from workflows.values import replace

PARTS = ("champion", "signatory", "contributor", "observer")
FIRST = ("champion", "signatory", "contributor")  # of the first person of a party, until others are named


@dataclass(frozen=True, slots=True)
class Invite:
    """Invite a person into a party. ``token`` is mailed, only its hash is stored."""

    person: int
    name: str
    party: int
    parts: tuple[str, ...]
    greeting: str
    token: str
    token_sha256: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AcceptInvitation:
    """Come into the project; the token was checked by who calls."""

    person: int
    name: str
    token_sha256: str


@dataclass(frozen=True, slots=True)
class DeclineInvitation:
    """Say no, with optional words for the person who invited."""

    person: int
    token_sha256: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Resend:
    """Mail an invited person a new link; the old one ends."""

    person: int
    token: str
    token_sha256: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawInvitation:
    """Take an invitation back before it is answered."""

    person: int


@dataclass(frozen=True, slots=True)
class CorrectAddress:
    """Invite at another address instead; ``to`` is the person who has it.

    Who has come in keeps the own address, unless mails to it come back (``came_back``): then they are invited anew,
    with their parts and tasks. An account is never moved to an address that somebody else names.
    """

    person: int
    to: int
    token: str
    token_sha256: str
    expires_at: datetime
    came_back: bool = False


@dataclass(frozen=True, slots=True)
class ChangeParts:
    """Give a person of a party other parts."""

    person: int
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveMember:
    """Let a person go; ``to`` gets their open tasks."""

    person: int
    to: int | None = None


@dataclass(frozen=True, slots=True)
class HandOverProject:
    """Another account manager of the host looks after the project from now on; who calls checked that they are one.

    of: who looks after it now, where an administrator hands it over, who is nobody in the project; else the actor does.
    """

    to: int
    name: str
    of: int | None = None
    by: Administrator | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """The first person of an organisation that comes in, made by who calls."""

    organisation: int
    person: int
    token: str
    token_sha256: str
    expires_at: datetime


def invite(facts: Facts, given: Invite) -> Change:
    actor = require_people(facts, given.party,
                           first="champion" in given.parts and not led(facts, given.party, but=given.person))
    if not given.parts or any(part not in PARTS for part in given.parts):
        raise Invalid("parts.unknown", field="parts")
    there = facts.member(given.person)
    if there is not None and there.present:
        raise Conflict("member.there", person=there.person)
    if there is not None and there.left_at is None and there.party != given.party:
        raise Conflict("member.elsewhere", person=there.person)
    return invited(
        Change(facts=facts, party=actor.party, personal={"invited": given.name}, answer={"person": given.person},
               details={"party": given.party, "person": given.person, "parts": list(given.parts)}),
        MemberFact(given.person, given.name, given.party, frozenset(given.parts), None), given, given.greeting)


def accept_invitation(facts: Facts, given: AcceptInvitation) -> Change:
    member = _invited(facts, given.person)
    after = replace(member, name=given.name, accepted_at=facts.now)
    row = {"project_id": facts.project.id, "person": given.person, "name": given.name, "token_sha256": None,
           "accepted_at": facts.now}
    return Change(facts=neutral.relieve(facts.with_member(after), after), party=member.party,
                  details={"person": given.person}, personal={"name": given.name},
                  rows=(Update(table_of(Member), (row,)),))


def decline_invitation(facts: Facts, given: DeclineInvitation) -> Change:
    member = _invited(facts, given.person)
    row = {"project_id": facts.project.id, "person": given.person, "token_sha256": None, "declined_at": facts.now,
           "left_at": facts.now}
    return Change(facts=facts.with_member(replace(member, left_at=facts.now)), party=member.party,
                  details={"person": given.person}, personal={"words": given.words} if given.words else {},
                  rows=(Update(table_of(Member), (row,)),))


def _invited(facts: Facts, person: int) -> MemberFact:
    if facts.project.outcome != "agreed":  # who looks after duties may come in years after the signature
        require_running(facts, on_hold=True)
    member = facts.member(person)
    if member is None or member.left_at is not None or member.accepted_at is not None:
        raise Ended("invitation")
    return member


def resend(facts: Facts, given: Resend) -> Change:
    member = _open_invitation(facts, given.person, Act.PEOPLE)
    row = {"project_id": facts.project.id, "person": member.person, "token_sha256": given.token_sha256,
           "again_sha256": None, "expires_at": given.expires_at, "expired_at": None, "invited_at": facts.now}
    return Change(facts=facts.with_member(replace(member, invited_at=facts.now, expired_at=None)), party=member.party,
                  details={"person": member.person}, personal={"name": member.name},
                  rows=(Update(table_of(Member), (row,)),), letters=(letter(member, given),))


def withdraw_invitation(facts: Facts, given: WithdrawInvitation) -> Change:
    member = _open_invitation(facts, given.person, Act.PEOPLE)
    facts, row = let_go(facts, member)
    return Change(facts=facts, party=member.party, details={"person": member.person}, personal={"name": member.name},
                  rows=(row,))


def correct_address(facts: Facts, given: CorrectAddress) -> Change:
    member = (_of_party(facts, given.person, Act.CORRECT_ADDRESS) if given.came_back
              else _open_invitation(facts, given.person, Act.PEOPLE))  # who may invite there; else one would come in
    if in_charge(facts, member):
        raise Conflict("member.looks_after", person=member.person)
    if given.to == member.person:
        raise Conflict("address.same")
    there = facts.member(given.to)
    if there is not None and there.left_at is None:
        raise Conflict("member.there" if there.party == member.party else "member.elsewhere", person=there.person)
    facts, row = let_go(facts, member)
    for task in facts.tasks:
        theirs = task.shared_with.get(member.person, ())
        if task.asked == member.person or theirs:
            facts = facts.with_task(replace(
                task.sharing(member.person, ()).sharing(given.to, theirs),
                asked=given.to if task.asked == member.person else task.asked))
    return invited(
        Change(facts=facts, party=member.party, details={"person": member.person, "to": given.to},
               personal={"name": member.name}, answer={"person": given.to}, rows=(row,)),
        replace(member, person=given.to), given)


def change_parts(facts: Facts, given: ChangeParts) -> Change:
    member = _of_party(facts, given.person)
    return Change(facts=with_parts(facts, member, given.parts), party=member.party, personal={"name": member.name},
                  details={"person": member.person, "parts": sorted(given.parts)})


def with_parts(facts: Facts, member: MemberFact, given: Collection[str]) -> Facts:
    """The facts with these parts of somebody in place of those they have for their party."""
    if not given or any(part not in PARTS for part in given):
        raise Invalid("parts.unknown", field="parts")
    if "champion" not in given and is_last_champion(facts, member):
        raise Conflict("member.last_champion", field="parts")
    parts = frozenset(given) | (member.own - frozenset(PARTS))
    facts = facts.with_member(replace(member, parts=parts, lent=frozenset(), stands_for=frozenset())).lend()
    if not parts & frozenset(FIRST):  # who only reads is asked for nothing
        for task in tasks_of(facts, member.person):
            facts = facts.with_task(replace(task, asked=None))
    return facts


def tasks_of(facts: Facts, person: int) -> tuple[TaskFact, ...]:
    """The open tasks that a person is asked for by name; after the end nothing is asked any more."""
    return tuple(task for task in facts.tasks
                 if task.asked == person and task.state in OWED and not facts.ended)


def heirs(facts: Facts, member: MemberFact) -> tuple[MemberFact, ...]:
    """The colleagues who can take over the tasks of a member."""
    return tuple(m for m in facts.members if m.party == member.party and m.present and m.person != member.person
                 and m.own & frozenset(FIRST))


def remove_member(facts: Facts, given: RemoveMember) -> Change:
    member = _oneself(facts, given.person) or _of_party(facts, given.person)
    if in_charge(facts, member):
        raise Conflict("member.looks_after", person=member.person)
    if is_last_champion(facts, member):
        raise Conflict("member.last_champion", field="parts")
    tasks = tasks_of(facts, member.person)
    if tasks and given.to not in {m.person for m in heirs(facts, member)}:
        raise Invalid("member.heir", field="to", person=member.person)
    for task in tasks:
        facts = facts.with_task(replace(task, asked=given.to))
    facts, row = let_go(facts, member)
    return Change(facts=facts, party=member.party, personal={"name": member.name}, rows=(row,),
                  details={"person": member.person, "to": given.to if tasks else None, "tasks": len(tasks)})


def hand_over_project(facts: Facts, given: HandOverProject) -> Change:
    """The parts go to the other, with the open tasks; who looked after the project leaves it."""
    before = _looks_after(facts, given)
    own, there = before.party, facts.member(given.to)
    if given.to == before.person:
        raise Invalid("substitute.not_here", field="to")
    if there is not None and there.left_at is None and not shared_with(facts, there) and (
            there.party != own or "facilitator" in there.own):
        raise Conflict("member.elsewhere", person=there.person)
    kept = there.own - {"observer"} if there is not None and there.left_at is None else frozenset()
    after = MemberFact(given.to, given.name, own, kept | before.own, accepted_at=facts.now)
    tasks = tasks_of(facts, before.person)
    facts = facts.with_member(after).with_member(replace(before, left_at=facts.now)).lend()
    for task in tasks:
        facts = facts.with_task(replace(task, asked=given.to))
    for duty in facts.duties:
        if duty.owner == before.person and duty.done_at is None:
            facts = facts.with_duty(replace(duty, owner=given.to))
    facts, stood_in = end_of(facts, before.person)  # there is no part left to stand in for
    return Change(facts=facts.with_project(manager_id=given.to), party=own,
                  details={"person": before.person, "to": given.to, "project": True}
                  | ({"stood_in": sorted(stood_in)} if stood_in else {}),
                  personal={"person": before.name, "to": given.name} | named(given.by),
                  rows=(come_in(facts, after),))


def _looks_after(facts: Facts, given: HandOverProject) -> MemberFact:
    """Whose project it is to hand over: the actor's, or that of whom an administrator names."""
    member = facts.actor if given.of is None else None if facts.actor else facts.member(given.of)
    if member is None or not member.present or not in_charge(facts, member):
        require_running(facts, on_hold=True)
        raise Forbidden("only", act=Act.SUBSTITUTE.value, persons=tuple(
            m.person for m in facts.members if m.present and in_charge(facts, m)))
    if facts.project.outcome == "agreed":  # there is something to look after also then: its duties
        return member
    if given.of is None:
        return require(facts, Act.SUBSTITUTE, party=member.party, on_hold=True)
    require_running(facts, on_hold=True)
    return member


def arrive(change: Change, body: Mapping[str, Any], arrival: Arrival | None) -> Change:
    """The change with a further party in it: all have agreed, its first person is invited."""
    facts = change.facts
    if arrival is None:
        raise Conflict("project.moved")
    there = facts.member(arrival.person)
    if there is not None and there.left_at is None:
        raise Conflict("member.elsewhere", person=there.person)
    if any(party.organisation == arrival.organisation for party in facts.parties):
        raise Conflict("party.left", name=body["name"])
    seat = facts.definition.parties[body["seat"]]
    if len(facts.holders([body["seat"]])) >= (seat.many.max if seat.many else 1):
        raise Conflict("seat.full")
    where = {"project_id": facts.project.id, "host_id": facts.project.host_id}
    party = PartyFact(1 + max(p.number for p in facts.parties), body["seat"], arrival.organisation, body["name"],
                      joined_at=facts.now)
    member = MemberFact(arrival.person, body["champion"], party.number, frozenset(FIRST), None)
    change = invited(change, member, arrival, body.get("greeting", ""), body["by"])
    return replace(
        change, facts=progression.join(change.facts, party), details={**change.details, "joined": party.number},
        rows=(*change.rows, Insert(table_of(Party), (where | {
            "number": party.number, "seat": party.seat, "organisation": party.organisation, "name": party.name,
            "words_by_mail": True, "joined_at": facts.now, "left_at": None},))))


def join_party(change: Change, body: Mapping[str, Any], arrival: neutral.PersonArrival | None) -> Change:
    """The change with a colleague invited whom somebody of the party proposed: its champion has agreed."""
    if arrival is None:
        raise Conflict("project.moved")
    there = change.facts.member(arrival.person)
    if there is not None and there.left_at is None:
        raise Conflict("member.there" if there.party == change.party else "member.elsewhere", person=there.person)
    member = MemberFact(arrival.person, body["name"], change.party, frozenset(body["parts"]), None)
    return invited(replace(change, personal={**change.personal, "invited": body["name"]},
                           details={**change.details, "person": arrival.person}), member, arrival,
                   body.get("greeting", ""))


def require_people(facts: Facts, party: int | None, *, first: bool, act: Act = Act.PEOPLE) -> MemberFact:
    """The actor, who may change the people of a party; under the signed contract too: without somebody who leads or
    signs for it nobody would report what it owes, or end the contract.
    """
    return require(facts, act, party=party, directly=True, first=first, after=facts.project.outcome == "agreed")


def _open_invitation(facts: Facts, person: int, act: Act) -> MemberFact:
    """Somebody invited who has not answered, if the actor may do this for their party."""
    member = facts.member(person)
    require_people(facts, member.party if member else None, first=is_first(facts, member), act=act)
    if member is None or member.left_at is not None or member.accepted_at is not None:
        raise Conflict("invitation.answered")
    return member


def _of_party(facts: Facts, person: int, act: Act = Act.PEOPLE) -> MemberFact:
    """Somebody of a party whose people the actor may change."""
    member = facts.member(person)
    require_people(facts, member.party if member else None, first=is_first(facts, member), act=act)
    if member is None or member.left_at is not None or member.party is None:
        raise Conflict("member.gone")
    return member


def _oneself(facts: Facts, person: int) -> MemberFact | None:
    """The actor, where it is they who go: everybody may leave their own organisation while the project runs."""
    actor = facts.actor
    if actor is None or actor.person != person or actor.party is None or facts.project.outcome == "agreed":
        return None
    require_running(facts)
    return actor


def is_last_champion(facts: Facts, member: MemberFact) -> bool:
    """Whether nobody else who has come in leads for the party."""
    return "champion" in member.own and not any(
        "champion" in other.own and other.present for other in facts.people(member.party, "champion")
        if other.person != member.person)
