"""What people have typed and not said: kept while they type, for themselves only, on every device the same.

It is about a thing that people talk about, or it is what a page asks for: a reason, a concern. It goes by the key of
the form that saved it last. A form takes over what it began from with its first save; one that comes later finds it
gone and is kept beside it: of two texts of one person none is lost, as long as there are not more than ``MOST``: then
the oldest makes room.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from cocreate.domain import audience, openness
from cocreate.domain.rights import Act, may, who_may
from cocreate.domain.topics import Topic, audience_of
from cocreate.errors import Forbidden, Invalid, NotFound
from cocreate.models.projects import Project
from cocreate.models.talk import Unsaid
from cocreate.models.work import Draft
from cocreate.services.facts import look
from workflows.facts import Facts

LARGEST = 100_000  # characters of one form's texts together
MOST = 20  # forms of one person in one project
LONGEST = 290  # characters of a page's address
_PAGE = "page:"  # no kind of topic


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the project that asks for words, by its address in there: "tasks/cost/return?party=2"."""

    address: str

    def __str__(self) -> str:
        return f"{_PAGE}{self.address}"


@dataclass(frozen=True, slots=True)
class Words:
    """One text as it was typed. typed: input name -> texts. box: of a canvas, or empty."""

    key: str
    subject: Topic | Page
    box: str
    typed: Mapping[str, Sequence[str]]
    at: datetime

    @property
    def text(self) -> str:
        return "".join(self.typed.get("text", ()))

    @property
    def reply_to(self) -> int | None:
        number = "".join(self.typed.get("reply_to", ()))
        return int(number) if number.isdecimal() else None


def about(session: Session, facts: Facts, subject: Topic | Page) -> tuple[Words, ...]:
    """What the facts' actor has typed on the page of this topic, or on this page, and not said; newest first."""
    rows = session.scalars(
        select(Unsaid).where(Unsaid.project_id == facts.project.id,
                             Unsaid.person == (facts.actor.person if facts.actor else None))
        .order_by(Unsaid.at.desc(), Unsaid.key))
    found = ((row, _parse(row.subject)) for row in rows)
    return tuple(Words(row.key, of, row.box, json.loads(row.typed), row.at) for row, of in found
                 if of is not None and _stands_on(of) == _stands_on(subject))


def save(session: Session, ref: str, *, subject: Topic | Page, box: str = "", typed: Mapping[str, Sequence[str]],
         begun: str, actor: int, key: str, now: datetime) -> None:
    """Keep what is typed, also where it cannot be said now; nothing typed is nothing to keep.

    begun: key of what the form began from. Raises: NotFound for what the actor may not see; Forbidden for who may never
    say anything there; Invalid if it is too long.
    """
    length = sum(len(text) for texts in typed.values() for text in texts)
    if length > LARGEST:
        raise Invalid("text.long", field="text", most=LARGEST, have=length)
    # Locked: a save on its way while the words are said would keep what is said.
    seen = look(session, ref, person=actor, now=now, key=key, lock=True)
    if seen.answered is not None:
        return
    _require_seen(seen.facts, subject, box)
    project = seen.facts.project
    where: dict[str, Any] = {"project_id": project.id, "person": actor, "subject": str(subject), "box": box}
    if not any(text.strip() for texts in typed.values() for text in texts):
        drop(session, ref, actor=actor, keys=(key, begun))
        return
    values = {"key": key, "typed": json.dumps(typed, ensure_ascii=False), "at": now}
    for before in (key, begun):
        if session.scalar(update(Unsaid).filter_by(**where, key=before).values(values).returning(Unsaid.key)):
            return
    session.execute(insert(Unsaid).values(**where, host_id=project.host_id, **values))
    _make_room(session, project.id, actor)


def drop(session: Session, ref: str, *, actor: int, keys: Collection[str]) -> None:
    """It is said, or shall not be."""
    project = select(Project.id).where(Project.ref == ref).scalar_subquery()
    session.execute(delete(Unsaid).where(Unsaid.project_id == project, Unsaid.person == actor, Unsaid.key.in_(keys)))


def forget(session: Session, project: int, persons: Collection[int]) -> None:
    """These people are in the project no more: what they alone had typed goes, also of an assessment; their party's
    drafts stay.
    """
    session.execute(delete(Unsaid).where(Unsaid.project_id == project, Unsaid.person.in_(persons)))
    session.execute(delete(Draft).where(Draft.project_id == project, Draft.owner.in_(persons)))


def _make_room(session: Session, project: int, person: int) -> None:
    own = Unsaid.project_id == project, Unsaid.person == person
    oldest = select(Unsaid.key).where(*own).order_by(Unsaid.at.desc(), Unsaid.key.desc()).offset(MOST)
    session.execute(delete(Unsaid).where(*own, Unsaid.key.in_(session.scalars(oldest).all())))


def _parse(text: str) -> Topic | Page | None:
    return Page(text.removeprefix(_PAGE)) if text.startswith(_PAGE) else Topic.parse(text)


def _stands_on(subject: Topic | Page) -> Topic | Page:
    """Where it is shown: fields, rows and entries on the page of their task."""
    return subject.whole if isinstance(subject, Topic) else subject


def _require_seen(facts: Facts, subject: Topic | Page, box: str) -> None:
    actor = facts.actor
    if actor is None:
        raise NotFound
    if isinstance(subject, Page):  # it may ask by itself: what it kept is shown on itself only
        if not 0 < len(subject.address) <= LONGEST:
            raise NotFound
        return
    if not audience_of(subject, facts) & audience.reader(actor):
        raise NotFound
    if not may(Act.COMMENT, actor) and (box or not openness.talks(facts, actor)):
        raise Forbidden("only", act=Act.COMMENT.value, persons=tuple(m.person for m in who_may(facts, Act.COMMENT)))
    if box and box not in facts.definition.tasks[subject.key][1].boxes:
        raise NotFound
