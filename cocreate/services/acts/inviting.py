"""Who comes in: invited, with the same row and letter whatever for, or at once, with nothing left of an invitation.
And who goes.
"""

from datetime import datetime
from typing import Any, Protocol

from cocreate.db import table_of
from cocreate.domain.hearing import Subject
from cocreate.models.projects import Member
from cocreate.services.acts.change import Change, Letter
from cocreate.services.writes import Put, Update, Write
from workflows.facts import Facts, MemberFact
from workflows.values import replace


class Link(Protocol):
    """What only who is invited has: ``token`` is mailed, its hash is stored."""

    @property
    def token(self) -> str: ...
    @property
    def token_sha256(self) -> str: ...
    @property
    def expires_at(self) -> datetime: ...


def invited(change: Change, member: MemberFact, link: Link, greeting: str = "", by: int | None = None) -> Change:
    """The change with this person invited by the actor; a link of before, also one in a reminder, ends.

    by: whose invitation it is where the actor's yes was only the last: who proposed it, while they are there.
    """
    facts = change.facts
    inviter = proposer if (proposer := facts.member(by)) is not None and proposer.present else facts.actor
    member = replace(member, parts=member.own, lent=frozenset(), stands_for=frozenset(), accepted_at=None,
                     left_at=None, invited_at=facts.now, expired_at=None)
    row = _row(facts, member) | {
        "invited_by": inviter.person if inviter else None, "invited_at": facts.now, "greeting": greeting,
        "token_sha256": link.token_sha256, "expires_at": link.expires_at}
    return replace(change, facts=facts.with_member(member),
                   rows=(*change.rows, Put(table_of(Member), (row,))), letters=(*change.letters, letter(member, link)))


def come_in(facts: Facts, member: MemberFact) -> Write:
    """The row of somebody who comes in at once, be it after an invitation that came to nothing."""
    return Put(table_of(Member), (_row(facts, member),))


def let_go(facts: Facts, *members: MemberFact) -> tuple[Facts, Write]:
    """The facts without these people; a link that one of them has ends with it."""
    rows = tuple({"project_id": facts.project.id, "person": member.person, "token_sha256": None,
                  "left_at": facts.now} for member in members)
    for member in members:
        facts = facts.with_member(replace(member, left_at=facts.now))
    return facts, Update(table_of(Member), rows)


def _row(facts: Facts, member: MemberFact) -> dict[str, Any]:
    """Every column: who was in the project before has a row already."""
    return {"project_id": facts.project.id, "person": member.person, "host_id": facts.project.host_id,
            "party": member.party, "name": member.name, "parts": " ".join(sorted(member.own)), "invited_by": None,
            "invited_at": None, "greeting": "", "token_sha256": None, "again_sha256": None, "expires_at": None,
            "expired_at": None, "accepted_at": member.accepted_at, "declined_at": None, "left_at": None}


def letter(member: MemberFact, link: Link) -> Letter:
    return Letter("invitation", member.person, str(Subject("invitation", str(member.person), member.party)),
                  {"secret": link.token})
