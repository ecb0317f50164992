"""Forms for what the parties agree on beside tasks: charter, figures, missing values, clauses."""

from flask_babel import lazy_gettext as _
from wtforms import DateField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from cocreate.forms.base import Form, Needed, line, lines, why


class WordsForm(Form):
    """Other words for a part of the charter."""

    text = lines(_("Your words"), most=4000)

    def body(self) -> dict[str, str]:
        """What is proposed, as the act keeps it."""
        return {"text": self.text.data or ""}


class WaiveForm(Form):
    """Why the project may go on without a value; where several limits are missed, although which of them."""

    paths = SelectMultipleField(_("Which limits shall going on not wait for?"), [Needed()], choices=[],
                                option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False))
    reason = lines(_("Why can we go on all the same?"), most=2000, description=_("All parties see it."))


class SettleForm(Form):
    """Which of several values counts, or a third one."""

    which = RadioField(_("Which value counts?"))
    third = StringField(_("The third value"), [Optional()])
    reason = lines(_("Why this one?"), most=2000, description=_("All parties see it."))


class LaterForm(Form):
    """Who gives a missing value after signature, by when, by what rule."""

    who = SelectField(_("Who gives it?"))
    by = DateField(_("By when?"), [Needed()])
    rule = lines(_("By what rule?"), most=600,
                 description=_("So that nobody has to agree again: 'the price on the invoice of the first delivery'."))
    reason = line(_("Why not now?"), most=300)


class WordingForm(Form):
    """Other words for a clause, and why."""

    text = lines(_("Words of the clause"), most=8000, description=_(
        "What stands in square brackets is a value: it is filled in. **Words between two asterisks** are printed bold. "
        "An empty line begins a new paragraph, a line with - in front is one of a list."))
    reason = why(_("Why other words?"))


class StrikeForm(Form):
    """Why the contract does without a clause."""

    reason = lines(_("Why do we not need it?"), most=600, description=_("It stands in the contract."))
