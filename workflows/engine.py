"""Which transitions a project may take now. The only importer of ``transitions``.

One machine per definition, shared by all projects and never bound to anything of ours: the facts decide, the row
remembers. A holder is made for one question and thrown away.
"""

from dataclasses import dataclass
from typing import Any

from transitions import EventData, Machine

from workflows.definition import Definition, Transition
from workflows.facts import Facts
from workflows.guards import reasons
from workflows.refusals import Refusal


class _Holder:
    """What the machine moves: a stage, the facts to judge by, and the reasons collected."""

    __slots__ = ("facts", "reasons", "stage")

    def __init__(self, facts: Facts) -> None:
        self.facts, self.stage, self.reasons = facts, facts.project.stage, ()


@dataclass(frozen=True, slots=True)
class Way:
    """One transition out of the current stage, and why it cannot be taken now."""

    key: str
    to: str
    back: bool
    refusals: tuple[Refusal, ...]

    @property
    def open(self) -> bool:
        return not self.refusals


def ways(facts: Facts) -> tuple[Way, ...]:
    """Every transition out of the current stage that people take, forward ones first."""
    here = facts.project.stage
    definition = facts.definition
    found = [Way(key, t.to, definition.is_back(t), why_not(facts, key))
             for key, t in definition.transitions.items() if t.from_ == here and not t.automatic]
    return tuple(sorted(found, key=lambda way: way.back))


def why_not(facts: Facts, key: str) -> tuple[Refusal, ...]:
    """Every reason why the transition ``key`` cannot be taken, oldest first; empty where it can."""
    holder = _Holder(facts)
    _machine(facts.definition).events[key].trigger(holder)
    return tuple(sorted(holder.reasons, key=lambda refusal: str(refusal.values.get("since", ""))))


def fire(facts: Facts, key: str) -> str | None:
    """The stage that ``key`` leads to now, or None where a guard or the wrong stage refuses."""
    event = _machine(facts.definition).events.get(key)
    if event is None or facts.project.stage not in event.transitions:
        return None
    holder = _Holder(facts)
    return holder.stage if event.trigger(holder) else None


def automatic(facts: Facts) -> str | None:
    """The key of an automatic transition that can be taken now."""
    return next((key for key, t in facts.definition.transitions.items()
                 if t.automatic and t.from_ == facts.project.stage and fire(facts, key)), None)


def may_take(facts: Facts, transition: Transition, *, seat: str | None, host: bool) -> bool:
    """Whether a person of this seat, or an account manager of the host, is one the template names."""
    if not transition.by:
        return seat is not None and facts.definition.parties[seat].contracting
    return (seat in transition.by) or (host and "host" in transition.by)


def waits_for_signatures(definition: Definition, stage: str) -> bool:
    """Whether this is the stage in which the contract is signed."""
    return stage in definition.stages and definition.stages[stage].contract == "signed"


_MACHINES: dict[str, Machine] = {}  # definition hash -> machine; a published definition never changes


def _machine(definition: Definition) -> Machine:
    machine = _MACHINES.get(definition.sha256)
    if machine is None:
        machine = _MACHINES[definition.sha256] = _build(definition)
    return machine


def _build(definition: Definition) -> Machine:
    machine = Machine(model=None, states=[*definition.stages, *definition.terminal], initial=definition.first,
                      auto_transitions=False, send_event=True, model_attribute="stage")
    for key, transition in definition.transitions.items():
        machine.add_transition(key, transition.from_, transition.to, conditions=[_condition(transition)])
    return machine


def _condition(transition: Transition) -> Any:
    def holds(event: EventData) -> bool:
        holder: Any = event.model
        holder.reasons = reasons(holder.facts, transition.when, transition.from_)
        return not holder.reasons

    return holds
