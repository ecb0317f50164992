"""Nudging who owes something, and when that is possible."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import words
from cocreate.clock import now
from cocreate.db import db
from cocreate.domain.hearing import Subject
from cocreate.domain.nudges import EVERY, Owed, asks, next_possible, of_refusal
from cocreate.domain.rights import Act, may
from cocreate.errors import Conflict
from cocreate.forms.nudges import NudgeForm
from cocreate.services import missing, nudges, rooms
from cocreate.services.acts.change import require
from cocreate.views import proposals_words
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.dialogs import dialog
from cocreate.web import login, pages
from workflows.calendars import add_working_days
from workflows.facts import Facts
from workflows.refusals import Refusal
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Offer:
    """A button, or why there is none now."""

    url: str  # "": nudged not long ago
    label: str
    owed: str  # what it is about


@bp.route("/nudge/<subject>/<int:party>", methods=["GET", "POST"])
def nudge(ref: str, subject: str, party: int) -> ResponseReturnValue:
    """One line to who owes it: who gets it, and when the next is possible."""
    facts, form = missing.known(db.session(), frame.enter(ref)), NudgeForm.from_request()
    require(facts, Act.NUDGE)
    owed = next((ask for ask in asks(facts) if (ask.subject, ask.party) == (subject, party)), None)
    if owed is None:
        raise Conflict("nudge.done")
    possible = next_possible(facts, subject, party)
    if possible is not None:
        raise Conflict("nudge.soon", party=party, possible=possible)
    names = _names(facts, owed)

    def act(session: Any) -> str:
        nudges.nudge(session, ref, subject=subject, party=party, words=form.words.data or "", actor=login.me().id,
                     key=form.key(), now=now())
        planned = _planned(session, facts, subject)
        sent = _("Sent to %(names)s.", names=names)
        return sent if planned is None else f"{sent} " + _(
            "Our own reminder goes out on %(day)s.", day=words.day(planned, pages.reader()))

    return dialog(facts, form, "room/nudges/nudge.html", _("Nudge %(names)s", names=names or facts.party(party).name),
                  act, then=url_for("room.now", ref=ref), names=names, party=facts.party(party),
                  what=_what(facts, owed), due_at=owed.due_at, reminded=_planned(db.session(), facts, subject),
                  again=add_working_days(facts.today, EVERY, facts.calendars))


def offers(facts: Facts, refusal: Refusal) -> tuple[Offer, ...]:
    """The buttons beside a sentence about what is missing, one for each party that can act; one with no address says
    when it is possible again.
    """
    owed = of_refusal(facts, refusal)
    found = (offer_of(facts, one, several=len(owed) > 1) for one in owed)
    return tuple(one for one in found if one is not None)


def once(found: Iterable[Offer], shown: set[Offer]) -> tuple[Offer, ...]:
    """Without those that are shown already: of several sentences about what is owed as one the first has the button."""
    new = tuple(one for one in found if one not in shown)
    shown.update(new)
    return new


def offer_of(facts: Facts, owed: Owed, *, colleagues: bool = False, several: bool = False) -> Offer | None:
    """colleagues: also for what the own party owes. several: it stands beside those of other parties."""
    actor = facts.actor
    if not may(Act.NUDGE, actor) or not [p for p in owed.persons if actor is None or p != actor.person]:
        return None
    if actor is not None and actor.party == owed.party and not colleagues:
        return None
    possible = next_possible(facts, owed.subject, owed.party)
    about = f"{owed.subject}>{owed.party}"
    if possible is None:
        return Offer(url_for("room.nudge", ref=facts.project.ref, subject=owed.subject, party=owed.party),
                     _("Nudge %(names)s", names=_names(facts, owed)), about)
    last = next(n for n in facts.nudges if (n.subject, n.party) == (owed.subject, owed.party))
    days = {"day": words.away(last.at, pages.reader()), "next": words.day(possible, pages.reader())}
    if several:
        return Offer("", _("%(party)s was nudged %(day)s, next possible %(next)s", party=facts.party(owed.party).name,
                           **days), about)
    return Offer("", _("Nudged %(day)s, next possible %(next)s", **days), about)


def _planned(session: Any, facts: Facts, subject: str) -> datetime | None:
    """When our own next reminder goes out."""
    return rooms.reminded(session, facts, [subject])[subject].next


def _names(facts: Facts, owed: Owed) -> str:
    me = facts.actor.person if facts.actor else None
    return words.listed((member.name for member in facts.members
                         if member.person in owed.persons and member.person != me), pages.reader())


def _what(facts: Facts, owed: Owed) -> str:
    """What is owed, by its title."""
    subject = Subject.parse(owed.subject)
    if subject is None:
        return ""
    match subject.matter:
        case "task" | "entries":
            return say(facts.definition.tasks[subject.task[0]][1].title, pages.language())
        case "decision":
            return say(facts.definition.gates[subject.key][1].question, pages.language())
        case "after_no":
            return _("What was not agreed: %(question)s",
                     question=say(facts.definition.gates[subject.key][1].question, pages.language()))
        case "lacks":
            return _("What the contract lacks")
        case "proposal":
            found = next(one for one in facts.proposals if str(one.number) == subject.key)
            return proposals_words.words_of(facts, found).title
        case _:
            return say(facts.definition.contract_title, pages.language())
