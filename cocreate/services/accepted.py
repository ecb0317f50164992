"""What counts: the answers of every accepted task, for acts as they are, for a reader as far as they may see them."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.domain import audience
from cocreate.domain.answers import Answer, Counting, Kept
from cocreate.domain.composing import called
from cocreate.domain.spelling import decode
from cocreate.models.work import Contribution
from cocreate.papers import paper_words
from workflows.facts import Facts, TaskState


def answers(session: Session, facts: Facts) -> Counting:
    """(task, party) -> number and answers of the version that counts, of every accepted task, whoever sees them."""
    return {(row.task, row.party): (row.number, decode(row.answers, facts.definition.tasks[row.task][1]))
            for row in _counting(session, facts)}


def readable(session: Session, facts: Facts) -> Counting:
    """The same as the facts' actor may see it: what is kept from them says only that it is."""
    return {(row.task, row.party): (row.number, _kept(facts, row)) for row in _counting(session, facts)}


def audiences(session: Session, facts: Facts, paths: Collection[str]) -> Iterator[int]:
    """Who sees each answer that counts and stands at one of these paths."""
    for row in _counting(session, facts):
        stage, narrower = facts.definition.tasks[row.task][0], json.loads(row.narrower)
        yield from (narrower.get(key, row.sees) for key in json.loads(row.answers)
                    if f"{stage}.{row.task}.{key}" in paths)


def _counting(session: Session, facts: Facts) -> Iterator[Any]:
    accepted = {(t.key, t.party): t.number for t in facts.tasks if t.state is TaskState.ACCEPTED and t.number}
    rows = session.execute(
        select(Contribution.task, Contribution.party, Contribution.number, Contribution.answers, Contribution.sees,
               Contribution.narrower).where(Contribution.project_id == facts.project.id))
    return (row for row in rows if accepted.get((row.task, row.party)) == row.number)


def _kept(facts: Facts, row: Any) -> dict[str, Answer]:
    """Answers by which a contract is composed: of a value that is kept the words instead, of a gap not its reason."""
    narrower, mask, found = json.loads(row.narrower), audience.of_reader(facts), {}
    for key, answer in decode(row.answers, facts.definition.tasks[row.task][1]).items():
        sees = narrower.get(key, row.sees)
        if not sees & mask:
            answer = Answer(not_available="") if answer.not_available is not None else Answer(
                Kept(kept_words(facts, f"{facts.definition.tasks[row.task][0]}.{row.task}.{key}", sees)))
        found[key] = answer
    return found


def kept_words(facts: Facts, path: str, sees: int, said: Callable[[str, str, Sequence[str]], str] = paper_words.kept,
               ) -> str:
    """What stands in a contract instead of a value that its reader may not see yet, or of what hangs on it."""
    language = facts.project.language
    names = [facts.party(number).name for number in audience.parties_in(sees, [p.number for p in facts.present])]
    return said(language, called(facts.definition, path, language), names)
