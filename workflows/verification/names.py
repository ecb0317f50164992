"""Everything that is spoken of is there: seats, tasks, gates, stages, fields."""

from collections.abc import Iterable, Iterator

from workflows import conditions as c
from workflows.definition import AtLeast, Definition, Due
from workflows.fields import Computed, Table, TypedField
from workflows.texts import meant
from workflows.verification.findings import Finding, error, listed

# Who of no seat does what a template may narrow.
ELSEWHERE = {"hold": ("host", "facilitator"), "withdraw": ("host",), "add_party": ("host", "facilitator")}


def _no(what: str, name: str, known: Iterable[str], otherwise: str = "") -> str:
    """That nothing is called so, and what was meant, or else what may stand there."""
    return f"There is no {what} '{name}'{meant(name, known) or f'{otherwise}.'}"


def seats(d: Definition) -> Iterator[Finding]:
    for path, seat in _seats_named(d):
        if seat not in d.parties:
            yield error("seat.unknown", path, _no("seat", seat, d.parties, f"; the seats are {listed(d.parties)}"))


def _seats_named(d: Definition) -> Iterator[tuple[str, str]]:
    yield from _seats_of_stages(d)
    for key, transition in d.transitions.items():
        yield from ((f"transitions.{key}.by", seat) for seat in transition.by if seat != "host")
        for _, condition in c.walk(transition.when):
            if isinstance(condition, c.PartySeated):
                yield f"transitions.{key}.when", condition.party
            yield from ((f"transitions.{key}.when", path.partition("@")[2]) for path in paths_of(condition)
                        if "@" in path)
    for act, holders in d.may.named():
        others = ELSEWHERE.get(act, ())
        yield from ((f"may.{act}", seat) for seat in holders if seat not in others)
    for key, annex in d.annexes.items():
        if isinstance(annex.only_if, str):
            yield f"annexes.{key}.only_if", annex.only_if
    for index, rule in enumerate(d.decide):
        yield from ((f"decide.{index}.of", seat) for seat in rule.of)
    for key, clause in d.clauses.items():
        if isinstance(clause.only_if, str):
            yield f"clauses.{key}.only_if", clause.only_if
        for name, need in clause.needs.items():
            seat = need.removeprefix("seat:") if need.startswith("seat:") else need.partition("@")[2]
            if seat:
                yield f"clauses.{key}.needs.{name}", seat


def _seats_of_stages(d: Definition) -> Iterator[tuple[str, str]]:
    for key, (stage, task) in d.tasks.items():
        path = f"stages.{stage}.tasks.{key}"
        yield from ((f"{path}.of", seat) for seat in task.of)
        if task.accepted_by != "nobody":
            yield f"{path}.accepted_by", task.accepted_by
        yield from ((f"{path}.visible_to", seat) for seat in audience_of(task.visible_to))
        for name, field in task.fields.items():
            yield from ((f"{path}.fields.{name}.visible_to", seat) for seat in audience_of(field.visible_to))
        for name, box in task.boxes.items():
            yield from ((f"{path}.boxes.{name}.of", seat) for seat in box.of)
    for key, (stage, gate) in d.gates.items():
        path = f"stages.{stage}.gates.{key}"
        yield from ((f"{path}.of", seat) for seat in gate.of)
        yield from ((f"{path}.veto", seat) for seat in gate.veto)
        if isinstance(gate.rule, AtLeast) and gate.rule.of:
            yield f"{path}.rule.of", gate.rule.of


def audience_of(visible_to: str | list[str] | None) -> list[str]:
    return visible_to if isinstance(visible_to, list) else []


def tasks_and_gates(d: Definition) -> Iterator[Finding]:
    for path, key in _tasks_named(d):
        if key not in d.tasks:
            yield error("task.unknown", path, _no("task", key, d.tasks))
    for path, key in _gates_named(d):
        if key not in d.gates:
            yield error("gate.unknown", path, _no("gate", key, d.gates))
    for key, transition in d.transitions.items():
        for one in transition.reopens:
            if one not in d.tasks and one not in d.gates:
                yield error("reopens.unknown", f"transitions.{key}.reopens",
                            _no("task or gate", one, (*d.tasks, *d.gates)))


