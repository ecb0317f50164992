"""Transitions: who takes them, what they wait for, what they reopen, and that what goes by itself comes to rest."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from workflows import conditions as c
from workflows.definition import Definition, Transition
from workflows.fields import File
from workflows.figures import OPPOSITE
from workflows.verification.figures import comparisons
from workflows.verification.findings import Finding, certain, error, listed, warning
from workflows.verification.names import field_at, paths_of
from workflows.verification.tasks import circles


def guarded(d: Definition) -> Iterator[Finding]:
    """Conditions and transitions."""
    for key, transition in d.transitions.items():
        path = f"transitions.{key}"
        if transition.by and not any(seat == "host" or certain(d, seat) for seat in transition.by):
            yield error("transition.nobody_certain", f"{path}.by", "Every seat that may take this may stay empty.")
        for _, condition in c.walk(transition.when):
            yield from _condition(d, condition, f"{path}.when")
        yield from _left(d, transition, path)
        yield from _reopened(d, transition, path)
        if transition.automatic and transition.when is None:
            yield warning("automatic.at_once", path, "This waits for nothing: its stage is left at once.")


def _left(d: Definition, transition: Transition, path: str) -> Iterator[Finding]:
    """A value of a stage that was left, or that is final, can only be waived; is there another way?"""
    for condition in _together(transition.when):
        for one in paths_of(condition):
            stage = one.split(".")[0]
            if stage in d.stages and transition.from_ in d.stages and d.order[stage] < d.order[transition.from_]:
                yield warning("figure.left", f"{path}.when",
                              f"'{one}' is given in {d.stage_name(stage)}. If it does not reach this, only going back "
                              "or a waiver by all helps. Ask for it there, or name another way with any.")
            elif field_at(d, one) is not None and d.tasks[one.split(".")[1]][1].final:
                yield warning("figure.final", f"{path}.when",
                              f"'{one}' cannot be changed once it is accepted. If it does not reach this, only another "
                              "value that all settle on or a waiver by all helps. Let its task be without final, or "
                              "name another way with any.")


def _reopened(d: Definition, transition: Transition, path: str) -> Iterator[Finding]:
    if transition.to not in d.stages:
        return
    for one in transition.reopens:
        stage = (d.tasks.get(one) or d.gates.get(one) or (transition.to, None))[0]
        if d.order[stage] < d.order[transition.to]:
            yield error("reopens.unanswerable", f"{path}.reopens",
                         f"This reopens '{one}' of {d.stage_name(stage)} but leads to {d.stage_name(transition.to)}, "
                         "where nobody is asked for it.")
        if one in d.tasks and d.tasks[one][1].final:
            yield error("reopens.final", f"{path}.reopens",
                        f"This reopens '{one}', which is final: once accepted it is not opened again. Leave it out "
                        "here, or let the task be without final.")


def _condition(d: Definition, condition: c.AnyCondition, path: str) -> Iterator[Finding]:
    match condition:
        case c.DocumentThere(document=document):
            field = field_at(d, document)
            if field is not None and not isinstance(field, File):
                yield error("document.not_file", path, f"'{document}' is not a file.")
        case c.Signed(signed=key) if key in d.tasks and d.tasks[key][1].kind != "sign":
            yield error("signed.not_agreement", path, f"'{key}' is not a task of kind sign.")
        case c.FigureReaches(figure=comparison):
            yield from comparisons(d, comparison, path)
        case c.DateReached(date=window):
            yield from _window(window, path)


def _window(window: c.DateWindow, path: str) -> Iterator[Finding]:
    days = [day for day in (window.not_before, window.not_after) if day is not None]
    wrong = [day for day in days if not _is_date(day)]
    if wrong or not days:
        yield error("date.unreadable", path, f"{listed(wrong) or 'The window'} is not a date. Write it as 2027-03-31.")
    elif len(days) == 2 and days[0] > days[1]:
        yield error("date.never", path, "The window ends before it begins.")


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def automatic(d: Definition) -> Iterator[Finding]:
    """What goes on by itself comes to rest, and goes one way."""
    following: dict[str, list[str]] = {}
    for key, transition in d.transitions.items():
        if transition.automatic:
            following.setdefault(transition.from_, []).append(key)
    on = {stage: [d.transitions[key].to for key in keys] for stage, keys in following.items()}
    for circle in circles({**{to: [] for all_ in on.values() for to in all_}, **on}):
        names = " -> ".join(d.stage_name(stage) for stage in (*circle, circle[0]))
        yield error("automatic.circle", f"stages.{circle[0]}", f"Automatic transitions can go round: {names}.")
    for stage, keys in following.items():
        for one, other in combinations(keys, 2):
            if not _exclude(d.transitions[one].when, d.transitions[other].when):
                yield error("automatic.together", f"stages.{stage}",
                            f"'{one}' and '{other}' go by themselves and may both be possible. Let one wait for "
                            "what the other rules out.")


def _exclude(one: c.AnyCondition | None, other: c.AnyCondition | None) -> bool:
    """Whether two conditions can never hold together: what one waits for stands in the other turned round."""
    return any(_turned(a) == b for a in _together(one) for b in _together(other))


def _together(condition: c.AnyCondition | None) -> list[c.AnyCondition]:
    """What must hold together."""
    if isinstance(condition, c.All):
        return [part for one in condition.all for part in _together(one)]
    return [] if condition is None else [_straight(condition)]


def _straight(condition: c.AnyCondition) -> c.AnyCondition:
    """``not: at_least 5`` is ``below 5``."""
    match condition:
        case c.Not(not_=c.FigureReaches() as figure):
            return _turned(figure) or condition
        case _:
            return condition


def _turned(condition: c.AnyCondition) -> c.AnyCondition | None:
    match condition:
        case c.FigureReaches(figure=comparison):
            relation, limit = comparison.limit
            unit = {"unit": comparison.unit} if comparison.unit else {}
            return c.FigureReaches.model_validate(
                {"figure": {"path": comparison.path, OPPOSITE[relation]: limit} | unit})
        case c.Not(not_=inner):
            return inner
        case c.DateReached():
            return c.Not.model_validate({"not": condition})
    return None
