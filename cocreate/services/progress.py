"""The one function that writes to a project.

``act`` locks the project, reads its facts, lets a pure function decide, and writes the outcome: stage, rows, event,
mails, reminders and the answer under its key, all in one transaction. It is the only writer of stage, version and
head. It never commits.

On PostgreSQL that is four statements in two trips, and the server works while we do: lock and facts while we decide on
what we expect to see, the rows that change while we find what follows, and the rest until COMMIT asks how it went.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import zip_longest
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from cocreate import vault
from cocreate.db import table_of
from cocreate.domain import audience, news, reminding
from cocreate.domain.chain import START, canonical, commitment, event_hash
from cocreate.domain.hearing import Channel
from cocreate.errors import Conflict, Forbidden
from cocreate.models.contracts import ContractVersion, Duty, Signature
from cocreate.models.mails import Outbox, Reminder
from cocreate.models.projects import Absence, Member, Party
from cocreate.models.proposals import Proposal
from cocreate.models.records import Event, EventDetail
from cocreate.models.talk import Nudge
from cocreate.models.work import Decision, Document, Task
from cocreate.services import outbox, unsaid
from cocreate.services.acts import ACTS, Change
from cocreate.services.facts import Seen, keep, work_locked
from cocreate.services.writes import Cancel, Insert, Move, Put, Row, Update, Write, send
from workflows import progression
from workflows.facts import Facts, TaskFact
from workflows.values import replace, values_of


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an act answers, the first time and every time it is repeated under its key."""

    seq: int  # number of its event: the version of the project after it
    stage: str
    values: Mapping[str, Any]


SYSTEM = "system:"  # before keys that the system names itself: no form can send one of them, and be in its way


def act(session: Session, ref: str, request: Any, *, actor: int | None, key: str, now: datetime) -> Receipt:
    """Do what ``request`` asks, once for every ``key``.

    actor: person; None is the system itself.
    Raises: NotFound, Forbidden, Conflict, Invalid, Refused; then nothing was written.
    """
    name, decide = ACTS[type(request)]
    asked = _fingerprint(name, request, actor)
    if actor is None:
        key = f"{SYSTEM}{key}"

    def decided(facts: Facts) -> tuple[Change, Facts]:
        change = decide(facts, request)
        if (stands_for := substitutes_for(facts, request, decide)) is not None:
            change = replace(change, stands_for=stands_for)
        return change, progression.settle(change.facts)

    connection = session.connection()
    seen, found = work_locked(connection, ref, decided, person=actor, now=now, key=key)
    if found is None:
        return _replay(seen, asked)
    change, after = found
    send(connection, None, rows_of(seen.facts, after, change))  # written while we find what follows
    receipt, move, writes, then = record(seen.facts, after, change, name, key=key, asked=asked)
    send(connection, move, writes, then)
    if gone := _gone(seen.facts, after):
        unsaid.forget(session, after.project.id, gone)
    keep(after.with_project(version=receipt.seq, head=move.values["head"]), seen.fleeting)
    return receipt


def _gone(before: Facts, after: Facts) -> set[int]:
    """Who has left with this act, whichever way."""
    if before.members is after.members:
        return set()
    there = {member.person for member in before.members if member.left_at is None}
    return there.intersection(member.person for member in after.members if member.left_at is not None)


def substitutes_for(facts: Facts, request: Any, decide: Callable[[Facts, Any], Change]) -> int | None:
    """The absent colleague without whose part the actor could not do this; None where the own parts are enough."""
    lent = [a for a in facts.absences if facts.actor and a.runs and a.substitute == facts.actor.person]

    def allowed(without: list[Any]) -> bool:
        bare = facts
        for absence in without:
            bare = bare.with_absence(replace(absence, ended_at=facts.now))
        try:
            decide(bare, request)
        except Forbidden:
            return False
        return True

    if not lent or allowed(lent):
        return None
    return next((a.person for a in lent if allowed([other for other in lent if other is not a])), lent[0].person)


