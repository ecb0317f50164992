"""Everything inside one project: the same pages for every party."""

from cocreate.views.room import (
    agreements,
    charter,
    contracts,
    documents,
    duties,
    endings,
    gates,
    holds,
    now,
    nudges,
    people,
    proposals,
    records,
    rules,
    stages,
    tasks,
)
from cocreate.views.room.blueprint import bp

__all__ = ["agreements", "bp", "charter", "contracts", "documents", "duties", "endings", "gates", "holds", "now", "nudges",
           "people", "proposals", "records", "rules", "stages", "tasks"]
