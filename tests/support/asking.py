"""A task with a field of every kind, what somebody typed into it, and what is wrong with it."""

from tests.support.spaces import spaced
from workflows.definition import Task


def task(kind="form", **content):
    return Task.model_validate({"title": "Total cost today", "why": "For the offer.", "of": "customer",
                                "due": {"days": 5}, "kind": kind, **content})


def asking(**fields):
    return task(fields={key: {"label": key.title(), **field} for key, field in fields.items()})


FORM = asking(
    unit={"type": "text", "help": "What one counts to compare today with later.", "most": 40},
    note={"type": "long_text", "required": False},
    cost={"type": "money", "period": True, "grade": True, "example": {
        "text": "2,000,000 US dollars in all", "source": "Mass Transit, 2013"}},
    storage={"type": "money", "currency": "EUR", "per": "a"},
    mass={"type": "quantity", "unit": "t/a", "grade": True, "source": True},
    lamps={"type": "whole", "min": 1, "max": 100_000},
    moisture={"type": "percent", "required": False},
    start={"type": "date"}, month={"type": "month", "required": False}, visit={"type": "yes_no"},
    fate={"type": "choice", "of": {"burnt": "It is burnt", "sold": "It is sold"}},
    form={"type": "choices", "of": ["gas", "liquid", "solid"], "required": False},
    country={"type": "country", "required": False}, code={"type": "waste_code", "required": False},
    report={"type": "file", "contains": "Everything the laboratory measured."},
    items={"type": "table", "most": 4, "columns": {
        "item": {"label": "Item", "type": "choice", "of": ["energy", "upkeep"]},
        "amount": {"label": "Amount", "type": "money", "per": "a", "grade": True},
        "remark": {"label": "Remark", "type": "text", "required": False},
        "from": {"label": "From", "type": "country", "required": False}}},
    steam={"type": "schedule", "unit": "t/h", "required": False},
)
TYPED = {
    "f-unit": "garage", "f-cost": "2,000,000", "f-cost-currency": "USD", "f-cost-year": "2013", "f-cost-period": "a",
    "f-cost-grade": "estimated", "f-storage": "18 400.50", "f-storage-year": "2026", "f-mass": "43,000 t/a",
    "f-mass-grade": "measured", "f-mass-source": "weighbridge", "f-lamps": "13000", "f-start": "7.2.2026",
    "f-month": "2026-03", "f-visit": "no", "f-fate": "burnt", "f-form": ["gas", "solid"], "f-country": "AT",
    "f-code": "100105*", "f-report-na": "y", "f-report-na-why": "The laboratory is closed",
    "f-report-na-by": "2026-05-04", "f-items-currency": "EUR", "f-items-year": "2026", "f-items-0-item": "energy",
    "f-items-0-amount": "5.5", "f-items-0-_grade": "measured", "f-items-7-item": "upkeep", "f-items-7-amount": "7",
    "f-items-7-_grade": "assumed", "f-items-7-from": "Finland", "f-steam-0-from": "2008-03-01", "f-steam-0-value": "15",
}
WRONG = {**TYPED, "f-storage": "1.234", "f-mass-grade": "", "f-lamps": "0", "f-items-7-item": "", "f-cost-currency": ""}
HANGING = asking(kind={"type": "choice", "of": {"none": "Neither", "deposit": "A deposit"}},
                 sum={"type": "money", "currency": "EUR", "only_if": {"answer": "s.t.kind", "is_not": "none"}})


# fixtures
def errors_of(form):
    return {control.id: spaced(" ".join(control.errors)) for control in form if control.errors}
