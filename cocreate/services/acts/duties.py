"""What is owed by a day, by the agreed terms or since a party took it on at a question before them: reporting it done,
deciding what goes on, handing it on.

A duty belongs to a party; its champions look after it, or the colleague they handed it to.
"""

from dataclasses import dataclass
from datetime import date

from cocreate.domain import explaining
from cocreate.domain.rights import Act, may, who_may
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.change import Change, next_number, require
from workflows.facts import DutyFact, Facts, MemberFact, Notice
from workflows.values import replace


@dataclass(frozen=True, slots=True)
class TakeOn:
    """Say at a question of the running stage what one's own party does about it, who looks after it, and by when."""

    gate: str
    what: str
    due: date
    owner: int


@dataclass(frozen=True, slots=True)
class ReportDuty:
    """Say that a duty of one's own party is done, or how it decided.

    notice: which of the two it is. day: when it was decided. words: the value, or about the decision.
    seen: the last day that stood there. following: the next last day, of what goes on by itself.
    """

    number: int
    notice: Notice | None = None
    day: date | None = None
    words: str = ""
    seen: str = ""
    following: date | None = None


@dataclass(frozen=True, slots=True)
class TakeBackReport:
    """Say that what one's own party reported does not stand; what it decided, until the last day for it."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class DoubtDuty:
    """Say for one's own party that it does not see done what another reported."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class SeeDuty:
    """Say that one's own party sees it done after all."""

    number: int


@dataclass(frozen=True, slots=True)
class HandDuty:
    """Name the colleague who looks after a duty from now on."""

    number: int
    person: int


@dataclass(frozen=True, slots=True)
class DecideLater:
    """The last day for a decision, ``was``, has passed: the contract goes on, and ``due`` is the next such day."""

    number: int
    was: date
    due: date


def take_on(facts: Facts, given: TakeOn) -> Change:
    """Each party for itself: nobody is given a duty by another. The others read it at the question."""
    actor, party = require_taking_on(facts, given.gate)
    what = given.what.strip()
    if not what:
        raise Invalid("duty.what", field="what")
    if given.due <= facts.today:
        raise Invalid("duty.past", field="by")
    duty = DutyFact(next_number(facts.duties), party, what, given.due, gate=given.gate, owner=given.owner)
    colleague = facts.member(given.owner)
    if colleague is None or not can_look_after(colleague, duty):
        raise Invalid("duty.not_theirs", field="to")
    facts = facts.with_duty(duty)
    return Change(facts=facts, party=party, details={"gate": given.gate, "duty": duty.number,
                                                     "due": given.due.isoformat(), "person": given.owner},
                  personal={"reason": what} | ({"name": colleague.name} if given.owner != actor.person else {}))


def require_taking_on(facts: Facts, gate: str) -> tuple[MemberFact, int]:
    """The actor and the party for which they can say at this question what it does."""
    own = facts.own
    actor = require(facts, Act.TAKE_ON, party=own)
    if facts.definition.gates[gate][0] != facts.project.stage:
        raise Conflict("gate.passed", gate=gate)
    return actor, own or 0


def report(facts: Facts, given: ReportDuty) -> Change:
    duty, actor = mine(facts, given.number, Act.DUTY_DONE)
    if duty.gives and not given.words:
        raise Invalid("duty.value", field="words")
    if duty.decide:
        _require_day(facts, duty, given.day)
    done = replace(duty, done_at=facts.now, done_by=actor.person, done_on=given.day, said=given.words or None)
    details = {"duty": duty.number} | ({"day": given.day.isoformat()} if given.day else {})
    if duty.decide:
        facts, more = _decided(facts, done, given)
        details |= more
    else:
        facts = facts.with_duty(done)
    return Change(facts=facts, party=duty.party, details=details,
                  personal={"reason": given.words} if given.words else {})


def _require_day(facts: Facts, duty: DutyFact, day: date | None) -> None:
    """Of a decision: since the signature, by its last day, and not ahead of today."""
    signed, last = facts.day(facts.project.ended_at or facts.now), min(facts.today, duty.due)
    if day is None or not signed <= day <= last:
        raise Invalid("duty.day", field="day", first=signed, last=last)


