"""Pages by audience; every blueprint is closed until its routes are classified in ``policy``."""

from typing import Any

from flask import Flask, Request, current_app, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.routing import IntegerConverter

from cocreate.db import db
from cocreate.forms.base import LARGEST
from cocreate.services import rooms
from cocreate.views import account, admin, auth, desk, policy, portal, room
from cocreate.web import login
from cocreate.web.pages import Entry


class _Whole(IntegerConverter):
    """A number in an address: one that no column could hold is of nothing, like any other that is missing."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **{"max": LARGEST, **more})


class _Request(Request):
    """A request for the head of a page is one to look: a view that asks whether it is a GET must not act on it."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if self.method == "HEAD":  # the answer still loses its body: that follows the environment
            self.method = "GET"


def init_app(app: Flask) -> None:
    app.request_class = _Request
    app.url_map.converters["int"] = _Whole
    app.before_request(policy.check)
    for audience in (auth, account, portal, desk, admin, room):
        app.register_blueprint(audience.bp)
    app.extensions["menu"] = _menu
    app.extensions["landing"] = _landing
    app.extensions["arrival"] = _arrival
    app.extensions["ask_for_proof"] = auth.steps.ask


def _menu() -> list[Entry]:
    """The top bar: what this person can go to, whatever their roles."""
    me = login.me()
    here = (request.endpoint or "").partition(".")[0]
    entries = [Entry(_("Your turn"), url_for("portal.your_turn"), request.endpoint == "portal.your_turn"),
               Entry(_("Projects"), url_for("portal.projects"), request.endpoint == "portal.projects")]
    if me.is_("account_manager"):
        entries.append(Entry(_("Board"), url_for("desk.board", **cookie.get(desk.board.FILTERS, {})), here == "desk"))
    if me.is_("administrator"):
        entries += _administration()
    return entries


def _administration() -> list[Entry]:
    """What administrators go to; mails are files in development only."""
    here = request.endpoint or ""
    entries = [Entry(_("Templates"), url_for("admin.templates"), here.startswith("admin.template")),
               Entry(_("People"), url_for("admin.people"), here.startswith(("admin.people", "admin.person"))),
               Entry(_("Host"), url_for("admin.host"), here.startswith("admin.host")),
               Entry(_("Health"), url_for("admin.health"), here.startswith("admin.health"))]
    if "admin.mails" in current_app.view_functions:
        entries.append(Entry(_("Mails"), url_for("admin.mails"), here in ("admin.mails", "admin.mail")))
    return entries


def _landing() -> str:
    """Account managers come to their board, administrators to templates, everybody else to what is asked of them."""
    me = login.me()
    if me.is_("account_manager"):
        return url_for("desk.board")
    return url_for("admin.templates" if me.is_("administrator") else "portal.your_turn")


def _arrival() -> str:
    """Who takes part in one project only comes into its room."""
    me, url = login.me(), _landing()
    only = rooms.only_one(db.session(), me.id) if not me.roles else None
    return url_for("room.now", ref=only) if only else url
