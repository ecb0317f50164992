"""What a review says has to change: until that is opened again, or its party agrees all the same. Pure."""

import json
from collections.abc import Iterator

from cocreate.domain import audience
from cocreate.domain.answers import Answers
from cocreate.domain.asking import CHANGE, REMARKS, VERDICT, chosen_in
from cocreate.domain.taking import can_reopen, is_theirs
from workflows.facts import Facts, TaskFact, TaskState


def says_change(review: TaskFact) -> bool:
    return CHANGE in json.loads(review.chosen).get(VERDICT, ())


def wanted_change(answers: Answers) -> str | None:
    """The remarks of a review that asks for a change, maybe none; None where it asks for none."""
    if CHANGE not in chosen_in(answers.get(VERDICT)):
        return None
    remarks = answers.get(REMARKS)
    return str(remarks.value or "") if remarks else ""


def doubted(facts: Facts) -> Iterator[tuple[TaskFact, TaskFact]]:
    """(review, what it says has to change): of the running stage, and not changed since."""
    for review in facts.tasks:
        stage, definition = facts.definition.tasks[review.key]
        if definition.reviews and stage == facts.project.stage and review.state is TaskState.ACCEPTED \
                and says_change(review) and not _agreed(facts, definition.reviews, review.party):
            for task in facts.instances(definition.reviews):
                if task.state is TaskState.ACCEPTED and task.since <= review.since:
                    yield review, task


def to_change(facts: Facts) -> tuple[TaskFact, ...]:
    """The reviews about what the actor's own party gave and the actor can open again."""
    return tuple(dict.fromkeys(review for review, task in doubted(facts) if _is_own(facts, review, task)))


def to_open_again(facts: Facts, review: TaskFact) -> tuple[TaskFact, ...]:
    """What the actor can open again of what this review says has to change."""
    return tuple(task for one, task in doubted(facts) if one is review and _is_own(facts, review, task))


def _is_own(facts: Facts, review: TaskFact, task: TaskFact) -> bool:
    sees = audience.audience(facts.task_of(review).visible_to, facts, giver=review.party)
    return task.party == facts.own and bool(sees & audience.of_reader(facts)) and can_reopen(facts, task) and is_theirs(
        facts.actor, task)


def _agreed(facts: Facts, reviewed: str, party: int) -> bool:
    """Whether the party agreed, with what it had said, at a gate about it."""
    return any(decision.agreed for decision in facts.decisions
               if decision.party == party and reviewed in facts.definition.about(decision.gate))
