"""Whose turn it is: what one person can do now in a project, in the words of acts. Used by the room, the portal home,
the board and mails, so that all of them say the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cocreate.domain import after_no, assessing, audience, charter, lacking, limits, reviewing, settling
from cocreate.domain.hearing import entries
from cocreate.domain.leading import is_first
from cocreate.domain.reminding import asked_for, check_by, looks_after, sign_by
from cocreate.domain.rights import PROPOSALS, Act, Right, may, may_answer, right
from cocreate.domain.taking import can_take
from workflows import engine
from workflows.facts import (
    END,
    OWED,
    UNDECIDED,
    UNGIVEN,
    DecisionState,
    Facts,
    MemberFact,
    ProposalState,
    TaskFact,
    TaskState,
)
from workflows.gates import is_open
from workflows.guards import accepting, began, can_start, first_missing, rests, unwritten, why_open, whys_open
from workflows.refusals import Refusal

AHEAD = timedelta(days=92)  # a duty later than that is no turn yet; its list has it
CALLS = ("help", "helped", "concern")  # on top of every turn: somebody waits for words


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing asked of a person. ``act``: fill_in, again, check, decide, decide_again, after_no (a party did not
    agree: change what it was about, talk, or decide otherwise), doubted (a review says that what the own party gave has
    to change), write (on a canvas that another party is asked for: boxes of the own party await an entry), complete
    (say what becomes of what the contract lacks), freeze, sign, accede, answer, go_on, confirm (what was entered for
    the own party), let_in (a colleague whom another proposed), help (somebody called), helped (somebody answered the
    own call: did it help?), duty, unseen (another party does not see done what the own one reported), invite_again
    (somebody whose invitation expired), limit (a figure misses its limit though every task is done, and the actor has
    a way out), concern (one was raised for this very person to read, who has not answered).

    key: of the task, gate or transition, or the number of the proposal, duty, person or concern, or the path of a
    figure; of entries as in ``hearing.entries``.
    party: whose task it is; of anything else the own party.
    """

    act: str
    key: str
    party: int | None
    due_at: datetime | None
    since: datetime
    mine: bool  # asked of this very person, not of a colleague
    reason: str | None = None
    ways: frozenset[str] = frozenset()  # after a no, beside talking: after_no.CHANGE, after_no.DECIDE


# Nothing goes on before it, whatever else has no date.
_HOLDS_UP = frozenset({"limit", "after_no", "go_on", "complete", "freeze", "sign", "accede"})


def turns(facts: Facts, person: int) -> tuple[Turn, ...]:
    """What this person can do now, most urgent first; nothing while the project rests or after its end."""
    member = facts.member(person)
    if member is None or not member.present or facts.on_hold:
        return ()
    facts = replace(facts, actor=member)
    if facts.ended:
        return (*_proposals(facts), *_expired(facts), *_duties(facts)) if facts.project.outcome == "agreed" else ()
    ways = engine.ways(facts)
    found = [*_tasks(facts, person), *_entries(facts), *_checks(facts), *_decisions(facts), *_after_no(facts),
             *_doubted(facts), *_contract(facts), *_proposals(facts), *_entered(facts), *_proposed(facts),
             *_expired(facts), *_calls(facts), *_concerns(facts), *_ways(facts, ways), *_limits(facts, ways),
             *_duties(facts)]
    mine = [turn for turn in found if turn.mine or turn.act != "fill_in"]
    return tuple(sorted(mine or found, key=lambda t: (
        t.act not in CALLS, t.due_at is None, not t.due_at and t.act not in _HOLDS_UP, t.due_at or t.since, t.act)))


def stands_in_at(facts: Facts, person: int, turn: Turn) -> tuple[str, ...]:
    """For whom somebody does this who could not do it for oneself."""
    member = facts.member(person)
    if member is None or not member.stands_for:
        return ()
    alone = replace(member, parts=member.own, lent=frozenset(), stands_for=frozenset())
    alone_facts = replace(facts, members=tuple(alone if one is member else one for one in facts.members))
    if any((one.act, one.key, one.party) == (turn.act, turn.key, turn.party) for one in turns(alone_facts, person)):
        return ()
    return tuple(one.name for one in facts.members if one.person in member.stands_for)


def with_colleagues(facts: Facts, person: int) -> tuple[Turn, ...]:
    """For a champion: what is asked of the others of the own party."""
    member = facts.member(person)
    if member is None or "champion" not in member.parts or facts.ended or facts.on_hold:
        return ()
    return tuple(turn for turn in _tasks(facts, person, others=True) if not turn.mine)


