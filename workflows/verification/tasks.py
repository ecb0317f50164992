"""Who is asked, who accepts, who sees it, in which order, and by when."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from workflows.definition import Definition, Due, Task
from workflows.fields import Base, Date
from workflows.verification.findings import Finding, certain, error, listed, seat_name, warning
from workflows.verification.names import audience_of, due_field, due_task, field_at

LONGER = 1.2  # times its target and a day: "about" is said of it


def asked(d: Definition) -> Iterator[Finding]:
    """Who is asked, who accepts, and in which order."""
    for key, (stage, task) in d.tasks.items():
        path = f"stages.{stage}.tasks.{key}"
        acceptor = task.accepted_by
        if acceptor in task.of:
            yield warning("task.accepts_itself", f"{path}.accepted_by",
                           f"'{acceptor}' is asked and accepts: its own contribution counts once submitted.")
        elif acceptor in d.parties and not certain(d, acceptor):
            yield error("task.acceptor_absent", f"{path}.accepted_by",
                         f"{seat_name(d, acceptor)} accepts this, but the seat may stay empty.")
        yield from _order(d, key, stage, task)
        if task.reviews in d.tasks and d.order[d.tasks[task.reviews][0]] > d.order[stage]:
            later = d.stage_name(d.tasks[task.reviews][0])
            yield error("task.reviews_later", f"{path}.reviews",
                        f"This reviews '{task.reviews}', which is asked only in {later}.")
        yield from _audiences(task, path)
        yield from _boxes(task, path)
    yield from _cycles(d)


def _order(d: Definition, key: str, stage: str, task: Task) -> Iterator[Finding]:
    path = f"stages.{stage}.tasks.{key}"
    for earlier in (one for one in task.after if one in d.tasks):
        if d.order[d.tasks[earlier][0]] > d.order[stage]:
            yield error("task.after_later", f"{path}.after",
                         f"This follows '{earlier}', which is asked only in {d.stage_name(d.tasks[earlier][0])}.")
    yield from computable(d, path, stage, task.due, task.of)


def computable(d: Definition, path: str, stage: str, due: Due, of: Sequence[str]) -> Iterator[Finding]:
    """The day on which something is due can be worked out in every story."""
    for one in (one for one in due_task(due) if one in d.tasks):
        yield from _follows(d, path, stage, one, of)
    for named in due_field(due):
        field = field_at(d, named)
        if field is None:
            continue
        if not isinstance(field, Date):
            yield error("due.no_date", f"{path}.due", f"'{named}' is not a date.")
        if not field.required:
            yield warning("due.optional", f"{path}.due", f"'{named}' need not be given; until then this has no date.")
        yield from _follows(d, path, stage, named.split(".")[1], of)


def _follows(d: Definition, path: str, stage: str, one: str, of: Sequence[str]) -> Iterator[Finding]:
    """What a date follows comes before it, and somebody is asked for it."""
    followed_stage, followed = d.tasks[one]
    if f"{path}.".endswith(f".tasks.{one}."):
        yield error("due.itself", f"{path}.due", "This is due after itself.")
    elif d.order[followed_stage] > d.order[stage]:
        yield error("due.later", f"{path}.due",
                    f"This is due after '{one}', which is asked only in {d.stage_name(followed_stage)}.")
    elif not any(certain(d, seat) for seat in followed.of) and not set(of) <= set(followed.of):
        yield error("due.absent", f"{path}.due",
                    f"This is due after '{one}', which nobody is asked while that seat is empty.")
    elif not followed.required:
        yield warning("due.optional", f"{path}.due",
                      f"This is due after '{one}', which need not be done; until then it has no date.")


def _audiences(task: Task, path: str) -> Iterator[Finding]:
    if task.accepted_by != "nobody" and hides(task.visible_to, task.accepted_by):
        yield error("visible.acceptor", f"{path}.visible_to", f"'{task.accepted_by}' accepts this but may not see it.")
    for name, field in task.fields.items():
        if task.accepted_by != "nobody" and hides(field.visible_to, task.accepted_by):
            yield warning("visible.acceptor", f"{path}.fields.{name}.visible_to",
                           f"'{task.accepted_by}' accepts this task but may not see this field.")
        wider = [seat for seat in audience_of(field.visible_to) if hides(task.visible_to, seat) and seat not in task.of]
        if wider:
            yield error("visible.wider", f"{path}.fields.{name}.visible_to",
                         f"{listed(wider)} may see the field but not its task; a field may only be narrower.")


def _boxes(task: Task, path: str) -> Iterator[Finding]:
    """Whoever's entry is awaited in a box has to see the canvas."""
    for name, box in task.boxes.items():
        if blind := [seat for seat in box.of if seat not in task.of and hides(task.visible_to, seat)]:
            yield error("visible.box", f"{path}.boxes.{name}.of",
                        f"An entry of {listed(blind)} is awaited here, but they may not see the canvas.")


