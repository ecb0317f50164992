"""Sharing a project with a colleague of the host, and ending that."""

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain.rights import Act
from cocreate.errors import Conflict
from cocreate.forms.base import Form
from cocreate.forms.people import ShareForm
from cocreate.services import people as service
from cocreate.services.acts.change import require
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.dialogs import dialog
from cocreate.web import login, pages


@bp.route("/people/share", methods=["GET", "POST"])
def people_share(ref: str) -> ResponseReturnValue:
    """With which account manager of the host, and what they will see and can do."""
    facts = frame.enter(ref)
    require(facts, Act.SHARE, on_hold=True)
    login.require_proof()
    present = {member.person for member in facts.members if member.left_at is None}
    others = [one for one in service.account_managers(db.session(), facts.project.host_id) if one[0] not in present]
    form = ShareForm.from_request()
    form.offer(others)

    def act(session: Any) -> str:
        try:
            service.share(session, ref, facts.project.host_id, to=form.to.data, actor=login.me().id, key=form.key(),
                          now=now())
        except Conflict as error:
            raise Conflict(error.code, **{"field": "to", **error.values}) from error
        return _("The project is shared with %(name)s, who is told by mail.", name=dict(others)[form.to.data])

    url = url_for("room.people", ref=ref)
    return dialog(facts, form, "room/people/share.html", _("Share with a colleague"), act, others=others,
                  owners=words.listed((party.name for party in facts.present), pages.reader()), then=url, back=url,
                  trail=((_("People"), url),))


@bp.post("/people/<int:person>/end-sharing")
def people_end_sharing(ref: str, person: int) -> ResponseReturnValue:
    """They cannot open it any more; who ends it for themselves goes back to the board."""
    facts = frame.enter(ref)
    login.require_proof("room.people", ref=ref)
    me, name = login.me().id, frame.person_name(facts, person)
    with transaction() as session:
        service.end_sharing(session, ref, person=person, actor=me, key=Form.from_request().key(), now=now())
    flash(_("'%(title)s' is not shared with %(name)s any more.", title=facts.project.title, name=name), "done")
    return redirect(url_for("desk.board") if person == me else url_for("room.people", ref=ref), 303)
