"""What a contract says of each party: what the party gave of itself, else what is known of it here."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.domain import countries
from cocreate.domain.answers import Counting, Kept, answer_at
from cocreate.domain.contract import ContractParty, Gap, Signatory
from cocreate.domain.saying import say
from cocreate.models.hosts import Host, Organisation
from cocreate.models.projects import AffectedGroup, Party
from cocreate.papers import paper_words
from workflows.facts import Facts, PartyFact
from workflows.texts import say as in_language


def parties(session: Session, facts: Facts, counting: Counting, named: Sequence[PartyFact],
            signing: Sequence[PartyFact], *, required: bool = True) -> tuple[ContractParty, ...]:
    """Every party as the contract names it. required: whether what it has to say of itself may not be missing."""
    language = facts.project.language
    kinds, known = paper_words.kinds(language), {number: (kind, country) for number, kind, country in session.execute(
        select(Party.number, Organisation.kind, Organisation.country)
        .join(Organisation, Organisation.id == Party.organisation).where(Party.project_id == facts.project.id))}

    def described(party: PartyFact) -> ContractParty:
        kind, country = known[party.number]
        seat, said = facts.definition.parties[party.seat], details(facts, counting, party.number)
        gaps = _blank(facts, said) if required and seat.signs else ()
        blank = (paper_words.phrases(language).not_given.format(label=gap.label) for gap in gaps)
        return ContractParty(
            number=party.number, seat=party.seat, role=in_language(seat.name, language),
            organisation=party.name, kind=kinds.get(kind, ""),
            country=countries.name(country, language) if country else "", signs=party in signing,
            signatories=signatories(facts, said, party.number) if party in signing else (),
            address=said.get("address") or next(blank, ""), gaps=gaps,
            registered=paper_words.registered(language, said["number"]) if "number" in said else "")

    return tuple(map(described, named))


def countries_of(session: Session, facts: Facts) -> tuple[str, ...]:
    """Of the host and the parties, as far as they are known."""
    host = session.scalar(select(Host.country).where(Host.id == facts.project.host_id))
    return (host or "", *session.scalars(
        select(Organisation.country).join(Party, Party.organisation == Organisation.id)
        .where(Party.project_id == facts.project.id).order_by(Party.number)))


def details(facts: Facts, counting: Counting, party: int) -> dict[str, str]:
    """What a party gave of itself, in the words of the contract: of its signatory, authority, address and number."""
    found = {}
    for name, path in facts.definition.party_details.named():
        _, task, key = path.split(".")
        answer = answer_at(counting, path, party)
        if answer is not None and answer.value is not None:
            field = facts.definition.tasks[task][1].fields[key]
            if name == "address" or not isinstance(answer.value, Kept):
                found[name] = say(field, answer, language=facts.project.language, bare=True)
    return found


def signatories(facts: Facts, said: dict[str, str], party: int) -> tuple[Signatory, ...]:
    """Who signs for a party: whom it named, before it named anybody who can sign for it here."""
    if "signatory" in said:
        return (Signatory(said["signatory"], said.get("authority", "")),)
    return tuple(Signatory(member.name) for member in facts.people(party, "signatory"))


def affected(session: Session, facts: Facts) -> tuple[str, ...]:
    return tuple(session.scalars(select(AffectedGroup.name).where(AffectedGroup.project_id == facts.project.id)
                                 .order_by(AffectedGroup.number)))


def _blank(facts: Facts, said: dict[str, str]) -> tuple[Gap, ...]:
    path = facts.definition.party_details.address
    if path is None or "address" in said:
        return ()
    _, task, key = path.split(".")
    label = facts.definition.tasks[task][1].fields[key].label
    return (Gap("address", path, in_language(label, facts.project.language)),)
