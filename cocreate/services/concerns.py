"""Concerns: what is hard to say to all, between who raises one and the people they chose.

None of it is an act: an event, even one without words, would show that something was said, and when. The lines are rows
of ``comment`` that no audience holds. Only where its author agrees the record says that there was one, and that it was
ended; never whose it is, or what about.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, Subquery, and_, cast, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from cocreate.domain.hearing import Channel, Subject, recipients
from cocreate.domain.moments import MICROSECOND
from cocreate.domain.rights import Act, may
from cocreate.errors import Conflict, Forbidden, Invalid, NotFound
from cocreate.models.mails import Outbox
from cocreate.models.people import Person
from cocreate.models.records import Event
from cocreate.models.talk import Comment
from cocreate.services import outbox, progress
from cocreate.services.acts.change import require, require_running
from cocreate.services.acts.comments import LONGEST, EndConcern, RaiseConcern
from cocreate.services.facts import look
from workflows.facts import ConcernFact, Facts, MemberFact

CHOICES = ("facilitator", "champions", "mine")  # whom one may be for
SUBJECT = "project"  # no topic of any talk: of all lines about concerns


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody said of a concern. kind: concern (it was raised), answer, again or end."""

    kind: str
    person: int
    by: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Concern:
    """A concern with all that was said of it, oldest first. number: below zero."""

    number: int
    person: int  # its author
    readers: tuple[int, ...]
    lines: tuple[Line, ...]
    open: bool

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def since(self) -> datetime:
        """When it was last raised."""
        return max(line.at for line in self.lines if line.kind in ("concern", "again"))

    @property
    def answers(self) -> tuple[Line, ...]:
        """Those since it was last raised."""
        return tuple(line for line in self.lines if line.kind == "answer" and line.at >= self.since)

    @property
    def fact(self) -> ConcernFact:
        return ConcernFact(self.number, self.since, self.person, frozenset(self.readers),
                           frozenset(line.person for line in self.answers))

    def read_by(self, member: MemberFact | None) -> bool:
        """Whether it is for this person: chosen, and still somebody who reads concerns."""
        return member is not None and member.person in self.readers and may(Act.READ_CONCERNS, member)


# reading


def of(session: Session, facts: Facts) -> tuple[Concern, ...]:
    """Those that the facts' actor raised or reads, the last one raised first."""
    return _of(session, [facts])[facts.project.id]


def one(session: Session, facts: Facts, number: int) -> Concern:
    """One that the facts' actor raised or reads.

    Raises: NotFound for everybody else.
    """
    found = next((concern for concern in of(session, facts) if concern.number == number), None)
    if found is None:
        raise NotFound
    return found


def known(session: Session, several: Sequence[Facts]) -> list[Facts]:
    """Facts of projects of one person, each with the open concerns that they raised or read; in one statement."""
    found = _of(session, several)
    return [knowing(facts, found[facts.project.id]) for facts in several]


def unanswered(person: ColumnElement[int]) -> Subquery:
    """What this person was chosen to answer and has not, as ``turns`` says it of facts, for a statement about many
    projects: project_id, number and since.
    """
    raised, line, answer = Comment, aliased(Comment), aliased(Comment)
    since = select(func.max(line.at)).where(
        line.project_id == raised.project_id, or_(line.number == raised.number, and_(
            line.reply_to == raised.number, line.kind == "again"))).correlate(raised).scalar_subquery()
    answered = select(answer.number).where(
        answer.project_id == raised.project_id, answer.reply_to == raised.number, answer.kind == "answer",
        answer.person == person, answer.at >= since).correlate(raised).exists()
    chosen = (" " + raised.mentions + " ").contains(" " + cast(person, String) + " ")
    return select(raised.project_id, raised.number, since.label("since")).where(
        raised.subject == SUBJECT, raised.kind == "concern", raised.resolved_at.is_(None), chosen, ~answered).subquery()


def knowing(facts: Facts, found: Iterable[Concern]) -> Facts:
    return replace(facts, concerns=tuple(concern.fact for concern in found if concern.open))


