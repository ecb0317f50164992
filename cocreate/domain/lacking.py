"""What keeps a text from being made ready: what a party has not said of itself, who signs, what clauses lack. Pure."""

from collections.abc import Iterator

from cocreate.domain import settling
from cocreate.domain.answers import Answers
from cocreate.domain.contract import ContractParty, ContractText, Gap
from cocreate.domain.names import holds_name
from cocreate.errors import Invalid
from workflows.facts import Facts, MemberFact, TaskFact
from workflows.refusals import Refusal

VALUE, ADDRESS, SIGNATORY = "contract.value", "contract.address", "contract.signatory"
KEPT = "contract.lacks"  # something of which a reader may not know what it is
CODES = frozenset({VALUE, ADDRESS, SIGNATORY, KEPT})


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
            yield Invalid(ADDRESS, party=party.number, label=gap.label, task=gap.path.split(".")[1],
                          path=gap.path)
        if others := signs_instead(party, facts):
            path = facts.definition.party_details.signatory or ""
            yield Invalid(SIGNATORY, party=party.number, task=path.split(".")[1],
                          named=", ".join(one.name for one in party.signatories),
                          persons=tuple(member.person for member in others))


def missing(text: ContractText, facts: Facts) -> Iterator[Refusal]:
    """Each thing that is missing, of the party that can say it: what ``lacking`` refuses, for who shall mend it."""
    since = facts.project.entered_at
    for reason in of_parties(text, facts):
        party = int(str(reason.values["party"]))
        yield Refusal(reason.code, party, reason.values | {"since": since})
    for part, number, clause, gap in _gaps(text):
        yield Refusal(VALUE, _giver(facts, gap.path), {
            part: number, "clause": clause, "path": gap.path, "label": gap.label, "reason": gap.reason, "since": since})


def untold(one: Refusal) -> Refusal:
    """The same for who may not see it: not what somebody wrote, nor which clause stands."""
    if one.code == VALUE:
        return Refusal(KEPT, one.party, {"since": one.values["since"]})
    return Refusal(one.code, one.party, one.values | {"named": "", "reason": ""})


def of_party(facts: Facts, party: int | None) -> tuple[Refusal, ...]:
    """What of it a party can do something about: what it says of itself; any value that nobody has proposed about."""
    return tuple(one for one in facts.missing or () if (
        one.party == party if one.code != VALUE else
        not settling.proposed(facts, one.values["path"], one.values["clause"])))


def owing(facts: Facts) -> tuple[int, ...]:
    """The parties that have to say something, each once: of who they are, or a value that nobody has proposed about."""
    return tuple(dict.fromkeys(one.party for one in facts.missing or () if one.party is not None and (
        one.code != VALUE or not settling.proposed(facts, one.values["path"], one.values["clause"]))))


def _gaps(text: ContractText) -> Iterator[tuple[str, int, str | None, Gap]]:
    """In which clause or annex, and that clause's key."""
    for clause in text.clauses:
        if clause.state != "struck":
            yield from (("n", clause.number, clause.key, gap) for gap in clause.gaps)
    for annex in text.annexes:
        yield from (("annex", annex.number, None, gap) for gap in annex.gaps)


def _giver(facts: Facts, need: str) -> int | None:
    """Whose value it is."""
    path, _at, seat = need.partition("@")
    return next((one.party for one in facts.instances(path.split(".")[1])
                 if not seat or facts.party(one.party).seat == seat), None) if "." in path else None


def signs_instead(party: ContractParty, facts: Facts) -> tuple[MemberFact, ...]:
    """Those who can sign for a party, where the text names for it only others; none where it names one of them."""
    people = facts.people(party.number, "signatory")
    return () if not party.signatories or any(names(party, one.name) for one in people) else people


def named_in_vain(facts: Facts, task: TaskFact, answers: Answers) -> Invalid | None:
    """What an answer will keep from being made ready: it names somebody to sign who cannot sign here."""
    path = facts.definition.party_details.signatory or ""
    answer = answers.get(path.rpartition(".")[2]) if path.split(".")[1:2] == [task.key] else None
    people = facts.people(task.party, "signatory")
    if answer is None or not people or any(holds_name(str(answer.value), one.name) for one in people):
        return None
    return Invalid(SIGNATORY, party=task.party, task=task.key, named=str(answer.value),
                   persons=tuple(member.person for member in people))


def names(party: ContractParty, person: str) -> bool:
    """Whether the text names this person to sign for the party, be it with a title and a function."""
    return any(holds_name(one.name, person) for one in party.signatories)


__all__ = ["ADDRESS", "CODES", "KEPT", "SIGNATORY", "VALUE", "lacking", "missing", "named_in_vain", "names",
           "of_parties", "of_party", "owing", "signs_instead", "untold"]
