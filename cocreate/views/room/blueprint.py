"""The blueprint of the room; closed until its routes are classified in ``views.policy``."""

from flask import Blueprint

from cocreate.views import once

bp = Blueprint("room", __name__, url_prefix="/p/<ref>")
once.heed(bp)
