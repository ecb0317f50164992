"""Reading for the room's pages: what the facts alone do not say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.domain import audience
from cocreate.domain.turns import Turn, turns
from cocreate.models.projects import Member, Project
from cocreate.services.facts import look
from workflows.facts import Facts


@dataclass(frozen=True, slots=True)
class Standing:
    """One project of a person: its facts as they see them, and what they can do there now."""

    facts: Facts
    turns: tuple[Turn, ...]


def of_person(session: Session, person: int, *, now: datetime) -> Sequence[Standing]:
    """Every project a person is in, oldest first."""
    refs = session.scalars(
        select(Project.ref).join(Member, Member.project_id == Project.id)
        .where(Member.person == person, Member.accepted_at.is_not(None), Member.left_at.is_(None))
        .order_by(Project.opened_at)).all()
    standings = []
    for ref in refs:
        facts = audience.without_earlier(look(session, ref, person=person, now=now).facts)
        standings.append(Standing(facts, turns(facts, person)))
    return standings
