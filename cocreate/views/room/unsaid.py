"""Words typed and not said: saved while one types, there again on the next page, gone when they are said."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from cocreate import words
from cocreate.clock import now
from cocreate.db import transaction
from cocreate.domain.topics import Topic
from cocreate.forms.unsaid import UnsaidForm
from cocreate.services import unsaid
from cocreate.services.unsaid import Words
from cocreate.web import login, pages


def chosen(found: Iterable[Words]) -> Words | None:
    """What a form goes on with: what was asked for, else the newest."""
    mine, key = list(found), request.args.get("begun")
    return next((one for one in mine if one.key == key), mine[0] if mine else None)


def typed(begun: Words) -> MultiDict[str, str]:
    """For a form that goes on with it."""
    return MultiDict((name, text) for name, texts in begun.typed.items() for text in texts)


def status(at: datetime) -> str:
    reader = pages.reader()
    today = words.local_day(at, reader) == reader.today
    return _("Draft saved %(at)s, only you see it",
             at=words.clock_time(at, reader) if today else words.day_time(at, reader))


def save(ref: str, subject: Topic, form: UnsaidForm, box: str = "") -> None:
    with transaction() as session:
        unsaid.save(session, ref, subject=subject, box=box, typed=form.typed(), begun=form.begun.data or "",
                    actor=login.me().id, key=form.key(), now=now())


def saved(ref: str, subject: Topic, form: UnsaidForm, box: str = "") -> ResponseReturnValue:
    """What the page saves by itself while one types."""
    save(ref, subject, form, box)
    return jsonify(status=status(now()) if form.text.data else "")


def put_away(ref: str, subject: Topic, form: UnsaidForm, url: str, box: str = "") -> ResponseReturnValue | None:
    """The words kept for later, or discarded, where one of these buttons was pressed."""
    if "discard" in request.form:
        with transaction() as session:
            drop(session, ref, form)
        flash(_("Discarded."), "done")
    elif "keep" in request.form:
        save(ref, subject, form, box)
        flash(_("Kept. Only you see it until you say it."), "done")
    else:
        return None
    return redirect(url, 303)


def drop(session: Any, ref: str, form: UnsaidForm) -> None:
    unsaid.drop(session, ref, actor=login.me().id, keys=(form.key(), form.begun.data or ""))
