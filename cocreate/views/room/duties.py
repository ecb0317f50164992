"""After the signature: who owes what by when."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import login
from cocreate.clock import now
from cocreate.db import transaction
from cocreate.domain.rights import Act, may
from cocreate.forms.base import Form
from cocreate.forms.duties import LookAfterForm
from cocreate.services import duties as service
from cocreate.services.acts import duties as acts
from cocreate.services.acts.people import heirs
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.dialogs import dialog


@bp.get("/duties")
def duties(ref: str) -> ResponseReturnValue:
    """All dated rows of the agreed terms, by day."""
    facts = frame.enter(ref)
    mine = {one.number for one in facts.duties if may(Act.DUTY_DONE, facts.actor, party=one.party)}
    return frame.show("room/duties.html", facts, (_("Duties"), None), nonce=Form(), mine=mine,
                      duties=sorted(facts.duties, key=lambda one: (one.done_at is not None, one.due)))


@bp.route("/duties/who", methods=["GET", "POST"])
def duties_who(ref: str) -> ResponseReturnValue:
    """The yearly question: who looks after what one's party still owes?"""
    facts = frame.enter(ref)
    member = acts.answering(facts)
    colleagues = [(one.person, one.name) for one in heirs(facts, member)]
    form = LookAfterForm.from_request()
    form.offer(colleagues)
    if request.method == "POST":
        login.require_proof("room.duties_who", ref=ref)

    def act(session: Any) -> str:
        service.look_after(session, ref, **form.answer(), actor=login.me().id, key=form.key(), now=now())
        name = form.name.data if form.who.data == "new" else dict(colleagues).get(form.answer()["to"] or 0)
        return _("Thank you. %(name)s looks after it; we have written there.", name=name) if name else \
            _("Thank you. We ask again in a year.")

    url = url_for("room.duties", ref=ref)
    return dialog(facts, form, "room/duties_who.html", _("Do you still look after this?"), act, then=url, back=url,
                  trail=((_("Duties"), url),), duties=[one for one in sorted(facts.duties, key=lambda one: one.due)
                                                       if one.party == member.party and one.done_at is None])


@bp.post("/duties/<int:number>/done")
def duty_done(ref: str, number: int) -> ResponseReturnValue:
    """Report a duty of the own party as done."""
    frame.enter(ref)
    with transaction() as session:
        service.report(session, ref, number=number, actor=login.me().id, key=Form.from_request().key(), now=now())
    flash(_("Reported as done. All parties can see it."), "done")
    return redirect(url_for("room.duties", ref=ref), 303)
