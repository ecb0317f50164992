"""One entry on a canvas."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField

from cocreate.forms.base import lines
from cocreate.forms.unsaid import UnsaidForm


class EntryForm(UnsaidForm):
    """What somebody adds to one box."""

    text = lines(_("Add an entry"), most=500, render_kw={"rows": 2})
    box = HiddenField()

    def name(self, key: str, title: str) -> None:
        """Say for which box it is: a page has one such form for each."""
        self.text.id = self.text.label.field_id = f"text-{key}"
        self.text.label.text = gettext("Add an entry: %(box)s", box=title)