def readers(facts: Facts, choice: str) -> tuple[MemberFact, ...]:
    """Who would read one."""
    own = facts.own
    match choice:
        case "facilitator":
            found = [m for m in facts.members if "facilitator" in m.parts]
        case "champions":
            found = [m for party in facts.contracting for m in facts.people(party.number, "champion")]
        case "mine":
            found = list(facts.people(own, "champion")) if own is not None else []
        case _:
            found = []
    me = facts.actor.person if facts.actor else None
    return tuple(m for m in found if m.present and m.person != me)


def in_record(session: Session, facts: Facts, number: int) -> bool:
    """Whether its author agreed that the record says that there was one."""
    return session.scalar(select(Event.seq).where(
        Event.project_id == facts.project.id, Event.key == f"{progress.SYSTEM}{_recorded(number)}")) is not None


# saying


def raise_concern(session: Session, ref: str, *, to: str, text: str, record: bool, actor: int, key: str,
                  now: datetime) -> None:
    """Tell the chosen people; the record says that there was one only where its author agrees."""
    facts = look(session, ref, person=actor, now=now, lock=True).facts
    row = _row(facts, "concern", outbox.below_zero(f"{actor} {key}"), text)
    if _said(session, row):
        return
    require(facts, Act.CONCERN, on_hold=True)
    chosen = tuple(m.person for m in readers(facts, to))
    if not chosen:
        raise Invalid("concern.nobody", field="to")
    number = row["number"]
    _write(session, row | {"mentions": " ".join(map(str, chosen))})
    _tell(session, facts, "concern", number, number, chosen)
    if record:
        progress.act(session, ref, RaiseConcern(), actor=None, key=_recorded(number), now=now)


def answer(session: Session, ref: str, *, number: int, text: str, actor: int, key: str, now: datetime) -> None:
    """Answer it, as one of its readers: its author is told."""
    _go_on(session, ref, "answer", number, text, actor, key, now)


def again(session: Session, ref: str, *, number: int, text: str, actor: int, key: str, now: datetime) -> None:
    """Say more, or raise it anew where it had ended, as its author: its readers are asked again."""
    _go_on(session, ref, "again", number, text, actor, key, now)


def end(session: Session, ref: str, *, number: int, text: str, actor: int, key: str, now: datetime) -> None:
    """End it with a line, as its author or a reader: all of them are told."""
    _go_on(session, ref, "end", number, text, actor, key, now)


def check(facts: Facts, concern: Concern, kind: str) -> None:
    """Raises what stands in the way of the actor's saying this of a concern."""
    require_running(facts, on_hold=True)
    if kind != "again" and not concern.open:
        raise Conflict("concern.ended", field="text")
    me = facts.actor.person if facts.actor else None
    if kind == "end":
        require(facts, Act.END_CONCERN, on_hold=True)
    if kind == "answer" and not concern.read_by(facts.actor):
        raise Forbidden("only", act=Act.READ_CONCERNS.value, persons=concern.readers)
    if kind == "again" and me != concern.person:
        raise Forbidden("only", act=Act.CONCERN.value, persons=(concern.person,))


def _go_on(session: Session, ref: str, kind: str, number: int, text: str, actor: int, key: str, now: datetime) -> None:
    facts = look(session, ref, person=actor, now=now, lock=True).facts
    concern = one(session, facts, number)
    row = _row(facts, kind, outbox.below_zero(f"{actor} {key}"), text, after=concern)
    if _said(session, row):
        return
    check(facts, concern, kind)
    _write(session, row)
    others = {"answer": (concern.person,), "again": concern.readers, "end": (concern.person, *concern.readers)}[kind]
    _tell(session, facts, {"answer": "concern_answered", "again": "concern", "end": "concern_ended"}[kind],
          row["number"], number, tuple(person for person in others if person == concern.person or concern.read_by(
              facts.member(person))))
    anew = kind == "again" and not concern.open
    if (kind == "end" or anew) and in_record(session, facts, number):
        progress.act(session, ref, RaiseConcern(anew=True) if anew else EndConcern(), actor=None,
                     key=_recorded(row["number"]), now=now)


