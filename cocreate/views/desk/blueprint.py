"""The blueprint of account managers' pages."""

from flask import Blueprint

from cocreate.views import once

bp = Blueprint("desk", __name__, url_prefix="/desk")
once.heed(bp)
