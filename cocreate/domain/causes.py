"""Whether a mail still has its cause: what it asks for is owed until it is done, what it tells stays true.

Pure. It is asked again at the moment a mail goes out.
"""

from cocreate.domain.hearing import Subject
from cocreate.domain.reminding import can_be_decided
from cocreate.domain.turns import calls
from workflows.facts import END, OWED, UNDECIDED, UNGIVEN, Facts, Notice, ProposalState, TaskState
from workflows.guards import unwritten

# Mails that ask for something: without it they are noise. All others tell what happened, and that stays true.
_TASK_STATES = {"ask": OWED, "returned": (TaskState.RETURNED,), "submitted": (TaskState.SUBMITTED,),
                "entered": (TaskState.ENTERED,), "nobody_can_act": OWED}
_REMINDING = frozenset({"due_soon", "due_today", "overdue", "escalation"})
_ASKING = frozenset({"decision_asked", "decision_lapsed", "please_sign", "ready_to_read", "signing_code",
                     "signature_ended", "help", "invitation_unanswered", "invitation_expired",
                     "invitation_wanted", "proposal", "clause_proposed"})
_OF_DUTIES = frozenset({"duty_due", "duty_overdue", "still_you"})
# What became of the duty since.
_NOTICES: dict[str, tuple[str | None, ...]] = {"notice_given": (Notice.OTHERS,), "notice_back": (None,),
                                               "decided": (Notice.ON, Notice.ENDS), "decided_back": (None,)}
_TO_DECIDE = frozenset({"decision_asked", "decision_lapsed"})  # mailed anew when it can be decided again


def asks(kind: str) -> bool:
    """Whether a mail of this kind asks for something, so that it lapses when that is done."""
    return kind in _TASK_STATES or kind in _REMINDING or kind in _ASKING or kind in _OF_DUTIES


def still(kind: str, subject: Subject | None, facts: Facts) -> bool:
    """Whether what a mail asks for is still owed."""
    if subject is not None and subject.matter in ("duty", "duties"):
        return _duty_is_owed(kind, subject, facts)
    if kind in ("gone_on", "gone_back"):  # where it has gone on since, the newer mail says so
        return subject is None or subject.key == facts.project.stage
    if subject is not None and subject.matter == "accession":
        return facts.accession(subject.party) is None
    if not asks(kind):  # of the last signature "Signed by all" tells, once it is sealed
        return kind != "signed" or subject is None or _another_is_missing(subject, facts)
    if subject is None or _is_over(subject, facts) or (facts.on_hold and kind in _REMINDING):
        return False
    match subject.matter:
        case "task" | "check" | "entries":
            return _task_is_owed(kind, subject, facts)
        case "decision":
            decision = facts.decision(subject.key, subject.party or 0)
            return decision is not None and decision.state in UNDECIDED and (
                kind not in _TO_DECIDE or can_be_decided(facts, decision))
        case "proposal":
            return _proposal_is_open(subject, facts)
        case "contract":
            return facts.contract is not None and str(facts.contract.number) == subject.key
        case "signature" | "agreement":
            return kind == "signature_ended" or _signature_is_owed(subject, facts)
        case "member" if kind in ("invitation_unanswered", "invitation_expired", "invitation_wanted"):
            invited = facts.member(int(subject.key))
            return invited is not None and invited.accepted_at is None and invited.left_at is None and (
                kind == "invitation_wanted" or (invited.expired_at is not None) == (kind == "invitation_expired"))
        case _:
            return subject.matter != "seat" or not facts.holders([subject.key])


def _is_over(subject: Subject, facts: Facts) -> bool:
    """Whether nothing of this is asked any more; who looks after duties comes in after the signature, too, and all who
    signed are asked to end the contract.
    """
    ends = subject.matter == "proposal" and any(
        one.kind == END for one in facts.proposals if str(one.number) == subject.key)
    return facts.ended and not (facts.project.outcome == "agreed" and (subject.matter == "member" or ends))


def _proposal_is_open(subject: Subject, facts: Facts) -> bool:
    return any(one.state is ProposalState.OPEN for one in facts.proposals if str(one.number) == subject.key)


def _signature_is_owed(subject: Subject, facts: Facts) -> bool:
    """Under the very version of the contract that it names, or under a short agreement that stands."""
    standing = facts.standing(subject.paper)
    if standing is None or (not subject.paper and str(standing.number) != subject.key):
        return False
    return facts.signature(subject.party or 0, subject.paper) is None


def _another_is_missing(subject: Subject, facts: Facts) -> bool:
    standing = facts.standing(subject.paper)
    if standing is None or (not subject.paper and str(standing.number) != subject.key):
        return True
    return any(facts.signature(party.number, subject.paper) is None for party in facts.signers(subject.paper))


def _task_is_owed(kind: str, subject: Subject, facts: Facts) -> bool:
    task = facts.task(*subject.task)
    if task is None:
        return False
    if subject.matter == "entries":
        return subject.party in unwritten(facts, task)
    if kind == "help":
        return calls(task) and task.helper is None
    if subject.matter == "check":
        return task.state is TaskState.SUBMITTED
    return task.state in _TASK_STATES.get(kind, UNGIVEN)


def _duty_is_owed(kind: str, subject: Subject, facts: Facts) -> bool:
    """Of "duties", whether the party still has some; of one, whether it is not done, or what became of it stands."""
    if kind in ("duty_doubted", "duty_seen"):
        return any(str(duty.number) == subject.key and bool(duty.doubts) == (kind == "duty_doubted")
                   for duty in facts.duties)
    if kind in _NOTICES:
        return any(str(duty.number) == subject.key and duty.outcome in _NOTICES[kind] for duty in facts.duties)
    return any(duty.party == subject.party and duty.done_at is None and (
        subject.matter == "duties" or str(duty.number) == subject.key) for duty in facts.duties)
