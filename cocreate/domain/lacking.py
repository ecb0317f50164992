"""What keeps a text from being made ready: what a party has not said of itself, who signs, what clauses lack. Pure."""

from collections.abc import Iterator

from cocreate.domain.contract import ContractParty, ContractText
from cocreate.domain.names import holds_name
from cocreate.errors import Invalid
from workflows.facts import Facts, MemberFact


def lacking(text: ContractText, facts: Facts) -> Iterator[Invalid]:
    """Every reason by itself, those of the parties first."""
    yield from of_parties(text, facts)
    clauses = tuple(one.number for one in text.clauses if one.gaps and one.state == "given")
    annexes = tuple(one.number for one in text.annexes if one.gaps)
    if clauses or annexes:
        yield Invalid("contract.gaps", numbers=clauses, annexes=annexes)


def of_parties(text: ContractText, facts: Facts) -> Iterator[Invalid]:
    """A missing address; a signatory whom the party named and who cannot sign here."""
    for party in text.parties:
        for gap in party.gaps:
            yield Invalid("contract.address", party=party.number, label=gap.label, task=gap.path.split(".")[1])
        if others := signs_instead(party, facts):
            path = facts.definition.party_details.signatory or ""
            yield Invalid("contract.signatory", party=party.number, task=path.split(".")[1],
                          named=", ".join(one.name for one in party.signatories),
                          persons=tuple(member.person for member in others))


def signs_instead(party: ContractParty, facts: Facts) -> tuple[MemberFact, ...]:
    """Those who can sign for a party, where the text names for it only others; none where it names one of them."""
    people = facts.people(party.number, "signatory")
    return () if not party.signatories or any(names(party, one.name) for one in people) else people


def names(party: ContractParty, person: str) -> bool:
    """Whether the text names this person to sign for the party, be it with a title and a function."""
    return any(holds_name(one.name, person) for one in party.signatories)


__all__ = ["lacking", "names", "of_parties", "signs_instead"]