def _tasks_named(d: Definition) -> Iterator[tuple[str, str]]:
    for key, (stage, task) in d.tasks.items():
        path = f"stages.{stage}.tasks.{key}"
        yield from ((f"{path}.after", one) for one in task.after)
        yield from ((f"{path}.due", one) for one in due_task(task.due))
        if task.reviews:
            yield f"{path}.reviews", task.reviews
    for key, (stage, gate) in d.gates.items():
        path = f"stages.{stage}.gates.{key}"
        yield from ((f"{path}.due", one) for one in due_task(gate.due))
        if gate.about != "contract":
            yield from ((f"{path}.about", one) for one in gate.about)
    for key, transition in d.transitions.items():
        for _, condition in c.walk(transition.when):
            match condition:
                case c.TaskAccepted(task=one) | c.Signed(signed=one):
                    yield f"transitions.{key}.when", one


def _gates_named(d: Definition) -> Iterator[tuple[str, str]]:
    for key, transition in d.transitions.items():
        for _, condition in c.walk(transition.when):
            if isinstance(condition, c.GateAgreed):
                yield f"transitions.{key}.when", condition.gate


def due_task(due: Due) -> list[str]:
    return [due.after.removeprefix("task:")] if due.after.startswith("task:") and due.before is None else []


def due_field(due: Due) -> list[str]:
    return [due.after.removeprefix("field:")] if due.after.startswith("field:") and due.before is None else []


def stages(d: Definition) -> Iterator[Finding]:
    for key in d.terminal:
        if key in d.stages:
            yield error("terminal.is_stage", f"terminal.{key}", f"'{key}' is a stage and an end.")
    for key, transition in d.transitions.items():
        if transition.from_ not in d.stages:
            yield error("stage.unknown", f"transitions.{key}.from", _no("stage", transition.from_, d.stages))
        if transition.to not in d.stages and transition.to not in d.terminal:
            yield error("stage.unknown", f"transitions.{key}.to",
                        _no("stage or end", transition.to, (*d.stages, *d.terminal)))
        if transition.to == transition.from_:
            yield error("transition.itself", f"transitions.{key}.to", "This leads to where it begins.")


def field_at(d: Definition, path: str) -> TypedField | None:
    """The field or, with four parts, the column a path names."""
    stage, task, name, *column = path.split(".")
    if task not in d.tasks or d.tasks[task][0] != stage:
        return None
    field: TypedField | None = d.tasks[task][1].fields.get(name)
    if not column:
        return field
    return field.columns.get(column[0]) if isinstance(field, Table) else None


def paths(d: Definition) -> Iterator[Finding]:
    for where, path in _paths_named(d):
        if field_at(d, path) is None:
            fields = [".".join(parts[:3]) for parts in d.fields()]
            yield error("path.unknown", where, _no("field", path, fields, "; a path is stage.task.field"))


def _paths_named(d: Definition) -> Iterator[tuple[str, str]]:
    for key, transition in d.transitions.items():
        for _, condition in c.walk(transition.when):
            yield from ((f"transitions.{key}.when", path.partition("@")[0]) for path in paths_of(condition))
    for key, clause in d.clauses.items():
        yield from ((f"clauses.{key}.needs.{name}", need.partition("@")[0])
                    for name, need in clause.needs.items() if ":" not in need)
    for key, annex in d.annexes.items():
        yield f"annexes.{key}.of", annex.of
    yield from ((f"{where}.only_if", only_if.answer) for where, only_if in d.hangs())
    yield from ((f"party_details.{name}", path) for name, path in d.party_details.named())
    for index, decided in enumerate(d.decide):
        yield from ((f"decide.{index}.{name}", path) for name, path in decided.named())
    for index, rule in enumerate(d.duties):
        yield f"duties.{index}.rows", rule.rows
    for key, (stage, gate) in d.gates.items():
        yield from ((f"stages.{stage}.gates.{key}.due", path) for path in due_field(gate.due))
    for key, (stage, task) in d.tasks.items():
        yield from ((f"stages.{stage}.tasks.{key}.due", path) for path in due_field(task.due))
        for name, field in task.fields.items():
            yield from _named_by(field, f"stages.{stage}.tasks.{key}.fields.{name}")


def _named_by(field: TypedField, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(field, Computed):
        yield from ((f"{where}.of", path) for path in field.of)
    for key, column in field.columns.items() if isinstance(field, Table) else ():
        if (listed_in := getattr(column, "listed_in", None)) is not None:
            yield f"{where}.columns.{key}.listed_in", listed_in


def paths_of(condition: c.AnyCondition | None) -> list[str]:
    match condition:
        case c.DocumentThere(document=path):
            return [path]
        case c.FigureReaches(figure=comparison):
            return [path for path in (comparison.path, comparison.limit[1]) if isinstance(path, str)]
    return []
