"""Where are we, what do I do, what do we wait for, what happened."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cocreate import words
from cocreate.db import db
from cocreate.domain.ending import agreed
from cocreate.domain.leading import in_charge
from cocreate.domain.outlook import Outlook, outlook
from cocreate.domain.rights import Act, can, may
from cocreate.domain.taking import can_take
from cocreate.domain.turns import turns
from cocreate.forms.base import Form
from cocreate.services import concerns, missing, records, returned, rooms
from cocreate.services.acts.absences import hands_over
from cocreate.services.acts.endings import host_alone, require_declining, require_leaving
from cocreate.services.acts.proposals import offered_seats
from cocreate.services.returned import Unreachable
from cocreate.services.rooms import Entry
from cocreate.views import parts
from cocreate.views.asks import ask
from cocreate.views.proposals_words import reason_of
from cocreate.views.room import endings, frame, holds, plan, task_state, waiting
from cocreate.views.room.blueprint import bp
from cocreate.views.room.cards import corrects
from cocreate.views.room.concerns import lines as concern_lines
from cocreate.views.room.dialogs import possible
from cocreate.views.room.records import tell
from cocreate.views.room.stages import titles
from cocreate.web import login, pages
from workflows import engine, progression
from workflows.facts import Facts
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Ending:
    """How a project ended: by whom, why and what was learned, where somebody ended it."""

    outcome: str
    says: str
    who: str
    reason: str
    lessons: str


@bp.get("")
def now(ref: str) -> ResponseReturnValue:
    """The first page of a room."""
    facts = missing.known(db.session(), frame.enter(ref))
    raised = concerns.of(db.session(), facts)
    facts = concerns.knowing(facts, raised)
    course, ahead = rooms.course(db.session(), facts), outlook(facts)
    asked = turns(facts, login.me().id)
    asks = [ask(turn, facts) for turn in asked]
    choose = bool(asks) and asks[0].url.endswith("#waiting")
    first = waiting.first(facts, asked, choose=choose)
    folds, groups = waiting.folded(facts, waiting.groups(facts, asked))
    told = [tell(line, facts) for line in records.lines(db.session(), facts, most=5)]
    return frame.show(
        "room/now.html", facts, asks=asks, choose=choose,
        listed=[one for turn, one in zip(asked, asks, strict=True) if turn.act != "go_on"],  # it has a button below
        first=first, beside=_beside(facts), groups=groups, folds=folds, nonce=Form(),
        answers=waiting.answers(facts, asked), told_above=waiting.told_above(facts, asked),
        forward=[(way, can_take(facts, way.key), _who_can(facts, way.key)) for way in engine.ways(facts)
                 if not way.back],
        backward=[(way.key, _way_name(facts, way.key)) for way in engine.ways(facts)
                  if way.back and can_take(facts, way.key)],
        diagram=plan.picture(facts, course), legend=plan.legend(facts), columns=plan.columns(facts), most=plan.MOST,
        gates=plan.questions(facts), steps=plan.steps(facts, course, ahead), told=told, band=holds.band(facts),
        back=_back(facts, course), to_change=_to_change(facts, course), ending=_ending(facts, course),
        goes_on=_goes_on(facts), more=_more(facts, bool(raised)),
        proposed_end=endings.proposed_end(facts), chip_of=task_state.chip,
        dates=_dates(facts, ahead, course, told[0].moment if told else None),
        duties=sorted(facts.owed, key=lambda one: one.due)[:5],
        way_out=next((way for way in first.row.ways if way.url), None) if first else None,
        undelivered=_undelivered(facts),
        concerns=0 if facts.ended else len(facts.concerns), own_concerns=concern_lines(facts))


def _dates(facts: Facts, ahead: Outlook | None, course: tuple[Entry, ...],
           last: datetime | None) -> list[tuple[str, str, str]]:
    """(what, the date, a remark): since when the stage runs, what happened last, what is next, when it is signed."""
    reader = pages.reader()
    entered = course[-1].at if course else facts.project.entered_at
    rows = [(_("Opened"), words.day(facts.project.opened_at, reader), "")]
    if facts.ended:
        return rows
    rows.append((_("In this stage since"), words.day(entered, reader), _(
        "day %(day)s of %(planned)s", day=ahead.day, planned=ahead.planned) if ahead else ""))
    if last is not None:
        rows.append((_("Last sign of life"), words.day(last, reader, distance=True), ""))
    if ahead and ahead.next_due:
        rows.append((_("Next date"), words.day(ahead.next_due, reader, distance=True), ""))
    rows.append((_("Signing date"), words.day(progression.target_after_hold(facts), reader), _later(facts, ahead)))
    return rows


def _later(facts: Facts, ahead: Outlook | None) -> str:
    """By how much the signature would come later than agreed, and what makes it so."""
    if ahead is None or not ahead.later:
        return ""
    said = ngettext("later by %(num)d working day: about %(day)s", "later by %(num)d working days: about %(day)s",
                    ahead.later, day=words.day(ahead.expected, pages.reader()))
    if ahead.day > ahead.planned:
        return _("%(later)s, because %(stage)s takes longer than planned", later=said,
                 stage=pages.stage(facts.definition, facts.project.stage))
    return _("%(later)s, as the stages ahead are planned", later=said)


def _beside(facts: Facts) -> str:
    """That somebody only reads or helps, for who would wonder why nothing is asked of them."""
    only = facts.actor is not None and facts.actor.parts <= {"observer", "facilitator"}
    return parts.stands(facts) if only else ""


def _back(facts: Facts, course: tuple[Entry, ...]) -> Entry | None:
    """How the project came back to this stage, if it did."""
    return course[-1] if course and course[-1].back and course[-1].stage == facts.project.stage else None


def _to_change(facts: Facts, course: tuple[Entry, ...]) -> str:
    """What has to change, as whoever went back from the signature or did not sign has said."""
    if (back := _back(facts, course)) is None:
        return ""
    tasks = (task for task in facts.tasks if (task.key, task.party) in back.changes)
    what = [f"'{title}'" for title in titles(facts, tasks).values()]
    return words.listed([*what, *([_("the wording of the contract")] if back.wording else [])], pages.reader())


def _ending(facts: Facts, course: tuple[Entry, ...]) -> Ending | None:
    if facts.project.ended_at is None:
        return None
    day = words.day(facts.project.ended_at, pages.reader())
    end = agreed(facts)
    by_all = _("Agreed on %(day)s. It ends on %(end)s, as all have agreed.", day=day, end=words.day(
        end.day, pages.reader())) if end else _("Agreed on %(day)s.", day=day)
    says = {"agreed": by_all, "declined": _("Declined on %(day)s.", day=day),
            "withdrawn": _("Withdrawn on %(day)s.", day=day)}
    outcome = facts.project.outcome or ""
    last = course[-1] if course else None
    return Ending(outcome, says.get(outcome, _("Ended on %(day)s.", day=day)), last.who if last else "",
                  _why_ended(facts, last), last.lessons if last else "")


def _goes_on(facts: Facts) -> str:
    """What is not over with the signature; "" where a project ended without one."""
    if facts.project.outcome != "agreed":
        return ""
    accedes = any(facts.accession(party.number) is None for party in facts.acceding())
    rows = [(bool(facts.owed), _("what has been done of the duties")), (accedes, _("who has acceded")),
            (True, _("who acts for a party")),
            (agreed(facts) is None, _("when the contract ends, if all who signed it agree"))]
    return words.listed((said for shown, said in rows if shown), pages.reader())


def _why_ended(facts: Facts, last: Entry | None) -> str:
    """The reason in the words of who ended it; where all agreed to withdraw, of who proposed that."""
    agreed = facts.holding("withdraw", "")
    if facts.project.outcome == "withdrawn" and agreed is not None:
        return reason_of(agreed)
    return last.reason if last else ""


def _undelivered(facts: Facts) -> list[tuple[Unreachable, str]]:
    """Who could not be reached, for those who can correct it: (whom, where)."""
    if facts.ended:
        return []
    found = []
    for one in returned.unreachable_in(db.session(), facts.project.ref):
        member = facts.member(one.person)
        if member is not None and may(Act.CORRECT_ADDRESS, facts.actor, party=member.party):
            found.append((one, url_for("room.people_address", ref=facts.project.ref, person=one.person)
                          if corrects(facts, member, came_back=True) else ""))
    return found


def _more(facts: Facts, raised: bool) -> list[tuple[str, str]]:
    """What else this person can do with the project, as (label, address). raised: whether there are concerns."""
    ref, actor, own = facts.project.ref, facts.actor, facts.own
    if actor is None:
        return []
    if facts.ended:
        ends = [(_("End the contract together"), url_for("room.end_contract", ref=ref))]
        return [*(ends if endings.can_end(facts) else ()), *_always(facts, raised)]
    if facts.on_hold:
        may_resume = can(facts, Act.HOLD, directly=True)
        resume = [(_("Resume the project"), url_for("room.resume", ref=ref))] if may_resume else []
        goes = [(_("Hand over the project"), url_for("desk.hand_over", ref=ref))] if in_charge(facts, actor) else []
        return [*resume, *goes, *_always(facts, raised)]
    early = host_alone(facts) and can(facts, Act.WITHDRAW_EARLY)
    name = facts.party(own).name if own is not None else ""
    rows = [
        (can(facts, Act.HOLD, directly=True), _("Put on hold"), "room.hold"),
        (can(facts, Act.HOLD) and not can(facts, Act.HOLD, directly=True), _("Propose to put on hold"), "room.hold"),
        (can(facts, Act.ADD_PARTY, party=own) and bool(offered_seats(facts)), _("Add a party"), "room.add_party"),
        (in_charge(facts, actor), _("Hand over the project"), "desk.hand_over"),
        (possible(lambda: require_leaving(facts)), _("Leave the project"), "room.leave"),
        (early or can(facts, Act.WITHDRAW, party=own), _("Withdraw the project"), "room.withdraw"),
        (possible(lambda: require_declining(facts)), _("Decline for %(party)s", party=name), "room.decline"),
    ]
    found = [(label, url_for(endpoint, ref=ref)) for shown, label, endpoint in rows if shown]
    if hands_over(facts, actor.person):
        found.insert(1, (_("Hand over my part"), url_for("room.people_hand_over", ref=ref, person=actor.person)))
    if "facilitator" in actor.own:
        found.append((_("Hand over my part"), url_for("room.people_neutral", ref=ref)))
    return found + _always(facts, raised)


def _always(facts: Facts, raised: bool) -> list[tuple[str, str]]:
    """What everybody here can do at any time."""
    ref = facts.project.ref
    concern = [(_("Raise a concern"), url_for("room.concern", ref=ref))] \
        if may(Act.CONCERN, facts.actor) and not facts.ended else []
    read = [(_("Concerns"), url_for("room.concerns", ref=ref))] if raised else []
    return [*concern, *read, (_("Rules of this project"), url_for("room.rules", ref=ref)),
            (_("Export the record"), url_for("room.record_download", ref=ref))]


def _way_name(facts: Facts, key: str) -> str:
    way = facts.definition.transitions[key]
    stage = pages.stage(facts.definition, way.to)
    if way.name:
        return _("Back to %(stage)s: %(reason)s", stage=stage, reason=say(way.name, pages.language()))
    return _("Back to %(stage)s", stage=stage)


def _who_can(facts: Facts, key: str) -> str:
    """The people who may press the button, for those who may not."""
    way = facts.definition.transitions[key]
    return words.listed((member.name for member in facts.members
                         if member.present and member.parts & {"champion", "signatory", "manager"}
                         and engine.may_take(facts, way, host="manager" in member.parts, seat=facts.party(
                             member.party).seat if member.party is not None else None)), pages.reader(), either=True)
