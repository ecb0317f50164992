"""What must be true of a definition before a version of it can be published.

``verify`` names every defect with the shortest story that leads into it. Errors block, warnings do not. Nothing here
runs a project: references are resolved, then stages are walked with every seat filled, with seats empty and with each
seat for several at its least. Whoever is asked can do what he is asked; what is asked of nobody is done.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from workflows import conditions as c
from workflows.definition import AtLeast, Clause, Definition, Due, Gate, Task, Transition
from workflows.fields import (
    Computed,
    Date,
    Figure,
    File,
    Money,
    Month,
    Number,
    Organisation,
    Percent,
    Quantity,
    Schedule,
    Table,
    TypedField,
    Whole,
)
from workflows.texts import Text, say

MOST_SITUATIONS = 20_000  # of one walk; beyond that a definition is not proven, never proven

Level = Literal["error", "warning"]
Story = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect, or one thing an administrator should know."""

    level: Level
    code: str  # "stage.dead_end"
    path: str  # "stages.pilot.tasks.report"
    message: str
    story: Story = ()  # how a project comes there, one sentence each


def verify(definition: Definition) -> tuple[Finding, ...]:
    """Every finding, errors first, each once. A definition without an error can be published."""
    names = tuple(finding for check in _NAMES for finding in check(definition))
    found = [*names, *(finding for check in _RULES for finding in check(definition))]
    if not any(finding.level == "error" for finding in names):  # a walk over names that lead nowhere proves nothing
        found += _walks(definition)
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: finding.level != "error"))


def publishable(findings: Sequence[Finding]) -> bool:
    return not any(finding.level == "error" for finding in findings)


def _error(code: str, path: str, message: str, story: Story = ()) -> Finding:
    return Finding("error", code, path, message, story)


def _warning(code: str, path: str, message: str, story: Story = ()) -> Finding:
    return Finding("warning", code, path, message, story)


# Names: everything that is spoken of is there ------------------------------------------------------------------------


def _seats(d: Definition) -> Iterator[Finding]:
    for path, seat in _seats_named(d):
        if seat not in d.parties:
            yield _error("seat.unknown", path, f"There is no seat '{seat}'; the seats are {_list(d.parties)}.")


def _seats_named(d: Definition) -> Iterator[tuple[str, str]]:
    yield from _seats_of_stages(d)
    for key, transition in d.transitions.items():
        yield from ((f"transitions.{key}.by", seat) for seat in transition.by if seat != "host")
        for _, condition in c.walk(transition.when):
            if isinstance(condition, c.PartySeated):
                yield f"transitions.{key}.when", condition.party
    for key, clause in d.clauses.items():
        if clause.only_if:
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
        yield from ((f"{path}.visible_to", seat) for seat in _audience(task.visible_to))
        for name, field in task.fields.items():
            yield from ((f"{path}.fields.{name}.visible_to", seat) for seat in _audience(field.visible_to))
    for key, (stage, gate) in d.gates.items():
        path = f"stages.{stage}.gates.{key}"
        yield from ((f"{path}.of", seat) for seat in gate.of)
        yield from ((f"{path}.veto", seat) for seat in gate.veto)
        if isinstance(gate.rule, AtLeast) and gate.rule.of:
            yield f"{path}.rule.of", gate.rule.of


def _audience(visible_to: str | list[str] | None) -> list[str]:
    return visible_to if isinstance(visible_to, list) else []


def _tasks_and_gates(d: Definition) -> Iterator[Finding]:
    for path, key in _tasks_named(d):
        if key not in d.tasks:
            yield _error("task.unknown", path, f"There is no task '{key}'.")
    for path, key in _gates_named(d):
        if key not in d.gates:
            yield _error("gate.unknown", path, f"There is no gate '{key}'.")
    for key, transition in d.transitions.items():
        for one in transition.reopens:
            if one not in d.tasks and one not in d.gates:
                yield _error("reopens.unknown", f"transitions.{key}.reopens", f"There is no task or gate '{one}'.")


def _tasks_named(d: Definition) -> Iterator[tuple[str, str]]:
    for key, (stage, task) in d.tasks.items():
        path = f"stages.{stage}.tasks.{key}"
        yield from ((f"{path}.after", one) for one in task.after)
        yield from ((f"{path}.due", one) for one in _due_task(task.due))
        if task.reviews:
            yield f"{path}.reviews", task.reviews
    for key, (stage, gate) in d.gates.items():
        path = f"stages.{stage}.gates.{key}"
        yield from ((f"{path}.due", one) for one in _due_task(gate.due))
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


def _due_task(due: Due) -> list[str]:
    return [due.after.removeprefix("task:")] if due.after.startswith("task:") and due.before is None else []


