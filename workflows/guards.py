"""What each condition means: a function from facts to the reasons why it does not hold, none where it does.

One function per condition, registered by its type. Texts of people are carried as values, sentences are made elsewhere.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any
from zoneinfo import ZoneInfo

from workflows import conditions as c
from workflows.definition import AtLeast
from workflows.facts import ALL, DecisionFact, DecisionState, Facts, FigureFact, PartyFact, TaskFact, TaskState
from workflows.refusals import Refusal

Reasons = tuple[Refusal, ...]
NONE: Reasons = ()
NOBODY: tuple[PartyFact, ...] = ()

_GUARDS: dict[type, Callable[[Facts, Any, str], Reasons]] = {}


def guard(condition: type) -> Callable[[Any], Any]:
    def register(function: Any) -> Any:
        _GUARDS[condition] = function
        return function

    return register


def reasons(facts: Facts, condition: c.AnyCondition | None, stage: str) -> Reasons:
    """Why ``condition`` does not hold for a transition out of ``stage``; empty where it holds."""
    if condition is None:
        return NONE
    return _GUARDS[type(condition)](facts, condition, stage)


# tasks


@guard(c.Tasks)
def _tasks(facts: Facts, _condition: c.Tasks, stage: str) -> Reasons:
    required = (key for key, task in facts.definition.stages[stage].tasks.items() if task.required)
    return tuple(refusal for key in required for refusal in task_reasons(facts, key))


@guard(c.TaskAccepted)
def _task(facts: Facts, condition: c.TaskAccepted, _stage: str) -> Reasons:
    return task_reasons(facts, condition.task)


@guard(c.Signed)
def _signed(facts: Facts, condition: c.Signed, _stage: str) -> Reasons:
    return _never_asked(facts, condition.signed) or tuple(
        Refusal("agreement.open", task.party, {"task": task.key, "person": task.asked, "since": task.since})
        for task in facts.instances(condition.signed) if task.state is not TaskState.ACCEPTED)


def task_reasons(facts: Facts, key: str) -> Reasons:
    """Why this task is not accepted, for each party that still owes it."""
    return _never_asked(facts, key) or tuple(
        why_open(facts, task) for task in facts.instances(key) if task.state is not TaskState.ACCEPTED)


def _never_asked(facts: Facts, key: str) -> Reasons:
    """A task whose stage the project has not seen is not done, although nobody was asked for it.

    In a stage it has seen, what was asked of nobody is done: its seats were empty.
    """
    stage, task = facts.definition.tasks[key]
    seen = stage == facts.project.stage or any(
        facts.definition.tasks[asked.key][0] == stage for asked in facts.tasks)
    return NONE if seen else tuple(
        Refusal("task.not_begun", party.number, {"task": key, "of": party.number, "person": None, "due": None,
                                                 "since": facts.project.entered_at})
        for party in facts.holders(task.of))


def why_open(facts: Facts, task: TaskFact) -> Refusal:
    """The one sentence for a task that is not accepted."""
    def because(code: str, party: int | None = task.party, **values: object) -> Refusal:
        return Refusal(code, party, {"task": task.key, "of": task.party, "since": task.since, **values})

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
    if task.outside_until and task.outside_until >= _today(facts):
        return because("task.waiting_outside", outsider=task.outsider, until=task.outside_until)
    if earlier is not None:
        return because("task.must_follow", earlier.party, earlier=earlier.key)
    if task.asked is None:
        return because("task.nobody_named")
    if task.round > 1:
        return because("task.reopened")
    code = "task.draft" if (task.key, task.party) in facts.drafts else "task.not_begun"
    return because(code, person=task.asked, due=task.due_at)


def first_missing(facts: Facts, task: TaskFact) -> TaskFact | None:
    """The first earlier task that must be accepted before this one can start."""
    return next((earlier for key in facts.task_of(task).after for earlier in facts.instances(key)
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


def can_start(facts: Facts, task: TaskFact) -> bool:
    """Whether who is asked can work on it now; not what is left over from a stage that the project went back from."""
    order = facts.definition.order
    reached = order[facts.definition.tasks[task.key][0]] <= order[facts.project.stage]
    return reached and not rests(facts, task) and first_missing(facts, task) is None


def _today(facts: Facts) -> date:
    zone = facts.calendars[0].zone if facts.calendars else "UTC"
    return facts.now.astimezone(ZoneInfo(zone)).date()


@guard(c.Answered)
def _answered(facts: Facts, condition: c.Answered, stage: str) -> Reasons:
    accepted = [task for key in facts.definition.stages[stage].tasks for task in facts.instances(key)
                if task.state is TaskState.ACCEPTED]
    missing = [(task, field, *why) for task in accepted for field, why in task.absent.items()
               if not facts.waived(f"{stage}.{task.key}.{field}")]
    asked = sum(task.fields for task in accepted)
    given = asked - len(missing)
    if asked == 0 or Decimal(given) / asked >= condition.answered:
        return NONE
    return tuple(Refusal("value.not_available", task.party, {"task": task.key, "of": task.party, "since": task.since,
                                                             "field": field, "reason": reason}, sees=sees)
                 for task, field, reason, sees in missing)


@guard(c.DocumentThere)
def _document(facts: Facts, condition: c.DocumentThere, _stage: str) -> Reasons:
    _, key, field, *_ = condition.document.split(".")
    if facts.waived(condition.document):
        return NONE
    found: list[Refusal] = list(_never_asked(facts, key))
    for task in facts.instances(key):
        values = {"document": condition.document, "due": task.due_at, "since": task.since, "task": key,
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


# gates


@guard(c.GateAgreed)
def _gate(facts: Facts, condition: c.GateAgreed, _stage: str) -> Reasons:
    _, gate = facts.definition.gates[condition.gate]
    decisions = facts.asked_at(condition.gate)
    if not decisions:
        return _not_open(facts, condition.gate)
    open_reasons = tuple(_why_not_agreed(facts, decision) for decision in decisions if not decision.agreed)
    vetoes = tuple(r for r in open_reasons if r.code == "gate.veto")
    agreed = [decision for decision in decisions if decision.agreed]
    match gate.rule:
        case "all":
            return open_reasons
        case "any":
            return NONE if agreed and not vetoes else vetoes or open_reasons
        case "one_per_side":
            return vetoes or _sides(facts, condition.gate, decisions)
        case AtLeast(at_least=least, of=seat):
            counted = [d for d in decisions if seat is None or facts.party(d.party).seat == seat]
            agreed = [d for d in counted if d.agreed]
            if len(agreed) >= least and not vetoes:
                return NONE
            return vetoes or (Refusal("gate.not_enough", None, {
                "gate": condition.gate, "n": least, "m": len(counted), "k": len(agreed),
                "parties": tuple(d.party for d in counted if not d.agreed),
                "since": min(d.since for d in counted) if counted else facts.now}),)


def _not_open(facts: Facts, key: str) -> Reasons:
    """The gate waits for what it is about."""
    if facts.definition.gates[key][1].about == "contract":
        return _undecided(facts, key) if facts.contract else _clauses_open(facts)
    for task_key in facts.definition.about(key):
        for task in facts.instances(task_key):
            if task.state is not TaskState.ACCEPTED:
                return (Refusal("gate.not_open", task.party, {"gate": key, "task": task_key, "of": task.party,
                                                              "since": task.since}),)
    return _undecided(facts, key)


def _undecided(facts: Facts, key: str) -> Reasons:
    """Everything is there, but the gate's stage was left out, or nobody sits in the seats that decide."""
    seats, since = facts.definition.gates[key][1].of, facts.project.entered_at
    return tuple(Refusal("gate.missing", party.number, {
        "gate": key, "of": party.number, "since": since, "due": None,
        "persons": tuple(member.person for member in facts.people(party.number, "signatory"))})
        for party in facts.holders(seats)) or tuple(
            Refusal("seat.empty", None, {"seat": seat, "since": since}) for seat in seats)


