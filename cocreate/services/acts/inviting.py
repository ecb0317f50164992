"""Inviting somebody: the same member, row and letter, whoever is invited for what."""

from datetime import datetime
from typing import Protocol

from cocreate.db import table_of
from cocreate.domain.notices import Subject
from cocreate.models.projects import Member
from cocreate.services.acts.change import Change, Letter
from cocreate.services.writes import Put
from workflows.facts import MemberFact
from workflows.values import replace


class Link(Protocol):
    """What only who is invited has: ``token`` is mailed, its hash is stored."""

    @property
    def token(self) -> str: ...
    @property
    def token_sha256(self) -> str: ...
    @property
    def expires_at(self) -> datetime: ...


def invited(change: Change, member: MemberFact, link: Link, greeting: str = "") -> Change:
    """The change with this person invited by the actor; a link of before, also one in a reminder, ends."""
    facts = change.facts
    member = replace(member, parts=member.own, lent=frozenset(), stands_for=frozenset(), accepted_at=None,
                     left_at=None, invited_at=facts.now, expired_at=None)
    row = {"project_id": facts.project.id, "person": member.person, "host_id": facts.project.host_id,
           "party": member.party, "name": member.name, "parts": " ".join(sorted(member.own)),
           "invited_by": facts.actor.person if facts.actor else None, "invited_at": facts.now, "greeting": greeting,
           "token_sha256": link.token_sha256, "again_sha256": None, "expires_at": link.expires_at,
           "expired_at": None, "accepted_at": None, "declined_at": None, "left_at": None}
    return replace(change, facts=facts.with_member(member),
                   rows=(*change.rows, Put(table_of(Member), (row,))), letters=(*change.letters, letter(member, link)))


def letter(member: MemberFact, link: Link) -> Letter:
    return Letter("invitation", member.person, str(Subject("invitation", str(member.person), member.party)),
                  {"secret": link.token})
