"""What was given for a task, version by version, and any two of them side by side."""

from flask import current_app
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate.db import db
from cocreate.domain.answers import FileAnswer
from cocreate.domain.saying import compared, shown
from cocreate.errors import NotFound
from cocreate.services import files
from cocreate.services.contributions import TaskPage, Version
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.documents import download
from cocreate.views.room.task_pages import giver, links, load, title_of, trail_to
from cocreate.web import pages


@bp.get("/tasks/<key>/versions/<int:number>")
def task_version(ref: str, key: str, number: int) -> ResponseReturnValue:
    """One version as it was given, as far as the reader may see it."""
    page = load(ref, key)
    version = _version(page, number)
    others = [one for one in page.versions if one.number != number]
    return frame.show(
        "room/tasks/version.html", page.facts, *trail_to(page), (_("Version %(number)s", number=number), None),
        page=page, version=version, others=others, title=title_of(page), giver=giver(page),
        answers=shown(page.facts.task_of(page.task), version.answers, language=pages.language()),
        links=links(page, number))


@bp.get("/tasks/<key>/versions/<int:number>/<int:other>")
def task_compare(ref: str, key: str, number: int, other: int) -> ResponseReturnValue:
    """Two versions, field by field."""
    page = load(ref, key)
    before, after = _version(page, number), _version(page, other)
    return frame.show(
        "room/tasks/compare.html", page.facts, *trail_to(page),
        (_("Versions %(a)s and %(b)s", a=number, b=other), None), page=page, before=before, after=after,
        title=title_of(page), giver=giver(page), links=links(page, other),
        pairs=compared(page.facts.task_of(page.task), before.answers, after.answers, language=pages.language()))


@bp.get("/tasks/<key>/versions/<int:number>/files/<field>")
def task_file(ref: str, key: str, number: int, field: str) -> ResponseReturnValue:
    """A file as it came with a version; also of one that is not confirmed."""
    page = load(ref, key)
    answer = _version(page, number).answers.get(field)
    if answer is None or not isinstance(answer.value, FileAnswer):
        raise NotFound
    file = answer.value
    store, prefix = current_app.extensions["store"], files.prefix(db.session(), page.facts.project.host_id)
    return download(store.read(prefix, file.sha256), file.media_type, file.name)


def _version(page: TaskPage, number: int) -> Version:
    found = next((one for one in page.versions if one.number == number), None)
    if found is None:
        raise NotFound
    return found
