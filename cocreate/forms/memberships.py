"""Being away with a substitute, and leaving an organisation."""

from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectChoice, SelectField
from wtforms.validators import Optional

from cocreate.forms.base import Form, Needed


def _choices(people: Iterable[tuple[int, str]]) -> list[SelectChoice]:
    return [SelectChoice(person, name) for person, name in people]


class AwayForm(Form):
    """From when, until when, and who stands in."""

    starts = DateField(_("From"), [Optional()])
    until = DateField(_("Until, this day included"), [Needed(_("Until which day?"))])
    to = SelectField(_("Who stands in for you?"), coerce=int)

    def offer(self, colleagues: Mapping[int, str]) -> None:
        self.to.choices = _choices(colleagues.items())


class LeaveForm(Form):
    """Who takes over what is open; asked only where something is."""

    to = SelectField(_("Who takes over your open tasks?"), coerce=int)

    def offer(self, takers: Mapping[int, str]) -> None:
        self.to.choices = _choices(takers.items())
