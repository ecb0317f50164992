"""What an act means for people: which mails and lines of digests follow from the difference between two sets of facts.

No act has to remember whom to tell. Who hears of a kind of news is the table of ``hearing``.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cocreate.domain import assessing, audience, news_of_duties, news_of_people
from cocreate.domain.hearing import BY_LETTER, Channel, News, Subject, entries, recipients, signing
from cocreate.domain.nobody import waiting
from cocreate.domain.reminding import asked_for, can_be_decided, champions, owed, signatories
from cocreate.domain.rights import PROPOSALS, Act, may_answer
from workflows import engine
from workflows.facts import (
    ALL,
    END,
    OWED,
    UNDECIDED,
    ContractState,
    DecisionFact,
    DecisionState,
    Facts,
    FigureFact,
    ProposalFact,
    ProposalState,
    TaskState,
)
from workflows.facts.disputes import OTHER_VALUE, SETTLE, differ
from workflows.guards import accepting, can_start, left_behind, unwritten
from workflows.values import replace


@dataclass(frozen=True, slots=True)
class Heard:
    """How one person hears of one kind of news: of ``subject`` first and ``also`` of others, as one mail or line."""

    channel: Channel
    subject: Subject
    also: tuple[Subject, ...] = ()


def heard(before: Facts, after: Facts) -> dict[tuple[str, int], Heard]:
    """(kind, person) -> what they hear of an act. Who gets a mail of a kind gets no line of it in the digest."""
    found: dict[tuple[str, int], Heard] = {}
    actor = after.actor.person if after.actor else None
    for news in _everything(before, after):
        for person, channel in recipients(news.kind, members=after.members, actor=None if news.alone else actor,
                                          party=news.party, asked=news.asked):
            if channel is Channel.PRODUCT or not _may_know(after, person, news):
                continue
            if news.alone and person not in news.asked:
                continue
            if person in news.told or (news.kind in BY_LETTER and person in news.asked):
                continue
            known = found.get((news.kind, person))
            if known is None or (known.channel is Channel.DIGEST and channel is Channel.MAIL):
                found[news.kind, person] = Heard(channel, news.subject)
            elif known.channel is channel:
                found[news.kind, person] = replace(known, also=(*known.also, news.subject))
    return found


# What asks for something, most pressing first: of one act it comes as one mail, which says also where the project is
# and that the contract is ready to read.
ASKING = ("please_sign", "decision_lapsed", "decision_asked", "ask", "submitted", "entered")
_TOGETHER = (*ASKING, "gone_on", "ready_to_read")
# Reminders that come for several things on the same morning as one mail of their kind.
REMINDERS = frozenset({"due_soon", "due_today", "overdue", "duty_due", "duty_overdue"})


def mailed(found: Mapping[tuple[str, int], Heard]) -> dict[tuple[str, int], tuple[tuple[str, Subject], ...]]:
    """(kind, person) of each mail of one act -> all that it stands for, its own kind and subject first."""
    mails = {key: tuple((key[0], subject) for subject in (heard.subject, *heard.also))
             for key, heard in found.items() if heard.channel is Channel.MAIL}
    for person in {person for _kind, person in mails}:
        first, *rest = [kind for kind in _TOGETHER if (kind, person) in mails] or [""]
        if first in ASKING:
            for kind in rest:
                mails[first, person] += mails.pop((kind, person))
    return mails


def _everything(before: Facts, after: Facts) -> Iterator[News]:
    yield from _tasks(before, after)
    yield from _answers_too(before, after)
    yield from _around(before, after)
    yield from _decisions(before, after)
    yield from _figures(before, after)
    yield from _documents(before, after)
    yield from _contract(before, after)
    yield from _proposals(before, after)
    yield from _answers_now(before, after)
    yield from news_of_duties.everything(before, after)
    yield from news_of_people.everything(before, after)
    yield from _nobody(before, after)
    yield from _project(before, after)


def _may_know(facts: Facts, person: int, news: News) -> bool:
    member = facts.member(person)
    if news.kind in ("signed", "signature_ended") and not audience.takes_part(facts, member, news.subject.paper):
        return False
    return news.sees == ALL or bool(news.sees & audience.reader(member))


def _tasks(before: Facts, after: Facts) -> Iterator[News]:
    old = {task.id: task for task in before.tasks}
    for task in after.tasks:
        was = old.get(task.id)
        if was is task and task.state is not TaskState.OPEN:
            continue  # of what stays as it was only that it can begin now is news
        subject, asked = Subject("task", task.key, task.party), asked_for(after, task) if task.asked else ()
        changed = was is None or was.state is not task.state
        if task.state in OWED and was is not None and was.shared != task.shared:
            yield News("ask", subject, task.party, tuple(
                person for person in task.shared_with if person not in was.shared_with and person != task.asked))
        if task.state is TaskState.OPEN:
            if can_start(after, task) and (was is None or was.asked != task.asked or not can_start(before, was)):
                yield News("ask", subject, task.party, asked)
            known = {one.number for one in before.parties} if was is not None and can_start(before, was) else set()
            for writing in unwritten(after, task).keys() - known:
                yield News("ask", entries(task, writing), writing, champions(after, writing))
        elif changed and task.state is TaskState.SUBMITTED:
            for party in accepting(after, task):
                yield News("submitted", subject, party.number,
                           tuple(m.person for m in after.people(party.number, "champion")))
        elif task.state is TaskState.RETURNED and (changed or (was is not None and was.asked != task.asked)):
            yield News("returned", subject, task.party, asked)
        elif changed and task.state is TaskState.ENTERED:
            yield News("entered", subject, task.party, asked or champions(after, task.party))
        elif changed and task.state is TaskState.ACCEPTED:
            yield News("accepted", subject, task.party, asked)


def _answers_too(before: Facts, after: Facts) -> Iterator[News]:
    """Who came in, or works since now, while each person of the party answers: they are not named for that task."""
    if before.members is after.members or after.on_hold:
        return
    for was, task in ((before.task(task.key, task.party), task) for task in after.tasks):
        if was is None or not assessing.is_assessment(after, task) or left_behind(after, task) or not (
                can_start(before, was) and can_start(after, task)):
            continue
        already = assessing.asked(before, was)
        came = tuple(person for person in assessing.asked(after, task)
                     if person not in (*already, task.asked) and before.member(person) is not after.member(person))
        if came and was.asked == task.asked:
            yield News("ask", Subject("task", task.key, task.party), task.party, came, alone=True)


def _around(before: Facts, after: Facts) -> Iterator[News]:
    """Waits for somebody outside that began or ended, and colleagues who shall be let in."""
    old = {task.id: task for task in before.tasks}
    for task in after.tasks:
        was = old.get(task.id)
        if was is None or was is task:
            continue
        subject = Subject("task", task.key, task.party)
        if was.help is not None and task.help is None and task.state is not was.state:
            yield News("help_ended", subject, task.party, tuple(int(one) for one in was.helpers.split()), was.help_sees)
        ended = task.outside_until is None and was.outside_until is not None and task.state in OWED
        if (task.outside_until is not None and was.outside_until != task.outside_until) or (
                ended and after.actor is None):
            yield News("waiting_outside", subject, task.party, (task.asked,) if task.asked else ())
        if task.wanted is not None and was.wanted != task.wanted:
            yield News("handed_over", subject, task.party, champions(after, task.party))


_SAID = {DecisionState.ASKED: "decision_asked", DecisionState.AGREED: "decision_agreed",
         DecisionState.RESERVED: "decision_agreed", DecisionState.REFUSED: "not_agreed",
         DecisionState.LAPSED: "decision_lapsed"}


def _decisions(before: Facts, after: Facts) -> Iterator[News]:
    old = {decision.id: decision for decision in before.decisions}
    for decision in after.decisions:
        was = old.get(decision.id)
        if was is decision and decision.state not in UNDECIDED:
            continue
        same = was is not None and was.state is decision.state
        kind = None if same else _SAID.get(decision.state)
        # Asked of people once they can decide: for the first time, or again after something was mended.
        if decision.state in UNDECIDED and can_be_decided(after, decision):
            kind = None if same and was is not None and can_be_decided(before, was) else _SAID[decision.state]
        elif decision.state in UNDECIDED:
            kind = "decision_rests" if kind == "decision_lapsed" and _is_here(after, decision) else None
        if kind:
            yield News(kind, Subject("decision", decision.gate, decision.party), decision.party,
                       signatories(after, decision.party))


def _is_here(facts: Facts, decision: DecisionFact) -> bool:
    """Whether its gate is one of the running stage; those of other stages rest."""
    return facts.definition.gates[decision.gate][0] == facts.project.stage


def _contract(before: Facts, after: Facts) -> Iterator[News]:
    contract = after.contract
    if contract and contract not in before.contracts and contract.state is ContractState.FROZEN:
        yield News("ready_to_read", Subject("contract", str(contract.number)), None)
    went_back = before.project.visit != after.project.visit  # that is a mail of its own to who leads, and says so
    given = {(s.paper, s.version, s.party, s.person) for s in before.signatures if s.ended_at is None}
    for signature in after.signatures:
        key = signature.paper, signature.version, signature.party, signature.person
        subject = signing(signature.paper, signature.version, signature.party)
        if signature.ended_at is None and key not in given:
            yield News("signed", subject, signature.party, (signature.person,))
        elif signature.ended_at is not None and key in given:
            asked = (signature.person, *_who_sign(after, signature.paper))
            yield News("signature_ended", subject, signature.party, asked, told=tuple(
                member.person for member in after.members if went_back and member.person not in asked
                and not member.parts.isdisjoint({"champion", "facilitator"})))
    if after.project.visit != before.project.visit and contract and engine.waits_for_signatures(
            after.definition, after.project.stage):
        for party in after.signing:
            yield News("please_sign", Subject("signature", str(contract.number), party.number), party.number,
                       signatories(after, party.number))


def _who_sign(facts: Facts, paper: str) -> tuple[int, ...]:
    return tuple(person for party in facts.signers(paper) for person in signatories(facts, party.number))


def _documents(before: Facts, after: Facts) -> Iterator[News]:
    """Files that are shared beside tasks; of what a task asked for people hear with the task."""
    old = {document.number: document for document in before.documents}
    for document in after.documents:
        was, subject = old.get(document.number), Subject("document", str(document.number))
        if document.path is not None or document == was:
            continue
        if was is None or was.newest != document.newest:
            yield News("document_shared", subject, document.party, sees=document.sees)
        elif was.sees != document.sees or was.withdrawn_at != document.withdrawn_at:
            yield News("document_changed", subject, document.party, sees=was.sees | document.sees)


def _figures(before: Facts, after: Facts) -> Iterator[News]:
    """Values of one figure that contradict each other since now, and what was settled."""
    if before.figures != after.figures:
        for path in dict.fromkeys(figure.path for figure in after.figures):
            values, was = after.values(path), before.values(path)
            if differ(values) and not differ(was):
                yield News("two_values", Subject("figure", path), None, _givers(after, values), _seen_by(values))
    open_ = {p.number for p in before.proposals if p.state is ProposalState.OPEN}
    for proposal in after.proposals:
        if proposal.kind in (SETTLE, OTHER_VALUE) and proposal.state is ProposalState.AGREED and (
                proposal.number in open_ or proposal not in before.proposals):
            path = proposal.subject.partition("@")[0]
            yield News("settled", Subject("figure", path), None, (proposal.person,),
                       json.loads(proposal.body).get("sees", ALL))


def _givers(facts: Facts, values: Iterable[FigureFact]) -> tuple[int, ...]:
    return tuple(person for party in dict.fromkeys(figure.party for figure in values)
                 for person in champions(facts, party))


def _seen_by(values: Iterable[FigureFact]) -> int:
    sees = ALL
    for figure in values:
        sees &= figure.sees
    return sees


def _proposals(before: Facts, after: Facts) -> Iterator[News]:
    """Other words of a clause: who answers and who proposed get a letter of the act, the rest of the project a line."""
    old = {proposal.number: proposal for proposal in before.proposals}
    for proposal in after.proposals:
        was, subject = old.get(proposal.number), Subject("proposal", str(proposal.number))
        if PROPOSALS.get(proposal.kind) is not Act.CLAUSES or proposal == was:
            continue
        if was is None and proposal.state is ProposalState.OPEN:
            yield News("clause_proposed", subject, None, _answering(after, proposal))
        elif proposal.state is ProposalState.REFUSED:
            yield News("clause_objected", subject, proposal.party, (proposal.person,))


def _answers_now(before: Facts, after: Facts) -> Iterator[News]:
    """What was proposed before somebody got the part to answer, and waits for their party: its letters went to others.

    Who comes in is led to what is asked by the invitation.
    """
    if before.members is after.members or after.on_hold:
        return
    known = {member.person: member for member in before.members}
    changed = [(was, member) for member in after.members
               if (was := known.get(member.person)) is not None and was is not member and was.present]
    for proposal in after.proposals if changed else ():
        act = PROPOSALS.get(proposal.kind)
        if proposal.state is not ProposalState.OPEN or act is None or after.ended != (proposal.kind == END):
            continue
        for was, member in changed:
            if not may_answer(act, was) and may_answer(act, member) and (
                    member.party in set(proposal.parties) - set(proposal.agreeing)):
                yield News("proposal", Subject("proposal", str(proposal.number), member.party), member.party,
                           (member.person,), json.loads(proposal.body).get("sees", ALL))


def _answering(facts: Facts, proposal: ProposalFact) -> tuple[int, ...]:
    return tuple(member.person for member in facts.members if member.party in proposal.parties
                 and member.party not in proposal.agreeing and may_answer(Act.CLAUSES, member))


def _nobody(before: Facts, after: Facts) -> Iterator[News]:
    """What waits for a party in which there is nobody who could do it; told once, when it comes to that."""
    stuck = tuple(waiting(after))
    already = frozenset(waiting(before)) if stuck and before.project.version else frozenset()
    for subject in stuck:
        if subject not in already:
            yield News("nobody_can_act", subject, subject.party)


def _project(before: Facts, after: Facts) -> Iterator[News]:
    stage, was = after.project.stage, before.project.stage
    if stage != was and not after.ended and before.project.version:
        order = after.definition.order
        yield News("gone_back" if order[stage] < order[was] else "gone_on", Subject("stage", stage), None)
    if after.ended and not before.ended and stage in ("declined", "withdrawn"):
        yield News(stage, Subject("stage", stage), None)
    if after.on_hold != before.on_hold:
        running = before if after.on_hold else after
        asked = dict.fromkeys(person for matter in owed(running).values() for person in matter.asked)
        yield News("hold" if after.on_hold else "resumed", Subject("stage", stage), None, tuple(asked))
