"""Writing on a canvas: every entry is added, supported and withdrawn by itself."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from cocreate import sentences
from cocreate.clock import now
from cocreate.db import transaction
from cocreate.domain.topics import Topic
from cocreate.errors import Invalid, NotFound
from cocreate.forms.canvases import EntryForm
from cocreate.services import canvases
from cocreate.services.contributions import TaskPage
from cocreate.views.room import unsaid
from cocreate.views.room.blueprint import bp
from cocreate.views.room.canvas_boxes import canvas_of
from cocreate.views.room.task_pages import load, show, url_of
from cocreate.views.room.tasks import number, submitted
from cocreate.web import login, pages


@bp.post("/tasks/<key>/entries")
def entry_add(ref: str, key: str) -> ResponseReturnValue:
    """Write an entry; where it cannot be taken, the page again with what was typed in its box."""
    page = load(ref, key)
    form, box, topic = _typed(page)
    if away := unsaid.put_away(ref, topic, form, f"{url_of(page)}#box-{box}", box):
        return away
    if form.validate():
        try:
            with transaction() as session:
                receipt = canvases.add(session, ref, task=key, party=page.task.party, box=box, text=form.text.data,
                                       actor=login.me().id, key=form.key(), now=now())
                unsaid.drop(session, ref, form)
        except Invalid as error:
            form.blame(error.values.get("field"), sentences.error(error, pages.reader(), page.facts))
        else:
            return redirect(f"{url_of(page)}#e-{receipt.values['number']}", 303)
    unsaid.save(ref, topic, form, box)
    return show(page, None, canvas=canvas_of(page, typed=(box, form))), 422


@bp.post("/tasks/<key>/entries/draft")
def entry_draft(ref: str, key: str) -> ResponseReturnValue:
    """What the page saves by itself while one types."""
    form, box, topic = _typed(load(ref, key))
    return unsaid.saved(ref, topic, form, box)


@bp.post("/tasks/<key>/entries/<int:entry>/support")
def entry_support(ref: str, key: str, entry: int) -> ResponseReturnValue:
    """Stand behind an entry for one's own party, or no more."""
    return _done(ref, key, entry, lambda session, **known: canvases.support(
        session, ref, back="back" in request.form, **known))


@bp.post("/tasks/<key>/entries/<int:entry>/withdraw")
def entry_withdraw(ref: str, key: str, entry: int) -> ResponseReturnValue:
    return _done(ref, key, entry, lambda session, **known: canvases.withdraw(session, ref, **known))


@bp.post("/tasks/<key>/canvas")
def canvas_submit(ref: str, key: str) -> ResponseReturnValue:
    """Submit what stands on it now."""
    page = load(ref, key)
    with transaction() as session:
        receipt = canvases.submit(session, ref, task=key, party=page.task.party, seen=number("seen"),
                                  actor=login.me().id, key=EntryForm.from_request().key(), now=now())
    flash(submitted(page, receipt.values["state"]), "done")
    return redirect(url_for("room.now", ref=ref), 303)


def _typed(page: TaskPage) -> tuple[EntryForm, str, Topic]:
    """What came, for which box of which canvas. Raises: NotFound where there is no such box."""
    box = request.form.get("box", "")
    if box not in page.facts.task_of(page.task).boxes:
        raise NotFound
    return EntryForm.from_request(), box, Topic("task", page.task.key, page.task.party)


def _done(ref: str, key: str, entry: int, act: Callable[..., Any]) -> ResponseReturnValue:
    page = load(ref, key)
    with transaction() as session:
        act(session, task=key, party=page.task.party, entry=entry, actor=login.me().id,
            key=EntryForm.from_request().key(), now=now())
    return redirect(f"{url_of(page)}#box-{request.form.get('box', '')}", 303)
