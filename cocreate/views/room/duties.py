"""Who owes what by when, who looks after it, and what was done: of the agreed terms, and what was taken on before."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from cocreate import words
from cocreate.clock import now
from cocreate.db import transaction
from cocreate.domain import ending
from cocreate.domain.rights import Act, may
from cocreate.errors import NotFound
from cocreate.forms.base import Form
from cocreate.forms.duties import (
    DoneForm,
    DoubtForm,
    DutyBackForm,
    GiveForm,
    HandDutyForm,
    LookAfterForm,
    NoticeForm,
    TakeOnForm,
)
from cocreate.services import duties as service
from cocreate.services.acts import duties as acts
from cocreate.services.acts.duties import can_look_after
from cocreate.services.acts.looking_after import answering
from cocreate.services.acts.people import heirs
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.dialogs import dialog
from cocreate.web import login, pages
from workflows.facts import DutyFact, Facts, Notice
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Row:
    """One duty as the page has it."""

    duty: DutyFact
    owner: str
    come_from: tuple[str, str] | None  # clause or question: label, address
    done: str  # what became of it, and who said so
    act: str
    can_report: bool
    can_hand_on: bool
    can_take_back: bool
    back: str  # the act that takes it back
    doubts: list[tuple[str, str]]  # who does not see it done, and why
    can_doubt: bool
    can_see: bool


@bp.get("/duties")
def duties(ref: str) -> ResponseReturnValue:
    """Everything that is owed by a day, by party and day."""
    facts = frame.enter(ref)
    views, order = frame.party_views(facts), sorted(facts.duties, key=lambda one: (_standing(one), one.due))
    found = [(views[party.number], [_row(facts, one) for one in order if one.party == party.number])
             for party in facts.parties]
    return frame.show("room/duties.html", facts, (_("Duties"), None), nonce=Form(),
                      parties_with=[(party, rows) for party, rows in found if rows],
                      following=next((one for one in order if one.done_at is None), None),
                      ends=ending.agreed(facts), doubted=next((one for one in order if one.doubts), None))


@bp.route("/gates/<key>/take-on", methods=["GET", "POST"])
def take_on(ref: str, key: str) -> ResponseReturnValue:
    """Say what one's own party does about a question, who looks after it, and by when."""
    facts = frame.enter(ref)
    if key not in facts.definition.gates:
        raise NotFound
    member, own = acts.require_taking_on(facts, key)
    form = TakeOnForm.from_request(to=member.person)
    form.to.choices = [SelectChoice(one.person, one.name) for one in facts.members
                       if one.party == own and one.present and one.own & acts.LOOKING_AFTER]
    back = url_for("room.gate", ref=ref, key=key)
    question = say(facts.definition.gates[key][1].question, pages.language())

    def act(session: Any) -> str:
        service.take_on(session, ref, gate=key, what=form.what.data or "", due=form.by.data, owner=form.to.data,
                        actor=login.me().id, key=form.key(), now=now())
        return _("Written down for %(party)s. All parties read it here.", party=facts.party(own).name)

    return dialog(facts, form, "room/duties_take_on.html", _("Take something on"), act, then=back, back=back,
                  trail=((question, back),), question=question, party=facts.party(own).name)


@bp.route("/duties/who", methods=["GET", "POST"])
def duties_who(ref: str) -> ResponseReturnValue:
    """The yearly question: who looks after what one's party still owes?"""
    facts = frame.enter(ref)
    member = answering(facts)
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


@bp.route("/duties/<int:number>/done", methods=["GET", "POST"])
def duty_done(ref: str, number: int) -> ResponseReturnValue:
    """Report a duty of the own party as done: a value is asked for, and of a decision which it is and when."""
    facts = frame.enter(ref)
    duty = _duty(facts, number)
    if request.method == "GET":
        acts.mine(facts, number, Act.DUTY_DONE)
    form = _form(duty)

    def act(session: Any) -> str:
        given = form.answer()
        service.report(session, ref, number=number, **given, actor=login.me().id, key=form.key(), now=now())
        return _said(given.get("notice"), duty)

    there = url_for("room.duties", ref=ref)
    return dialog(facts, form, "room/duties_done.html", _act(duty), act, then=there, back=there,
                  trail=((_("Duties"), there),), duty=duty, party=facts.party(duty.party).name,
                  others=[facts.party(one.party).name for one in acts.same_decision(facts, duty) if not one.done_at])


