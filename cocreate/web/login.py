"""Who is asking, in this request: the cookie on one side, ``cocreate.services.sign_ins`` on the other.

The cookie is signed and holds the session's random token and the CSRF secret.
"""

from collections.abc import Callable
from datetime import timedelta

import flask_login
from flask import Flask, Response, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import Unauthorized

from cocreate.clock import now
from cocreate.db import db, spare_transaction
from cocreate.services import sign_ins
from cocreate.services.sign_ins import Me
from cocreate.web import browsers, destination
from cocreate.web.headers import ASSETS

JUST_NOW = timedelta(minutes=5)  # as long as it takes to send again what waited for the password
_UNDONE = "undone"  # in the cookie: the password is asked for because a button was used, and nothing happened yet
FILE_TAKES = timedelta(minutes=20)  # to fill in a page with a file: none may be chosen and then lost to the question


class _User(flask_login.UserMixin):  # type: ignore[misc]
    def __init__(self, me: Me, token: str) -> None:
        self.me, self.token = me, token

    def get_id(self) -> str:
        return self.token


def init_app(app: Flask) -> None:
    # Not its init_app: that looks for a remember-me cookie, which is not ours, in answers that are everybody's.
    app.login_manager = manager = flask_login.LoginManager()  # type: ignore[attr-defined]
    manager.session_protection = None  # ours are rows that end; "strong" signs people out for a changed network
    manager.user_loader(_load)
    app.before_request(_see)


# Who


def visitor() -> Me | None:
    """Who is signed in, if anybody is; where the second step is still to come, nobody is."""
    me = half()
    return me if me and me.complete else None


def me() -> Me:
    """Who is signed in; for views that only those reach."""
    found = visitor()
    if found is None:
        raise Unauthorized
    return found


def half() -> Me | None:
    """Who is signed in or about to be."""
    return getattr(flask_login.current_user, "me", None)


def nobody() -> None:
    """For the rest of this request nobody is signed in: for an answer that cannot look."""
    g._login_user = flask_login.AnonymousUserMixin()


# Coming and going


def start(token: str) -> None:
    """Go on in the session of this token; nothing of an earlier one stays but where the person was going."""
    _leave_with_destination()
    user = _load(token)
    if user:
        flask_login.login_user(user)
        if user.me.complete:
            browsers.remember(user.me.email)


def leave() -> None:
    """Forget everything in the cookie; the row is ended by ``sign_ins.end``."""
    _leave_with_destination()
    cookie.clear()


def _leave_with_destination() -> None:
    flask_login.logout_user()
    destination.carry_over()
    g.pop("csrf_token", None)  # flask-wtf keeps the old one for the rest of the request


def was_signed_in() -> bool:
    """Whether the cookie holds the token of a session that has ended."""
    return "_user_id" in cookie and half() is None


# To where


def onward() -> ResponseReturnValue:
    """To the remembered place, once; else to where one arrives."""
    return redirect(destination.take() or arrival(), 303)


def arrival() -> str:
    """Where one comes to after signing in; it may be looked up, which no page of errors does with ``landing``."""
    choose = current_app.extensions.get("arrival") if visitor() else None
    return str(choose()) if choose else landing()


def landing() -> str:
    """Where one arrives without having been on the way to a page; ``app.extensions["landing"]`` may know better."""
    if visitor() is None:
        return url_for("auth.sign_in")
    if choose := current_app.extensions.get("landing"):
        return str(choose())
    return url_for("portal.your_turn" if "portal.your_turn" in current_app.view_functions else "account.show")


def ask_to_sign_in() -> ResponseReturnValue:
    """The answer to somebody who is not signed in: nothing typed is lost, and the way leads back here."""
    destination.remember()
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("auth.second_step" if half() else "auth.sign_in"))
    return render_template("auth/signed_out.html", again=destination.typed(), act_url=destination.here()), 401


def ask_for_second_step() -> ResponseReturnValue:
    """The answer to somebody whose host asks for a second step before anything else."""
    destination.remember()
    flash(_("Your organisation asks its people for a second step. Set it up once; then you go on to where you were."),
          "info")
    return redirect(url_for("account.app_code"), 303)


def undone() -> bool:
    """Whether a button waits to be used again after the password; once, and before the session begins anew."""
    return bool(cookie.pop(_UNDONE, False))


def require_proof_for_file() -> None:
    """As ``require_proof``, before a page on which a file is chosen: the half hour has to last while filling it in."""
    until = me().proved_until
    if request.method == "GET" and until is not None and until < now() + FILE_TAKES:
        destination.remember()
        abort(redirect(url_for("auth.prove"), 303))
    require_proof()


def require_proof_now() -> None:
    """As ``require_proof``, but shown just now: before one gives oneself what others have."""
    until = me().proved_until
    require_proof(shown=until is not None and until - sign_ins.PROOF >= now() - JUST_NOW)


def require_proof(endpoint: str | None = None, *, shown: bool | None = None, **ids: str) -> None:
    """Let nobody on who has not shown the password within half an hour: asks for it, then comes back here.

    endpoint, ids: the page to come back to, where this address only takes what is sent.
    What was typed goes along with the question, to be sent again after it; a file does not, and that is said.
    """
    if me().proved if shown is None else shown:
        return
    destination.remember()
    if endpoint and not destination.keeps():
        destination.keep(endpoint, **ids)
    cookie[_UNDONE] = request.method == "POST"
    if sealed := destination.seal(me().id):
        ask: Callable[[str], str] = current_app.extensions["ask_for_proof"]
        abort(Response(ask(sealed), 401, content_type="text/html"))
    abort(redirect(url_for("auth.prove"), 303))


# Before each request


def _see() -> None:
    """Note that the session is used, before a view begins to read: this has a transaction of its own."""
    if request.endpoint in (None, ASSETS):
        return
    found, moment = half(), now()
    if found and moment - found.seen_at >= sign_ins.SEEN_EVERY:
        with spare_transaction() as session:
            sign_ins.touch(session, found, moment)


def _load(token: str) -> _User | None:
    found = sign_ins.find(db.session(), token, now())
    return _User(found, token) if found else None
