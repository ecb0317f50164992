"""Nudging: a line of one's own words to who owes something, at most once in two working days per ask and party."""

from dataclasses import dataclass, replace

from cocreate.domain import audience
from cocreate.domain.nudges import asks, next_possible
from cocreate.domain.rights import Act
from cocreate.errors import Conflict, Invalid
from cocreate.services.acts.change import Change, Letter, require
from workflows.facts import Facts, NudgeFact
from workflows.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Nudge:
    """Nudge whoever of ``party`` owes ``subject`` (``str(hearing.Subject)``).

    missing: what the contract lacks, where it is about that.
    """

    subject: str
    party: int
    words: str
    missing: tuple[Refusal, ...] = ()


def nudge(facts: Facts, given: Nudge) -> Change:
    actor = require(facts, Act.NUDGE)
    known = replace(facts, missing=given.missing)
    owed = next((ask for ask in asks(known) if (ask.subject, ask.party) == (given.subject, given.party)), None)
    if owed is None:
        raise Conflict("nudge.done")
    persons = tuple(person for person in owed.persons if person != actor.person)
    if not persons:
        raise Conflict("nudge.nobody", party=given.party)
    possible = next_possible(facts, given.subject, given.party)
    if possible is not None:
        raise Conflict("nudge.soon", possible=possible, party=given.party)
    words = given.words.strip()
    if not words:
        raise Invalid("nudge.words", field="words")
    sees = audience.bit(given.party) | audience.reader(actor)
    return Change(
        facts=facts.with_nudge(NudgeFact(given.subject, given.party, facts.now, actor.person)), party=actor.party,
        sees=sees, details={"subject": given.subject, "of": given.party, "persons": list(persons)},
        personal={"reason": words}, answer={"persons": list(persons)},
        letters=tuple(Letter("nudge", person, given.subject) for person in persons))


