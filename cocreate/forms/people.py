"""Forms about the people of a project."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from cocreate.forms.addresses import AddressedForm, their_address
from cocreate.forms.base import Form, line, lines, of_people, somebody

PARTS = [("champion", _("Champion: leads, and hears what is late")), ("signatory", _("Signatory: decides and signs")),
         ("contributor", _("Contributor: does tasks")), ("observer", _("Observer: reads"))]


def _some(_form: Form, field: SelectMultipleField) -> None:
    if not field.data:
        raise ValidationError(str(_("Choose at least one part.")))


def _parts(label: Any, **more: Any) -> SelectMultipleField:
    return SelectMultipleField(label, [_some], option_widget=CheckboxInput(),
                               widget=ListWidget(prefix_label=False),
                               choices=[SelectChoice(value, text) for value, text in PARTS], **more)


class InviteForm(Form):
    """A colleague, or the first person of another party."""

    name = line(_("Name"), render_kw={"autocomplete": "off"})
    email = their_address(_("Work address"))
    parts = _parts(_("Part"), default=["contributor"])
    greeting = lines(_("Your line of greeting"), most=500, optional=True)


class PartsForm(Form):
    """What somebody does in the project."""

    parts = _parts(_("Parts"))


class OtherPartsForm(PartsForm):
    """What a colleague shall do instead, for a champion of the own party to answer."""

    reason = lines(_("Why?"), most=2000, description=_("Your own party reads it."))


class RemoveForm(Form):
    """Who takes over what is open; asked only where something is."""

    to = SelectField(_("Who takes over the open tasks?"), coerce=int)

    def offer(self, heirs: Iterable[tuple[int, str]]) -> None:
        self.to.choices = [SelectChoice(person, name) for person, name in heirs]


class AddressForm(AddressedForm):
    """Another address of the same person."""

    email = their_address(_("The right address"))


class NeutralForm(AddressedForm):
    """Somebody of no party, who helps and never decides."""

    name = line(_("Name"), render_kw={"autocomplete": "off"})
    email = their_address(_("Work address"))
    reason = lines(_("Why this person?"), most=2000, description=_("All parties see it before they answer."))
    greeting = lines(_("Your line of greeting"), most=500, optional=True,
                     description=_("It stands in the invitation, in your own words."))


class ColleagueForm(AddressedForm):
    """A colleague whom a champion of the own party may let in."""

    name = line(_("Name"), render_kw={"autocomplete": "off"})
    email = their_address(_("Work address"))
    parts = _parts(_("Part"), default=["contributor"])
    reason = lines(_("Why this person?"), most=2000, description=_("Your own party reads it."))
    greeting = lines(_("Your line of greeting"), most=500, optional=True,
                     description=_("It stands in the invitation, in your own words."))


class _OfATime(Optional):
    """May be empty, where it is for good; the page does not call it optional."""

    def __init__(self) -> None:
        super().__init__()
        self.field_flags: dict[str, object] = {}


class SubstituteForm(Form):
    """To whom, which parts, for how long."""

    to = SelectField(_("To whom?"), coerce=int)
    parts = _parts(_("Which parts?"))
    how = RadioField(_("For how long?"), default="time", choices=[
        SelectChoice("time", _("For a time")), SelectChoice("good", _("For good, from now on"))])
    starts = DateField(_("From"), [_OfATime()])
    until = DateField(_("Until, this day included"), [_OfATime()])

    def offer(self, colleagues: Iterable[tuple[int, str]], parts: Iterable[str]) -> None:
        self.to.choices = [SelectChoice(person, name) for person, name in colleagues]
        mine = set(parts)
        self.parts.choices = [SelectChoice(value, text) for value, text in PARTS if value in mine]

    def validate(self, extra_validators: Any = None) -> bool:
        right = super().validate(extra_validators)
        if self.how.data == "time" and not self.until.data:
            self.blame("until", _("Until which day?"))
            return False
        return right


class HandOverForm(Form):
    """Which account manager looks after the project from now on."""

    to = somebody(_("To whom?"))

    def offer(self, people: Iterable[tuple[int, str]]) -> None:
        self.to.choices = of_people(people)


class WordsByMailForm(Form):
    """Whether what the people of a party write stays out of mails."""

    kept = BooleanField(_("Keep what our people write out of mails"))


class ShareForm(HandOverForm):
    """Which account manager reads along and helps."""

    to = somebody(_("With whom?"))
