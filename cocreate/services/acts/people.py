"""Inviting people into a project, and what the invited answer."""

from dataclasses import dataclass, replace
from datetime import datetime

from cocreate.db import table_of
from cocreate.domain.notices import Subject
from cocreate.domain.rights import Act
from cocreate.errors import Conflict, Ended, Invalid
from cocreate.models.projects import Member
from cocreate.services.acts.change import Change, Letter, require, require_running
from cocreate.services.writes import Put, Update
from workflows.facts import Facts, MemberFact

PARTS = ("champion", "signatory", "contributor", "observer")


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


def invite(facts: Facts, given: Invite) -> Change:
    actor = require(facts, Act.PEOPLE, party=given.party)
    if not given.parts or any(part not in PARTS for part in given.parts):
        raise Invalid("parts.unknown", field="parts")
    there = facts.member(given.person)
    if there is not None and there.present:
        raise Conflict("member.there", person=there.person)
    if there is not None and there.left_at is None and there.party != given.party:
        raise Conflict("member.elsewhere", person=there.person)
    member = MemberFact(given.person, given.name, given.party, frozenset(given.parts), accepted_at=None)
    row = {"project_id": facts.project.id, "person": given.person, "host_id": facts.project.host_id,
           "party": given.party, "name": given.name, "parts": " ".join(given.parts), "invited_by": actor.person,
           "invited_at": facts.now, "greeting": given.greeting, "token_sha256": given.token_sha256,
           "expires_at": given.expires_at, "accepted_at": None, "declined_at": None, "left_at": None}
    return Change(
        facts=facts.with_member(member), party=actor.party,
        details={"party": given.party, "person": given.person, "parts": list(given.parts)},
        personal={"invited": given.name}, answer={"person": given.person},
        rows=(Put(table_of(Member), (row,)),),
        letters=(Letter("invitation", given.person, str(Subject("invitation", str(given.person), given.party)),
                        {"secret": given.token}),))


def accept_invitation(facts: Facts, given: AcceptInvitation) -> Change:
    member = _invited(facts, given.person)
    after = replace(member, name=given.name, accepted_at=facts.now)
    row = {"project_id": facts.project.id, "person": given.person, "name": given.name, "token_sha256": None,
           "accepted_at": facts.now}
    return Change(facts=facts.with_member(after), party=member.party, details={"person": given.person},
                  personal={"name": given.name},
                  rows=(Update(table_of(Member), (row,)),))


def decline_invitation(facts: Facts, given: DeclineInvitation) -> Change:
    member = _invited(facts, given.person)
    row = {"project_id": facts.project.id, "person": given.person, "token_sha256": None, "declined_at": facts.now,
           "left_at": facts.now}
    return Change(facts=facts.with_member(replace(member, left_at=facts.now)), party=member.party,
                  details={"person": given.person}, personal={"words": given.words} if given.words else {},
                  rows=(Update(table_of(Member), (row,)),))


def _invited(facts: Facts, person: int) -> MemberFact:
    require_running(facts, on_hold=True)
    member = facts.member(person)
    if member is None or member.left_at is not None or member.accepted_at is not None:
        raise Ended("invitation")
    return member
