"""Handing over one's part: for good, or to a substitute for a time that the clock begins and ends."""

from dataclasses import dataclass
from datetime import date

from cocreate.domain.hearing import Subject
from cocreate.domain.leading import in_charge, shared_with
from cocreate.domain.rights import Act
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.change import Administrator, Change, Letter, named, next_number, require, require_running
from cocreate.services.acts.holds import latest
from cocreate.services.acts.inviting import come_in
from workflows.facts import OWED, AbsenceFact, Facts, MemberFact
from workflows.values import replace

PARTS = ("champion", "signatory", "contributor")


@dataclass(frozen=True, slots=True)
class Substitute:
    """Hand parts of ``person`` over to ``to``, both of one party. Without ``until``: now and for good.

    by: the administrator who names the substitute of a person of the host; who calls checked that they may.
    """

    person: int
    to: int
    parts: tuple[str, ...]
    starts: date | None = None
    until: date | None = None
    by: Administrator | None = None


@dataclass(frozen=True, slots=True)
class JoinToStandIn:
    """A colleague of the account manager comes in to stand in for them; named ``by`` an administrator of the host."""

    person: int
    name: str
    absent: int
    by: Administrator | None = None


@dataclass(frozen=True, slots=True)
class TurnAbsence:
    """A day has come on which an absence begins or is over; nobody but the clock does this."""

    number: int


@dataclass(frozen=True, slots=True)
class ComeBack:
    """Take one's parts back before the day.

    by: the administrator who ends it with the role at the host of who stands in; who calls checked that they may.
    """

    number: int
    by: Administrator | None = None


def hands_over(facts: Facts, person: int) -> bool:
    """Whether the actor may hand over this person's part: one's own, or as champion a colleague's."""
    member, actor = facts.member(person), facts.actor
    if member is None or actor is None or not member.present or member.party is None or member.party != actor.party:
        return False
    return bool(own_parts(member)) and (member.person == actor.person or "champion" in actor.parts)


def own_parts(member: MemberFact) -> tuple[str, ...]:
    """What somebody can hand over; what is only lent to them is not theirs."""
    return tuple(part for part in PARTS if part in member.own)


def lendable(member: MemberFact) -> tuple[str, ...]:
    """What an administrator may lend of somebody of the host: who decides and signs says so in person."""
    return tuple(part for part in ("champion", "contributor", "manager") if part in member.own)


def absence_of(facts: Facts, person: int) -> AbsenceFact | None:
    """The absence of a person that runs or is still to come."""
    return next((a for a in facts.absences if a.person == person and a.ended_at is None), None)


def join_to_stand_in(facts: Facts, given: JoinToStandIn) -> Change:
    absent = _of_the_host(facts, given.absent)
    there = facts.member(given.person)
    shares = there is not None and there.present and shared_with(facts, there) and there.party != absent.party
    if there is not None and there.left_at is None and not shares:
        raise Conflict("member.there" if there.party == absent.party else "member.elsewhere", person=there.person)
    own = frozenset({"observer"}) | (there.own if there is not None and shares else frozenset())
    member = MemberFact(given.person, given.name, absent.party, own, accepted_at=facts.now)
    return Change(facts=facts.with_member(member), party=absent.party, rows=(come_in(facts, member),),
                  details={"person": given.person, "absent": absent.person},
                  personal={"name": given.name, "absent": absent.name} | named(given.by))


def _of_the_host(facts: Facts, person: int) -> MemberFact:
    """Whoever looks after the project, for whom an administrator may name a substitute: nobody in the project acts."""
    require_running(facts, on_hold=True)
    member = facts.member(person)
    if facts.actor is not None or member is None or not member.present or not in_charge(facts, member):
        raise Forbidden("only", act=Act.SUBSTITUTE.value, persons=())
    return member


def _who(facts: Facts, given: Substitute) -> MemberFact:
    """Whose parts are handed over, if the actor, or an administrator for the host's people, may do that."""
    if given.by:
        return _of_the_host(facts, given.person)
    actor = require(facts, Act.SUBSTITUTE, party=facts.own, on_hold=True)
    member = facts.member(given.person)
    if member is None or not hands_over(facts, given.person):
        raise Forbidden("only", act=Act.SUBSTITUTE.value, persons=tuple(
            m.person for m in facts.people(member.party if member else actor.party, "champion")))
    return member


