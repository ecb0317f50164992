"""What needs every party: reading a proposal of any kind and answering it; asking to let a further party in."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import words
from cocreate.clock import now
from cocreate.domain import audience
from cocreate.domain.rights import PROPOSALS, Act, may, may_answer
from cocreate.errors import NotFound
from cocreate.forms.proposals import AddPartyForm, RefuseForm
from cocreate.services import proposals as service
from cocreate.services.acts.change import require
from cocreate.services.acts.proposals import KINDS, can_be_answered, lacks, offered_seats, sees_of
from cocreate.views import proposals_words
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.dialogs import dialog
from cocreate.web import login, pages
from workflows.facts import Facts, ProposalFact, ProposalState
from workflows.facts.disputes import OTHER_VALUE, SETTLE, differ
from workflows.texts import say


@bp.route("/proposals/<int:number>", methods=["GET", "POST"])
def proposal(ref: str, number: int) -> ResponseReturnValue:
    """What is proposed, what happens if all agree, who has, and one's own answer."""
    facts = frame.enter(ref)
    found = next((one for one in facts.proposals if one.number == number), None)
    if found is None or not _in_it(facts, found):
        raise NotFound
    if request.method == "POST":
        login.require_proof("room.proposal", ref=ref, number=str(number))
    form = RefuseForm.from_request()
    agree, of_a_value = request.form.get("answer") == "agree", found.kind in (OTHER_VALUE, SETTLE)
    refuses = request.form.get("answer") not in ("agree", "take_back")

    def act(session: Any) -> str:
        if request.form.get("answer") == "take_back":
            service.take_back(session, ref, number=number, actor=login.me().id, key=form.key(), now=now())
            return _("Taken back. Nobody is asked any more, and nothing has changed.")
        service.answer(session, ref, number=number, agree=agree, reason=form.reason.data or "", actor=login.me().id,
                       key=form.key(), now=now())
        own = facts.party(facts.actor.party).name if facts.actor and facts.actor.party else ""
        if not agree and of_a_value:
            return _("Recorded for %(party)s: not agreed. The values stand until all agree to one of them, or to "
                     "another.", party=own)
        if not agree:
            return _("Recorded for %(party)s: not agreed. Nothing has changed.", party=own)
        if lacks(found) <= {facts.own}:
            return _("Recorded for %(party)s: agreed. All have agreed, it has taken effect.", party=own)
        return _("Recorded for %(party)s: agreed. It takes effect when all have agreed.", party=own)

    said = proposals_words.words_of(facts, found)
    return dialog(facts, form, "room/proposals/show.html", said.title, act,
                  then=request.path if of_a_value and refuses else url_for("room.now", ref=ref),
                  several=_several(facts, found), settle_url=_settle_url(facts, found), proposal=found,
                  says=said.says, texts=said.texts, consequences=said.follows,
                  as_it_is=lambda said, _gaps: [(said, None)], answers=_answers(facts, found),
                  reason=proposals_words.reason_of(found), may_answer=_may_answer(facts, found),
                  may_take_back=_may_take_back(facts, found), replaced=_replaced(facts, found),
                  who=frame.person_name(facts, found.person), open=found.state is ProposalState.OPEN,
                  deciders=_deciders(facts, found), names=_names(facts, found), sees=frame.seen_by(facts, _sees(found)))


@bp.route("/add-party", methods=["GET", "POST"])
def add_party(ref: str) -> ResponseReturnValue:
    """Ask all to let a further organisation in."""
    facts = frame.enter(ref)
    own = facts.own
    require(facts, Act.ADD_PARTY, party=own)
    login.require_proof()
    form = AddPartyForm.from_request()
    seats = [(key, say(facts.definition.parties[key].name, pages.language())) for key in offered_seats(facts)]
    form.offer(seats, pages.language(), _("Not said"),
               {key: seat.usually for key, seat in facts.definition.parties.items()})

    def act(session: Any) -> str:
        service.propose(session, ref, kind="add_party", subject=form.seat.data, body=form.body(),
                        actor=login.me().id, key=form.key(), now=now())
        return _("Asked. %(name)s is invited when every party has agreed.", name=form.organisation.data)

    others = [party.name for party in facts.present if party.number != own]
    return dialog(facts, form, "room/proposals/add_party.html", _("Add a party"), act,
                  then=url_for("room.now", ref=ref), others=words.listed(others, pages.reader()), seats=seats,
                  newcomer=proposals_words.newcomer(facts))


def _in_it(facts: Facts, found: ProposalFact) -> bool:
    """Whether it was made while the reader's party was there: who comes later sees nothing from before."""
    own = facts.own
    if not _sees(found) & audience.of_reader(facts):
        return False
    if KINDS[found.kind].own:  # what a party asks itself
        return own == found.party
    if own is None:
        return True
    joined = facts.party(own).joined_at
    return own in found.parties or own == found.party or joined is None or joined <= found.at


def _sees(found: ProposalFact) -> int:
    sees = sees_of(found)
    return audience.ALL if sees is None else sees


def _answers(facts: Facts, found: ProposalFact) -> list[tuple[frame.PartyView, str]]:
    """Each party that is asked, and yes, no, not (one of these refused) or open."""
    views, left = frame.party_views(facts), set(found.parties) - set(found.agreeing)
    other = "open" if found.state is not ProposalState.REFUSED else "no" if len(left) == 1 else "not"
    return [(views[number], "yes" if number in found.agreeing else other) for number in found.parties]


def _may_answer(facts: Facts, found: ProposalFact) -> bool:
    return (can_be_answered(facts, found) and facts.own in lacks(found)
            and may_answer(PROPOSALS[found.kind], facts.actor))


def _may_take_back(facts: Facts, found: ProposalFact) -> bool:
    return can_be_answered(facts, found) and found.person == login.me().id


def _replaced(facts: Facts, found: ProposalFact) -> bool:
    """Whether a later proposal about the same thing took its place; else it was taken back."""
    return any((one.kind, one.subject, one.at) == (found.kind, found.subject, found.since) for one in facts.proposals
               if one.number > found.number)


def _several(facts: Facts, found: ProposalFact) -> bool:
    """Whether the figure that it is about has more than one value, as far as the reader sees."""
    path, mask = found.subject.partition("@")[0], frame.mask(facts)
    return (found.kind in (OTHER_VALUE, SETTLE) and facts.settled(path) is None
            and differ(one for one in facts.said(path) if one.sees & mask))


def _settle_url(facts: Facts, found: ProposalFact) -> str:
    """Where the reader proposes which value counts, once this was refused."""
    ways = (found.state is ProposalState.REFUSED and not facts.ended and _several(facts, found)
            and may(Act.SETTLE, facts.actor, party=facts.own))
    return url_for("room.settle", ref=facts.project.ref, path=found.subject.partition("@")[0]) if ways else ""


def _names(facts: Facts, found: ProposalFact) -> str:
    """Who names somebody who answers, where nobody of the reader's party is left who does."""
    own = facts.own
    if own not in lacks(found) or not can_be_answered(facts, found) or _deciders(facts, found):
        return ""
    return words.listed((member.name for member in facts.people(own, "champion")), pages.reader(), either=True)


def _deciders(facts: Facts, found: ProposalFact) -> str:
    """Who of the reader's party answers, for those who do not."""
    own = facts.own
    if own not in lacks(found) or not can_be_answered(facts, found):
        return ""
    return words.listed((member.name for member in facts.members
                         if member.party == own and may_answer(PROPOSALS[found.kind], member)), pages.reader())
