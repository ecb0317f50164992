"""Every file of the project once, with its newest version."""

from flask import Response, current_app, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate.db import db
from cocreate.domain import audience
from cocreate.domain.names import content_disposition
from cocreate.errors import NotFound
from cocreate.services import files
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp


@bp.get("/documents")
def documents(ref: str) -> ResponseReturnValue:
    """Files that tasks asked for and files that were shared, as far as the reader may see them."""
    facts = frame.enter(ref)
    shown = files.visible(facts, frame.mask(facts))
    return frame.show("room/documents/list.html", facts, (_("Documents"), None), documents=shown,
                      hidden=len(facts.documents) - len(shown),
                      seen_by=lambda sees: [frame.party_views(facts)[n] for n in audience.parties_in(
                          sees, [p.number for p in facts.present])])


@bp.get("/documents/<int:number>")
def document(ref: str, number: int) -> ResponseReturnValue:
    """One file with its versions."""
    facts = frame.enter(ref)
    found, versions = files.versions(db.session(), facts, number, frame.mask(facts))
    return frame.show("room/documents/show.html", facts, (_("Documents"), url_for("room.documents", ref=ref)),
                      (found.name, None), document=found, versions=versions,
                      sees=[frame.party_views(facts)[n] for n in audience.parties_in(
                          found.sees, [p.number for p in facts.present])])


@bp.get("/documents/<int:number>/<int:version>")
def document_download(ref: str, number: int, version: int) -> ResponseReturnValue:
    """The bytes, as a download that can do nothing in our name."""
    facts = frame.enter(ref)
    _found, versions = files.versions(db.session(), facts, number, frame.mask(facts))
    row = next((one.row for one in versions if one.row.number == version), None)
    if row is None:
        raise NotFound
    store, prefix = current_app.extensions["store"], files.prefix(db.session(), facts.project.host_id)
    return download(store.read(prefix, row.sha256), row.media_type, row.name)


def download(body: bytes, media_type: str, name: str) -> Response:
    """An answer that browsers save and never run."""
    return Response(body, mimetype=media_type, headers={
        "Content-Disposition": content_disposition(name), "Content-Security-Policy": "sandbox; default-src 'none'"})
