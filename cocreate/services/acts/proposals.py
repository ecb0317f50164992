"""Proposing, and agreeing or not: what needs every party takes effect when the last one agrees.

The kinds are in ``KINDS``: who must agree, and what happens then. A new kind is a line there.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cocreate.domain import audience, charter, ending, explaining, openness, settling, wordings
from cocreate.domain.hearing import Subject
from cocreate.domain.names import skeleton
from cocreate.domain.rights import Act, lets, may_answer
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts import holds, neutral, people, unsigned
from cocreate.services.acts.change import Change, Letter, next_number, require, require_running
from cocreate.services.acts.neutral import PersonArrival
from cocreate.services.acts.people import Arrival
from workflows import progression
from workflows.facts import END, WAIVE, Facts, MemberFact, PartyFact, ProposalFact, ProposalState
from workflows.facts.disputes import OTHER_VALUE, SETTLE
from workflows.texts import say
from workflows.values import replace

MOST_WAIVED = 8  # values that are waived with one proposal


@dataclass(frozen=True, slots=True)
class Propose:
    """Propose something; ``body`` is JSON, see the kind. ``arrival``: who comes in if all agree with this at once."""

    kind: str
    subject: str
    body: str
    arrival: Arrival | PersonArrival | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Agree to a proposal for one's party, or not, with the reason. ``arrival``: who comes in with the last yes."""

    number: int
    agree: bool
    reason: str = ""
    arrival: Arrival | PersonArrival | None = None


