"""Forms about resting."""

from flask_babel import lazy_gettext as _
from wtforms import DateField

from cocreate.forms.base import Form, Needed, lines


class HoldForm(Form):
    """Why, and until when."""

    reason = lines(_("Why?"), most=2000, description=_("All parties see it."))
    until = DateField(_("Until when?"), [Needed()])
