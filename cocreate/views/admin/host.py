"""The host itself: its name and logo, when its people work, who opens projects, and how its mails begin and end."""

from datetime import date
from io import BytesIO

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import sentences
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain import days_off
from cocreate.errors import CocreateError, Conflict, Invalid, NotFound
from cocreate.forms.admin import HostForm
from cocreate.models.hosts import Host
from cocreate.services import hosts
from cocreate.views.admin.blueprint import bp, here, mine
from cocreate.web import login, pages


@bp.route("/host", methods=["GET", "POST"])
def host() -> ResponseReturnValue:
    """What every project of the host begins with."""
    login.require_proof_for_file()
    found = here()
    managers = hosts.openers(db.session(), found.id)
    form = HostForm.from_request(
        name=found.name, country=found.country, zone=found.zone, days=list(found.working_days),
        days_off=days_off.write(map(date.fromisoformat, found.days_off.split())), sender_name=found.sender_name,
        sender_address=found.sender_address, greeting=found.greeting, legal_note=found.legal_note,
        second_step=found.second_step, attach_signed=found.attach_signed,
        opens=[person for person, _name, opens in managers if opens])
    form.offer(pages.language(), _("Not said"), managers)
    if request.method == "POST" and form.validate() and _saved(found, form):
        flash(_("Saved. Dates that are set already stay as they are."), "done")
        return redirect(url_for("admin.host"), 303)
    if form.errors and not form.logo.errors and (chosen := getattr(form.logo.data, "filename", "")):
        form.blame("logo", _("Choose '%(name)s' again: it is kept once everything else is right.", name=chosen))
    return render_template("admin/host.html", form=form, hosts=mine(), host=found), 422 if form.unfold() else 200


@bp.get("/host/logo")
def host_logo() -> Response:
    """The logo as it is stored."""
    found = here()
    if found.logo_sha256 is None:
        raise NotFound
    answer = Response(current_app.extensions["store"].read(found.ref, found.logo_sha256), mimetype=found.logo_type)
    answer.headers["Content-Security-Policy"] = "default-src 'none'"
    return answer


def _saved(found: Host, form: HostForm) -> bool:
    """Whether it could be saved; what stands in the way is said at its field."""
    try:
        logo = _logo(found, form)
    except CocreateError as error:
        if not isinstance(error, Invalid) and error.code != "upload.too_large":
            raise
        form.blame("logo", sentences.error(error, pages.reader()))
        return False
    try:
        with transaction() as session:
            hosts.settle(session, found.id, form.to_said(), by=login.me().id, now=now(),
                         logo=logo or (hosts.Logo() if form.no_logo.data else None))
    except (Conflict, Invalid) as error:
        form.blame(error.values.get("field"), sentences.error(error, pages.reader()))
        return False
    return True


def _logo(found: Host, form: HostForm) -> hosts.Logo | None:
    """A new logo, checked and stored; None where none was sent."""
    sent = form.logo.data
    if not getattr(sent, "filename", ""):
        return None
    with sent.stream as stream:
        body = stream.read(hosts.LOGO_BYTES + 1)
    return hosts.keep_logo(current_app.extensions["store"], found.ref, sent.filename, BytesIO(body), len(body))
