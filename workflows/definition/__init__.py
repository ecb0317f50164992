"""A workflow definition: the frozen value that a published template version is.

Outside it is YAML (``workflows.exchange``), inside canonical JSON whose SHA-256 names the version. Nothing here is
evaluated: conditions, rules and placeholders come from closed sets, texts are texts.
"""

from workflows.definition.stages import (
    AtLeast,
    Audience,
    Due,
    Gate,
    Kind,
    Moment,
    ReminderRule,
    Seat,
    Stage,
    Task,
    Transition,
)
from workflows.definition.terms import Annex, Clause, DecideRule, DutyRule, PartyDetails
from workflows.definition.whole import Definition, from_json

__all__ = ["Annex", "AtLeast", "Audience", "Clause", "DecideRule", "Definition", "Due", "DutyRule", "Gate", "Kind",
           "Moment", "PartyDetails", "ReminderRule", "Seat", "Stage", "Task", "Transition", "from_json"]
