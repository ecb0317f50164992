"""What each condition means: from facts to the reasons why it does not hold, none where it does.

The set of conditions is closed. Texts of people are carried as values, sentences are made elsewhere.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import assert_never

from workflows import conditions as c
from workflows.facts import OWED, Facts, PartyFact, TaskFact, TaskState
from workflows.figures import OPPOSITE, figure_reasons
from workflows.gates import clauses_open, gate_reasons
from workflows.refusals import NONE, Reasons, Refusal

NOBODY: tuple[PartyFact, ...] = ()


def reasons(facts: Facts, condition: c.AnyCondition | None, stage: str) -> Reasons:
    """Why ``condition`` does not hold for a transition out of ``stage``; empty where it holds."""
    match condition:
        case None:
            return NONE
        case c.All(all=inner):
            return tuple(refusal for one in inner for refusal in reasons(facts, one, stage))
        case c.Any_(any=inner):
            return _any(facts, inner, stage)
        case c.Not(not_=one):
            return _not(facts, one)
        case c.Tasks():
            required = (key for key, task in facts.definition.stages[stage].tasks.items() if task.required)
            return tuple(refusal for key in required for refusal in task_reasons(facts, key))
        case c.TaskAccepted(task=key):
            return task_reasons(facts, key)
        case c.Signed(signed=key):
            return _signed(facts, key)
        case c.Answered(answered=share):
            return _answered(facts, share, stage)
        case c.DocumentThere(document=path):
            return _document(facts, path)
        case _:
            return _of_all(facts, condition)


def _any(facts: Facts, inner: Sequence[c.AnyCondition], stage: str) -> Reasons:
    """Of several ways the one that lacks least speaks; a missed limit names what would do ``instead``."""
    found = [reasons(facts, one, stage) for one in inner]
    least = min(found, key=len)
    if [refusal.code for refusal in least] != ["figure.limit"]:
        return least
    instead = tuple(why[0] for one, why in zip(inner, found, strict=True)
                    if why is not least and isinstance(one, c.FigureReaches | c.GateAgreed))
    return (replace(least[0], values=least[0].values | {"instead": instead}),)


def _of_all(facts: Facts, condition: c.GateAgreed | c.FigureReaches | c.PartySeated | c.ContractIs | c.DateReached,
            ) -> Reasons:
    """What does not lie in one task."""
    match condition:
        case c.GateAgreed(gate=key):
            return gate_reasons(facts, key)
        case c.FigureReaches(figure=comparison):
            return figure_reasons(facts, comparison, *comparison.limit)
        case c.PartySeated(party=seat):
            return NONE if facts.holders([seat]) else (
                Refusal("seat.empty", None, {"seat": seat, "since": facts.project.entered_at}),)
        case c.ContractIs(contract=state):
            return _contract(facts, state)
        case c.DateReached(date=window):
            return _date(facts, window)
        case _:
            assert_never(condition)


# tasks


def _signed(facts: Facts, key: str) -> Reasons:
    return _never_asked(facts, key) or tuple(
        Refusal("agreement.open", task.party, {"task": task.key, "person": task.asked, "since": task.since})
        for task in facts.instances(key) if task.state is not TaskState.ACCEPTED)


def task_reasons(facts: Facts, key: str) -> Reasons:
    """Why this task is not accepted, for each party that still owes it."""
    return _never_asked(facts, key) or tuple(
        why for task in facts.instances(key) if task.state is not TaskState.ACCEPTED for why in whys_open(facts, task))


def whys_open(facts: Facts, task: TaskFact) -> Reasons:
    """Why a task is not accepted, and whose entries a canvas waits for: first, once who is asked for it has begun."""
    own, others = why_open(facts, task), tuple(
        Refusal("canvas.unwritten", party, {"task": task.key, "of": task.party, "boxes": boxes, "due": task.due_at,
                                            "since": began(facts, task)})
        for party, boxes in unwritten(facts, task).items())
    return (*others, own) if task.party in task.boxes else (own, *others)


def _never_asked(facts: Facts, key: str) -> Reasons:
    """A task whose stage the project has not seen is not done, although nobody was asked for it.

    In a stage it has seen, what was asked of nobody is done: its seats were empty, or an answer made it pointless.
    """
    return NONE if is_seen(facts, facts.definition.tasks[key][0]) else tuple(
        Refusal("task.not_begun", party.number, {"task": key, "of": party.number, "person": None, "due": None,
                                                 "since": facts.project.entered_at})
        for party in facts.asked(key))


def is_seen(facts: Facts, stage: str) -> bool:
    """Whether it is the stage that runs, or somebody was asked for something in it."""
    tasks = facts.definition.tasks
    return stage == facts.project.stage or any(tasks[asked.key][0] == stage for asked in facts.tasks)


def why_open(facts: Facts, task: TaskFact) -> Refusal:
    """The one sentence for a task that is not accepted."""
    def because(code: str, party: int | None = task.party, **values: object) -> Refusal:
        return Refusal(code, party, {"task": task.key, "of": task.party, "since": began(facts, task), **values})

    earlier = first_missing(facts, task)
    match task.state:
        case TaskState.SUBMITTED:
            acceptors = accepting(facts, task)
            return because("task.not_accepted", acceptors[0].number if acceptors else task.party)
        case TaskState.RETURNED:
            return because("task.returned", reason=task.reason,
                           other=next((p.number for p in accepting(facts, task)), None))
        case TaskState.ENTERED:
            return because("task.entered", other=task.entered_by)
    if task.outside_until and task.outside_until >= facts.today:
        return because("task.waiting_outside", outsider=task.outsider, until=task.outside_until)
    if earlier is not None:
        return because("task.must_follow", earlier.party, earlier=earlier.key)
    if task.asked is None:
        return because("task.nobody_named")
    if task.round > 1:
        return because("task.reopened")
    of = task.key, task.party
    drafted = of in facts.drafts or (of in facts.begun and not task.voices)
    code = "task.draft" if drafted else "task.not_begun"
    return because(code, person=task.asked, due=task.due_at, some=bool(task.voices or task.written))


def began(facts: Facts, task: TaskFact) -> datetime:
    """Since when a task is as it is: of one that waited for earlier ones, since the last of them was accepted."""
    earlier = (one.since for key in facts.task_of(task).waits_for for one in facts.instances(key)
               if one.state is TaskState.ACCEPTED and task.state is TaskState.OPEN)
    return max((task.since, *earlier))


def first_missing(facts: Facts, task: TaskFact) -> TaskFact | None:
    """The first earlier task that must be accepted before this one can start."""
    return next((earlier for key in facts.task_of(task).waits_for for earlier in facts.instances(key)
                 if earlier.state is not TaskState.ACCEPTED), None)


def accepting(facts: Facts, task: TaskFact) -> tuple[PartyFact, ...]:
    """The parties that accept or return this task; none where it counts as soon as it is submitted.

    What the accepting seat gives itself counts at once: it would accept its own.
    """
    seat = facts.task_of(task).accepted_by
    return NOBODY if seat == facts.party(task.party).seat else facts.holders([seat])


def rests(facts: Facts, task: TaskFact) -> bool:
    """Whether the stage of a task is still to come again: until then nobody is asked for it."""
    order = facts.definition.order
    return order[facts.definition.tasks[task.key][0]] > order[facts.project.stage]


def left_behind(facts: Facts, task: TaskFact) -> bool:
    """Whether the project went on without it: it can still be given, but it is not due, and nobody is reminded."""
    stage, asked = facts.definition.tasks[task.key]
    return not asked.required and facts.definition.order[stage] < facts.definition.order[facts.project.stage]


def can_start(facts: Facts, task: TaskFact) -> bool:
    """Whether who is asked can work on it now; not what is left over from a stage that the project went back from."""
    return not rests(facts, task) and first_missing(facts, task) is None


def awaited(facts: Facts, task: TaskFact) -> dict[int, tuple[str, ...]]:
    """Party -> the boxes of a canvas that are theirs and have no entry of theirs, while it can be written on."""
    if task.state not in OWED or not (boxes := facts.task_of(task).boxes):
        return {}
    if left_behind(facts, task) or not can_start(facts, task):
        return {}
    there = task.boxes
    found = {party.number: tuple(key for key, box in boxes.items()
                                 if party.seat in box.of and key not in there.get(party.number, ()))
             for party in facts.present}
    return {party: missing for party, missing in found.items() if missing}


def unwritten(facts: Facts, task: TaskFact) -> dict[int, tuple[str, ...]]:
    """The same of the others: the party asked for the whole canvas has it as its task."""
    return {party: boxes for party, boxes in awaited(facts, task).items() if party != task.party}


def _answered(facts: Facts, share: Decimal, stage: str) -> Reasons:
    """How much lacks, and each value that could be given."""
    accepted = [task for key in facts.definition.stages[stage].tasks for task in facts.instances(key)
                if task.state is TaskState.ACCEPTED]
    missing = [(task, field, *why) for task in accepted for field, why in task.absent.items()
               if not facts.waived(f"{stage}.{task.key}.{field}")]
    asked = sum(task.fields for task in accepted)
    given = asked - len(missing)
    if asked == 0 or Decimal(given) / asked >= share:
        return NONE
    lacks = Refusal("answered.limit", None, {
        "stage": stage, "value": Decimal(given * 100) / asked, "limit": share * 100, "since": facts.project.entered_at})
    return (lacks, *(Refusal("value.not_available", task.party, {
        "task": task.key, "of": task.party, "since": task.since, "field": field, "reason": reason}, sees=sees)
        for task, field, reason, sees in missing))


def _document(facts: Facts, path: str) -> Reasons:
    _, key, field, *_ = path.split(".")
    if facts.waived(path):
        return NONE
    found: list[Refusal] = list(_never_asked(facts, key))
    for task in facts.instances(key):
        values = {"document": path, "due": task.due_at, "since": task.since, "task": key,
                  "of": task.party}
        if task.number == 0 or field in task.absent:
            found.append(Refusal("document.missing", task.party, values))
        elif task.state is not TaskState.ACCEPTED:
            other = next((p.number for p in accepting(facts, task)), task.party)
            found.append(Refusal("document.not_accepted", other, values | {"n": task.number}))
        elif not _has_file(facts, task, field):
            found.append(Refusal("document.missing", task.party, values))
    return tuple(found)


def _has_file(facts: Facts, task: TaskFact, field: str) -> bool:
    """Whether the room has a file for this field; one that need not be given may be left out."""
    path = f"{facts.definition.tasks[task.key][0]}.{task.key}.{field}"
    return any(document.path == path and document.party == task.party and document.withdrawn_at is None
               for document in facts.documents)


# dates


def _not(facts: Facts, condition: c.AnyCondition) -> Reasons:
    """Only a comparison is turned round."""
    match condition:
        case c.FigureReaches(figure=comparison):
            relation, limit = comparison.limit
            return figure_reasons(facts, comparison, OPPOSITE[relation], limit)
        case c.DateReached(date=window):
            return _outside(facts, window)
        case _:
            raise AssertionError("unreachable: validated by the definition")


def _date(facts: Facts, window: c.DateWindow) -> Reasons:
    today = facts.today.isoformat()
    if window.not_before and today < window.not_before:
        return _not_the_day(facts, "date.from", window.not_before, window)
    if window.not_after and today > window.not_after:
        return _not_the_day(facts, "date.until", window.not_after, window)
    return NONE


def _outside(facts: Facts, window: c.DateWindow) -> Reasons:
    """The comparison turned round: before the window or after it."""
    if _date(facts, window):
        return NONE
    if window.not_after:  # it will pass
        after = date.fromisoformat(window.not_after) + timedelta(days=1)
        return _not_the_day(facts, "date.from", after.isoformat(), window)
    first = date.fromisoformat(window.not_before) if window.not_before else facts.today  # it never ends
    return _not_the_day(facts, "date.until", (first - timedelta(days=1)).isoformat(), window)


def _not_the_day(facts: Facts, code: str, day: str, window: c.DateWindow) -> Reasons:
    return (Refusal(code, None, {"why": window.why, "since": facts.project.entered_at, "date": day}),)


# the contract


def _contract(facts: Facts, state: str) -> Reasons:
    contract = facts.contract
    if contract is None:
        ended = max(facts.contracts, key=lambda one: one.number, default=None)
        signed = facts.under(ended) if ended else ()
        if state == "signed" and signed and ended:
            return (Refusal("contract.signatures_ended", None, {
                "since": ended.ended_at, "date": ended.ended_at, "n": ended.number + 1,
                "persons": tuple(s.person for s in signed)}),)
        return clauses_open(facts)
    match state:
        case "complete":  # a version is made only where no value is missing
            return NONE
        case "agreed":
            gates = [key for key, (_, gate) in facts.definition.gates.items() if gate.about == "contract"]
            return tuple(refusal for key in gates for refusal in gate_reasons(facts, key))
    return tuple(Refusal("contract.unsigned", party.number, {
        "n": contract.number, "of": party.number, "since": contract.frozen_at,
        "date": asked_to_sign(facts, party.number),
        "persons": tuple(m.person for m in facts.people(party.number, "signatory"))})
        for party in facts.signing if facts.signature(party.number) is None)


def asked_to_sign(facts: Facts, party: int, paper: str = "") -> datetime | None:
    """Since when somebody of a party has been asked; None where nobody has come in who could sign, or it cannot be yet.

    paper: the key of a short agreement; "" is the contract.
    """
    came = [m.accepted_at for m in facts.people(party, "signatory") if m.present and m.accepted_at]
    since = _signing_began(facts, party, paper)
    return max(since, min(came)) if since and came else None


def _signing_began(facts: Facts, party: int, paper: str) -> datetime | None:
    if paper:
        task = facts.task(paper, party)
        return task.since if task is not None and can_start(facts, task) else None
    stage = facts.definition.stages.get(facts.project.stage)
    return facts.project.entered_at if stage is not None and stage.contract == "signed" else None
