"""Of what people are reminded: what is owed with a date, and the reminders that begin and end when it changes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cocreate.domain import assessing
from cocreate.domain.hearing import Channel, Subject, entries, recipients
from workflows.calendars import add_working_days, at, local_day
from workflows.deadlines import MORNING, Planned, due, reminders
from workflows.definition import Due
from workflows.facts import (
    UNDECIDED,
    UNGIVEN,
    DecisionFact,
    DutyFact,
    Facts,
    MemberFact,
    TaskFact,
    TaskState,
)
from workflows.gates import is_open
from workflows.guards import accepting, can_start, rests, unwritten
from workflows.values import replace

ASKED_AGAIN = 10  # working days after the yearly question that was not answered


@dataclass(frozen=True, slots=True)
class Matter:
    """Something owed with a date: what reminders are planned for. Of an invitation ``due_at`` is when it was sent."""

    subject: Subject
    round: int
    due_at: datetime
    asked: tuple[int, ...]
    party: int
    champions: tuple[int, ...] = ()


def owed(facts: Facts) -> dict[str, Matter]:
    """Subject -> what is owed now; nothing while the project rests, after its end only duties."""
    if facts.on_hold:
        return {}
    if facts.ended:
        matters = (*_duties(facts), *_yearly(facts))
    else:
        matters = (*_tasks(facts), *_decisions(facts), *_signatures(facts), *_invitations(facts), *_duties(facts))
    return {str(matter.subject): matter for matter in matters}


def _tasks(facts: Facts) -> Iterator[Matter]:
    for task in facts.tasks:
        if task.state in UNGIVEN and task.due_at and can_start(facts, task):
            yield Matter(Subject("task", task.key, task.party), task.round, task.due_at, asked_for(facts, task),
                         task.party, champions(facts, task.party))
        elif by := check_by(facts, task):
            asked = tuple(person for party in accepting(facts, task) for person in champions(facts, party.number))
            if asked:
                yield Matter(Subject("check", task.key, task.party), task.number, by, asked, task.party)
        for writing in unwritten(facts, task):
            lead = champions(facts, writing)
            if task.due_at:
                yield Matter(entries(task, writing), task.round, task.due_at, lead, writing, lead)


def check_by(facts: Facts, task: TaskFact) -> datetime | None:
    """Until when a submitted contribution should be accepted or returned."""
    return task.check_by if task.state is TaskState.SUBMITTED and not rests(facts, task) else None


def _decisions(facts: Facts) -> Iterator[Matter]:
    for one in facts.decisions:
        if one.state in UNDECIDED and one.due_at and can_be_decided(facts, one):
            yield Matter(Subject("decision", one.gate, one.party), one.round, one.due_at,
                         signatories(facts, one.party), one.party, champions(facts, one.party))


def can_be_decided(facts: Facts, decision: DecisionFact) -> bool:
    return facts.definition.gates[decision.gate][0] == facts.project.stage and is_open(facts, decision.gate)


def _invitations(facts: Facts) -> Iterator[Matter]:
    """Who was invited and has not answered. ``champions`` are those who hear of it when nothing came in the end."""
    for member in facts.members:
        if (member.accepted_at is None and member.left_at is None and member.invited_at is not None
                and member.expired_at is None):
            told = recipients("invitation_unanswered", members=facts.members, actor=None, party=member.party)
            yield Matter(Subject("member", str(member.person)), 1, member.invited_at, (member.person,),
                         member.party or 0, tuple(person for person, channel in told if channel is Channel.MAIL))


def _signatures(facts: Facts) -> Iterator[Matter]:
    contract, by = facts.contract, sign_by(facts)
    if contract is None or by is None:
        return
    for party in facts.signing:
        if facts.signature(party.number) is None:
            yield Matter(Subject("signature", str(contract.number), party.number), contract.number, by,
                         signatories(facts, party.number), party.number, champions(facts, party.number))


def sign_by(facts: Facts) -> datetime | None:
    """In the stage of signature: until when all should have signed, which is when the stage should be over."""
    stage = facts.definition.stages.get(facts.project.stage)
    if facts.ended or stage is None or stage.contract != "signed" or not facts.calendars:
        return None
    # Not progression.due_at: a date that is kept nowhere would move on with every act once it has passed.
    return due(Due(days=stage.target + facts.project.rested), stage_entered=facts.project.entered_at,
               project_opened=facts.project.opened_at, accepted={}, target=None, calendars=facts.calendars)


def _duties(facts: Facts) -> Iterator[Matter]:
    """What parties owe by a day, asked of who looks after it, else of their champions."""
    for duty in facts.owed if facts.calendars else ():
        yield Matter(Subject("duty", str(duty.number), duty.party), 1, facts.end_of(duty.due),
                     looks_after(facts, duty), duty.party, champions(facts, duty.party))


def looks_after(facts: Facts, duty: DutyFact) -> tuple[int, ...]:
    """The people who are reminded of a duty."""
    owner = facts.member(duty.owner)
    return (owner.person,) if owner is not None and owner.left_at is None else champions(facts, duty.party)


def _yearly(facts: Facts) -> Iterator[Matter]:
    """Duties of later years belong to a party, and people change: its champion says who looks after them."""
    since = facts.project.ended_at
    if facts.project.outcome != "agreed" or since is None or not facts.calendars:
        return
    for party in facts.present:
        open_ = [duty for duty in facts.duties if duty.party == party.number and duty.done_at is None]
        last = min((duty.confirmed_at or since for duty in open_), default=since)
        asks = _a_year_after(facts.day(last))
        if any(duty.due > asks for duty in open_):
            yield Matter(Subject("duties", str(asks.year), party.number), 1, at(asks, MORNING, facts.zone),
                         champions(facts, party.number), party.number)


def _a_year_after(day: date) -> date:
    return day.replace(year=day.year + 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def signatories(facts: Facts, party: int) -> tuple[int, ...]:
    return tuple(member.person for member in facts.people(party, "signatory"))


def asked_for(facts: Facts, task: TaskFact) -> tuple[int, ...]:
    """Who is reminded: the person asked and whoever stands in for them, else the champions.

    Of an assessment everybody who has not answered; once nobody is left, the champions, who may let it count.
    """
    if assessing.is_assessment(facts, task):
        return assessing.asked(facts, task) or champions(facts, task.party)
    if not task.asked:
        return champions(facts, task.party)
    return task.asked, *(member.person for member in facts.members if task.asked in member.stands_for)


def champions(facts: Facts, party: int) -> tuple[int, ...]:
    return tuple(member.person for member in facts.people(party, "champion"))


def plan(before: Facts, after: Facts) -> tuple[tuple[str, ...], tuple[dict[str, Any], ...]]:
    """Subjects whose planned reminders end, and the rows of those that begin."""
    old, new = owed(before), owed(after)
    ended = tuple(subject for subject, matter in old.items() if new.get(subject) != matter)
    rows = tuple(row for subject, matter in new.items() if old.get(subject) != matter
                 for row in _rows(after, matter, old.get(subject)))
    return ended, rows


def _rows(facts: Facts, matter: Matter, was: Matter | None) -> Iterable[dict[str, Any]]:
    already = (*was.asked, *was.champions) if was and was.round == matter.round else ()
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for member in (facts.member(person) for person in dict.fromkeys((*matter.asked, *matter.champions))):
        for planned in _planned(facts, matter, member) if member else ():
            if member and planned.due_at > facts.now and (
                    member.person in already or not _says_what_the_ask_says(facts, matter, planned, member)):
                row = _row(facts, matter, planned, member.person)
                rows[row["rule"], row["occurrence"], member.person] = row
    return rows.values()


def _says_what_the_ask_says(facts: Facts, matter: Matter, planned: Planned, member: MemberFact) -> bool:
    """Whether it would come on the day on which somebody is asked, before the day on which it is due."""
    return planned.kind == "due_soon" and matter.subject.matter in ("task", "entries", "decision", "signature") and (
        planned.occurrence == local_day(facts.now, member.zone or facts.zone))


def _planned(facts: Facts, matter: Matter, member: MemberFact) -> Iterator[Planned]:
    """The reminders of a matter for one person, in their mornings."""
    rules, asked = facts.definition.reminders, member.person in matter.asked
    zone = member.zone or facts.zone
    match matter.subject.matter:
        case "member":
            all_ = reminders(rules, "invitation", matter.due_at, facts.calendars, zone=zone)
            if asked:
                yield from all_
            elif all_:
                yield replace(all_[-1], rule=len(rules), kind="unanswered", to="champion")
        case "duties":
            first = local_day(matter.due_at, zone)
            for days in (0, ASKED_AGAIN):
                day = add_working_days(first, days, facts.calendars)
                yield Planned(len(rules), day, at(day, MORNING, zone), "still_you", "asked")
        case kind:
            like: Any = "task" if kind in ("check", "entries") else kind
            for planned in reminders(rules, like, matter.due_at, facts.calendars, zone=zone):
                if member.person in (matter.asked if planned.to == "asked" else matter.champions):
                    yield planned


def _row(facts: Facts, matter: Matter, planned: Planned, person: int) -> dict[str, Any]:
    return {"project_id": facts.project.id, "subject": str(matter.subject), "round": matter.round,
            "rule": planned.rule, "occurrence": planned.occurrence, "recipient": person,
            "host_id": facts.project.host_id, "kind": planned.kind, "due_at": planned.due_at,
            "announces": planned.announces_escalation, "state": "planned"}