def _decided(facts: Facts, done: DutyFact, given: ReportDuty) -> tuple[Facts, dict[str, str]]:
    """Notice leaves the others nothing to decide; that it goes on says a party for itself alone, until the next day."""
    if given.notice not in choices(done):
        raise Invalid("duty.notice" if done.goes_on_by else "duty.which", field="notice")
    if given.seen != done.due.isoformat():
        raise Invalid("duty.moved", field="notice")
    details = {"notice": given.notice.value}
    if given.notice is Notice.ON and given.following is not None:
        if given.following <= done.due:
            raise Conflict("duty.later", number=done.number)
        return (facts.with_duty(replace(done, done_at=None, done_by=None, done_on=None, said=None,
                                        due=given.following)), details | {"due": given.following.isoformat()})
    for one in same_decision(facts, done) if given.notice is Notice.GIVEN else ():
        if one.done_at is None:
            facts = facts.with_duty(replace(one, done_at=facts.now, done_by=done.done_by, outcome=Notice.OTHERS.value))
    return facts.with_duty(replace(done, outcome=given.notice.value)), details


def choices(duty: DutyFact) -> tuple[Notice, Notice]:
    """The two that a decision lies between: what goes on by itself ends by notice, what ends goes on by choice."""
    return (Notice.GIVEN, Notice.ON) if duty.goes_on_by else (Notice.ON, Notice.ENDS)


def same_decision(facts: Facts, duty: DutyFact) -> tuple[DutyFact, ...]:
    """What the others have to decide about the same; not by day, since each says for itself that it goes on."""
    return tuple(one for one in facts.duties if one.decide and one.party != duty.party and (
        one.what, one.clause) == (duty.what, duty.clause))


def take_back_report(facts: Facts, given: TakeBackReport) -> Change:
    """Whom it left nothing to decide decides again. From the day after the last one all rely on what was decided."""
    duty, _actor = theirs(facts, given.number, Act.DUTY_BACK)
    if duty.decide:
        _require_in_time(facts, duty)
    else:
        _require_reported(duty)
    reason = explaining.why(given.reason)
    relying = same_decision(facts, duty) if duty.outcome == Notice.GIVEN else ()
    for one in (duty, *(one for one in relying if one.outcome == Notice.OTHERS)):
        facts = facts.with_duty(replace(one, done_at=None, done_by=None, done_on=None, said=None, outcome=None,
                                        doubted=None))
    was = {} if duty.outcome == Notice.GIVEN else {"was": duty.outcome or "done"}
    return Change(facts=facts, party=duty.party, details={"duty": duty.number} | was, personal={"reason": reason})


def _require_in_time(facts: Facts, duty: DutyFact) -> None:
    if duty.outcome not in choices(duty):
        raise Conflict("duty.no_notice", number=duty.number)
    if facts.today > duty.due:
        raise Conflict("duty.in_effect", number=duty.number, day=duty.due)


def _require_reported(duty: DutyFact) -> None:
    if duty.outcome == Notice.OVER:
        raise Conflict("duty.over", number=duty.number)
    if duty.done_at is None:
        raise Conflict("duty.open", number=duty.number)


def can_take_back(facts: Facts, duty: DutyFact) -> bool:
    """Whether the actor can still say that this report, notice or decision does not stand."""
    in_time = duty.outcome in choices(duty) and facts.today <= duty.due
    return (in_time if duty.decide else is_reported(duty)) and may(
        Act.DUTY_BACK, facts.actor, party=duty.party, asked=duty.owner)


def is_reported(duty: DutyFact) -> bool:
    """Whether its party says that it is done."""
    return duty.done_at is not None and not duty.decide and duty.outcome != Notice.OVER


def doubt(facts: Facts, given: DoubtDuty) -> Change:
    """Nobody undoes the report of another: both stand, until one of them takes its word back."""
    duty, own = _others(facts, given.number)
    if own in duty.doubts:
        raise Conflict("duty.doubted", number=duty.number)
    reason = explaining.why(given.reason)
    return Change(facts=facts.with_duty(duty.with_doubts(duty.doubts | {own: reason})), party=own,
                  details={"duty": duty.number, "of": duty.party}, personal={"reason": reason})


