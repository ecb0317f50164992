"""Forms for the parts of the charter that are more than words."""

from collections.abc import Iterable, Mapping
from typing import Any

import wtforms
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, FieldList, FormField, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from cocreate.domain.charter import GOALS, MOST_GOALS, Goal
from cocreate.domain.openness import KINDS
from cocreate.forms.base import Form, Needed, Part, line, lines

BLANK = 2  # empty rows to write into


class GoalRow(Part):
    """One goal; a row without a word is none."""

    what = line(_("What do you want?"), most=200, optional=True)
    measure = line(_("How will you see it?"), most=200, optional=True)
    owner = line(_("Who answers for it?"), most=120, optional=True)
    by = DateField(_("By when?"), [Optional()])


class GoalsForm(Form):
    """What the own party wants from the project."""

    goals = FieldList(FormField(GoalRow), max_entries=MOST_GOALS)

    @classmethod
    def of(cls, goals: Iterable[Goal]) -> "GoalsForm":
        """The form with these goals and some empty rows."""
        rows: list[dict[str, Any]] = [{"what": one.what, "measure": one.measure, "owner": one.owner, "by": one.by}
                                      for one in goals]
        form = cls.from_request(goals=[*rows, *[{} for _n in range(min(BLANK, MOST_GOALS - len(rows)))]])
        for number, row in enumerate(form.goals.entries, 1):
            row.label.text = gettext("Goal %(number)s", number=number)
        return form

    def validate(self, extra_validators: Any = None) -> bool:
        right = super().validate(extra_validators)
        for row in self.goals.entries:
            if not row.form.what.data and any(field.data for field in row.form):
                row.form.what.errors = [gettext("Say what you want.")]
                right = False
        if right and not self._filled():
            self.form_errors.append(gettext("Write at least one goal."))
            return False
        return right

    def _filled(self) -> list[wtforms.Form]:
        return [row.form for row in self.goals.entries if row.form.what.data]

    def body(self) -> dict[str, Any]:
        """What is proposed: each goal, and all of them as words."""
        rows = [{"what": row.what.data, "measure": row.measure.data or "", "owner": row.owner.data or "",
                 "by": row.by.data.isoformat() if row.by.data else ""} for row in self._filled()]
        return {GOALS: rows, "text": "\n".join(row["what"] for row in rows)}


class OpennessForm(Form):
    """Who sees which kind of item, and why."""

    text = lines(_("In words"), most=4000)
    costs, composition, volumes, designs = (RadioField(kind) for kind in KINDS)
    costs_with, composition_with, volumes_with, designs_with = (SelectMultipleField(
        _("Which parties?"), coerce=int, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False),
        choices=[], validate_choice=True) for _kind in KINDS)
    observers = BooleanField(_("Observers may comment"))

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "OpennessForm":
        kinds = body.get("kinds", {})
        given: dict[str, Any] = {"text": body.get("text"), "observers": bool(body.get("observers"))}
        for kind in KINDS:
            level = kinds.get(kind, "all")
            given[kind] = level if isinstance(level, str) else "some"
            given[f"{kind}_with"] = level if isinstance(level, list) else []
        return cls.from_request(**given)

    def offer(self, labels: Mapping[str, str], others: list[SelectChoice]) -> None:
        """Fill the lists; named parties are a choice where there is more than one other."""
        levels = [("all", _("All parties")), *([("some", _("Named parties"))] if len(others) > 1 else []),
                  ("neutral", _("Who gives it, and the neutral person")), ("own", _("Only who gives it"))]
        for kind in KINDS:
            self[kind].label.text = labels[kind]
            self[kind].choices = [SelectChoice(value, text) for value, text in levels]
            self[f"{kind}_with"].choices = others

    @property
    def kinds(self) -> list[tuple[Any, Any]]:
        """Each kind's two fields, for the page."""
        return [(self[kind], self[f"{kind}_with"]) for kind in KINDS]

    def body(self) -> dict[str, Any]:
        """What is proposed: words, and the level of each kind."""
        return {"text": self.text.data, "observers": bool(self.observers.data), "kinds": {
            kind: sorted(self[f"{kind}_with"].data or ()) if self[kind].data == "some" else self[kind].data
            for kind in KINDS}}


class ConflictForm(Form):
    """Which other goal it pulls against, and why."""

    other = RadioField(_("Which goal does it pull against?"), [Needed()])
    reason = lines(_("Why?"), most=2000, description=_("All parties see it."))
