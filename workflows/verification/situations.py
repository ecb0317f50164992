"""What the people of one cast can bring about in one situation of a project, and what they leave behind.

A project can set and reset everything of the stage it is in: contributions are given and reopened, decisions made and
changed. So a situation is a stage and what other stages later look at; a transition carries on the least it must leave
true, and the most it can. Conditions only ever ask for more, so what holds for these two holds for all between.
What is fixed once (a gate of a stage that was left, a day that has passed) is part of the situation. A value that is
missing or too small is waived by all where they want to, so it never ends a project.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from workflows import conditions as c
from workflows.definition import AtLeast, Definition, Transition
from workflows.texts import say
from workflows.verification.findings import Story, listed, seat_name
from workflows.verification.names import paths_of

MOST_BRANCHES = 64  # of one condition, as ways to fulfil it

CONTRACT = ("contract:complete", "contract:agreed", "contract:signed")
Atoms = frozenset[str]  # "seen:STAGE", "gate:KEY", "task:KEY", and those of the contract
NOTHING: Atoms = frozenset()


@dataclass(frozen=True, slots=True)
class Situation:
    """A stage, what holds of other stages, and whether every last day that a condition names has passed."""

    stage: str
    holds: Atoms = NOTHING
    late: bool = False


@dataclass(frozen=True)
class Cast:
    """Who sits where in one story: seat -> number of organisations."""

    definition: Definition
    holders: Mapping[str, int]
    opening: Story = ()

    def seated(self, seats: Iterable[str]) -> int:
        return sum(self.holders[seat] for seat in seats)

    # what is remembered

    @cached_property
    def watched(self) -> Atoms:
        """What of one stage another one asks about."""
        d, found = self.definition, {*CONTRACT}
        asked = {(way.from_, key) for way in d.transitions.values() for key in tasks_of(way.when)}
        asked |= {(stage, one) for stage, task in d.tasks.values() for one in task.waits_for}
        asked |= {(stage, one) for key, (stage, _) in d.gates.items() for one in d.about(key)}
        for here, key in asked:
            stage = d.tasks[key][0]
            if stage != here:
                found.add(f"seen:{stage}")
            if d.order[stage] > d.order[here]:  # asked before it can be given again
                found.add(f"task:{key}")
        found |= {f"gate:{key}" for way in d.transitions.values() for key in gates_of(way.when)
                  if d.gates[key][0] != way.from_}
        return frozenset(found)

    @cached_property
    def passes(self) -> bool:
        """Whether a day can pass that some condition needs."""
        return any(_ends(one) for way in self.definition.transitions.values() for _, one in c.walk(way.when))

    def after(self, key: str, here: Situation) -> Iterator[Situation]:
        """The situations in which a transition that can be taken here may end: with least and with most left true."""
        d, transition = self.definition, self.definition.transitions[key]
        if transition.to in d.terminal:
            yield Situation(transition.to)
            return
        own = {atom for atom in self.watched if self._stage_of(atom) == here.stage}
        kept = (here.holds - own) | ({f"seen:{here.stage}"} & self.watched)
        most = {atom for atom in own if self._possible(atom, here)}
        for forced in dict.fromkeys(map(self._with_contract, self._forced(transition.when, here))):
            for left in (frozenset(self._steady(forced) & own), frozenset(most | (forced & own))):
                yield Situation(transition.to, kept | left - self._reopened(transition), here.late)

    def _stage_of(self, atom: str) -> str:
        d = self.definition
        kind, _, name = atom.partition(":")
        match kind:
            case "task":
                return d.tasks[name][0]
            case "gate":
                return d.gates[name][0]
            case "contract":
                wanted = "signed" if name == "signed" else "prepared"
                return next((key for key, stage in d.stages.items() if stage.contract == wanted), "")
        return name

    def _possible(self, atom: str, here: Situation) -> bool:
        kind, _, name = atom.partition(":")
        match kind:
            case "task":
                return self.open([name], here) is None
            case "gate":
                return self.undecided(name, here) is None
            case "contract":
                return self.lacking(c.ContractIs.model_validate({"contract": name}), here) is None
        return True

    def _forced(self, condition: c.AnyCondition | None, here: Situation) -> list[Atoms]:
        """What holds of this stage when the condition does: one set for each way to fulfil it."""
        match condition:
            case c.All(all=inner):
                ways = [self._forced(one, here) for one in inner]
                count = 1
                for one in ways:
                    count *= len(one)
                if count > MOST_BRANCHES:  # then only what every way has in common
                    ways = [[frozenset.intersection(*one)] for one in ways]
                return [NOTHING.union(*chosen) for chosen in product(*ways)]
            case c.Any_(any=inner):
                return [way for one in inner if self.lacking(one, here) is None for way in self._forced(one, here)]
            case c.GateAgreed(gate=key):
                return [frozenset({f"gate:{key}"})]
            case c.Tasks():
                tasks = self.definition.stages[here.stage].tasks
                return [frozenset(f"task:{key}" for key, task in tasks.items() if task.required)]
            case c.TaskAccepted(task=key) | c.Signed(signed=key):
                return [frozenset({f"task:{key}"})]
            case c.ContractIs(contract="agreed"):
                return [self._contract_gates | {"contract:complete", "contract:agreed"}]
            case c.ContractIs(contract=state):
                return [frozenset({f"contract:{state}"})]
        return [NOTHING]

    @cached_property
    def _contract_gates(self) -> Atoms:
        return frozenset(f"gate:{key}" for key, (_, gate) in self.definition.gates.items() if gate.about == "contract")

    def _with_contract(self, forced: Atoms) -> Atoms:
        """The contract is agreed when every gate about it is; and none of them is before a version was made."""
        if not forced & self._contract_gates:
            return forced
        agreed = {"contract:agreed"} if self._contract_gates <= forced else set()
        return forced | {"contract:complete"} | agreed

    def _steady(self, forced: Atoms) -> Atoms:
        """Without the gates that lapse after their stage is left: somebody may still give what need not be given."""
        d = self.definition
        return frozenset(atom for atom in forced if not atom.startswith("gate:") or all(
            d.tasks[one][1].required or f"task:{one}" in forced or not self.seated(d.tasks[one][1].of)
            for one in d.about(atom.removeprefix("gate:"))))

    def _reopened(self, transition: Transition) -> Atoms:
        d = self.definition
        if not d.is_back(transition):
            return NOTHING
        gates = {key for key in d.gates if key in transition.reopens or set(d.about(key)) & set(transition.reopens)}
        found = {f"task:{key}" for key in transition.reopens if key in d.tasks} | {f"gate:{key}" for key in gates}
        return frozenset(found.union(CONTRACT))

    # what can be brought about

    def lacking(self, condition: c.AnyCondition | None, here: Situation) -> str | None:
        """Why this can never hold in this situation; None where its people can bring it about."""
        match condition:
            case c.All(all=inner):
                return next(filter(None, (self.lacking(one, here) for one in inner)), None)
            case c.Any_(any=inner):
                reasons = [self.lacking(one, here) for one in inner]
                return None if None in reasons else reasons[0]
            case c.Not(not_=c.FigureReaches() as figure):
                return self.lacking(figure, here)
            case c.DateReached() | c.Not():
                return "the last day for it has passed" if here.late and _ends(condition) else None
            case c.GateAgreed(gate=key):
                return self.undecided(key, here)
            case c.PartySeated(party=seat) if not self.holders[seat]:
                return f"{seat_name(self.definition, seat)} must be there, and that seat may stay empty"
            case c.ContractIs(contract=state):
                return self._contract(state, here)
            case c.Tasks():
                tasks = self.definition.stages[here.stage].tasks
                return self.open([key for key, task in tasks.items() if task.required], here)
        paths = [path for path in paths_of(condition) if isinstance(condition, c.FigureReaches)]
        return next(filter(None, (self.unknown(path) for path in paths)), None) or \
            self.open(list(tasks_of(condition)), here)

    def open(self, keys: Sequence[str], here: Situation) -> str | None:
        """Why one of these tasks, or one it follows, can never be accepted here."""
        d = self.definition
        seen, rest = set(keys), list(keys)
        while rest:
            key = rest.pop()
            stage, task = d.tasks[key]
            if not self.seated(task.of):
                continue  # asked of nobody
            if stage != here.stage and f"seen:{stage}" not in here.holds:
                return f"'{say(task.title)}' is asked only in {d.stage_name(stage)}"
            if d.order[stage] > d.order[here.stage] and f"task:{key}" not in here.holds:
                return f"'{say(task.title)}' can be given only when the project is in {d.stage_name(stage)} again"
            if task.accepted_by != "nobody" and task.accepted_by not in task.of and not self.holders[task.accepted_by]:
                return (f"{seat_name(d, task.accepted_by)} must accept '{say(task.title)}', "
                        "and that seat may stay empty")
            rest += [one for one in task.waits_for if one not in seen]
            seen.update(task.waits_for)
        return None

    def unknown(self, path: str) -> str | None:
        """Why a figure can never have a value."""
        path, _, seat = path.partition("@")
        asked = [seat] if seat else self.definition.tasks[path.split(".")[1]][1].of
        if not self.seated(asked):
            return f"'{path}' is asked of nobody while {listed(asked)} is empty"
        return None

    def undecided(self, key: str, here: Situation) -> str | None:
        """Why a gate can never be agreed here."""
        d = self.definition
        stage, gate = d.gates[key]
        question = say(gate.question)
        if stage != here.stage:
            if f"gate:{key}" in here.holds:
                return None
            return f"'{question}' is decided only in {d.stage_name(stage)}"
        if not self.seated(gate.of):
            return f"nobody decides '{question}' while {listed(gate.of)} is empty"
        if isinstance(gate.rule, AtLeast):
            there = self.seated([gate.rule.of] if gate.rule.of else gate.of)
            if there < gate.rule.at_least:
                return f"'{question}' needs {gate.rule.at_least} and there may be only {there}"
        return self.open(d.about(key), here)

    def _contract(self, state: str, here: Situation) -> str | None:
        d = self.definition
        if f"contract:{state}" in here.holds:
            return None
        happens = d.stages[here.stage].contract
        match state:
            case "signed" if happens == "signed":
                return None if "contract:agreed" in here.holds else \
                    "nobody signs a contract that was not agreed where it is prepared"
            case "complete" if happens == "prepared":
                return None
            case "agreed" if happens == "prepared":
                gates = (key for key, (_, gate) in d.gates.items() if gate.about == "contract")
                return next(filter(None, (self.undecided(key, here) for key in gates)), None)
        return f"the contract is not {'signed' if state == 'signed' else 'prepared'} before or in this stage"


def _ends(condition: c.AnyCondition) -> bool:
    """Whether this holds until a day and never after it."""
    match condition:
        case c.DateReached(date=window):
            return window.not_after is not None
        case c.Not(not_=c.DateReached(date=window)):
            return window.not_after is None  # before its first day, and never again
    return False


def tasks_of(condition: c.AnyCondition | None) -> Iterator[str]:
    for _, one in c.walk(condition):
        match one:
            case c.TaskAccepted(task=key) | c.Signed(signed=key):
                yield key
            case c.DocumentThere() | c.FigureReaches():
                yield from (path.split(".")[1] for path in paths_of(one))


def gates_of(condition: c.AnyCondition | None) -> Iterator[str]:
    yield from (one.gate for _, one in c.walk(condition) if isinstance(one, c.GateAgreed))
