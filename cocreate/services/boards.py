"""The board of an account manager: who holds up what, one row per project."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain
from typing import Any, Literal

from sqlalchemy import BigInteger, and_, bindparam, delete, or_, select
from sqlalchemy.orm import Session

from cocreate.db import table_of
from cocreate.domain import after_no, audience
from cocreate.domain.outlook import next_date, outlook
from cocreate.domain.rights import PARTS, Act, Right, right
from cocreate.domain.turns import Turn, turns, waits_for
from cocreate.models import boards as models
from cocreate.models.projects import Member, Project, Seen
from cocreate.services import concerns, missing
from cocreate.services.facts import look_all
from cocreate.services.writes import Put, send
from workflows import progression
from workflows.facts import Facts
from workflows.refusals import Refusal

Group = Literal["you", "customers", "others", "nobody", "hold", "agreed", "ended"]
GROUPS: tuple[Group, ...] = ("you", "customers", "others", "nobody", "hold", "agreed", "ended")
OVER = ("agreed", "ended")  # behind a filter
_RESTS = (*OVER, "hold")  # nothing is anybody's turn


@dataclass(frozen=True, slots=True)
class Situation:
    """One project as its account manager sees it; sentences are made of its facts by the page."""

    facts: Facts
    turns: tuple[Turn, ...]  # the account manager's own
    waits: tuple[Refusal, ...]  # why it does not go on, oldest first
    group: Group  # for whom it waits
    since: datetime  # how long nothing else could happen: what the oldest wait began with
    next_at: datetime | None  # when something is due next
    days: int  # working days in this stage
    days_planned: int
    later: int  # working days by which the signature will be later, as it stands; 0 where its date holds


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One project on the board: what it is searched, sorted and filtered by, and what the page says of it.

    words: kept since the page last said them; None where they have to be said anew, of ``situation``.
    """

    ref: str
    host_id: int
    group: Group
    since: datetime
    next_at: datetime | None
    signing: date
    names: tuple[str, ...]  # title, parties, people
    overdue: bool
    unread: int | None  # events since the last look; None: never looked
    concerns: tuple[tuple[datetime, int], ...] = ()  # since when, and number: what the account manager is to answer
    besides: bool = False  # whether something else is, too
    words: str | None = None
    situation: Situation | None = None


def board(session: Session, person: int, *, reader: str, now: datetime) -> Sequence[BoardRow]:
    """The projects that a person looks after, longest wait first; two statements, however many there are, and a few
    more for each whose contract is being made and of which no words are kept.

    reader: whose words these are, "en Europe/Berlin".
    """
    joined: Sequence[Any] = session.execute(_BOARD, {"of": person, "reader": reader, "now": now}).all()
    raised = defaultdict[str, list[tuple[datetime, int]]](list)
    for ref, *_, since, number in joined:
        if number is not None:
            raised[ref].append((since, number))
    found = {row[0]: row for row in joined}.values()
    anew = look_all(session, [row.ref for row in found if row.words is None], person=person, now=now)
    situations = {facts.project.ref: situation_of(missing.known(session, audience.without_earlier(facts)))
                  for facts in anew}
    # By place: a name is looked up anew for every value.
    rows = [_row(situations[ref], seen, now) if words is None else
            BoardRow(ref, host, group, since, next_at, signing, tuple(names.split("\n")),
                     next_at is not None and next_at < now, _unread(version, seen), words=words)
            for ref, host, version, seen, group, since, next_at, signing, names, words, *_ in found]
    return sorted((_asked(row, tuple(sorted(raised[row.ref]))) if row.ref in raised else row for row in rows),
                  key=lambda row: (row.since, row.ref))


def _asked(row: BoardRow, raised: tuple[tuple[datetime, int], ...]) -> BoardRow:
    """A concern moves no version, so nothing that is kept knows of it."""
    if row.group in _RESTS:
        return row
    return replace(row, group="you", besides=row.group == "you", since=min(row.since, raised[0][0]), concerns=raised)


def keep(session: Session, person: int, said: Iterable[tuple[BoardRow, str, datetime]], *, reader: str) -> None:
    """Keep what the page said of rows, each until a moment, so that it need not be said again; nothing of concerns."""
    rows = tuple({
        "person": person, "project_id": project.id, "host_id": project.host_id, "version": project.version,
        "reader": reader, "until": until, "waits_for": judged.group, "since": judged.since, "next_at": row.next_at,
        "signing": row.signing, "names": "\n".join(row.names), "words": words}
        for row, words, until in said if (judged := row.situation) and (project := judged.facts.project))
    send(session.connection(), None, [Put(table_of(models.BoardRow), rows)])


