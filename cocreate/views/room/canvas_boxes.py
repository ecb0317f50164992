"""What the page of a canvas draws: every box with its entries, and what its reader can do."""

from dataclasses import dataclass

from cocreate import login, pages
from cocreate.db import db
from cocreate.domain.asking import fields_of, is_required
from cocreate.domain.writing import may_write
from cocreate.forms.canvases import EntryForm
from cocreate.services import canvases
from cocreate.services.canvases import Written
from cocreate.services.contributions import TaskPage
from workflows.facts import TaskState
from workflows.guards import can_start
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Box:
    """One box as the page draws it. form: None for who cannot write now."""

    key: str
    title: str
    help: str
    entries: tuple[Written, ...]
    form: EntryForm | None


@dataclass(frozen=True, slots=True)
class Canvas:
    boxes: tuple[Box, ...]
    writes: bool  # whether this reader adds and supports
    submits: bool
    empty: tuple[str, ...]  # titles of boxes that still need an entry
    party: int | None  # of the reader
    me: int


def canvas_of(page: TaskPage, *, typed: tuple[str, EntryForm] | None = None) -> Canvas | None:
    """The canvas of this task as its reader sees it; None for every other kind of task, or where nothing stands.

    typed: the box in which something was typed that could not be taken, and its form.
    """
    facts, task = page.facts, page.task
    definition = facts.task_of(task)
    if definition.kind != "canvas":
        return None
    open_ = task.state in (TaskState.OPEN, TaskState.RETURNED) and can_start(facts, task)
    running = open_ and not (facts.ended or facts.on_hold)
    actor = facts.actor
    writes = running and may_write(facts, task)
    found = canvases.entries(db.session(), facts, task.key, task.party)
    if not (found or open_):
        return None
    given, language = {one.box for one in found}, pages.language()
    boxes = tuple(Box(key, say(box.title, language), say(box.help, language),
                      tuple(one for one in found if one.box == key),
                      _form(key, say(box.title, language), typed) if writes else None)
                  for key, box in definition.boxes.items())
    asked = fields_of(definition)
    return Canvas(boxes, writes, running and page.may_edit,
                  tuple(box.title for box in boxes if is_required(asked[box.key]) and box.key not in given),
                  actor.party if actor else None, login.me().id)


def _form(key: str, title: str, typed: tuple[str, EntryForm] | None) -> EntryForm:
    form = typed[1] if typed and key == typed[0] else EntryForm(box=key)
    form.name(key, title)
    return form
