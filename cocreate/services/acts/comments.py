"""Talking about things of the project: comments, private notes, calls for help. Their words stay out of the record."""

from dataclasses import dataclass

from cocreate.db import table_of
from cocreate.domain import audience, explaining, openness
from cocreate.domain.hearing import Channel, Subject, recipients
from cocreate.domain.rights import Act
from cocreate.domain.topics import Topic, audience_of, version_of
from cocreate.domain.turns import may_help
from cocreate.errors import Conflict, Forbidden, Invalid, NotFound
from cocreate.models.talk import Comment
from cocreate.services.acts.change import Change, Letter, require, require_running
from cocreate.services.writes import Insert, Row
from workflows.facts import Facts, MemberFact, TaskFact
from workflows.values import replace

LONGEST = 4000  # characters of one comment
MENTIONS = 20
KINDS = ("comment", "note")


@dataclass(frozen=True, slots=True)
class Say:
    """Say something about a topic; a note is for the own party only.

    reply_to: a comment, with its audience ``within`` and its author ``answers``: they never change once written.
    call: the call for help that this answers, directly or below another answer.
    """

    kind: str
    topic: str
    text: str
    mentions: tuple[int, ...] = ()
    reply_to: int | None = None
    within: int = -1
    answers: int | None = None
    call: int | None = None


@dataclass(frozen=True, slots=True)
class AskHelp:
    """Call for help with a task; ``own``: only the own party may answer."""

    task: str
    party: int
    text: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Helped:
    """"That helped": the call ``number`` ends."""

    task: str
    party: int
    number: int


@dataclass(frozen=True, slots=True)
class StillStuck:
    """"No, still stuck": what was answered did not help, and all who may answer are asked again."""

    task: str
    party: int
    number: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class RaiseConcern:
    """The record may say that a concern was raised, or raised anew: its author agreed. By whom and about what it never
    says.
    """

    anew: bool = False


@dataclass(frozen=True, slots=True)
class EndConcern:
    """The same of the end of one that the record knows of: whoever ended it, it never says."""


def say(facts: Facts, given: Say) -> Change:
    actor = _talking(facts)
    topic = Topic.parse(given.topic)
    sees = audience_of(topic, facts) & given.within if topic else 0
    if topic is None or not sees & reads(actor):
        raise NotFound
    if given.kind not in KINDS:
        raise Invalid("comment.unknown", field="kind")
    if given.kind == "note":
        if actor.party is None:
            raise Invalid("note.no_party", field="kind")
        sees &= audience.bit(actor.party)
    text = _text(given.text)
    mentions = _mentioned(facts, given.mentions, sees)
    row = _row(facts, actor, kind=given.kind, topic=topic, text=text, sees=sees, mentions=mentions,
               reply_to=given.reply_to)
    helps = _helps(facts, actor, topic, sees, given.call)
    return Change(
        facts=facts.with_task(_answered(helps, actor)) if helps else facts, party=actor.party, sees=sees,
        rows=(Insert(table_of(Comment), (row,)),), answer={"number": row["number"]},
        letters=_letters(facts, actor, topic, sees, mentions, given, helps),
        details={"kind": given.kind, "topic": given.topic, "number": row["number"],
                 **({"call": given.call} if helps else {})})


def ask_help(facts: Facts, given: AskHelp) -> Change:
    task = _task(facts, given.task, given.party)
    actor = require(facts, Act.HELP, party=task.party, asked=task.asked)
    if actor.party != task.party:
        raise Forbidden("only", act=Act.HELP.value, persons=tuple(
            m.person for part in ("champion", "contributor") for m in facts.people(task.party, part)))
    if task.help is not None:
        raise Conflict("help.open", task=task.key)
    text = _text(explaining.needed(given.text, field="text"))
    topic = Topic("task", task.key, task.party)
    sees = audience.bit(task.party) if given.own else audience_of(topic, facts)
    row = _row(facts, actor, kind="help", topic=topic, text=text, sees=sees)
    after = replace(task, help=row["number"], help_by=actor.person, help_sees=sees, helper=None, helpers="")
    return Change(
        facts=facts.with_task(after), party=task.party, sees=sees, rows=(Insert(table_of(Comment), (row,)),),
        answer={"number": row["number"]}, details={"task": task.key, "number": row["number"]},
        letters=_calling(facts, after, actor))


def helped(facts: Facts, given: Helped) -> Change:
    task, _actor = require_asker(facts, given)
    return Change(facts=facts.with_task(task.called_off), party=task.party, sees=task.help_sees,
                  details={"task": task.key, "number": given.number})


def still_stuck(facts: Facts, given: StillStuck) -> Change:
    task, actor = require_asker(facts, given)
    if task.helper is None:
        raise Conflict("help.unanswered", task=task.key)
    after, rows = replace(task, helper=None), []
    if given.text.strip():
        rows.append(_row(facts, actor, kind="comment", topic=Topic("task", task.key, task.party),
                         text=_text(given.text), sees=task.help_sees, reply_to=given.number))
    return Change(facts=facts.with_task(after), party=task.party, sees=task.help_sees,
                  rows=(Insert(table_of(Comment), tuple(rows)),), details={"task": task.key, "number": given.number},
                  letters=_calling(facts, after, actor))