def of_party(facts: Facts, number: int) -> tuple[Turn, ...]:
    """What a party is asked besides its tasks, once each: what it checks, decides, settles, signs and answers together.

    Also of who has not come in yet, and while the project rests: it is asked of the party all the same.
    """
    if facts.ended:
        return ()
    found: dict[tuple[str, str, int | None], Turn] = {}
    for member in facts.members:
        if member.party == number and member.left_at is None:
            here = replace(facts, actor=replace(member, accepted_at=member.accepted_at or facts.now))
            for turn in (*_entries(here), *_checks(here), *_decisions(here), *_after_no(here), *_doubted(here),
                         *_contract(here)):
                known = found.setdefault((turn.act, turn.key, turn.party), replace(turn, mine=False))
                found[turn.act, turn.key, turn.party] = replace(known, ways=known.ways | turn.ways)
    return (*found.values(), *(replace(turn, mine=False) for turn in _charter(facts, number)))


def _tasks(facts: Facts, person: int, *, others: bool = False) -> list[Turn]:
    member = facts.member(person)
    if member is None:
        return []
    return [Turn("again" if task.state is TaskState.RETURNED else "fill_in", task.key, task.party, task.due_at,
                 task.since, mine=_is_asked(facts, task, member), reason=task.reason)
            for task in facts.tasks
            if task.party == member.party and task.state in OWED and can_start(facts, task)
            and (others or _is_asked(facts, task, member))
            and may(Act.SUBMIT, member, party=task.party, asked=task.asked)]


def _is_asked(facts: Facts, task: TaskFact, member: MemberFact) -> bool:
    """Whether this person shall fill it in: an assessment everybody who has not answered, else who has the task."""
    if assessing.is_assessment(facts, task):
        return member.person in asked_for(facts, task)
    return _is_mine(task, member)


def _is_mine(task: TaskFact, member: MemberFact) -> bool:
    return task.asked in (member.person, None, *member.stands_for) or member.person in task.shared_with


def _entries(facts: Facts) -> list[Turn]:
    """Boxes of the own party on a canvas of another: of who leads; whoever else of the party wants to can write."""
    member = facts.actor
    if member is None or member.party is None or "champion" not in member.parts:
        return []
    return [Turn("write", entries(task, member.party).key, member.party, task.due_at, began(facts, task), mine=True)
            for task in facts.tasks if member.party in unwritten(facts, task)]


