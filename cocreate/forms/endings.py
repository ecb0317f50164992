"""Forms about ending and leaving."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from cocreate.forms.base import Form, Needed, line, lines, why


class LeaveForm(Form):
    """Why a party goes, and what becomes of what it owes."""

    reason = why(_("Why?"))
    open_tasks = lines(_("What happens to your open tasks?"), most=2000, optional=True,
                       description=_("They lapse here. Say who could give what they ask for; all parties see it."))


class EndContractForm(Form):
    """On which day a signed contract ends, why, and what stays owed although it does."""

    day = DateField(_("What is its last day?"), [Needed()])
    stay = SelectMultipleField(_("What stays owed all the same?"), coerce=int, choices=[],
                               option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False))
    reason = why(_("Why?"))

    def body(self) -> dict[str, Any]:
        """The proposal."""
        stay = sorted(self.stay.data or ()) if self.stay else []  # where nothing is owed, nothing is asked
        return {"day": self.day.data.isoformat(), "stay": stay, "reason": self.reason.data}


class DeclineForm(Form):
    """The reason, what was learned, and the project's name typed."""

    NOT_KEPT = frozenset({"title"})

    reason = why(_("Why?"))
    lessons = lines(_("What was learned?"), most=2000, optional=True,
                    description=_("It stays in the record and helps the next project."))
    title = line(_("Type the project's name"), render_kw={"autocomplete": "off"})
