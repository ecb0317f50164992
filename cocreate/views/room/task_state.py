"""Where a task stands, as one chip: the same on Now, in the list of tasks and on top of the task."""

from datetime import datetime

from flask_babel import gettext as _

from cocreate import words
from cocreate.domain.reminding import check_by
from cocreate.web import pages
from workflows import progression
from workflows.facts import Facts, TaskFact, TaskState
from workflows.guards import accepting, can_start
from workflows.texts import say


def chip(facts: Facts, task: TaskFact) -> tuple[str, str]:
    """Kind and words."""
    match task.state:
        case TaskState.OPEN | TaskState.RETURNED:
            return _owed(facts, task)
        case TaskState.ENTERED:
            return "soon", _("to be confirmed")
        case TaskState.SUBMITTED:
            return "waits", _("submitted")
        case TaskState.ACCEPTED:
            return "done", _given(facts, task)
        case TaskState.LAPSED | TaskState.SUPERSEDED:
            return "draft", _("ended")


def _given(facts: Facts, task: TaskFact) -> str:
    """What was done with it: what nobody accepts counted at once."""
    if facts.task_of(task).kind == "sign":
        return _("signed")
    return _("accepted") if accepting(facts, task) else _("submitted")


def starts(facts: Facts, earlier: TaskFact) -> str:
    """When a task can begin that an earlier one keeps waiting."""
    title = say(facts.task_of(earlier).title, pages.language())
    return _("This can start when '%(earlier)s' is accepted.", earlier=title) if accepting(facts, earlier) else \
        _("This can start when '%(earlier)s' is submitted.", earlier=title)


def due(facts: Facts, task: TaskFact) -> datetime | None:
    """Until when it is owed; while the project rests, when that will be."""
    return progression.due_after_hold(facts, task.due_at) if task.due_at else None


def checked_by(facts: Facts, task: TaskFact) -> datetime | None:
    """Until when it is to be accepted or returned; while the project rests, when that will be."""
    by = check_by(facts, task)
    return progression.due_after_hold(facts, by) if by else None


def _owed(facts: Facts, task: TaskFact) -> tuple[str, str]:
    """What is late says so first; what was returned has a due date that everybody knows."""
    due_at = due(facts, task)
    day = words.day(due_at, pages.reader()) if due_at else ""
    if due_at and due_at < facts.now:
        return "late", _("was due %(day)s", day=day)
    if task.state is TaskState.RETURNED:
        return "returned", _("returned")
    if not can_start(facts, task):
        return "plain", _("starts later")
    return ("due", _("due %(day)s", day=day)) if day else ("asked", _("asked"))
