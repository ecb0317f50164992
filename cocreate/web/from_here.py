"""Nothing is done that was not sent from one of our own pages, in this very session."""

import logging
from urllib.parse import urlsplit

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from cocreate.web import destination, login

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    app.before_request(_only_from_here)
    app.register_error_handler(CSRFError, _refuse)


def _only_from_here() -> None:
    """A browser says which page an act comes from; the token alone would do, this needs no secret to be kept."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and not _from_here():
        raise CSRFError("sent from another site")


def _from_here() -> bool:
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _refuse(error: CSRFError) -> ResponseReturnValue:
    """Offer everything typed to be sent again; not where another site sent it."""
    if request.endpoint is None or not _from_here():
        return render_template("errors/error.html", heading=_("This was not sent from here"), act_url=login.landing(),
                               act_label=_("Go on"), sentence=_("Another page tried to send this. Nothing was done.")
                               ), 400
    log.info("csrf: %s", error.description)
    return render_template("errors/error.html", heading=_("Please send it again"), again=destination.typed(),
                           sentence=_("This page was open for long. Your text is kept."), act_url=destination.here(),
                           act_label=_("Send it again")), 400
