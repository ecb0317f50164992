"""What people say about things of a project, as one reader may see it; and the acts of saying it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from cocreate.db import table_of
from cocreate.domain import audience
from cocreate.domain.topics import OF_TASK, Topic
from cocreate.errors import NotFound
from cocreate.models.people import Person
from cocreate.models.talk import Comment
from cocreate.models.work import Entry
from cocreate.services import progress
from cocreate.services.acts.comments import AskHelp, Helped, Say, StillStuck
from cocreate.services.facts import look
from workflows.facts import Facts, MemberFact


@dataclass(frozen=True, slots=True)
class Said:
    """One comment with its answers, oldest first."""

    row: Comment
    by: str
    mentions: tuple[str, ...]
    answers: tuple["Said", ...] = ()

    @property
    def topic(self) -> Topic | None:
        return Topic.parse(self.row.subject)


@dataclass(frozen=True, slots=True)
class Thread:
    """All that is said about one thing. ``private``: party to how many notes of it the reader does not see."""

    topic: Topic
    said: tuple[Said, ...]
    private: tuple[tuple[int, int], ...]
    help: Said | None = None  # a call that is still open


def thread(session: Session, facts: Facts, topic: Topic) -> Thread:
    """What the facts' actor may read about a thing; of a task with what is said about its fields."""
    mask = _mask(facts.actor)
    rows = session.execute(
        select(Comment, Person.name).join(Person, Person.id == Comment.person)
        .where(Comment.project_id == facts.project.id, _about(topic), Comment.sees.bitwise_and(mask) != 0)
        .order_by(Comment.number)).all()
    said = {row.Comment.number: Said(row.Comment, row.name, _names(facts, row.Comment.mentions)) for row in rows}
    answers: dict[int, list[Said]] = {}
    for one in said.values():
        if one.row.reply_to in said and one.row.reply_to is not None:
            answers.setdefault(_first(one.row, said), []).append(one)
    top = tuple(Said(one.row, one.by, one.mentions, tuple(answers.get(number, ()))) for number, one in said.items()
                if one.row.reply_to not in said)
    calls = _calls(facts)
    call = next((one for one in top if one.row.number in calls), None)
    return Thread(topic, tuple(one for one in top if one is not call), _private(session, facts, topic, mask), call)


def notes(session: Session, facts: Facts) -> tuple[Said, ...]:
    """What the own party of the facts' actor has noted for itself about anything, newest first."""
    rows = session.execute(
        select(Comment, Person.name).join(Person, Person.id == Comment.person)
        .where(Comment.project_id == facts.project.id, Comment.kind == "note",
               Comment.sees.bitwise_and(_mask(facts.actor)) != 0)
        .order_by(Comment.number.desc()))
    return tuple(Said(row.Comment, row.name, _names(facts, row.Comment.mentions)) for row in rows)


def call(session: Session, facts: Facts, number: int | None) -> Said | None:
    """A call for help that is open and that the facts' actor may read, without its answers."""
    row = session.execute(
        select(Comment, Person.name).join(Person, Person.id == Comment.person)
        .where(Comment.project_id == facts.project.id, Comment.number == number, Comment.number.in_(_calls(facts)),
               Comment.sees.bitwise_and(_mask(facts.actor)) != 0)).one_or_none()
    return Said(row.Comment, row.name, ()) if row else None


def _calls(facts: Facts) -> set[int]:
    """The calls for help that are open: a task names its own, until somebody says that it helped or hands it in."""
    return {task.help for task in facts.tasks if task.help is not None}


def answer(session: Session, facts: Facts, call: int | None) -> Said | None:
    """The latest answer to a call for help, by another than its author, that the facts' actor may read."""
    of = table_of(Comment).alias()
    row = session.execute(
        select(Comment, Person.name).join(Person, Person.id == Comment.person)
        .join(of, and_(of.c.project_id == Comment.project_id, of.c.number == call))
        .where(Comment.project_id == facts.project.id, Comment.subject == of.c.subject, Comment.number > call,
               Comment.reply_to.is_not(None), Comment.person != of.c.person,
               Comment.sees.bitwise_and(_mask(facts.actor)) != 0)
        .order_by(Comment.number.desc()).limit(1)).one_or_none()
    return Said(row.Comment, row.name, ()) if row else None


def counted(session: Session, facts: Facts, kind: str) -> dict[str, int]:
    """Key of each thing of a kind -> how many comments on it the facts' actor may read."""
    rows = session.execute(
        select(Comment.subject, func.count()).where(
            Comment.project_id == facts.project.id, Comment.subject.like(f"{kind}:%"),
            Comment.sees.bitwise_and(_mask(facts.actor)) != 0)
        .group_by(Comment.subject))
    return {subject.partition(":")[2]: number for subject, number in rows}


