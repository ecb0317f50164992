"""A definition in place of a malformed one, so that what is well-formed in it can be looked at in the same reading."""

import re
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from workflows.definition import Definition
from workflows.exchange.mistakes import Place
from workflows.exchange.schema import NOT_WELL_FORMED, allowed, must_stand, stand_in
from workflows.exchange.translation import Found, located
from workflows.texts import near

_ROUNDS = 20  # what is mended may show what stood behind it; a text that needs more is looked at again
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_AT_ODDS = ("min", "max", "below_zero", "sums_to", "at", "every", "most", "sample", "accede", "statements")


@dataclass(slots=True)
class Mended:
    """What stands in for a malformed value."""

    value: Any
    broken: list[Place] = field(default_factory=list)  # where something was put in, changed or taken out
    hollow: list[Place] = field(default_factory=list)  # those where nothing was that has entries
    lost: set[str] = field(default_factory=set)  # the keys that were there and are not any more
    definition: Definition | None = None  # none: too much was wrong


def mended(value: Any, twice: list[Place]) -> Mended:
    """The same, with the least in place of what is malformed. twice: the keys that are used a second time."""
    found = Mended(deepcopy(value))
    for place in twice:
        _take_out(found, place)
    tried: Counter[Place] = Counter()
    for _ in range(_ROUNDS):
        try:
            found.definition = Definition.model_validate(found.value)
            break
        except ValidationError as error:
            before = len(found.broken)
            wrong = [one for one, _several in located(error, found.value)]
            for one in sorted(wrong, key=lambda one: one.kind != "extra_forbidden"):  # it may be what is missing
                if not any(one.place[:len(place)] == place for place in found.broken[before:]):
                    _mend(found, one, tried)
    return found


def _mend(mended_: Mended, found: Found, tried: Counter[Place]) -> None:
    """The gentlest that has not been tried at this place."""
    place, again = found.place, tried[found.place]
    tried[place] += 1
    if not place or again > 4:
        return  # it is given up
    if found.kind == "extra_forbidden":
        meant = near(str(place[-1]), [one for one in allowed(place[:-1], mended_.value)
                                      if one not in _at(mended_.value, place[:-1])])
        _call(mended_, place, meant)
    elif found.kind == "missing":
        _put(mended_, place)
    elif found.value == place[-1] and "string" in found.kind:  # the key itself
        plain = re.sub(r"[^a-z0-9_]", "_", str(place[-1]).lower())
        _call(mended_, place, plain if _KEY.fullmatch(plain) and plain not in _at(mended_.value, place[:-1]) else "")
    elif found.kind == "value_error" and again == 0 and _part(mended_, place):
        return
    elif again == 0 or (again == 1 and found.kind == "value_error"):
        _put(mended_, place) if must_stand(place, mended_.value) else _take_out(mended_, place)
    else:
        _take_out(mended_, _entry(place))


def _part(mended_: Mended, place: Place) -> bool:
    """Leave out what contradicts something else and speaks of nothing; whether there was any."""
    whole = _at(mended_.value, place)
    if not isinstance(whole, dict):
        return False
    at_odds = [key for key in _AT_ODDS if key in whole]
    for key in at_odds:
        del whole[key]
    if is_task := len(place) == 4 and place[2] == "tasks":
        whole["kind"] = "form"
        whole["fields"] = whole.get("fields") or {NOT_WELL_FORMED: stand_in((*place, "fields", "any"), mended_.value)}
    mended_.broken.append(place)
    return bool(at_odds) or is_task


def _put(mended_: Mended, place: Place) -> None:
    above = _at(mended_.value, place[:-1])
    before = _at(mended_.value, place)
    mended_.lost |= _keys(before)
    if not isinstance(before, dict):
        mended_.hollow.append(place)
    above[place[-1]] = stand_in(place, mended_.value)
    mended_.broken.append(place)


def _call(mended_: Mended, place: Place, key: str) -> None:
    """Give what stands there another key; or none."""
    above = _at(mended_.value, place[:-1])
    if key:
        renamed = {key if one == place[-1] else one: inner for one, inner in above.items()}
        above.clear()
        above.update(renamed)
        mended_.lost.add(str(place[-1]))
        mended_.broken.append(place)
    else:
        _take_out(mended_, place)


def _take_out(mended_: Mended, place: Place) -> None:
    above = _at(mended_.value, place[:-1])
    if isinstance(above, dict) and place[-1] in above:
        mended_.lost |= {str(place[-1])} | _keys(above.pop(place[-1]))
    mended_.broken.append(place)


def _entry(place: Place) -> Place:
    """The nearest thing with a key above an entry of a list, which keeps its number."""
    while isinstance(place[-1], int):
        place = place[:-1]
    return place


def _at(value: Any, place: Place) -> Any:
    for part in place:
        try:
            value = value[part]
        except (LookupError, TypeError):
            return None
    return value


def _keys(value: Any) -> set[str]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {*(value if isinstance(value, dict) else ()), *(key for one in inner for key in _keys(one))}
