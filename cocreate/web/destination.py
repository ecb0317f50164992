"""Where somebody was going and what they sent, when something had to come first: signing in, the password, a new token.

The place lies in the cookie, signed: an endpoint and its ids, never an address. What was sent goes through the page.
"""

import logging
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import current_app, request, url_for
from flask import session as cookie
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError

log = logging.getLogger(__name__)

SECRET_FIELDS = re.compile(r"(.*_)?password|current|secret|code|csrf_token")
MOST_ASKED = 500  # bytes after the question mark of an address that is remembered
NOT_TYPED = frozenset({"key", "csrf_token", "visit", "seen", "party", "number", "version"})  # the page's own
_BACK = "back"
HOME = "portal.home"


def remember() -> None:
    """Keep where this request was going, to come back to exactly here."""
    if not _remember(request.path, request.query_string.decode("latin-1")):
        cookie.pop(_BACK, None)


def follow(address: str) -> None:
    """Keep where a mailed link leads besides, unless this browser knows where it was going."""
    path, _, query = address.partition("?")
    if not keeps():
        _remember(path, query)


def _remember(path: str, query: str) -> bool:
    """Whether there is a page."""
    if (found := _page_at(path)) is None:
        return False
    endpoint, ids = found
    keep(endpoint, **{**_asked(query), **ids})
    return True


def _page_at(path: str) -> tuple[str, dict[str, Any]] | None:
    try:
        endpoint, ids = current_app.url_map.bind("").match(path, "GET")
    except HTTPException:
        return None
    return endpoint, dict(ids)


def came_from() -> str:
    """The way back of who does not go on: the page with the link or button, else the project, else home."""
    there = urlsplit(request.referrer or "")
    page = _page_at(there.path) if there.netloc == request.host else None
    if page and not page[0].startswith("auth."):
        address = url_for(page[0], **{**_asked(there.query), **page[1]})
        if address != _address():  # that would lead here again
            return address
    endpoint, ids = cookie.get(_BACK, (HOME, {}))
    return url_for("room.now", ref=ids["ref"]) if endpoint.startswith("room.") else url_for(HOME)


def is_page() -> bool:
    """Whether the address to which this was sent also shows a page."""
    return _page_at(request.path) is not None


def keep(endpoint: str, **ids: object) -> None:
    """To go there, wherever this request was going."""
    cookie[_BACK] = endpoint, ids


def keeps() -> bool:
    """Whether somebody was on the way to a page; home is where everybody arrives."""
    return _BACK in cookie and bool(cookie[_BACK][0] != HOME)


def carry_over() -> None:
    """Forget everything in the cookie but this."""
    back = cookie.get(_BACK)
    cookie.clear()
    if back:
        cookie[_BACK] = back


def take() -> str | None:
    """The address of the remembered place, once."""
    address = _address()
    cookie.pop(_BACK, None)
    return address


def mailed() -> str:
    """The address of the remembered place, for a link that may be opened in another browser.

    Empty for one with a secret: whoever mistypes their address would have it mailed to somebody else.
    """
    return _address() or "" if keeps() and "token" not in cookie[_BACK][1] else ""


def _address() -> str | None:
    endpoint, ids = cookie.get(_BACK, (None, None))
    if endpoint:
        try:
            return url_for(endpoint, **ids)
        except (BuildError, TypeError, ValueError):  # remembered by an older version of the program
            log.info("a remembered place is gone")
    return None


def here() -> str:
    """The address of this request, made anew."""
    asked = _asked(request.query_string.decode("latin-1"))
    return url_for(str(request.endpoint), **{**asked, **(request.view_args or {})})


def _asked(query: str) -> dict[str, list[str]]:
    """What an address says after its question mark: which of several things the page is about.

    Not what would tell ``url_for`` where an address leads, and no more than a cookie can hold.
    """
    if len(query) > MOST_ASKED:
        return {}
    return {name: values for name, values in parse_qs(query, keep_blank_values=True).items()
            if name.isidentifier() and not name.startswith("_") and name not in ("endpoint", "self")}


# What was sent


def typed() -> list[tuple[str, str]]:
    """What the request's form held, but secrets; nothing where it was too large to be read."""
    try:
        sent = request.form
    except HTTPException:
        return []
    return [(name, value) for name, value in sent.items(multi=True) if not SECRET_FIELDS.fullmatch(name)]


def seal(person: int) -> str | None:
    """Place and form of this request, to be sent again by this person only; None where nobody typed anything."""
    sent = typed()
    if any(text.strip() for name, text in sent if name not in NOT_TYPED):
        files = [one.filename for one in request.files.values() if one.filename]
        return str(_carrier().dumps([person, here(), sent, files]))
    return None


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent, and where to. files: names of those that have to be chosen again."""

    place: str
    typed: list[tuple[str, str]]
    files: list[str]


def unseal(given: str, person: int) -> Sent | None:
    """What this person sent; the remembered place is not needed then. None where nothing was."""
    try:
        whose, place, sent, files = _carrier().loads(given)
    except (BadSignature, ValueError):
        return None
    if whose != person:
        return None
    cookie.pop(_BACK, None)
    return Sent(str(place), [(str(name), str(text)) for name, text in sent], [str(name) for name in files])


def _carrier() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="cocreate typed before proof")
