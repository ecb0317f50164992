"""What happened to duties, most of it after the signature: what was taken on, notice, reports, the end."""

from collections.abc import Iterator

from cocreate.domain import ending
from cocreate.domain.hearing import News, Subject
from cocreate.domain.reminding import champions, looks_after
from workflows.facts import Facts, Notice


def everything(before: Facts, after: Facts) -> Iterator[News]:
    yield from _taken_on(before, after)
    yield from _notice(before, after)
    yield from _reported(before, after)
    if after.contract and ending.agreed(after) and not ending.agreed(before):
        yield News("contract_ends", Subject("contract", str(after.contract.number)), None)


def _taken_on(before: Facts, after: Facts) -> Iterator[News]:
    """What a party does about a question; the duties of the contract come with its last signature, and that is told."""
    known = {duty.number for duty in before.duties}
    for duty in after.duties:
        if duty.number not in known and duty.gate:
            yield News("taken_on", Subject("duty", str(duty.number), duty.party), duty.party, looks_after(after, duty))


def _notice(before: Facts, after: Facts) -> Iterator[News]:
    """Notice of another party leaves one nothing to decide; when it is taken back, one decides again.

    That it goes on or ends leaves the others what they have to decide, but they rely on it.
    """
    old = {duty.number: duty for duty in before.duties}
    for duty in after.duties:
        was = old.get(duty.number, duty)
        if duty.outcome == Notice.OVER:
            continue  # of the end of the contract everybody is told
        if Notice.OTHERS in (was.outcome, duty.outcome) and was.outcome != duty.outcome:
            yield News("notice_given" if duty.outcome else "notice_back",
                       Subject("duty", str(duty.number), duty.party), duty.party, looks_after(after, duty))
        elif {Notice.ON, Notice.ENDS} & {was.outcome, duty.outcome} and was.outcome != duty.outcome:
            yield News("decided" if duty.outcome else "decided_back", Subject("duty", str(duty.number), duty.party),
                       duty.party, tuple(person for party in after.contracting if party.number != duty.party
                                         for person in champions(after, party.number)))


def _reported(before: Facts, after: Facts) -> Iterator[News]:
    """What was reported as done and is not, as its own party says or another, or is after all."""
    old = {duty.number: duty for duty in before.duties}
    for duty in after.duties:
        was, subject = old.get(duty.number, duty), Subject("duty", str(duty.number), duty.party)
        if was is duty or duty.decide:
            continue
        if was.done_at is not None and duty.done_at is None:
            yield News("duty_back", subject, duty.party, (*looks_after(after, duty), *(
                person for party in was.doubts for person in champions(after, party))))
        elif duty.doubts != was.doubts:
            yield News("duty_doubted" if len(duty.doubts) > len(was.doubts) else "duty_seen", subject, duty.party,
                       looks_after(after, duty))