def raise_concern(facts: Facts, given: RaiseConcern) -> Change:
    """Said by the system: who looks after the project's writing must not name the author."""
    return Change(facts=facts, details={"kind": "concern", **({"anew": True} if given.anew else {})})


def end_concern(facts: Facts, _given: EndConcern) -> Change:
    """Said by the system, as the raising was."""
    return Change(facts=facts, details={"kind": "concern"})


def reads(member: MemberFact) -> int:
    return audience.reader(member)


def _talking(facts: Facts) -> MemberFact:
    """The actor, if they may take part in talks here, also while the project rests.

    Raises: Conflict where it has ended; Forbidden.
    """
    if openness.talks(facts, facts.actor) and facts.actor is not None:
        require_running(facts, on_hold=True)
        return facts.actor
    return require(facts, Act.COMMENT, party=facts.own, on_hold=True)


def _task(facts: Facts, key: str, party: int) -> TaskFact:
    task = facts.task(key, party)
    if task is None:
        raise NotFound
    return task


def require_asker(facts: Facts, given: Helped | StillStuck) -> tuple[TaskFact, MemberFact]:
    """The task of a call that stands, and the actor if they may say how it went: its author, a champion of the party.

    Raises: Conflict where that call has ended; Forbidden.
    """
    task = _task(facts, given.task, given.party)
    actor = _talking(facts)
    if task.help is None or task.help != given.number:
        raise Conflict("help.ended", task=task.key)
    if actor.person != task.help_by and not (actor.party == task.party and "champion" in actor.parts):
        asker = (task.help_by,) if task.help_by else ()
        raise Forbidden("only", act=Act.HELP.value, persons=asker)
    return task, actor


def _calling(facts: Facts, task: TaskFact, actor: MemberFact) -> tuple[Letter, ...]:
    """To everybody who may answer the call, but who sends it."""
    subject = str(Subject("task", task.key, task.party))
    return tuple(Letter("help", member.person, subject) for member in facts.members
                 if may_help(member, task) and member is not actor)


def _answered(task: TaskFact, by: MemberFact) -> TaskFact:
    helpers = dict.fromkeys((*task.helpers.split(), str(by.person)))
    return replace(task, helper=by.person, helpers=" ".join(helpers))


def _helps(facts: Facts, actor: MemberFact, topic: Topic, sees: int, call: int | None) -> TaskFact | None:
    """The task whose open call for help this answers: said by another than the asker, who can read it."""
    task = facts.task(topic.key, topic.party) if topic.party is not None and call is not None else None
    if task is None or task.help != call or task.help_by == actor.person:
        return None
    asker = facts.member(task.help_by)
    return task if asker is None or reads(asker) & sees else None


def _text(text: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid("comment.empty", field="text")
    if len(text) > LONGEST:
        raise Invalid("text.long", field="text", most=LONGEST, have=len(text))
    return text


def _mentioned(facts: Facts, persons: tuple[int, ...], sees: int) -> tuple[int, ...]:
    """Whoever is mentioned must be here and able to read it."""
    found = tuple(dict.fromkeys(persons))[:MENTIONS]
    for person in found:
        member = facts.member(person)
        if member is None or not member.present:
            raise Invalid("mention.unknown", field="mentions")
        if not reads(member) & sees:
            raise Invalid("mention.cannot_see", field="mentions", person=member.name)
    return found


def _row(facts: Facts, actor: MemberFact, *, kind: str, topic: Topic, text: str, sees: int,
         mentions: tuple[int, ...] = (), reply_to: int | None = None) -> Row:
    return {"project_id": facts.project.id, "number": facts.project.version + 1, "host_id": facts.project.host_id,
            "kind": kind, "subject": str(topic), "version": version_of(topic, facts), "reply_to": reply_to,
            "party": actor.party, "person": actor.person, "at": facts.now, "text": text,
            "mentions": " ".join(map(str, mentions)), "sees": sees, "resolved_at": None}


def _letters(facts: Facts, actor: MemberFact, topic: Topic, sees: int, mentions: tuple[int, ...],
             given: Say, helps: TaskFact | None) -> tuple[Letter, ...]:
    """A mention is a mail; so is an answer to what one said or called for, and a comment on what one is asked for."""
    subject = str(_subject(topic))
    task = facts.task(topic.key, topic.party) if topic.party is not None else None
    named = {"mention": mentions, "comment": tuple(
        person for person in (given.answers, task.asked if task else None, helps.help_by if helps else None)
        if person is not None and person not in mentions)}
    letters: dict[int, Letter] = {}
    for kind, asked in named.items():
        if not asked or (kind == "comment" and given.kind == "note"):
            continue
        for person, channel in recipients(kind, members=facts.members, actor=actor.person, party=actor.party,
                                          asked=asked):
            member = facts.member(person)
            if channel is Channel.MAIL and person in asked and member and reads(member) & sees:
                letters.setdefault(person, Letter(kind, person, subject))
    return tuple(letters.values())


def _subject(topic: Topic) -> Subject:
    match topic.kind:
        case "task" | "field" | "row" | "entry":
            return Subject("task", topic.key, topic.party)
        case "gate":
            return Subject("decision", topic.key)
        case _:
            return Subject(topic.kind, topic.key)
