"""What is asked of me, by when, and what it holds up; and all my projects."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cocreate import words
from cocreate.clock import now
from cocreate.db import db
from cocreate.domain import after_no
from cocreate.domain.nudges import asks
from cocreate.domain.turns import CALLS, Turn, with_colleagues
from cocreate.forms.base import Form
from cocreate.services import comments, hosts, people, rooms, suggestions
from cocreate.services.rooms import Standing
from cocreate.views.asks import Ask, ask, day_chip
from cocreate.views.portal.blueprint import bp
from cocreate.views.portal.invitations import role
from cocreate.views.portal.standings import Apart, Line, Wait, line, says, titled, waits
from cocreate.views.room import frame, nudges
from cocreate.views.room.concerns import lines as concern_lines
from cocreate.web import login, pages
from workflows.facts import Facts

MOST = 10  # things that are asked, by date; the others are behind them


@dataclass(frozen=True, slots=True)
class Card:
    """One thing that is my turn."""

    ask: Ask
    project: str
    reason: str
    party: frame.PartyView | None  # for whom


@dataclass(frozen=True, slots=True)
class Colleague:
    """What is asked of somebody else of the own party."""

    ask: Ask
    project: str
    name: str
    pass_on: str  # address
    nudge: nudges.Offer | None


@bp.get("/")
def home() -> ResponseReturnValue:
    return redirect(login.arrival())


@bp.get("/your-turn")
def your_turn() -> ResponseReturnValue:
    """The home of whoever takes part."""
    found = rooms.of_person(db.session(), login.me().id, now=now())
    apart = Apart.of([one.facts for one in found])
    cards, invited = _cards(found, apart), people.waiting_for(db.session(), login.me().id, now=now())
    running = [one for one in found if not one.facts.ended]
    most = MOST if len(cards) > MOST + 1 else len(cards)  # one more is shown rather than folded
    raised = [(said, url, titled(one.facts, apart)) for one in running for said, url in concern_lines(one.facts)]
    return render_template(
        "portal/your_turn.html", cards=cards, most=most, greeting=_greeting(), count=_count(len(cards) + len(invited)),
        raised=raised, invited=[(one, role(one)) for one in invited], name=login.me().name, form=Form(),
        colleagues=_colleagues(found, apart), waits=[wait for one in running for wait in _of_others(one, apart)],
        lines=[line(one.facts, apart, one.turns) for one in running], over=_over(found, apart),
        reassuring=_reassuring(running),
        suggested=suggestions.made(db.session(), login.me().id), administers=_administers(), opens=opens())


@bp.get("/projects")
def projects() -> ResponseReturnValue:
    """Every project one is in."""
    found = rooms.of_person(db.session(), login.me().id, now=now())
    apart = Apart.of([one.facts for one in found])
    return render_template("portal/projects.html", over=_over(found, apart), administers=_administers(), opens=opens(),
                           lines=[line(one.facts, apart, one.turns) for one in found if not one.facts.ended])


def _administers() -> bool:
    """Whether it is the host who has no project: nobody invites them, they invite others."""
    return login.me().is_("administrator")


def opens() -> bool:
    """Whether one may open projects: who has none opens one, and waits for nobody."""
    return login.me().is_("account_manager") and bool(hosts.opening_for(db.session(), login.me().id))


def _cards(found: Sequence[Standing], apart: Apart) -> list[Card]:
    """Calls for help, then overdue first, then by date; of two on one day, the one that others wait for."""
    rows = [(turn.act, _card(turn, one.facts, apart)) for one in found for turn in one.turns]
    if login.me().is_("account_manager"):
        rows += [("suggestion", _suggestion(one)) for one in suggestions.unanswered(db.session(), login.me().id)]
    rows.sort(key=lambda row: (row[0] not in CALLS, row[1].ask.due_at is None, row[1].ask.due_at or now(),
                               not row[1].ask.unlocks))
    return [card for _act, card in rows]


def _card(turn: Turn, facts: Facts, apart: Apart) -> Card:
    row = ask(turn, facts)
    own = facts.own
    return Card(row, titled(facts, apart), turn.reason or _noes(turn, facts) or _called(turn, facts),
                frame.party_views(facts).get(own) if own is not None else None)


def _suggestion(one: suggestions.Unanswered) -> Card:
    """It waits for an answer; it may be opened as well, where it stands on the board."""
    label = _("Suggestion: %(title)s", title=one.title)
    return Card(Ask(label=label, url=url_for("desk.board", _anchor="unopened"), project=one.host, due_at=one.by,
                    chip=day_chip(one.by, pages.reader()), minutes=None, unlocks="", state="",
                    button=_("See the suggestion")), f"{one.who} · {one.host}", one.words, None)


def _noes(turn: Turn, facts: Facts) -> str:
    """Who did not agree, and why."""
    if turn.act != "after_no":
        return ""
    said = (facts.decision(turn.key, one.party or 0) for one in after_no.noes(facts, turn.key))
    return " ".join(f"{facts.party(one.party).name}: {one.reason}" for one in said if one and one.reason)


def _called(turn: Turn, facts: Facts) -> str:
    """Who calls for help and what they ask, or who answered the own call and what."""
    task = facts.task(turn.key, turn.party or 0) if turn.act in CALLS else None
    if task is None:
        return ""
    said = (comments.answer if turn.act == "helped" else comments.call)(db.session(), facts, task.help)
    return f"{said.by}: {said.row.text}" if said else ""


def _colleagues(found: Sequence[Standing], apart: Apart) -> list[Colleague]:
    me = login.me().id
    rows = []
    for one in found:
        for turn in with_colleagues(one.facts, me):
            task = one.facts.task(turn.key, turn.party or 0)
            owed = next((o for o in asks(one.facts) if o.subject == f"task:{turn.key}:{turn.party}"), None)
            rows.append(Colleague(
                ask(turn, one.facts), titled(one.facts, apart), frame.asked(one.facts, task) if task else "",
                url_for("room.task_pass", ref=one.facts.project.ref, key=turn.key, party=turn.party),
                nudges.offer_of(one.facts, owed, colleagues=True) if owed else None))
    return rows


def _of_others(one: Standing, apart: Apart) -> list[Wait]:
    """Without a no after which it is the reader's turn: that stands above."""
    facts, own = one.facts, one.facts.own
    mine = {turn.key for turn in one.turns if turn.act == "after_no"}
    return [replace(wait, project=titled(facts, apart)) for wait in waits(facts)
            if (wait.party is None or wait.party.number != own) and wait.refused not in mine]


