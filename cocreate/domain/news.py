"""What an act means for people: which mails follow from the difference between two sets of facts, and which reminders.

No act has to remember whom to tell. Who hears of a kind of news is the table of ``notices``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cocreate.domain.notices import Channel, Subject, recipients
from workflows import engine
from workflows.deadlines import Planned, reminders
from workflows.facts import ContractState, DecisionState, Facts, TaskFact, TaskState
from workflows.guards import accepting

OWED = (TaskState.OPEN, TaskState.RETURNED)
UNDECIDED = (DecisionState.ASKED, DecisionState.LAPSED)


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened to somebody. ``asked`` are the people it names."""

    kind: str
    subject: Subject
    party: int | None
    asked: tuple[int, ...] = ()


def mails(before: Facts, after: Facts) -> dict[tuple[str, int], tuple[Subject, int]]:
    """(kind, person) -> what it is about first, and how many more of the kind: one mail for several asks."""
    found: dict[tuple[str, int], tuple[Subject, int]] = {}
    actor = after.actor.person if after.actor else None
    for news in (*_tasks(before, after), *_decisions(before, after), *_contract(before, after),
                 *_project(before, after)):
        for person, channel in recipients(news.kind, members=after.members, actor=actor, party=news.party,
                                          asked=news.asked):
            if channel is Channel.MAIL:
                first, more = found.get((news.kind, person), (news.subject, -1))
                found[news.kind, person] = first, more + 1
    return found


def _tasks(before: Facts, after: Facts) -> Iterator[News]:
    old = {task.id: task for task in before.tasks}
    for task in after.tasks:
        was = old.get(task.id)
        if was == task:
            continue
        subject, asked = Subject("task", task.key, task.party), (task.asked,) if task.asked else ()
        changed = was is None or was.state is not task.state
        if task.state is TaskState.OPEN and (was is None or was.asked != task.asked):
            yield News("ask", subject, task.party, asked)
        elif changed and task.state is TaskState.SUBMITTED:
            for party in accepting(after, task):
                yield News("submitted", subject, party.number,
                           tuple(m.person for m in after.people(party.number, "champion")))
        elif changed and task.state is TaskState.RETURNED:
            yield News("returned", subject, task.party, asked)
        elif changed and task.state is TaskState.ACCEPTED:
            yield News("accepted", subject, task.party, asked)


_SAID = {DecisionState.ASKED: "decision_asked", DecisionState.AGREED: "decision_agreed",
         DecisionState.RESERVED: "decision_agreed", DecisionState.REFUSED: "not_agreed",
         DecisionState.LAPSED: "decision_lapsed"}


def _decisions(before: Facts, after: Facts) -> Iterator[News]:
    old = {decision.id: decision.state for decision in before.decisions}
    for decision in after.decisions:
        if old.get(decision.id) is not decision.state and decision.state in _SAID:
            yield News(_SAID[decision.state], Subject("decision", decision.gate, decision.party), decision.party,
                       _signatories(after, decision.party))


def _contract(before: Facts, after: Facts) -> Iterator[News]:
    contract = after.contract
    if contract and contract not in before.contracts and contract.state is ContractState.FROZEN:
        yield News("ready_to_read", Subject("contract", str(contract.number)), None)
    given = {(s.version, s.party, s.person) for s in before.signatures if s.ended_at is None}
    for signature in after.signatures:
        key = signature.version, signature.party, signature.person
        subject = Subject("signature", str(signature.version), signature.party)
        if signature.ended_at is None and key not in given:
            yield News("signed", subject, signature.party, (signature.person,))
        elif signature.ended_at is not None and key in given:
            yield News("signature_ended", subject, signature.party, (signature.person,))
    if after.project.visit != before.project.visit and contract and engine.waits_for_signatures(
            after.definition, after.project.stage):
        for party in after.signing:
            yield News("please_sign", Subject("signature", str(contract.number), party.number), party.number,
                       _signatories(after, party.number))


def _project(before: Facts, after: Facts) -> Iterator[News]:
    stage, was = after.project.stage, before.project.stage
    if stage != was and not after.ended and before.project.version:
        order = after.definition.order
        yield News("gone_back" if order[stage] < order[was] else "gone_on", Subject("stage", stage), None)
    if after.ended and not before.ended and stage in ("declined", "withdrawn"):
        yield News(stage, Subject("stage", stage), None)
    if after.on_hold != before.on_hold:
        yield News("hold" if after.on_hold else "resumed", Subject("stage", stage), None)


def _signatories(facts: Facts, party: int) -> tuple[int, ...]:
    return tuple(member.person for member in facts.people(party, "signatory"))


# reminders


@dataclass(frozen=True, slots=True)
class Matter:
    """Something owed with a date: what reminders are planned for."""

    subject: Subject
    round: int
    due_at: datetime
    asked: tuple[int, ...]
    party: int


def owed(facts: Facts) -> dict[str, Matter]:
    """Subject -> what is owed now; nothing while the project rests or after its end."""
    if facts.ended or facts.on_hold:
        return {}
    tasks = (Matter(Subject("task", t.key, t.party), t.round, t.due_at, _asked(facts, t), t.party)
             for t in facts.tasks if t.state in OWED and t.due_at)
    decisions = (Matter(Subject("decision", d.gate, d.party), d.round, d.due_at, _signatories(facts, d.party), d.party)
                 for d in facts.decisions if d.state in UNDECIDED and d.due_at
                 and facts.definition.gates[d.gate][0] == facts.project.stage)
    return {str(matter.subject): matter for matter in (*tasks, *decisions)}


def _asked(facts: Facts, task: TaskFact) -> tuple[int, ...]:
    return (task.asked,) if task.asked else tuple(m.person for m in facts.people(task.party, "champion"))


def plan(before: Facts, after: Facts) -> tuple[tuple[str, ...], tuple[dict[str, Any], ...]]:
    """Subjects whose planned reminders end, and the rows of those that begin."""
    old, new = owed(before), owed(after)
    ended = tuple(subject for subject, matter in old.items() if new.get(subject) != matter)
    rows = tuple(row for subject, matter in new.items() if old.get(subject) != matter for row in _rows(after, matter))
    return ended, rows


def _rows(facts: Facts, matter: Matter) -> Iterable[dict[str, Any]]:
    champions = tuple(member.person for member in facts.people(matter.party, "champion"))
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for person in dict.fromkeys((*matter.asked, *champions)):
        member = facts.member(person)
        if member is None:
            continue
        for planned in reminders(facts.definition.reminders, _kind(matter), matter.due_at, facts.calendars,
                                 zone=member.zone):
            if planned.due_at > facts.now and person in (matter.asked if planned.to == "asked" else champions):
                row = _row(facts, matter, planned, person)
                rows[row["rule"], row["occurrence"], person] = row
    return rows.values()


def _kind(matter: Matter) -> Any:
    return matter.subject.matter


def _row(facts: Facts, matter: Matter, planned: Planned, person: int) -> dict[str, Any]:
    return {"project_id": facts.project.id, "subject": str(matter.subject), "round": matter.round,
            "rule": planned.rule, "occurrence": planned.occurrence, "recipient": person,
            "host_id": facts.project.host_id, "kind": planned.kind, "due_at": planned.due_at,
            "announces": planned.announces_escalation, "state": "planned"}
