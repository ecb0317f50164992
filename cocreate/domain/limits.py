"""A figure that misses the limit of a way on: known as soon as somebody gave it.

And every way out, with who can take it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cocreate.domain.taking import can_take
from workflows import engine
from workflows.facts import Facts, ProposalState, TaskState
from workflows.figures import bare
from workflows.refusals import Refusal

LIMIT = "figure.limit"  # the code of its refusal


@dataclass(frozen=True, slots=True)
class Out:
    """One way out. kind: change (give another value), waive (propose to go on all the same), answer (it is proposed),
    back. key: of the task, the figure's path, the proposal's number, the transition. persons: who can take it.
    """

    kind: str
    key: str
    persons: tuple[int, ...]
    party: int | None = None  # whose task it is


def missed(facts: Facts, task: str | None = None) -> tuple[Refusal, ...]:
    """The limits that stand in a way on, each once; only those of a task's figures."""
    if facts.ended or facts.on_hold:
        return ()
    found: dict[tuple[object, ...], Refusal] = {}
    for refusal in (refusal for way in engine.ways(facts) if not way.back for refusal in way.refusals):
        if refusal.code == LIMIT and (task is None or task in _tasks(refusal)):
            found.setdefault((refusal.values["figure"], refusal.party), refusal)
    return tuple(found.values())


def to_choose(facts: Facts) -> tuple[Refusal, ...]:
    """The limits that are missed by what nobody works on any more: no task, only decisions stand beside them."""
    stuck = [way.refusals for way in engine.ways(facts) if not way.back
             and all(one.code == LIMIT or one.code.startswith("gate.") for one in way.refusals)]
    # A way that is free lacks nothing: beside it nothing is to be chosen.
    return tuple({path_of(one): one for one in min(stuck, key=len, default=()) if one.code == LIMIT}.values())


def can_act(facts: Facts, refusal: Refusal) -> frozenset[int]:
    """Who is asked for a way out; nobody while it is proposed to go on all the same: then that is to be answered."""
    outs = ways_out(facts, refusal)
    if any(out.kind == "answer" for out in outs):
        return frozenset()
    return frozenset(person for out in outs for person in out.persons)


def path_of(refusal: Refusal) -> str:
    return bare(refusal.values["figure"])


def ways_out(facts: Facts, refusal: Refusal) -> tuple[Out, ...]:
    return tuple(out for out in (*_change(facts, refusal), *_waive(facts, path_of(refusal)),
                                 *_back(facts)) if out.persons)


def _tasks(refusal: Refusal) -> dict[str, int | None]:
    """Task -> whose it is, of the figure that misses its limit and of those that would do instead."""
    of = (refusal, *refusal.values.get("instead", ()))
    return {str(one.values["figure"]).split(".")[1]: one.party for one in reversed(of) if "figure" in one.values}


def _change(facts: Facts, refusal: Refusal) -> Iterator[Out]:
    """Until it is accepted its party can give another value."""
    for key, party in _tasks(refusal).items():
        task = facts.task(key, party) if party is not None else None
        if task is not None and task.state is not TaskState.ACCEPTED:
            asked = facts.member(task.asked)
            people = (asked,) if asked is not None and asked.present else facts.people(task.party, "champion")
            yield Out("change", key, tuple(member.person for member in people if member.present), task.party)


def _waive(facts: Facts, path: str) -> Iterator[Out]:
    """All parties of the contract can agree to go on all the same."""
    contracting = {party.number for party in facts.contracting}
    open_ = next((one for one in facts.proposals if one.kind == "waive" and one.subject == path
                  and one.state is ProposalState.OPEN), None)
    asked = contracting if open_ is None else contracting.intersection(open_.parties).difference(open_.agreeing)
    persons = tuple(member.person for member in facts.members if member.present and member.party in asked
                    and member.parts & {"champion", "signatory"})
    yield Out("waive", path, persons) if open_ is None else Out("answer", str(open_.number), persons)


def _back(facts: Facts) -> Iterator[Out]:
    for way in engine.ways(facts):
        if way.back:
            yield Out("back", way.key, tuple(member.person for member in facts.members if can_take(
                replace(facts, actor=member), way.key)))
