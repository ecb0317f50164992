"""A canvas: single entries by people of all parties, that others support; what was written is never changed."""

import hashlib
from dataclasses import dataclass

from cocreate.db import table_of
from cocreate.domain import audience
from cocreate.domain.rights import Act
from cocreate.domain.writing import may_write
from cocreate.errors import Conflict, Forbidden, Invalid, NotFound
from cocreate.models.work import Entry
from cocreate.services.acts.change import Change, require
from cocreate.services.acts.contributions import owed, require_open
from cocreate.services.writes import Insert, Update
from workflows.facts import Facts, MemberFact, TaskFact

LONGEST = 500  # characters of one entry


@dataclass(frozen=True, slots=True)
class There:
    """An entry as it is under the lock. others: whether its party has another one in the same box."""

    person: int
    supports: tuple[int, ...]  # parties
    withdrawn: bool
    box: str
    giver: int  # party
    others: bool


@dataclass(frozen=True, slots=True)
class AddEntry:
    """Write one entry into a box of the canvas that ``party`` is asked for."""

    task: str
    party: int
    box: str
    text: str


@dataclass(frozen=True, slots=True)
class SupportEntry:
    """Say for one's own party that it stands behind an entry, or with ``back`` that it does so no more."""

    task: str
    party: int
    entry: int
    back: bool
    there: There | None  # None: there is no such entry


@dataclass(frozen=True, slots=True)
class WithdrawEntry:
    """Take back what one wrote oneself."""

    task: str
    party: int
    entry: int
    there: There | None


def add_entry(facts: Facts, given: AddEntry) -> Change:
    task, actor = _open(facts, given.task, given.party)
    if given.box not in facts.task_of(task).boxes:
        raise NotFound
    text = given.text.strip()
    if not text:
        raise Invalid("entry.empty", field="text")
    if len(text) > LONGEST:
        raise Invalid("text.long", field="text", have=len(text), most=LONGEST)
    number = facts.project.version + 1
    row = {"project_id": facts.project.id, "number": number, "host_id": facts.project.host_id, "task": task.key,
           "party": task.party, "box": given.box, "giver": actor.party, "person": actor.person, "at": facts.now,
           "text": text, "supports": "", "withdrawn_at": None}
    written = task.boxes.get(actor.party or 0, ())
    if given.box not in written:
        facts = facts.with_task(task.writing(actor.party or 0, (*written, given.box)))
    return Change(facts=facts, party=actor.party, sees=audience.of_task(facts, task), answer={"number": number},
                  rows=(Insert(table_of(Entry), (row,)),),
                  details={"task": task.key, "of": task.party, "box": given.box,
                           "sha256": hashlib.sha256(text.encode()).hexdigest()})


def support_entry(facts: Facts, given: SupportEntry) -> Change:
    task, actor = _open(facts, given.task, given.party)
    there = _standing(given.there)
    if (actor.party in there.supports) is not given.back:
        raise Conflict("entry.no_support" if given.back else "entry.supported")
    kept = {*there.supports} - {actor.party} if given.back else {*there.supports, actor.party}
    row = {"project_id": facts.project.id, "number": given.entry,
           "supports": " ".join(str(party) for party in sorted(one for one in kept if one is not None))}
    return Change(facts=facts, party=actor.party, sees=audience.of_task(facts, task),
                  rows=(Update(table_of(Entry), (row,)),),
                  details={"task": task.key, "of": task.party, "entry": given.entry, "back": given.back})


def withdraw_entry(facts: Facts, given: WithdrawEntry) -> Change:
    task, actor = _open(facts, given.task, given.party)
    there = _standing(given.there)
    if there.person != actor.person:
        raise Forbidden("only", act="withdraw_entry", persons=(there.person,))
    row = {"project_id": facts.project.id, "number": given.entry, "withdrawn_at": facts.now}
    if not there.others:
        left = (box for box in task.boxes.get(there.giver, ()) if box != there.box)
        facts = facts.with_task(task.writing(there.giver, left))
    return Change(facts=facts, party=actor.party, sees=audience.of_task(facts, task),
                  rows=(Update(table_of(Entry), (row,)),),
                  details={"task": task.key, "of": task.party, "entry": given.entry})


def _open(facts: Facts, key: str, party: int) -> tuple[TaskFact, MemberFact]:
    """The canvas, while it can be written on, and who writes: somebody of a party that sees it and may speak."""
    task = owed(facts, key, party)
    if facts.task_of(task).kind != "canvas":
        raise NotFound
    actor = require(facts, Act.COMMENT)
    if actor.party is None:
        raise Invalid("entry.no_party", field="text")
    if not may_write(facts, task):
        raise NotFound
    require_open(facts, task)
    return task, actor


def _standing(there: There | None) -> There:
    if there is None:
        raise NotFound
    if there.withdrawn:
        raise Conflict("entry.withdrawn")
    return there
