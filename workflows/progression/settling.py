"""Everything that follows of itself, drawn until nothing follows any more."""

from workflows import engine
from workflows.facts import Facts
from workflows.progression.dates import date_tasks
from workflows.progression.decisions import lapse, open_gates
from workflows.progression.papers import end_outdated_agreements, end_outdated_contract, made_again_at
from workflows.progression.stages import enter
from workflows.progression.tasks import (
    accept_unopposed,
    ask_who_is_there,
    call_off,
    end_absences,
    follow_answers,
    leave,
)


def settle(facts: Facts) -> Facts:
    """Draw every consequence of the facts, until nothing follows any more."""
    if facts.ended:
        return facts
    for consequence in (end_outdated_agreements, leave, follow_answers, end_absences, ask_who_is_there,
                        accept_unopposed, call_off, date_tasks, end_outdated_contract, lapse, open_gates):
        facts = consequence(facts)
    if facts.on_hold:
        return facts  # no stage begins before the project goes on
    if (earlier := made_again_at(facts)) is not None:
        return settle(enter(facts, earlier))
    key = engine.automatic(facts)
    return settle(enter(facts, facts.definition.transitions[key].to)) if key else facts
