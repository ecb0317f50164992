"""A mailed link instead of the password. Mail programs open links by themselves, so only a button uses one up."""

from collections.abc import Callable
from functools import partial

from flask import redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.errors import Ended
from cocreate.forms.addresses import OwnAddressForm
from cocreate.forms.base import Form
from cocreate.services import sign_ins
from cocreate.views.auth.blueprint import bp
from cocreate.web import browsers, destination, login

LINK = "link"


@bp.route("/sign-in/mail", methods=["GET", "POST"])
def ask_link() -> ResponseReturnValue:
    """Mail a sign-in link, and say the same whether or not the address has an account."""
    return by_address("auth/ask_link.html", partial(sign_ins.ask_link, towards=destination.mailed()),
                      then="auth/link_sent.html")


@bp.get("/l/<token>")
def link_arrives(token: str) -> ResponseReturnValue:
    """Take the token out of the address, and where the link leads; nothing else happens."""
    destination.follow(request.args.get("to", ""))
    return keep(LINK, token, "auth.by_link")


@bp.route("/sign-in/link", methods=["GET", "POST"])
def by_link() -> ResponseReturnValue:
    """Show whose link it is; the button signs in."""
    token, before = cookie.get(LINK, ""), login.half()
    try:
        if request.method == "GET":
            email = sign_ins.whose(db.session(), token, "sign_in", now())
            return render_template("auth/by_link.html", email=email, form=Form())
        with transaction() as session:
            opened = sign_ins.begin_by_link(session, token, device=browsers.device(), now=now(),
                                            instead_of=before.sign_in if before else None)
    except Ended:
        return ended(LINK, url_for("auth.ask_link"))
    login.start(opened)
    return login.onward() if login.visitor() else redirect(url_for("auth.second_step"), 303)


def by_address(page: str, mail: Callable[..., None], *, then: str) -> ResponseReturnValue:
    """Ask for an address and mail what it is asked for; ``then`` says the same to everybody."""
    me = login.visitor()
    form = OwnAddressForm.from_request(email=me.email if me else "")
    if request.method == "GET" or not form.validate():
        return render_template(page, form=form), 200 if request.method == "GET" else 422
    with transaction() as session:
        mail(session, form.email.data, device=browsers.device(), now=now())
    return render_template(then, email=form.email.data)


def keep(name: str, token: str, endpoint: str) -> ResponseReturnValue:
    """Put a mailed token into the signed cookie, so that no address, log or referrer holds it any longer."""
    cookie[name] = token[:100]
    answer = redirect(url_for(endpoint), 303)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def ended(name: str, again: str) -> ResponseReturnValue:
    """The one answer for every link that does not work any more; to sign in by one nobody needs who has done it."""
    cookie.pop(name, None)
    if name == LINK and (me := login.visitor()):
        return render_template("errors/error.html", heading=_("This link has ended"),
                               sentence=_("You are signed in already, as %(name)s.", name=me.name),
                               act_url=destination.take() or login.arrival(), act_label=_("Go on"),
                               instead=(again, _("Ask for a new link"))), 410
    said, inside = _("It works once and for a short time. Ask for a new one."), login.visitor() is not None
    if name != LINK and not inside:
        said = f"{said} {_('If you chose a password with it, sign in.')}"
    return render_template("errors/error.html", heading=_("This link has ended"), sentence=said, act_url=again,
                           act_label=_("Ask for a new link"),
                           instead=None if inside else (url_for("auth.sign_in"), _("Sign in"))), 410
