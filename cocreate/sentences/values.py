"""Why going on waits for a file, a figure or another value: one that is missing, misses its limit or is disputed."""

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from cocreate import words
from cocreate.sentences.registry import says
from cocreate.sentences.speaker import Act, Said, Speaker
from workflows.refusals import Refusal
from workflows.texts import say


@says("value.not_available")
def _not_available(s: Speaker) -> Said:
    field = s.facts.definition.tasks[s.values["task"]][1].fields[s.values["field"]]
    named = {"field": say(field.label, s.reader.language), "task": s.task, "party": s.party()}
    if reason := s.because():
        return s._("'%(field)s' in '%(task)s' is not available (%(reason)s). %(party)s gives a value, or all agree to "
                   "go on without it.", reason=reason, **named), _to_waiver(s)
    return s._("'%(field)s' in '%(task)s' is not available. %(party)s gives a value, or all agree to go on without "
               "it.", **named), _to_waiver(s)


def _to_waiver(s: Speaker) -> Act:
    """The giver can still give a value; the others can propose to go on without it."""
    stage, _task = s.facts.definition.tasks[s.values["task"]]
    path = f"{stage}.{s.values['task']}.{s.values['field']}"
    own = s.facts.actor and s.facts.actor.party == s.refusal.party
    return s.to_task if own else _to_proposal(s, "waive", path, s._("Go on without it")) or s.to_task


@says("document.missing")
def _document_missing(s: Speaker) -> Said:
    if s.hidden:
        return s._("A document of '%(task)s' is missing. %(party)s uploads it.", task=s.task,
                   party=s.party()), s.to_task
    if s.values.get("due") is None:
        return s._("The document '%(document)s' is missing. %(party)s uploads it.",
                   document=s.field(s.values["document"]), party=s.party()), s.to_task
    return s._("The document '%(document)s' is missing. %(party)s uploads it (due %(date)s).",
               document=s.field(s.values["document"]), party=s.party(), date=s.day("due")), s.to_task


@says("document.not_accepted")
def _document_not_accepted(s: Speaker) -> Said:
    if s.hidden:
        return s._("A document of '%(task)s' has not been accepted by %(party)s.", task=s.task,
                   party=s.whose), s.to_task
    return s._("'%(document)s', version %(n)s, has not been accepted by %(party)s.",
               document=s.field(s.values["document"]), n=words.number(s.values["n"], s.reader),
               party=s.whose), s.to_task


def _to_figure(s: Speaker) -> Act:
    return Act(f"tasks/{s.values['figure'].split('.')[1]}", s._("See the task"))


def _to_proposal(s: Speaker, kind: str, figure: str, label: str) -> Act | None:
    """Where a party of the contract proposes to all what becomes of a figure."""
    actor = s.facts.actor
    signs = {party.number for party in s.facts.contracting}
    if actor is None or actor.party not in signs or not actor.parts & {"champion", "signatory"}:
        return None
    return Act(f"{kind}?path={figure.partition('@')[0]}", label)


def _figure_hidden(s: Speaker) -> Said:
    """What anybody may know of a figure that was given and that he may not see."""
    return s._("'%(figure)s' does not yet reach what going on needs; %(party)s can see and change it.",
               figure=s.field(s.values["figure"]), party=s.party()), _to_figure(s)


@says("figure.missing")
def _figure_missing(s: Speaker) -> Said:
    # The same to everybody: of a value that is not there nothing can be kept from anyone.
    return s._("'%(figure)s' has no value. %(party)s gives it in '%(task)s'.", figure=s.field(s.values["figure"]),
               party=s.party(), task=s.task), _to_figure(s)


@says("figure.limit")
def _figure_limit(s: Speaker) -> Said:
    if s.hidden:
        return _figure_hidden(s)
    said = [_bound(s, s.values), *(_instead(s, one) for one in s.values.get("instead", ()) if one.sees & s.mask)]
    return s._("'%(figure)s' is %(value)s; going on needs %(bound)s.", figure=s.field(s.values["figure"]),
               value=s.quantity(s.values["value"], s.values["unit"]),
               bound=words.listed(said, s.reader, either=True)), _to_figure(s)


def _bound(s: Speaker, values: Mapping[str, Any]) -> str:
    limit = s.quantity(values["limit"], values["unit"])
    return {
        "at_least": s._("at least %(limit)s", limit=limit), "at_most": s._("at most %(limit)s", limit=limit),
        "above": s._("more than %(limit)s", limit=limit), "below": s._("less than %(limit)s", limit=limit),
    }[values["relation"]]


def _instead(s: Speaker, refusal: Refusal) -> str:
    """Another way out of a limit, as one of several."""
    if refusal.code == "figure.limit":
        return s._("'%(figure)s' of %(bound)s (now %(value)s)", figure=s.field(refusal.values["figure"]),
                   bound=_bound(s, refusal.values), value=s.quantity(refusal.values["value"], refusal.values["unit"]))
    if "figure" in refusal.values:
        return s._("that '%(figure)s' reaches its limit", figure=s.field(refusal.values["figure"]))
    gate = s.facts.definition.gates[refusal.values["gate"]][1]
    return s._("a decision at '%(question)s'", question=say(gate.question, s.reader.language))


@says("answered.limit")
def _answered_limit(s: Speaker) -> Said:
    """The sentence of a limit, of the share of a stage's questions that have a value; rounded away from the limit."""
    figure = s._("Fields answered in %(stage)s", stage=words.stage(s.facts.definition, s.values["stage"], s.reader))
    value = s.values["value"].quantize(Decimal("0.1"), ROUND_FLOOR)
    return s._("'%(figure)s' is %(value)s; going on needs %(bound)s.", figure=figure, value=s.quantity(value, "%"),
               bound=s._("at least %(limit)s", limit=s.quantity(s.values["limit"], "%"))), None


@says("figure.two_values")
def _two_values(s: Speaker) -> Said:
    if s.hidden:
        return _figure_hidden(s)
    a, b = (words.figure(s.values[value], s.reader) for value in ("a", "b"))
    return s._("There are two values for '%(figure)s': %(a)s (%(source_a)s) and %(b)s (%(source_b)s). Settle which one "
               "counts.", figure=s.field(s.values["figure"]), a=a, b=b, source_a=s.values["source_a"] or s.party(),
               source_b=s.values["source_b"] or s.party("other")), _to_proposal(
                   s, "settle", s.values["figure"], s._("Settle it")) or _to_figure(s)


@says("figure.units")
def _units(s: Speaker) -> Said:
    if s.hidden:
        return _figure_hidden(s)
    return s._("'%(figure)s' is in %(a)s, the limit in %(b)s; they cannot be compared. %(party)s corrects the unit.",
               figure=s.field(s.values["figure"]), a=s.values["a"], b=s.values["b"], party=s.party()), _to_figure(s)
