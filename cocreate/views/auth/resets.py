"""A forgotten password: a mailed link leads to a new one, and signs nobody in."""

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.errors import Ended, Invalid
from cocreate.forms.accounts import ResetForm
from cocreate.services import accounts
from cocreate.views.auth.blueprint import bp
from cocreate.views.auth.links import by_address, ended, keep
from cocreate.web import login

RESET = "reset"


@bp.route("/forgot", methods=["GET", "POST"])
def forgot() -> ResponseReturnValue:
    """Mail a link for a new password, and say the same whether or not the address has an account."""
    return by_address("auth/forgot.html", accounts.ask_reset, then="auth/reset_sent.html")


@bp.get("/r/<token>")
def reset_arrives(token: str) -> ResponseReturnValue:
    """Take the token out of the address; nothing else happens."""
    return keep(RESET, token, "auth.reset")


@bp.route("/reset", methods=["GET", "POST"])
def reset() -> ResponseReturnValue:
    """Choose a password, the first or a new one; all devices are signed out, this one too."""
    token, form = cookie.get(RESET, ""), ResetForm.from_request()
    try:
        email, least, first = accounts.reset_needs(db.session(), token, now())
        if request.method == "GET" or not form.validate():
            return _page(form, email, least, first)
        with transaction() as session:
            accounts.reset(session, token, form.password.data, now=now())
    except Invalid as refused:
        form.refuse(refused)
        return _page(form, email, least, first)
    except Ended:
        return ended(RESET, url_for("auth.forgot"))
    login.leave()
    flash(_("Your password is set. Sign in with it.") if first else
          _("Changed. All other devices are signed out."), "done")
    return redirect(url_for("auth.sign_in"), 303)


def _page(form: ResetForm, email: str, least: int, first: bool) -> ResponseReturnValue:
    status = 422 if form.unfold() else 200
    return render_template("auth/reset.html", form=form, email=email, least=least, first=first), status