def rows_of(before: Facts, after: Facts, change: Change) -> list[Write]:
    """What an act changes."""
    where = {"project_id": before.project.id, "host_id": before.project.host_id}
    return [*_changed(before, after, change, where), *change.rows]


def record(before: Facts, after: Facts, change: Change, name: str, *, key: str, asked: str,
           ) -> tuple[Receipt, Move, list[Write], list[Write]]:
    """What else is to be written for an act: the event with the answer, the move, mails and reminders."""
    seq = before.project.version + 1
    event, detail = _event(before, after, change, name, seq)
    receipt = Receipt(seq, after.project.stage, dict(change.answer))
    event |= {"key": key, "request_sha256": asked,
              "answer": canonical({"seq": seq, "stage": receipt.stage, "values": receipt.values})}
    ended, planned = reminding.plan(before, after)
    move = Move(before.project.id, before.project.version, _project_row(before, after) | {
        "version": seq, "head": event["hash"]})
    writes: list[Write] = [
        _insert(Event, event), _insert(EventDetail, detail),
        Insert(table_of(Outbox), tuple(_mails(before, after, change, seq))),
    ]
    if ended:
        writes.append(Cancel(before.project.id, ended))
    plans = Put(table_of(Reminder), planned)
    # What is cancelled may be planned anew, and one statement may not touch a row twice.
    again = {row["subject"] for row in planned}.intersection(ended)
    return (receipt, move, writes, [plans]) if again else (receipt, move, [*writes, plans], [])


