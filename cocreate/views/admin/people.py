"""The people of a host: who works here and what they may do. No page here opens a room."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cocreate import sentences, words
from cocreate.clock import now
from cocreate.db import db
from cocreate.errors import CocreateError, Conflict, Invalid
from cocreate.forms.admin import RolesForm, StaffForm, StandInForm, SuccessorForm
from cocreate.forms.base import Form
from cocreate.forms.people import AddressForm
from cocreate.models.hosts import Host
from cocreate.services import joining, staff, substitutes
from cocreate.services import people as project_people
from cocreate.services.staff import Employee
from cocreate.services.substitutes import StandIn
from cocreate.views.admin.blueprint import bp, here, mine
from cocreate.views.once import done
from cocreate.web import login, pages
from cocreate.web.pages import Entry


@bp.get("/people")
def people() -> str:
    """Who works here and what may they do."""
    host = here()
    return render_template("admin/people/list.html", host=host, hosts=mine(), states=_states(),
                           role_words=_role_words(), rows=staff.all_of(db.session(), host.id))


@bp.route("/people/invite", methods=["GET", "POST"])
def people_invite() -> ResponseReturnValue:
    """Somebody new, or somebody who has an account for another reason."""
    login.require_proof()
    host, form = here(), StaffForm.from_request()
    return _ask("admin/people/invite.html", None, form, _("Invite somebody"),
                lambda session: staff.invite(session, host.id, email=form.email.data, name=form.name.data,
                                             roles=form.roles.data, by=login.me().id, now=now()),
                _("%(name)s is invited, by a mail with a link.", name=form.name.data), url_for("admin.people"))


@bp.get("/people/<ref>")
def person(ref: str) -> str:
    """One person, and what an administrator can do about the account."""
    host, found = _load(ref)
    there = substitutes.of(db.session(), host.id, found.id)
    return render_template(
        "admin/people/show.html", host=host, person=found, form=Form(), states=_states(), role_words=_role_words(),
        elsewhere=staff.works_elsewhere(db.session(), host.id, found.id), mine=found.id == login.me().id,
        stand_ins=[_stands_in(one) for one in there], away=any(one.person == found.id for one in there),
        trail=[Entry(_("People"), url_for("admin.people")), Entry(found.name, "")])


@bp.route("/people/<ref>/roles", methods=["GET", "POST"])
def person_roles(ref: str) -> ResponseReturnValue:
    """Other roles; whoever is signed in is signed out, so that they count at once."""
    login.require_proof()
    host, found = _load(ref)
    form = RolesForm.from_request(roles=sorted(found.roles))
    if found.id == login.me().id and request.method == "POST" and set(form.roles.data or ()) - found.roles:
        login.require_proof_now()
    return _ask("admin/people/roles.html", found, form, _("Change roles of %(name)s", name=found.name),
                lambda session: staff.change_roles(session, host.id, found.id, form.roles.data, by=login.me().id,
                                                   now=now()),
                _("Changed. %(name)s signs in again.", name=found.name), url_for("admin.person", ref=ref))


@bp.route("/people/<ref>/again", methods=["GET", "POST"])
def person_again(ref: str) -> ResponseReturnValue:
    """Ask somebody back who has gone."""
    login.require_proof()
    host, found = _load(ref)
    form = RolesForm.from_request()
    return _ask("admin/people/again.html", found, form, _("Let %(name)s come in again", name=found.name),
                lambda session: staff.invite(session, host.id, email=found.email, name=found.name,
                                             roles=form.roles.data, by=login.me().id, now=now()),
                _("%(name)s is invited, by a mail with a link.", name=found.name), url_for("admin.person", ref=ref))


@bp.post("/people/<ref>/send")
def person_send(ref: str) -> ResponseReturnValue:
    """The same mail once more, with a new link."""
    login.require_proof("admin.person", ref=ref)
    host, found = _load(ref)
    return _done(ref, lambda session: staff.send_again(session, host.id, found.id, by=login.me().id, now=now()),
                 _("Sent again. The earlier link has ended."))


@bp.route("/people/<ref>/take-back", methods=["GET", "POST"])
def person_take_back(ref: str) -> ResponseReturnValue:
    """End an invitation before it is answered; who never came is not in the list any more."""
    login.require_proof()
    host, found = _load(ref)
    if request.method == "GET" and not found.invited:
        return redirect(url_for("admin.person", ref=ref), 303)
    if request.method == "GET":
        return _dialog("admin/people/take_back.html", found, Form(),
                       title=_("Take back the invitation of %(name)s", name=found.name))
    return done(lambda session: joining.take_back(session, host.id, found.id, by=login.me().id, now=now()),
                url_for("admin.people"),
                _("The invitation of %(name)s has ended.", name=found.name))


@bp.route("/people/<ref>/address", methods=["GET", "POST"])
def person_address(ref: str) -> ResponseReturnValue:
    """Invite at the right address whom no mail reaches, or who has not come in."""
    login.require_proof()
    host, found = _load(ref)
    form = AddressForm.from_request()
    return _ask("admin/people/address.html", found, form, _("Correct the address of %(name)s", name=found.name),
                lambda session: staff.correct_address(session, host.id, found.id, email=form.email.data,
                                                      by=login.me().id, now=now()),
                _("%(name)s is invited at %(email)s.", name=found.name, email=form.email.data),
                url_for("admin.people"))


@bp.route("/people/<ref>/sessions", methods=["GET", "POST"])
def person_sessions(ref: str) -> ResponseReturnValue:
    """Sign somebody out everywhere."""
    login.require_proof()
    host, found = _load(ref)
    if request.method == "GET":
        return _dialog("admin/people/sessions.html", found, Form(),
                       title=_("End all sessions of %(name)s", name=found.name))
    return _done(ref, lambda session: staff.end_sessions(session, host.id, found.id, by=login.me().id, now=now()),
                 _("%(name)s is signed out everywhere and has been told by mail.", name=found.name))


@bp.route("/people/<ref>/second-step", methods=["GET", "POST"])
def person_second_step(ref: str) -> ResponseReturnValue:
    """For somebody whose telephone is lost."""
    login.require_proof()
    host, found = _load(ref)
    if request.method == "POST":
        return _done(ref, lambda session: staff.reset_second_step(session, host.id, found.id, by=login.me().id,
                                                                        now=now()),
                     _("Reset. %(name)s has been told by mail, and signs in with the password alone.",
                       name=found.name))
    return _dialog("admin/people/second_step.html", found, Form(), asked=host.second_step == "required",
                   title=_("Reset the second step of %(name)s", name=found.name))


@bp.route("/people/<ref>/hand-over", methods=["GET", "POST"])
def person_hand_over(ref: str) -> ResponseReturnValue:
    """Everything somebody looks after goes to another account manager."""
    login.require_proof()
    host, found = _load(ref)
    form = _successor(host, found)
    if request.method == "POST" and form.validate():
        _prove_for_oneself(form)
        try:
            return done(lambda session: staff.hand_over_all(session, host.id, found.id, to=form.to.data,
                                                            by=login.me().id, now=now()),
                        url_for("admin.person", ref=ref),
                        lambda count: ngettext("%(num)d project has a new account manager.",
                                               "%(num)d projects have a new account manager.", count))
        except CocreateError as error:
            form.blame("to", _refused(error))
    return _dialog("admin/people/hand_over.html", found, form, customers=_customers(host, found),
                   title=_("Hand over all projects of %(name)s", name=found.name))


@bp.route("/people/<ref>/substitute", methods=["GET", "POST"])
def person_substitute(ref: str) -> ResponseReturnValue:
    """A colleague stands in until a day in everything somebody looks after."""
    login.require_proof()
    host, found = _load(ref)
    form = StandInForm.from_request()
    form.offer([one for one in project_people.account_managers(db.session(), host.id) if one[0] != found.id])
    if request.method == "POST" and form.validate():
        _prove_for_oneself(form)
        try:
            return done(lambda session: substitutes.name(
                session, host.id, found.id, to=form.to.data, until=form.until.data, by=login.me().id, now=now()),
                url_for("admin.person", ref=ref), lambda count: ngettext(
                    "%(name)s stands in for %(absent)s in %(num)d project until %(day)s.",
                    "%(name)s stands in for %(absent)s in %(num)d projects until %(day)s.", count,
                    name=project_people.name_of(db.session(), form.to.data), absent=found.name,
                    day=words.day(form.until.data, pages.reader())))
        except Invalid as error:
            form.blame(error.values.get("field"), sentences.error(error, pages.reader()))
        except CocreateError as error:
            form.blame("to", _refused(error))
    return _dialog("admin/people/substitute.html", found, form, title=_("Name a substitute for %(name)s",
                                                                        name=found.name))


@bp.route("/people/<ref>/back", methods=["GET", "POST"])
def person_back(ref: str) -> ResponseReturnValue:
    """Nobody stands in for somebody any more."""
    login.require_proof()
    host, found = _load(ref)
    if request.method == "GET":
        there = substitutes.of(db.session(), host.id, found.id)
        return _dialog("admin/people/back.html", found, Form(),
                       stand_ins=[_stands_in(one) for one in there if one.person == found.id],
                       title=_("Let nobody stand in for %(name)s", name=found.name))
    return _done(ref, lambda session: substitutes.end(session, host.id, found.id, by=login.me().id, now=now()),
                 _("Nobody stands in for %(name)s any more.", name=found.name))


@bp.route("/people/<ref>/deactivate", methods=["GET", "POST"])
def person_deactivate(ref: str) -> ResponseReturnValue:
    """Somebody goes; what they did stays, with their name."""
    login.require_proof()
    host, found = _load(ref)
    elsewhere = staff.works_elsewhere(db.session(), host.id, found.id)
    form = _successor(host, found) if found.projects else Form.from_request()
    if request.method == "POST" and form.validate():
        to = _prove_for_oneself(form)
        try:
            return done(lambda session: staff.deactivate(session, host.id, found.id, to=to, by=login.me().id,
                                                         now=now()),
                        url_for("admin.people"),
                        _("%(name)s works here no more. The account also serves others, and stays.", name=found.name)
                        if elsewhere else _("%(name)s cannot come in any more.", name=found.name))
        except CocreateError as error:
            form.blame("to" if error.code != "staff.last_administrator" else None, _refused(error))
    return _dialog("admin/people/deactivate.html", found, form, title=_("Deactivate %(name)s", name=found.name),
                   elsewhere=elsewhere, customers=_customers(host, found))


def _load(ref: str) -> tuple[Host, Employee]:
    """Somebody of this host; anybody else does not exist."""
    host = here()
    return host, staff.one(db.session(), host.id, ref)


def _stands_in(one: StandIn) -> str:
    """Who stands in for whom, from when or until when, in how many projects."""
    reader = pages.reader()
    values = {"name": one.substitute, "absent": one.absent, "until": words.day(one.until, reader)}
    if one.starts > reader.today:
        return ngettext("%(name)s stands in for %(absent)s in %(num)d project from %(starts)s until %(until)s.",
                        "%(name)s stands in for %(absent)s in %(num)d projects from %(starts)s until %(until)s.",
                        one.projects, starts=words.day(one.starts, reader), **values)
    return ngettext("%(name)s stands in for %(absent)s in %(num)d project until %(until)s.",
                    "%(name)s stands in for %(absent)s in %(num)d projects until %(until)s.", one.projects, **values)


def _customers(host: Host, found: Employee) -> list[str]:
    """With whom each project is that somebody looks after."""
    return [words.listed(names, pages.reader()) for names in staff.customers(db.session(), host.id, found.id)]


def _successor(host: Host, found: Employee) -> SuccessorForm:
    form = SuccessorForm.from_request()
    form.offer([one for one in project_people.account_managers(db.session(), host.id) if one[0] != found.id])
    return form


def _prove_for_oneself(form: Form) -> int | None:
    """Who was chosen, if anybody had to be; whoever takes a colleague's projects shows first that it is they."""
    to = form.to.data if isinstance(form, SuccessorForm) else None
    if to == login.me().id:
        login.require_proof_now()
    return to


