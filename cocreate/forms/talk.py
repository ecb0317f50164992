"""The form of talks: a comment or note."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from cocreate.forms.base import lines, whole
from cocreate.forms.unsaid import UnsaidForm


class SayForm(UnsaidForm):
    """A comment, or a note for the own party."""

    KEPT = ("text", "about", "private", "mentions", "reply_to")
    seen_by = ""  # who reads it, in a sentence

    text = lines(_("Your words"), most=4000, needed=_("Write your message."))
    topic = HiddenField()
    about = SelectField(_("About"), choices=[], validate_choice=False, validators=[Optional()])
    private = BooleanField(_("Private note: only my party reads it"))
    mentions = SelectMultipleField(_("Mention somebody"), choices=[], option_widget=CheckboxInput(), coerce=int,
                                   widget=ListWidget(prefix_label=False), validate_choice=False)
    reply_to = HiddenField(filters=[lambda text: whole(text) if text else None])  # number of a comment
