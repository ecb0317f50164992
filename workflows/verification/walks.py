"""From every stage the success can still be reached: stages are walked, with seats filled and with seats empty.

Whoever is asked can do what he is asked; what is asked of nobody is done.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from workflows import conditions as c
from workflows.definition import AtLeast, Definition, Transition
from workflows.texts import say
from workflows.verification.findings import Finding, Story, error, listed, seat_name
from workflows.verification.names import paths_of

MOST_SITUATIONS = 20_000  # of one walk; beyond that a definition is not proven, never proven


@dataclass(frozen=True, slots=True)
class _Situation:
    """A stage, and the stages passed before that something later asks about."""

    stage: str
    passed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Cast:
    """Who sits where in one story: seat -> number of organisations."""

    definition: Definition
    holders: Mapping[str, int]
    opening: Story = ()

    def seated(self, seats: Sequence[str]) -> int:
        return sum(self.holders[seat] for seat in seats)

    @cached_property
    def remembered(self) -> frozenset[str]:
        """Stages that some other stage asks about later."""
        d = self.definition
        asked = {(t.from_, d.tasks[key][0]) for t in d.transitions.values() for key in tasks_of(t.when)}
        asked |= {(t.from_, d.gates[key][0]) for t in d.transitions.values() for key in gates_of(t.when)}
        asked |= {(stage, d.tasks[one][0]) for stage, task in d.tasks.values() for one in task.after}
        asked |= {(stage, d.tasks[one][0]) for key, (stage, _) in d.gates.items() for one in d.about(key)}
        contract = {key for key, stage in d.stages.items() if stage.contract}
        return frozenset({to for here, to in asked if here != to} | contract)

    def lacking(self, condition: c.AnyCondition | None, here: _Situation) -> str | None:
        """Why this can never hold in this situation; None where its people can bring it about."""
        match condition:
            case c.All(all=inner):
                return next(filter(None, (self.lacking(one, here) for one in inner)), None)
            case c.Any_(any=inner):
                reasons = [self.lacking(one, here) for one in inner]
                return None if None in reasons else reasons[0]
            case c.Not(not_=one):
                return self.lacking(one, here)
            case c.GateAgreed(gate=key):
                return self.undecided(key, here)
            case c.PartySeated(party=seat) if not self.holders[seat]:
                return f"{seat_name(self.definition, seat)} must be there, and that seat may stay empty"
            case c.ContractIs(contract=state):
                wanted = "prepared" if state == "agreed" else "signed"
                reached = any(self.definition.stages[stage].contract == wanted for stage in here.passed | {here.stage})
                return None if reached else f"the contract is not {wanted} before or in this stage"
            case c.Tasks():
                tasks = self.definition.stages[here.stage].tasks
                return self.open([key for key, task in tasks.items() if task.required], here)
        paths = [path for path in paths_of(condition) if isinstance(condition, c.FigureReaches)]
        return next(filter(None, (self.unknown(path) for path in paths)), None) or \
            self.open(list(tasks_of(condition)), here)

    def open(self, keys: Sequence[str], here: _Situation) -> str | None:
        """Why one of these tasks, or one it follows, can never be accepted here."""
        d = self.definition
        seen, rest = set(keys), list(keys)
        while rest:
            stage, task = d.tasks[rest.pop()]
            if not self.seated(task.of):
                continue  # asked of nobody
            if stage != here.stage and stage not in here.passed:
                return f"'{say(task.title)}' is asked only in {d.stage_name(stage)}"
            if task.accepted_by != "nobody" and task.accepted_by not in task.of and not self.holders[task.accepted_by]:
                return f"{seat_name(d, task.accepted_by)} must accept '{say(task.title)}', and that seat may stay empty"
            rest += [one for one in task.after if one not in seen]
            seen.update(task.after)
        return None

    def unknown(self, path: str) -> str | None:
        """Why a figure can never have a value."""
        asked = self.definition.tasks[path.split(".")[1]][1].of
        if not self.seated(asked):
            return f"'{path}' is asked of nobody while {listed(asked)} is empty"
        return None

    def undecided(self, key: str, here: _Situation) -> str | None:
        """Why a gate can never be agreed here."""
        d = self.definition
        stage, gate = d.gates[key]
        question = say(gate.question)
        if stage != here.stage and stage not in here.passed:
            return f"'{question}' is decided only in {d.stage_name(stage)}"
        if not self.seated(gate.of):
            return f"nobody decides '{question}' while {listed(gate.of)} is empty"
        if isinstance(gate.rule, AtLeast):
            there = self.seated([gate.rule.of] if gate.rule.of else gate.of)
            if there < gate.rule.at_least:
                return f"'{question}' needs {gate.rule.at_least} and there may be only {there}"
        return self.open(d.about(key), here)


def tasks_of(condition: c.AnyCondition | None) -> Iterator[str]:
    for _, one in c.walk(condition):
        match one:
            case c.TaskAccepted(task=key) | c.Signed(signed=key):
                yield key
            case c.DocumentThere() | c.FigureReaches():
                yield from (path.split(".")[1] for path in paths_of(one))


def gates_of(condition: c.AnyCondition | None) -> Iterator[str]:
    yield from (one.gate for _, one in c.walk(condition) if isinstance(one, c.GateAgreed))


def _casts(d: Definition) -> Iterator[_Cast]:
    """Everybody there; nobody who need not be; each optional seat alone empty, and alone filled."""
    full = {key: seat.many.max if seat.many else 1 for key, seat in d.parties.items()}
    least = {key: (seat.many.min if seat.many else 1) if seat.required else 0 for key, seat in d.parties.items()}
    yield _Cast(d, full)
    if least == full:
        return
    yield _Cast(d, least, ("Every seat that may be empty is empty, every other has as few as it may.",))
    for key in (key for key, seat in d.parties.items() if not seat.required):
        yield _Cast(d, {**full, key: 0}, (f"The seat {seat_name(d, key)} stays empty.",))
        only = f"Of the seats that may be empty only {seat_name(d, key)} is filled."
        yield _Cast(d, {**least, key: full[key]}, (only,))


def walks(d: Definition) -> Iterator[Finding]:
    dead: set[str] = set()
    for number, cast in enumerate(_casts(d)):
        walk = _walk(cast)
        if walk is None:
            yield error("walk.not_proven", "stages", f"More than {MOST_SITUATIONS:,} situations; this is not proven.")
            return
        if number == 0:
            yield from _never(d, walk)
        for finding in _dead_ends(walk):
            if finding.path not in dead:
                dead.add(finding.path)
                yield finding


@dataclass(frozen=True)
class _Walk:
    cast: _Cast
    came: Mapping[_Situation, tuple[_Situation, str] | None]  # from where, by which transition
    ways: Mapping[_Situation, Sequence[tuple[str, _Situation]]]

    def story(self, situation: _Situation) -> Story:
        """The shortest way to a situation, a sentence per step."""
        d, steps = self.cast.definition, []
        before = self.came[situation]
        while before is not None:
            situation, key = before
            steps.append(_step(d, key))
            before = self.came[situation]
        return (*self.cast.opening, f"A project begins in {d.stage_name(d.first)}.", *reversed(steps))


def _step(d: Definition, key: str) -> str:
    transition = d.transitions[key]
    where = d.stage_name(transition.to)
    if d.is_back(transition):
        return f"It goes back to {where}."
    return f"It goes on to {where}{' by itself' if transition.automatic else ''}."


def _walk(cast: _Cast) -> _Walk | None:
    """Every situation that can be reached, breadth first; None where there are too many."""
    d = cast.definition
    leaving: dict[str, list[tuple[str, Transition]]] = {}
    for key, transition in d.transitions.items():
        leaving.setdefault(transition.from_, []).append((key, transition))
    start = _Situation(d.first)
    came: dict[_Situation, tuple[_Situation, str] | None] = {start: None}
    ways: dict[_Situation, list[tuple[str, _Situation]]] = {}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        ways[here] = []
        passed = here.passed | ({here.stage} & cast.remembered)
        for key, transition in leaving.get(here.stage, ()):
            if cast.lacking(transition.when, here) is not None:
                continue
            there = _Situation(transition.to, frozenset() if transition.to in d.terminal else passed)
            ways[here].append((key, there))
            if there not in came:
                came[there] = here, key
                queue.append(there)
        if len(came) > MOST_SITUATIONS:
            return None
    return _Walk(cast, came, ways)


def _never(d: Definition, walk: _Walk) -> Iterator[Finding]:
    """Stages and transitions that no story reaches, even with every seat filled."""
    reached = {situation.stage for situation in walk.ways}
    for key in d.stages:
        if key not in reached:
            yield error("stage.unreachable", f"stages.{key}", f"No story leads to {d.stage_name(key)}.")
    taken = {key for ways in walk.ways.values() for key, _ in ways}
    for key, transition in d.transitions.items():
        if key in taken or transition.from_ not in reached:
            continue
        here = next(situation for situation in walk.ways if situation.stage == transition.from_)
        yield error("transition.never", f"transitions.{key}.when",
                     f"This can never be taken: {walk.cast.lacking(transition.when, here)}.", walk.story(here))


def _dead_ends(walk: _Walk) -> Iterator[Finding]:
    """The situations in which a project is stuck: where no way on is left, or where it goes round for ever."""
    d = walk.cast.definition
    dead = set(walk.ways) - _can_succeed(walk)
    stuck = [here for here in walk.ways if here in dead and here.stage not in d.terminal and not _onward(d, walk, here)]
    if dead and not stuck:
        stuck = [here for here in (max(dead, key=lambda one: d.order[one.stage]),) if here.stage not in d.terminal]
    told: set[str] = set()
    for here in stuck:
        if here.stage in told:
            continue
        told.add(here.stage)
        reasons = [f"'{_way(d, key)}' cannot be taken: {why}" for key, transition in d.transitions.items()
                   if transition.from_ == here.stage and (why := walk.cast.lacking(transition.when, here))]
        because = "; ".join(reasons) or "every way from here leads round or into a failure"
        if not any(transition.from_ == here.stage for transition in d.transitions.values()):
            because = "no way leads on"
        yield error("stage.dead_end", f"stages.{here.stage}",
                     f"From {d.stage_name(here.stage)} no success can be reached any more: {because}.",
                     (*walk.story(here), f"Here it stays: {because}."))


def _can_succeed(walk: _Walk) -> set[_Situation]:
    d = walk.cast.definition
    before: dict[_Situation, list[_Situation]] = {}
    for here, ways in walk.ways.items():
        for _, there in ways:
            before.setdefault(there, []).append(here)
    alive = {here for here in walk.ways if d.terminal.get(here.stage) == "success"}
    queue = deque(alive)
    while queue:
        for earlier in before.get(queue.popleft(), ()):
            if earlier not in alive:
                alive.add(earlier)
                queue.append(earlier)
    return alive


def _onward(d: Definition, walk: _Walk, here: _Situation) -> bool:
    """Whether a way forward, other than into a failure, can be taken here."""
    return any(not d.is_back(d.transitions[key]) and there.stage != here.stage and there.stage not in d.terminal
               for key, there in walk.ways[here])


def _way(d: Definition, key: str) -> str:
    name = d.transitions[key].name
    return say(name) if name else key
