"""Who is in it, for whom, and whom to talk to."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import login, pages, sentences
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain.rights import Act, may
from cocreate.errors import Conflict, Invalid, NotFound
from cocreate.forms.people import InviteForm
from cocreate.services import people as service
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from workflows.facts import Facts
from workflows.texts import say


@bp.get("/people")
def people(ref: str) -> ResponseReturnValue:
    """A card per seat, people with their parts, and what is missing as a sentence."""
    facts = frame.enter(ref)
    return frame.show("room/people/list.html", facts, (_("People"), None), cards=_cards(facts),
                      others=[m for m in facts.members if m.party is None and m.left_at is None],
                      affected=service.affected(db.session(), facts.project.id), part_words=part_words())


@bp.route("/people/invite/<int:party>", methods=["GET", "POST"])
def people_invite(ref: str, party: int) -> ResponseReturnValue:
    """Invite a person into a party; a known address is answered like an unknown one."""
    facts = frame.enter(ref)
    if party not in {p.number for p in facts.present}:
        raise NotFound
    login.require_proof()
    form = InviteForm.from_request()
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                service.invite(session, ref, party=party, email=form.email.data, name=form.name.data,
                               parts=tuple(form.parts.data or ()), greeting=form.greeting.data or "",
                               actor=login.me().id, key=form.key(), now=now())
        except (Invalid, Conflict) as error:
            form.blame(error.values.get("field", "email"), sentences.error(error, pages.reader(), facts))
        else:
            flash(_("%(name)s is invited.", name=form.name.data), "done")
            return redirect(url_for("room.people", ref=ref), 303)
    body = frame.show("room/people/invite.html", facts, (_("People"), url_for("room.people", ref=ref)),
                      (_("Invite"), None), form=form, party=facts.party(party),
                      back_url=url_for("room.people", ref=ref))
    return body, 200 if request.method == "GET" else 422


def part_words() -> dict[str, str]:
    return {"champion": _("champion"), "signatory": _("signatory"), "contributor": _("contributor"),
            "observer": _("observer"), "facilitator": _("neutral person"), "manager": _("account manager")}


def _cards(facts: Facts) -> list[dict[str, Any]]:
    """One card per seat; a seat without organisation says so."""
    views = frame.party_views(facts)
    cards = []
    for key, seat in facts.definition.parties.items():
        holders = facts.holders([key])
        for party in holders:
            members = [m for m in facts.members if m.party == party.number and m.left_at is None]
            missing = [part for part in ("champion", "signatory")
                       if not any(part in m.parts for m in members) and (part != "signatory" or seat.contracting)]
            cards.append({"party": views[party.number], "role": say(seat.name, pages.language()), "members": members,
                          "missing": missing,
                          "invite": url_for("room.people_invite", ref=facts.project.ref, party=party.number)
                          if may(Act.PEOPLE, facts.actor, party=party.number) and not facts.ended else ""})
        if not holders:
            cards.append({"party": None, "role": say(seat.name, pages.language()), "members": [], "missing": [],
                          "invite": "", "required": seat.required})
    return cards
