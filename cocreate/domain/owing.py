"""Who owes a dated row of the agreed terms: the party it names, where the contract binds it, and nobody by guess."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from cocreate.domain.answers import Answer, Row, rows_of
from cocreate.domain.names import skeleton
from workflows.definition import DutyRule
from workflows.facts import Facts, PartyFact
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Offered:
    """Whom a form offers: ``parties`` where it asks for one, ``bound`` where it asks who owes a row of the contract.

    known: skeletons of every word for one who is bound.

    lists: the words of other columns that come from a list.
    """

    columns: frozenset[tuple[str, str]] = frozenset()  # (field, column)
    parties: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()
    lists: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def knows(self, name: str) -> bool:
        return skeleton(name) in self.known


def offered(facts: Facts, task: str) -> Offered:
    """The parties that are there, in the order of the contract, and the columns of this task in which one is chosen."""
    place = f"{facts.definition.tasks[task][0]}.{task}."
    columns = frozenset((rule.rows.removeprefix(place), rule.party) for rule in facts.definition.duties
                        if rule.rows.startswith(place))
    words = {word for party in facts.bound for word in _words_for(facts, party)}
    names, bound = (tuple(party.name for party in parties) for parties in (facts.present, facts.bound))
    return Offered(columns, names, bound, frozenset(words))


def dated(rule: DutyRule, answer: Answer | None) -> Iterator[tuple[str, date, Answer | None]]:
    """(what, day, who is named) of every row that becomes a duty."""
    rows: tuple[Row, ...] = rows_of(answer) if answer is not None else ()
    for row in rows:
        what, due = row.get(rule.what), row.get(rule.due)
        if what is not None and due is not None and isinstance(due.value, date):
            yield str(what.value), due.value, row.get(rule.party)


def owing(facts: Facts, named: Answer | None) -> tuple[int, ...]:
    """The bound party that is named, or each in the seat that is named: nobody owes what they do not sign."""
    words = skeleton(str(named.value)) if named is not None else ""
    by_name = tuple(party.number for party in facts.bound if words == skeleton(party.name))
    return by_name or tuple(party.number for party in facts.bound if words in _words_for(facts, party))


def _words_for(facts: Facts, party: PartyFact) -> tuple[str, str, str]:
    """Its name, and its seat by key and by name."""
    seat = say(facts.definition.parties[party.seat].name, facts.project.language)
    return skeleton(party.name), skeleton(party.seat), skeleton(seat)


def nobodys(facts: Facts, path: str, answer: Answer | None) -> str | None:
    """The first name in the dated rows of a field that is no bound party's; None where each row has its party."""
    return next((str(named.value) if named is not None else "" for rule in facts.definition.duties
                 if rule.rows == path for _, _, named in dated(rule, answer) if not owing(facts, named)), None)
