"""Forms about proposals."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from cocreate.domain import countries
from cocreate.domain.addresses import address
from cocreate.forms.addresses import AddressedForm, their_address
from cocreate.forms.base import Form, Needed, line, lines
from cocreate.forms.openings import KINDS


class RefuseForm(Form):
    """Why one does not agree."""

    reason = lines(_("Why not?"), most=2000, optional=True, description=_("Needed if you do not agree. All see it."))


class AddPartyForm(AddressedForm):
    """Which organisation, in which seat, and who leads for it."""

    seat = RadioField(_("Which seat?"), [Needed()])
    organisation = line(_("Organisation"))
    kind = SelectField(_("Kind"))
    country = SelectField(_("Country"))
    name = line(_("Champion's name"), render_kw={"autocomplete": "off"})
    email = their_address(_("Champion's e-mail"))
    reason = lines(_("Why?"), most=2000, description=_("All parties see it before they answer."))
    greeting = lines(_("Your line of greeting"), most=500, optional=True,
                     description=_("It stands in the invitation, in your own words."))

    usual: Mapping[str, str]  # seat -> the kind that mostly sits there

    def offer(self, seats: list[tuple[str, str]], language: str, none: str, usual: Mapping[str, str]) -> None:
        """Fill the lists. Where several seats are free, the kind that mostly sits in the chosen one is preset."""
        self.usual = usual
        self.seat.choices = [SelectChoice(value, label) for value, label in seats]
        kinds = KINDS if len(seats) == 1 else [("", _("As is usual in the seat")), *KINDS]
        self.kind.choices = [SelectChoice(value, label) for value, label in kinds]
        if len(seats) == 1 and not self.kind.data:
            self.kind.data = usual[seats[0][0]]
        named = [("", none), *countries.choices(language)]
        self.country.choices = [SelectChoice(value, label) for value, label in named]
        if len(seats) == 1 and not self.seat.data:
            self.seat.data = seats[0][0]

    def body(self) -> dict[str, str]:
        """What is proposed, as the act keeps it."""
        return {"seat": self.seat.data, "name": self.organisation.data or "",
                "kind": self.kind.data or self.usual[self.seat.data],
                "country": self.country.data or "", "champion": self.name.data or "",
                "email": address(self.email.data or "") or "", "reason": self.reason.data or "",
                "greeting": self.greeting.data or ""}
