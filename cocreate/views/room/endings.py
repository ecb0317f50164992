"""Declining, withdrawing, leaving: what it means for all is said before."""

import json
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms.fields.choices import SelectChoice

from cocreate import words
from cocreate.clock import now
from cocreate.domain import ending
from cocreate.domain.rights import Act, can
from cocreate.domain.taking import can_take
from cocreate.errors import Conflict
from cocreate.forms.endings import DeclineForm, EndContractForm, LeaveForm
from cocreate.forms.tasks import ReasonForm
from cocreate.services import endings, proposals
from cocreate.services.acts import endings as acts
from cocreate.services.acts.change import require
from cocreate.services.acts.proposals import KINDS, lacks
from cocreate.views.proposals_words import words_of
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.dialogs import dialog, possible
from cocreate.web import login, pages
from workflows import engine
from workflows.facts import END, DecisionState, Facts, ProposalState, TaskState
from workflows.texts import say


@bp.route("/decline", methods=["GET", "POST"])
def decline(ref: str) -> ResponseReturnValue:
    """End the project for all."""
    facts, form = frame.enter(ref), DeclineForm.from_request()
    own = acts.require_declining(facts)
    login.require_proof()
    form.title.description = _("It is: %(title)s", title=facts.project.title)

    def act(session: Any) -> str:
        endings.decline(session, ref, title=form.title.data or "", reason=form.reason.data or "",
                        lessons=form.lessons.data or "", actor=login.me().id, key=form.key(), now=now())
        return _("Declined for %(party)s. The project has ended, and everybody has been told.",
                 party=facts.party(own).name)

    return dialog(facts, form, "room/endings/decline.html",
                  _("Decline for %(party)s", party=facts.party(own).name), act, then=url_for("room.now", ref=ref),
                  party=facts.party(own), ends=_ends(facts),
                  leaves=possible(lambda: acts.require_leaving(facts)), instead=_instead(facts))


def _instead(facts: Facts) -> list[tuple[str, str]]:
    """What the reader can do that ends nothing: (label, address)."""
    ref, names = facts.project.ref, facts.definition.stage_name
    rests = [(_("put on hold"), url_for("room.hold", ref=ref))] if can(facts, Act.HOLD) else []
    return rests + [(_("go back to %(stage)s", stage=names(facts.definition.transitions[way.key].to, pages.language())),
                     url_for("room.go_back", ref=ref, key=way.key))
                    for way in engine.ways(facts) if way.back and can_take(facts, way.key)]


@bp.route("/leave", methods=["GET", "POST"])
def leave(ref: str) -> ResponseReturnValue:
    """Go with one's party, while the project goes on."""
    facts, form = frame.enter(ref), LeaveForm.from_request()
    own = acts.require_leaving(facts)
    login.require_proof()
    seat = say(facts.definition.parties[facts.party(own).seat].name, pages.language())

    def act(session: Any) -> str:
        endings.leave(session, ref, reason=form.reason.data or "", open_tasks=form.open_tasks.data or "",
                      actor=login.me().id, key=form.key(), now=now())
        return _("%(party)s has left '%(title)s'. The others have been told.", party=facts.party(own).name,
                 title=facts.project.title)

    return dialog(facts, form, "room/endings/leave.html", _("Leave as %(seat)s", seat=seat), act,
                  then=url_for("portal.projects"), party=facts.party(own), seat=seat, lapses=_lapses(facts, own))


@bp.route("/withdraw", methods=["GET", "POST"])
def withdraw(ref: str) -> ResponseReturnValue:
    """Alone while nobody else has come in; later only if all agree."""
    facts, form = frame.enter(ref), ReasonForm.from_request()
    early = acts.host_alone(facts) and possible(lambda: require(facts, Act.WITHDRAW_EARLY))
    own = facts.own
    if not early:
        require(facts, Act.WITHDRAW, party=own)
    login.require_proof()

    def act(session: Any) -> str:
        me, reason = login.me().id, form.reason.data or ""
        if early:
            endings.withdraw_early(session, ref, reason=reason, actor=me, key=form.key(), now=now())
            return _("Withdrawn. Who was invited cannot come in any more.")
        proposals.propose(session, ref, kind="withdraw", subject="", body={"reason": reason}, actor=me,
                          key=form.key(), now=now())
        return _("Asked. The project ends when every party has agreed.")

    others = [party.name for party in facts.present if party.number != own]
    return dialog(facts, form, "room/endings/withdraw.html", _("Withdraw the project"), act,
                  then=url_for("room.now", ref=ref), early=early, others=words.listed(others, pages.reader()),
                  ends=_ends(facts))


