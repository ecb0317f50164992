"""Where the contracting parties differ in who accepts, goes on, decides and vetoes: as warnings, never hidden."""

from collections.abc import Iterator

from workflows.definition import Definition
from workflows.texts import say
from workflows.verification.findings import Finding, contracting, listed, warning


def fairness(d: Definition) -> Iterator[Finding]:
    """Where the contracting parties differ in who accepts, goes on, decides and vetoes."""
    seats = contracting(d)
    if len(seats) < 2:
        return
    accepts = {task.accepted_by for _, task in d.tasks.values() if set(task.of) & (set(seats) - {task.accepted_by})}
    yield from _one_sided(d, seats, accepts, "fairness.accepts", "stages", "accept contributions of the others")
    for key, transition in d.transitions.items():
        yield from _one_sided(d, seats, set(transition.by), "fairness.by", f"transitions.{key}.by", "take this way")
    for key, (stage, gate) in d.gates.items():
        path = f"stages.{stage}.gates.{key}"
        yield from _one_sided(d, seats, set(gate.veto), "fairness.veto", f"{path}.veto", "veto this")
        yield from _one_sided(d, seats, set(gate.of), "fairness.decides", f"{path}.of", "decide this")


def _one_sided(d: Definition, seats: list[str], can: set[str], code: str, path: str, what: str) -> Iterator[Finding]:
    able = [seat for seat in seats if seat in can]
    if able and len(able) < len(seats):
        others = [say(d.parties[seat].name) for seat in seats if seat not in can]
        names = [say(d.parties[seat].name) for seat in able]
        yield warning(code, path, f"{listed(names)} can {what}; {listed(others)} cannot.")
