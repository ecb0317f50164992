"""Openings that are under way: begun by an account manager or suggested by a customer, saved step by step."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, exists, not_, or_, select, update
from sqlalchemy.orm import Session

from cocreate.domain import openings as domain
from cocreate.domain.openings import Typed
from cocreate.errors import Conflict, Invalid, NotFound
from cocreate.models.hosts import HostMember
from cocreate.models.openings import Opening, Suggestion
from cocreate.models.people import Person
from cocreate.models.projects import Project
from cocreate.services import hosts
from cocreate.services.locks import lock_host
from cocreate.services.openings import reference


@dataclass(frozen=True, slots=True)
class Draft:
    """A project that is being opened.

    suggested: since when, where a customer began it; ``author`` says who, ``asked`` what they called it and ``words``
    what they wrote, whatever is typed since.
    """

    ref: str
    host_id: int
    typed: Typed
    version: int
    suggested: datetime | None
    author: int
    author_name: str
    saved_at: datetime
    asked: str = ""
    words: str = ""

    @property
    def by(self) -> str:
        """Who began it, with their organisation where they named one."""
        own = self.typed.own.get("organisation")
        return f"{self.author_name} ({own})" if own else self.author_name


_SUGGESTED = exists().where(Suggestion.opening_id == Opening.id).correlate(Opening)
_UNDER_WAY = (select(Opening, Person.name, Suggestion).join(Person, Person.id == Opening.author_id)
              .outerjoin(Suggestion, Suggestion.opening_id == Opening.id).where(Opening.ended_at.is_(None)))


def begin(session: Session, host_id: int, typed: Typed, *, author: int, key: str, suggested: bool = False,
          now: datetime) -> tuple[str, bool]:
    """Keep a new one, once for every ``key``; answers its reference, and whether it is new.

    Raises: Forbidden for who may not open projects of the host, unless it is suggested (its own service looks).
    """
    if not suggested:
        hosts.require_opener(session, host_id, author)
    ref = reference(host_id, author, f"draft {key}")
    lock_host(session, host_id)  # the second of two clicks waits
    if session.scalar(select(Opening.id).where(Opening.ref == ref)) is not None:
        return ref, False
    session.add(Opening(ref=ref, host_id=host_id, author_id=author, typed=domain.encode(typed), saved_at=now))
    session.flush()  # a page may be opened on it at once
    return ref, True


def drafts(session: Session, person: int) -> list[Draft]:
    """What this account manager began to open, and what is everybody's who is one at its host: suggestions, first."""
    managed = [host.id for host in hosts.hosts_of(session, person, hosts.ACCOUNT_MANAGER)]
    rows = session.execute(_UNDER_WAY.where(Opening.host_id.in_(managed), _theirs(person))
                           .order_by(Suggestion.made_at.is_(None), Opening.saved_at))
    return [_draft(*row) for row in rows]


def draft(session: Session, ref: str, *, person: int) -> Draft:
    """One that is still under way. Raises: NotFound, also for who did not begin it or is no account manager there."""
    row = session.execute(_UNDER_WAY.where(Opening.ref == ref, _theirs(person))).first()
    if row is None or not hosts.has_role(session, row.Opening.host_id, person, hosts.ACCOUNT_MANAGER):
        raise NotFound
    return _draft(*row)


def _theirs(person: int) -> ColumnElement[bool]:
    """Whether an opening is this person's: nobody else sees it before it is opened.

    A suggestion was made to the host, and what somebody began who is no account manager of it any more stays with it.
    """
    looks_after = exists().where(
        HostMember.host_id == Opening.host_id, HostMember.person_id == Opening.author_id, HostMember.left_at.is_(None),
        HostMember.role == hosts.ACCOUNT_MANAGER)
    return or_(Opening.author_id == person, _SUGGESTED, not_(looks_after))


def begun_with(session: Session, host_id: int, template: str) -> int:
    """How many projects are being opened with a template."""
    return sum(domain.decode(typed).template == template for typed in session.scalars(
        select(Opening.typed).where(Opening.host_id == host_id, Opening.ended_at.is_(None))))


def pass_on(session: Session, host_id: int, person: int, *, to: int) -> None:
    """What somebody began to open goes to who looks after their projects from now on; a suggestion is everybody's."""
    session.execute(update(Opening).where(
        Opening.host_id == host_id, Opening.author_id == person, Opening.ended_at.is_(None),
        not_(_SUGGESTED)).values(author_id=to))
    session.expire_all()


def opened_from(session: Session, ref: str, *, person: int) -> str | None:
    """The project that came of it: for a form that was sent twice."""
    row = session.execute(select(Opening.outcome, Opening.host_id).where(Opening.ref == ref)).first()
    if row is None or not row.outcome or not hosts.has_role(session, row.host_id, person, hosts.ACCOUNT_MANAGER):
        return None
    return session.scalar(select(Project.ref).where(Project.ref == row.outcome))


def answers_of(session: Session, ref: str) -> str:
    """What was answered to the five questions before this project was opened; "" where they were not asked."""
    typed = session.scalar(select(Opening.typed).where(Opening.outcome == ref))
    return domain.decode(typed).answers if typed else ""


def save(session: Session, ref: str, typed: Typed, *, seen: int, person: int, now: datetime) -> int:
    """Keep what was typed; answers the number of this save, which is the last one where it said the same.

    Raises: Conflict if a colleague saved since ``seen``; Invalid if it is too long to keep.
    """
    there = _open_row(session, ref, person)
    text = domain.encode(typed)
    if len(text) > domain.LONGEST:
        raise Invalid("text.long", field="purpose", most=domain.LONGEST, have=len(text))
    if there.typed == text:  # the second of two clicks
        return there.version
    if there.version != seen:
        raise Conflict("opening.changed", ref=ref)
    there.typed, there.version, there.saved_at = text, there.version + 1, now
    session.flush()  # the next step reads it
    return there.version


def end(session: Session, ref: str, *, outcome: str, person: int, now: datetime) -> None:
    """It was opened (the project's reference), or will not be ("")."""
    there = _open_row(session, ref, person)
    there.ended_at, there.outcome = now, outcome or None
    session.flush()  # the board asks for those that have not ended


def drop(session: Session, ref: str, *, person: int, now: datetime) -> None:
    """Do without it. Raises: NotFound, also for a suggestion: whoever made it waits for an answer."""
    if draft(session, ref, person=person).suggested:
        raise NotFound
    end(session, ref, outcome="", person=person, now=now)


def _open_row(session: Session, ref: str, person: int) -> Opening:
    row = session.scalars(select(Opening).where(Opening.ref == ref, Opening.ended_at.is_(None), _theirs(person))
                          .with_for_update()).one_or_none()
    if row is None or not hosts.has_role(session, row.host_id, person, hosts.ACCOUNT_MANAGER):
        raise NotFound
    return row


def _draft(row: Opening, author: str, made: Suggestion | None) -> Draft:
    typed = domain.decode(row.typed)
    draft = Draft(row.ref, row.host_id, typed, row.version, None, row.author_id, author, row.saved_at)
    return draft if made is None else replace(draft, suggested=made.made_at, asked=made.title, words=made.words)
