"""What is there only after some answer: it is a choice and known before, and nothing rests on what may be missing."""

from collections import Counter
from collections.abc import Iterator

from workflows import conditions as c
from workflows.definition import Annex, Audience, Clause, Definition, Task
from workflows.fields import Choice, Choices, Computed, Hangs, OnlyIf, TypedField, YesNo, answers_of, options
from workflows.verification.findings import Finding, contracting, error, listed, warning
from workflows.verification.names import due_field, due_task, field_at
from workflows.verification.tasks import kept_from


def hanging(d: Definition) -> Iterator[Finding]:
    named = Counter((path, only_if.answer) for path, only_if in d.hangs())
    yield from (error("only_if.same", f"{path}.only_if", f"'{answer}' is named {count} times. Name it once.")
                for (path, answer), count in named.items() if count > 1)
    for path, only_if in d.hangs():
        field = field_at(d, only_if.answer)
        if field is not None:
            yield from _answer(only_if, field, f"{path}.only_if")
            if path.startswith(("clauses.", "annexes.")):
                yield from _read_by_all(d, only_if, field, f"{path}.only_if")
    yield from _before(d)
    yield from _told(d)
    yield from _rests(d)
    for key, part in d.clauses.items():
        for name, need in part.needs.items():
            if ":" not in need:
                yield from _bound(d, part, need.partition("@")[0], f"clauses.{key}.needs.{name}")
    for key, annex in d.annexes.items():
        yield from _bound(d, annex, annex.of, f"annexes.{key}.of")


def offers(field: TypedField) -> tuple[str, ...]:
    """The keys of the answers a choice offers; none where it is no choice."""
    if isinstance(field, YesNo):
        return ("yes", "no")
    return tuple(options(field.of)) if isinstance(field, Choice | Choices) else ()


def _answer(only_if: OnlyIf, field: TypedField, path: str) -> Iterator[Finding]:
    """It is a choice with such answers, and one that somebody is asked for whatever is answered elsewhere."""
    offered = offers(field)
    if not offered:
        yield error("only_if.no_choice", path, f"'{only_if.answer}' is no choice; name a choice, choices or yes_no.")
        return
    if unknown := [one for one in (*only_if.is_, *only_if.is_not) if one not in offered]:
        yield error("only_if.no_answer", path,
                    f"'{only_if.answer}' has no answer {listed(unknown)}; its answers are {listed(offered)}.")
    elif all(only_if.holds((one,)) for one in offered):
        yield error("only_if.always", path, "Every answer asks for this. Leave only_if out.")
    elif not any(only_if.holds((one,)) for one in offered):
        yield error("only_if.never", path, "No answer asks for this.")
    if field.only_if:
        yield error("only_if.twice", path, f"'{only_if.answer}' hangs on an answer itself. Name that one.")


def _read_by_all(d: Definition, only_if: OnlyIf, field: TypedField, path: str) -> Iterator[Finding]:
    """What is left out of the contract says because of which answer."""
    task = d.tasks[only_if.answer.split(".")[1]][1]
    if hidden := kept_from(contracting(d), task, field):
        yield warning("clause.narrow", path, f"{listed(hidden)} will sign this but may not see the answer it hangs on; "
                                             "where it is left out, the contract tells it.")


def _before(d: Definition) -> Iterator[Finding]:
    """The answer is known when something is asked because of it."""
    for key, (stage, task) in d.tasks.items():
        path = f"stages.{stage}.tasks.{key}"
        yield from (error("only_if.later", f"{path}.only_if", _LATER.format(one.answer))
                    for one in answers_of(task.only_if) if not known_before(d, key, one.answer.split(".")[1]))
        places = {name: place for place, name in enumerate(task.fields)}
        for name, part in task.parts():
            for one in answers_of(part.only_if):
                _, other, answer = one.answer.split(".")
                if other == key:
                    if places.get(answer, -1) >= places[name.partition(".")[0]]:
                        yield error("only_if.below", f"{path}.fields.{name}.only_if",
                                    f"'{answer}' stands below it. Ask for it first.")
                elif not known_before(d, key, other):
                    yield error("only_if.later", f"{path}.fields.{name}.only_if", _LATER.format(one.answer))


_LATER = "'{}' may be answered only after this is asked. Name an answer of an earlier stage, or put its task in after."


def _told(d: Definition) -> Iterator[Finding]:
    """Whether something is asked tells the answer it hangs on: whoever sees the one sees the other.

    All parties read which tasks there are and what stands in their forms; only what hangs on an answer of the same
    task is told by its versions alone: a field by how many answers are kept, a column by the heads of its table.
    """
    for key, (stage, task) in d.tasks.items():
        parts: list[tuple[str, Hangs | None, Audience]] = [("", task.only_if, "all")]
        for name, part in task.parts():
            table = task.fields[name.partition(".")[0]].visible_to if "." in name else None
            parts.append((f".fields.{name}", part.only_if, task.visible_to if table is None else table))
        for name, only_if, whom in parts:
            for one in answers_of(only_if):
                field, (_, other, _name) = field_at(d, one.answer), one.answer.split(".")
                if field is not None:
                    yield from _as_open(f"stages.{stage}.tasks.{key}{name}.only_if", one.answer, field,
                                        d.tasks[other][1], whom if other == key else "all")


