"""Who is asking, in this request: the cookie on one side, ``cocreate.services.sign_ins`` on the other.

The cookie is signed and holds the session's random token, the CSRF secret, and where somebody was going when asked to
sign in: an endpoint and its ids, never an address.
"""

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import urlsplit

import flask_login
from flask import (
    Flask,
    Response,
    abort,
    after_this_request,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.exceptions import HTTPException, Unauthorized
from werkzeug.routing import BuildError

from cocreate.clock import now
from cocreate.db import db, spare_transaction
from cocreate.headers import ASSETS
from cocreate.services import sign_ins
from cocreate.services.sign_ins import Device, Me

log = logging.getLogger(__name__)

KNOWN_FOR = timedelta(days=400)
SECRET_FIELDS = re.compile(r"(.*_)?password|current|secret|code|csrf_token")
BACK = "back"
MOST_ASKED = 500  # bytes after the question mark of an address that is remembered
NOT_TYPED = frozenset({"key", "csrf_token", "visit", "seen", "party", "number", "version"})  # the page's own


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
    app.before_request(_only_from_here)
    app.before_request(_see)
    app.register_error_handler(CSRFError, csrf_failed)


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


def device(email: str | None = None) -> Device:
    """Where this request comes from; with an address: and whether that account knows this browser."""
    agent = request.user_agent.string
    return Device(_device_name(agent), request.remote_addr or "", _known_as(email) if email else None)


def nobody() -> None:
    """For the rest of this request nobody is signed in: for an answer that cannot look."""
    g._login_user = flask_login.AnonymousUserMixin()


# Coming and going


def start(token: str) -> None:
    """Go on in the session of this token; nothing of an earlier one stays but where the person was going."""
    back = cookie.get(BACK)
    leave()
    if back:
        cookie[BACK] = back
    user = _load(token)
    if user:
        flask_login.login_user(user)
        if user.me.complete:
            _remember_browser(user.me.email)


def leave() -> None:
    """Forget everything in the cookie; the row is ended by ``sign_ins.end``."""
    flask_login.logout_user()
    cookie.clear()
    g.pop("csrf_token", None)  # flask-wtf keeps the old one for the rest of the request


def was_signed_in() -> bool:
    """Whether the cookie holds the token of a session that has ended."""
    return "_user_id" in cookie and half() is None


# To where


def remember() -> None:
    """Keep where this request was going, to come back to exactly here."""
    try:
        endpoint, ids = current_app.url_map.bind("").match(request.path, "GET")
    except HTTPException:  # what was sent belongs to no page
        cookie.pop(BACK, None)
    else:
        cookie[BACK] = endpoint, {**_asked(), **ids}


def _asked() -> dict[str, list[str]]:
    """What the address says after its question mark: which of several things the page is about.

    Not what would tell ``url_for`` where an address leads, and no more than a cookie can hold.
    """
    if len(request.query_string) > MOST_ASKED:
        return {}
    return {name: values for name, values in request.args.to_dict(flat=False).items()
            if name.isidentifier() and not name.startswith("_") and name not in ("endpoint", "self")}


def is_expected() -> bool:
    """Whether somebody was on the way to a page when asked to sign in."""
    return BACK in cookie


def onward() -> ResponseReturnValue:
    """To the remembered place, once; else to where one lands."""
    endpoint, ids = cookie.pop(BACK, (None, None))
    if endpoint:
        try:
            return redirect(url_for(endpoint, **ids), 303)
        except (BuildError, TypeError, ValueError):  # remembered by an older version of the program
            log.info("a remembered place is gone")
    return redirect(landing(), 303)


def landing() -> str:
    """Where one arrives without having been on the way to a page; ``app.extensions["landing"]`` may know better."""
    if visitor() is None:
        return url_for("auth.sign_in")
    if choose := current_app.extensions.get("landing"):
        return str(choose())
    return url_for("portal.your_turn" if "portal.your_turn" in current_app.view_functions else "account.show")


def ask_to_sign_in() -> ResponseReturnValue:
    """The answer to somebody who is not signed in: nothing typed is lost, and the way leads back here."""
    remember()
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("auth.second_step" if half() else "auth.sign_in"))
    return render_template("auth/signed_out.html", again=typed(), act_url=_same_place()), 401


