"""How we work together: each part holds when all agree."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import login, pages, sentences
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain import charter as domain
from cocreate.domain.rights import Act, may, may_answer
from cocreate.errors import CocreateError, NotFound
from cocreate.forms.agreements import WordsForm
from cocreate.forms.base import Form
from cocreate.services import openings, proposals
from cocreate.views.desk import opening_words
from cocreate.views.proposals_words import charter_part
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from workflows.facts import ProposalFact


@bp.get("/charter")
def charter(ref: str) -> ResponseReturnValue:
    """Every part with the words that hold and those proposed, and who has agreed."""
    facts = frame.enter(ref)
    own = facts.actor.party if facts.actor else None
    waiting = domain.to_answer(facts, own) if may_answer(Act.CHARTER, facts.actor) else ()
    return frame.show("room/charter/show.html", facts, (_("Charter"), None), charter=domain.parts(facts),
                      title=charter_part, segments=_segments, waiting=waiting, nonce=Form(),
                      complete=domain.complete(facts),
                      answers=opening_words.answers(openings.answers_of(db.session(), ref)),
                      may_propose=own is not None and not facts.ended and may(Act.CHARTER, facts.actor, party=own))


def _segments(proposal: ProposalFact) -> list[tuple[int, str]]:
    """The ring of a part: one segment per party that must agree."""
    return [(number, "agreed" if number in proposal.agreeing else "open") for number in proposal.parties]


@bp.post("/charter/agree")
def charter_agree(ref: str) -> ResponseReturnValue:
    """Agree for the own party to the parts that were on the page; one act for each."""
    facts = frame.enter(ref)
    login.require_proof("room.charter", ref=ref)
    key = Form.from_request().key()
    shown = {int(number) for number in request.form.getlist("number") if number.isdigit()}
    own = facts.actor.party if facts.actor else None
    agreed = [one for one in domain.to_answer(facts, own) if one.number in shown]
    for proposal in agreed:
        with transaction() as session:
            proposals.answer(session, ref, number=proposal.number, agree=True, actor=login.me().id,
                             key=f"{key}-{proposal.number}", now=now())
    flash(_("Agreed for %(party)s: %(parts)s.", party=facts.party(own).name if own else "",
            parts=", ".join(charter_part(one.subject) for one in agreed)), "done")
    return redirect(url_for("room.now", ref=ref), 303)


@bp.route("/charter/<part>", methods=["GET", "POST"])
def charter_words(ref: str, part: str) -> ResponseReturnValue:
    """Propose other words for a part; what holds now holds until all agree to the new ones."""
    facts = frame.enter(ref)
    found = next((one for one in domain.parts(facts) if one.key == part), None)
    if found is None:
        raise NotFound
    login.require_proof()
    form = WordsForm.from_request(text=found.other_text or found.text)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                proposals.propose(session, ref, kind=domain.KIND, subject=part, body={"text": form.text.data},
                                  actor=login.me().id, key=form.key(), now=now())
        except CocreateError as error:
            form.blame(error.values.get("field"), sentences.error(error, pages.reader(), facts))
        else:
            flash(_("Proposed. It holds when all parties agree."), "done")
            return redirect(url_for("room.charter", ref=ref), 303)
    body = frame.show("room/charter/words.html", facts, (_("Charter"), url_for("room.charter", ref=ref)),
                      (charter_part(part), None), form=form, part=found, title=charter_part(part),
                      back_url=url_for("room.charter", ref=ref))
    return body, 200 if request.method == "GET" else 422