def _as_open(where: str, answer: str, field: TypedField, task: Task, whom: Audience) -> Iterator[Finding]:
    """whom: who reads whether what stands there is asked."""
    who = f"Whoever {'is in the project' if whom == 'all' else 'sees this'} reads whether it is asked"
    if not all(_within(whom, sees) for sees in (task.visible_to, field.visible_to)):
        yield error("only_if.seen", where, f"{who}, but fewer see '{answer}', which they would know by that. "
                                           "Let as many see that answer, or ask this whatever it is.")
    elif field.matter:
        yield error("only_if.matter", where, f"{who}, but '{answer}' counts as '{field.matter}', which the charter may "
                                             "keep to fewer. Leave out its matter, or ask this whatever it is.")


def _within(whom: Audience, sees: Audience | None) -> bool:
    """Whether all of the one audience are in the other; who gives an answer sees it always."""
    if sees in (None, "all", whom) or whom == "own":
        return True
    return isinstance(whom, list) and isinstance(sees, list) and set(whom) <= set(sees)


def known_before(d: Definition, key: str, other: str) -> bool:
    """Whether a task is of an earlier stage than another, or has to be accepted before it."""
    if other not in d.tasks:
        return True  # said elsewhere
    if d.order[d.tasks[other][0]] < d.order[d.tasks[key][0]]:
        return True
    found, rest = {key}, [key]
    while rest:
        earlier = [one for one in d.tasks[rest.pop()][1].waits_for if one in d.tasks and one not in found]
        found.update(earlier)
        rest += earlier
    return other != key and other in found


def _rests(d: Definition) -> Iterator[Finding]:
    """What must be there in every project does not hang on an answer."""
    for where, path, what in _needed(d):
        if _conditions(d, path):
            yield error("only_if.needed", where, f"'{path}' is not asked after every answer, and {what}.")
    for where, key, only_if in _followed(d):
        if not all(_covers(d, only_if, hangs) for hangs in answers_of(d.tasks[key][1].only_if)):
            yield error("only_if.followed", where,
                        f"'{key}' is not asked after every answer, and this waits for it. Give this the same only_if.")


def _needed(d: Definition) -> Iterator[tuple[str, str, str]]:
    for stage, key, name, field in d.fields():
        if isinstance(field, Computed):
            yield from ((f"stages.{stage}.tasks.{key}.fields.{name}.of", of, "this is worked out from it")
                        for of in field.of)
    for key, way in d.transitions.items():
        for _, one in c.walk(way.when):
            match one:
                case c.FigureReaches(figure=comparison):
                    paths = [path for path in (comparison.path, comparison.limit[1]) if isinstance(path, str)]
                case c.DocumentThere(document=path):
                    paths = [path]
                case _:
                    paths = []
            yield from ((f"transitions.{key}.when", path.partition("@")[0], "this way waits for it") for path in paths)
    yield from ((f"party_details.{name}", path, "the contract prints it of every party")
                for name, path in d.party_details.named())
    for index, rule in enumerate(d.decide):
        yield from ((f"decide.{index}.{name}", path, "a day is worked out from it") for name, path in rule.named())
    for key, (stage, task) in d.tasks.items():
        yield from ((f"stages.{stage}.tasks.{key}.due", path, "this is due after it") for path in due_field(task.due))
    for key, (stage, gate) in d.gates.items():
        yield from ((f"stages.{stage}.gates.{key}.due", path, "this is due after it") for path in due_field(gate.due))


def _followed(d: Definition) -> Iterator[tuple[str, str, Hangs | None]]:
    """(where, task, what this hangs on itself) of all that a date or a review takes from a task."""
    for key, (stage, task) in d.tasks.items():
        path = f"stages.{stage}.tasks.{key}"
        yield from ((f"{path}.due", one, task.only_if) for one in due_task(task.due) if one in d.tasks)
        if task.reviews in d.tasks:
            yield f"{path}.reviews", str(task.reviews), task.only_if
    for key, (stage, gate) in d.gates.items():
        yield from ((f"stages.{stage}.gates.{key}.due", one, None) for one in due_task(gate.due) if one in d.tasks)


def _bound(d: Definition, part: Clause | Annex, path: str, where: str) -> Iterator[Finding]:
    """A clause stands only where its values are asked for."""
    hangs = _conditions(d, path)
    if not all(_covers(d, part.only_if, one) for one in hangs):
        needed = [f"{{answer: {one.answer}, is: [{listed(sorted(_asking(d, one)))}]}}" for one in hangs]
        only_if = needed[0] if len(needed) == 1 else f"[{', '.join(needed)}]"
        yield error("only_if.printed", where, f"'{path}' is not asked after every answer. Leave it out, or give "
                                              f"what prints it only_if: {only_if}.")


def _conditions(d: Definition, path: str) -> tuple[OnlyIf, ...]:
    """The answers on which a value hangs, each once: those of its task, of its field and of its column."""
    names, found = path.split("."), list[OnlyIf]()
    task = d.tasks.get(names[1])
    within = (field_at(d, ".".join(names[:many])) for many in range(3, len(names) + 1))
    for part in (task[1] if task else None, *within):
        found += [one for one in answers_of(part.only_if if part else None) if one not in found]
    return tuple(found)


def _covers(d: Definition, own: Hangs | str | None, hangs: OnlyIf) -> bool:
    """Whether what hangs on ``own`` is there only where what hangs on ``hangs`` is."""
    return any(one.answer == hangs.answer and _asking(d, one) <= _asking(d, hangs) for one in answers_of(own))


def _asking(d: Definition, only_if: OnlyIf) -> frozenset[str]:
    field = field_at(d, only_if.answer)
    return frozenset(one for one in (offers(field) if field else ()) if only_if.holds((one,)))