def hides(visible_to: str | list[str] | None, seat: str) -> bool:
    return visible_to in ("own", "facilitator") or (isinstance(visible_to, list) and seat not in visible_to)


def kept_from(seats: Sequence[str], task: Task, field: Base) -> list[str]:
    """Those of the seats that may not see what a field holds; who is asked for it sees it always."""
    return [seat for seat in seats if seat not in task.of and hides(task.seen_by(field), seat)]


def _cycles(d: Definition) -> Iterator[Finding]:
    before = {key: [one for one in task.waits_for if one in d.tasks] for key, (_, task) in d.tasks.items()}
    for circle in circles(before):
        path = f"stages.{d.tasks[circle[0]][0]}.tasks.{circle[0]}.after"
        yield error("task.circle", path, f"These tasks wait for each other: {' -> '.join((*circle, circle[0]))}.")
    dated = {key: [one for one in _due_by(task.due) if one in d.tasks and one != key]
             for key, (_, task) in d.tasks.items()}
    for circle in circles({key: [*dated[key], *before[key]] for key in d.tasks}):
        around = (*circle, circle[0])
        first = next((key for key, one in pairwise(around) if one not in before[key]), None)
        if first is not None:
            path = f"stages.{d.tasks[first][0]}.tasks.{first}.due"
            yield error("due.circle", path, f"'{first}' never has a date: {' -> '.join(around)} are due, or begin, "
                                            "after each other.")


def _due_by(due: Due) -> list[str]:
    """The tasks that have to be accepted before there is a date."""
    return [*due_task(due), *(path.split(".")[1] for path in due_field(due))]


def circles(following: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """One circle per knot; without recursion, since a chain may have 2,000 links."""
    done: set[str] = set()
    for start in following:
        trail, rest = [start], [iter(following[start])]
        while trail and start not in done:
            following_one = next((one for one in rest[-1] if one not in done), None)
            if following_one is None:
                done.add(trail.pop())
                rest.pop()
            elif following_one in trail:
                yield trail[trail.index(following_one):]
                done.update(trail)
                break
            else:
                trail.append(following_one)
                rest.append(iter(following.get(following_one, ())))


def lasting(d: Definition) -> Iterator[Finding]:
    """A stage is about as long as it says: what is due in it long after its target makes one of the two untrue."""
    for stage, here in d.stages.items():
        dues = {key: task.due for key, task in here.tasks.items()} | {key: gate.due for key, gate in here.gates.items()}
        due = {key: days for key, one in dues.items() if (days := _days_in(d, stage, one)) is not None}
        last = max(due, key=lambda key: due[key], default=None)
        if last is not None and due[last] > here.target * LONGER + 1:
            yield warning("stage.longer", f"stages.{stage}.target",
                          f"{d.stage_name(stage)} takes about {here.target} working days, and '{last}' is due only "
                          f"after {due[last]}.")


def _days_in(d: Definition, stage: str, due: Due, before: Sequence[str] = ()) -> int | None:
    """After how many working days of the stage something is due, where that hangs on nothing from outside it."""
    if due.before is not None:
        return None
    if due.after == "stage":
        return due.days
    for one in due_task(due):
        if one in d.stages[stage].tasks and one not in before:
            earlier = _days_in(d, stage, d.stages[stage].tasks[one].due, (*before, one))
            return None if earlier is None else earlier + due.days
    return None