@dataclass(frozen=True, slots=True)
class TakeBackProposal:
    """Ask nobody any more what one proposed oneself."""

    number: int


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of proposal needs and does."""

    act: Act
    effect: Callable[[Facts, ProposalFact], Facts]
    contracting: bool = False  # only contracting parties must agree
    among: Callable[[Facts, str], tuple[PartyFact, ...]] | None = None  # of a subject: only these must
    check: Callable[[Facts, str, Mapping[str, Any]], None] = lambda *_: None  # of its subject and body, before
    asks_all: bool = False  # who proposes has not agreed yet
    arrives: Callable[[Change, Mapping[str, Any], Any], Change] | None = None  # with the last yes somebody comes in
    own: bool = False  # the own party alone answers: for what its contributors propose
    one_is_enough: bool = False  # what one party may do alone needs only one of them
    after: bool = False  # of the signed contract, and asked of who signed it


def propose(facts: Facts, given: Propose) -> Change:
    kind = KINDS.get(given.kind)
    if kind is None:
        raise Invalid("proposal.unknown", field="kind")
    own = facts.own
    actor = require(facts, kind.act, party=own, after=kind.after)
    body: Mapping[str, Any] = json.loads(given.body)
    if given.kind != "charter":
        explaining.why(str(body.get("reason", "")))
    kind.check(facts, given.subject, body)
    parties = kind.among(facts, given.subject) if kind.among else _asked(facts, kind)
    if not kind.own or given.subject:  # colleagues who shall come are several
        facts = _end_earlier(facts, given.kind, given.subject)
    proposal = ProposalFact(
        number=next_number(facts.proposals), kind=given.kind, subject=given.subject,
        body=given.body, party=own, person=actor.person, at=facts.now,
        needs=_numbers(party.number for party in parties),
        agreed=_numbers([own] if own is not None and not kind.asks_all and may_answer(kind.act, actor) else []),
        state=ProposalState.OPEN, since=facts.now)
    return _settled(facts.with_proposal(proposal), proposal, kind, given.arrival, Change(
        facts=facts, party=own, sees=sees_of(proposal), answer={"number": proposal.number},
        details={"proposal": proposal.number, "kind": given.kind, "subject": given.subject},
        personal={"body": given.body}, letters=_asking(facts, proposal, kind, actor.person)))


def _asked(facts: Facts, kind: Kind) -> tuple[PartyFact, ...]:
    """The parties whose agreement counts; where one is enough those who may do it alone, or all where none may."""
    if kind.after:
        return ending.signers(facts)
    parties = facts.contracting if kind.contracting else facts.present
    if kind.own:
        return tuple(party for party in parties if facts.actor and party.number == facts.actor.party)
    alone = tuple(party for party in parties if any(
        lets(facts, kind.act, member) for member in facts.people(party.number, "champion")))
    return alone if kind.one_is_enough and alone else parties


def answer(facts: Facts, given: Answer) -> Change:
    proposal = _require_time(facts, given.number)
    if proposal is None or proposal.state is not ProposalState.OPEN:
        raise Conflict("proposal.ended", number=given.number)
    kind = KINDS[proposal.kind]
    own = facts.own
    if given.agree and own in proposal.agreeing:
        raise Conflict("proposal.ended", number=given.number)
    if own not in proposal.parties or not may_answer(kind.act, facts.actor):
        numbers = (own,) if own in proposal.parties else proposal.parties
        raise Forbidden("only", act=kind.act.value, persons=tuple(
            m.person for m in facts.members if m.party in numbers and may_answer(kind.act, m)))
    details = {"proposal": proposal.number, "kind": proposal.kind, "subject": proposal.subject, "agree": given.agree}
    if not given.agree:
        reason = explaining.why(given.reason)
        refused = replace(proposal, state=ProposalState.REFUSED, since=facts.now, reason=reason)
        letter = Letter("proposal_refused", proposal.person, str(Subject("proposal", str(proposal.number), own)))
        return Change(facts=facts.with_proposal(refused), party=own, sees=sees_of(proposal), details=details,
                      personal={"reason": reason}, letters=(letter,))
    agreed = replace(proposal, agreed=_numbers({*proposal.agreeing, own or 0}))
    return _settled(facts.with_proposal(agreed), agreed, kind, given.arrival,
                    Change(facts=facts, party=own, details=details,
                           # Of a party's own question the yes shows to all what came of it.
                           sees=None if kind.own else sees_of(proposal)))


def _require_time(facts: Facts, number: int) -> ProposalFact | None:
    """The proposal; it is answered while the project runs, and of the signed contract after that."""
    proposal = next((p for p in facts.proposals if p.number == number), None)
    if proposal is None or not KINDS[proposal.kind].after:
        require_running(facts)
    return proposal


def can_be_answered(facts: Facts, proposal: ProposalFact) -> bool:
    """Whether it is open, at a time in which it can be answered or taken back."""
    in_time = facts.project.outcome == "agreed" if KINDS[proposal.kind].after else not facts.ended and not facts.on_hold
    return in_time and proposal.state is ProposalState.OPEN


def take_back(facts: Facts, given: TakeBackProposal) -> Change:
    proposal = _require_time(facts, given.number)
    if proposal is None or proposal.state is not ProposalState.OPEN:
        raise Conflict("proposal.ended", number=given.number)
    if facts.actor is None or not facts.actor.present or facts.actor.person != proposal.person:
        raise Forbidden("only", act=KINDS[proposal.kind].act.value, persons=(proposal.person,))
    return Change(facts=facts.with_proposal(replace(proposal, state=ProposalState.ENDED, since=facts.now)),
                  party=proposal.party, sees=sees_of(proposal),
                  details={"proposal": proposal.number, "kind": proposal.kind, "subject": proposal.subject})


def sees_of(proposal: ProposalFact) -> int | None:
    """Who reads it and what becomes of it: what its body says, of what a party asks itself that party, else all."""
    if KINDS[proposal.kind].own and proposal.party is not None:
        return audience.bit(proposal.party)
    sees: int | None = json.loads(proposal.body).get("sees")
    return sees


def lacks(proposal: ProposalFact) -> frozenset[int]:
    """The parties that have not agreed yet."""
    return frozenset(proposal.parties) - frozenset(proposal.agreeing)


def without(facts: Facts, party: int) -> Facts:
    """Nobody waits for the answer of a party that leaves; what all others agreed to takes effect."""
    for proposal in facts.proposals:
        if proposal.state is ProposalState.OPEN and party in proposal.parties:
            left = replace(proposal, needs=_numbers(set(proposal.parties) - {party}))
            kind = KINDS[proposal.kind]
            if kind.own or not left.parties:
                facts = facts.with_proposal(replace(left, state=ProposalState.ENDED, since=facts.now))
            elif lacks(left) or kind.arrives:  # who comes in is invited by an answer
                facts = facts.with_proposal(left)
            else:
                facts = _effective(facts, left, kind)
    return facts


def _settled(facts: Facts, proposal: ProposalFact, kind: Kind, arrival: Arrival | PersonArrival | None,
             change: Change) -> Change:
    """The change after an agreement: with the last one the proposal takes effect."""
    if lacks(proposal) and not (kind.one_is_enough and proposal.agreeing):
        return replace(change, facts=facts)
    change = replace(change, facts=_effective(facts, proposal, kind), details={**change.details, "all": True})
    body = {**json.loads(proposal.body), "by": proposal.person}
    return kind.arrives(change, body, arrival) if kind.arrives else change


def _effective(facts: Facts, proposal: ProposalFact, kind: Kind) -> Facts:
    done = replace(proposal, state=ProposalState.AGREED, since=facts.now)
    return kind.effect(facts.with_proposal(done), done)


def _asking(facts: Facts, proposal: ProposalFact, kind: Kind, actor: int) -> tuple[Letter, ...]:
    """A mail for everybody who can answer for a party that has not."""
    return tuple(Letter("proposal", m.person, str(Subject("proposal", str(proposal.number), m.party)))
                 for m in facts.members if m.party in lacks(proposal) and m.person != actor
                 and may_answer(kind.act, m))


def _end_earlier(facts: Facts, kind: str, subject: str) -> Facts:
    """A new proposal about the same thing takes the place of an open one."""
    for proposal in facts.proposals:
        if proposal.state is ProposalState.OPEN and proposal.is_about(kind, subject):
            facts = facts.with_proposal(replace(proposal, state=ProposalState.ENDED, since=facts.now))
    return facts


def _numbers(numbers: Any) -> str:
    return " ".join(str(number) for number in sorted(numbers))


def _nothing_more(facts: Facts, _proposal: ProposalFact) -> Facts:
    """The agreed proposal itself is the effect: guards, charter and contract read it."""
    return facts


def _withdraw(facts: Facts, _proposal: ProposalFact) -> Facts:
    return progression.enter(facts, "withdrawn")


def _rest(facts: Facts, proposal: ProposalFact) -> Facts:
    return holds.resting(facts, holds.day_of(json.loads(proposal.body)))


def _may_rest(facts: Facts, _subject: str, body: Mapping[str, Any]) -> None:
    holds.require_possible(facts, holds.day_of(body))


def _has_name(_facts: Facts, _subject: str, body: Mapping[str, Any]) -> None:
    if not str(body.get("name", "")).strip():
        raise Invalid("neutral.name", field="name")


def _is_new(_facts: Facts, _subject: str, body: Mapping[str, Any]) -> None:
    """Somebody with a name and parts of a party."""
    if not str(body.get("name", "")).strip():
        raise Invalid("neutral.name", field="name")
    if not body.get("parts") or not set(body["parts"]) <= set(people.PARTS):
        raise Invalid("parts.unknown", field="parts")


def _are_other_parts(facts: Facts, subject: str, body: Mapping[str, Any]) -> None:
    """Other parts than a colleague has."""
    member = _colleague(facts, subject, facts.own)
    parts = frozenset(body.get("parts", ()))
    people.with_parts(facts, member, parts)
    if parts == member.own & frozenset(people.PARTS):
        raise Invalid("parts.same", field="parts")


def _give_parts(facts: Facts, proposal: ProposalFact) -> Facts:
    member = _colleague(facts, proposal.subject, proposal.party)
    return people.with_parts(facts, member, json.loads(proposal.body)["parts"])


def _colleague(facts: Facts, subject: str, party: int | None) -> MemberFact:
    member = facts.member(int(subject)) if subject.isdecimal() else None
    if member is None or party is None or member.party != party or member.left_at is not None:
        raise Conflict("member.gone")
    return member


def _is_a_part(facts: Facts, subject: str, body: Mapping[str, Any]) -> None:
    """Words for a part of the charter; the goals of a party are its own words, openness has its levels."""
    if subject not in charter.keys(facts):
        raise Invalid("charter.part", field="text")
    if (party := charter.party_of(subject)) is not None and (party != facts.own or not body.get(charter.GOALS)):
        raise Invalid("charter.goals", field="goals", party=facts.party(party).name)
    there = charter.part(facts, subject)
    for code, proposal in (("charter.stands", there.holds), ("charter.proposed", there.proposed)):
        if proposal is not None and json.loads(proposal.body) == body:
            raise Invalid(code, field="text" if party is None else "goals")
    numbers = {party.number for party in facts.parties}
    for kind, level in body.get("kinds", {}).items() if subject == "openness" else ():
        if kind not in openness.KINDS or not (level in openness.LEVELS or numbers.issuperset(level)):
            raise Invalid("charter.part", field="text")


def _are_values(facts: Facts, subject: str, _body: Mapping[str, Any]) -> None:
    """Values of the template, each once; so many that no list of them is longer than what is kept."""
    paths = subject.split()
    if len(paths) > MOST_WAIVED or len(set(paths)) < max(len(paths), 1) or not all(map(facts.definition.asks, paths)):
        raise Invalid("proposal.unknown", field="kind")


def _pull_apart(facts: Facts, subject: str, _body: Mapping[str, Any]) -> None:
    """Two goals that are there, of two parties."""
    there = {goal.id for party in facts.present for goal in charter.every_goal(facts, party.number)}
    a, _, b = subject.partition("~")
    if a not in there or b not in there or a.partition(".")[0] == b.partition(".")[0]:
        raise Invalid("charter.conflict", field="other")


def _is_owed(facts: Facts, _subject: str, body: Mapping[str, Any]) -> None:
    """A value that is settled later is owed by somebody who signs, by a day that is to come."""
    settled = settling.Settled.read(body)
    if not settled.parties or not {party.number for party in facts.contracting}.issuperset(settled.parties):
        raise Invalid("later.nobodys", field="who")
    if settled.due <= facts.today:
        raise Invalid("later.past", field="by")


def _can_end(facts: Facts, _subject: str, body: Mapping[str, Any]) -> None:
    """The day is to come, nothing has been agreed yet, and in each party that signed there is somebody who answers."""
    found, asked = ending.Ending.read(body), ending.signers(facts)
    if (there := ending.agreed(facts)) is not None:
        raise Conflict("ending.there", day=there.day)
    if facts.actor is None or facts.actor.party not in {party.number for party in asked}:
        raise Conflict("ending.not_bound")
    if found.day < facts.today:
        raise Invalid("ending.past", field="day")
    for party in asked:
        if not facts.people(party.number, "signatory"):
            raise Conflict("ending.nobody", party=party.number, field="day")


def _end(facts: Facts, proposal: ProposalFact) -> Facts:
    found = ending.Ending.read(json.loads(proposal.body))
    if found.day < facts.today:  # it was agreed to too late
        raise Conflict("ending.past")
    return ending.ended(facts, found)


def _is_of_another(facts: Facts, subject: str, body: Mapping[str, Any]) -> None:
    """What a figure is instead, said for one's own party, of what another has given."""
    path, _, by = subject.rpartition("@")
    own = facts.own
    if own is None or by != str(own) or body["of"].partition("=")[0] == by or not path:
        raise Invalid("proposal.unknown", field="kind")


