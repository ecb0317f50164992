"""The way to agreement: its stages with dates, and what each party owes in the running one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup

from cocreate import words
from cocreate.domain import lanes, limits
from cocreate.domain.outlook import Outlook
from cocreate.domain.turns import of_party
from cocreate.domain.unbroken import unbroken
from cocreate.services.rooms import Entry
from cocreate.views.asks import Ask, ask
from cocreate.views.room import frame
from cocreate.views.room.gates import agreed_words, rule_words, segments, why_lapsed
from cocreate.web import pages
from workflows import engine
from workflows.definition import Gate
from workflows.diagram.display import decorate
from workflows.diagram.drawing import score
from workflows.facts import OWED, UNGIVEN, Facts, TaskFact, TaskState
from workflows.guards import can_start
from workflows.texts import say

MOST = 4  # lines of a party's column


@dataclass(frozen=True, slots=True)
class Column:
    """What one party owes in the running stage, and what it has given. ``later``: when it is asked next, where nothing
    is now.
    """

    party: frame.PartyView
    asked: tuple[Ask, ...]  # what it checks, decides, signs and answers, besides its tasks
    tasks: tuple[TaskFact, ...]
    given: tuple[TaskFact, ...]
    later: str
    open: bool  # whether this party can do one of them now
    chooses: bool  # a way out of a limit that is missed


def columns(facts: Facts) -> list[Column]:
    views, stage = frame.party_views(facts), facts.definition.stages.get(facts.project.stage)
    keys = list(stage.tasks) if stage else []
    order = facts.definition.order
    earlier = (t.key for t in facts.tasks if t.state in OWED
               and order[facts.definition.tasks[t.key][0]] < order[facts.project.stage])
    keys = [*dict.fromkeys([*keys, *earlier])]  # one that several parties still owe is one of each
    found = []
    missed = limits.to_choose(engine.ways(facts))
    choosing = {member.party for refusal in missed for person in limits.can_act(facts, refusal)
                if (member := facts.member(person))}
    for party in facts.present:
        tasks = [task for key in keys if (task := facts.task(key, party.number)) is not None
                 and task.state is not TaskState.LAPSED]
        tasks.sort(key=lambda task: (task.due_at is None, task.due_at or task.since))
        owed = tuple(task for task in tasks if task.state in UNGIVEN)
        asked = tuple(ask(turn, facts) for turn in of_party(facts, party.number))
        found.append(Column(
            views[party.number], asked, owed, tuple(task for task in tasks if task not in owed),
            "" if owed or asked else _asked_next(facts, party.seat),
            open=bool(asked) or party.number in choosing or any(
                can_start(facts, task) for task in owed),
            chooses=party.number in choosing))
    return found


def _asked_next(facts: Facts, seat: str) -> str:
    """In which stage a party is asked again."""
    here, language = facts.definition.order[facts.project.stage], pages.language()
    for key, stage in facts.definition.stages.items():
        if facts.definition.order[key] > here and any(seat in task.of for task in stage.tasks.values()):
            return _("The next task comes in the stage %(stage)s.", stage=say(stage.name, language))
    return _("No further task is asked.")


def picture(facts: Facts, course: tuple[Entry, ...]) -> Markup:
    """The stages as a picture; only what diagram.py makes is marked as safe."""
    seats = lanes.lanes(facts)
    key = facts.definition.sha256, pages.language(), tuple(seats.items())
    if key not in _SCORES:
        if len(_SCORES) >= _MOST_SCORES:
            _SCORES.clear()
        _SCORES[key] = score(facts.definition, language=pages.language(), words=pages.diagram_words(), lanes=seats)
    order, here = facts.definition.order, _reached(facts, course)
    return Markup(decorate(  # noqa: S704 - made by us of escaped texts
        _SCORES[key], stage=facts.project.stage,
        done={stage for stage in facts.definition.stages if order[stage] < order[here]},
        accepted=lanes.given(facts), decisions=lanes.decided(facts)))


_SCORES: dict[tuple[str, str, tuple[tuple[str, int], ...]], str] = {}  # (definition, language, lanes) -> nothing done
_MOST_SCORES = 200


def legend(facts: Facts) -> list[tuple[int, str]]:
    """The lanes of the picture in words: the number of a shape, and who has it, who share a lane, which is empty."""
    held = lanes.held(facts)
    return [(number, _lane(facts, seat, [party.name for party in held[seat]]))
            for seat, number in lanes.lanes(facts).items()]


def _lane(facts: Facts, seat: str, names: Sequence[str]) -> str:
    called = facts.definition.parties[seat]
    match len(names):
        case 0:
            return _("%(seat)s (empty)", seat=say(called.name, pages.language()))
        case 1:
            return names[0]
        case several:
            return _("%(seats)s together: %(names)s", seats=say(called.plural or called.name, pages.language()),
                     names=words.listed(names, pages.reader()) if several <= MOST else
                     _("%(num)s organisations", num=several))


def _reached(facts: Facts, course: tuple[Entry, ...]) -> str:
    """The stage that runs; of a project that ended without an agreement, the one in which it did."""
    stages = [entry.stage for entry in course if entry.stage in facts.definition.stages]
    failed = facts.definition.terminal.get(facts.project.stage) == "failure"
    return stages[-1] if failed and stages else facts.project.stage


def steps(facts: Facts, course: tuple[Entry, ...], ahead: Outlook | None) -> list[dict[str, Any]]:
    """The stages as a list: done ones with their dates, the others with those expected."""
    reached, order = _reached(facts, course), facts.definition.order
    here, ended = order[reached], _ended(course)
    rows: list[dict[str, Any]] = []
    for key, stage in facts.definition.stages.items():
        state = "done" if order[key] < here else "now" if key == facts.project.stage else "ahead"
        rows.append({"name": say(stage.name, pages.language()), "state": state,
                     "what": _("ended here") if facts.ended and key == reached else
                     "" if facts.ended and state == "ahead" else _dates(key, state, stage.target, ended, ahead)})
        rows += [_gate_step(facts, gate_key, gate, state) for gate_key, gate in stage.gates.items() if state == "now"]
    rows.append({"name": pages.stage(facts.definition, "agreed"), "state": "end",
                 "what": _("about %(day)s", day=words.day(ahead.expected, pages.reader())) if ahead else ""})
    return rows


def _gate_step(facts: Facts, key: str, gate: Gate, state: str) -> dict[str, Any]:
    return {"name": say(gate.question, pages.language()), "state": f"gate {state}", "segments": segments(facts, key),
            "what": ""}


def _ended(course: tuple[Entry, ...]) -> Mapping[str, datetime]:
    """Stage -> when it was left for the last time."""
    return {entry.stage: following.at for entry, following in zip(course, course[1:], strict=False)}


def _dates(key: str, state: str, target: int, ended: Mapping[str, datetime], ahead: Outlook | None) -> str:
    reader = pages.reader()
    match state:
        case "done":
            return _("done %(day)s", day=words.day(ended[key], reader)) if key in ended else ""
        case "now" if ahead:
            return _("day %(day)s of %(planned)s", day=ahead.day, planned=ahead.planned)
        case "ahead" if ahead and key in ahead.starts:
            start = words.day(ahead.starts[key], reader)
            return unbroken(_("from about %(day)s, %(days)s working days", day=start, days=target))
        case _:
            return unbroken(_("about %(days)s working days", days=target))


def questions(facts: Facts) -> list[dict[str, Any]]:
    """The questions of the running stage, and those before it that were decided."""
    order = facts.definition.order
    here = order[facts.project.stage]
    rows = []
    for key, (stage, gate) in facts.definition.gates.items():
        decisions = facts.asked_at(key)
        if order[stage] > here or (stage != facts.project.stage and not decisions):
            continue
        rows.append({"key": key, "question": say(gate.question, pages.language()), "segments": segments(facts, key),
                     "rule": f"{rule_words(facts, key)} {agreed_words(facts, key)}",
                     "decisions": [(one, why_lapsed(facts, one)) for one in decisions],
                     "now": stage == facts.project.stage,
                     "url": url_for("room.gate", ref=facts.project.ref, key=key)})
    return sorted(rows, key=lambda row: not row["now"])
