"""How we work together: each part holds when all agree."""

import json
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from cocreate import words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain import charter as domain
from cocreate.domain.rights import Act, may, may_answer
from cocreate.errors import Forbidden, NotFound
from cocreate.forms.agreements import WordsForm
from cocreate.forms.base import Form, whole
from cocreate.forms.charter import ConflictForm, GoalsForm, OpennessForm
from cocreate.services import openings_under_way, proposals
from cocreate.services.acts.change import require
from cocreate.services.acts.neutral import neutral
from cocreate.views.desk import opening_words
from cocreate.views.proposals_words import charter_part, currency_said, matter_words, openness_words, reason_of
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.dialogs import dialog
from cocreate.web import login, pages
from workflows.facts import Facts, ProposalFact, ProposalState


@dataclass(frozen=True, slots=True)
class PartyGoals:
    """What one party wants, as it holds and as it is proposed. ``party``: for its shape."""

    party: frame.PartyView
    part: domain.Part
    holds: tuple[domain.Goal, ...]
    proposed: tuple[domain.Goal, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two goals that somebody says pull apart."""

    number: int
    a: str
    b: str
    reason: str
    who: str
    state: ProposalState
    answers: tuple[frame.PartyView, ...]  # whose answer is still missing
    refused: str = ""


@bp.get("/charter")
def charter(ref: str) -> ResponseReturnValue:
    """Every part with the words that hold and those proposed, and who has agreed."""
    facts = frame.enter(ref)
    own = facts.own
    running = not facts.ended and not facts.on_hold
    waiting = domain.to_answer(facts, own) if running and may_answer(Act.CHARTER, facts.actor) else ()
    views = frame.party_views(facts)
    goals = [PartyGoals(views[party.number], part, domain.goals(part.holds), domain.goals(part.proposed))
             for party in facts.present if (part := domain.part(facts, f"{domain.GOALS}:{party.number}"))]
    awaited = [party.name for party in facts.present if party.number != own and domain.to_answer(facts, party.number)]
    # Proposing needs a seat, or to be the neutral person; an account manager reads.
    may_propose = running and may(Act.CHARTER, facts.actor, party=own)
    return frame.show(
        "room/charter/show.html", facts, (_("Charter"), None), title=lambda key: charter_part(facts, key),
        charter=[part for part in domain.parts(facts) if domain.party_of(part.key) is None], goals=goals,
        conflicts=[_conflict(facts, one) for one in domain.conflicts(facts)], segments=_segments, waiting=waiting,
        nonce=Form(), complete=domain.complete(facts), may_propose=may_propose,
        levels=lambda proposal: openness_words(facts, json.loads(proposal.body)) if proposal else [],
        answers=opening_words.answers(openings_under_way.answers_of(db.session(), ref)), contacts=_contacts(facts),
        currency=currency_said(facts), awaited=words.some(awaited, pages.reader()) if running else "",
        goal_url=url_for("room.charter_words", ref=ref, part=f"{domain.GOALS}:{own}")
        if may_propose and own is not None else "")


def _segments(proposal: ProposalFact) -> list[tuple[int, str]]:
    """The ring of a part: one segment per party that must agree."""
    return [(number, "agreed" if number in proposal.agreeing else "open") for number in proposal.parties]


def _contacts(facts: Facts) -> list[tuple[str, str]]:
    """Whom to talk to, as the room knows it: the champions of each party, and the neutral person."""
    reader, there = pages.reader(), neutral(facts)
    found = [(party.name, words.listed((m.name for m in facts.people(party.number, "champion") if m.present), reader))
             for party in facts.present]
    return [*((name, people or _("nobody has come in yet")) for name, people in found),
            (_("Neutral person"), there.name if there else _("nobody yet"))]


def _conflict(facts: Facts, proposal: ProposalFact) -> Conflict:
    body, views = json.loads(proposal.body), frame.party_views(facts)
    return Conflict(proposal.number, body["a"], body["b"], reason_of(proposal), frame.person_name(
        facts, proposal.person), proposal.state, tuple(views[n] for n in proposal.parties
                                                       if n not in proposal.agreeing), proposal.reason or "")


@bp.post("/charter/agree")
def charter_agree(ref: str) -> ResponseReturnValue:
    """Agree for the own party to the parts that were on the page; one act for each."""
    facts = frame.enter(ref)
    login.require_proof("room.charter", ref=ref)
    key = Form.from_request().key()
    shown = set(request.form.getlist("number", type=whole))
    own = facts.own
    asked = domain.to_answer(facts, own)
    agreed = [one for one in asked if one.number in shown]
    then = url_for("room.now" if len(agreed) == len(asked) else "room.charter", ref=ref)  # of a second click as well
    for proposal in agreed:
        with transaction() as session:
            proposals.answer(session, ref, number=proposal.number, agree=True, actor=login.me().id,
                             key=f"{key}-{proposal.number}", now=now())
    if not agreed:  # in a second window, or the words are other ones by now
        flash(_("Nothing was left to agree to: what you saw is answered already or has changed."), "done")
        return redirect(then, 303)
    flash(_("Agreed for %(party)s: %(parts)s.", party=facts.party(own).name if own else "",
            parts=", ".join(charter_part(facts, one.subject) for one in agreed)), "done")
    return redirect(then, 303)


@bp.route("/charter/<part>", methods=["GET", "POST"])
def charter_words(ref: str, part: str) -> ResponseReturnValue:
    """Propose other words for a part; what holds now holds until all agree to the new ones."""
    facts = frame.enter(ref)
    if part not in domain.keys(facts):
        raise NotFound
    found, own = domain.part(facts, part), facts.own
    require(facts, Act.CHARTER, party=own)
    if (party := domain.party_of(part)) not in (None, own):
        raise Forbidden("only", act=Act.CHARTER.value, persons=tuple(
            member.person for member in facts.people(party, "champion")))
    login.require_proof()
    form = _form(facts, found)

    def act(session: Any) -> str:
        proposals.propose(session, ref, kind=domain.KIND, subject=part, body=form.body(),
                          actor=login.me().id, key=form.key(), now=now())
        return _("Proposed. It holds when all parties agree.")

    template = {"openness": "openness"}.get(part, "goals" if party else "words")
    url = url_for("room.charter", ref=ref)
    return dialog(facts, form, f"room/charter/{template}.html", charter_part(facts, part), act, then=url, back=url,
                  trail=((_("Charter"), url),), part=found)


def _form(facts: Facts, part: domain.Part) -> WordsForm | GoalsForm | OpennessForm:
    """The form of a part, with the words that were proposed last, else those that hold."""
    there = part.proposed or part.holds
    body = json.loads(there.body) if there else {}
    if domain.party_of(part.key) is not None:
        return GoalsForm.of(domain.goals(there))
    if part.key != "openness":
        return WordsForm.from_request(text=body.get("text"))
    form = OpennessForm.of(body)
    own = facts.own
    form.offer(matter_words(), [SelectChoice(p.number, p.name) for p in facts.present if p.number != own])
    return form


@bp.route("/charter/conflict/<goal>", methods=["GET", "POST"])
def charter_conflict(ref: str, goal: str) -> ResponseReturnValue:
    """Say that two goals pull apart, so that the parties talk about it."""
    facts = frame.enter(ref)
    require(facts, Act.CHARTER, party=facts.own)
    every = {one.id: (party.name, one) for party in facts.present for one in domain.every_goal(facts, party.number)}
    if goal not in every:
        raise NotFound
    login.require_proof()
    form = ConflictForm.from_request()
    form.other.choices = [SelectChoice(key, f"{name}: {one.what}") for key, (name, one) in every.items()
                          if key.partition(".")[0] != goal.partition(".")[0]]

    def act(session: Any) -> str:
        a, b = sorted((goal, form.other.data))
        proposals.propose(session, ref, kind=domain.CONFLICT, subject=f"{a}~{b}", actor=login.me().id, key=form.key(),
                          body={"a": every[a][1].what, "b": every[b][1].what, "reason": form.reason.data or ""},
                          now=now())
        return _("Marked. All parties are asked until they say that it is settled.")

    url = url_for("room.charter", ref=ref)
    return dialog(facts, form, "room/charter/conflict.html", _("These goals pull apart"), act, then=url, back=url,
                  trail=((_("Charter"), url),), goal=every[goal][1], of=every[goal][0])