@bp.route("/duties/<int:number>/back", methods=["GET", "POST"])
def duty_back(ref: str, number: int) -> ResponseReturnValue:
    """Take back what the own party reported or decided, or that it gave notice."""
    facts = frame.enter(ref)
    duty = _duty(facts, number)
    if request.method == "GET" and not acts.can_take_back(facts, duty):
        raise NotFound
    if duty.decide:
        login.require_proof("room.duties", ref=ref)
    form = DutyBackForm.from_request()

    def act(session: Any) -> str:
        service.take_back_report(session, ref, number=number, reason=form.reason.data or "", actor=login.me().id,
                                 key=form.key(), now=now())
        return _("It is taken back. The others have been told.") if duty.decide else \
            _("It is taken back and owed again. The others are told.")

    there = url_for("room.duties", ref=ref)
    return dialog(facts, form, "room/duties_back.html", _back(duty), act, then=there, back=there,
                  trail=((_("Duties"), there),), duty=duty, party=facts.party(duty.party).name,
                  others=[facts.party(one.party).name for one in acts.same_decision(facts, duty)
                          if one.outcome == Notice.OTHERS])


@bp.route("/duties/<int:number>/doubt", methods=["GET", "POST"])
def duty_doubt(ref: str, number: int) -> ResponseReturnValue:
    """Say that the own party does not see done what another reported."""
    facts = frame.enter(ref)
    duty = _duty(facts, number)
    if request.method == "GET" and not acts.can_doubt(facts, duty):
        raise NotFound
    form, party = DoubtForm.from_request(), facts.party(duty.party).name

    def act(session: Any) -> str:
        service.doubt(session, ref, number=number, reason=form.reason.data or "", actor=login.me().id, key=form.key(),
                      now=now())
        return _("Written down. %(party)s has been told.", party=party)

    there = url_for("room.duties", ref=ref)
    return dialog(facts, form, "room/duties_doubt.html", _("Not seen done"), act, then=there, back=there,
                  trail=((_("Duties"), there),), duty=duty, party=party)


@bp.post("/duties/<int:number>/seen")
def duty_seen(ref: str, number: int) -> ResponseReturnValue:
    """Say that the own party sees it done after all."""
    frame.enter(ref)
    form, there = Form.from_request(), url_for("room.duties", ref=ref)
    with transaction() as session:
        service.see(session, ref, number=number, actor=login.me().id, key=form.key(), now=now())
    flash(_("Written down: you see it done. The others are told."), "done")
    return redirect(there, 303)


@bp.route("/duties/<int:number>/hand-over", methods=["GET", "POST"])
def duty_hand_over(ref: str, number: int) -> ResponseReturnValue:
    """Name the colleague who looks after a duty."""
    facts = frame.enter(ref)
    duty = _duty(facts, number)
    if duty.done_at is not None or not may(Act.PASS_ON, facts.actor, party=duty.party, asked=duty.owner):
        raise NotFound
    form = HandDutyForm.from_request()
    form.to.choices = [SelectChoice(one.person, one.name) for one in facts.members
                       if can_look_after(one, duty) and one.person != duty.owner]

    def act(session: Any) -> str:
        service.hand_on(session, ref, number=number, person=form.to.data, actor=login.me().id, key=form.key(),
                        now=now())
        return _("%(name)s looks after it from now on.", name=frame.person_name(facts, form.to.data))

    there = url_for("room.duties", ref=ref)
    return dialog(facts, form, "room/duties_hand_over.html", _("Hand over a duty"), act, then=there, back=there,
                  trail=((_("Duties"), there),), duty=duty, party=facts.party(duty.party).name)


def _form(duty: DutyFact) -> DoneForm:
    if duty.decide:
        form = NoticeForm.from_request(seen=duty.due.isoformat())
        form.offer(acts.choices(duty))
        return form
    return (GiveForm if duty.gives else DoneForm).from_request()


def _duty(facts: Facts, number: int) -> DutyFact:
    """Raises: NotFound."""
    found = next((one for one in facts.duties if one.number == number), None)
    if found is None:
        raise NotFound
    return found


