"""What a figure is: as given, as another party says, as all have settled it."""

import json
from collections.abc import Collection, Iterable
from decimal import Decimal
from functools import reduce
from operator import and_

from workflows.facts.work import FigureFact, ProposalFact, ProposalState, versions_of

SETTLE = "settle"  # a proposal: which of several values counts; its subject is the path
OTHER_VALUE = "other_value"  # a proposal: what the figure is instead; its subject is path@party, by whom

_STANDS = (ProposalState.OPEN, ProposalState.REFUSED)


def settled(path: str, given: tuple[FigureFact, ...], proposals: Iterable[ProposalFact]) -> FigureFact | None:
    """What all agreed that it is, while the values it was about are still the ones given.

    Another version that gives the same value again, for the sake of another field, undoes no agreement of all.
    """
    agreed = settlement(path, proposals)
    if agreed is None or not given:
        return None
    body = json.loads(agreed.body)
    if body["of"] != versions_of(given) and body.get("was") != [said_by(one) for one in given]:
        return None
    return _proposed(path, agreed, given)


def said_by(figure: FigureFact) -> list[str | int | None]:
    """What a party gave, whatever the version: kept with another value of it."""
    return [figure.party, format(figure.value.normalize(), "f"), figure.unit, figure.period, figure.price_year]


def settlement(path: str, proposals: Iterable[ProposalFact]) -> ProposalFact | None:
    """What all agreed last about its value."""
    return max((one for one in proposals if one.state is ProposalState.AGREED and (
        (one.kind, one.subject) == (SETTLE, path) or _is_other(one, path))), key=_number, default=None)


def settlements(task: str, proposals: Iterable[ProposalFact]) -> dict[str, int]:
    """Paths of a task whose value all have settled -> number of the last proposal that did; task: "stage.task"."""
    found: dict[str, int] = {}
    for one in proposals:
        if one.state is ProposalState.AGREED and one.kind in (SETTLE, OTHER_VALUE):
            path = one.subject.partition("@")[0]
            if path.startswith(f"{task}."):
                found[path] = max(one.number, found.get(path, 0))
    return found


def others(path: str, given: tuple[FigureFact, ...], proposals: Collection[ProposalFact],
           there: Collection[int]) -> tuple[FigureFact, ...]:
    """What parties that are there say that a given value is instead, of which nothing was settled since.

    Refusing another value does not do away with it: else who gave the first one would be right by saying no.
    """
    if not given:
        return ()
    last = settlement(path, proposals)
    newest = {one.subject: one for one in sorted(proposals, key=_number) if _is_other(one, path)
              and one.state in _STANDS and one.party in there and (last is None or one.number > last.number)}
    said = (_proposed(path, one, given) for one in newest.values())
    known = {figure.says for figure in given}
    return tuple(figure for figure in said if figure.says not in known)


def differ(figures: Iterable[FigureFact]) -> bool:
    return len({figure.says for figure in figures}) > 1


def _is_other(proposal: ProposalFact, path: str) -> bool:
    return proposal.kind == OTHER_VALUE and proposal.subject.rpartition("@")[0] == path


def _number(proposal: ProposalFact) -> int:
    return proposal.number


def _proposed(path: str, proposal: ProposalFact, given: tuple[FigureFact, ...]) -> FigureFact:
    body = json.loads(proposal.body)
    by = body.get("by") or proposal.party or given[0].party
    return FigureFact(path, by, 0, Decimal(body["value"]), body.get("unit"),
                      reduce(and_, (figure.sees for figure in given)), body.get("source"), body.get("period"),
                      body.get("price_year"))