def _stages(d: Definition) -> Iterator[Finding]:
    for key in d.terminal:
        if key in d.stages:
            yield _error("terminal.is_stage", f"terminal.{key}", f"'{key}' is a stage and an end.")
    for key, transition in d.transitions.items():
        if transition.from_ not in d.stages:
            yield _error("stage.unknown", f"transitions.{key}.from", f"There is no stage '{transition.from_}'.")
        if transition.to not in d.stages and transition.to not in d.terminal:
            yield _error("stage.unknown", f"transitions.{key}.to", f"There is no stage or end '{transition.to}'.")


def _field(d: Definition, path: str) -> TypedField | None:
    """The field or, with four parts, the column a path names."""
    stage, task, name, *column = path.split(".")
    if task not in d.tasks or d.tasks[task][0] != stage:
        return None
    field: TypedField | None = d.tasks[task][1].fields.get(name)
    if not column:
        return field
    return field.columns.get(column[0]) if isinstance(field, Table) else None


def _paths(d: Definition) -> Iterator[Finding]:
    for where, path in _paths_named(d):
        if _field(d, path) is None:
            yield _error("path.unknown", where, f"There is no field '{path}'; a path is stage.task.field.")


def _paths_named(d: Definition) -> Iterator[tuple[str, str]]:
    for key, transition in d.transitions.items():
        for _, condition in c.walk(transition.when):
            yield from ((f"transitions.{key}.when", path) for path in _paths_of(condition))
    for key, clause in d.clauses.items():
        yield from ((f"clauses.{key}.needs.{name}", need.partition("@")[0])
                    for name, need in clause.needs.items() if ":" not in need)
    for key, annex in d.annexes.items():
        yield f"annexes.{key}.of", annex.of
    for index, rule in enumerate(d.duties):
        yield f"duties.{index}.rows", rule.rows
    for key, (stage, task) in d.tasks.items():
        for name, field in task.fields.items():
            if isinstance(field, Computed):
                yield from ((f"stages.{stage}.tasks.{key}.fields.{name}.of", path) for path in field.of)


# Rules: what is said can be done --------------------------------------------------------------------------------------


def _certain(d: Definition, seat: str) -> bool:
    """Whether somebody sits there in every project."""
    return seat in d.parties and d.parties[seat].required


def _contracting(d: Definition) -> list[str]:
    return [key for key, seat in d.parties.items() if seat.contracting]


def _asked(d: Definition) -> Iterator[Finding]:
    """Who is asked, who accepts, and in which order."""
    for key, (stage, task) in d.tasks.items():
        path = f"stages.{stage}.tasks.{key}"
        acceptor = task.accepted_by
        if acceptor in task.of:
            yield _warning("task.accepts_itself", f"{path}.accepted_by",
                           f"'{acceptor}' is asked and accepts: its own contribution counts once submitted.")
        elif acceptor in d.parties and not _certain(d, acceptor):
            yield _error("task.acceptor_absent", f"{path}.accepted_by",
                         f"{_seat(d, acceptor)} accepts this, but the seat may stay empty.")
        yield from _order(d, key, stage, task)
        yield from _audiences(task, path)
    yield from _cycles(d)


def _order(d: Definition, key: str, stage: str, task: Task) -> Iterator[Finding]:
    path = f"stages.{stage}.tasks.{key}"
    for earlier in (one for one in task.after if one in d.tasks):
        if d.order[d.tasks[earlier][0]] > d.order[stage]:
            yield _error("task.after_later", f"{path}.after",
                         f"This follows '{earlier}', which is asked only in {d.stage_name(d.tasks[earlier][0])}.")
    yield from _computable(d, path, stage, task.due, task.of)


def _computable(d: Definition, path: str, stage: str, due: Due, of: Sequence[str]) -> Iterator[Finding]:
    """The day on which something is due can be worked out in every story."""
    for one in (one for one in _due_task(due) if one in d.tasks):
        followed_stage, followed = d.tasks[one]
        if f"{path}.".endswith(f".tasks.{one}."):
            yield _error("due.itself", f"{path}.due", "This is due after itself.")
        elif d.order[followed_stage] > d.order[stage]:
            yield _error("due.later", f"{path}.due",
                         f"This is due after '{one}', which is asked only in {d.stage_name(followed_stage)}.")
        elif not any(_certain(d, seat) for seat in followed.of) and not set(of) <= set(followed.of):
            yield _error("due.absent", f"{path}.due",
                         f"This is due after '{one}', which nobody is asked while that seat is empty.")
        elif not followed.required:
            yield _warning("due.optional", f"{path}.due",
                           f"This is due after '{one}', which need not be done; until then it has no date.")