def _act(duty: DutyFact) -> str:
    if duty.goes_on_by:
        return _("Say whether notice was given")
    return _("Say whether it goes on") if duty.decide else _("Give the value") if duty.gives else _("Report as done")


def _standing(duty: DutyFact) -> int:
    """What is open before what not all see done, and that before what is done."""
    return 0 if duty.done_at is None else 1 if duty.doubts else 2


def _back(duty: DutyFact) -> str:
    if duty.gives:
        return _("Take back the value")
    if not duty.decide:
        return _("Take back the report")
    return _("Take back the notice") if duty.outcome == Notice.GIVEN else _("Take back what was decided")


def _said(notice: Notice | None, duty: DutyFact) -> str:
    if notice is Notice.GIVEN:
        return _("Written down: notice was given. All parties can see it.")
    if notice is Notice.ON:
        return _("Written down: it goes on. All parties can see it.")
    if notice is Notice.ENDS:
        return _("Written down: it ends. All parties can see it.")
    if duty.gives:
        return _("The value is given. All parties read it beside its clause.")
    return _("Reported as done. All parties can see it.")


def _how(facts: Facts, duty: DutyFact) -> str:
    """What became of a duty, and who said so."""
    if duty.done_at is None:
        return ""
    if duty.outcome == Notice.OVER:
        return _("All ended the contract before it")
    if duty.outcome == Notice.OTHERS:
        giver = next(one for one in acts.same_decision(facts, duty) if one.outcome == Notice.GIVEN)
        return _("Nothing is left to decide: %(party)s gave notice on %(day)s",
                 party=facts.party(giver.party).name, day=words.day(giver.done_on or duty.done_at, pages.reader()))
    name = frame.person_name(facts, duty.done_by) if duty.done_by else ""
    if duty.outcome == Notice.GIVEN and duty.done_on:
        return _("Notice was given on %(day)s, as %(name)s says", name=name,
                 day=words.day(duty.done_on, pages.reader()))
    if duty.outcome in (Notice.ON, Notice.ENDS) and duty.done_on:
        said = _("That it goes on was decided on %(day)s, as %(name)s says") if duty.outcome == Notice.ON else \
            _("That it ends was decided on %(day)s, as %(name)s says")
        return said % {"name": name, "day": words.day(duty.done_on, pages.reader())}
    return _("Reported by %(name)s", name=name)


def at_gate(facts: Facts, gate: str) -> list[tuple[frame.PartyView, Row]]:
    """Who does what about a question, by day; what is done comes last."""
    views = frame.party_views(facts)
    order = sorted(facts.duties, key=lambda one: (one.done_at is not None, one.due))
    return [(views[one.party], _row(facts, one)) for one in order if one.gate == gate]


def _row(facts: Facts, duty: DutyFact) -> Row:
    place = next((number for number, key in enumerate(facts.definition.clauses, 1) if key == duty.clause), None)
    come_from = None
    if duty.gate:
        come_from = (say(facts.definition.gates[duty.gate][1].question, pages.language()),
                     url_for("room.gate", ref=facts.project.ref, key=duty.gate))
    if duty.clause and place:
        title = say(facts.definition.clauses[duty.clause].title, pages.language())
        come_from = (_("clause %(number)s, %(title)s", number=place, title=title),
                     url_for("room.contract_clause", ref=facts.project.ref, key=duty.clause))
    owner = facts.member(duty.owner)
    names = [owner.name] if owner and owner.left_at is None else [
        member.name for member in facts.people(duty.party, "champion")]
    open_, own = duty.done_at is None, facts.own
    can_doubt = acts.can_doubt(facts, duty)
    return Row(duty, ", ".join(names), come_from, _how(facts, duty), _act(duty),
               open_ and may(Act.DUTY_DONE, facts.actor, party=duty.party, asked=duty.owner),
               open_ and may(Act.PASS_ON, facts.actor, party=duty.party, asked=duty.owner)
               and sum(acts.can_look_after(member, duty) for member in facts.members) > 1,
               acts.can_take_back(facts, duty), _back(duty),
               [(facts.party(party).name, why) for party, why in duty.doubts.items()],
               can_doubt and own not in duty.doubts, can_doubt and own in duty.doubts)
