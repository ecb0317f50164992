"""Somebody certain decides, the rule can be met, and at every stage somebody can act and is reminded."""

from collections.abc import Iterator

from workflows.definition import AtLeast, Definition, Gate
from workflows.texts import say
from workflows.verification.findings import Finding, certain, contracting, error, seat_name, warning
from workflows.verification.tasks import computable


def decided(d: Definition) -> Iterator[Finding]:
    """Gates: somebody certain decides, and the rule can be met."""
    for key, (stage, gate) in d.gates.items():
        path = f"stages.{stage}.gates.{key}"
        if not any(certain(d, seat) for seat in gate.of):
            yield error("gate.nobody_certain", f"{path}.of", "Every seat that decides here may stay empty.")
        yield from (error("gate.veto_not_asked", f"{path}.veto", f"'{seat}' has a veto but does not decide here.")
                    for seat in gate.veto if seat not in gate.of)
        yield from _rule(d, gate, path)
        yield from computable(d, path, stage, gate.due, gate.of)
        if gate.about == "contract":
            continue
        for one in (one for one in gate.about if one in d.tasks):
            if d.order[d.tasks[one][0]] > d.order[stage]:
                yield error("gate.about_later", f"{path}.about",
                             f"This is about '{one}', which is asked only in {d.stage_name(d.tasks[one][0])}.")


def _rule(d: Definition, gate: Gate, path: str) -> Iterator[Finding]:
    match gate.rule:
        case AtLeast(of=seat) if seat is not None and seat not in gate.of:
            yield error("gate.rule_not_asked", f"{path}.rule", f"The rule counts '{seat}', who does not decide here.")
        case "one_per_side":
            yield from (error("gate.no_side", f"{path}.rule", f"{seat_name(d, seat)} has no side; give the seat one.")
                        for seat in gate.of if seat in d.parties and d.parties[seat].side is None)


def owned(d: Definition) -> Iterator[Finding]:
    """At every stage somebody seated for certain can act, and somebody is reminded."""
    for key, stage in d.stages.items():
        asked = {seat for task in stage.tasks.values() for seat in task.of}
        asked |= {seat for gate in stage.gates.values() for seat in gate.of}
        for transition in d.transitions.values():
            if transition.from_ == key and not transition.automatic:
                asked |= set(transition.by or contracting(d))
        if stage.contract == "signed":
            asked |= set(contracting(d))
        if not any(seat == "host" or certain(d, seat) for seat in asked):
            yield error("stage.nobody", f"stages.{key}", f"In {say(stage.name)} nobody is certain to be able to act.")
    on = {rule.on.partition("_")[0] for rule in d.reminders}
    for matter, there in (("task", d.tasks), ("decision", d.gates), ("signature", d.stages)):
        if there and matter not in on:
            yield warning("reminders.none", "reminders", f"Nobody is reminded of a {matter}.")
