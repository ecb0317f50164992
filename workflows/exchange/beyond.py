"""What is wrong in the well-formed parts of a malformed definition, without what only follows from its mistakes."""

import re
from collections.abc import Iterator, Sequence

from workflows.exchange.mending import mended
from workflows.exchange.mistakes import DefinitionError
from workflows.exchange.schema import NOT_WELL_FORMED
from workflows.exchange.translation import used_twice
from workflows.exchange.tree import Tree
from workflows.texts import TEXTS
from workflows.verification import referred, ruled
from workflows.verification.findings import Finding
from workflows.verification.walks import walks

_Path = tuple[str, ...]

_WHOLE = (("parties",), ("stages",), ("transitions",), ("terminal",))  # without one of them nothing has a meaning
_HELD = {  # the family of a finding: where what it misses would stand
    "seat": {"parties"}, "stage": {"stages", "terminal"}, "task": {"stages", "tasks"}, "gate": {"stages", "gates"},
    "reopens": {"stages", "tasks", "gates"}, "path": {"stages", "tasks", "fields", "columns"}}
_BY_WHO = frozenset({  # what hangs on the qualities of a seat that it does not name
    "stage.nobody", "gate.nobody_certain", "gate.no_side", "transition.nobody_certain", "contract.no_party",
    "due.absent", "task.acceptor_absent", "clause.seat_empty", "annex.seat_empty", "decide.signs_nothing",
    "details.not_asked", "details.narrow"})
_ALONE = (TEXTS - {"text", "agreement"}) | {  # nothing else changes its meaning by them
    "target", "days", "minutes", "format", "key", "strategy", "language"}
_BY_THE_WAY = _ALONE | {"fields", "due"}  # of a seat, stage, task, gate or transition: what no walk looks at


def beyond(tree: Tree, found: Sequence[DefinitionError]) -> Iterator[DefinitionError]:
    """found: the mistakes of form, which are told already."""
    instead = mended(tree.value, [_place(error.path) for error in used_twice(tree)])
    if instead.definition is None:
        return
    hollow = {str(place[-2]) for place in instead.hollow if len(place) > 1}
    unread = {tuple(filter(None, error.path.split("."))) for error in tree.errors}
    broken = {*(tuple(map(str, place)) for place in instead.broken), *unread}
    places = [tuple(map(str, place)) for place in tree.lines] if unread else []
    lost = instead.lost | {part for one in unread for place in places if place[:len(one)] == one
                           for part in place[len(one):]}
    said = [one for one in referred(instead.definition) if not _missed(one, broken, lost, hollow)]
    said += [one for one in ruled(instead.definition) if not _follows(one, broken, lost)]
    if not referred(instead.definition) and not any(map(_on_the_way, broken)):
        said += [one for one in walks(instead.definition) if NOT_WELL_FORMED not in one.message]
    for one in dict.fromkeys(said):
        if one.level == "error" and all((one.path, one.message) != (error.path, error.message) for error in found):
            place = _place(one.path)
            yield DefinitionError(one.path, tree.line(place) if place[:1] in tree.lines else None, one.message)


def _missed(finding: Finding, broken: set[_Path], lost: set[str], hollow: set[str]) -> bool:
    """Whether what is missed may be there, malformed, or misspelt where it is held. hollow: where an entry is none."""
    path, held = tuple(finding.path.split(".")), _HELD.get(finding.code.partition(".")[0], set())
    name = re.search(r"'([^']*)'", finding.message)
    return (NOT_WELL_FORMED in finding.message or any(path[:len(place)] == place for place in broken)
            or any(place and place[-1] in held for place in broken)
            or not hollow.isdisjoint(held)
            or (name is not None and not lost.isdisjoint(re.split(r"[.@]", name[1]))))


def _follows(finding: Finding, broken: set[_Path], lost: set[str]) -> bool:
    """Whether it is about something malformed, or names it."""
    path, words = tuple(finding.path.split(".")), set(re.findall(r"\w+", finding.message))
    if NOT_WELL_FORMED in finding.message or not lost.isdisjoint(words) or not lost.isdisjoint(path):
        return True
    if any(path[:len(place)] == place or place in ((), *_WHOLE) for place in broken):
        return True
    for place in broken:
        if not _ALONE.isdisjoint(place[-2:]):
            continue
        if finding.code in {"parties": _BY_WHO, "transitions": ("stage.nobody",)}.get(place[0], ()):
            return True
        part = _part(place)
        if part[-1] in words or path[:len(part)] == part or part[:len(path)] == path:
            return True
    return False


def _on_the_way(place: _Path) -> bool:
    """Whether a walk through the stages may take another way for what stands there."""
    if place[:1] not in _WHOLE:
        return not place
    said = place[4:5] if place[2:3] in (("tasks",), ("gates",)) else place[2:3]
    return not said or said[0] not in _BY_THE_WAY


def _part(place: _Path) -> _Path:
    """The seat, stage, task, gate, field, transition or clause something belongs to."""
    if place[0] != "stages" or len(place) < 4:
        return place[:2]
    return place[:6] if len(place) >= 6 and place[4] == "fields" else place[:4]


def _place(path: str) -> tuple[str | int, ...]:
    return tuple(int(part) if part.isdigit() else part for part in path.split("."))
