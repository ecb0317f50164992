"""Showing a file beside its download, where that is safe: a picture, the first pages, or the beginning of a text."""

from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate.db import db, transaction
from cocreate.domain.previews import MOST, beginning, kind
from cocreate.errors import NotFound
from cocreate.models.work import DocumentVersion
from cocreate.rasterising import NoPicture
from cocreate.rasterising.kept import Pictures
from cocreate.services import documents as service
from cocreate.services import files
from cocreate.storage import Store
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from workflows.facts import Facts


@dataclass(frozen=True, slots=True)
class Preview:
    """What ``room/documents/show.html`` draws: pictures by their addresses, or a text; else why there is neither.

    pages: how many the file has, where the pictures are of pages.
    """

    pictures: tuple[str, ...] = ()
    text: str = ""
    whole: bool = True
    pages: int = 0
    none: str = ""


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
    return _picture(body, media_type)


@bp.get("/documents/<int:number>/<int:version>/pages/<int:page>")
def document_page(ref: str, number: int, version: int, page: int) -> ResponseReturnValue:
    """One of the first pages of a PDF as a picture; who is shown the last one has read it."""
    facts = frame.enter(ref)
    _found, versions = files.versions(db.session(), facts, number, frame.mask(facts))
    row = next((one.row for one in versions if one.row.number == version), None)
    if row is None or kind(row.media_type) != "pages":
        raise NotFound
    try:
        body, pages = _kept().picture(*_place(facts, row), page), _kept().pages(*_place(facts, row))
    except NoPicture:
        raise NotFound from None
    if body is None:
        raise NotFound
    if page == pages.all:
        with transaction() as session:
            service.mark_read(session, facts, number, version)
    return _picture(body, "image/png")


def of(facts: Facts, row: DocumentVersion) -> Preview:
    """The preview of a version; who is shown the whole of a text has read it."""
    of_it: dict[str, Any] = {"ref": facts.project.ref, "number": row.document, "version": row.number}
    match kind(row.media_type):
        case "picture":
            return Preview(pictures=(url_for("room.document_picture", **of_it),))
        case "pages":
            return _pages(facts, row, of_it)
        case "text":
            text, whole = beginning(_read(facts, row, most=MOST + 4))
            return Preview(text=text, whole=whole and row.size <= MOST)
        case _:
            return Preview(none=_("No preview of this kind of file. Download it to read it."))


def _pages(facts: Facts, row: DocumentVersion, of_it: dict[str, Any]) -> Preview:
    place = _place(facts, row)
    try:
        found = _kept().pages(*place)
    except NoPicture as none:
        return Preview(none=_no_picture()[none.why])
    return Preview(pages=found.all, whole=found.all == found.shown, pictures=tuple(
        url_for("room.document_page", page=page, **of_it) for page in range(1, found.shown + 1)))


def _no_picture() -> dict[str, str]:
    return {"locked": _("No preview: it asks for a password. Download it to read it."),
            "broken": _("No preview: its pages cannot be drawn here. Download it to read it."),
            "heavy": _("No preview: its pages take too long to draw here. Download it to read it."),
            "busy": _("No preview at this moment. Load the page again, or download it.")}


def _picture(body: bytes, media_type: str) -> Response:
    return Response(body, mimetype=media_type, headers={
        "Content-Disposition": "inline", "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"})


def _kept() -> Pictures:
    kept: Pictures = current_app.extensions["previews"]
    return kept


def _place(facts: Facts, row: DocumentVersion) -> tuple[Store, str, str]:
    return current_app.extensions["store"], files.prefix(db.session(), facts.project.host_id), row.sha256


def _read(facts: Facts, row: DocumentVersion, most: int = -1) -> bytes:
    store, prefix = current_app.extensions["store"], files.prefix(db.session(), facts.project.host_id)
    with store.open(prefix, row.sha256) as file:
        body: bytes = file.read(most)
    return body
