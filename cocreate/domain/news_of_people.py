"""What happened to people and parties: who came, who said no, who went, who took over."""

from collections.abc import Iterator

from cocreate.domain.hearing import News, Subject
from cocreate.domain.leading import shared_with
from workflows.facts import Facts, MemberFact

NOBODYS = 0  # no party's own matter: to every champion it is one of others


def everything(before: Facts, after: Facts) -> Iterator[News]:
    yield from _members(before, after)
    yield from _parties(before, after)
    yield from _handed_over(before, after)


def _members(before: Facts, after: Facts) -> Iterator[News]:
    old = {member.person: member for member in before.members}
    for member in after.members:
        was = old.get(member.person)
        if was is member:
            continue
        subject = Subject("member", str(member.person))
        if was is None or was.left_at is not None:
            if member.left_at is None and member.accepted_at is None:
                yield News("invitation", subject, member.party, (member.person,))
            elif member.left_at is None and shared_with(after, member):
                yield News("joined", subject, NOBODYS, (member.person,))
            continue
        if was.accepted_at is None and member.accepted_at is not None:
            yield News("invitation_accepted", subject, member.party)
        elif was.accepted_at is None and member.left_at is not None:
            if after.actor is None or after.actor.person == member.person:  # else it was taken back
                yield News("invitation_declined", subject, member.party)
        elif member.left_at is not None and _alone(before, after, member):
            yield News("left", subject, NOBODYS if shared_with(before, was) else member.party, _let_go(after, member))


def _parties(before: Facts, after: Facts) -> Iterator[News]:
    old = {party.number: party for party in before.parties}
    for party in after.parties:
        was = old.get(party.number)
        if was is None and before.project.version:
            yield News("joined", Subject("party", str(party.number)), party.number)
        elif was is not None and was.left_at is None and party.left_at is not None:
            yield News("left", Subject("party", str(party.number)), party.number, _let_go(
                after, *(member for member in before.members if member.party == party.number and member.present)))


def _handed_over(before: Facts, after: Facts) -> Iterator[News]:
    if before.project.manager_id not in (None, after.project.manager_id):
        to = (after.project.manager_id or 0,)
        # An administrator hands over all projects at once, and one mail about the account names them.
        yield News("handed_over", Subject("project", ""), None, to, told=to if after.actor is None else ())
    begun = {absence.number for absence in before.absences if absence.runs}
    for absence in after.absences:
        if absence.runs and absence.number not in begun:
            substitute = after.member(absence.substitute)
            yield News("handed_over", Subject("absence", str(absence.number)), substitute.party if substitute else None,
                       (absence.substitute,))


def _let_go(facts: Facts, *members: MemberFact) -> tuple[int, ...]:
    """Of those who are out who is told of it; what an administrator ends for somebody is told with all of it."""
    return tuple(member.person for member in members) if facts.actor is not None else ()


def _alone(before: Facts, after: Facts, member: MemberFact) -> bool:
    """Whether somebody goes as a person: neither with the whole party nor by handing the project over."""
    if member.person == before.project.manager_id != after.project.manager_id:
        return False
    return member.party is None or after.party(member.party).left_at is None
