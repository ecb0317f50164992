"""Going on, and back with a reason."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import login, pages, sentences
from cocreate.clock import now
from cocreate.db import transaction
from cocreate.errors import Invalid, NotFound
from cocreate.forms.base import Form
from cocreate.forms.tasks import ReasonForm
from cocreate.services import stages
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from workflows.facts import Facts
from workflows.texts import say


@bp.post("/go-on/<key>")
def go_on(ref: str, key: str) -> ResponseReturnValue:
    """Take a transition forward; every condition is checked again under the lock."""
    facts = frame.enter(ref)
    login.require_proof("room.now", ref=ref)
    with transaction() as session:
        receipt = stages.go_on(session, ref, transition=key, visit=request.form.get("visit", 0, type=int),
                               actor=login.me().id, key=Form.from_request().key(), now=now())
    flash(_("Now in %(stage)s. Everybody asked has been told.",
            stage=facts.definition.stage_name(receipt.stage, pages.language())), "done")
    return redirect(url_for("room.now", ref=ref), 303)


@bp.route("/go-back/<key>", methods=["GET", "POST"])
def go_back(ref: str, key: str) -> ResponseReturnValue:
    """Back to an earlier stage: what reopens, what lapses, what is kept; then the reason."""
    facts = frame.enter(ref)
    way = facts.definition.transitions.get(key)
    if way is None or not facts.definition.is_back(way) or way.from_ != facts.project.stage:
        raise NotFound
    login.require_proof()
    form = ReasonForm.from_request()
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                stages.go_on(session, ref, transition=key, visit=request.form.get("visit", 0, type=int),
                             reason=form.reason.data, actor=login.me().id, key=form.key(), now=now())
        except Invalid as error:
            form.blame(error.values.get("field"), sentences.error(error, pages.reader(), facts))
        else:
            flash(_("Back since today. Everybody has been told."), "done")
            return redirect(url_for("room.now", ref=ref), 303)
    stage = facts.definition.stage_name(way.to, pages.language())
    body = frame.show("room/stages/back.html", facts, (_("Back to %(stage)s", stage=stage), None), form=form,
                      stage=stage, way=way, reopens=_reopens(facts, way.reopens),
                      back_url=url_for("room.now", ref=ref))
    return body, 200 if request.method == "GET" else 422


def _reopens(facts: Facts, keys: list[str]) -> tuple[list[str], list[str]]:
    """Titles of the tasks that reopen, and questions whose decisions begin anew."""
    language = pages.language()
    return ([say(facts.definition.tasks[key][1].title, language) for key in keys if key in facts.definition.tasks],
            [say(facts.definition.gates[key][1].question, language) for key in keys if key in facts.definition.gates])
