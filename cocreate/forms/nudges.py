"""The form of a nudge."""

from flask_babel import lazy_gettext as _

from cocreate.forms.base import Form, line


class NudgeForm(Form):
    """One line of one's own words."""

    words = line(_("Your line"), most=300, needed=_("Write your message."),
                 description=_("It stands in the mail. Only your party and theirs can read it here."))
