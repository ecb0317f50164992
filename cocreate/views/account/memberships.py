"""Organisations and parts: what one is for whom, being away, and leaving."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cocreate import sentences, words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.errors import CocreateError, Conflict, Invalid
from cocreate.forms.base import Form
from cocreate.forms.memberships import AwayForm, LeaveForm
from cocreate.services import memberships
from cocreate.views import once
from cocreate.views.account.blueprint import bp
from cocreate.web import login, pages


@bp.route("/away", methods=["GET", "POST"])
def away() -> ResponseReturnValue:
    """Who stands in, from when, until when; for every project in which the colleague is on one's own side."""
    login.require_proof()
    me = login.me().id
    found = memberships.of_person(db.session(), me, now=now())
    there = [(one.name, place.colleagues.items()) for one in found for place in one.running]
    colleagues = {person: name for _organisation, people in there for person, name in people}
    form = AwayForm.from_request(starts=pages.reader().today)
    form.offer(colleagues if len({organisation for organisation, _people in there}) < 2 else {
        person: f"{name} ({organisation})" for organisation, people in there for person, name in people})
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                covered, without = memberships.go_away(session, me, to=form.to.data, starts=form.starts.data,
                                                       until=form.until.data, key=form.key(), now=now())
        except (Invalid, Conflict) as error:
            form.blame(error.values.get("field"), sentences.error(error, pages.reader()))
        else:
            flash(_("%(name)s stands in for you until %(day)s: %(projects)s.", name=colleagues[form.to.data],
                    day=words.day(form.until.data, pages.reader()), projects=words.listed(covered, pages.reader())),
                  "done")
            if without:
                flash(_("Nobody stands in for you in: %(projects)s. Name somebody on the page People there.",
                        projects=words.listed(without, pages.reader())), "soon")
            return redirect(url_for("account.show"), 303)
    return render_template("account/away.html", form=form, colleagues=colleagues,
                           back_url=url_for("account.show")), 422 if form.unfold() else 200


@bp.post("/back")
def back() -> ResponseReturnValue:
    """Take one's parts back everywhere, earlier than planned."""
    login.require_proof("account.show")
    with transaction() as session:
        count = memberships.come_back(session, login.me().id, key=Form.from_request().key(), now=now())
    flash(ngettext("You are back in %(num)d project. Nobody stands in any more.",
                   "You are back in %(num)d projects. Nobody stands in any more.", count), "done")
    return redirect(url_for("account.show"), 303)


@bp.route("/organisations/<ref>/leave", methods=["GET", "POST"])
def leave(ref: str) -> ResponseReturnValue:
    """Go from every running project of an organisation."""
    login.require_proof()
    me = login.me().id
    found = memberships.one(db.session(), me, ref, now=now())
    takers, owed = memberships.takers(found), memberships.owed(found)
    form = LeaveForm.from_request() if owed else Form.from_request()
    if isinstance(form, LeaveForm):
        form.offer(takers)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                memberships.leave(session, me, ref, to=form.to.data if isinstance(form, LeaveForm) else None,
                                  key=form.key(), now=now())
                once.note(session, url_for("account.show"), said := _(
                    "You act for %(organisation)s no more. The champions there have been told.",
                    organisation=found.name))
        except CocreateError as error:
            if not isinstance(error, (Invalid, Conflict)):
                raise
            form.blame(error.values.get("field"), sentences.error(error, pages.reader()))
        else:
            flash(said, "done")
            return redirect(url_for("account.show"), 303)
    return render_template(
        "account/leave.html", form=form, found=found, owed=owed, takers=takers, stuck=memberships.stuck(found),
        back_url=url_for("account.show")), 422 if form.unfold() else 200
