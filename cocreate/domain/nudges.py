"""What each party owes now and who of it is asked, so that others can nudge them; and when that is possible again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from cocreate.domain import after_no, lacking
from cocreate.domain.assessing import asked
from cocreate.domain.hearing import Subject, entries
from cocreate.domain.rights import PROPOSALS, may_answer
from workflows import engine
from workflows.calendars import add_working_days
from workflows.facts import OWED, UNDECIDED, Facts, ProposalState, TaskFact, TaskState
from workflows.gates import is_open
from workflows.guards import accepting, can_start, rests, unwritten
from workflows.refusals import Refusal

EVERY = 2  # working days
LACKS, AFTER_NO = "lacks", "after_no"


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing that one party owes; ``subject`` is ``str(hearing.Subject)``."""

    subject: str
    party: int
    persons: tuple[int, ...]
    due_at: datetime | None


def asks(facts: Facts) -> tuple[Owed, ...]:
    """Everything that is owed now and can be done; nothing while the project rests or after its end.

    Of what the contract lacks as far as ``facts.missing`` knows.
    """
    if facts.ended or facts.on_hold:
        return ()
    return (*_tasks(facts), *_decisions(facts), *_after_no(facts), *_signatures(facts), *_proposals(facts),
            *_lacks(facts))


def next_possible(facts: Facts, subject: str, party: int) -> date | None:
    """The day from which this party may be nudged about it again; None where it may be now."""
    last = next((n for n in facts.nudges if (n.subject, n.party) == (subject, party)), None)
    if last is None:
        return None
    day = add_working_days(facts.day(last.at), EVERY, facts.calendars)
    return day if facts.today < day else None


def of_refusal(facts: Facts, refusal: Refusal) -> tuple[Owed, ...]:
    """What could be nudged about where this refusal is shown: one thing, or one of each party that can act."""
    wanted = {(str(subject), party) for subject, party in _behind(facts, refusal)}
    return tuple(ask for ask in asks(facts) if (ask.subject, ask.party) in wanted) if wanted else ()


def _behind(facts: Facts, refusal: Refusal) -> Iterator[tuple[Subject, int]]:
    """What has to happen so that a refusal is none any more, and of whom it is asked."""
    values, party = refusal.values, refusal.party
    if refusal.code in after_no.NOES:
        yield from ((Subject(AFTER_NO, values["gate"], one.number), one.number) for one in facts.parties)
    elif refusal.code == "gate.not_enough":
        yield from ((Subject("decision", values["gate"], one), one) for one in values["parties"])
    if party is None:
        return
    if "task" in values and "of" in values:
        yield Subject("task", values["task"], values["of"]), party
    if "gate" in values:
        yield Subject("decision", values["gate"], party), party
    if refusal.code == "canvas.unwritten":
        yield Subject("entries", f"{values['task']}@{values['of']}", party), party
    if refusal.code == "contract.unsigned" and facts.contract is not None:
        yield Subject("signature", str(facts.contract.number), party), party
    if refusal.code in lacking.CODES:
        yield lacks(party), party


def lacks(party: int) -> Subject:
    """Everything that the contract lacks of one party is one thing to nudge about."""
    return Subject(LACKS, "contract", party)


def _lacks(facts: Facts) -> list[Owed]:
    return [Owed(str(lacks(party)), party, _present(facts, party, "champion"), None) for party in lacking.owing(facts)]


def _tasks(facts: Facts) -> list[Owed]:
    found = []
    for task in facts.tasks:
        subject = str(Subject("task", task.key, task.party))
        if (task.state in OWED and can_start(facts, task)) or (
                task.state is TaskState.ENTERED and not rests(facts, task)):  # its yes is owed
            found.append(Owed(subject, task.party, _asked(facts, task), task.due_at))
        elif task.state is TaskState.SUBMITTED and not rests(facts, task):
            found += [Owed(subject, party.number, _present(facts, party.number, "champion"), None)
                      for party in accepting(facts, task)]
        found += [Owed(str(entries(task, party)), party, _present(facts, party, "champion"), task.due_at)
                  for party in unwritten(facts, task)]
    return found


def _decisions(facts: Facts) -> list[Owed]:
    return [Owed(str(Subject("decision", one.gate, one.party)), one.party,
                 _present(facts, one.party, "signatory"), one.due_at)
            for one in facts.decisions if one.state in UNDECIDED
            and facts.definition.gates[one.gate][0] == facts.project.stage and is_open(facts, one.gate)]


def _after_no(facts: Facts) -> list[Owed]:
    """Everybody who can do something about a gate that a no stops, by party."""
    found = []
    for gate in after_no.refused(facts):
        able = after_no.people(facts, gate)
        found += [Owed(str(Subject(AFTER_NO, gate, party.number)), party.number, persons, None)
                  for party in facts.parties
                  if (persons := tuple(one.person for one in able if one.party == party.number))]
    return found


def _signatures(facts: Facts) -> list[Owed]:
    contract = facts.contract
    if contract is None or not engine.waits_for_signatures(facts.definition, facts.project.stage):
        return []
    return [Owed(str(Subject("signature", str(contract.number), party.number)), party.number,
                 _present(facts, party.number, "signatory"), None)
            for party in facts.signing if facts.signature(party.number) is None]


def _proposals(facts: Facts) -> list[Owed]:
    return [Owed(str(Subject("proposal", str(one.number))), party, tuple(
                m.person for m in facts.members if m.party == party and may_answer(PROPOSALS[one.kind], m)), None)
            for one in facts.proposals if one.state is ProposalState.OPEN and one.kind in PROPOSALS
            for party in one.parties if party not in one.agreeing]


def _asked(facts: Facts, task: TaskFact) -> tuple[int, ...]:
    there = (member for person in asked(facts, task) if (member := facts.member(person)) and member.present)
    return tuple(member.person for member in there) or _present(facts, task.party, "champion")


def _present(facts: Facts, party: int, part: str) -> tuple[int, ...]:
    return tuple(member.person for member in facts.people(party, part) if member.present)
