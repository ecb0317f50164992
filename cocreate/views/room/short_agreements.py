"""A short agreement before the contract: read, made ready by whoever goes on to sign first, signed by all asked."""

from flask import current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain.beside import beside
from cocreate.domain.rights import Act, may
from cocreate.domain.topics import Topic
from cocreate.errors import Conflict
from cocreate.forms.base import Form
from cocreate.services import composing, contracts, signing
from cocreate.services.acts.contracts import require_beginning
from cocreate.views.room import accession_words, contract_words, frame, signing_words, task_state, unsigned_words
from cocreate.views.room.blueprint import bp
from cocreate.views.room.contracts import size
from cocreate.views.room.dialogs import possible
from cocreate.views.room.talk import talk
from cocreate.web import login, pages
from workflows.facts import ContractState, Facts, TaskFact, TaskState
from workflows.guards import first_missing
from workflows.texts import say


@bp.get("/agreements/<paper>")
def short_agreement(ref: str, paper: str) -> ResponseReturnValue:
    """What is to be signed, who has signed, and what to do next."""
    facts = signing_words.enter(ref, paper)
    standing, session, task = facts.standing(paper), db.session(), _mine(facts, paper)
    frozen = contracts.version(session, facts, paper=paper) if standing else None
    text, row = (frozen.text, frozen.row) if frozen else (composing.compose(session, facts, paper), None)
    signers = signing_words.signers(facts, text.version, paper)
    definition = facts.definition.tasks[paper][1]
    earlier = first_missing(facts, task)
    return frame.show(
        "room/contracts/short.html", facts, (_("Tasks"), url_for("room.tasks", ref=ref)),
        (signing_words.title(facts, paper), None), row=row, paper_key=paper, definition=definition, task=task,
        until=task_state.due(facts, task), title=signing_words.title(facts, paper),
        headline=_headline(facts, paper, signers), signers=signers,
        ring_segments=signing_words.ring(signers), may_sign=signing_words.may_sign(facts, paper)
        or (standing is None and possible(lambda: require_beginning(facts, paper))),
        signed=signing_words.signed_by_me(facts, paper), nonce=Form(),
        may_refuse=signing_words.may_refuse(facts, paper), size=size(facts, row),
        earlier=say(facts.task_of(earlier).title, pages.language()) if earlier else "", ended=_ended(facts, paper),
        ways_on=unsigned_words.way_on(facts, paper), own_way=unsigned_words.own_way(facts, paper),
        excused=unsigned_words.excused(facts, paper),
        only=_only(facts, paper, task), steps=contract_words.steps(size(facts, row)), may=beside(facts, task),
        talk=talk(facts, Topic("task", paper, task.party)), **contract_words.drawn(facts, text),
        **accession_words.around(facts, paper))


@bp.post("/agreements/<paper>/begin")
def short_agreement_begin(ref: str, paper: str) -> ResponseReturnValue:
    """Go on to sign: the text is fixed the first time, then it stands for all."""
    facts = signing_words.enter(ref, paper)
    login.require_proof("room.short_agreement", ref=ref, paper=paper)
    key, actor = Form.from_request().key(), login.me().id
    while facts.standing(paper) is None:
        moment = now()
        prepared = contracts.prepare(db.session(), ref, store=current_app.extensions["store"], actor=actor, now=moment,
                                     paper=paper)
        try:
            with transaction() as session:
                contracts.freeze(session, ref, prepared, actor=actor, key=key, now=moment)
        except Conflict as error:  # somebody else did something meanwhile: look again
            if error.code not in ("project.moved", "contract.same", "key.used"):
                raise
        facts = frame.enter(ref)
    return redirect(url_for("room.sign", ref=ref, paper=paper), 303)


def _mine(facts: Facts, paper: str) -> TaskFact:
    """The task as it is asked of the own party; else the first that is not done, or the first."""
    own, asked = facts.own, facts.instances(paper)
    waiting = (one for one in asked if one.state is not TaskState.ACCEPTED)
    return next((one for one in asked if one.party == own), next(waiting, asked[0]))


def _headline(facts: Facts, paper: str, signers: list[signing_words.Signer]) -> str:
    """The first sentence: who still has to sign, or that all have."""
    standing = facts.standing(paper)
    if standing is not None and standing.state is ContractState.SIGNED:
        return _("Signed by all. It holds.")
    waiting = [one.party.name for one in signers if one.at is None or one.ended_at]
    return _("Not signed by all yet. We wait for %(parties)s.", parties=words.listed(waiting, pages.reader()))


def _ended(facts: Facts, paper: str) -> tuple[str, str] | None:
    """Why the last version ended, where the text is to be signed anew: sentence and what a person wrote."""
    newest = max(facts.versions(paper), key=lambda one: one.number, default=None)
    if newest is None or newest.ended_at is None:
        return None
    refusal = signing.unwilling(db.session(), facts, paper).get(newest.number)
    if refusal and refusal.party:
        return _("%(person)s did not sign for %(party)s:", person=refusal.person,
                 party=facts.party(refusal.party).name), refusal.reason
    if newest.ended_because == "parties":
        return _("The parties changed, so all sign again."), ""
    return _("This is asked again, so all sign again."), ""


def _only(facts: Facts, paper: str, task: TaskFact) -> str:
    """Who signs, for somebody of a party that is asked who does not."""
    own = facts.own
    if facts.ended or own != task.party or task.state is TaskState.ACCEPTED:
        return ""
    if may(Act.SIGN, facts.actor, party=own):
        accedes = own in {party.number for party in facts.acceding(paper)}
        return _("The seal of the host is being put on it. Then %(party)s accedes.",
                 party=facts.party(task.party).name) if accedes else ""
    people = [member.name for member in facts.people(task.party, "signatory")]
    if not people:
        return _("%(party)s has no signatory yet. Somebody who leads for it can name one.",
                 party=facts.party(task.party).name)
    return _("Only %(names)s can sign for %(party)s.", names=words.listed(people, pages.reader()),
             party=facts.party(task.party).name)
