"""Forms about tasks, beside the task's own."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, FileField, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from cocreate.forms.addresses import their_address
from cocreate.forms.base import Form, Needed, line, lines
from cocreate.forms.inputs import FILES


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
                   description=_("All parties read it, also in the record. Needed unless you simply agree."))
    wanted = lines(_("What would help?"), most=2000, optional=True,
                   description=_("Needed if you do not agree."))


class OutsideForm(Form):
    """What a body of one's party decided outside."""

    answer = RadioField(_("What was decided?"), [Needed()], choices=[
        SelectChoice("agreed", _("It agrees")), SelectChoice("reserved", _("It agrees with a reservation")),
        SelectChoice("refused", _("It does not agree"))])
    body = line(_("Which body decided?"), most=200, description=_("For example the board, or the city council."))
    on = DateField(_("On which day?"), [Needed()])
    proof = FileField(_("The file that shows it"), render_kw={"accept": FILES},
                      description=_("A letter, the minutes, a resolution."))
    reason = lines(_("Reason or reservation"), most=2000, optional=True,
                   description=_("All parties read it, also in the record. Needed unless it simply agrees."))
    wanted = lines(_("What would help?"), most=2000, optional=True, description=_("Needed if it does not agree."))


class PassForm(Form):
    """Which colleague, or a new one."""

    to = RadioField(_("To whom?"), [Needed()])
    fields = SelectMultipleField(_("Which fields?"), option_widget=CheckboxInput(),
                                 widget=ListWidget(prefix_label=False),
                                 description=_("With nothing ticked the whole task is passed on."))
    name = line(_("Name of the new colleague"), optional=True, render_kw={"autocomplete": "off"})
    email = their_address(_("Their work e-mail"), optional=True)
    words = lines(_("A line of your own"), most=500, optional=True,
                  description=_("Your colleague reads it in the mail; it goes into the record."))


class LetInForm(Form):
    """What stands in the invitation of a colleague whom somebody proposed."""

    words = lines(_("A line of your own"), most=500, optional=True,
                  description=_("It stands in the invitation. It begins with what was written with the proposal."))


class WaitForm(Form):
    """Whom a task waits for who is not in the project."""

    outsider = line(_("Who outside do you wait for?"), most=200,
                    description=_("For example the grid operator. They get no mail from us."))
    until = DateField(_("Until when?"), [Needed()])
    move = BooleanField(_("Move the due date with it"))


class HelpForm(Form):
    """What would help, and who may answer."""

    text = lines(_("What would help?"), most=2000)
    who = RadioField(_("Who may answer?"), [Needed()], default="all")


class HelpedForm(Form):
    """Whether an answer helped."""

    text = lines(_("What is still open?"), most=2000, optional=True, description=_("Only read if you are still stuck."))

