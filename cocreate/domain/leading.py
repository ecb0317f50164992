"""Who leads for a party: a champion, invited or there; and who looks after the project for its host."""

from workflows.facts import Facts, MemberFact


def led(facts: Facts, party: int, *, but: int | None = None) -> bool:
    """Whether somebody leads for a party, invited or there."""
    return any("champion" in member.own and member.person != but for member in facts.people(party, "champion"))


def is_first(facts: Facts, member: MemberFact | None) -> bool:
    """Whether this is the one champion of a party: whom an account manager without a seat looks after."""
    return member is not None and member.party is not None and "champion" in member.own and not led(
        facts, member.party, but=member.person)


def shared_with(facts: Facts, member: MemberFact) -> bool:
    """Whether an account manager is in it beside the one who looks after the project."""
    return "manager" in member.own and facts.project.manager_id not in (None, member.person)


def in_charge(facts: Facts, member: MemberFact) -> bool:
    """Whether this account manager looks after the project."""
    return "manager" in member.own and not shared_with(facts, member)