def _event(before: Facts, after: Facts, change: Change, name: str, seq: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The next link of the chain, and the details it commits to."""
    project, actor = before.project, after.actor
    sees = audience.everybody(before) | audience.everybody(after) if change.sees is None else change.sees
    personal_salt = secrets.token_hex(16)
    personal = canonical({"actor": actor.name if actor else "", **change.personal})
    details = canonical({
        **change.details, "act": name, "actor": actor.person if actor else None, "for": change.party,
        **({"stands_for": change.stands_for} if change.stands_for else {}),
        "before": project.stage if project.version else None, "after": after.project.stage,
        "visit": after.project.visit,
        "consequences": _consequences(before, after, sees), "definition_sha256": after.definition.sha256, "sees": sees,
        "personal_sha256": commitment(personal_salt, personal)})
    salt = secrets.token_hex(16)
    where = {"project_id": project.id, "seq": seq, "host_id": project.host_id}
    link: dict[str, Any] = {"prev_hash": project.head or START, "at": after.now,
                            "details_sha256": commitment(salt, details)}
    event = where | link | {"format": 1, "hash": event_hash(ref=project.ref, seq=seq, **link)}
    return event, where | {"act": name, "party": change.party, "sees": sees, "salt": salt, "details": details,
                           "personal_salt": personal_salt, "personal": personal}


def _consequences(before: Facts, after: Facts, sees: int) -> list[str]:
    """What followed of itself: decisions that lapsed, versions and signatures that ended, calls for help that nobody
    needs to answer any more, where all who read the event knew of them.
    """
    old = {decision.id: decision.state for decision in before.decisions}
    lapsed = [f"lapsed decision:{d.gate}:{d.party} {d.changed or ''}".strip() for d in after.decisions
              if d.state == "lapsed" and old.get(d.id) not in (None, "lapsed")]
    stood = {(one.paper, one.number) for one in before.papers if one.ended_at is None}
    ended = [f"ended {one.paper or 'contract'}:{one.number} {one.ended_because}" for one in after.papers
             if one.ended_at is not None and (one.paper, one.number) in stood]
    called_off = [f"called_off {task.key}:{task.party}" for task in _called_off(before, after)
                  if not sees & ~task.help_sees]
    return [*lapsed, *ended, *called_off]


def _called_off(before: Facts, after: Facts) -> list[TaskFact]:
    """The tasks, as they were, whose calls for help have ended."""
    if before.tasks is after.tasks:
        return []
    calling = {task.help for task in after.tasks}
    return [task for task in before.tasks if task.help is not None and task.help not in calling]


_DIFFED: tuple[tuple[str, Any, type[Insert]], ...] = (
    ("parties", Party, Update), ("members", Member, Update), ("tasks", Task, Put), ("decisions", Decision, Put),
    ("documents", Document, Put), ("proposals", Proposal, Put), ("duties", Duty, Put),
    ("papers", ContractVersion, Update),
    ("signatures", Signature, Update), ("absences", Absence, Put), ("nudges", Nudge, Put),
)


def _changed(before: Facts, after: Facts, change: Change, where: dict[str, int]) -> list[Write]:
    """The rows of every fact that differs, but for those the act writes itself: they hold more than their facts."""
    own = {_key(write.table, row) for write in change.rows if isinstance(write, Insert) for row in write.rows}
    writes: list[Write] = []
    for name, model, kind in _DIFFED:
        old, new = getattr(before, name), getattr(after, name)
        if old is new:
            continue
        table = table_of(model)
        # What an act changes stays in its place, and what it adds comes last.
        changed = (fact for was, fact in zip_longest(old[:len(new)], new) if fact is not was and fact != was)
        rows = ({**where, **_columns(name, fact)} for fact in changed)
        writes += [kind(table, (row,)) for row in rows if _key(table, row) not in own]
    return writes


def _key(table: Table, row: Row) -> tuple[object, ...]:
    return table.name, *(row[name] for name in _primary(table))


@cache
def _primary(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key)


def _columns(name: str, fact: Any) -> dict[str, Any]:
    row = values_of(fact)
    if name == "members":
        row["parts"] = " ".join(sorted(fact.own))
        for derived in ("zone", "lent", "stands_for"):
            del row[derived]
    return row


_MOVED = ("stage", "visit", "entered_at", "target", "hold_until", "held_at", "rested", "ended_at", "outcome",
          "title", "manager_id")


def _project_row(before: Facts, after: Facts) -> dict[str, Any]:
    """The columns of the project that an act changed."""
    old, new = before.project, after.project
    return {} if old is new else {
        name: value for name in _MOVED if (value := getattr(new, name)) != getattr(old, name)}


def _mails(before: Facts, after: Facts, change: Change, seq: int) -> list[dict[str, Any]]:
    """A row for everybody who hears of the act: a mail that waits, or a line for the next digest."""
    project, now = before.project, after.now
    heard, found = news.heard(before, after), {}
    for (kind, person), asks in news.mailed(heard).items():
        also: dict[str, object] = {outbox.ALSO: [(k, str(one), seq) for k, one in asks[1:]]} if asks[1:] else {}
        found[kind, person] = outbox.row(project.id, project.host_id, seq, kind, person, str(asks[0][1]), also, now)
    for (kind, person), line in heard.items():
        if line.channel is Channel.DIGEST:
            more: dict[str, object] = {"more": len(line.also)} if line.also else {}
            found[kind, person] = outbox.row(project.id, project.host_id, seq, kind, person, str(line.subject), more,
                                             now, state=outbox.FOR_DIGEST)
    for letter in change.letters:
        found[letter.kind, letter.recipient] = outbox.row(
            project.id, project.host_id, seq, letter.kind, letter.recipient, letter.subject, letter.values, now)
    return list(found.values())


def _fingerprint(name: str, request: Any, actor: int | None) -> str:
    """What was asked and by whom: a key belongs to exactly this. Fresh secrets do not count."""
    asked = {name: value for name, value in values_of(request).items() if name not in _SECRETS}
    return vault.stamp(canonical({"act": name, "actor": actor, "asked": asked}))


_SECRETS = frozenset({"duties", "token", "token_sha256", "code", "code_hash", "expires_at", "evidence", "arrival",
                      "came_back", "successor", "there", "missing"})


def _replay(seen: Seen, asked: str) -> Receipt:
    known, body = seen.answered or ("", "")
    if known != asked:
        raise Conflict("key.used")
    answer = json.loads(body)
    return Receipt(answer["seq"], answer["stage"], answer["values"])


def _insert(model: Any, row: dict[str, Any]) -> Insert:
    return Insert(table_of(model), (row,))
