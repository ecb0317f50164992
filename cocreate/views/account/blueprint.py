"""One's own account."""

from flask import Blueprint

from cocreate.views import once

bp = Blueprint("account", __name__, url_prefix="/account")
once.heed(bp)
