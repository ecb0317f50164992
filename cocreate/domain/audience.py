"""Who sees a thing, as one number: a bit per reader, so that a database compares it and an intersection is ``&``.

Bit 0 is the facilitator, bit 1 an account manager of the host without a seat, bit n + 1 the party with number n.
"All" is everybody who is there at that moment: who joins later sees nothing from before by itself.
"""

from collections.abc import Iterable
from datetime import datetime

from workflows.definition import Audience
from workflows.facts import Facts, MemberFact, TaskFact
from workflows.values import replace

FACILITATOR, MANAGER, ALL = 1, 2, -1


def bit(party: int) -> int:
    return 1 << (party + 1)


def everybody(facts: Facts) -> int:
    """All parties that are there now, the facilitator and the host's account manager."""
    return FACILITATOR | MANAGER | of_parties(party.number for party in facts.present)


def of_parties(numbers: Iterable[int]) -> int:
    return sum(bit(number) for number in set(numbers))


def audience(visible_to: Audience | None, facts: Facts, *, giver: int) -> int:
    """The audience a definition names, as seen from the party that gives the thing."""
    match visible_to:
        case None | "all":
            return everybody(facts)
        case "own":
            return bit(giver)
        case "facilitator":
            return bit(giver) | FACILITATOR
        case seats:
            return bit(giver) | of_parties(party.number for party in facts.holders(seats))


def of_task(facts: Facts, task: TaskFact) -> int:
    """Who may see what a party gives for a task, field by field perhaps fewer."""
    return audience(facts.definition.tasks[task.key][1].visible_to, facts, giver=task.party)


def reader(member: MemberFact | None) -> int:
    """The bits by which one person reads: 0 sees nothing."""
    if member is None:
        return 0
    if member.party is not None:
        return bit(member.party)
    return (FACILITATOR if "facilitator" in member.parts else 0) | (MANAGER if "manager" in member.parts else 0)


def of_reader(facts: Facts) -> int:
    """The bits by which the facts' actor reads; nobody in particular reads everything."""
    return reader(facts.actor) if facts.actor else ALL


def parties_in(mask: int, numbers: Iterable[int]) -> tuple[int, ...]:
    """Those of ``numbers`` that are in the audience, in their order."""
    return tuple(number for number in numbers if mask & bit(number))


def came_late(facts: Facts) -> datetime | None:
    """When the party of the facts' actor came in, where there was something before."""
    joined = facts.party(facts.own).joined_at if facts.own is not None else None
    return joined if joined is not None and joined > facts.project.opened_at else None


def without_earlier(facts: Facts) -> Facts:
    """The facts as who came in later may see them: no word that others wrote before. For pages, never for acts."""
    if (joined := came_late(facts)) is None:
        return facts
    return replace(
        facts,
        tasks=tuple(replace(t, reason=None, outsider=None) if t.since < joined else t for t in facts.tasks),
        decisions=tuple(replace(d, reason=None, wanted=None) if d.since < joined else d for d in facts.decisions))


def takes_part(facts: Facts, member: MemberFact | None, paper: str) -> bool:
    """Whether a paper binds the party of a member, or is asked of it; who is of no party helps with all of them."""
    bound = (*facts.signers(paper), *facts.acceding(paper)) if paper else facts.bound
    return member is not None and (member.party is None or member.party in {party.number for party in bound})
