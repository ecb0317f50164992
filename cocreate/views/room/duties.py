"""After the signature: who owes what by when."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import login
from cocreate.clock import now
from cocreate.db import transaction
from cocreate.domain.rights import Act, may
from cocreate.forms.base import Form
from cocreate.services import duties as service
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp


@bp.get("/duties")
def duties(ref: str) -> ResponseReturnValue:
    """All dated rows of the agreed terms, by day."""
    facts = frame.enter(ref)
    mine = {one.number for one in facts.duties if may(Act.DUTY_DONE, facts.actor, party=one.party)}
    return frame.show("room/duties.html", facts, (_("Duties"), None), nonce=Form(), mine=mine,
                      duties=sorted(facts.duties, key=lambda one: (one.done_at is not None, one.due)))


@bp.post("/duties/<int:number>/done")
def duty_done(ref: str, number: int) -> ResponseReturnValue:
    """Report a duty of the own party as done."""
    frame.enter(ref)
    with transaction() as session:
        service.report(session, ref, number=number, actor=login.me().id, key=Form.from_request().key(), now=now())
    flash(_("Reported as done. All parties can see it."), "done")
    return redirect(url_for("room.duties", ref=ref), 303)