def _checks(facts: Facts) -> list[Turn]:
    member = facts.actor
    if member is None or member.party is None:
        return []
    return [Turn("check", task.key, task.party, check_by(facts, task), task.since, mine=True)
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


def _after_no(facts: Facts) -> list[Turn]:
    """A gate that somebody's no stops: of everybody who can do something about it."""
    own = facts.own
    return [Turn("after_no", gate, own, None, min(one.values["since"] for one in said), mine=True, ways=found)
            for gate, said in after_no.refused(facts).items() if (found := after_no.ways(facts, gate, said))]


def _doubted(facts: Facts) -> list[Turn]:
    """A review that asks for a change: of everybody who can open again what it is about."""
    return [Turn("doubted", review.key, review.party, None, review.since, mine=True)
            for review in reviewing.to_change(facts)]


def _contract(facts: Facts) -> list[Turn]:
    member, stage = facts.actor, facts.definition.stages[facts.project.stage]
    if member is None:
        return []
    if prepares(facts) and facts.contract is None and may_freeze(facts) and not owed_here(facts):
        return _completing(facts, member)
    contract = facts.contract
    if (stage.contract == "signed" and contract and member.party in {p.number for p in facts.signing}
            and facts.signature(member.party or 0) is None and may(Act.SIGN, member, party=member.party)):
        return [Turn("sign", "contract", member.party, sign_by(facts), contract.frozen_at, mine=True)]
    return []


def _completing(facts: Facts, member: MemberFact) -> list[Turn]:
    """Making a version ready; while something is missing, that, until somebody has proposed what becomes of it."""
    asks = Turn("freeze", "contract", member.party, None, facts.project.entered_at, mine=True)
    looked = facts.missing is not None
    if not (facts.missing if looked else settling.lacking(facts)):
        return [asks]
    open_ = lacking.of_party(facts, member.party) if looked else settling.unsettled(facts)
    return [replace(asks, act="complete")] if member.party is not None and open_ else []


def prepares(facts: Facts) -> bool:
    """Whether this is the stage in which the contract is made ready."""
    return not facts.ended and facts.definition.stages[facts.project.stage].contract == "prepared"


def _duties(facts: Facts) -> tuple[Turn, ...]:
    """What the own party owes in the next months, soonest first; after the signature acceding comes before it."""
    member, contract = facts.actor, facts.contract
    if member is None:
        return ()
    if (facts.project.outcome == "agreed" and contract and member.party in {party.number for party in facts.acceding()}
            and facts.accession(member.party) is None and may(Act.SIGN, member, party=member.party)):
        return (Turn("accede", "contract", member.party, None, facts.project.ended_at or facts.now, mine=True),)
    near = (one for one in facts.owed if one.party == member.party and one.due - facts.today <= AHEAD)
    owed = sorted((one for one in near if may(Act.DUTY_DONE, member, party=one.party, asked=one.owner)),
                  key=lambda one: one.due)
    unseen = (one for one in facts.duties if one.doubts and may(
        Act.DUTY_BACK, member, party=one.party, asked=one.owner))
    return (*(Turn("unseen", str(one.number), one.party, None, one.done_at or facts.now, mine=True) for one in unseen),
            *(Turn("duty", str(one.number), one.party, facts.end_of(one.due) if facts.calendars else None, facts.now,
                   mine=True) for one in owed if member.person in looks_after(facts, one)))


def _proposals(facts: Facts) -> list[Turn]:
    """What others proposed and the own party has not answered."""
    own = facts.own
    open_ = [one for one in facts.proposals
             if one.state is ProposalState.OPEN and own in one.parties and own not in one.agreeing
             and (one.kind == END) == facts.ended
             and one.kind in PROPOSALS and may_answer(PROPOSALS[one.kind], facts.actor)]
    found = [Turn("answer", str(one.number), own, None, one.at, mine=True) for one in open_ if one.kind != charter.KIND]
    return [*_charter(facts, own), *found] if any(one.kind == charter.KIND for one in open_) else found


def _charter(facts: Facts, party: int | None) -> list[Turn]:
    """One row for all parts of the charter that a party has not answered."""
    parts = charter.to_answer(facts, party)
    return [Turn("charter", "charter", party, None, min(one.at for one in parts), mine=True)] if parts else []


def _entered(facts: Facts) -> list[Turn]:
    """What others typed in for the own party counts only when somebody of it says so."""
    member = facts.actor
    return [Turn("confirm", task.key, task.party, task.due_at, task.since, mine=member is not None and _is_mine(
                task, member))
            for task in facts.tasks if task.state is TaskState.ENTERED and not rests(facts, task)
            and may(Act.CONFIRM, member, party=task.party)]


def _proposed(facts: Facts) -> list[Turn]:
    """Colleagues whom a contributor would pass a task to: a champion lets them in."""
    return [Turn("let_in", task.key, task.party, None, task.since, mine=True)
            for task in facts.tasks if task.wanted is not None and task.state in OWED and not rests(facts, task)
            and may(Act.PEOPLE, facts.actor, party=task.party, directly=True)
            and facts.actor is not None and facts.actor.party == task.party]


def _expired(facts: Facts) -> list[Turn]:
    """People whose invitation expired: whoever may invite them does it again, or takes it back."""
    return [Turn("invite_again", str(member.person), member.party, None, member.expired_at, mine=True)
            for member in facts.members if member.expired_at is not None and member.left_at is None
            and may(Act.PEOPLE, facts.actor, party=member.party, directly=True, first=is_first(facts, member))]


def _calls(facts: Facts) -> list[Turn]:
    """Calls for help that the actor can answer; once somebody did, the asker says whether it helped."""
    member = facts.actor
    if member is None:
        return []
    return [Turn("help" if task.helper is None else "helped", task.key, task.party, None, task.since, mine=True)
            for task in facts.tasks if calls(task) and not rests(facts, task)
            and (may_help(member, task) if task.helper is None else _called(facts, member, task))]


def calls(task: TaskFact) -> bool:
    """Whether a call for help stands; while the task is with those who check it, it rests."""
    return task.help is not None and task.state in UNGIVEN


def _called(facts: Facts, member: MemberFact, task: TaskFact) -> bool:
    """Whether this person says if an answer helped: who asked or stands in for them; of who is gone, a champion."""
    asker = facts.member(task.help_by)
    if asker is not None and asker.present:
        return member is asker or asker.person in member.stands_for
    return member.party == task.party and "champion" in member.parts


def _concerns(facts: Facts) -> list[Turn]:
    """Those that the actor reads and has not answered since they were last raised."""
    me = facts.actor.person if facts.actor else None
    return [Turn("concern", str(one.number), None, None, one.since, mine=True)
            for one in facts.concerns if me in one.readers - one.answered]


_FOLLOWS = ("task.must_follow", "gate.not_open", "figure.missing")
_HELPING = frozenset({"champion", "facilitator", "manager"})


def may_help(member: MemberFact, task: TaskFact) -> bool:
    """Whether a call for help asks this person: who can hear it, but its author.

    Of the own party everybody who works, of other parties the champions, beside facilitator and account manager.
    """
    hears = bool(task.help_sees & audience.reader(member))
    helping = _HELPING | {"contributor", "signatory"} if member.party == task.party else _HELPING
    return member.present and hears and member.person != task.help_by and bool(member.parts & helping)


def may_freeze(facts: Facts) -> bool:
    """Whether the actor may make a contract version ready: who agrees clauses for a contracting party (not who only
    proposes them), or the account manager.
    """
    member = facts.actor
    if member is None or not member.present:
        return False
    agrees = any(right(Act.CLAUSES, part) is Right.OWN for part in member.parts)
    return "manager" in member.parts or (agrees and member.party in {party.number for party in facts.contracting})


def owed_here(facts: Facts) -> tuple[TaskFact, ...]:
    """What this stage asks for and has not got: before it no version of the contract is made ready."""
    return tuple(task for key, one in facts.definition.stages[facts.project.stage].tasks.items() if one.required
                 for task in facts.instances(key) if task.state is not TaskState.ACCEPTED)


def _ways(facts: Facts, ways: Iterable[engine.Way]) -> list[Turn]:
    """Going on is asked of those who may, once nothing stands in the way."""
    own = facts.own
    return [Turn("go_on", way.key, own, None, facts.project.entered_at, mine=True)
            for way in ways if not way.back and way.open and can_take(facts, way.key)]


def _limits(facts: Facts, ways: Iterable[engine.Way]) -> list[Turn]:
    """A figure that misses its limit, once every task is done: of who can do something about it, but not of those
    who proposed to go on all the same. Whoever is asked about that has it as a proposal.
    """
    own = facts.actor
    paths = [limits.path_of(refusal) for refusal in limits.to_choose(ways)
             if own is not None and own.person in limits.can_act(facts, refusal)]
    if own is None or not paths:
        return []
    return [Turn("limit", " ".join(paths), own.party, None, facts.project.entered_at, mine=True)]


def waits_for(facts: Facts) -> tuple[Refusal, ...]:
    """What the next step forward waits for; empty where nothing stands in the way.

    Oldest first, but what only waits for an earlier task stands behind what somebody can do something about.
    """
    able: list[Refusal] = []
    behind: list[Refusal] = []
    begins: list[Refusal] = []
    for refusal in _before_the_contract(facts, _forward(facts)):
        if (first := _begins_with(facts, refusal)) is None:
            able.append(refusal)
        else:
            behind.append(refusal)
            begins.append(why_open(facts, first))
    return (*(able or begins[:1]), *behind)


def _begins_with(facts: Facts, refusal: Refusal) -> TaskFact | None:
    """The task that comes first, where what is missing can only follow an earlier one."""
    if refusal.code not in _FOLLOWS or refusal.values["of"] is None:
        return None
    found, task = None, facts.task(refusal.values["task"], refusal.values["of"])
    while task is not None and (task := first_missing(facts, task)) is not None:
        found = task
    return found


def _before_the_contract(facts: Facts, found: tuple[Refusal, ...]) -> tuple[Refusal, ...]:
    """That no version stands follows from what comes before one is made: tasks of the stage, then what it lacks."""
    if not prepares(facts) or all(one.code != "clauses.open" for one in found):
        return found
    before = [*(why for task in owed_here(facts) for why in whys_open(facts, task)), *(facts.missing or ())]
    others = [one for one in found if one.code != "clauses.open"] if before else list(found)
    return (*others, *(one for one in before if one not in others))


def _forward(facts: Facts) -> tuple[Refusal, ...]:
    forward = [way for way in engine.ways(facts) if not way.back]
    if forward:
        return min((way.refusals for way in forward), key=len)
    automatic = [key for key, way in facts.definition.transitions.items()
                 if way.automatic and way.from_ == facts.project.stage]
    return engine.why_not(facts, automatic[0]) if automatic else ()
