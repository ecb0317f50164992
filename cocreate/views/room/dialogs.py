"""What all dialogs share: a page that says what will follow, the act, and what was refused at its field."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from cocreate import sentences
from cocreate.db import transaction
from cocreate.errors import CocreateError, Conflict, Invalid
from cocreate.forms.base import Form
from cocreate.views import once
from cocreate.views.room import asked_words, frame
from cocreate.web import pages
from workflows.facts import Facts


def dialog(facts: Facts, form: Form, template: str, title: str, act: Callable[[Any], str], *,
           then: str, back: str | None = None, trail: tuple[tuple[str, str], ...] = (),
           **values: object) -> ResponseReturnValue:
    """The page; once it is sent and right, the act, whose words are flashed on the page ``then``."""
    sent = request.method == "POST"
    back, kept = back or url_for("room.now", ref=facts.project.ref), asked_words.of(facts, form)
    if away := kept.put_away(back):
        return away
    right = sent and form.validate()
    if sent and not right and (answer := once.again()):
        return answer  # what was offered is not there any more since the first click
    if right:
        try:
            with transaction() as session:
                said = act(session)
                once.note(session, then, said)
                kept.said(session)
        except (Invalid, Conflict) as error:
            if isinstance(error, Conflict) and "field" not in error.values:
                raise
            form.blame(error.values.get("field"), sentences.error(error, pages.reader(), facts))
        else:
            flash(said, "done")
            return redirect(then, 303)
    kept.save()
    body = frame.show(template, facts, *trail, (title, None), form=form, title=title, kept=kept, back_url=back,
                      **values)
    return body, 200 if request.method == "GET" else 422


def possible(check: Callable[[], object]) -> bool:
    """Whether a check lets it pass: for links that only those see who can use them."""
    try:
        check()
    except CocreateError:
        return False
    return True
