"""Going on, and back with a reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cocreate import words
from cocreate.clock import now
from cocreate.db import transaction
from cocreate.domain import going_back
from cocreate.domain.outlook import outlook
from cocreate.errors import Conflict, NotFound
from cocreate.forms.base import Form, whole
from cocreate.forms.going_back import BackForm
from cocreate.forms.tasks import ReasonForm
from cocreate.services import stages
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.dialogs import dialog
from cocreate.web import login, pages
from workflows import progression
from workflows.facts import DECIDED, Facts, TaskFact, TaskState
from workflows.texts import say


@bp.post("/go-on/<key>")
def go_on(ref: str, key: str) -> ResponseReturnValue:
    """Take a transition forward; every condition is checked again under the lock."""
    facts = frame.enter(ref)
    login.require_proof("room.now", ref=ref)
    with transaction() as session:
        receipt = stages.go_on(session, ref, transition=key, visit=request.form.get("visit", 0, type=whole),
                               actor=login.me().id, key=Form.from_request().key(), now=now())
    flash(_("Now in %(stage)s. Everybody asked has been told.",
            stage=pages.stage(facts.definition, receipt.stage)), "done")
    return redirect(url_for("room.now", ref=ref), 303)


@bp.route("/go-back/<key>", methods=["GET", "POST"])
def go_back(ref: str, key: str) -> ResponseReturnValue:
    """Back to an earlier stage: what reopens, what lapses, what is kept; then the reason."""
    facts = frame.enter(ref)
    way = facts.definition.transitions.get(key)
    if way is None or not facts.definition.is_back(way):
        raise NotFound
    form = _form(facts, key)
    if way.from_ != facts.project.stage:
        raise Conflict("stage.changed", stage=facts.project.stage)
    login.require_proof()

    def act(session: Any) -> str:
        stages.go_on(session, ref, transition=key, visit=request.form.get("visit", 0, type=whole),
                     reason=form.reason.data or "", actor=login.me().id, key=form.key(), now=now(), **chosen(form))
        return _("Back since today.") + _told(facts)

    stage = pages.stage(facts.definition, way.to)
    return dialog(facts, form, "room/stages/back.html", _("Back to %(stage)s", stage=stage), act,
                  then=url_for("room.now", ref=ref), stage=stage, foreseen=_foreseen(facts, key))


def _form(facts: Facts, key: str) -> ReasonForm:
    """From the signature it asks besides what has to change; sent too late, it still says what was typed."""
    if not going_back.asks(facts, key):
        return ReasonForm.from_request()
    here = facts.project.stage == facts.definition.transitions[key].from_
    found = going_back.choices(facts, key) if here else going_back.offered(facts, key)
    return BackForm.asking(titles(facts, found), needed=not going_back.opens(facts, key)).from_request()


def titles(facts: Facts, tasks: Iterable[TaskFact]) -> dict[tuple[str, int], str]:
    """What can have to change, as the boxes to tick name it."""
    return {(task.key, task.party): _whose(facts, task) for task in tasks}


def chosen(form: Form) -> dict[str, Any]:
    return {"changes": form.chosen(), "wording": form.wording.data} if isinstance(form, BackForm) else {}


def _whose(facts: Facts, task: TaskFact) -> str:
    return _("%(title)s (%(party)s)", title=say(facts.task_of(task).title, pages.language()),
             party=facts.party(task.party).name)


@dataclass(frozen=True, slots=True)
class Back:
    """What going back would do, worked out before it is done."""

    reopens: tuple[str, ...]  # titles with whose they are
    kept: int  # tasks that stay accepted
    lapses: tuple[str, ...]
    ends: int | None  # version of the contract
    signed: str  # who has signed the version that stands then
    signing: date | None  # when a signature is to be expected then, where that is later than agreed


def _foreseen(facts: Facts, key: str) -> Back:
    after = progression.settle(progression.go_back(facts, key, ""))
    before = {task.id for task in facts.tasks}
    reopened = [task for task in after.tasks if task.id not in before]
    stood = {one.id: one for one in facts.decisions if one.state in DECIDED}
    lapsed = [stood[one.id] for one in after.decisions if one.id in stood and one.state not in DECIDED]
    ahead = outlook(after)
    return Back(
        tuple(_whose(after, task) for task in reopened),
        sum(task.state is TaskState.ACCEPTED for name in facts.definition.tasks for task in after.instances(name)),
        tuple(_("what %(party)s decided on %(day)s: '%(question)s'", party=facts.party(one.party).name,
                day=words.day(one.since, pages.reader()), question=say(facts.gate_of(one).question, pages.language()))
              for one in lapsed),
        facts.contract.number if facts.contract and after.contract is None else None,
        words.listed((party.name for party in after.signing if after.signature(party.number)), pages.reader()),
        ahead.expected if ahead and ahead.later else None)


def _told(facts: Facts) -> str:
    """The champions who hear of it at once, but for the actor."""
    me = facts.actor.person if facts.actor else None
    names = [m.name for m in facts.members if m.present and "champion" in m.parts and m.person != me]
    if not names:
        return ""
    return " " + ngettext("%(names)s has been told.", "%(names)s have been told.", len(names),
                          names=words.listed(names, pages.reader()))
