"""Everything inside one project: the same pages for every party."""

from cocreate.views.room import (
    accessions,
    agreements,
    assessments,
    canvases,
    charter,
    contracts,
    documents,
    duties,
    endings,
    gates,
    holds,
    notes,
    now,
    nudges,
    passing,
    people,
    previews,
    proposals,
    records,
    rules,
    sharing,
    short_agreements,
    signing,
    stages,
    talk,
    task_list,
    tasks,
    versions,
    words_by_mail,
)
from cocreate.views.room.blueprint import bp

__all__ = ["accessions", "agreements", "assessments", "bp", "canvases", "charter", "contracts", "documents", "duties",
           "endings", "gates", "holds", "notes", "now", "nudges", "passing", "people", "previews", "proposals",
           "records", "rules", "sharing", "short_agreements", "signing", "stages", "talk", "task_list", "tasks",
           "versions", "words_by_mail"]
