"""The host itself: its name, and when its people work."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import login, pages
from cocreate.db import transaction
from cocreate.forms.admin import HostForm
from cocreate.services import hosts
from cocreate.views.admin.blueprint import bp, here, mine


@bp.route("/host", methods=["GET", "POST"])
def host() -> ResponseReturnValue:
    """What every project of the host begins with."""
    login.require_proof()
    found = here()
    form = HostForm.from_request(name=found.name, country=found.country, zone=found.zone,
                                 days=list(found.working_days), legal_note=found.legal_note)
    form.offer(pages.language(), _("Not said"))
    if request.method == "POST" and form.validate():
        with transaction() as session:
            hosts.settle(session, found.id, name=form.name.data, country=form.country.data, zone=form.zone.data,
                         working_days="".join(sorted(form.days.data)), legal_note=form.legal_note.data or "")
        flash(_("Saved. Dates that are set already stay as they are."), "done")
        return redirect(url_for("admin.host"), 303)
    return render_template("admin/host.html", form=form, hosts=mine(), host=found), 422 if form.unfold() else 200
