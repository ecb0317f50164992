"""Who owes a dated row of the agreed terms: the party it names, and nobody by guess."""

from collections.abc import Iterator
from datetime import date

from cocreate.domain.answers import Answer, Row, rows_of
from cocreate.domain.names import skeleton
from workflows.definition import DutyRule
from workflows.facts import Facts
from workflows.texts import say


def dated(rule: DutyRule, answer: Answer | None) -> Iterator[tuple[str, date, Answer | None]]:
    """(what, day, who is named) of every row that becomes a duty."""
    rows: tuple[Row, ...] = rows_of(answer) if answer is not None else ()
    for row in rows:
        what, due = row.get(rule.what), row.get(rule.due)
        if what is not None and due is not None and isinstance(due.value, date):
            yield str(what.value), due.value, row.get(rule.party)


def owing(facts: Facts, named: Answer | None) -> tuple[int, ...]:
    """The party that is named, or each in the seat that is named; none where it is neither."""
    words = skeleton(str(named.value)) if named is not None else ""
    by_name = tuple(party.number for party in facts.present if words == skeleton(party.name))
    return by_name or tuple(party.number for party in facts.present if words in (skeleton(party.seat), skeleton(
        say(facts.definition.parties[party.seat].name, facts.project.language))))


def nobodys(facts: Facts, path: str, answer: Answer | None) -> str | None:
    """The first name in the dated rows of a field that is no party's; None where each row has its party."""
    return next((str(named.value) if named is not None else "" for rule in facts.definition.duties
                 if rule.rows == path for _, _, named in dated(rule, answer) if not owing(facts, named)), None)
