"""Put on hold, resume, and the band that says so."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import sentences, words
from cocreate.clock import now
from cocreate.db import db
from cocreate.domain.rights import Act, can
from cocreate.domain.turns import of_party
from cocreate.errors import Conflict, Invalid
from cocreate.forms.base import Form
from cocreate.forms.holds import HoldForm
from cocreate.services import holds, proposals, records
from cocreate.services.acts.change import require
from cocreate.services.acts.holds import latest, require_possible
from cocreate.telling.speaker import Speaker
from cocreate.views.asks import ask
from cocreate.views.proposals_words import reason_of
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.dialogs import dialog, possible
from cocreate.web import login, pages
from workflows import progression
from workflows.facts import UNDECIDED, UNGIVEN, Facts
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Band:
    """Until when the project rests, who wanted it and why, and who can resume."""

    until: date
    who: str
    reason: str
    resume_url: str


@bp.route("/hold", methods=["GET", "POST"])
def hold(ref: str) -> ResponseReturnValue:
    """Let the project rest until a day, with a reason; who may not do that proposes it."""
    facts, form = frame.enter(ref), HoldForm.from_request()
    require(facts, Act.HOLD)
    login.require_proof()
    alone = can(facts, Act.HOLD, directly=True)
    form.wrong_day = lambda until: _wrong_day(facts, until)

    def act(session: Any) -> str:
        me, reason, until = login.me().id, form.reason.data or "", form.until.data
        day = words.day(until, pages.reader())
        if alone:
            holds.hold(session, ref, reason=reason, until=until, actor=me, key=form.key(), now=now())
            return _("On hold until %(day)s. Everybody has been told.", day=day)
        proposals.propose(session, ref, kind="hold", subject="", body={"reason": reason, "until": until.isoformat()},
                          actor=me, key=form.key(), now=now())
        return _("Asked. The project rests until %(day)s as soon as one champion agrees.", day=day)

    champions = words.listed((m.name for m in facts.members if m.present and "champion" in m.parts), pages.reader())
    return dialog(facts, form, "room/holds/hold.html",
                  _("Put on hold") if alone else _("Propose to put the project on hold"), act,
                  then=url_for("room.now", ref=ref), latest=latest(facts), alone=alone, champions=champions)


def _wrong_day(facts: Facts, until: date) -> str:
    """What is wrong with this day, if anything."""
    try:
        require_possible(facts, until)
    except Invalid as error:
        return sentences.error(error, pages.reader(), facts)
    return ""


@bp.route("/resume", methods=["GET", "POST"])
def resume(ref: str) -> ResponseReturnValue:
    """Go on earlier; the new dates are shown before."""
    facts = frame.enter(ref)
    require(facts, Act.HOLD, directly=True, on_hold=True)
    if not facts.on_hold:
        raise Conflict("hold.over")
    login.require_proof()
    form = Form.from_request()

    def act(session: Any) -> str:
        holds.resume(session, ref, actor=login.me().id, key=form.key(), now=now())
        return _("Going on again. Everybody has been told.")

    after = progression.resume(facts)
    return dialog(facts, form, "room/holds/resume.html", _("Resume"), act, then=url_for("room.now", ref=ref),
                  dates=_dates(facts, after), target=after.project.target, days=progression.days_on_hold(facts))


def _dates(facts: Facts, after: Facts) -> list[tuple[str, str, object]]:
    """(title, party, new due date) of what is open."""
    tasks = [(say(after.task_of(task).title, pages.language()), facts.party(task.party).name, task.due_at)
             for task in after.tasks if task.due_at is not None and task.state in UNGIVEN]
    decisions = [(say(after.gate_of(one).question, pages.language()), facts.party(one.party).name, one.due_at)
                 for one in after.decisions if one.due_at is not None and one.state in UNDECIDED]
    others = [(turn.label, party.name, turn.due_at) for party in after.present for turn in (
        ask(one, after) for one in of_party(after, party.number) if one.act in ("check", "sign") and one.due_at)]
    return sorted([*tasks, *decisions, *others], key=lambda row: str(row[2]))


def band(facts: Facts) -> Band | None:
    """What a project on hold shows on top."""
    if facts.project.hold_until is None:
        return None
    can = possible(lambda: require(facts, Act.HOLD, directly=True, on_hold=True))
    resume_url = url_for("room.resume", ref=facts.project.ref) if can else ""
    asked = facts.holding("hold", "")
    if asked is not None and asked.since == facts.project.held_at:
        return Band(facts.project.hold_until, frame.person_name(facts, asked.person),
                    reason_of(asked), resume_url)
    line = next(iter(records.lines(db.session(), facts, most=1, act="hold")), None)
    return Band(facts.project.hold_until, Speaker(line, facts, pages.reader()).who if line else "",
                str(line.personal.get("reason", "")) if line else "", resume_url)
