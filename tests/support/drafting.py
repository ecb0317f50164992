"""What a page keeps by itself while one types, and what is kept."""

import html
import io
import re
from urllib.parse import urlsplit

from sqlalchemy import select

from cocreate.db import db
from cocreate.models.talk import Unsaid
from tests.support.forms import forms_of, parsed
from tests.support.rooms import hidden


def saves(client, page):
    """Where this page saves by itself."""
    [found] = re.findall(r'data-autosave="([^"]*/asked/draft[^"]*)"', client.get(page).text)
    return html.unescape(found).removeprefix(client.start)


def save(client, page, **typed):
    return client.post(saves(client, page), data=form_of(client, page) | typed).json["status"]


def form_of(client, page, action=None):
    """What a browser would send from the form of this page."""
    here = urlsplit(page).path
    found = [dict(form.filled(lambda _: None)) for form in forms_of(parsed(client.get(page).text), client.start + page)
             if urlsplit(form.action).path.endswith(action or here)]
    return found[0]


def rows(room):
    with room.app.app_context():
        return list(db.session.scalars(select(Unsaid.typed).where(Unsaid.project_id == room.facts().project.id)))


def save_offer(client, page=None, file=None, **fields):
    """What the page of the offer does by itself."""
    page = page or client.get("/tasks/offer").text
    return _send(client, "/tasks/offer/draft", page, file, fields)


def post_offer(client, page, file=None, **fields):
    return _send(client, "/tasks/offer", page, file, fields)


def _send(client, path, page, file, fields):
    files = {"f-proof": (io.BytesIO(file[1]), file[0])} if file else {}
    return client.post(path, data=hidden(page) | fields | files, content_type="multipart/form-data")
