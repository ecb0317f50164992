"""What an act means for people: which mails follow from the difference between two sets of facts, and which reminders.

No act has to remember whom to tell. Who hears of a kind of news is the table of ``notices``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cocreate.domain.notices import Channel, Subject, recipients
from workflows import engine
from workflows.calendars import at
from workflows.deadlines import Planned, due, reminders
from workflows.definition import Due
from workflows.facts import ContractState, DecisionFact, DecisionState, Facts, MemberFact, TaskFact, TaskState
from workflows.gates import is_open
from workflows.guards import accepting, can_start

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
    for news in (*_tasks(before, after), *_around(before, after), *_decisions(before, after), *_contract(before, after),
                 *_people(before, after), *_project(before, after)):
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
        subject, asked = Subject("task", task.key, task.party), _asked(after, task) if task.asked else ()
        changed = was is None or was.state is not task.state
        if task.state is TaskState.OPEN:
            if can_start(after, task) and (was is None or was.asked != task.asked or not can_start(before, was)):
                yield News("ask", subject, task.party, asked)
        elif changed and task.state is TaskState.SUBMITTED:
            for party in accepting(after, task):
                yield News("submitted", subject, party.number,
                           tuple(m.person for m in after.people(party.number, "champion")))
        elif task.state is TaskState.RETURNED and (changed or (was is not None and was.asked != task.asked)):
            yield News("returned", subject, task.party, asked)
        elif changed and task.state is TaskState.ENTERED:
            yield News("entered", subject, task.party, asked or _champions(after, task.party))
        elif changed and task.state is TaskState.ACCEPTED:
            yield News("accepted", subject, task.party, asked)


def _around(before: Facts, after: Facts) -> Iterator[News]:
    """Waits for somebody outside that began or ended, and colleagues who shall be let in."""
    old = {task.id: task for task in before.tasks}
    for task in after.tasks:
        was, subject = old.get(task.id), Subject("task", task.key, task.party)
        if was is None:
            continue
        ended = task.outside_until is None and was.outside_until is not None and task.state in OWED
        if (task.outside_until is not None and was.outside_until != task.outside_until) or (
                ended and after.actor is None):
            yield News("waiting_outside", subject, task.party, (task.asked,) if task.asked else ())
        if task.wanted is not None and was.wanted != task.wanted:
            yield News("handed_over", subject, task.party, _champions(after, task.party))


_SAID = {DecisionState.ASKED: "decision_asked", DecisionState.AGREED: "decision_agreed",
         DecisionState.RESERVED: "decision_agreed", DecisionState.REFUSED: "not_agreed",
         DecisionState.LAPSED: "decision_lapsed"}


def _decisions(before: Facts, after: Facts) -> Iterator[News]:
    old = {decision.id: decision for decision in before.decisions}
    for decision in after.decisions:
        was = old.get(decision.id)
        kind = None if was and was.state is decision.state else _SAID.get(decision.state)
        if decision.state in UNDECIDED and not (kind == "decision_lapsed" and _is_here(after, decision)):
            # Asked of people once they can decide: for the first time, or again after something was mended.
            asked_before = was is not None and was.state in UNDECIDED and _can_be_decided(before, was)
            kind = "decision_asked" if _can_be_decided(after, decision) and not asked_before else None
        if kind:
            yield News(kind, Subject("decision", decision.gate, decision.party), decision.party,
                       _signatories(after, decision.party))


def _is_here(facts: Facts, decision: DecisionFact) -> bool:
    """Whether its gate is one of the running stage; those of other stages rest."""
    return facts.definition.gates[decision.gate][0] == facts.project.stage


def _can_be_decided(facts: Facts, decision: DecisionFact) -> bool:
    return _is_here(facts, decision) and is_open(facts, decision.gate)


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


def _people(before: Facts, after: Facts) -> Iterator[News]:
    """Who came, who said no, who went, who took over."""
    old = {member.person: member for member in before.members}
    for member in after.members:
        was, subject = old.get(member.person), Subject("member", str(member.person))
        if was is None or was.left_at is not None:
            continue
        if was.accepted_at is None and member.accepted_at is not None:
            yield News("invitation_accepted", subject, member.party)
        elif was.accepted_at is None and member.left_at is not None:
            if after.actor is None or after.actor.person == member.person:  # else it was taken back
                yield News("invitation_declined", subject, member.party)
        elif member.left_at is not None and _alone(before, after, member):
            yield News("left", subject, member.party)
    yield from (*_parties(before, after), *_handed_over(before, after))


def _alone(before: Facts, after: Facts, member: MemberFact) -> bool:
    """Whether somebody goes as a person: neither with the whole party nor by handing the project over."""
    if member.person == before.project.manager_id != after.project.manager_id:
        return False
    return member.party is None or after.party(member.party).left_at is None


def _handed_over(before: Facts, after: Facts) -> Iterator[News]:
    if before.project.manager_id not in (None, after.project.manager_id):
        yield News("handed_over", Subject("project", ""), None, (after.project.manager_id or 0,))
    begun = {absence.number for absence in before.absences if absence.runs}
    for absence in after.absences:
        if absence.runs and absence.number not in begun:
            substitute = after.member(absence.substitute)
            yield News("handed_over", Subject("absence", str(absence.number)), substitute.party if substitute else None,
                       (absence.substitute,))


def _parties(before: Facts, after: Facts) -> Iterator[News]:
    old = {party.number: party for party in before.parties}
    for party in after.parties:
        was = old.get(party.number)
        if was is None and before.project.version:
            yield News("joined", Subject("party", str(party.number)), party.number)
        elif was is not None and was.left_at is None and party.left_at is not None:
            yield News("left", Subject("party", str(party.number)), party.number)


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
    champions: tuple[int, ...] = ()


def owed(facts: Facts) -> dict[str, Matter]:
    """Subject -> what is owed now; nothing while the project rests or after its end."""
    if facts.on_hold:
        return {}
    if facts.ended:
        return {str(matter.subject): matter for matter in _duties(facts)}
    tasks = (Matter(Subject("task", t.key, t.party), t.round, t.due_at, _asked(facts, t), t.party,
                    _champions(facts, t.party))
             for t in facts.tasks if t.state in OWED and t.due_at and can_start(facts, t))
    decisions = (Matter(Subject("decision", d.gate, d.party), d.round, d.due_at, _signatories(facts, d.party), d.party,
                        _champions(facts, d.party))
                 for d in facts.decisions if d.state in UNDECIDED and d.due_at and _can_be_decided(facts, d))
    return {str(matter.subject): matter for matter in (*tasks, *decisions, *_signatures(facts))}


def _signatures(facts: Facts) -> Iterator[Matter]:
    """In the stage of signature: who has not signed, due when the stage should be over."""
    contract, stage = facts.contract, facts.definition.stages[facts.project.stage]
    if contract is None or stage.contract != "signed" or not facts.calendars:
        return
    # Not progression.due_at: a date that is kept nowhere would move on with every act once it has passed.
    by = due(Due(days=stage.target), stage_entered=facts.project.entered_at, project_opened=facts.project.opened_at,
             accepted={}, target=None, calendars=facts.calendars)
    for party in facts.signing:
        if by is not None and facts.signature(party.number) is None:
            yield Matter(Subject("signature", str(contract.number), party.number), contract.number, by,
                         _signatories(facts, party.number), party.number, _champions(facts, party.number))


def _duties(facts: Facts) -> Iterator[Matter]:
    """After the signature: what parties owe by a day, asked of their champions."""
    if facts.project.outcome != "agreed" or not facts.calendars:
        return
    calendar = facts.calendars[0]
    for duty in facts.duties:
        if duty.done_at is None:
            yield Matter(Subject("duty", str(duty.number), duty.party), 1, at(duty.due, calendar.end, calendar.zone),
                         _champions(facts, duty.party), duty.party, _champions(facts, duty.party))


def _asked(facts: Facts, task: TaskFact) -> tuple[int, ...]:
    """Who is reminded: the person asked and whoever stands in for them, else the champions."""
    if not task.asked:
        return _champions(facts, task.party)
    return task.asked, *(member.person for member in facts.members if task.asked in member.stands_for)


def _champions(facts: Facts, party: int) -> tuple[int, ...]:
    return tuple(member.person for member in facts.people(party, "champion"))


def plan(before: Facts, after: Facts) -> tuple[tuple[str, ...], tuple[dict[str, Any], ...]]:
    """Subjects whose planned reminders end, and the rows of those that begin."""
    old, new = owed(before), owed(after)
    ended = tuple(subject for subject, matter in old.items() if new.get(subject) != matter)
    rows = tuple(row for subject, matter in new.items() if old.get(subject) != matter for row in _rows(after, matter))
    return ended, rows


def _rows(facts: Facts, matter: Matter) -> Iterable[dict[str, Any]]:
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for person in dict.fromkeys((*matter.asked, *matter.champions)):
        member = facts.member(person)
        if member is None:
            continue
        for planned in reminders(facts.definition.reminders, _kind(matter), matter.due_at, facts.calendars,
                                 zone=member.zone):
            if planned.due_at > facts.now and person in (matter.asked if planned.to == "asked" else matter.champions):
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
