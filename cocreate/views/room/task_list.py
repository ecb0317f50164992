"""The whole work of all parties in one list: by stage, chosen by party, by state, or only one's own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate.domain import assessing
from cocreate.services import contributions
from cocreate.views.room import frame, task_state
from cocreate.views.room.blueprint import bp
from cocreate.web import login, pages
from workflows.facts import UNGIVEN, Facts, TaskFact, TaskState
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Row:
    """One task of one party; of a later stage, of all parties that will be asked."""

    title: str
    url: str  # "" where there is nothing to open
    parties: tuple[int, ...]
    minutes: int
    chip: tuple[str, str] | None = None  # its kind and words
    due_at: datetime | None = None  # where the chip does not say it
    asked: str = ""


@dataclass(frozen=True, slots=True)
class StageRows:
    """A stage with its tasks; ``empty`` says why none is shown."""

    key: str
    name: str
    when: str  # done, now or ahead
    target: int
    rows: tuple[Row, ...]
    empty: str


@bp.get("/tasks")
def tasks(ref: str) -> ResponseReturnValue:
    """All tasks, later stages included: nobody is surprised."""
    facts = frame.enter(ref)
    chosen = {name: request.args.get(name, "") for name in ("party", "state", "whose")}
    states = {"open": _("Asked or returned"), "submitted": _("Submitted"), "accepted": _("Accepted")}
    filters = [
        frame.Filter.of("party", _("Party"), _("All parties"),
                        {str(party.number): party.name for party in facts.present}, chosen["party"]),
        frame.Filter.of("state", _("State"), _("Any state"), states, chosen["state"]),
        frame.Filter.of("whose", _("Asked of"), _("Anybody"), {"me": _("Me")}, chosen["whose"])]
    stages = [_stage(facts, key, chosen) for key in facts.definition.stages]
    if any(chosen.values()):
        stages = [one for one in stages if one.rows or one.when == "now"]
    return frame.show("room/tasks/list.html", facts, (_("Tasks"), None), filters=filters, chosen=any(chosen.values()),
                      stages=stages)


def _stage(facts: Facts, key: str, chosen: dict[str, str]) -> StageRows:
    stage, order = facts.definition.stages[key], facts.definition.order
    here = order[facts.project.stage]
    wanted = _wanted(facts, chosen)
    rows = [row for task in stage.tasks for row in _rows(facts, task, wanted, chosen)]
    party = next((party.name for party in facts.present if str(party.number) == chosen["party"]), "")
    empty = (_("No task of %(party)s is open in this stage.", party=party) if party and chosen["state"] == "open"
             else _("No task of this kind is in this stage.") if any(chosen.values())
             else say(stage.purpose, pages.language()))
    when = "now" if key == facts.project.stage else "ahead" if order[key] > here else "done"
    return StageRows(key, say(stage.name, pages.language()), when, stage.target, tuple(rows), empty)


def _wanted(facts: Facts, chosen: dict[str, str]) -> Callable[[TaskFact], bool]:
    states = {"open": UNGIVEN, "submitted": (TaskState.SUBMITTED,),
              "accepted": (TaskState.ACCEPTED,)}.get(chosen["state"])
    me = login.me().id

    def wanted(task: TaskFact) -> bool:
        return (chosen["party"] in ("", str(task.party)) and (states is None or task.state in states)
                and (chosen["whose"] != "me" or me in assessing.asked(facts, task) or me in task.shared_with))

    return wanted


def _rows(facts: Facts, key: str, wanted: Callable[[TaskFact], bool], chosen: dict[str, str]) -> list[Row]:
    """What nobody is asked for yet is in no state and nobody's own: such a choice leaves it out."""
    task, ref = facts.definition.tasks[key][1], facts.project.ref
    title = say(task.title, pages.language())
    if instances := facts.instances(key):
        return [Row(title, url_for("room.task", ref=ref, key=key, party=one.party), (one.party,), task.minutes,
                    task_state.chip(facts, one),
                    task_state.due(facts, one) if one.state is TaskState.RETURNED else None,
                    frame.asked(facts, one)) for one in instances if wanted(one)]
    holders = tuple(holder.number for holder in facts.asked(key))
    if task.only_if and not holders:  # an answer made it pointless
        return []
    if chosen["state"] or chosen["whose"] or (chosen["party"] and chosen["party"] not in map(str, holders)):
        return []
    url = url_for("room.task", ref=ref, key=key) if contributions.is_ahead(facts, key) else ""
    return [Row(title, url, holders, task.minutes)]
