"""Forms about documents."""

from flask_babel import lazy_gettext as _
from wtforms import FileField, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from cocreate.forms.base import Form, Needed, lines
from cocreate.forms.inputs import FILES

WHO = [SelectChoice("all", _("All parties")), SelectChoice("some", _("Parties I choose")),
       SelectChoice("own", _("Only my party"))]


class SeenByForm(Form):
    """Who sees a file."""

    who = RadioField(_("Who sees it?"), [Needed()], choices=WHO, default="all")
    parties = SelectMultipleField(_("Which parties, beside yours?"), choices=[], option_widget=CheckboxInput(),
                                  widget=ListWidget(prefix_label=False), coerce=int, validate_choice=False)

    def chosen(self) -> tuple[int, ...] | None:
        """Numbers of the parties beside the own one; None is all."""
        if self.who.data == "all":
            return None
        return tuple(self.parties.data or ()) if self.who.data == "some" else ()


class UploadForm(SeenByForm):
    """A file to share."""

    upload = FileField(_("File"), render_kw={"accept": FILES})
    note = lines(_("What is it?"), most=500, optional=True)


class NewVersionForm(Form):
    """A newer version of a shared file."""

    upload = FileField(_("File"), render_kw={"accept": FILES})
    note = lines(_("What changed?"), most=500, optional=True)
