"""The blueprint of the room; closed until its routes are classified in ``views.policy``."""

from flask import Blueprint

bp = Blueprint("room", __name__, url_prefix="/p/<ref>")
