"""What the page of a canvas draws: every box with its entries, and what its reader can do."""

from collections.abc import Sequence
from dataclasses import dataclass

from cocreate.db import db
from cocreate.domain.asking import fields_of, is_required
from cocreate.domain.topics import Topic
from cocreate.domain.writing import may_write
from cocreate.forms.canvases import EntryForm
from cocreate.services import canvases
from cocreate.services import unsaid as unsaid_words
from cocreate.services.canvases import Written
from cocreate.services.contributions import TaskPage
from cocreate.services.unsaid import Words
from cocreate.views.room import unsaid
from cocreate.web import login, pages
from workflows.facts import OWED
from workflows.guards import awaited, can_start
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Box:
    """One box as the page draws it. form: None for who cannot write now."""

    key: str
    title: str
    help: str
    entries: tuple[Written, ...]
    form: EntryForm | None
    saved: str  # what is kept of the form, in words
    unsaid: tuple[Words, ...]  # what the reader typed besides and has not added
    awaits: tuple[str, ...]  # the other parties of which an entry is awaited in it
    mine: bool  # whether one of the reader's party is


@dataclass(frozen=True, slots=True)
class Canvas:
    boxes: tuple[Box, ...]
    writes: bool  # whether this reader adds and supports
    submits: bool
    empty: tuple[str, ...]  # titles of boxes that still need an entry
    party: int | None  # of the reader
    me: int
    missing: tuple[str, ...]  # the other parties of which an entry is awaited somewhere


def canvas_of(page: TaskPage, *, typed: tuple[str, EntryForm] | None = None) -> Canvas | None:
    """The canvas of this task as its reader sees it; None for every other kind of task, or where nothing stands.

    typed: the box in which something was typed that could not be taken, and its form.
    """
    facts, task = page.facts, page.task
    definition = facts.task_of(task)
    if definition.kind != "canvas":
        return None
    open_ = task.state in OWED and can_start(facts, task)
    running = open_ and not (facts.ended or facts.on_hold)
    writes = running and may_write(facts, task)
    found = canvases.entries(db.session(), facts, task.key, task.party)
    if not (found or open_):
        return None
    given, language = {one.box for one in found}, pages.language()
    own, awaits = facts.own, awaited(facts, task)
    others = {party: facts.party(party).name for party in awaits if party != own}
    kept = unsaid_words.about(db.session(), facts, Topic("task", task.key, task.party))
    boxes = tuple(Box(key, say(box.title, language), say(box.help, language),
                      tuple(one for one in found if one.box == key),
                      *_typed(key, say(box.title, language), typed, [one for one in kept if one.box == key], writes),
                      tuple(name for party, name in others.items() if key in awaits[party]),
                      writes and key in awaits.get(own or 0, ()))
                  for key, box in definition.boxes.items())
    asked = fields_of(definition)
    return Canvas(boxes, writes, running and page.may_edit,
                  tuple(box.title for box in boxes if is_required(asked[box.key]) and box.key not in given),
                  own, login.me().id, tuple(others.values()))


def _typed(key: str, title: str, refused: tuple[str, EntryForm] | None, kept: Sequence[Words], writes: bool,
           ) -> tuple[EntryForm | None, str, tuple[Words, ...]]:
    """The form of a box, what is kept of it, and what was typed besides."""
    if not writes:
        return None, "", tuple(kept)
    begun = unsaid.chosen(kept)
    if refused and key == refused[0]:
        form = refused[1]
        begun = next((one for one in kept if one.key == form.key()), None)
    else:
        form = EntryForm(unsaid.typed(begun), box=key, begun=begun.key) if begun else EntryForm(box=key)
    form.name(key, title)
    return form, unsaid.status(begun.at) if begun else "", tuple(one for one in kept if one is not begun)
