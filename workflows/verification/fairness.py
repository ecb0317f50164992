"""Where the contracting parties differ in who accepts, goes on, decides, vetoes, sees, and how long each has.

As warnings, never hidden: a trade may have its reasons, and whoever publishes should know them.
"""

from collections.abc import Iterator
from itertools import permutations
from statistics import mean

from workflows.definition import Definition
from workflows.texts import say
from workflows.verification.findings import Finding, contracting, listed, seat_name, warning
from workflows.verification.tasks import hides

_ACTS = {"hold": "put the project on hold", "decline": "decline", "withdraw": "withdraw the project",
         "add_party": "add a party"}  # leaving is for who can be done without
SHORTER = 2  # times as long as another has on the average, and somebody should ask why


def fairness(d: Definition) -> Iterator[Finding]:
    """One finding for each place where some contracting parties can what others cannot."""
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
    for act, holders in d.may.named():
        if act in _ACTS:
            yield from _one_sided(d, seats, set(holders), "fairness.may", f"may.{act}", _ACTS[act])
    if d.may.decline is not None and not set(d.may.decline) & set(seats):
        yield warning("fairness.no_end", "may.decline",
                      f"None of {listed([seat_name(d, seat) for seat in seats])} can decline; they can only not sign.")
    yield from _sees(d, seats)
    yield from _time(d, seats)


def _sees(d: Definition, seats: list[str]) -> Iterator[Finding]:
    """One keeps something from another that keeps nothing from it; a sheet seen by its own party only is private."""
    given = {seat: [(key, task) for key, (_, task) in d.tasks.items() if seat in task.of and task.visible_to != "own"]
             for seat in seats}
    for one, other in permutations(seats, 2):
        kept = [key for key, task in given[one] if other not in task.of and hides(task.visible_to, other)]
        returned = [key for key, task in given[other] if one not in task.of and hides(task.visible_to, one)]
        if kept and given[other] and not returned:
            stage = d.tasks[kept[0]][0]
            yield warning("fairness.sees", f"stages.{stage}.tasks.{kept[0]}.visible_to",
                          f"{seat_name(d, other)} does not see {listed(kept)} of {seat_name(d, one)}, who sees "
                          f"everything of {seat_name(d, other)}.")


def _time(d: Definition, seats: list[str]) -> Iterator[Finding]:
    """Working days for a task, on the average."""
    days = {seat: mean(found) for seat in seats
            if (found := [task.due.days for _, task in d.tasks.values() if seat in task.of])}
    if days and max(days.values()) > SHORTER * min(days.values()):
        short, long = min(days, key=lambda seat: days[seat]), max(days, key=lambda seat: days[seat])
        yield warning("fairness.time", "stages", f"{seat_name(d, short)} has {days[short]:.0f} working days for a task "
                                                 f"on the average, {seat_name(d, long)} has {days[long]:.0f}.")


def _one_sided(d: Definition, seats: list[str], can: set[str], code: str, path: str, what: str) -> Iterator[Finding]:
    able = [seat for seat in seats if seat in can]
    if able and len(able) < len(seats):
        others = [say(d.parties[seat].name) for seat in seats if seat not in can]
        names = [say(d.parties[seat].name) for seat in able]
        yield warning(code, path, f"{listed(names)} can {what}; {listed(others)} cannot.")