def _ask(template: str, found: Employee | None, form: Form, title: str, act: Callable[[Any], object], said: str,
         then: str) -> ResponseReturnValue:
    """The dialog; once it is sent and right, the act, and what was refused at its field."""
    if request.method == "POST" and form.validate():
        try:
            return done(act, then, said)
        except (Invalid, Conflict) as error:
            form.blame(error.values.get("field"), sentences.error(error, pages.reader()))
    return _dialog(template, found, form, title=title)


def _dialog(template: str, found: Employee | None, form: Form, *, title: str, **more: Any) -> ResponseReturnValue:
    back = url_for("admin.person", ref=found.ref) if found else url_for("admin.people")
    trail = [Entry(_("People"), url_for("admin.people")), *([Entry(found.name, back)] if found else []),
             Entry(title, "")]
    return render_template(template, form=form, person=found, title=title, back_url=back, trail=trail,
                           **more), 422 if form.unfold() else 200


def _done(ref: str, act: Any, said: str) -> ResponseReturnValue:
    try:
        return done(act, url_for("admin.person", ref=ref), said)
    except Conflict as error:
        flash(sentences.error(error, pages.reader()), "late")
    return redirect(url_for("admin.person", ref=ref), 303)


def _refused(error: CocreateError) -> str:
    """Why projects did not change hands, without a word of what is in them."""
    if error.code.startswith("staff."):
        return sentences.error(error, pages.reader())
    return _("One of the projects cannot go to this person: they are in it for another party.")


def _states() -> dict[str, str]:
    return {"active": _("active"), "invited": _("invited, has not accepted yet"),
            "no_password": _("has no password yet"), "left": _("works here no more"),
            "deactivated": _("deactivated")}


def _role_words() -> dict[str, str]:
    return {"administrator": _("administrator"), "account_manager": _("account manager")}
