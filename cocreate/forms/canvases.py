"""One entry on a canvas."""

from flask_babel import lazy_gettext as _
from wtforms import HiddenField

from cocreate.forms.base import Form, lines


class EntryForm(Form):
    """What somebody adds to one box."""

    text = lines(_("Add an entry"), most=500)
    box = HiddenField()
