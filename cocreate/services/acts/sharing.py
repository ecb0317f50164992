"""Sharing a project with a colleague of the host: a further account manager without a seat, and the end of it.

It ends with the role at the host too; so does the part of who looked after a project, once that has ended.
"""

from dataclasses import dataclass

from cocreate.domain.leading import shared_with
from cocreate.domain.rights import Act
from cocreate.errors import Conflict, Forbidden
from cocreate.services.acts.change import Administrator, Change, named, require, require_running
from cocreate.services.acts.inviting import come_in
from workflows.facts import Facts, MemberFact
from workflows.values import replace

PART = "manager"


@dataclass(frozen=True, slots=True)
class ShareProject:
    """Let another account manager of the host in; who calls checked that they are one."""

    to: int
    name: str


@dataclass(frozen=True, slots=True)
class EndSharing:
    """The colleague leaves the project. by: the administrator who ends it with their role at the host."""

    person: int
    by: Administrator | None = None


@dataclass(frozen=True, slots=True)
class EndRole:
    """Who is no account manager of the host any more keeps nothing of that part in a project that has ended.

    by: the administrator.
    """

    person: int
    by: Administrator | None = None


def share_project(facts: Facts, given: ShareProject) -> Change:
    actor = require(facts, Act.SHARE, on_hold=True)
    there = facts.member(given.to)
    if there is not None and there.left_at is None:
        raise Conflict("member.there", person=there.person)
    member = MemberFact(given.to, given.name, None, frozenset({PART}), accepted_at=facts.now)
    return Change(facts=facts.with_member(member), rows=(come_in(facts, member),), party=actor.party,
                  details={"person": given.to}, personal={"name": given.name})


def end_sharing(facts: Facts, given: EndSharing) -> Change:
    member = _sharing(facts, given)
    return Change(facts=facts.with_member(replace(member, left_at=facts.now)),
                  details={"person": member.person}, personal={"name": member.name} | named(given.by))


def end_role(facts: Facts, given: EndRole) -> Change:
    """What they are for a party they stay: it is the party's."""
    member = facts.member(given.person)
    if facts.actor is not None or not facts.ended:
        raise Forbidden("only", act=Act.HOST.value, persons=())
    if member is None or not member.present or PART not in member.own:
        raise Conflict("member.gone")
    rest = member.own - {PART}
    after = replace(member, parts=member.parts - {PART}) if rest else replace(member, left_at=facts.now)
    return Change(facts=facts.with_member(after).lend(),
                  details={"person": member.person}, personal={"name": member.name} | named(given.by))


def _sharing(facts: Facts, given: EndSharing) -> MemberFact:
    if facts.actor is not None:
        require(facts, Act.SHARE, on_hold=True)
    require_running(facts, on_hold=True)
    member = facts.member(given.person)
    if member is None or not member.present or not shared_with(facts, member):
        raise Conflict("member.gone")
    return member