# parts


def _of(session: Session, several: Iterable[Facts]) -> dict[int, tuple[Concern, ...]]:
    by_id = {facts.project.id: facts for facts in several}
    rows = session.execute(
        select(Comment.project_id, Comment.number, Comment.kind, Comment.reply_to, Comment.person, Comment.at,
               Comment.text, Comment.mentions, Comment.resolved_at, Person.name)
        .join(Person, Person.id == Comment.person)
        .where(Comment.project_id.in_(by_id), Comment.subject == SUBJECT)
        .order_by(Comment.at, Comment.number)).all() if by_id else []
    lines: dict[tuple[int, int], list[Line]] = {}
    for row in rows:
        lines.setdefault((row.project_id, row.reply_to or row.number), []).append(
            Line(row.kind, row.person, row.name, row.at, row.text))
    found: dict[int, list[Concern]] = {project: [] for project in by_id}
    for row in reversed(rows):
        if row.kind == "concern":
            concern = Concern(row.number, row.person, tuple(map(int, row.mentions.split())),
                              tuple(lines[row.project_id, row.number]), row.resolved_at is None)
            actor = by_id[row.project_id].actor
            if actor is not None and (actor.person == concern.person or concern.read_by(actor)):
                found[row.project_id].append(concern)
    return {project: tuple(concerns) for project, concerns in found.items()}


def _row(facts: Facts, kind: str, number: int, text: str, *, after: Concern | None = None) -> dict[str, Any]:
    """A line; one below a concern is later than all of it, whatever this machine's clock says."""
    text = text.strip()
    if not text:
        raise Invalid("comment.empty", field="text")
    if len(text) > LONGEST:
        raise Invalid("text.long", field="text", most=LONGEST, have=len(text))
    return {"project_id": facts.project.id, "number": number, "host_id": facts.project.host_id, "kind": kind,
            "subject": SUBJECT, "version": 0, "reply_to": after.number if after else None, "party": None,
            "person": facts.actor.person if facts.actor else None,
            "at": max(facts.now, after.lines[-1].at + MICROSECOND) if after else facts.now, "text": text,
            "mentions": "", "sees": 0, "resolved_at": None}


def _said(session: Session, row: Mapping[str, Any]) -> bool:
    """Whether it was, by the first of two clicks: under the lock nobody says it meanwhile.

    Raises: Conflict where the same form had said something else.
    """
    before = session.execute(select(Comment.kind, Comment.reply_to, Comment.text).where(
        Comment.project_id == row["project_id"], Comment.number == row["number"])).one_or_none()
    if before is not None and before != (row["kind"], row["reply_to"], row["text"]):
        raise Conflict("key.used")
    return before is not None


def _write(session: Session, row: Mapping[str, Any]) -> None:
    """The one place that changes a project without an event."""
    session.execute(insert(Comment).values(**row))
    if row["kind"] in ("again", "end"):
        session.execute(update(Comment).where(
            Comment.project_id == row["project_id"], Comment.number == row["reply_to"])
            .values(resolved_at=row["at"] if row["kind"] == "end" else None),
            execution_options={"synchronize_session": False})


def _tell(session: Session, facts: Facts, kind: str, line: int, number: int, asked: tuple[int, ...]) -> None:
    """By mail, without a name or a word of it; who has not got the last such mail yet needs no second."""
    project, subject = facts.project, str(Subject("concern", str(number)))
    waiting = set(session.scalars(select(Outbox.recipient).where(
        Outbox.project_id == project.id, Outbox.kind == kind, Outbox.subject == subject, Outbox.state == "waiting")))
    hear = recipients(kind, members=facts.members, actor=facts.actor.person if facts.actor else None, party=None,
                      asked=asked)
    session.add_all(Outbox(**outbox.row(project.id, project.host_id, line, kind, person, subject, {}, facts.now))
                    for person, channel in hear if channel is Channel.MAIL and person not in waiting)
    session.flush()


def _recorded(number: int) -> str:
    """The key of what the record says of it."""
    return f"concern-{number}"
