"""What a task asks: every kind of task is a set of fields here, so one mechanism serves them all."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TypeVar, assert_never

from cocreate.domain.answers import Answer, Answers, AnyField, rows_of
from cocreate.domain.ours import N_
from workflows import fields as f
from workflows.definition import Definition, Task
from workflows.fields import TypedField
from workflows.texts import Text

SCORES = ("s1", "s2", "s3", "s4", "s5")  # keys of an assessment's choices; a key cannot begin with a digit
CANNOT_SAY = "cannot_say"
FEW = 3  # people of a party below whose number nobody reads single answers

_Field = TypeVar("_Field", bound=f.Base)
_SCALE: dict[str, Text] = {
    "s1": N_("1, not at all"), "s2": "2", "s3": "3", "s4": "4", "s5": N_("5, fully"), CANNOT_SAY: N_("Cannot say")}


def _said(field: _Field, **texts: object) -> _Field:
    """The field with texts of ours; checked like a template's, they would be read as fixed ones."""
    return field.model_copy(update=texts)


_SCORE = _said(f.Choice(type="choice", label="1 to 5", of=[*_SCALE]), of=_SCALE)
_COMMENT = _said(f.LongText(type="long_text", label="Why?", required=False, most=1000),
                 label=N_("Why? Give an example"))
VERDICT, REMARKS, CHANGE = "verdict", "remarks", "change"
_REVIEW: dict[str, TypedField] = {
    VERDICT: _said(
        f.Choice(type="choice", label="Verdict", of=["fine", CHANGE]), label=N_("What do you say to it?"),
        of={"fine": N_("It is right as it is"), CHANGE: N_("Something has to change")}),
    REMARKS: _said(f.LongText(type="long_text", label="Remarks", required=False), label=N_("Remarks"),
                     help=N_("On the whole. What is about one place, say there: each has a way to comment.")),
}


def fields_of(task: Task) -> dict[str, TypedField]:
    """Everything the task asks, of whatever kind it is, in order."""
    match task.kind:
        case "form" | "document" | "sign":
            return dict(task.fields)
        case "assessment":
            asked: dict[str, TypedField] = {}
            for key, statement in task.statements.items():
                asked[key] = _said(_SCORE, label=statement.text, help=statement.help)
                asked[f"{key}_comment"] = _COMMENT
            return asked | task.fields
        case "canvas":
            boxes = {key: f.LongText(type="long_text", label=box.title, help=box.help)
                     for key, box in task.boxes.items()}
            return boxes | task.fields
        case "review":
            return _REVIEW | task.fields
        case _:
            assert_never(task.kind)


def may_be_absent(task: Task, key: str) -> bool:
    """Whether "not available" is an answer: a figure may be unknown; an opinion and an address are one's own."""
    field = task.fields.get(key)
    return field is not None and not isinstance(field, f.Computed) and not field.certain


def is_required(field: AnyField) -> bool:
    if isinstance(field, f.Computed) or (isinstance(field, f.Table) and field.least == 0):
        return False
    return field.required


def columns_of(field: f.Table | f.Schedule) -> dict[str, f.Base]:
    """The columns of a row; a schedule has from, to and value."""
    match field:
        case f.Table():
            return dict(field.columns)
        case f.Schedule(currency=currency, per=per, unit=unit):
            money = currency is not None or per is not None
            value: f.Base
            if money:
                value = f.Money(type="money", label="Value", currency=currency, per=per)
            elif unit:
                value = f.Quantity(type="quantity", label="Value", unit=unit)
            else:
                value = f.Number(type="number", label="Value")
            return _FROM_TO | {"value": _said(value, label=N_("Value"))}


_FROM_TO: dict[str, f.Base] = {
    "from": _said(f.Date(type="date", label="From"), label=N_("From")),
    "to": _said(f.Date(type="date", label="To", required=False), label=N_("To"))}


def asks_currency(task: Task) -> bool:
    """Whether somebody has to choose the currency of an amount."""
    inside = (column for field in task.fields.values() if isinstance(field, f.Table | f.Schedule)
              for column in columns_of(field).values())
    return any(isinstance(each, f.Money) and each.currency is None or begins_with_currency(each)
               for each in (*task.fields.values(), *inside))


def begins_with_currency(column: AnyField | None) -> bool:
    """Whether a new row says the project's currency here until somebody writes another."""
    return isinstance(column, f.ShortText) and column.begins == "currency"


def comments(task: Task) -> dict[str, str]:
    """Of an assessment: field of the comment to the statement it is about."""
    return {f"{key}_comment": key for key in task.statements}


def asked_because(task: Task, answers: Answers) -> tuple[str, ...]:
    """Fields that other answers make required: why a statement got 1 or 2."""
    return tuple(comment for comment, key in comments(task).items()
                 if (given := answers.get(key)) and given.value in SCORES[:2])