def is_open(facts: Facts, key: str) -> bool:
    """Whether everything a gate is about is there, accepted and at rest; what need not be given may be missing."""
    if facts.definition.gates[key][1].about == "contract":
        return facts.contract is not None
    return all(task.state is TaskState.ACCEPTED or (task.number == 0 and not facts.task_of(task).required)
               for about in facts.definition.about(key) for task in facts.instances(about))


def _why_not_agreed(facts: Facts, decision: DecisionFact) -> Refusal:
    values: dict[str, object] = {"gate": decision.gate, "of": decision.party, "since": decision.since}
    party = facts.party(decision.party)
    match decision.state:
        case DecisionState.REFUSED:
            veto = party.seat in facts.gate_of(decision).veto
            return Refusal("gate.veto" if veto else "gate.refused", decision.party,
                           values | {"reason": decision.reason})
        case DecisionState.LAPSED:
            return Refusal("gate.lapsed", decision.party, values | {"changed": decision.changed})
    deciders = facts.people(decision.party, "signatory")
    if not deciders:
        return Refusal("gate.no_decider", decision.party, values)
    return Refusal("gate.missing", decision.party,
                   values | {"persons": tuple(d.person for d in deciders), "due": decision.due_at})


def _sides(facts: Facts, gate: str, decisions: tuple[DecisionFact, ...]) -> Reasons:
    """Each side named by the seats asked needs one agreement."""
    def side(decision: DecisionFact) -> str:
        seat = facts.party(decision.party).seat
        return facts.definition.parties[seat].side or seat

    agreed = {side(d) for d in decisions if d.agreed}
    return tuple(Refusal("gate.side_missing", d.party, {"gate": gate, "since": d.since, "of": d.party})
                 for d in decisions if side(d) not in agreed)


