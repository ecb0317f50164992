"""Whether what the people of a party write stands in mails, or only in the project: their champion says."""

from dataclasses import dataclass

from cocreate.domain.rights import Act
from cocreate.errors import Invalid
from cocreate.services.acts.change import Change, require
from workflows.facts import Facts
from workflows.values import replace


@dataclass(frozen=True, slots=True)
class SetWordsByMail:
    """words: they stand in mails."""

    words: bool


def set_words_by_mail(facts: Facts, given: SetWordsByMail) -> Change:
    own = facts.own
    require(facts, Act.WORDS_BY_MAIL, party=own, on_hold=True)
    party = facts.party(own or 0)
    if party.words_by_mail == given.words:
        raise Invalid("words_by_mail.same", field="kept")
    return Change(facts=facts.with_party(replace(party, words_by_mail=given.words)), party=party.number,
                  details={"words": given.words})