@dataclass(frozen=True, slots=True)
class Counts:
    """How many fields a version had to answer, how many have a value, and which were not available."""

    fields: int
    given: int
    missing: tuple[str, ...]


def counts(task: Task, answers: Answers) -> Counts:
    asked = _required(task, answers)
    missing = tuple(key for key in asked if key in answers and answers[key].not_available is not None)
    return Counts(len(asked), sum(key in answers for key in asked) - len(missing), missing)


def dates(task: Task, answers: Answers) -> dict[str, str]:
    """The days that date fields were answered with: what is due may follow them."""
    return {key: answer.value.isoformat() for key, answer in answers.items()
            if isinstance(task.fields.get(key), f.Date) and isinstance(answer.value, date)}


def open_fields(task: Task, answers: Answers) -> tuple[str, ...]:
    """Required fields that have neither a value nor a reason; while there is one, nothing can be submitted."""
    return tuple(key for key in _required(task, answers) if key not in answers)


def _required(task: Task, answers: Answers) -> tuple[str, ...]:
    because, pointless = asked_because(task, answers), idle(task, answers)
    return tuple(key for key, field in fields_of(task).items()
                 if (is_required(field) or key in because) and key not in pointless)


def idle(task: Task, answers: Answers) -> frozenset[str]:
    """Fields that another answer of the same task makes pointless; until that is given nothing is."""
    return _pointless(task.fields, partial(_chosen, answers))


def idle_columns(field: f.Base, said: Callable[[str], Collection[str]]) -> frozenset[str]:
    """The same of the columns of a table; said: what was chosen in a field of its task."""
    return _pointless(field.columns, said) if isinstance(field, f.Table) else frozenset()


def _pointless(parts: Mapping[str, f.Base], said: Callable[[str], Collection[str]]) -> frozenset[str]:
    return frozenset(key for key, part in parts.items() if part.only_if and any(
        (given := said(name)) and not one.holds(given) for name, one in hangs_on(part)))


def hangs_on(field: f.Base) -> tuple[tuple[str, f.OnlyIf], ...]:
    """The fields whose answers decide whether this one is asked, and by which; all of them have to."""
    return tuple((one.answer.split(".")[2], one) for one in f.answers_of(field.only_if))


_YES_NO: dict[str, Text] = {"yes": N_("Yes"), "no": N_("No")}


def answers_offered(field: AnyField) -> dict[str, Text]:
    """The answers to choose from, with their words; none where it is no choice."""
    if isinstance(field, f.YesNo):
        return _YES_NO
    return f.options(field.of) if isinstance(field, f.Choice | f.Choices) else {}


def chosen(definition: Definition, task_key: str, answers: Answers) -> dict[str, tuple[str, ...]]:
    """What was chosen in the fields on which something else hangs; of a review its verdict."""
    stage, task = definition.tasks[task_key]
    return {key: said for key in answers
            if (f"{stage}.{task_key}.{key}" in definition.decisive or (task.kind == "review" and key == VERDICT))
            and (said := _chosen(answers, key))}


def _chosen(answers: Answers, key: str) -> tuple[str, ...]:
    return chosen_in(answers.get(key))


def chosen_in(answer: Answer | None) -> tuple[str, ...]:
    """The keys that were chosen; none where nothing was, or the answer is to no choice."""
    return f.chosen(answer.value) if answer is not None else ()


def asked_after(task: Task, answers: Answers) -> frozenset[str]:
    """The fields that are asked after these answers."""
    return frozenset(fields_of(task)) - idle(task, answers)


def without_idle(task: Task, answers: Answers) -> dict[str, Answer]:
    """The answers to what is asked; what was typed before a choice made it pointless is not given."""
    asked = asked_after(task, answers)
    return {key: in_columns(as_asked(task, key, answers), answer) for key, answer in answers.items() if key in asked}


def as_asked(task: Task, key: str, answers: Answers) -> AnyField:
    """A field as it is asked after these answers: a table without the columns that they made pointless."""
    field = fields_of(task)[key]
    pointless = idle_columns(field, partial(_chosen, answers))
    return with_columns(field, field.columns.keys() - pointless) if isinstance(field, f.Table) and pointless else field


def with_columns(table: f.Table, names: Collection[str]) -> f.Table:
    """The table with these of its columns, in its order."""
    return table.model_copy(update={"columns": {key: one for key, one in table.columns.items() if key in names}})


def in_columns(field: AnyField, answer: Answer) -> Answer:
    """An answer without cells that stand in no column of the table."""
    if not isinstance(field, f.Table) or all(row.keys() <= field.columns.keys() for row in rows_of(answer)):
        return answer
    return replace(answer, value=tuple({key: cell for key, cell in row.items() if key in field.columns}
                                       for row in rows_of(answer)))


def changed(task: Task, a: Answers, b: Answers) -> tuple[str, ...]:
    """Fields whose answer differs between two versions, in the task's order."""
    return tuple(key for key in fields_of(task) if a.get(key) != b.get(key))