def _audiences(task: Task, path: str) -> Iterator[Finding]:
    if task.accepted_by != "nobody" and _hides(task.visible_to, task.accepted_by):
        yield _error("visible.acceptor", f"{path}.visible_to", f"'{task.accepted_by}' accepts this but may not see it.")
    for name, field in task.fields.items():
        if task.accepted_by != "nobody" and _hides(field.visible_to, task.accepted_by):
            yield _warning("visible.acceptor", f"{path}.fields.{name}.visible_to",
                           f"'{task.accepted_by}' accepts this task but may not see this field.")
        wider = [seat for seat in _audience(field.visible_to) if _hides(task.visible_to, seat) and seat not in task.of]
        if wider:
            yield _error("visible.wider", f"{path}.fields.{name}.visible_to",
                         f"{_list(wider)} may see the field but not its task; a field may only be narrower.")


def _hides(visible_to: str | list[str] | None, seat: str) -> bool:
    return visible_to in ("own", "facilitator") or (isinstance(visible_to, list) and seat not in visible_to)


def _cycles(d: Definition) -> Iterator[Finding]:
    before = {key: [one for one in task.after if one in d.tasks] for key, (_, task) in d.tasks.items()}
    for circle in _circles(before):
        path = f"stages.{d.tasks[circle[0]][0]}.tasks.{circle[0]}.after"
        yield _error("task.circle", path, f"These tasks wait for each other: {' -> '.join((*circle, circle[0]))}.")


