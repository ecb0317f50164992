"""What was done at the host: by whom, when, and what it was before."""

from flask import render_template, request, url_for
from flask_babel import gettext as _

from cocreate.db import db
from cocreate.forms.base import whole
from cocreate.services import host_records
from cocreate.telling import hosts as telling
from cocreate.views.admin.blueprint import bp, here, mine
from cocreate.web import pages
from cocreate.web.pages import Entry


@bp.get("/host/record")
def host_record() -> str:
    """Newest first, a page at a time."""
    host = here()
    found, below = host_records.lines(db.session(), host.id, below=request.args.get("below", type=whole))
    return render_template(
        "admin/host_record.html", host=host, hosts=mine(), below=below,
        lines=[telling.tell(one, pages.reader()) for one in found],
        trail=[Entry(_("Host"), url_for("admin.host")), Entry(_("What was done here"), "")])
