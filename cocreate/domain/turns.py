"""Whose turn it is: what one person can do now in a project, in the words of acts. Used by the room, the portal home,
the board and mails, so that all of them say the same.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from cocreate.domain.rights import Act, Right, may, right
from workflows import engine
from workflows.facts import DecisionState, Facts, TaskFact, TaskState
from workflows.guards import accepting, can_start, rests
from workflows.guards import is_open as is_open  # of everybody who asks whose turn it is
from workflows.refusals import Refusal

OWED = (TaskState.OPEN, TaskState.RETURNED)
UNDECIDED = (DecisionState.ASKED, DecisionState.LAPSED)


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing asked of a person. ``act``: fill_in, again, check, decide, decide_again, freeze, sign, go_on.

    key: of the task, gate or transition. party: whose task it is; of anything else the own party.
    """

    act: str
    key: str
    party: int | None
    due_at: datetime | None
    since: datetime
    mine: bool  # asked of this very person, not of a colleague
    reason: str | None = None


def turns(facts: Facts, person: int) -> tuple[Turn, ...]:
    """What this person can do now, most urgent first; nothing while the project rests or after its end."""
    member = facts.member(person)
    if member is None or not member.present or facts.ended or facts.on_hold:
        return ()
    facts = replace(facts, actor=member)
    found = [*_tasks(facts, person), *_checks(facts), *_decisions(facts), *_contract(facts), *_ways(facts)]
    mine = [turn for turn in found if turn.mine or turn.act != "fill_in"]
    return tuple(sorted(mine or found, key=lambda t: (t.due_at is None, t.due_at or t.since, t.act)))


def with_colleagues(facts: Facts, person: int) -> tuple[Turn, ...]:
    """For a champion: what is asked of the others of the own party."""
    member = facts.member(person)
    if member is None or "champion" not in member.parts or facts.ended or facts.on_hold:
        return ()
    return tuple(turn for turn in _tasks(facts, person, others=True) if not turn.mine)


def _tasks(facts: Facts, person: int, *, others: bool = False) -> list[Turn]:
    member = facts.member(person)
    if member is None:
        return []
    return [Turn("again" if task.state is TaskState.RETURNED else "fill_in", task.key, task.party, task.due_at,
                 task.since, mine=_is_mine(task, person), reason=task.reason)
            for task in facts.tasks
            if task.party == member.party and task.state in OWED and can_start(facts, task)
            and (others or _is_mine(task, person))
            and may(Act.SUBMIT, member, party=task.party, asked=task.asked)]


def _is_mine(task: TaskFact, person: int) -> bool:
    return task.asked in (person, None)


def _checks(facts: Facts) -> list[Turn]:
    member = facts.actor
    if member is None or member.party is None:
        return []
    return [Turn("check", task.key, task.party, None, task.since, mine=True)
            for task in facts.tasks if task.state is TaskState.SUBMITTED and not rests(facts, task)
            and any(party.number == member.party for party in accepting(facts, task))
            and may(Act.ACCEPT, member, party=member.party)]


def _decisions(facts: Facts) -> list[Turn]:
    member = facts.actor
    if member is None or not may(Act.DECIDE, member, party=member.party):
        return []
    return [Turn("decide_again" if decision.state is DecisionState.LAPSED else "decide", decision.gate, member.party,
                 decision.due_at, decision.since, mine=True)
            for decision in facts.decisions if decision.party == member.party and decision.state in UNDECIDED
            and facts.definition.gates[decision.gate][0] == facts.project.stage and is_open(facts, decision.gate)]


def _contract(facts: Facts) -> list[Turn]:
    member, stage = facts.actor, facts.definition.stages[facts.project.stage]
    if member is None:
        return []
    if stage.contract == "prepared" and facts.contract is None and may_freeze(facts) and not _owed_here(facts):
        return [Turn("freeze", "contract", member.party, None, facts.project.entered_at, mine=True)]
    contract = facts.contract
    if (stage.contract == "signed" and contract and member.party in {p.number for p in facts.signing}
            and facts.signature(member.party or 0) is None and may(Act.SIGN, member, party=member.party)):
        return [Turn("sign", "contract", member.party, None, contract.frozen_at, mine=True)]
    return []


def may_freeze(facts: Facts) -> bool:
    """Whether the actor may make a contract version ready: who agrees clauses for a contracting party (not who only
    proposes them), or the account manager.
    """
    member = facts.actor
    if member is None or not member.present:
        return False
    agrees = any(right(Act.CLAUSES, part) is Right.OWN for part in member.parts)
    return "manager" in member.parts or (agrees and member.party in {party.number for party in facts.contracting})


def _owed_here(facts: Facts) -> bool:
    return any(task.state is not TaskState.ACCEPTED for key, one in
               facts.definition.stages[facts.project.stage].tasks.items() if one.required
               for task in facts.instances(key))


def _ways(facts: Facts) -> list[Turn]:
    """Going on is asked of those who may, once nothing stands in the way."""
    own = facts.actor.party if facts.actor else None
    return [Turn("go_on", way.key, own, None, facts.project.entered_at, mine=True)
            for way in engine.ways(facts) if not way.back and way.open and can_take(facts, way.key)]


def can_take(facts: Facts, transition: str) -> bool:
    """Whether the actor is one of those that the template lets take a transition."""
    member = facts.actor
    if member is None or not member.present or not member.parts & {"champion", "signatory", "manager"}:
        return False
    seat = facts.party(member.party).seat if member.party is not None else None
    return engine.may_take(facts, facts.definition.transitions[transition], seat=seat, host="manager" in member.parts)


def waits_for(facts: Facts) -> tuple[Refusal, ...]:
    """What the next step forward waits for, oldest first; empty where nothing stands in the way."""
    forward = [way for way in engine.ways(facts) if not way.back]
    if forward:
        return min((way.refusals for way in forward), key=len)
    automatic = [key for key, way in facts.definition.transitions.items()
                 if way.automatic and way.from_ == facts.project.stage]
    return engine.why_not(facts, automatic[0]) if automatic else ()
