"""Who has not answered an invitation: one sentence, whatever it is that waits for it, so that it is said once."""

from collections.abc import Callable

from cocreate import words
from cocreate.words import Reader
from workflows.facts import Facts, MemberFact


def unanswered(facts: Facts, member: MemberFact, reader: Reader, named: Callable[[str], str] = str) -> str:
    """Of an organisation where nobody of it has come in, else of the person. named: how a mail writes a name."""
    own = next((party.name for party in facts.parties if party.number == member.party), "")
    said = {"name": named(member.name), "party": named(own)}
    if member.expired_at is not None:
        return reader.gettext("The invitation of %(name)s to act for %(party)s expired on %(date)s, unanswered.",
                              date=words.day(member.expired_at, reader), **said)
    day = words.day(member.invited_at or facts.project.opened_at, reader)
    if any(one.present and one.party == member.party for one in facts.members):
        return reader.gettext("%(name)s has not answered the invitation of %(date)s to act for %(party)s.", date=day,
                              **said)
    return reader.gettext("%(party)s has not answered the invitation of %(date)s (%(name)s).", date=day, **said)