@bp.route("/end-contract", methods=["GET", "POST"])
def end_contract(ref: str) -> ResponseReturnValue:
    """Propose to all who signed to end the contract together, on a day."""
    facts = frame.enter(ref)
    own = facts.own
    require(facts, Act.END_CONTRACT, party=own, after=True)
    if (there := ending.agreed(facts)) is not None and request.method == "GET":
        raise Conflict("ending.there", day=there.day)
    login.require_proof()
    form = EndContractForm.from_request()
    open_ = sorted((one for one in ending.under_contract(facts) if not one.decide), key=lambda one: one.due)
    if open_:
        form.stay.choices = [SelectChoice(one.number, _(
            "%(what)s (%(party)s, due %(day)s)", what=one.what, party=facts.party(one.party).name,
            day=words.day(one.due, pages.reader()))) for one in open_]
    else:
        del form.stay
    others = words.listed((party.name for party in ending.signers(facts) if party.number != own), pages.reader())

    def act(session: Any) -> str:
        proposals.propose(session, ref, kind=END, subject="", body=form.body(), actor=login.me().id, key=form.key(),
                          now=now())
        return _("Asked. The contract ends on %(day)s when all agree. Not answered yet: %(parties)s.",
                 day=words.day(form.day.data, pages.reader()), parties=others)

    return dialog(facts, form, "room/endings/end_contract.html", _("End the contract together"), act,
                  then=url_for("room.now", ref=ref), others=others)


def can_end(facts: Facts) -> bool:
    """Whether the reader can propose that the signed contract ends."""
    own = facts.own
    return (facts.project.outcome == "agreed" and can(facts, Act.END_CONTRACT, party=own)
            and own in {party.number for party in ending.signers(facts)} and ending.agreed(facts) is None)


def proposed_end(facts: Facts) -> tuple[str, str] | None:
    """Who wants the contract to end when and whose answer is missing, and where it is read."""
    open_ = ending.proposed(facts)
    if open_ is None:
        return None
    missing = words.listed((facts.party(number).name for number in sorted(lacks(open_))), pages.reader())
    day = words.day(ending.Ending.read(json.loads(open_.body)).day, pages.reader())
    return (_("%(who)s proposed to end it on %(day)s. Not answered yet: %(parties)s.", day=day, parties=missing,
              who=frame.person_name(facts, open_.person)),
            url_for("room.proposal", ref=facts.project.ref, number=open_.number))


def _ends(facts: Facts) -> list[str]:
    """What stays open for ever."""
    open_ = sum(1 for task in facts.tasks if task.state in (TaskState.OPEN, TaskState.RETURNED, TaskState.SUBMITTED))
    found = [ngettext("%(num)d task stays undone.", "%(num)d tasks stay undone.", open_)] if open_ else []
    if facts.contract is not None:
        found.append(_("Version %(number)s of the contract is never concluded.", number=facts.contract.number))
    return found


def _lapses(facts: Facts, own: int) -> list[str]:
    """What a party that goes leaves open, and what ends with it."""
    found = [_("Open task that lapses: %(title)s", title=say(facts.task_of(task).title, pages.language()))
             for task in facts.tasks if task.party == own and task.state in (
                 TaskState.OPEN, TaskState.RETURNED, TaskState.SUBMITTED, TaskState.ENTERED)]
    found += [_("Decision that nobody waits for any more: %(question)s",
                question=say(facts.gate_of(one).question, pages.language()))
              for one in facts.decisions if one.party == own and one.state in (
                  DecisionState.ASKED, DecisionState.LAPSED, DecisionState.REFUSED)]
    if facts.contract is not None:
        found.append(_("Version %(number)s of the contract ends: it names you.", number=facts.contract.number))
    found += [_("Proposal on which the others decide without you: %(what)s", what=words_of(facts, one).title)
              for one in facts.proposals if one.state is ProposalState.OPEN and own in lacks(one)
              and not KINDS[one.kind].own]
    return found
