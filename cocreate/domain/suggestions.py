"""Five questions that suggest a strategy: what each answer is worth, and how a result is told.

Pure, and never an automatic choice: it gives points, reasons and what speaks against it; people choose.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

SYMBIOSIS, TAKE_BACK, PLATFORM, CUSTOMER, PROXIMITY, NETWORK = STRATEGIES = (
    "industrial_symbiosis", "take_back", "platform", "customer_cooperation", "proximity", "value_network")
NOT_SURE = "x"
LETTERS = "abcdef"

_IS, _TB, _PL, _CC, _PX, _VN = STRATEGIES
POINTS: tuple[tuple[Mapping[str, int], ...], ...] = (  # question -> answer -> strategy -> points
    ({_IS: 3, _VN: 1}, {_TB: 3}, {_PL: 3}, {_CC: 3}, {_PX: 3}, {_VN: 3}),
    ({_IS: 2, _CC: 2, _TB: 1}, {_IS: 2, _TB: 2, _CC: 1}, {_PL: 3}, {_PX: 3}, {_VN: 3, _PX: 1}),
    ({_CC: 3, _PL: 1}, {_TB: 3}, {_PL: 3}, {_IS: 2, _PX: 1, _VN: 1}, {_VN: 2, _PX: 1}),
    ({_IS: 3, _VN: 1}, {_TB: 3, _CC: 1, _VN: 1}, {_PL: 3}, {_CC: 3, _TB: 1}, {_PX: 3}, {_VN: 3}),
    ({_IS: 3}, {_TB: 3}, {_PL: 3}, {_CC: 3}, {_PX: 3}, {_VN: 3, _IS: 1}),
)
QUESTIONS = len(POINTS)
ENOUGH, AHEAD, UNSURE = 6, 3, 3
REASON_FROM, REASONS = 2, 3
Kind = Literal["one", "two", "open"]


@dataclass(frozen=True, slots=True)
class Result:
    """What the answers point to. Places are (question, answer), both from 0.

    kind: one fits best; two fit; or none does yet, and one starts open. best: the strategies it is about, first first.
    against: the strongest answer for another strategy that counts for none of the best, and that strategy.
    """

    kind: Kind
    points: Mapping[str, int]
    best: tuple[str, ...]
    because: Mapping[str, tuple[tuple[int, int], ...]]
    difference: tuple[int, int] | None
    against: tuple[tuple[int, int], str] | None


def valid(answers: str) -> bool:
    """Whether this is one letter for each question, or "x" for "Not sure"."""
    return len(answers) == QUESTIONS and all(
        letter == NOT_SURE or letter in LETTERS[:len(points)] for letter, points in zip(answers, POINTS, strict=True))


def suggest(answers: str) -> Result:
    """The result of five answers such as "aedff".

    Raises: ValueError for anything else.
    """
    if not valid(answers):
        raise ValueError(f"not five answers: {answers!r}")
    points = score(answers)
    order = sorted(STRATEGIES, key=lambda strategy: -points[strategy])  # equal ones stay in the order of the tiles
    first, second = order[:2]
    kind = _kind(points[first], points[second], answers.count(NOT_SURE))
    best = (first,) if kind == "one" else (first, second)
    return Result(
        kind=kind, points=points, best=best, because={one: reasons(answers, one) for one in best},
        difference=_difference(answers, first, second) if kind == "two" else None,
        against=_against(answers, best if kind == "two" else best[:1], points))


def score(answers: str) -> dict[str, int]:
    total = Counter(dict.fromkeys(STRATEGIES, 0))
    for place in _given(answers):
        total.update(_worth(place))
    return dict(total)


def reasons(answers: str, strategy: str) -> tuple[tuple[int, int], ...]:
    """The answers that speak most for a strategy, most points first, then in the order of the questions."""
    found = [place for place in _given(answers) if _worth(place).get(strategy, 0) >= REASON_FROM]
    return tuple(sorted(found, key=lambda place: -_worth(place)[strategy])[:REASONS])


def _kind(top: int, next_: int, unsure: int) -> Kind:
    if top < ENOUGH or unsure >= UNSURE:
        return "open"
    return "one" if top - next_ >= AHEAD else "two"


def _difference(answers: str, first: str, second: str) -> tuple[int, int] | None:
    """The answer that speaks most for the second and less for the first."""
    gains = {place: _worth(place).get(second, 0) - _worth(place).get(first, 0) for place in _given(answers)}
    best = max(gains.values(), default=0)
    return next((place for place, gain in gains.items() if gain == best and gain > 0), None)


def _against(answers: str, best: Sequence[str], points: Mapping[str, int]) -> tuple[tuple[int, int], str] | None:
    """The strongest answer for another strategy that counts for none of the best; of equal ones that of the strategy
    with more points.
    """
    found = [(worth, points[strategy], place, strategy) for place in _given(answers)
             if not _worth(place).keys() & set(best)
             for strategy, worth in _worth(place).items() if worth >= REASON_FROM]
    if not found:
        return None
    most = max((worth, total) for worth, total, _, _ in found)
    return next((place, strategy) for worth, total, place, strategy in found if (worth, total) == most)


def _given(answers: str) -> Iterator[tuple[int, int]]:
    return ((question, LETTERS.index(letter)) for question, letter in enumerate(answers) if letter != NOT_SURE)


def _worth(place: tuple[int, int]) -> Mapping[str, int]:
    question, answer = place
    return POINTS[question][answer]
