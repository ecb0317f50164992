"""When what is asked is due."""

import json
from collections.abc import Mapping
from datetime import date, datetime

from workflows.calendars import add_working_days, at
from workflows.deadlines import due
from workflows.definition import Due
from workflows.facts import OWED, UNDECIDED, UNFINISHED, Facts, TaskFact, TaskState
from workflows.guards import left_behind, rests
from workflows.values import replace

TO_CHECK = 5  # working days in which a party accepts a contribution or returns it


def due_at(facts: Facts, rule: Due) -> datetime | None:
    """When something that is asked now is due by this rule, as far as it can be known."""
    accepted: dict[str, datetime] = {}
    for task in facts.tasks:
        if task.state is TaskState.ACCEPTED:
            accepted[task.key] = max(task.since, accepted.get(task.key, task.since))
    for task in facts.tasks:  # a date follows the last organisation that was asked
        if task.state in UNFINISHED:
            accepted.pop(task.key, None)
    if rule.after.startswith("field:") and (day := _day_named(facts, rule.after, accepted)) is not None:
        accepted[rule.after] = day
    when = due(_with_rest(facts, rule), stage_entered=facts.project.entered_at, project_opened=facts.project.opened_at,
               accepted=accepted, target=facts.project.target, calendars=facts.calendars)
    if when is None or when > facts.now:
        return when
    # Nobody is late from the first minute: what would lie behind is counted from now.
    return due(Due(days=1 if rule.before else rule.days), stage_entered=facts.now, project_opened=facts.now,
               accepted={}, target=None, calendars=facts.calendars)


def _with_rest(facts: Facts, rule: Due) -> Due:
    """What counts from the stage is due later by the days that the project rested in it, as what was asked before."""
    if rule.before or rule.after != "stage" or not facts.project.rested:
        return rule
    return rule.model_copy(update={"days": rule.days + facts.project.rested})


def _day_named(facts: Facts, after: str, accepted: Mapping[str, datetime]) -> datetime | None:
    """The day in a date field, once all who were asked for it named one: the latest."""
    _, key, name = after.split(".")
    days = [json.loads(task.dates).get(name) for task in facts.instances(key)] if key in accepted else []
    own = facts.calendars[0]
    return at(max(map(date.fromisoformat, days)), own.start, own.zone) if days and all(days) else None


def date_tasks(facts: Facts) -> Facts:
    """Due dates that can be worked out now, because what they follow has happened; none before what it waits for.

    While the project rests none passes: with its going on they move, see ``stages.resume``.
    """
    while not facts.on_hold and (dated := _dated(facts)) is not facts:  # a date that moved moves those that wait for it
        facts = dated
    return facts


def _dated(facts: Facts) -> Facts:
    for task in facts.tasks:
        if task.state not in OWED:
            continue
        asked = facts.task_of(task)
        if task.due_at is not None and not asked.waits_for:
            continue
        if rests(facts, task) or left_behind(facts, task):
            continue
        earlier = [one for key in asked.waits_for for one in facts.instances(key)]
        when = task.due_at
        if when is None or (when <= facts.now and any(_waited_for(facts, one) for one in earlier)):
            when = due_at(facts, asked.due) or when
        if when is not None:
            when = max([when, *(one.due_at for one in earlier if one.due_at and one.state is not TaskState.ACCEPTED)])
        if when != task.due_at:
            facts = facts.with_task(replace(task, due_at=when))
    return facts


def _waited_for(facts: Facts, earlier: TaskFact) -> bool:
    """Whether what waits for this could not begin until now: then it cannot be late either."""
    return earlier.state is not TaskState.ACCEPTED or earlier.since == facts.now


def check_by(facts: Facts) -> datetime:
    """Until when a contribution that is submitted now shall be accepted or returned."""
    return facts.end_of(add_working_days(facts.today, TO_CHECK, facts.calendars))


def undate(facts: Facts) -> Facts:
    """What was left undone when the stage was last here is due anew, what the project goes on without is not due."""
    stage = facts.definition.stages[facts.project.stage]
    for task in facts.tasks:
        if task.state in OWED and (task.key in stage.tasks or left_behind(facts, task)):
            facts = facts.with_task(replace(task, due_at=None))
        elif task.state is TaskState.SUBMITTED and task.key in stage.tasks:
            facts = facts.with_task(replace(task, check_by=check_by(facts)))
    for decision in facts.decisions:
        if decision.gate in stage.gates and decision.state in UNDECIDED:
            facts = facts.with_decision(replace(decision, due_at=None))
    return facts


def moved(facts: Facts, moment: datetime, days: int) -> datetime:
    return facts.end_of(add_working_days(facts.day(moment), days, facts.calendars))
