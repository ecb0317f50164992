"""Showing a file beside its download, where that is safe: a picture, or the beginning of a text."""

from dataclasses import dataclass

from flask import Response, current_app, url_for
from flask.typing import ResponseReturnValue

from cocreate.db import db, transaction
from cocreate.domain.previews import MOST, beginning, kind
from cocreate.errors import NotFound
from cocreate.models.work import DocumentVersion
from cocreate.services import documents as service
from cocreate.services import files
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from workflows.facts import Facts


@dataclass(frozen=True, slots=True)
class Preview:
    """What ``room/documents/show.html`` draws; a picture has an address, a text its words."""

    picture_url: str = ""
    text: str = ""
    whole: bool = True


@bp.get("/documents/<int:number>/<int:version>/picture")
def document_picture(ref: str, number: int, version: int) -> ResponseReturnValue:
    """A picture as a picture: nothing in it runs, and no other page may embed it."""
    facts = frame.enter(ref)
    _found, versions = files.versions(db.session(), facts, number, frame.mask(facts))
    row = next((one.row for one in versions if one.row.number == version), None)
    if row is None or kind(row.media_type) != "picture":
        raise NotFound
    body, media_type = _read(facts, row), row.media_type
    with transaction() as session:
        service.mark_read(session, facts, number, version)
    return Response(body, mimetype=media_type, headers={
        "Content-Disposition": "inline", "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"})


def of(facts: Facts, row: DocumentVersion) -> Preview | None:
    """The preview of a version; who is shown the whole of a text has read it."""
    match kind(row.media_type):
        case "picture":
            return Preview(picture_url=url_for("room.document_picture", ref=facts.project.ref, number=row.document,
                                               version=row.number))
        case "text":
            text, whole = beginning(_read(facts, row, most=MOST + 4))
            return Preview(text=text, whole=whole and row.size <= MOST)
        case _:
            return None


def _read(facts: Facts, row: DocumentVersion, most: int = -1) -> bytes:
    store, prefix = current_app.extensions["store"], files.prefix(db.session(), facts.project.host_id)
    with store.open(prefix, row.sha256) as file:
        body: bytes = file.read(most)
    return body
