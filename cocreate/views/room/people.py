"""Who is in it, for whom, and whom to talk to; and what one can change about that."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain.leading import is_first, led
from cocreate.domain.rights import Act
from cocreate.errors import Conflict, Forbidden, NotFound
from cocreate.forms.base import Form
from cocreate.forms.people import (
    PARTS,
    AddressForm,
    ColleagueForm,
    InviteForm,
    NeutralForm,
    OtherPartsForm,
    PartsForm,
    RemoveForm,
    SubstituteForm,
)
from cocreate.services import absences, hosts, proposals, returned
from cocreate.services import people as service
from cocreate.services.acts.absences import absence_of, hands_over, own_parts
from cocreate.services.acts.change import require
from cocreate.services.acts.holds import latest
from cocreate.services.acts.neutral import neutral
from cocreate.services.acts.people import FIRST, heirs, is_last_champion, require_people, tasks_of
from cocreate.services.acts.proposals import offered_seats
from cocreate.views.parts import listed
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.cards import addressed, cards, invite_url, row_of, share_url
from cocreate.views.room.dialogs import dialog, possible
from cocreate.web import login, pages
from workflows.facts import Facts, MemberFact
from workflows.texts import say


@bp.get("/people")
def people(ref: str) -> ResponseReturnValue:
    """A card per seat, people with their parts, and what is missing as a sentence."""
    facts = frame.enter(ref)
    own = facts.own
    undelivered = {one.person: one.address for one in returned.unreachable_in(db.session(), facts.project.ref)}
    addresses = service.addresses(db.session(), facts.project.id)
    can_name = possible(lambda: require(facts, Act.ADD_PARTY, party=own))
    can_add = can_name and bool(offered_seats(facts))
    return frame.show("room/people/list.html", facts, (_("People"), None), cards=cards(facts, undelivered, addresses),
                      others=[addressed(facts, m, row_of(facts, m, undelivered), addresses) for m in facts.members
                              if m.party is None and m.left_at is None],
                      neutral=url_for("room.people_neutral", ref=ref) if can_name else "",
                      has_neutral=neutral(facts) is not None,
                      affected=service.affected(db.session(), facts.project.id), fresh=lambda: Form().key(),
                      add=url_for("room.add_party", ref=ref) if can_add else "", share=share_url(facts))


@bp.route("/people/invite/<int:party>", methods=["GET", "POST"])
def people_invite(ref: str, party: int) -> ResponseReturnValue:
    """Invite a person into a party; a known address is answered like an unknown one."""
    facts = frame.enter(ref)
    if party not in {p.number for p in facts.present}:
        raise NotFound
    first = not led(facts, party)
    require_people(facts, party, first=first)
    login.require_proof()
    wanted = {"parts": [part] if (part := request.args.get("part")) in dict(PARTS) else ["contributor"],
              "name": request.args.get("name", "")}
    form = InviteForm.from_request(
        greeting=hosts.greeting(db.session(), facts.project.host_id, login.me().id),
        **(wanted | ({"parts": list(FIRST)} if first else {})))

    def act(session: Any) -> str:
        try:
            service.invite(session, ref, party=party, email=form.email.data, name=form.name.data,
                           parts=tuple(form.parts.data or ()), greeting=form.greeting.data or "",
                           actor=login.me().id, key=form.key(), now=now())
        except Conflict as there:  # is in it already, for this party or another: that is about the address
            raise Conflict(there.code, **{"field": "email", **there.values}) from there
        return _("%(name)s is invited.", name=form.name.data)

    return dialog(facts, form, "room/people/invite.html",
                  _("Invite somebody for %(party)s", party=facts.party(party).name), act, party=facts.party(party),
                  **_around(ref))


@bp.post("/people/<int:person>/resend")
def people_resend(ref: str, person: int) -> ResponseReturnValue:
    """Mail a new link."""
    facts = frame.enter(ref)
    login.require_proof("room.people", ref=ref)
    with transaction() as session:
        service.resend(session, ref, person=person, actor=login.me().id, key=Form.from_request().key(), now=now())
    flash(_("%(name)s gets a new link; the old one does not work any more.", name=frame.person_name(facts, person)),
          "done")
    return redirect(url_for("room.people", ref=ref), 303)


@bp.post("/people/<int:person>/withdraw-invitation")
def people_withdraw(ref: str, person: int) -> ResponseReturnValue:
    """Take an invitation back."""
    facts = frame.enter(ref)
    login.require_proof("room.people", ref=ref)
    with transaction() as session:
        service.withdraw(session, ref, person=person, actor=login.me().id, key=Form.from_request().key(), now=now())
    flash(_("The invitation of %(name)s is taken back; its link does not work any more.",
            name=frame.person_name(facts, person)), "done")
    return redirect(url_for("room.people", ref=ref), 303)


@bp.route("/people/<int:person>/address", methods=["GET", "POST"])
def people_address(ref: str, person: int) -> ResponseReturnValue:
    """Invite at another address instead."""
    facts, member = _member(ref, person)
    form = AddressForm.from_request()
    if returned.is_unreachable(db.session(), person):
        require_people(facts, member.party, first=False, act=Act.CORRECT_ADDRESS)
    elif member.accepted_at is None:
        require_people(facts, member.party, first=is_first(facts, member))
    else:
        raise Conflict("invitation.answered")
    login.require_proof()

    def act(session: Any) -> str:
        try:
            service.correct_address(session, ref, person=person, email=form.email.data or "", actor=login.me().id,
                                    key=form.key(), now=now())
        except Conflict as there:
            raise Conflict(there.code, **{"field": "email", **there.values}) from there
        return _("%(name)s is invited at %(email)s.", name=member.name, email=form.email.data)

    return dialog(facts, form, "room/people/address.html", _("Correct the address of %(name)s", name=member.name), act,
                  member=member, address=service.address_of(db.session(), person), **_around(ref))


@bp.route("/people/<int:person>/parts", methods=["GET", "POST"])
def people_parts(ref: str, person: int) -> ResponseReturnValue:
    """Give a person other parts."""
    facts, member = _member(ref, person)
    require_people(facts, member.party, first=is_first(facts, member))
    login.require_proof()
    form = PartsForm.from_request(parts=sorted(member.own))

    def act(session: Any) -> str:
        service.change_parts(session, ref, person=person, parts=tuple(form.parts.data or ()), actor=login.me().id,
                             key=form.key(), now=now())
        return _("%(name)s: %(parts)s.", name=member.name, parts=listed(form.parts.data or ()))

    return dialog(facts, form, "room/people/parts.html", _("Parts of %(name)s", name=member.name), act, member=member,
                  tasks=_titles(facts, person), **_around(ref))


@bp.route("/people/<int:person>/remove", methods=["GET", "POST"])
def people_remove(ref: str, person: int) -> ResponseReturnValue:
    """Let a person go; who takes over is said in the same step."""
    facts, member = _member(ref, person)
    require_people(facts, member.party, first=is_first(facts, member))
    login.require_proof()
    form = RemoveForm.from_request()
    tasks = _titles(facts, person)
    form.offer((one.person, one.name) for one in heirs(facts, member))
    if not tasks:
        del form.to

    def act(session: Any) -> str:
        service.remove(session, ref, person=person, to=form.to.data if tasks else None, actor=login.me().id,
                       key=form.key(), now=now())
        return _("%(name)s is not in this project any more.", name=member.name)

    return dialog(facts, form, "room/people/remove.html", _("Remove %(name)s", name=member.name), act, member=member,
                  tasks=tasks, heirs=heirs(facts, member), last=is_last_champion(facts, member),
                  party=_party_name(facts, member), **_around(ref))


@bp.route("/people/<int:person>/hand-over", methods=["GET", "POST"])
def people_hand_over(ref: str, person: int) -> ResponseReturnValue:
    """Hand a part over to a colleague: for a time or for good."""
    facts, member = _member(ref, person)
    require(facts, Act.SUBSTITUTE, party=facts.own, on_hold=True)
    if not hands_over(facts, person):
        raise Forbidden("only", act=Act.SUBSTITUTE.value, persons=tuple(
            one.person for one in facts.people(member.party, "champion")))
    login.require_proof()
    form = SubstituteForm.from_request(parts=list(own_parts(member)), starts=facts.today)
    colleagues = [m for m in facts.members if m.party == member.party and m.present and m.person != person]
    form.offer([(one.person, one.name) for one in colleagues], own_parts(member))

    def act(session: Any) -> str:
        good = form.how.data == "good"
        absences.hand_over(session, ref, person=person, to=form.to.data, parts=form.parts.data or (),
                           starts=None if good else form.starts.data, until=None if good else form.until.data,
                           actor=login.me().id, key=form.key(), now=now())
        to = frame.person_name(facts, form.to.data)
        if good:
            return _("Handed over to %(to)s.", to=to)
        return _("%(to)s stands in for %(name)s until %(day)s.", to=to, name=member.name,
                 day=words.day(form.until.data, pages.reader()))

    mine = person == login.me().id
    return dialog(facts, form, "room/people/hand_over.html",
                  _("Hand over my part") if mine else _("Hand over the part of %(name)s", name=member.name), act,
                  member=member, mine=mine, colleagues=colleagues, tasks=_titles(facts, person), latest=latest(facts),
                  absence=absence_of(facts, person), invite=invite_url(facts, member.party or 0), **_around(ref))


@bp.route("/people/neutral", methods=["GET", "POST"])
def people_neutral(ref: str) -> ResponseReturnValue:
    """Name a neutral person, which needs all parties; who is it hands it on alone."""
    facts, form = frame.enter(ref), NeutralForm.from_request()
    own = facts.own
    there = neutral(facts)
    mine = there is not None and there.person == login.me().id
    require(facts, Act.SUBSTITUTE if mine else Act.ADD_PARTY, party=own)
    login.require_proof()
    if mine:
        del form.reason

    def act(session: Any) -> str:
        me, name, email = login.me().id, form.name.data or "", form.email.data or ""
        greeting = form.greeting.data or ""
        if mine:
            service.hand_over_neutral(session, ref, email=email, name=name, greeting=greeting, actor=me,
                                      key=form.key(), now=now())
            return _("%(name)s is invited. You stay the neutral person until they come in.", name=name)
        proposals.propose(session, ref, kind="neutral", subject="", actor=me, key=form.key(), now=now(), body={
            "name": name, "email": email, "reason": form.reason.data or "", "greeting": greeting})
        return _("Asked. %(name)s is invited when every party has agreed.", name=name)

    others = words.listed((party.name for party in facts.present if party.number != own), pages.reader())
    return dialog(facts, form, "room/people/neutral.html",
                  _("Hand over my part") if mine else _("Name a neutral person"), act, mine=mine, others=others,
                  there=there, **_around(ref))


@bp.route("/people/propose", methods=["GET", "POST"])
def people_propose(ref: str) -> ResponseReturnValue:
    """Ask the own champions to invite a colleague."""
    facts, form = frame.enter(ref), ColleagueForm.from_request()
    own = facts.own
    require(facts, Act.PEOPLE, party=own)
    login.require_proof()
    def act(session: Any) -> str:
        proposals.propose(session, ref, kind="colleague", subject="", actor=login.me().id,
                          key=form.key(), now=now(), body={
                              "name": form.name.data, "email": form.email.data, "parts": form.parts.data,
                              "reason": form.reason.data or "", "greeting": form.greeting.data or ""})
        return _("Asked. %(name)s is invited when a champion of your party agrees.", name=form.name.data)

    return dialog(facts, form, "room/people/propose.html", _("Propose a colleague"), act,
                  champions=_champions(facts, own), **_around(ref))


@bp.route("/people/<int:person>/propose-parts", methods=["GET", "POST"])
def people_propose_parts(ref: str, person: int) -> ResponseReturnValue:
    """Ask the own champions to give a colleague other parts."""
    facts, member = _member(ref, person)
    own = facts.own
    if member.party != own:
        raise NotFound
    require(facts, Act.PEOPLE, party=own)
    login.require_proof()
    form = OtherPartsForm.from_request(parts=sorted(member.own))

    def act(session: Any) -> str:
        proposals.propose(session, ref, kind="parts", subject=str(person), actor=login.me().id, key=form.key(),
                          now=now(), body={"name": member.name, "parts": form.parts.data or [],
                                           "reason": form.reason.data or ""})
        return _("Asked. It counts when a champion of your party agrees.")

    return dialog(facts, form, "room/people/propose_parts.html", _("Other parts for %(name)s", name=member.name), act,
                  member=member, tasks=_titles(facts, person), champions=_champions(facts, own), **_around(ref))


@bp.post("/people/absences/<int:number>/end")
def people_back(ref: str, number: int) -> ResponseReturnValue:
    """Back earlier than planned."""
    frame.enter(ref)
    login.require_proof("room.people", ref=ref)
    with transaction() as session:
        absences.come_back(session, ref, number=number, actor=login.me().id, key=Form.from_request().key(), now=now())
    flash(_("Nobody stands in any more."), "done")
    return redirect(url_for("room.people", ref=ref), 303)


def _member(ref: str, person: int) -> tuple[Facts, MemberFact]:
    """Somebody of a party who has not gone."""
    facts = frame.enter(ref)
    member = facts.member(person)
    if member is None or member.left_at is not None or member.party is None:
        raise NotFound
    return facts, member


def _champions(facts: Facts, party: int | None) -> str:
    """Who answers what a contributor proposes about people."""
    names = [member.name for member in facts.people(party, "champion") if member.present]
    return words.listed(names, pages.reader(), either=True)


def _around(ref: str) -> dict[str, Any]:
    url = url_for("room.people", ref=ref)
    return {"then": url, "back": url, "trail": ((_("People"), url),)}


def _titles(facts: Facts, person: int) -> list[str]:
    return [say(facts.task_of(task).title, pages.language()) for task in tasks_of(facts, person)]


def _party_name(facts: Facts, member: MemberFact) -> str:
    return facts.party(member.party).name if member.party is not None else ""
