"""Handing a project over to another account manager of the host."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import sentences
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain.leading import in_charge
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.forms.people import HandOverForm
from cocreate.services import people
from cocreate.services.acts.change import require_running
from cocreate.services.acts.people import tasks_of
from cocreate.views import once
from cocreate.views.desk.blueprint import bp
from cocreate.views.room import frame
from cocreate.web import login, pages
from workflows.facts import Facts
from workflows.texts import say


@bp.route("/hand-over/<ref>", methods=["GET", "POST"])
def hand_over(ref: str) -> ResponseReturnValue:
    """To whom, and what goes with it."""
    facts = frame.enter(ref)
    _require_manager(facts)
    login.require_proof()
    me = login.me().id
    others = [one for one in people.account_managers(db.session(), facts.project.host_id) if one[0] != me]
    form = HandOverForm.from_request()
    form.offer(others)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                people.hand_over(session, ref, facts.project.host_id, to=form.to.data, actor=me, key=form.key(),
                                 now=now())
                once.note(session, url_for("desk.board"), said := _(
                    "%(name)s looks after '%(title)s' now. The champions have been told.",
                    name=dict(others)[form.to.data], title=facts.project.title))
        except (Invalid, Conflict) as error:
            if isinstance(error, Conflict) and error.code != "member.elsewhere":
                raise
            form.blame("to", sentences.error(error, pages.reader(), facts))
        else:
            flash(said, "done")
            return redirect(url_for("desk.board"), 303)
    body = render_template("desk/hand_over.html", **_shown(facts, form, others))
    return body, 200 if request.method == "GET" else 422


def _require_manager(facts: Facts) -> None:
    require_running(facts, on_hold=True)
    if facts.actor is None or not in_charge(facts, facts.actor):
        raise Forbidden("only", act="substitute", persons=tuple(
            member.person for member in facts.members if member.present and in_charge(facts, member)))


def _shown(facts: Facts, form: HandOverForm, others: list[tuple[int, str]]) -> dict[str, Any]:
    actor = facts.actor
    tasks = [say(facts.task_of(task).title, pages.language()) for task in tasks_of(facts, login.me().id)]
    return {"form": form, "title": facts.project.title, "until": facts.project.hold_until,
            "others": others, "tasks": tasks,
            "party": facts.party(actor.party).name if actor and actor.party is not None else "",
            "back_url": url_for("room.now", ref=facts.project.ref)}