def see(facts: Facts, given: SeeDuty) -> Change:
    duty, own = _others(facts, given.number)
    if own not in duty.doubts:
        raise Conflict("duty.no_doubt", number=duty.number)
    left = {party: why for party, why in duty.doubts.items() if party != own}
    return Change(facts=facts.with_duty(duty.with_doubts(left)), party=own,
                  details={"duty": duty.number, "of": duty.party})


def _others(facts: Facts, number: int) -> tuple[DutyFact, int]:
    """A duty that another party reported as done, and the actor's party, which the contract binds as well."""
    duty, actor = theirs(facts, number, Act.DOUBT)
    if actor.party is None or actor.party not in {party.number for party in facts.bound}:
        raise Forbidden("only", act=Act.DOUBT.value, persons=_who_doubt(facts, duty))
    if duty.decide:
        raise Conflict("duty.own_decision", number=number)
    _require_reported(duty)
    return duty, actor.party


def _who_doubt(facts: Facts, duty: DutyFact) -> tuple[int, ...]:
    return tuple(member.person for party in facts.bound if party.number != duty.party
                 for member in facts.people(party.number, "champion"))


def can_doubt(facts: Facts, duty: DutyFact) -> bool:
    """Whether the actor leads for another party that the contract binds, and this is reported as done."""
    actor = facts.actor
    return is_reported(duty) and may(Act.DOUBT, actor, party=duty.party) and (
        actor is not None and actor.party in {party.number for party in facts.bound})


def decide_later(facts: Facts, given: DecideLater) -> Change:
    """Nobody but the clock does this, on the day after."""
    if facts.actor is not None:
        raise Forbidden("only", act=Act.DUTY_DONE.value, persons=())
    duty = next((one for one in facts.duties if one.number == given.number), None)
    if duty is None:
        raise Conflict("duty.unknown", number=given.number)
    if duty.done_at is not None:
        raise Conflict("duty.done", number=duty.number, at=duty.done_at)
    if not duty.decide or duty.due != given.was or given.due <= given.was or facts.today <= duty.due:
        raise Conflict("duty.later", number=duty.number)
    return Change(facts=facts.with_duty(replace(duty, due=given.due)), party=duty.party, details={
        "duty": duty.number, "was": given.was.isoformat(), "due": given.due.isoformat()})


def hand_on(facts: Facts, given: HandDuty) -> Change:
    duty, _actor = mine(facts, given.number, Act.PASS_ON)
    colleague = facts.member(given.person)
    if colleague is None or not can_look_after(colleague, duty):
        raise Invalid("duty.not_theirs", field="to")
    after = replace(duty, owner=colleague.person, confirmed_at=facts.now)
    return Change(facts=facts.with_duty(after), party=duty.party,
                  details={"duty": duty.number, "person": colleague.person}, personal={"name": colleague.name})


LOOKING_AFTER = frozenset({"champion", "signatory", "contributor"})


def can_look_after(member: MemberFact, duty: DutyFact) -> bool:
    """Whether a duty can be handed to this person: somebody of its party who does something there."""
    return member.present and member.party == duty.party and bool(member.own & LOOKING_AFTER)


def mine(facts: Facts, number: int, act: Act) -> tuple[DutyFact, MemberFact]:
    """A duty that is open, and the actor, if the act is theirs to do. After the end of the project, too."""
    duty, actor = theirs(facts, number, act)
    if duty.outcome == Notice.OVER:
        raise Conflict("duty.over", number=number)
    if duty.done_at is not None:
        raise Conflict("duty.done", number=number, at=duty.done_at)
    return duty, actor


def theirs(facts: Facts, number: int, act: Act) -> tuple[DutyFact, MemberFact]:
    """A duty, be it done, and the actor, if the act is theirs to do."""
    duty = next((one for one in facts.duties if one.number == number), None)
    if duty is None:
        raise Conflict("duty.unknown", number=number)
    if facts.actor is None or not may(act, facts.actor, party=duty.party, asked=duty.owner):
        raise Forbidden("only", act=act.value, persons=tuple(
            member.person for member in who_may(facts, act, party=duty.party, asked=duty.owner)))
    return duty, facts.actor