# figures

_RELATIONS = {"at_least": ge, "at_most": le, "above": gt, "below": lt}
_OPPOSITE = {"at_least": "below", "at_most": "above", "above": "at_most", "below": "at_least"}


@guard(c.FigureReaches)
def _figure(facts: Facts, condition: c.FigureReaches, _stage: str) -> Reasons:
    return _compare(facts, condition.figure, *condition.figure.limit)


def _compare(facts: Facts, comparison: c.Comparison, relation: str, limit: Decimal | str) -> Reasons:
    unit, sees = comparison.unit, ALL
    if facts.waived(comparison.path) or (isinstance(limit, str) and facts.waived(limit)):
        return NONE
    if isinstance(limit, str):
        other = facts.values(limit)
        if len(other) != 1:
            return _unknown(facts, limit, other)
        limit, unit, sees = other[0].value, other[0].unit, other[0].sees
    values = facts.values(comparison.path)
    if len(values) != 1:
        return _unknown(facts, comparison.path, values)
    figure = values[0]
    named = {"figure": comparison.path, "since": facts.project.entered_at, "of": figure.party}
    if unit is not None and figure.unit is not None and unit != figure.unit:
        return (Refusal("figure.units", figure.party, named | {"a": figure.unit, "b": unit}, figure.sees & sees),)
    if _RELATIONS[relation](figure.value, limit):
        return NONE
    return (Refusal("figure.limit", figure.party, named | {
        "value": figure.value, "unit": figure.unit or "", "relation": relation, "limit": limit}, figure.sees & sees),)


def _unknown(facts: Facts, path: str, values: tuple[FigureFact, ...]) -> Reasons:
    """A missing or disputed figure is unknown; unknown and not(unknown) both refuse."""
    _, task, _ = path.split(".")[:3]
    if not values:
        party = next((t.party for t in facts.instances(task)), None)
        return (Refusal("figure.missing", party, {"figure": path, "task": task, "of": party,
                                                  "since": facts.project.entered_at}),)
    a, b = values[:2]
    return (Refusal("figure.two_values", a.party, {
        "figure": path, "a": a.value, "b": b.value, "unit": a.unit or "", "of": a.party, "other": b.party,
        "since": facts.project.entered_at}, a.sees & b.sees),)