def substitute(facts: Facts, given: Substitute) -> Change:
    member = _who(facts, given)
    to = facts.member(given.to)
    if to is None or not to.present or to.party != member.party or to.person == member.person:
        raise Invalid("substitute.not_here", field="to")
    if not given.parts or set(given.parts) - set(lendable(member) if given.by else own_parts(member)):
        raise Invalid("parts.none", field="parts")
    if (there := absence_of(facts, given.person)) is not None:
        facts = facts.with_absence(replace(there, ended_at=facts.now))
        member, to = facts.member(given.person) or member, facts.member(given.to) or to
    details = {"person": member.person, "to": to.person, "parts": sorted(given.parts)}
    names = {"person": member.name, "to": to.name} | named(given.by)
    if given.until is None:
        letter = Letter("handed_over", to.person, str(Subject("member", str(to.person), to.party)))
        return Change(facts=_for_good(facts, member, to, frozenset(given.parts)), party=member.party,
                      details=details, personal=names,
                      letters=(letter,) if facts.actor and to.person != facts.actor.person else ())
    starts, until = given.starts or facts.today, given.until
    if starts < facts.today:
        raise Invalid("absence.past", field="starts")
    if until < starts:
        raise Invalid("absence.ends_first", field="until")
    if until > latest(facts):
        raise Invalid("hold.long", field="until", latest=latest(facts))
    absence = AbsenceFact(
        next_number(facts.absences), member.person, to.person,
        " ".join(sorted(given.parts)), starts, until, began_at=facts.now if starts == facts.today else None)
    return Change(facts=facts.with_absence(absence), party=member.party, personal=names,
                  details=details | {"number": absence.number, "starts": starts.isoformat(),
                                     "until": until.isoformat()})


def _for_good(facts: Facts, member: MemberFact, to: MemberFact, parts: frozenset[str]) -> Facts:
    """The parts and the open tasks go to the other; who has none left reads on."""
    kept = member.own - parts or frozenset({"observer"})
    facts = facts.with_member(replace(member, parts=kept, lent=frozenset(), stands_for=frozenset()))
    facts = facts.with_member(replace(to, parts=to.own | parts, lent=frozenset(), stands_for=frozenset())).lend()
    for task in facts.tasks:
        if task.asked == member.person and task.state in OWED and not kept & set(PARTS):
            facts = facts.with_task(replace(task, asked=to.person))
    return facts


def turn_absence(facts: Facts, given: TurnAbsence) -> Change:
    _require_lent(facts)
    if facts.actor is not None:
        raise Forbidden("only", act=Act.SUBSTITUTE.value, persons=())
    absence = _open(facts, given.number)
    if facts.today > absence.until:
        after, begins = replace(absence, ended_at=facts.now), False
    elif absence.began_at is None and facts.today >= absence.starts:
        after, begins = replace(absence, began_at=facts.now), True
    else:
        raise Conflict("absence.over")
    return _turned(facts, absence, after, begins=begins)


def come_back(facts: Facts, given: ComeBack) -> Change:
    if given.by and facts.actor is None:
        absence = _open(facts, given.number)
        change = _turned(facts, absence, replace(absence, ended_at=facts.now), begins=False)
        return replace(change, personal=named(given.by))
    _require_lent(facts)
    absence = _open(facts, given.number)
    own = facts.actor is not None and facts.actor.person == absence.person
    if not own and not hands_over(facts, absence.person):
        raise Forbidden("only", act=Act.SUBSTITUTE.value, persons=(absence.person,))
    return _turned(facts, absence, replace(absence, ended_at=facts.now), begins=False)


def _require_lent(facts: Facts) -> None:
    """Duties go on after the signature, and so does who may report them."""
    if facts.project.outcome != "agreed":
        require_running(facts, on_hold=True)


def _open(facts: Facts, number: int) -> AbsenceFact:
    absence = next((a for a in facts.absences if a.number == number), None)
    if absence is None or absence.ended_at is not None:
        raise Conflict("absence.over")
    return absence


def _turned(facts: Facts, absence: AbsenceFact, after: AbsenceFact, *, begins: bool) -> Change:
    member = facts.member(absence.person)
    return Change(facts=only_stood_in(facts.with_absence(after), after), party=member.party if member else None,
                  details={"number": absence.number, "person": absence.person, "to": absence.substitute,
                           "begins": begins})


def end_of(facts: Facts, person: int) -> tuple[Facts, tuple[int, ...]]:
    """The facts without anybody standing in for a person whose part is another's now, and who did."""
    over = [replace(one, ended_at=facts.now) for one in facts.absences if one.person == person and one.ended_at is None]
    for absence in over:
        facts = only_stood_in(facts.with_absence(absence), absence)
    return facts, tuple(absence.substitute for absence in over)


def only_stood_in(facts: Facts, absence: AbsenceFact) -> Facts:
    """Who came in uninvited, only to stand in, goes when that is over."""
    to = facts.member(absence.substitute)
    waits = any(a.substitute == absence.substitute and a.ended_at is None for a in facts.absences)
    if to is None or not to.present or to.invited_at is not None or to.own != {"observer"} or waits:
        return facts
    return facts.with_member(replace(to, left_at=facts.now))
