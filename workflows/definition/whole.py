"""The definition itself, and what is looked up in it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from workflows.conditions import FigureReaches, PartySeated, all_of, walk
from workflows.definition.stages import Days, Gate, ReminderRule, Seat, Stage, Task, Transition
from workflows.definition.terms import Annex, Clause, DecideRule, DutyRule, PartyDetails
from workflows.fields import Computed, Key, OnlyIf, Strict, TypedField, answers_of
from workflows.hanging import Part, parts
from workflows.texts import Language, Text, say

Strategy = Literal[
    "industrial_symbiosis", "take_back", "platform", "customer_cooperation", "proximity", "value_network", "open"
]
Holders = list[Key] | None  # seats, host, facilitator; None: as in every project


class May(Strict):
    """Who may do what exists in every project; a template narrows it, never more. Empty: nobody may."""

    hold: Holders = None
    decline: Holders = None
    leave: Holders = None
    withdraw: Holders = None
    add_party: Holders = None

    def named(self) -> Iterator[tuple[str, list[Key]]]:
        """(act, who may) of all that is narrowed."""
        for act in type(self).model_fields:
            if (holders := getattr(self, act)) is not None:
                yield act, holders


class Definition(Strict):
    """A whole workflow, with everything its people read."""

    format: Literal[1]
    key: Key
    name: Text
    strategy: Strategy
    language: Language = "en"
    summary: Text
    ends_in: Text  # "an agreement on ..."
    parties: Annotated[dict[Key, Seat], Field(min_length=1, max_length=20)]
    stages: Annotated[dict[Key, Stage], Field(min_length=2, max_length=200)]
    transitions: Annotated[dict[Key, Transition], Field(min_length=1)]
    reminders: list[ReminderRule] = []
    contract_title: Text
    party_details: PartyDetails = PartyDetails()
    clauses: dict[Key, Clause] = {}
    annexes: dict[Key, Annex] = {}
    duties: list[DutyRule] = []
    decide: list[DecideRule] = []
    terminal: dict[Key, Literal["success", "failure"]]
    longest_hold: Days = 250
    may: May = May()

    @model_validator(mode="after")
    def _keys_are_unique(self) -> "Definition":
        seen: dict[str, str] = {}
        for stage_key, stage in self.stages.items():
            for key in (*stage.tasks, *stage.gates):
                if key in seen:
                    raise ValueError(f"'{key}' is used in stages {seen[key]} and {stage_key}; keys are unique")
                seen[key] = stage_key
        if len(self.tasks) > 2_000:
            raise ValueError(f"{len(self.tasks)} tasks; a definition has at most 2,000")
        return self

    @cached_property
    def tasks(self) -> dict[str, tuple[str, Task]]:
        """Task key -> (stage key, task)."""
        return {key: (stage_key, task) for stage_key, stage in self.stages.items() for key, task in stage.tasks.items()}

    @cached_property
    def gates(self) -> dict[str, tuple[str, Gate]]:
        """Gate key -> (stage key, gate)."""
        return {key: (stage_key, gate) for stage_key, stage in self.stages.items() for key, gate in stage.gates.items()}

    @cached_property
    def compared(self) -> frozenset[str]:
        """The tasks whose figures some condition looks at, be it through what is worked out from them."""
        paths = self._in_conditions()
        operands = (of for path in paths for computed in self._computed(path)
                    for of in self._field_of(computed).of)  # type: ignore[union-attr]  # it is computed
        return frozenset(path.split(".")[1] for path in (*paths, *operands))

    @cached_property
    def hanging(self) -> tuple[str, ...]:
        """The tasks that are asked only if something was answered so."""
        return tuple(key for key, (_, task) in self.tasks.items() if task.only_if)

    @cached_property
    def narrowed(self) -> Mapping[str, Mapping[str, Part]]:
        """Task -> its fields that hang on answers to other tasks, or have columns that do."""
        return {key: found for key, (stage, task) in self.tasks.items()
                if (found := parts(f"{stage}.{key}", task.fields))}

    def hangs(self) -> Iterator[tuple[str, OnlyIf]]:
        """(where it stands, on which answer) of all that is there only if something was answered so."""
        for key, (stage, task) in self.tasks.items():
            path = f"stages.{stage}.tasks.{key}"
            yield from ((path, one) for one in answers_of(task.only_if))
            yield from ((f"{path}.fields.{name}", one) for name, part in task.parts()
                        for one in answers_of(part.only_if))
        parts = [(f"clauses.{key}", clause.only_if) for key, clause in self.clauses.items()]
        parts += [(f"annexes.{key}", annex.only_if) for key, annex in self.annexes.items()]
        yield from ((path, one) for path, only_if in parts for one in answers_of(only_if))

    @cached_property
    def decisive(self) -> frozenset[str]:
        """Paths of the choices on which something hangs."""
        return frozenset(only_if.answer for _, only_if in self.hangs())

    @cached_property
    def contract_hangs_on(self) -> frozenset[str]:
        """Those of them by which a clause or an annex stands."""
        return frozenset(only_if.answer for where, only_if in self.hangs()
                         if where.startswith(("clauses.", "annexes.")))

    @cached_property
    def first(self) -> str:
        """The stage in which a project begins."""
        return next(iter(self.stages))

    @cached_property
    def prepares(self) -> str:
        """The stage in which the contract is written and made ready; "" only in a definition with that fault."""
        return next((key for key, stage in self.stages.items() if stage.contract == "prepared"), "")

    @cached_property
    def order(self) -> dict[str, int]:
        """Stage key -> place, from 0; terminal stages follow."""
        return {key: place for place, key in enumerate((*self.stages, *self.terminal))}

    @cached_property
    def seats_needed(self) -> Mapping[str, tuple[str, ...]]:
        """Stage -> the seats that every way on from it needs taken."""
        found: dict[str, set[str]] = {}
        for way in self.transitions.values():
            if not self.is_back(way):
                needed = {one.party for one in all_of(way.when) if isinstance(one, PartySeated)}
                found[way.from_] = found.get(way.from_, needed) & needed
        return {key: tuple(sorted(found.get(key, ()))) for key in self.stages}

    def is_back(self, transition: Transition) -> bool:
        return self.order[transition.to] < self.order[transition.from_]

    def stage_name(self, key: str, language: str = "en") -> str:
        if key in self.stages:
            return say(self.stages[key].name, language)
        return {"agreed": "Agreed", "declined": "Declined", "withdrawn": "Withdrawn"}.get(key, key.replace("_", " "))

    def fields(self) -> Iterator[tuple[str, str, str, TypedField]]:
        """(stage, task, field, what) of every field, in order."""
        for task_key, (stage_key, task) in self.tasks.items():
            for field_key, field in task.fields.items():
                yield stage_key, task_key, field_key, field

    @cached_property
    def shared_figures(self) -> frozenset[str]:
        """Paths that a clause or a condition takes as one figure of all parties, not as each seat's own."""
        needed = (need for clause in self.clauses.values() for need in clause.needs.values())
        compared = (node.figure.path for way in self.transitions.values() for _, node in walk(way.when)
                    if isinstance(node, FigureReaches))
        return frozenset(path for path in (*needed, *compared) if "@" not in path)

    def texts(self, *, sample: bool) -> tuple[Text, ...]:
        """The titles of its short agreements and clauses that are sample wording, or that are not."""
        parts: list[Task | Clause] = [task for _, task in self.tasks.values() if task.kind == "sign"]
        return tuple(part.title for part in (*parts, *self.clauses.values()) if part.sample is sample)

    def asks(self, path: str) -> bool:
        """Whether this is the path of a field, or of a column of one."""
        parts = path.split(".")
        return (len(parts) in (3, 4) and parts[1] in self.tasks and self.tasks[parts[1]][0] == parts[0]
                and parts[2] in self.tasks[parts[1]][1].fields)

    def about(self, gate_key: str) -> tuple[str, ...]:
        """The tasks whose versions a decision at this gate binds to; none where it is about the contract."""
        stage_key, gate = self.gates[gate_key]
        if gate.about == "contract":
            return ()
        return tuple(gate.about) or tuple(self.stages[stage_key].tasks)

    @cached_property
    def watched(self) -> tuple[str, ...]:
        """Paths of the computed fields that a condition or a clause looks at, those they are worked out from first."""
        read = self._in_conditions()
        read += [need for clause in self.clauses.values() for need in clause.needs.values() if ":" not in need]
        found: dict[str, None] = {}
        for path in read:
            found |= dict.fromkeys(reversed([*self._computed(path.partition("@")[0])]))
        return tuple(found)

    def _in_conditions(self) -> list[str]:
        """The paths that conditions look at, without the seat whose value is meant."""
        return [path.partition("@")[0] for way in self.transitions.values() for _, one in walk(way.when)
                if isinstance(one, FigureReaches) for path in (one.figure.path, one.figure.limit[1])
                if isinstance(path, str)]

    def _computed(self, path: str, above: tuple[str, ...] = ()) -> Iterator[str]:
        """The path itself, if it is computed, and the computed ones below it; a circle ends where it closes."""
        field = self._field_of(path)
        if isinstance(field, Computed) and path not in above:
            yield path
            for of in field.of:
                yield from self._computed(of, (*above, path))

    def _field_of(self, path: str) -> TypedField | None:
        _, key, name, *_ = path.split(".")
        return self.tasks[key][1].fields.get(name) if key in self.tasks else None

    def canonical(self) -> bytes:
        """The bytes whose hash names this definition."""
        data = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=False).encode()

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.canonical()).hexdigest()


def from_json(body: str | bytes) -> Definition:
    """The definition of a stored version; it was valid when it was stored."""
    return Definition.model_validate_json(body)
