"""Forms about the people of a project."""

from flask_babel import lazy_gettext as _
from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from cocreate.forms.base import Form, line, lines

PARTS = [("champion", _("Champion: leads and gets escalations")), ("signatory", _("Signatory: decides and signs")),
         ("contributor", _("Contributor: does tasks")), ("observer", _("Observer: reads"))]


class InviteForm(Form):
    """A colleague, or the first person of another party."""

    name = line(_("Name"), render_kw={"autocomplete": "off"})
    email = line(_("Work address"), most=254, render_kw={"autocomplete": "off", "inputmode": "email"})
    parts = SelectMultipleField(_("Part"), choices=[SelectChoice(value, label) for value, label in PARTS], option_widget=CheckboxInput(),
                                widget=ListWidget(prefix_label=False), default=["contributor"])
    greeting = lines(_("Your line of greeting"), most=500, optional=True)
