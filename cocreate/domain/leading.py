"""Who leads for a party: a champion, invited or there."""

from workflows.facts import Facts, MemberFact


def led(facts: Facts, party: int, *, but: int | None = None) -> bool:
    """Whether somebody leads for a party, invited or there."""
    return any("champion" in member.own and member.person != but for member in facts.people(party, "champion"))


def is_first(facts: Facts, member: MemberFact | None) -> bool:
    """Whether this is the one champion of a party: whom an account manager without a seat looks after."""
    return member is not None and member.party is not None and "champion" in member.own and not led(
        facts, member.party, but=member.person)