@guard(c.Not)
def _not(facts: Facts, condition: c.Not, _stage: str) -> Reasons:
    match condition.not_:
        case c.FigureReaches(figure=comparison):
            relation, limit = comparison.limit
            return _compare(facts, comparison, _OPPOSITE[relation], limit)
        case c.DateReached(date=window):
            return _outside(facts, window)
        case _:
            raise AssertionError("unreachable: validated by the definition")


@guard(c.DateReached)
def _date(facts: Facts, condition: c.DateReached, _stage: str) -> Reasons:
    today, window = _today(facts).isoformat(), condition.date
    if window.not_before and today < window.not_before:
        return _not_the_day(facts, "date.from", window.not_before, window.why)
    if window.not_after and today > window.not_after:
        return _not_the_day(facts, "date.until", window.not_after, window.why)
    return NONE


def _outside(facts: Facts, window: c.DateWindow) -> Reasons:
    """The comparison turned round: before the window or after it."""
    if _date(facts, c.DateReached(date=window), ""):
        return NONE
    if window.not_after:  # it will pass
        after = date.fromisoformat(window.not_after) + timedelta(days=1)
        return _not_the_day(facts, "date.from", after.isoformat(), window.why)
    first = date.fromisoformat(window.not_before) if window.not_before else _today(facts)  # it never ends
    return _not_the_day(facts, "date.until", (first - timedelta(days=1)).isoformat(), window.why)


def _not_the_day(facts: Facts, code: str, day: str, why: str | None) -> Reasons:
    return (Refusal(code, None, {"why": why, "since": facts.project.entered_at, "date": day}),)


# seats and the contract


@guard(c.PartySeated)
def _party(facts: Facts, condition: c.PartySeated, _stage: str) -> Reasons:
    if facts.holders([condition.party]):
        return NONE
    return (Refusal("seat.empty", None, {"seat": condition.party, "since": facts.project.entered_at}),)


@guard(c.ContractIs)
def _contract(facts: Facts, condition: c.ContractIs, _stage: str) -> Reasons:
    contract = facts.contract
    if contract is None:
        ended = max(facts.contracts, key=lambda one: one.number, default=None)
        signed = [s for s in facts.signatures if ended and s.version == ended.number]
        if condition.contract == "signed" and signed and ended:
            return (Refusal("contract.signatures_ended", None, {
                "since": ended.ended_at, "date": ended.ended_at, "n": ended.number + 1,
                "persons": tuple(s.person for s in signed)}),)
        return _clauses_open(facts)
    if condition.contract == "agreed":
        gates = [key for key, (_, gate) in facts.definition.gates.items() if gate.about == "contract"]
        return tuple(r for key in gates for r in _gate(facts, c.GateAgreed(gate=key), ""))
    return tuple(Refusal("contract.unsigned", party.number, {
        "n": contract.number, "of": party.number, "since": contract.frozen_at, "date": contract.frozen_at,
        "persons": tuple(m.person for m in facts.people(party.number, "signatory"))})
        for party in facts.signing if facts.signature(party.number) is None)


def _clauses_open(facts: Facts) -> Reasons:
    numbers = tuple(range(1, len(facts.definition.clauses) + 1))
    party = next((p.number for p in facts.contracting), None)
    return (Refusal("clauses.open", party, {"n": len(numbers), "m": len(numbers), "numbers": numbers,
                                            "since": facts.project.entered_at}),)


# nesting


@guard(c.All)
def _all(facts: Facts, condition: c.All, stage: str) -> Reasons:
    return tuple(refusal for one in condition.all for refusal in reasons(facts, one, stage))


@guard(c.Any_)
def _any(facts: Facts, condition: c.Any_, stage: str) -> Reasons:
    """Of several ways the one that lacks least speaks."""
    return min((reasons(facts, one, stage) for one in condition.any), key=len)
