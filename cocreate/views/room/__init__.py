"""Everything inside one project: the same pages for every party."""

from flask import Blueprint

bp = Blueprint("room", __name__, url_prefix="/p/<ref>")

from cocreate.views.room import (  # noqa: E402 - their routes register on bp
    contracts,
    documents,
    gates,
    now,
    people,
    records,
    rules,
    stages,
    tasks,
)

__all__ = ["bp", "contracts", "documents", "gates", "now", "people", "records", "rules", "stages", "tasks"]