def _circles(following: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
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


def _decided(d: Definition) -> Iterator[Finding]:
    """Gates: somebody certain decides, and the rule can be met."""
    for key, (stage, gate) in d.gates.items():
        path = f"stages.{stage}.gates.{key}"
        if not any(_certain(d, seat) for seat in gate.of):
            yield _error("gate.nobody_certain", f"{path}.of", "Every seat that decides here may stay empty.")
        yield from (_error("gate.veto_not_asked", f"{path}.veto", f"'{seat}' has a veto but does not decide here.")
                    for seat in gate.veto if seat not in gate.of)
        yield from _rule(d, gate, path)
        yield from _computable(d, path, stage, gate.due, gate.of)
        if gate.about == "contract":
            continue
        for one in (one for one in gate.about if one in d.tasks):
            if d.order[d.tasks[one][0]] > d.order[stage]:
                yield _error("gate.about_later", f"{path}.about",
                             f"This is about '{one}', which is asked only in {d.stage_name(d.tasks[one][0])}.")


def _rule(d: Definition, gate: Gate, path: str) -> Iterator[Finding]:
    match gate.rule:
        case AtLeast(of=seat) if seat is not None and seat not in gate.of:
            yield _error("gate.rule_not_asked", f"{path}.rule", f"The rule counts '{seat}', who does not decide here.")
        case "one_per_side":
            yield from (_error("gate.no_side", f"{path}.rule", f"{_seat(d, seat)} has no side; give the seat one.")
                        for seat in gate.of if seat in d.parties and d.parties[seat].side is None)


def _guarded(d: Definition) -> Iterator[Finding]:
    """Conditions and transitions."""
    for key, transition in d.transitions.items():
        path = f"transitions.{key}"
        if transition.by and not any(seat == "host" or _certain(d, seat) for seat in transition.by):
            yield _error("transition.nobody_certain", f"{path}.by", "Every seat that may take this may stay empty.")
        for _, condition in c.walk(transition.when):
            yield from _condition(d, condition, f"{path}.when")
        yield from _reopened(d, transition, path)
        if transition.automatic and transition.when is None:
            yield _warning("automatic.at_once", path, "This waits for nothing: its stage is left at once.")


def _reopened(d: Definition, transition: Transition, path: str) -> Iterator[Finding]:
    if transition.to not in d.stages:
        return
    for one in transition.reopens:
        stage = (d.tasks.get(one) or d.gates.get(one) or (transition.to, None))[0]
        if d.order[stage] < d.order[transition.to]:
            yield _error("reopens.unanswerable", f"{path}.reopens",
                         f"This reopens '{one}' of {d.stage_name(stage)} but leads to {d.stage_name(transition.to)}, "
                         "where nobody is asked for it.")


def _condition(d: Definition, condition: c.AnyCondition, path: str) -> Iterator[Finding]:
    match condition:
        case c.DocumentThere(document=document):
            field = _field(d, document)
            if field is not None and not isinstance(field, File):
                yield _error("document.not_file", path, f"'{document}' is not a file.")
        case c.Signed(signed=key) if key in d.tasks and d.tasks[key][1].kind != "sign":
            yield _error("signed.not_agreement", path, f"'{key}' is not a task of kind sign.")
        case c.FigureReaches(figure=comparison):
            yield from _comparison(d, comparison, path)
        case c.DateReached(date=window):
            yield from _window(window, path)


def _window(window: c.DateWindow, path: str) -> Iterator[Finding]:
    days = [day for day in (window.not_before, window.not_after) if day is not None]
    wrong = [day for day in days if not _is_date(day)]
    if wrong or not days:
        yield _error("date.unreadable", path, f"{_list(wrong) or 'The window'} is not a date. Write it as 2027-03-31.")
    elif len(days) == 2 and days[0] > days[1]:
        yield _error("date.never", path, "The window ends before it begins.")


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _comparison(d: Definition, comparison: c.Comparison, path: str) -> Iterator[Finding]:
    field = _field(d, comparison.path)
    if field is None:
        return
    if not isinstance(field, Figure | Computed):
        yield _error("figure.no_number", path, f"'{comparison.path}' is not a single number.")
        return
    relation, limit = comparison.limit
    if isinstance(limit, Decimal):
        if comparison.unit is not None and not _same_unit(_unit(field), comparison.unit):
            yield _error("figure.units", path,
                         f"'{comparison.path}' is in {_unit(field) or 'no unit'}, the limit in {comparison.unit}.")
        if _outside(field, relation, limit):
            words = relation.replace("_", " ")
            yield _error("figure.never", path, f"'{comparison.path}' can never be {words} {limit}.")
        return
    other = _field(d, limit)
    if other is not None and not isinstance(other, Figure | Computed):
        yield _error("figure.no_number", path, f"'{limit}' is not a single number.")
    elif other is not None and not _same_unit(_unit(field), _unit(other)):
        yield _error("figure.units", path, f"'{comparison.path}' is in {_unit(field) or 'no unit'}, "
                                           f"'{limit}' in {_unit(other) or 'no unit'}.")


def _unit(field: TypedField) -> str | None:
    """The unit a value will have; ``?`` stands for the currency its giver chooses."""
    match field:
        case Money(currency=currency, per=per):
            return f"{currency or '?'}/{per}" if per else currency or "?"
        case Percent():
            return "%"
        case Quantity(unit=unit) | Number(unit=unit) | Whole(unit=unit) | Computed(unit=unit):
            return unit
    return None


def _same_unit(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return one == other
    (currency, _, per), (currency2, _, per2) = one.partition("/"), other.partition("/")
    return per == per2 and (currency == currency2 or "?" in (currency, currency2))


def _outside(field: TypedField, relation: str, limit: Decimal) -> bool:
    if not isinstance(field, Figure):
        return False
    most, least = field.max, field.min
    match relation:
        case "at_least":
            return most is not None and Decimal(str(most)) < limit
        case "above":
            return most is not None and Decimal(str(most)) <= limit
        case "at_most":
            return least is not None and Decimal(str(least)) > limit
    return least is not None and Decimal(str(least)) >= limit


def _automatic(d: Definition) -> Iterator[Finding]:
    """What goes on by itself comes to rest."""
    following: dict[str, list[str]] = {}
    for transition in d.transitions.values():
        if transition.automatic:
            following.setdefault(transition.from_, []).append(transition.to)
    for circle in _circles({**{to: [] for all_ in following.values() for to in all_}, **following}):
        names = " -> ".join(d.stage_name(stage) for stage in (*circle, circle[0]))
        yield _error("automatic.circle", f"stages.{circle[0]}", f"Automatic transitions can go round: {names}.")
    for stage, ways in following.items():
        if len(ways) > 1:
            yield _warning("automatic.several", f"stages.{stage}",
                           "Several automatic transitions leave this stage; if two hold at once, the first is taken.")


def _contract(d: Definition) -> Iterator[Finding]:
    prepared = [key for key, stage in d.stages.items() if stage.contract == "prepared"]
    signed = [key for key, stage in d.stages.items() if stage.contract == "signed"]
    for name, stages in (("prepared", prepared), ("signed", signed)):
        if len(stages) != 1:
            yield _error("contract.stage", "stages", f"Exactly one stage has contract: {name}; {len(stages)} have.")
    if len(prepared) == len(signed) == 1 and d.order[prepared[0]] >= d.order[signed[0]]:
        yield _error("contract.order", f"stages.{signed[0]}.contract", "The contract is signed before it is prepared.")
    if not any(_certain(d, seat) for seat in _contracting(d)):
        yield _error("contract.no_party", "parties", "No seat that contracts is certain to be filled.")
    gates = [stage for stage, gate in d.gates.values() if gate.about == "contract"]
    if not gates:
        yield _error("contract.no_gate", "stages", "No gate is about the contract, so nobody agrees to its text.")
    elif prepared and any(stage != prepared[0] for stage in gates):
        yield _error("contract.gate_elsewhere", "stages",
                     f"The gate about the contract belongs to {d.stage_name(prepared[0])}, where it is prepared.")
    if not d.clauses:
        yield _error("contract.empty", "clauses", "The contract has no clauses.")
    yield from _ends(d)


def _ends(d: Definition) -> Iterator[Finding]:
    ends = [key for key, outcome in d.terminal.items() if outcome == "success"]
    if len(ends) != 1:
        yield _error("terminal.success", "terminal", f"Exactly one end is a success; here {len(ends)} are.")
    for key, transition in d.transitions.items():
        if transition.to in ends and not _requires_signature(transition.when):
            yield _warning("contract.end_unsigned", f"transitions.{key}.when",
                           "This ends in success without waiting for the signatures. Add {contract: signed}.")


def _requires_signature(condition: c.AnyCondition | None) -> bool:
    match condition:
        case c.ContractIs(contract="signed"):
            return True
        case c.All(all=inner):
            return any(_requires_signature(one) for one in inner)
        case c.Any_(any=inner):
            return all(_requires_signature(one) for one in inner)
    return False


# As where the contract is written: "$$" and "\$" are dollar signs, "${name}s" ends a name inside a word.
_NAME = re.compile(r"\\.|\$\$|\$(?:\{(?P<braced>\w+)\}|(?P<bare>[A-Za-z_][A-Za-z0-9_]*))", re.DOTALL)


def placeholders(text: Text) -> Iterator[tuple[str, frozenset[str]]]:
    """(language, names) of every ``$name`` in a clause; ``$$`` is a dollar sign."""
    texts = {"": text} if isinstance(text, str) else text
    for language, words in texts.items():
        found = (match["braced"] or match["bare"] for match in _NAME.finditer(words))
        yield language, frozenset(name for name in found if name)


def _clauses(d: Definition) -> Iterator[Finding]:
    prepared = next((key for key, stage in d.stages.items() if stage.contract == "prepared"), None)
    for key, clause in d.clauses.items():
        path = f"clauses.{key}"
        yield from _placeholders(clause, path)
        if clause.only_if and _certain(d, clause.only_if):
            yield _warning("clause.always", f"{path}.only_if", f"The seat '{clause.only_if}' is always filled.")
        for name, need in clause.needs.items():
            yield from _need(d, clause, need, f"{path}.needs.{name}", prepared)


def _placeholders(clause: Clause, path: str) -> Iterator[Finding]:
    used: set[str] = set()
    for language, names in placeholders(clause.text):
        used |= names
        where = f"{path}.text.{language}".rstrip(".")
        yield from (_error("clause.undeclared", where, f"${name} is not declared in needs.")
                    for name in sorted(names - clause.needs.keys()))
    yield from (_error("clause.unused", f"{path}.needs.{name}", f"'{name}' is declared but ${name} is not in the text.")
                for name in clause.needs if name not in used)


def _need(d: Definition, clause: Clause, need: str, path: str, prepared: str | None) -> Iterator[Finding]:
    """The value is certainly there when the contract is prepared, and everybody who signs may read it."""
    if need.startswith("project:"):
        return
    if need.startswith("seat:"):
        seat = need.removeprefix("seat:")
        if seat in d.parties and not _certain(d, seat) and seat != clause.only_if:
            yield _error("clause.seat_empty", path, f"The seat '{seat}' may stay empty. Add only_if: {seat}.")
        return
    address, _, of = need.partition("@")
    field = _field(d, address)
    if field is None:
        return
    stage, key, _ = address.split(".")
    task = d.tasks[key][1]
    asked = [of] if of else task.of
    if of and of not in task.of:
        yield _error("clause.not_asked", path, f"'{of}' is not asked for '{key}'.")
    elif len(asked) > 1:
        yield _error("clause.whose", path, f"Several seats answer '{key}'. Say whose value: {address}@{asked[0]}.")
    if prepared and d.order[stage] > d.order[prepared]:
        yield _error("clause.too_late", path, f"This value comes only in {d.stage_name(stage)}.")
    uncertain = [seat for seat in asked if not _certain(d, seat) and seat != clause.only_if]
    if not clause.optional and (uncertain or not field.required or not task.required):
        yield _warning("clause.may_be_blank", path,
                       "This value may be missing when the contract is prepared; the clause is neither optional nor "
                       "bound to the seat by only_if.")
    audience = task.visible_to if field.visible_to is None else field.visible_to
    hidden = [seat for seat in _contracting(d) if seat not in task.of and _hides(audience, seat)]
    if hidden:
        yield _warning("clause.narrow", path, f"{_list(hidden)} will sign this clause but may not see its value.")


def _tables(d: Definition) -> Iterator[Finding]:
    for key, annex in d.annexes.items():
        field = _field(d, annex.of)
        if field is not None and not isinstance(field, Table | Schedule):
            yield _error("annex.no_table", f"annexes.{key}.of", f"'{annex.of}' is neither a table nor a schedule.")
    for index, rule in enumerate(d.duties):
        path = f"duties.{index}"
        field = _field(d, rule.rows)
        if field is None:
            continue
        if not isinstance(field, Table):
            yield _error("duty.no_table", f"{path}.rows", f"'{rule.rows}' is not a table.")
            continue
        for name, column in (("what", rule.what), ("party", rule.party), ("due", rule.due)):
            found = field.columns.get(column)
            if found is None:
                yield _error("duty.no_column", f"{path}.{name}", f"'{rule.rows}' has no column '{column}'.")
            elif name == "due" and not isinstance(found, Date | Month):
                yield _error("duty.no_date", f"{path}.due", f"The column '{column}' is not a date.")
            elif name == "party" and not isinstance(found, Organisation):
                yield _error("duty.no_party", f"{path}.party", f"The column '{column}' is not an organisation.")


def _owned(d: Definition) -> Iterator[Finding]:
    """At every stage somebody seated for certain can act, and somebody is reminded."""
    for key, stage in d.stages.items():
        asked = {seat for task in stage.tasks.values() for seat in task.of}
        asked |= {seat for gate in stage.gates.values() for seat in gate.of}
        for transition in d.transitions.values():
            if transition.from_ == key and not transition.automatic:
                asked |= set(transition.by or _contracting(d))
        if stage.contract == "signed":
            asked |= set(_contracting(d))
        if not any(seat == "host" or _certain(d, seat) for seat in asked):
            yield _error("stage.nobody", f"stages.{key}", f"In {say(stage.name)} nobody is certain to be able to act.")
    on = {rule.on.partition("_")[0] for rule in d.reminders}
    for matter, there in (("task", d.tasks), ("decision", d.gates), ("signature", d.stages)):
        if there and matter not in on:
            yield _warning("reminders.none", "reminders", f"Nobody is reminded of a {matter}.")


def _fairness(d: Definition) -> Iterator[Finding]:
    """Where the contracting parties differ in who accepts, goes on, decides and vetoes."""
    seats = _contracting(d)
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
        yield _warning(code, path, f"{_list(names)} can {what}; {_list(others)} cannot.")


# Walks: from every stage an end can be reached -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Situation:
    """A stage, and the stages passed before that something later asks about."""

    stage: str
    passed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Cast:
    """Who sits where in one story: seat -> number of organisations."""

    definition: Definition
    holders: Mapping[str, int]
    opening: Story = ()

    def seated(self, seats: Sequence[str]) -> int:
        return sum(self.holders[seat] for seat in seats)

    @cached_property
    def remembered(self) -> frozenset[str]:
        """Stages that some other stage asks about later."""
        d = self.definition
        asked = {(t.from_, d.tasks[key][0]) for t in d.transitions.values() for key in _tasks_of(t.when)}
        asked |= {(t.from_, d.gates[key][0]) for t in d.transitions.values() for key in _gates_of(t.when)}
        asked |= {(stage, d.tasks[one][0]) for stage, task in d.tasks.values() for one in task.after}
        asked |= {(stage, d.tasks[one][0]) for key, (stage, _) in d.gates.items() for one in d.about(key)}
        contract = {key for key, stage in d.stages.items() if stage.contract}
        return frozenset({to for here, to in asked if here != to} | contract)

    def lacking(self, condition: c.AnyCondition | None, here: _Situation) -> str | None:
        """Why this can never hold in this situation; None where its people can bring it about."""
        match condition:
            case c.All(all=inner):
                return next(filter(None, (self.lacking(one, here) for one in inner)), None)
            case c.Any_(any=inner):
                reasons = [self.lacking(one, here) for one in inner]
                return None if None in reasons else reasons[0]
            case c.Not(not_=one):
                return self.lacking(one, here)
            case c.GateAgreed(gate=key):
                return self.undecided(key, here)
            case c.PartySeated(party=seat) if not self.holders[seat]:
                return f"{_seat(self.definition, seat)} must be there, and that seat may stay empty"
            case c.ContractIs(contract=state):
                wanted = "prepared" if state == "agreed" else "signed"
                reached = any(self.definition.stages[stage].contract == wanted for stage in here.passed | {here.stage})
                return None if reached else f"the contract is not {wanted} before or in this stage"
            case c.Tasks():
                tasks = self.definition.stages[here.stage].tasks
                return self.open([key for key, task in tasks.items() if task.required], here)
        paths = [path for path in _paths_of(condition) if isinstance(condition, c.FigureReaches)]
        return next(filter(None, (self.unknown(path) for path in paths)), None) or \
            self.open(list(_tasks_of(condition)), here)

    def open(self, keys: Sequence[str], here: _Situation) -> str | None:
        """Why one of these tasks, or one it follows, can never be accepted here."""
        d = self.definition
        seen, rest = set(keys), list(keys)
        while rest:
            stage, task = d.tasks[rest.pop()]
            if not self.seated(task.of):
                continue  # asked of nobody
            if stage != here.stage and stage not in here.passed:
                return f"'{say(task.title)}' is asked only in {d.stage_name(stage)}"
            if task.accepted_by != "nobody" and task.accepted_by not in task.of and not self.holders[task.accepted_by]:
                return f"{_seat(d, task.accepted_by)} must accept '{say(task.title)}', and that seat may stay empty"
            rest += [one for one in task.after if one not in seen]
            seen.update(task.after)
        return None

    def unknown(self, path: str) -> str | None:
        """Why a figure can never have a value."""
        asked = self.definition.tasks[path.split(".")[1]][1].of
        if not self.seated(asked):
            return f"'{path}' is asked of nobody while {_list(asked)} is empty"
        return None

    def undecided(self, key: str, here: _Situation) -> str | None:
        """Why a gate can never be agreed here."""
        d = self.definition
        stage, gate = d.gates[key]
        question = say(gate.question)
        if stage != here.stage and stage not in here.passed:
            return f"'{question}' is decided only in {d.stage_name(stage)}"
        if not self.seated(gate.of):
            return f"nobody decides '{question}' while {_list(gate.of)} is empty"
        if isinstance(gate.rule, AtLeast):
            there = self.seated([gate.rule.of] if gate.rule.of else gate.of)
            if there < gate.rule.at_least:
                return f"'{question}' needs {gate.rule.at_least} and there may be only {there}"
        return self.open(d.about(key), here)


def _tasks_of(condition: c.AnyCondition | None) -> Iterator[str]:
    for _, one in c.walk(condition):
        match one:
            case c.TaskAccepted(task=key) | c.Signed(signed=key):
                yield key
            case c.DocumentThere() | c.FigureReaches():
                yield from (path.split(".")[1] for path in _paths_of(one))


def _paths_of(condition: c.AnyCondition | None) -> list[str]:
    match condition:
        case c.DocumentThere(document=path):
            return [path]
        case c.FigureReaches(figure=comparison):
            return [path for path in (comparison.path, comparison.limit[1]) if isinstance(path, str)]
    return []


def _gates_of(condition: c.AnyCondition | None) -> Iterator[str]:
    yield from (one.gate for _, one in c.walk(condition) if isinstance(one, c.GateAgreed))


def _casts(d: Definition) -> Iterator[_Cast]:
    """Everybody there; nobody who need not be; each optional seat alone empty, and alone filled."""
    full = {key: seat.many.max if seat.many else 1 for key, seat in d.parties.items()}
    least = {key: (seat.many.min if seat.many else 1) if seat.required else 0 for key, seat in d.parties.items()}
    yield _Cast(d, full)
    if least == full:
        return
    yield _Cast(d, least, ("Every seat that may be empty is empty, every other has as few as it may.",))
    for key in (key for key, seat in d.parties.items() if not seat.required):
        yield _Cast(d, {**full, key: 0}, (f"The seat {_seat(d, key)} stays empty.",))
        yield _Cast(d, {**least, key: full[key]}, (f"Of the seats that may be empty only {_seat(d, key)} is filled.",))


def _walks(d: Definition) -> Iterator[Finding]:
    dead: set[str] = set()
    for number, cast in enumerate(_casts(d)):
        walk = _walk(cast)
        if walk is None:
            yield _error("walk.not_proven", "stages", f"More than {MOST_SITUATIONS:,} situations; this is not proven.")
            return
        if number == 0:
            yield from _never(d, walk)
        for finding in _dead_ends(walk):
            if finding.path not in dead:
                dead.add(finding.path)
                yield finding


@dataclass(frozen=True)
class _Walk:
    cast: _Cast
    came: Mapping[_Situation, tuple[_Situation, str] | None]  # from where, by which transition
    ways: Mapping[_Situation, Sequence[tuple[str, _Situation]]]

    def story(self, situation: _Situation) -> Story:
        """The shortest way to a situation, a sentence per step."""
        d, steps = self.cast.definition, []
        before = self.came[situation]
        while before is not None:
            situation, key = before
            steps.append(_step(d, key))
            before = self.came[situation]
        return (*self.cast.opening, f"A project begins in {d.stage_name(d.first)}.", *reversed(steps))


def _step(d: Definition, key: str) -> str:
    transition = d.transitions[key]
    where = d.stage_name(transition.to)
    if d.is_back(transition):
        return f"It goes back to {where}."
    return f"It goes on to {where}{' by itself' if transition.automatic else ''}."


def _walk(cast: _Cast) -> _Walk | None:
    """Every situation that can be reached, breadth first; None where there are too many."""
    d = cast.definition
    leaving: dict[str, list[tuple[str, Transition]]] = {}
    for key, transition in d.transitions.items():
        leaving.setdefault(transition.from_, []).append((key, transition))
    start = _Situation(d.first)
    came: dict[_Situation, tuple[_Situation, str] | None] = {start: None}
    ways: dict[_Situation, list[tuple[str, _Situation]]] = {}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        ways[here] = []
        passed = here.passed | ({here.stage} & cast.remembered)
        for key, transition in leaving.get(here.stage, ()):
            if cast.lacking(transition.when, here) is not None:
                continue
            there = _Situation(transition.to, frozenset() if transition.to in d.terminal else passed)
            ways[here].append((key, there))
            if there not in came:
                came[there] = here, key
                queue.append(there)
        if len(came) > MOST_SITUATIONS:
            return None
    return _Walk(cast, came, ways)


def _never(d: Definition, walk: _Walk) -> Iterator[Finding]:
    """Stages and transitions that no story reaches, even with every seat filled."""
    reached = {situation.stage for situation in walk.ways}
    for key in d.stages:
        if key not in reached:
            yield _error("stage.unreachable", f"stages.{key}", f"No story leads to {d.stage_name(key)}.")
    taken = {key for ways in walk.ways.values() for key, _ in ways}
    for key, transition in d.transitions.items():
        if key in taken or transition.from_ not in reached:
            continue
        here = next(situation for situation in walk.ways if situation.stage == transition.from_)
        yield _error("transition.never", f"transitions.{key}.when",
                     f"This can never be taken: {walk.cast.lacking(transition.when, here)}.", walk.story(here))


def _dead_ends(walk: _Walk) -> Iterator[Finding]:
    """The situations in which a project is stuck: where no way on is left, or where it goes round for ever."""
    d = walk.cast.definition
    dead = set(walk.ways) - _can_succeed(walk)
    stuck = [here for here in walk.ways if here in dead and here.stage not in d.terminal and not _onward(d, walk, here)]
    if dead and not stuck:
        stuck = [here for here in (max(dead, key=lambda one: d.order[one.stage]),) if here.stage not in d.terminal]
    told: set[str] = set()
    for here in stuck:
        if here.stage in told:
            continue
        told.add(here.stage)
        reasons = [f"'{_way(d, key)}' cannot be taken: {why}" for key, transition in d.transitions.items()
                   if transition.from_ == here.stage and (why := walk.cast.lacking(transition.when, here))]
        because = "; ".join(reasons) or "every way from here leads round or into a failure"
        if not any(transition.from_ == here.stage for transition in d.transitions.values()):
            because = "no way leads on"
        yield _error("stage.dead_end", f"stages.{here.stage}",
                     f"From {d.stage_name(here.stage)} no success can be reached any more: {because}.",
                     (*walk.story(here), f"Here it stays: {because}."))


def _can_succeed(walk: _Walk) -> set[_Situation]:
    d = walk.cast.definition
    before: dict[_Situation, list[_Situation]] = {}
    for here, ways in walk.ways.items():
        for _, there in ways:
            before.setdefault(there, []).append(here)
    alive = {here for here in walk.ways if d.terminal.get(here.stage) == "success"}
    queue = deque(alive)
    while queue:
        for earlier in before.get(queue.popleft(), ()):
            if earlier not in alive:
                alive.add(earlier)
                queue.append(earlier)
    return alive


def _onward(d: Definition, walk: _Walk, here: _Situation) -> bool:
    """Whether a way forward, other than into a failure, can be taken here."""
    return any(not d.is_back(d.transitions[key]) and there.stage != here.stage and there.stage not in d.terminal
               for key, there in walk.ways[here])


def _way(d: Definition, key: str) -> str:
    name = d.transitions[key].name
    return say(name) if name else key


def _seat(d: Definition, key: str) -> str:
    return f"'{say(d.parties[key].name)}'" if key in d.parties else f"'{key}'"


def _list(words: Sequence[str] | Mapping[str, object]) -> str:
    return ", ".join(words)


_Check = Callable[[Definition], Iterator[Finding]]
_NAMES: tuple[_Check, ...] = (_seats, _tasks_and_gates, _stages, _paths)
_RULES: tuple[_Check, ...] = (_asked, _decided, _guarded, _automatic, _contract, _clauses, _tables, _owned, _fairness)
