"""A figure that misses the limit of a way on: known as soon as somebody gave it.

And every way out, with who can take it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from cocreate.domain.taking import can_take
from workflows import engine
from workflows.facts import WAIVE, Facts, ProposalFact, ProposalState, TaskState
from workflows.figures import bare
from workflows.refusals import Refusal

LIMIT = "figure.limit"  # the code of its refusal


@dataclass(frozen=True, slots=True)
class Out:
    """One way out. kind: change (give another value), waive (propose to go on all the same), answer (it is proposed),
    back. key: of the task, the path of the first figure, the proposal's number, the transition. persons: who can take
    it.
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


def to_choose(ways: Iterable[engine.Way]) -> tuple[Refusal, ...]:
    """The limits that are missed by what nobody works on any more: no task, only decisions stand beside them."""
    stuck = [way.refusals for way in ways if not way.back
             and all(one.code == LIMIT or one.code.startswith("gate.") for one in way.refusals)]
    # A way that is free lacks nothing: beside it nothing is to be chosen.
    return tuple({path_of(one): one for one in min(stuck, key=len, default=()) if one.code == LIMIT}.values())


def can_act(facts: Facts, refusal: Refusal) -> frozenset[int]:
    """Who is asked for a way out; nobody while it is proposed to go on all the same: then that is to be answered."""
    outs = ways_out(facts, [refusal])
    if any(out.kind == "answer" for out in outs):
        return frozenset()
    return frozenset(person for out in outs for person in out.persons)


def together(facts: Facts, path: str) -> tuple[Refusal, ...]:
    """The limits that are missed on the same way on, if this value misses one, and of which nobody has proposed yet to
    go on all the same: they are proposed as one.
    """
    ways = ({path_of(one): one for one in way.refusals if one.code == LIMIT}
            for way in engine.ways(facts) if not way.back)
    beside = min((found for found in ways if path in found), key=len, default={})
    return tuple(one for path, one in beside.items() if _proposed(facts, path) is None)


def path_of(refusal: Refusal) -> str:
    return bare(refusal.values["figure"])


def ways_out(facts: Facts, refusals: Sequence[Refusal]) -> tuple[Out, ...]:
    """Each once: what leads out of several limits is one way."""
    found = (out for out in (
        *(out for refusal in refusals for out in _change(facts, refusal)),
        *_waive(facts, [path_of(refusal) for refusal in refusals]), *_back(facts)) if out.persons)
    return tuple({(out.kind, out.key, out.party): out for out in found}.values())


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


def _waive(facts: Facts, paths: Sequence[str]) -> Iterator[Out]:
    """All parties of the contract can agree to go on all the same; with one proposal, whatever the limits."""
    contracting = frozenset(party.number for party in facts.contracting)
    for path in paths:
        if (open_ := _proposed(facts, path)) is not None:
            yield Out("answer", str(open_.number), _lead(
                facts, contracting.intersection(open_.parties).difference(open_.agreeing)))
    if free := [path for path in paths if _proposed(facts, path) is None]:
        yield Out("waive", free[0], _lead(facts, contracting))


def _proposed(facts: Facts, path: str) -> ProposalFact | None:
    """The open proposal to go on although this misses its limit."""
    return next((one for one in facts.proposals if one.state is ProposalState.OPEN and one.is_about(WAIVE, path)), None)


def _lead(facts: Facts, parties: frozenset[int]) -> tuple[int, ...]:
    return tuple(member.person for member in facts.members if member.present and member.party in parties
                 and member.parts & {"champion", "signatory"})


def _back(facts: Facts) -> Iterator[Out]:
    for way in engine.ways(facts):
        if way.back:
            yield Out("back", way.key, tuple(member.person for member in facts.members if can_take(
                replace(facts, actor=member), way.key)))
