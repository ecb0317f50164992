"""The blueprint of administrators' pages, and for which host they are."""

from typing import Any

from flask import Blueprint, has_request_context, request

from cocreate.db import db
from cocreate.errors import NotFound
from cocreate.models.hosts import Host
from cocreate.services import hosts
from cocreate.views import once
from cocreate.web import login

bp = Blueprint("admin", __name__, url_prefix="/admin")
bp.before_request(once.again)
once.heed(bp)


@bp.url_defaults
def _same_host(_endpoint: str, values: dict[str, Any]) -> None:
    """Who administers several hosts stays with the one that was chosen."""
    if has_request_context() and request.blueprint == "admin" and "host" in request.args:
        values.setdefault("host", request.args["host"])


def mine() -> list[Host]:
    """The hosts that the reader administers, by name."""
    return hosts.hosts_of(db.session(), login.me().id, hosts.ADMINISTRATOR)


def here() -> Host:
    """The host of this page: the one that was chosen, or the first. Raises: NotFound."""
    wanted = request.args.get("host")
    found = next((host for host in mine() if wanted in (None, host.ref)), None)
    if found is None:
        raise NotFound
    return found
