"""From every situation that can be reached the success can still be reached: stages are walked, with every seat filled,
with seats empty, with seats left on the way, and with the last days passed that a condition names.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows import conditions as c
from workflows.definition import Definition
from workflows.texts import say
from workflows.verification.findings import Finding, Story, error, seat_name
from workflows.verification.situations import Cast, Situation

MOST_SITUATIONS = 20_000  # of one walk; beyond that a definition is not proven, never proven
TIME = ""  # what leads on where only a day passes


def walks(d: Definition) -> Iterator[Finding]:
    """What cannot be reached, cannot be taken, or cannot be left any more; each place once, by the shortest story."""
    told: set[str] = set()
    first = None
    for walk in _every_walk(d):
        if walk is None:
            yield error("walk.not_proven", "stages", f"More than {MOST_SITUATIONS:,} situations; this is not proven.")
            return
        if first is None:
            first = walk
            yield from _never(walk)
        for finding in _dead_ends(walk):
            if finding.path not in told:
                told.add(finding.path)
                yield finding


def _every_walk(d: Definition) -> Iterator["_Walk | None"]:
    """Everybody there; nobody who need not be; each optional seat alone empty, alone filled, and left on the way."""
    full = {key: seat.many.max if seat.many else 1 for key, seat in d.parties.items()}
    least = {key: (seat.many.min if seat.many else 1) if seat.required else 0 for key, seat in d.parties.items()}
    whole = _walk(Cast(d, full))
    yield whole
    if least == full or whole is None:
        return
    yield _walk(Cast(d, least, ("Every seat that may be empty is empty, every other has as few as it may.",)))
    for key in (key for key, seat in d.parties.items() if not seat.required):
        name = seat_name(d, key)
        without = Cast(d, {**full, key: 0}, (f"The seat {name} stays empty.",))
        yield _walk(without)
        yield _walk(Cast(d, {**least, key: full[key]}, (f"Of the seats that may be empty only {name} is filled.",)))
        # Who sat there leaves, wherever the project is then.
        yield _walk(Cast(d, without.holders), {here: (*whole.story(here), f"Then {name} leaves.")
                                               for here in whole.ways if here.stage not in d.terminal})


@dataclass(frozen=True)
class _Walk:
    cast: Cast
    begins: Mapping[Situation, Story]
    came: Mapping[Situation, tuple[Situation, str] | None]  # from where, by which transition
    ways: Mapping[Situation, Sequence[tuple[str, Situation]]]

    def story(self, situation: Situation) -> Story:
        """The shortest way to a situation, a sentence per step."""
        d = self.cast.definition
        steps: list[str] = []
        before = self.came[situation]
        while before is not None:
            earlier, key = before
            steps.append(_step(d, key, earlier, situation))
            situation, before = earlier, self.came[earlier]
        return (*self.cast.opening, *self.begins[situation], *reversed(steps))


def _step(d: Definition, key: str, before: Situation, after: Situation) -> str:
    if key == TIME:
        return "The last day that is named passes."
    transition = d.transitions[key]
    where = d.stage_name(transition.to)
    if d.is_back(transition):
        return f"It goes back to {where}."
    undecided = [say(gate.question) for name, (stage, gate) in d.gates.items()
                 if stage == before.stage and f"gate:{name}" not in after.holds and _asked_elsewhere(d, name)]
    without = f", without an answer to '{undecided[0]}'" if undecided and after.stage in d.stages else ""
    return f"It goes on to {where}{' by itself' if transition.automatic else ''}{without}."


def _asked_elsewhere(d: Definition, gate: str) -> bool:
    return any(isinstance(one, c.GateAgreed) and one.gate == gate and way.from_ != d.gates[gate][0]
               for way in d.transitions.values() for _, one in c.walk(way.when))


def _walk(cast: Cast, begins: Mapping[Situation, Story] | None = None) -> _Walk | None:
    """Every situation that can be reached, breadth first; None where there are too many."""
    d = cast.definition
    begins = begins or {Situation(d.first): (f"A project begins in {d.stage_name(d.first)}.",)}
    leaving = _leaving(d)
    came: dict[Situation, tuple[Situation, str] | None] = dict.fromkeys(begins)
    ways: dict[Situation, list[tuple[str, Situation]]] = {}
    queue = deque(begins)
    while queue:
        here = queue.popleft()
        ways[here] = [(key, there) for key in leaving.get(here.stage, ())
                      if cast.lacking(d.transitions[key].when, here) is None for there in cast.after(key, here)]
        if cast.passes and not here.late and here.stage not in d.terminal:
            ways[here].append((TIME, Situation(here.stage, here.holds, late=True)))
        for key, there in ways[here]:
            if there not in came:
                came[there] = here, key
                queue.append(there)
        if len(came) > MOST_SITUATIONS:
            return None
    return _Walk(cast, begins, came, ways)


def _leaving(d: Definition) -> dict[str, list[str]]:
    """The ways out of each stage, without those that never come to it because another goes by itself before."""
    found: dict[str, list[str]] = {}
    for key, transition in d.transitions.items():
        if overtaken_by(d, key) is None:
            found.setdefault(transition.from_, []).append(key)
    return found


def overtaken_by(d: Definition, key: str) -> str | None:
    """The automatic transition that is always taken before this one can be."""
    way = d.transitions[key]
    needs = _parts(way.when)
    return next((other for other, one in d.transitions.items() if one.automatic and one.from_ == way.from_
                 and other != key and _parts(one.when) <= needs
                 and not (way.automatic and _parts(one.when) == needs and [*d.transitions].index(other) > [
                     *d.transitions].index(key))), None)


def _parts(condition: c.AnyCondition | None) -> frozenset[str]:
    """What must hold together, part by part; a choice is one part."""
    if isinstance(condition, c.All):
        return frozenset().union(*map(_parts, condition.all))
    return frozenset() if condition is None else frozenset({condition.model_dump_json(by_alias=True)})


def _never(walk: _Walk) -> Iterator[Finding]:
    """Stages and transitions that no story reaches, even with every seat filled."""
    d = walk.cast.definition
    reached = {situation.stage for situation in walk.ways}
    for key in d.stages:
        if key not in reached:
            yield error("stage.unreachable", f"stages.{key}", f"No story leads to {d.stage_name(key)}.")
    taken = {key for ways in walk.ways.values() for key, _ in ways}
    for key, transition in d.transitions.items():
        if key in taken or transition.from_ not in reached:
            continue
        here = next(situation for situation in walk.ways if situation.stage == transition.from_)
        before = overtaken_by(d, key)
        why = walk.cast.lacking(transition.when, here) if before is None else f"'{_way(d, before)}' goes before it"
        yield error("transition.never", f"transitions.{key}.when", f"This can never be taken: {why}.", walk.story(here))


def _dead_ends(walk: _Walk) -> Iterator[Finding]:
    """The situations in which a project is stuck: where no way on is left, or where it goes round for ever."""
    d = walk.cast.definition
    dead = {here for here in walk.ways.keys() - _can_succeed(walk) if here.stage not in d.terminal}
    stuck = [here for here in walk.ways if here in dead and not _onward(walk, here)]
    if dead and not stuck:
        stuck = [max(dead, key=lambda one: d.order[one.stage])]
    told: set[str] = set()
    for here in stuck:
        if here.stage not in told:
            told.add(here.stage)
            because = _because(walk, here)
            yield error("stage.dead_end", f"stages.{here.stage}",
                        f"From {d.stage_name(here.stage)} no success can be reached any more: {because}.",
                        (*walk.story(here), f"Here it stays: {because}."))


def _because(walk: _Walk, here: Situation) -> str:
    d = walk.cast.definition
    leaving = [key for key, transition in d.transitions.items() if transition.from_ == here.stage]
    if not leaving:
        return "no way leads on"
    reasons = [f"'{_way(d, key)}' cannot be taken: {why}" for key in leaving
               if (why := walk.cast.lacking(d.transitions[key].when, here))]
    return "; ".join(reasons) or "every way from here leads round or into a failure"


def _can_succeed(walk: _Walk) -> set[Situation]:
    d = walk.cast.definition
    return _reach(walk.ways, (here for here in walk.ways if d.terminal.get(here.stage) == "success"))


def _reach(ways: Mapping[Situation, Sequence[tuple[str, Situation]]], goals: Iterable[Situation]) -> set[Situation]:
    """Every situation from which one of the goals can be reached."""
    before: dict[Situation, list[Situation]] = {}
    for here, on in ways.items():
        for _, there in on:
            before.setdefault(there, []).append(here)
    found = set(goals)
    queue = deque(found)
    while queue:
        new = [earlier for earlier in before.get(queue.popleft(), ()) if earlier not in found]
        found.update(new)
        queue.extend(new)
    return found


def _onward(walk: _Walk, here: Situation) -> bool:
    """Whether a way forward, other than into a failure, can be taken here."""
    d = walk.cast.definition
    return any(key == TIME or (not d.is_back(d.transitions[key]) and there.stage != here.stage
                               and there.stage not in d.terminal) for key, there in walk.ways[here])


def _way(d: Definition, key: str) -> str:
    name = d.transitions[key].name
    return say(name) if name else key
