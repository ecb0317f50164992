"""Days before which is decided how a contract goes on: worked out from a day and spans of time, asked of who signs."""

from collections.abc import Iterator

from workflows.definition import Definition
from workflows.fields import Date, Month, Number, Quantity, TypedField, Whole
from workflows.verification.findings import Finding, error, listed
from workflows.verification.names import field_at

SPANS = ("a", "month", "d")  # years, months, days


def decided(d: Definition) -> Iterator[Finding]:
    for index, rule in enumerate(d.decide):
        where = f"decide.{index}"
        if others := [seat for seat in rule.of if seat in d.parties and not d.parties[seat].signs]:
            yield error("decide.signs_nothing", f"{where}.of", f"{listed(others)} is not bound by the contract.")
        for name, path in rule.named():
            field = field_at(d, path)
            if field is not None:
                yield from _usable(name, path, field, where)
                if d.prepares and d.order[path.split(".")[0]] > d.order[d.prepares]:
                    yield error("decide.too_late", f"{where}.{name}", "This comes only after the contract is made.")


def _usable(name: str, path: str, field: TypedField, where: str) -> Iterator[Finding]:
    if name == "start":
        if not isinstance(field, Date | Month):
            yield error("decide.no_date", f"{where}.start", f"'{path}' is neither a date nor a month.")
    elif not isinstance(field, Whole | Number | Quantity):
        yield error("decide.no_span", f"{where}.{name}", f"'{path}' is no number.")
    elif name != "only" and field.unit not in SPANS:
        yield error("decide.no_span", f"{where}.{name}", f"'{path}' is not in years (a), months (month) or days (d).")
    elif name != "only" and field.max is None:
        yield error("decide.no_max", f"{where}.{name}", f"'{path}' has no max, so no calendar may reach the day that "
                                                        "follows from it. Say how long it can be at most.")
