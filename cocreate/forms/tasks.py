"""Forms about tasks, beside the task's own."""

from flask_babel import lazy_gettext as _
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from cocreate.forms.base import Form, lines


class ReturnForm(Form):
    """Why a contribution goes back, and which fields are meant."""

    reason = lines(_("What is needed?"), most=2000,
                   description=_("Say what is needed, so that it can be answered in one go."))
    marked = SelectMultipleField(_("Which fields do you mean?"), option_widget=CheckboxInput(),
                                 widget=ListWidget(prefix_label=False), validators=[])


class ReasonForm(Form):
    """A reason that all see."""

    reason = lines(_("Why?"), most=2000, description=_("All parties see it."))


class DecideForm(Form):
    """What a party says at a gate."""

    reason = lines(_("Reason or reservation"), most=2000, optional=True,
                   description=_("Goes into the record. Needed unless you simply agree."))
    wanted = lines(_("What would help?"), most=2000, optional=True,
                   description=_("Needed if you do not agree."))