def say(session: Session, ref: str, *, kind: str, topic: str, text: str, mentions: Iterable[int] = (),
        reply_to: int | None = None, actor: int, key: str, now: datetime) -> progress.Receipt:
    """Say something. Names written as "@Renee Kim" are mentions too.

    Raises: NotFound for what the actor may not see.
    """
    facts = look(session, ref, person=actor, now=now).facts
    of = Topic.parse(topic)
    if of is not None and of.kind == "entry" and not _is_entry(session, facts, of):
        raise NotFound
    parent = session.get(Comment, (facts.project.id, reply_to)) if reply_to else None
    if reply_to and (parent is None or not parent.sees & _mask(facts.actor)
                     or _whole(parent.subject) != _whole(topic)):
        raise NotFound
    named = tuple(dict.fromkeys((*mentions, *_written(facts, text))))
    given = Say(kind, topic, text, named, reply_to, parent.sees if parent else -1, parent.person if parent else None,
                _call_above(session, parent))
    return progress.act(session, ref, given, actor=actor, key=key, now=now)


def ask_help(session: Session, ref: str, *, task: str, party: int, text: str, own: bool, actor: int, key: str,
             now: datetime) -> progress.Receipt:
    return progress.act(session, ref, AskHelp(task, party, text, own), actor=actor, key=key, now=now)


def helped(session: Session, ref: str, *, task: str, party: int, number: int, actor: int, key: str,
           now: datetime) -> progress.Receipt:
    return progress.act(session, ref, Helped(task, party, number), actor=actor, key=key, now=now)


def still_stuck(session: Session, ref: str, *, task: str, party: int, number: int, text: str, actor: int, key: str,
                now: datetime) -> progress.Receipt:
    return progress.act(session, ref, StillStuck(task, party, number, text), actor=actor, key=key, now=now)


# reading


def _about(topic: Topic) -> ColumnElement[bool]:
    whole = Comment.subject == str(topic)
    if topic.kind != "task":
        return whole
    return or_(whole, *(Comment.subject.startswith(f"{kind}:{topic.key}:{topic.party}:", autoescape=True)
                        for kind in sorted(OF_TASK - {"task"})))


def _is_entry(session: Session, facts: Facts, of: Topic) -> bool:
    """Whether there is this entry on the canvas that the topic names."""
    entry = session.get(Entry, (facts.project.id, of.number))
    return entry is not None and (entry.task, entry.party) == (of.key, of.party)


def _call_above(session: Session, said: Comment | None) -> int | None:
    """The call for help at the top of a thread, if it is one."""
    while said is not None and said.reply_to is not None:
        said = session.get(Comment, (said.project_id, said.reply_to))
    return said.number if said is not None and said.kind == "help" else None


def _private(session: Session, facts: Facts, topic: Topic, mask: int) -> tuple[tuple[int, int], ...]:
    rows = session.execute(
        select(Comment.party, func.count()).where(
            Comment.project_id == facts.project.id, _about(topic), Comment.kind == "note",
            Comment.sees.bitwise_and(mask) == 0, Comment.party.is_not(None))
        .group_by(Comment.party).order_by(Comment.party))
    return tuple((party, count) for party, count in rows if party is not None)


def _first(row: Comment, said: dict[int, Said]) -> int:
    """The comment at the top of a thread: answers to answers stand in one line."""
    while row.reply_to in said and row.reply_to is not None:
        row = said[row.reply_to].row
    return row.number


def _mask(member: MemberFact | None) -> int:
    return audience.reader(member)


def _names(facts: Facts, mentions: str) -> tuple[str, ...]:
    return tuple(member.name for person in mentions.split() if (member := facts.member(int(person))))


def _whole(text: str) -> str:
    topic = Topic.parse(text)
    return str(topic.whole) if topic else ""


def _written(facts: Facts, text: str) -> tuple[int, ...]:
    """Present people whose whole name stands behind an @; of two with one name nobody is meant."""
    names: dict[str, list[int]] = {}
    for member in facts.members:
        if member.present:
            names.setdefault(member.name, []).append(member.person)
    return tuple(people[0] for name, people in names.items() if len(people) == 1 and _stands(f"@{name}", text, names))


def _stands(mark: str, text: str, names: Collection[str]) -> bool:
    """Whether it is in the text, and not only as the beginning of a longer name."""
    longer = [f"@{name}" for name in names if f"@{name}".startswith(mark) and f"@{name}" != mark]
    for name in longer:
        text = text.replace(name, "")
    at = text.find(mark)
    return at >= 0 and not text[at + len(mark):at + len(mark) + 1].isalnum()
