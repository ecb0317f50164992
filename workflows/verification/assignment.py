"""What a clause needs has been asked for, whichever way a project came to where the contract is prepared."""

from collections import deque
from collections.abc import Iterator

from workflows.definition import Definition
from workflows.verification.findings import Finding, Story, warning
from workflows.verification.names import field_at


def assigned(d: Definition) -> Iterator[Finding]:
    """Each value that some way leaves out; it can still be settled later, or its clause struck."""
    prepared = d.prepares
    if not prepared:
        return
    without = {stage: _way_without(d, stage, prepared) for stage in d.stages if stage != prepared}
    for key, clause in d.clauses.items():
        for name, need in clause.needs.items():
            path = need.partition("@")[0]
            story = without.get(path.split(".")[0]) if ":" not in need and field_at(d, path) is not None else None
            if story is not None and not clause.optional and d.order[path.split(".")[0]] < d.order[prepared]:
                yield warning("clause.way_without", f"clauses.{key}.needs.{name}",
                              f"A project can come to {d.stage_name(prepared)} without "
                              f"{d.stage_name(path.split('.')[0])}, where this value is given.", story)


def _way_without(d: Definition, stage: str, to: str) -> Story | None:
    """The shortest way from the beginning that does not lead through a stage."""
    if stage == d.first:
        return None
    came: dict[str, str | None] = {d.first: None}
    queue = deque([d.first])
    while queue:
        here = queue.popleft()
        for transition in d.transitions.values():
            if transition.from_ == here and transition.to not in came and transition.to != stage:
                came[transition.to] = here
                queue.append(transition.to)
    if to not in came:
        return None
    steps, at = [], to
    while (before := came[at]) is not None:
        steps.append(f"It goes on to {d.stage_name(at)}.")
        at = before
    return (f"A project begins in {d.stage_name(d.first)}.", *reversed(steps))
