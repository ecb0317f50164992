"""The end of an invitation that nobody answered: nobody but the clock does this."""

from dataclasses import dataclass
from datetime import datetime

from cocreate.db import table_of
from cocreate.domain.hearing import Subject
from cocreate.domain.rights import Act
from cocreate.errors import Conflict, Forbidden
from cocreate.models.projects import Member
from cocreate.services.acts.change import Change, Letter
from cocreate.services.writes import Update
from workflows.facts import Facts, MemberFact
from workflows.values import replace


@dataclass(frozen=True, slots=True)
class ExpireInvitation:
    """The invitation sent at ``invited_at`` has come to its last moment. by: who invited."""

    person: int
    invited_at: datetime | None
    by: int | None


def expire_invitation(facts: Facts, given: ExpireInvitation) -> Change:
    """Its links end; who invited hears of it once, and can invite again."""
    if facts.actor is not None:
        raise Forbidden("only", act=Act.PEOPLE.value, persons=())
    member = facts.member(given.person)
    if member is None or member.left_at is not None or member.accepted_at is not None:
        raise Conflict("invitation.answered")
    if member.expired_at is not None or member.invited_at != given.invited_at:
        raise Conflict("invitation.newer")
    row = {"project_id": facts.project.id, "person": member.person, "token_sha256": None, "again_sha256": None,
           "expired_at": facts.now}
    subject = str(Subject("member", str(member.person), member.party))
    return Change(
        facts=facts.with_member(replace(member, expired_at=facts.now)), party=member.party,
        details={"person": member.person}, personal={"name": member.name}, rows=(Update(table_of(Member), (row,)),),
        letters=tuple(Letter("invitation_expired", one, subject) for one in _told(facts, member, given)))


def _told(facts: Facts, member: MemberFact, given: ExpireInvitation) -> tuple[int, ...]:
    """Who invited; where they have left, who leads for the party, else who looks after the project."""
    by = facts.member(given.by)
    if by is not None and by.present:
        return (by.person,)
    there = [m for m in facts.people(member.party, "champion") if m.present] or [
        m for m in facts.members if m.present and "manager" in m.parts]
    return tuple(m.person for m in there)