def ask_for_second_step() -> ResponseReturnValue:
    """The answer to somebody whose host asks for a second step before anything else."""
    remember()
    flash(_("Your organisation asks its people for a second step. Set it up once; then you go on to where you were."),
          "info")
    return redirect(url_for("account.app_code"), 303)


def require_proof(endpoint: str | None = None, **ids: str) -> None:
    """Let nobody on who has not shown the password within half an hour: asks for it, then comes back here.

    endpoint, ids: the page to come back to, where this address only takes what is sent.
    What was typed goes along with the question, to be sent again after it.
    """
    if me().proved:
        return
    remember()
    if endpoint:
        cookie.setdefault(BACK, (endpoint, ids))
    sent = typed()
    if any(text.strip() for name, text in sent if name not in NOT_TYPED):
        ask: Callable[[str], str] = current_app.extensions["ask_for_proof"]
        abort(Response(ask(_carrier().dumps([me().id, _same_place(), sent])), 401, content_type="text/html"))
    abort(redirect(url_for("auth.prove"), 303))


def carried(given: str) -> tuple[str, list[tuple[str, str]]] | None:
    """Where to and what this person sent before the password was asked for; None where nothing was."""
    try:
        person, place, sent = _carrier().loads(given)
    except BadSignature:
        return None
    if person != me().id:
        return None
    cookie.pop(BACK, None)
    return str(place), [(str(name), str(text)) for name, text in sent]


def _carrier() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="cocreate typed before proof")


# A form that was open for long


def csrf_failed(error: CSRFError) -> ResponseReturnValue:
    """Offer everything typed to be sent again; not where another site sent it."""
    if request.endpoint is None or not _from_here():
        return render_template("errors/error.html", heading=_("This was not sent from here"), act_url=landing(),
                               act_label=_("Go on"), sentence=_("Another page tried to send this. Nothing was done.")
                               ), 400
    log.info("csrf: %s", error.description)
    return render_template("errors/error.html", heading=_("Please send it again"), again=typed(),
                           sentence=_("This page was open for long. Your text is kept."), act_url=_same_place(),
                           act_label=_("Send it again")), 400


def typed() -> list[tuple[str, str]]:
    """What the request's form held, but secrets; nothing where it was too large to be read."""
    try:
        sent = request.form
    except HTTPException:
        return []
    return [(name, value) for name, value in sent.items(multi=True) if not SECRET_FIELDS.fullmatch(name)]


def _same_place() -> str:
    return url_for(str(request.endpoint), **{**_asked(), **(request.view_args or {})})


# Before each request


def _only_from_here() -> None:
    """A browser says which page an act comes from; the token alone would do, this needs no secret to be kept."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and not _from_here():
        raise CSRFError("sent from another site")


def _from_here() -> bool:
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


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


# Browsers that an account knows: a signed cookie, which opens nothing and only has tries of its own


def _remember_browser(email: str) -> None:
    if _known_as(email):
        return
    value = _signer().dumps([_digest(email), token_urlsafe(16)])
    secure = current_app.config["SETTINGS"].https

    @after_this_request
    def _set(answer: Response) -> Response:
        answer.set_cookie(_cookie_name(), value, max_age=KNOWN_FOR, secure=secure, httponly=True, samesite="Lax")
        return answer


def _known_as(email: str) -> str | None:
    try:
        whose, name = _signer().loads(request.cookies.get(_cookie_name(), ""))
    except (BadSignature, ValueError):
        return None
    return str(name) if whose == _digest(email) else None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="cocreate known browser")


def _cookie_name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-browser"


def _digest(email: str) -> str:
    return sha256(email.strip().lower().encode("utf-8", "surrogatepass")).hexdigest()[:32]


_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
             ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
            ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux"))


def _device_name(agent: str) -> str:
    browser, system = (next((name for sign, name in signs if sign in agent), "") for signs in (_BROWSERS, _SYSTEMS))
    return " · ".join(filter(None, (browser, system)))
