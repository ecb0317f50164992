"""Everything inside one project: the same pages for every party."""

from cocreate.views.room import contracts, documents, gates, now, people, records, rules, stages, tasks
from cocreate.views.room.blueprint import bp

__all__ = ["bp", "contracts", "documents", "gates", "now", "people", "records", "rules", "stages", "tasks"]