def _over(found: Sequence[Standing], apart: Apart) -> list[tuple[str, list[Line]]]:
    """Contracts first, whose duties may run for years; then what ended without. The newest end first."""
    rows = [line(one.facts, apart) for one in sorted((one for one in found if one.facts.ended), key=_ended_at,
                                                     reverse=True)]
    kinds = ((_("Agreed"), [row for row in rows if row.agreed]), (_("Ended"), [row for row in rows if not row.agreed]))
    return [kind for kind in kinds if kind[1]]


def _ended_at(one: Standing) -> datetime:
    return one.facts.project.ended_at or one.facts.project.opened_at


def _reassuring(running: Sequence[Standing]) -> str:
    """What the first project waits for, for who has nothing to do."""
    if not running:
        return ""
    return _("'%(project)s': %(sentence)s", project=running[0].facts.project.title,
             sentence=says(running[0].facts))


def _greeting() -> str:
    name = login.me().addressed
    hour = now().astimezone(ZoneInfo(pages.zone())).hour
    if 4 <= hour < 12:
        return _("Good morning, %(name)s.", name=name)
    return _("Good afternoon, %(name)s.", name=name) if 12 <= hour < 18 else _("Good evening, %(name)s.", name=name)


def _count(many: int) -> str:
    """Such as "Three things are your turn."."""
    if not many:
        return _("Nothing is asked of you right now.")
    return ngettext("%(things)s is your turn.", "%(things)s are your turn.", many,
                    things=words.things(many, pages.reader()))