def _reword(facts: Facts, _proposal: ProposalFact) -> Facts:
    """A clause that changes ends the version that was made of it."""
    return progression.end_contract(facts, "clause")


def offered_seats(facts: Facts) -> tuple[str, ...]:
    """The seats in which another organisation has a place."""
    return tuple(key for key, seat in facts.definition.parties.items()
                 if len(facts.holders([key])) < (seat.many.max if seat.many else 1))


def _has_place(facts: Facts, _subject: str, body: Mapping[str, Any]) -> None:
    """Whether the organisation can sit there."""
    if body["seat"] not in offered_seats(facts):
        raise Invalid("seat.full", field="seat")
    there = next((p for p in facts.parties if skeleton(p.name) == skeleton(body["name"])), None)
    if there is not None:
        code = "seat.twice" if there.left_at is None else "party.left"
        raise Invalid(code, field="organisation", name=there.name,
                      seat=say(facts.definition.parties[there.seat].name, facts.project.language))


KINDS: dict[str, Kind] = {
    "add_party": Kind(Act.ADD_PARTY, _nothing_more, check=_has_place, arrives=people.arrive),
    "neutral": Kind(Act.ADD_PARTY, _nothing_more, check=_has_name, arrives=neutral.arrive),
    "colleague": Kind(Act.PEOPLE, _nothing_more, check=_is_new, arrives=people.join_party, asks_all=True, own=True),
    "parts": Kind(Act.PEOPLE, _give_parts, check=_are_other_parts, asks_all=True, own=True),
    "hold": Kind(Act.HOLD, _rest, check=_may_rest, one_is_enough=True),
    "withdraw": Kind(Act.WITHDRAW, _withdraw),
    unsigned.UNSIGNED: Kind(Act.UNSIGNED, unsigned.effect, check=unsigned.check, among=unsigned.among),
    WAIVE: Kind(Act.WAIVE, _nothing_more, contracting=True, check=_are_values),
    SETTLE: Kind(Act.SETTLE, _nothing_more, contracting=True),
    OTHER_VALUE: Kind(Act.SETTLE, _nothing_more, contracting=True, check=_is_of_another),
    "charter": Kind(Act.CHARTER, _nothing_more, check=_is_a_part),
    "conflict": Kind(Act.CHARTER, _nothing_more, check=_pull_apart, asks_all=True),
    END: Kind(Act.END_CONTRACT, _end, check=_can_end, after=True),
    "later": Kind(Act.CLAUSES, _reword, contracting=True, check=_is_owed),
    "strike": Kind(Act.CLAUSES, _reword, contracting=True),
    wordings.WORDING: Kind(Act.CLAUSES, _reword, contracting=True, check=wordings.check),
}
