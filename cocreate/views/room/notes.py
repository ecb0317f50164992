"""The private notes of a party: one page for all that stand beside things of the project."""

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate.db import db
from cocreate.errors import NotFound
from cocreate.services import comments
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.talk import name_of, where


@bp.get("/notes")
def notes(ref: str) -> ResponseReturnValue:
    """What the reader's party has noted for itself, each with what it is about; nobody else has such a page."""
    facts = frame.enter(ref)
    if facts.actor is None or facts.actor.party is None:
        raise NotFound
    found = [(said, name_of(facts, topic), f"{where(facts, topic)}#c-{said.row.number}")
             for said in comments.notes(db.session(), facts) if (topic := said.topic) is not None]
    return frame.show("room/talk/notes.html", facts, (_("Charter"), url_for("room.charter", ref=ref)),
                      (_("Private notes"), None), found=found, party=facts.party(facts.actor.party).name)
