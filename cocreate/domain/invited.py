"""Who has to answer an invitation before anything else: nobody begins, decides or signs before they have come in."""

from collections.abc import Collection

from workflows.facts import Facts, MemberFact
from workflows.refusals import Refusal

# Reasons that lie with people who are asked by name, while nothing of theirs is there. Of a draft others are told as
# of nothing, so that nobody learns that there is one.
_LIES_WITH_PEOPLE = frozenset({"task.not_begun", "task.draft", "gate.missing", "agreement.open", "canvas.unwritten",
                               "contract.unsigned"})


def awaited(facts: Facts, refusal: Refusal, own: int | None) -> MemberFact | None:
    """Whose answer to an invitation a reason waits for, as the party ``own`` is told; None where it is another."""
    if refusal.code not in _LIES_WITH_PEOPLE or refusal.values.get("some"):
        return None
    if refusal.code == "task.draft" and refusal.party == own:
        return None
    return first_to_come(facts, _asked(facts, refusal))


def first_to_come(facts: Facts, persons: Collection[int | None]) -> MemberFact | None:
    """Of those who are asked the one who was invited first; None where somebody of them has come in."""
    found = [member for person in persons if (member := facts.member(person)) and member.left_at is None]
    if any(member.accepted_at is not None for member in found):
        return None
    return min(found, key=lambda member: (member.expired_at is not None, member.invited_at or facts.now), default=None)


def _asked(facts: Facts, refusal: Refusal) -> Collection[int | None]:
    if refusal.code == "canvas.unwritten":
        return [member.person for member in facts.people(refusal.party, "champion")]
    persons: Collection[int | None] = refusal.values.get("persons") or (refusal.values.get("person"),)
    return persons
