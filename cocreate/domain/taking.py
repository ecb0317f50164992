"""Who may take a project on, or back."""

from workflows import engine
from workflows.facts import Facts


def can_take(facts: Facts, transition: str) -> bool:
    """Whether the actor is one of those that the template lets take a transition."""
    member = facts.actor
    if member is None or not member.present or not member.parts & {"champion", "signatory", "manager"}:
        return False
    seat = facts.party(member.party).seat if member.party is not None else None
    return engine.may_take(facts, facts.definition.transitions[transition], seat=seat, host="manager" in member.parts)