def forget(session: Session, now: datetime) -> None:
    """Delete what is not true any more: names of people shall not stay longer than they are shown."""
    session.execute(delete(models.BoardRow).where(models.BoardRow.until <= now))


_KEPT = models.BoardRow
_CONCERN = concerns.unanswered(bindparam("of", type_=BigInteger))
_BOARD = (
    select(Project.ref, Project.host_id, Project.version, Seen.seq, _KEPT.waits_for, _KEPT.since, _KEPT.next_at,
           _KEPT.signing, _KEPT.names, _KEPT.words, _CONCERN.c.since, _CONCERN.c.number)
    .select_from(Member).join(Project, Project.id == Member.project_id)
    .outerjoin(_KEPT, and_(_KEPT.person == Member.person, _KEPT.project_id == Member.project_id,
                           _KEPT.version == Project.version, _KEPT.reader == bindparam("reader"),
                           _KEPT.until > bindparam("now")))
    .outerjoin(Seen, and_(Seen.project_id == Member.project_id, Seen.person == Member.person))
    .outerjoin(_CONCERN, and_(_CONCERN.c.project_id == Member.project_id, or_(*(
        Member.parts.contains(part) for part in PARTS if right(Act.READ_CONCERNS, part) is Right.CHOSEN))))
    .where(Member.person == bindparam("of"), Member.accepted_at.is_not(None), Member.left_at.is_(None),
           Member.parts.contains("manager")))


def _row(found: Situation, seen: int | None, now: datetime) -> BoardRow:
    facts = found.facts
    names = (facts.project.title, *(party.name for party in facts.parties),
             *(member.name for member in facts.members if member.left_at is None))
    return BoardRow(
        facts.project.ref, facts.project.host_id, found.group, found.since, found.next_at, signing(facts), names,
        found.next_at is not None and found.next_at < now, _unread(facts.project.version, seen), situation=found)


def signing(facts: Facts) -> date:
    """When all signed; until then the day that is planned, while the project rests the one after it."""
    ended = facts.project.ended_at
    agreed = ended is not None and facts.project.outcome == "agreed"
    return facts.day(ended) if agreed and ended else progression.target_after_hold(facts)


def _unread(version: int, seen: int | None) -> int | None:
    return None if seen is None else version - seen


def situation_of(facts: Facts) -> Situation:
    own = turns(facts, facts.actor.person) if facts.actor else ()
    refusals = () if facts.ended or facts.on_hold else waits_for(facts)
    days = facts.days_here
    stage = facts.definition.stages.get(facts.project.stage)
    planned = stage.target if stage else 0
    return Situation(
        facts=facts, turns=own, waits=refusals, group=_group(facts, own, refusals),
        since=facts.project.ended_at or min(chain((turn.since for turn in own), _began(refusals)),
                                            default=facts.project.entered_at),
        next_at=next_date(facts), days=days, days_planned=planned,
        later=ahead.later if (ahead := outlook(facts)) else 0)


def _group(facts: Facts, turns: tuple[Turn, ...], refusals: tuple[Refusal, ...]) -> Group:
    if facts.ended:
        return "agreed" if facts.project.outcome == "agreed" else "ended"
    if facts.on_hold:
        return "hold"
    if turns:
        return "you"
    able = {party for refusal in refusals for party in _able(facts, refusal)}
    # With whom it is shared sits nowhere: the seat of the host is that of who looks after it.
    own = {one.party for one in (facts.actor, facts.member(facts.project.manager_id)) if one}
    if able & {party.number for party in facts.contracting} - own:
        return "customers"
    return "others" if able else "nobody"


def _able(facts: Facts, refusal: Refusal) -> set[int | None]:
    """The parties of which there is a person who can do something about it."""
    if refusal.code in ("gate.no_decider", "seat.empty"):
        return set()
    if refusal.code in after_no.NOES:
        return {member.party for member in after_no.people(facts, refusal.values["gate"])}
    asked = refusal.values["parties"] if refusal.code == "gate.not_enough" else (refusal.party,)
    return {member.party for member in facts.members
            if member.party is not None and member.party in asked and member.left_at is None}


def _began(refusals: tuple[Refusal, ...]) -> list[datetime]:
    return [since for refusal in refusals if isinstance(since := refusal.values.get("since"), datetime)]
