"""Answering an invitation to work for a host. The mailed link shows the page; only its button accepts."""

from flask import flash, redirect, render_template, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.errors import Invalid
from cocreate.forms.base import Form
from cocreate.forms.invitations import AcceptForm, StartForm
from cocreate.services import joining as service
from cocreate.services import sign_ins
from cocreate.services.joining import Joining
from cocreate.views.auth.links import keep
from cocreate.views.portal.beginning import blame_password
from cocreate.views.portal.blueprint import bp
from cocreate.web import browsers, destination, login

TOKEN = "joining"  # noqa: S105 - the name of the value in the signed cookie


@bp.get("/h/<token>")
def joining_arrives(token: str) -> ResponseReturnValue:
    """Take the token out of the address; nothing else happens."""
    return keep(TOKEN, token, "portal.joining")


@bp.route("/joining", methods=["GET", "POST"])
def joining() -> ResponseReturnValue:
    """Who asks, for which host, as what; who has an account signs in first."""
    token, me = cookie.get(TOKEN, ""), login.visitor()
    given = service.invitation(db.session(), token, now=now())
    form: Form = Form.from_request() if me or given.known else StartForm.from_request(name=given.name)
    if me is None and given.known:
        destination.keep("portal.joining_arrives", token=token)
    may = me.id == given.person if me else not given.known
    if request.method == "GET" or not may:
        return _page(given, form, 422 if request.method == "POST" else 200)
    if not form.validate():
        blame_password(form, given.person, (given.host,))
        return _page(given, form, 422)
    new = form if isinstance(form, StartForm) else None
    try:
        with transaction() as session:
            service.accept(session, token, name=new.name.data if new else "",
                           password=new.password.data if new else None, now=now())
            opened = sign_ins.begin(session, given.person, method="password", device=browsers.device(given.email),
                                    now=now()) if new else None
    except Invalid as refused:
        if not isinstance(form, AcceptForm):
            raise
        form.refuse(refused)
        return _page(given, form, 422)
    if opened:
        login.start(opened)
    cookie.pop(TOKEN, None)
    flash(_("Accepted. You work for %(host)s now.", host=given.host), "done")
    return redirect(login.landing(), 303)


def _page(given: Joining, form: Form, status: int) -> ResponseReturnValue:
    me = login.visitor()
    return render_template("invitation/joining.html", given=given, form=form, sign_in=me is None and given.known,
                           other=me if me and me.id != given.person else None), status
