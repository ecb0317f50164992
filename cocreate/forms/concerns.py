"""Forms of concerns: to raise one, to go on with it, to end it."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField

from cocreate.forms.base import Form, Needed, lines


class ConcernForm(Form):
    """Something that is hard to say to all."""

    to = RadioField(_("Who should read this?"), [Needed()], description=_("Only they see it."))
    text = lines(_("What is it?"), most=4000)
    record = BooleanField(_("The record may say that a concern was raised, and that it ended, without my name"))


class AnswerConcernForm(Form):
    """What one of its readers says to it."""

    text = lines(_("Your answer"), most=4000)


class ConcernAgainForm(Form):
    """What its author says further."""

    text = lines(_("What is it now?"), most=4000)


class EndConcernForm(Form):
    """With what it ends."""

    text = lines(_("What became of it, in a line"), most=500)
