"""An assessment: each person of a party answers alone; what counts for the party is how its answers spread.

Single answers are kept with the task until all are in, then only the spread is: who gave which answer is forgotten.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from cocreate.domain.answers import Answer, Answers, Tally
from cocreate.domain.asking import CANNOT_SAY, FEW, SCORES, comments
from cocreate.domain.rights import Act, may
from cocreate.domain.spelling import decode, encode
from workflows.definition import Task
from workflows.facts import Facts, MemberFact, TaskFact, TaskState

APART = Decimal(1)  # means of two parties that are so far apart are talked about
LOW = Decimal(3)
ALIKE = Decimal("0.7")  # agreement within a party, 1 - s²/2 on five points (James, Demaree and Wolf 1984)


def is_assessment(facts: Facts, task: TaskFact) -> bool:
    return facts.task_of(task).kind == "assessment"


def expected(facts: Facts, task: TaskFact) -> tuple[MemberFact, ...]:
    """Everybody of the party who works on tasks and is there; nobody answers for somebody who is away."""
    away = {absence.person for absence in facts.absences if absence.runs}
    return tuple(member for member in facts.members
                 if member.party == task.party and member.person not in away
                 and may(Act.SUBMIT, replace(member, parts=member.own, stands_for=frozenset()), party=task.party,
                         asked=task.asked))


def answered(task: TaskFact) -> frozenset[int]:
    """The people whose answers are there."""
    return frozenset(int(person) for person in json.loads(task.voices or "{}"))


def awaited(facts: Facts, task: TaskFact) -> tuple[MemberFact, ...]:
    """Who has still to answer."""
    if task.state is not TaskState.OPEN:
        return ()
    there = answered(task)
    return tuple(member for member in expected(facts, task) if member.person not in there)


def least(facts: Facts, task: TaskFact) -> int:
    """How many must have answered before the others can be left out: of fewer, single answers could be read."""
    return min(FEW, len(expected(facts, task)))


def enough(facts: Facts, task: TaskFact) -> bool:
    """Whether the answers that are there can count without the others."""
    return bool(task.voices) and len(answered(task)) >= least(facts, task)


def asked(facts: Facts, task: TaskFact) -> tuple[int, ...]:
    """The people of whom a task is asked by name: of an assessment everybody who has not answered."""
    if is_assessment(facts, task):
        return tuple(member.person for member in awaited(facts, task))
    return (task.asked,) if task.asked else ()


def own(facts: Facts, task: TaskFact) -> dict[str, Answer] | None:
    """What the actor answered, while the others are waited for."""
    given = json.loads(task.voices or "{}").get(str(facts.actor.person)) if facts.actor else None
    return decode(given, facts.task_of(task)) if given is not None else None


def with_voice(task: TaskFact, person: int, answers: Answers) -> TaskFact:
    voices = json.loads(task.voices or "{}") | {str(person): encode(answers)}
    return replace(task, voices=json.dumps(voices, ensure_ascii=False, sort_keys=True))


def result(task: Task, voices: str) -> dict[str, Answer]:
    """What the single answers come to: of every statement how often which answer, and all comments without a name."""
    sheets = [decode(sheet, task) for sheet in json.loads(voices or "{}").values()]
    found: dict[str, Answer] = {}
    for comment, key in comments(task).items():
        said = [str(sheet[key].value) for sheet in sheets if key in sheet]
        if said:
            found[key] = Answer(Tally(tuple((score, said.count(score)) for score in (*SCORES, CANNOT_SAY)
                                            if score in said)))
        words = sorted(str(sheet[comment].value) for sheet in sheets if comment in sheet)
        if words:
            found[comment] = Answer("\n\n".join(words))
    return found


@dataclass(frozen=True, slots=True)
class Compared:
    """One statement as the parties answered it. gap: between the means furthest apart, where two parties answered."""

    key: str
    answers: Mapping[int, Tally]  # party -> how its people answered
    gap: Decimal | None
    split: tuple[int, ...]  # parties whose own people do not agree
    low: tuple[int, ...]  # parties that doubt it

    @property
    def apart(self) -> bool:
        return self.gap is not None and self.gap >= APART

    @property
    def differs(self) -> bool:
        return self.apart or bool(self.split)


def compare(task: Task, given: Mapping[int, Answers]) -> tuple[Compared, ...]:
    """Statement by statement, those first in which parties or their people differ most; party -> its answers."""
    lines = [_compared(key, {party: answers[key].value for party, answers in given.items() if key in answers})
             for key in task.statements]
    return tuple(sorted(lines, key=lambda one: (not one.differs, not one.low, -(one.gap or 0))))


def _compared(key: str, values: Mapping[int, object]) -> Compared:
    answers = {party: value for party, value in values.items() if isinstance(value, Tally)}
    means = {party: tally.mean for party, tally in answers.items() if tally.mean is not None}
    gap = max(means.values()) - min(means.values()) if len(means) > 1 else None
    return Compared(key, answers, gap, tuple(party for party, tally in answers.items() if not agrees(tally)),
                    tuple(party for party, mean in means.items() if mean < LOW))


def agrees(tally: Tally) -> bool:
    """Whether the people of one party say much the same; of fewer than three nothing is said."""
    scores = tuple(tally.scores)
    if len(scores) < FEW:
        return True
    mean = Decimal(sum(scores)) / len(scores)
    variance = sum(((score - mean) ** 2 for score in scores), Decimal(0)) / (len(scores) - 1)
    return 1 - variance / 2 >= ALIKE
