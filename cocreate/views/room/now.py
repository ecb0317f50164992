"""Where are we, what do I do, what do we wait for, what happened."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from cocreate import login, pages, sentences
from cocreate.db import db
from cocreate.domain.rights import Act, may
from cocreate.domain.turns import can_take, turns, waits_for
from cocreate.forms.base import Form
from cocreate.sentences import Sentence
from cocreate.services import records
from cocreate.services.acts.absences import hands_over
from cocreate.services.acts.endings import host_alone, may_decline, may_leave
from cocreate.services.acts.proposals import offered_seats
from cocreate.telling import Told
from cocreate.views.asks import ask
from cocreate.views.room import frame, holds, nudges
from cocreate.views.room.blueprint import bp
from cocreate.views.room.gates import segments
from cocreate.views.room.records import tell
from workflows import diagram, engine
from workflows.facts import Facts, TaskFact, TaskState
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Column:
    """What one party owes in the running stage."""

    party: frame.PartyView
    tasks: tuple[TaskFact, ...]

    @property
    def open(self) -> bool:
        """Whether this party owes any of them."""
        return any(task.state in (TaskState.OPEN, TaskState.RETURNED, TaskState.ENTERED) for task in self.tasks)


@bp.get("")
def now(ref: str) -> ResponseReturnValue:
    """The first page of a room."""
    facts = frame.enter(ref)
    me = login.me().id
    told: list[Told] = [tell(line, facts) for line in records.lines(db.session(), facts, most=5)]
    waits = _waits(facts)
    views = frame.party_views(facts)
    first = waits[0] if waits else None
    return frame.show(
        "room/now.html", facts, asks=[ask(turn, facts) for turn in turns(facts, me)], waits=waits,
        first=first, first_party=views.get(first.party) if first and first.party else None,
        forward=[(way, can_take(facts, way.key), _who_can(facts, way.key)) for way in engine.ways(facts)
                 if not way.back],
        backward=[(way.key, _way_name(facts, way.key)) for way in engine.ways(facts)
                  if way.back and can_take(facts, way.key)],
        diagram=_diagram(facts), columns=_columns(facts, views), gates=_gates(facts), told=told, nonce=Form(),
        steps=_steps(facts), duties=(), band=holds.band(facts), more=_more(facts), offers=_offers(facts))


def _waits(facts: Facts) -> list[Sentence]:
    """The sentences under "Going on waits for"; one that stands twice is said once."""
    if facts.ended:
        return []
    own = facts.actor.party if facts.actor else None
    found = [sentences.refusal(refusal, facts, pages.reader(), party=own, mask=frame.mask(facts))
             for refusal in waits_for(facts)]
    return list({sentence.text: sentence for sentence in found}.values())


def _offers(facts: Facts) -> dict[str, nudges.Offer]:
    """Sentence under "Going on waits for" -> the nudge beside it."""
    own = facts.actor.party if facts.actor else None
    found: dict[str, nudges.Offer] = {}
    for refusal in () if facts.ended else waits_for(facts):
        said = sentences.refusal(refusal, facts, pages.reader(), party=own, mask=frame.mask(facts)).text
        if offer := nudges.offer(facts, refusal):
            found.setdefault(said, offer)
    return found


def _more(facts: Facts) -> list[tuple[str, str]]:
    """What else this person can do with the project, as (label, address)."""
    ref, actor = facts.project.ref, facts.actor
    own = actor.party if actor else None
    if actor is None or facts.ended:
        return []
    if facts.on_hold:
        may_resume = may(Act.HOLD, actor, directly=True)
        return [(_("Resume the project"), url_for("room.resume", ref=ref))] if may_resume else []
    seated = own is not None and may(Act.DECLINE, actor, party=own)
    early = host_alone(facts) and may(Act.WITHDRAW_EARLY, actor)
    rows = [
        (may(Act.HOLD, actor, directly=True), _("Put on hold"), "room.hold"),
        (may(Act.ADD_PARTY, actor, party=own) and bool(offered_seats(facts)), _("Add a party"), "room.add_party"),
        ("manager" in actor.own, _("Hand over the project"), "desk.hand_over"),
        (own is not None and seated and may_leave(facts, own), _("Leave"), "room.leave"),
        (early or may(Act.WITHDRAW, actor, party=own), _("Withdraw"), "room.withdraw"),
        (own is not None and seated and may_decline(facts, own), _("Decline"), "room.decline"),
    ]
    found = [(label, url_for(endpoint, ref=ref)) for can, label, endpoint in rows if can]
    if hands_over(facts, actor.person):
        found.insert(1, (_("Hand over my part"), url_for("room.people_hand_over", ref=ref, person=actor.person)))
    return found


def _way_name(facts: Facts, key: str) -> str:
    way = facts.definition.transitions[key]
    if way.name:
        return say(way.name, pages.language())
    stage = facts.definition.stage_name(way.to, pages.language())
    if facts.definition.is_back(way):
        return _("Back to %(stage)s", stage=stage)
    return _("Go on to %(stage)s", stage=stage)


def _who_can(facts: Facts, key: str) -> list[str]:
    """The people who may press the button, for those who may not."""
    way = facts.definition.transitions[key]
    return [member.name for member in facts.members
            if member.present and member.parts & {"champion", "signatory", "manager"}
            and engine.may_take(facts, way, host="manager" in member.parts,
                                seat=facts.party(member.party).seat if member.party is not None else None)]


def _columns(facts: Facts, views: dict[int, frame.PartyView]) -> list[Column]:
    stage = facts.definition.stages.get(facts.project.stage)
    keys = list(stage.tasks) if stage else []
    order = facts.definition.order
    keys += [t.key for t in facts.tasks if t.state in (TaskState.OPEN, TaskState.RETURNED) and t.key not in keys
             and order[facts.definition.tasks[t.key][0]] < order[facts.project.stage]]
    return [Column(views[party.number], tuple(
        task for key in keys if (task := facts.task(key, party.number)) is not None)) for party in facts.present]


def _gates(facts: Facts) -> list[dict[str, Any]]:
    """The questions of the running stage, and those before it that were decided."""
    order = facts.definition.order
    here = order[facts.project.stage]
    rows = []
    for key, (stage, gate) in facts.definition.gates.items():
        decisions = facts.asked_at(key)
        if order[stage] > here or (stage != facts.project.stage and not decisions):
            continue
        rows.append({"key": key, "question": say(gate.question, pages.language()), "segments": segments(facts, key),
                     "decisions": decisions, "now": stage == facts.project.stage,
                     "url": url_for("room.gate", ref=facts.project.ref, key=key)})
    return sorted(rows, key=lambda row: not row["now"])


_SCORES: dict[tuple[str, str], str] = {}  # (definition, language) -> its diagram with nothing done yet


def _diagram(facts: Facts) -> Markup:
    """The stages as a picture; only what diagram.py makes is marked as safe."""
    key = facts.definition.sha256, pages.language()
    if key not in _SCORES:
        _SCORES[key] = diagram.score(facts.definition, language=pages.language())
    order = facts.definition.order
    seats = {party.number: party.seat for party in facts.parties}
    return Markup(diagram.decorate(  # noqa: S704 - made by us of escaped texts
        _SCORES[key], stage=facts.project.stage,
        done={stage for stage in facts.definition.stages if order[stage] < order[facts.project.stage]},
        accepted={(task.key, seats[task.party]): task.state.value for task in facts.tasks},
        decisions={(d.gate, seats[d.party]): d.state.value for d in facts.decisions}))


def _steps(facts: Facts) -> list[dict[str, Any]]:
    """The stages as a list, for narrow screens."""
    order, here = facts.definition.order, facts.definition.order[facts.project.stage]
    rows: list[dict[str, Any]] = []
    for key, stage in facts.definition.stages.items():
        state = "done" if order[key] < here else "now" if order[key] == here else "ahead"
        gate = next(iter(stage.gates), None)
        rows.append({"name": say(stage.name, pages.language()), "state": state,
                     "what": _("about %(days)s working days", days=stage.target) if state != "done" else "",
                     "gate": (say(stage.gates[gate].question, pages.language()), segments(facts, gate))
                     if gate else None})
    return rows
