"""What must be true of a definition before a version of it can be published.

``verify`` names every defect with the shortest story that leads into it. Errors block, warnings do not. Nothing here
runs a project: names are resolved, rules are checked, then stages are walked.
"""

from collections.abc import Callable, Iterator, Sequence

from workflows.definition import Definition
from workflows.verification import (
    assignment,
    contents,
    contracts,
    deciding,
    details,
    fairness,
    figures,
    gates,
    hanging,
    listed,
    names,
    plain,
    tasks,
    walks,
    ways,
)
from workflows.verification.findings import Finding

_Check = Callable[[Definition], Iterator[Finding]]
_NAMES: tuple[_Check, ...] = (names.seats, names.tasks_and_gates, names.stages, names.paths)
_RULES: tuple[_Check, ...] = (
    tasks.asked, tasks.lasting, contents.contents, gates.decided, figures.computed, ways.guarded, ways.automatic,
    contracts.contract, contracts.clauses, details.details, assignment.assigned, contracts.tables, deciding.decided,
    hanging.hanging, listed.lists, plain.plain, gates.owned, fairness.fairness)


def verify(definition: Definition) -> tuple[Finding, ...]:
    """Every finding, errors first, each once. A definition without an error can be published."""
    named = referred(definition)
    found = [*named, *ruled(definition)]
    if not any(finding.level == "error" for finding in named):  # a walk over names that lead nowhere proves nothing
        found += walks.walks(definition)
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: finding.level != "error"))


def referred(definition: Definition) -> tuple[Finding, ...]:
    """What speaks of something that is not there."""
    return tuple(finding for check in _NAMES for finding in check(definition))


def ruled(definition: Definition) -> tuple[Finding, ...]:
    """What its parts mean, without a walk through its stages."""
    return tuple(finding for check in _RULES for finding in check(definition))


def publishable(findings: Sequence[Finding]) -> bool:
    return not any(finding.level == "error" for finding in findings)
