"""What the agreed terms ask for by a day: reporting it done."""

from dataclasses import dataclass, replace

from cocreate.domain.rights import Act, may, who_may
from cocreate.errors import Conflict, Forbidden
from cocreate.services.acts.change import Change
from workflows.facts import Facts


@dataclass(frozen=True, slots=True)
class ReportDuty:
    """Say that a duty of one's own party is done."""

    number: int


def report(facts: Facts, given: ReportDuty) -> Change:
    duty = next((one for one in facts.duties if one.number == given.number), None)
    if duty is None:
        raise Conflict("duty.unknown", number=given.number)
    if facts.actor is None or not may(Act.DUTY_DONE, facts.actor, party=duty.party):
        raise Forbidden("only", act=Act.DUTY_DONE.value, persons=tuple(
            member.person for member in who_may(facts, Act.DUTY_DONE, party=duty.party)))
    if duty.done_at is not None:
        raise Conflict("duty.done", number=given.number, at=duty.done_at)
    after = replace(duty, done_at=facts.now, done_by=facts.actor.person)
    return Change(facts=facts.with_duty(after), party=duty.party, details={"duty": duty.number, "what": duty.what})
