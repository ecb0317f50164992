"""What follows of itself: entering a stage, opening gates, lapsing decisions, ending a contract, going on.

Facts in, facts out. ``settle`` is called after every act, so no act has to remember the consequences of its change, and
nothing else here draws them.
"""

from workflows.progression.dates import TO_CHECK, check_by, due_at
from workflows.progression.decisions import subject
from workflows.progression.papers import contract_inputs, end_agreement, end_contract, excuse
from workflows.progression.settling import settle
from workflows.progression.stages import (
    days_on_hold,
    due_after_hold,
    enter,
    go_back,
    join,
    resume,
    target_after_hold,
)
from workflows.progression.tasks import open_to, reopen

__all__ = ["TO_CHECK", "check_by", "contract_inputs", "days_on_hold", "due_after_hold", "due_at", "end_agreement",
           "end_contract", "enter", "excuse", "go_back", "join", "open_to", "reopen", "resume", "settle", "subject",
           "target_after_hold"]
