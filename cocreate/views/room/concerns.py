"""Concerns: raised for people one chooses, answered and ended among them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from cocreate import words
from cocreate.clock import now
from cocreate.db import db
from cocreate.domain.rights import Act, may
from cocreate.forms.base import Form
from cocreate.forms.concerns import AnswerConcernForm, ConcernAgainForm, ConcernForm, EndConcernForm
from cocreate.services import concerns as service
from cocreate.services.acts.change import require
from cocreate.services.concerns import Concern
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.dialogs import dialog, possible
from cocreate.web import login, pages
from workflows.facts import Facts

Says = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Told:
    """A concern as its page shows it. number: as it stands in addresses. others: who reads it beside the reader, ""
    where nobody does any more. there: its author is still in the project. can: answer, again, end.
    """

    number: int
    anchor: str
    concern: Concern
    mine: bool
    there: bool
    others: str
    state: tuple[str, str]  # kind of chip and words
    can: frozenset[str]


@bp.route("/concern", methods=["GET", "POST"])
def concern(ref: str) -> ResponseReturnValue:
    """Say something that is hard to say to all, to people one chooses."""
    facts, form = frame.enter(ref), ConcernForm.from_request(to=request.args.get("to"))
    require(facts, Act.CONCERN, on_hold=True)
    offered = [(choice, _choice(facts, choice)) for choice in service.CHOICES if service.readers(facts, choice)]
    form.to.choices = [SelectChoice(choice, label[:1].upper() + label[1:]) for choice, label in offered]
    neutral = bool(service.readers(facts, "facilitator"))

    def tell(session: Any) -> str:
        service.raise_concern(session, ref, to=form.to.data, text=form.text.data, record=form.record.data,
                              actor=login.me().id, key=form.key(), now=now())
        return _("Said. Only %(names)s can read it.", names=_choice(facts, form.to.data))

    return dialog(facts, form, "room/talk/concern.html", _("Raise a concern"), tell,
                  then=url_for("room.concerns", ref=ref), neutral=neutral)


@bp.get("/concerns")
def concerns(ref: str) -> ResponseReturnValue:
    """What one raised, and what one was chosen to read."""
    facts = frame.enter(ref)
    return frame.show("room/talk/concerns.html", facts, (_("Concerns"), None), me=login.me().id,
                      found=[_told(facts, one) for one in service.of(db.session(), facts)],
                      may_raise=may(Act.CONCERN, facts.actor) and not facts.ended)


@bp.route("/concerns/<int:number>/answer", methods=["GET", "POST"])
def concern_answer(ref: str, number: int) -> ResponseReturnValue:
    """Answer it, in words that only its author and its readers see."""
    return _go_on(ref, number, "answer", AnswerConcernForm.from_request(), service.answer, _("Answer the concern"),
                  _("Said. Only who raised it and who reads it can see it."))


@bp.route("/concerns/<int:number>/again", methods=["GET", "POST"])
def concern_again(ref: str, number: int) -> ResponseReturnValue:
    """Say more, or raise it anew."""
    return _go_on(ref, number, "again", ConcernAgainForm.from_request(), service.again, "",
                  _("Said. Whoever reads it is asked for an answer again."))


@bp.route("/concerns/<int:number>/end", methods=["GET", "POST"])
def concern_end(ref: str, number: int) -> ResponseReturnValue:
    """End it, with a line."""
    return _go_on(ref, number, "end", EndConcernForm.from_request(), service.end, _("End the concern"),
                  _("Ended. Nobody is asked for an answer any more."))


def _go_on(ref: str, number: int, kind: str, form: Form, say: Says, title: str, said: str) -> ResponseReturnValue:
    facts = frame.enter(ref)
    found = service.one(db.session(), facts, -number)
    if request.method == "GET":  # a form that was sent is answered by its act: again, if it was done
        service.check(facts, found, kind)
    there = url_for("room.concerns", ref=ref)

    def tell(session: Any) -> str:
        say(session, ref, number=found.number, text=form["text"].data, actor=login.me().id, key=form.key(), now=now())
        return said

    told = _told(facts, found)
    title = title or (_("Say more of the concern") if found.open else _("Raise the concern anew"))
    return dialog(facts, form, "room/talk/concern_on.html", title, tell, then=f"{there}#{told.anchor}", back=there,
                  trail=((_("Concerns"), there),), kind=kind, told=told, me=login.me().id,
                  recorded=service.in_record(db.session(), facts, found.number))


def lines(facts: Facts) -> list[tuple[str, str]]:
    """What became of the open concerns that the actor raised, with the address: a quiet line each."""
    me = facts.actor.person if facts.actor else None
    url = url_for("room.concerns", ref=facts.project.ref)
    return [] if facts.ended else [
        (_line(facts, one.since, one.readers, one.answered), f"{url}#c{one.number}")
        for one in facts.concerns if one.person == me]


# parts


def _line(facts: Facts, since: Any, readers: frozenset[int], answered: frozenset[int]) -> str:
    day = words.day(since, pages.reader())
    if answered:
        return _("Your concern of %(day)s: answered by %(names)s.", day=day, names=_named(facts, answered))
    there = [person for person in readers if (member := facts.member(person)) is not None and may(
        Act.READ_CONCERNS, member)]
    if not there:
        return _("Your concern of %(day)s: nobody whom you chose reads here any more.", day=day)
    return _("Your concern of %(day)s: not answered yet by %(names)s.", day=day, names=_named(facts, there))


def _told(facts: Facts, concern: Concern) -> Told:
    author = facts.member(concern.person)
    return Told(-concern.number, f"c{concern.number}", concern, concern.person == login.me().id,
                author is not None and author.present, _others(facts, concern), _state(facts, concern),
                frozenset(kind for kind in ("answer", "again", "end")
                          if possible(lambda kind=kind: service.check(facts, concern, kind))))  # type: ignore[misc]


def _state(facts: Facts, concern: Concern) -> tuple[str, str]:
    if not concern.open:
        return "done", _("ended")
    if facts.ended:
        return "plain", _("open when the project ended")
    return ("asked", _("answered")) if concern.answers else ("waits", _("not answered yet"))


def _named(facts: Facts, persons: Any) -> str:
    return words.listed((member.name for member in facts.members if member.person in persons), pages.reader())


def _others(facts: Facts, concern: Concern) -> str:
    me = login.me().id
    return _named(facts, {member.person for member in facts.members if member.present and member.person != me and (
        member.person == concern.person or concern.read_by(member))})


def _choice(facts: Facts, choice: str) -> str:
    names = words.listed((member.name for member in service.readers(facts, choice)), pages.reader())
    return {"facilitator": _("the neutral person (%(names)s)", names=names),
            "champions": _("the champions of the parties (%(names)s)", names=names),
            "mine": _("my champion (%(names)s)", names=names)}.get(choice, names)
